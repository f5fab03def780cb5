// A slider and a bar for each group: correct, wrong and refused answers follow it.
const KINDS = ["correct", "wrong", "refused"];
const FRAME = `
  <b class="title"></b>
  <div class="row legend">${KINDS.map((k) => `<span><span class="sw ${k}"></span><span class="name"></span></span>`).join("")}</div>
  <label class="row"><span class="below"></span> <input type="range" min="0" max="1" step="0.01">
    <output></output></label>
  <div class="bars" role="table" aria-label="Answers by group"></div>
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
  // Kinds are told apart in the styles by these names; a reader sees what is meant here.
  const names = { correct: "correct", wrong: "wrong", refused: model.get("instead") };
  el.querySelectorAll(".legend .name").forEach((name, k) => {
    name.textContent = names[KINDS[k]];
  });
  find(".below").textContent = `${names.refused} below`;
  let waiting;
  let moved = -Infinity; // when the hand moved the slider last, in ms

  const draw = (threshold) => {
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
        part.title = `${names[kind]}: ${found[kind]} of ${confidences.length}`;
      }
    });
    const total = KINDS.reduce((sum, kind) => sum + all[kind], 0);
    slider.value = threshold;
    find("output").textContent = threshold.toFixed(2);
    find(".info").textContent = "all together: "
      + KINDS.map((kind) => `${names[kind]} ${Math.round(100 * all[kind] / total)} %`).join(", ");
  };
  // The page follows at once; Python is told where the slider stands when it rests. What
  // Python answers meanwhile is old, and would pull the slider back under the hand.
  const tell = () => {
    waiting = undefined;
    model.set("threshold", Number(slider.value));
    model.save_changes();
  };
  slider.addEventListener("input", () => {
    moved = performance.now();
    draw(Number(slider.value));
    clearTimeout(waiting);
    waiting = setTimeout(tell, 100);
  });
  keepKeys(el);
  const follow = () => {
    if (performance.now() - moved > 600) draw(model.get("threshold"));
  };
  model.on("change:threshold", follow);
  draw(model.get("threshold"));
  return () => {
    clearTimeout(waiting);
    model.off("change:threshold", follow);
  };
}
export default { render };
