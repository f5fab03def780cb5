// A slider over the stages of a training, the texts written then, and two curves.
const FRAME = `
  <b class="title"></b>
  <svg viewBox="0 0 640 190" role="img"></svg>
  <label class="row">stage <input type="range" min="0" step="1"><output></output></label>
  <div class="row"><button class="here">Best here</button>
    <button class="show">Show the truth</button><span class="note choice"></span></div>
  <div class="verdict" aria-live="polite"></div>
  <div class="info" role="status" aria-live="polite"></div>
  <ol class="texts"></ol>`;
const BOX = { left: 46, right: 500, top: 14, bottom: 160 };
const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function drawCurves(svg, { stages, curves, position, best }) {
  const values = curves.flatMap(([, points]) => points);
  const low = Math.min(0, ...values);
  const high = Math.max(...values, low + 0.1);
  const x = (k) => BOX.left + (k * (BOX.right - BOX.left)) / Math.max(1, stages.length - 1);
  const y = (v) => BOX.bottom - ((v - low) * (BOX.bottom - BOX.top)) / (high - low);
  const parts = [];
  for (let v = Math.ceil(low); v <= high; v += 1) {
    parts.push(node("line", { class: "grid", x1: BOX.left, x2: BOX.right, y1: y(v), y2: y(v) }));
    parts.push(node("text", { x: BOX.left - 8, y: y(v) + 5, "text-anchor": "end" }, v));
  }
  const last = stages.length - 1;
  parts.push(node("text", { x: BOX.left, y: 182 }, stages[0]));
  parts.push(node("text", { x: BOX.right, y: 182, "text-anchor": "end" }, stages[last]));
  const ends = [];
  curves.forEach(([name, points], k) => {
    const path = points.map((v, j) => `${x(j)},${y(v)}`).join(" ");
    const dash = k ? "7 4" : "none";
    const style = `stroke: var(--course-${k}); stroke-dasharray: ${dash}`;
    parts.push(node("polyline", { class: "curve", points: path, style }));
    let at = y(points[last]) + 5;
    if (ends.length && Math.abs(at - ends[0]) < 17) at = ends[0] + (at < ends[0] ? -17 : 17);
    ends.push(at);
    parts.push(node("text", { x: BOX.right + 8, y: at, style: `fill: var(--course-${k})` }, name));
  });
  if (best >= 0) {
    parts.push(node("text", { x: x(best), y: BOX.bottom + 4, "text-anchor": "middle" }, "▲"));
  }
  const line = { class: "pointer", x1: x(position), x2: x(position), y1: BOX.top, y2: BOX.bottom };
  parts.push(node("line", line));
  svg.replaceChildren(...parts);
}

function render({ model, el }) {
  el.classList.add("course", "score-scrubber");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const slider = find("input");
  const svg = find("svg");
  const stages = model.get("stages");
  const texts = model.get("texts");
  const scores = model.get("scores");
  const names = model.get("names");
  find(".title").textContent = model.get("title");
  slider.max = stages.length - 1;
  const send = (name, value) => { model.set(name, value); model.save_changes(); };

  const draw = () => {
    const position = model.get("position");
    const best = model.get("best");
    const worths = model.get("worths");
    const shown = worths.length > 0;
    const curves = [[names[0], scores.map(mean)]];
    if (shown) curves.push([names[1], worths.map(mean)]);
    drawCurves(svg, { stages, curves, position, best });
    svg.setAttribute("aria-label", curves.map(([name, points]) =>
      `${name}: ${points.map((v, k) => `${stages[k]} ${v.toFixed(2)}`).join(", ")}`).join("; "));
    slider.value = position;
    slider.setAttribute("aria-label", "Stage of the training");
    slider.setAttribute("aria-valuetext", stages[position]);
    find("output").textContent = stages[position];
    find(".here").disabled = shown;
    find(".show").disabled = shown || best < 0;
    find(".choice").textContent = best < 0 ? "read, then decide" : `your choice: ${stages[best]}`;
    find(".verdict").textContent = model.get("verdict");
    find(".info").textContent = curves.map(([name, points]) =>
      `${name} ${points[position].toFixed(2)} on average`).join(", ");
    find(".texts").replaceChildren(...texts[position].map((text, k) => {
      const item = document.createElement("li");
      const words = document.createElement("span");
      words.className = "words";
      words.textContent = text || "(nothing)";
      const note = document.createElement("span");
      note.className = "note";
      note.textContent = `${names[0]} ${scores[position][k].toFixed(1)}`
        + (shown ? `, ${names[1]} ${worths[position][k].toFixed(1)}` : "");
      item.append(words, note);
      return item;
    }));
  };
  slider.addEventListener("input", () => send("position", Number(slider.value)));
  find(".here").addEventListener("click", () => send("best", model.get("position")));
  find(".show").addEventListener("click", () => send("reveal", true));
  keepKeys(el);
  const changes = ["position", "best", "worths", "verdict"].map((name) => `change:${name}`);
  for (const name of changes) model.on(name, draw);
  draw();
  return () => { for (const name of changes) model.off(name, draw); };
}
export default { render };
