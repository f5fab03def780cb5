// A slider and a bar for each group: correct, wrong and refused answers follow it.
const KINDS = ["correct", "wrong", "refused"];
const FRAME = `
  <b class="title"></b>
  <div class="row legend">${KINDS.map((k) => `<span><span class="sw ${k}"></span>${k}</span>`).join("")}</div>
  <label class="row">refuse below <input type="range" min="0" max="1" step="0.01">
    <output></output></label>
  <div class="bars" role="table"></div>
  <div class="info" aria-live="polite"></div>`;

// The arithmetic of threshold_bars.py, here as well so that it follows a drag at once.
export function countShares(confidences, right, threshold) {
  const found = { correct: 0, wrong: 0, refused: 0 };
  confidences.forEach((c, k) => {
    found[c < threshold ? "refused" : right[k] ? "correct" : "wrong"] += 1;
  });
  return found;
}

function makeBar(label) {
  const row = document.createElement("div");
  row.className = "bar";
  row.setAttribute("role", "row");
  const name = document.createElement("span");
  name.className = "label";
  name.textContent = label;
  const track = document.createElement("span");
  track.className = "track";
  for (const kind of KINDS) {
    const part = document.createElement("span");
    part.className = `part ${kind}`;
    track.append(part);
  }
  row.append(name, track);
  return row;
}

function render({ model, el }) {
  el.classList.add("course", "threshold-bars");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const slider = find("input");
  const bars = model.get("labels").map(makeBar);
  find(".bars").append(...bars);
  find(".title").textContent = model.get("title");
  let waiting;

  const draw = () => {
    const threshold = model.get("threshold");
    const all = { correct: 0, wrong: 0, refused: 0 };
    bars.forEach((bar, g) => {
      const confidences = model.get("confidences")[g];
      const found = countShares(confidences, model.get("right")[g], threshold);
      for (const kind of KINDS) {
        all[kind] += found[kind];
        const share = found[kind] / confidences.length;
        const part = bar.querySelector(`.${kind}`);
        part.style.width = `${100 * share}%`;
        part.textContent = share >= 0.08 ? `${Math.round(100 * share)} %` : "";
        part.title = `${kind}: ${found[kind]} of ${confidences.length}`;
      }
    });
    const total = KINDS.reduce((sum, kind) => sum + all[kind], 0);
    slider.value = threshold;
    find("output").textContent = threshold.toFixed(2);
    find(".info").textContent = "all together: "
      + KINDS.map((kind) => `${kind} ${Math.round(100 * all[kind] / total)} %`).join(", ");
  };
  // The page follows at once; Python is told at most thirty times a second.
  slider.addEventListener("input", () => {
    model.set("threshold", Number(slider.value));
    waiting ??= setTimeout(() => { waiting = undefined; model.save_changes(); }, 33);
  });
  el.addEventListener("keydown", (event) => event.stopPropagation());
  model.on("change:threshold", draw);
  draw();
  return () => {
    clearTimeout(waiting);
    model.off("change:threshold", draw);
  };
}
export default { render };
