// A slider over the stages of a text: bits, bytes, one merge after another.
const COLOURS = ["#cfe8ff", "#ffe7c2", "#d9f2d0", "#f6d5e5", "#c8b8f0"];

function render({ model, el }) {
  el.classList.add("course", "merge-stepper");
  el.innerHTML = `
    <div class="row">
      <button class="back" aria-label="One step back">◀</button>
      <input type="range" min="0" step="1" aria-label="Stage, from bits to the last merge">
      <button class="next" aria-label="One step on">▶</button>
    </div>
    <div class="info" aria-live="polite"></div>
    <div class="tokens"></div>
    <div class="note"></div>`;
  const slider = el.querySelector("input");
  const [back, next] = el.querySelectorAll("button");
  const info = el.querySelector(".info");
  const list = el.querySelector(".tokens");
  const note = el.querySelector(".note");
  const stages = model.get("stages");
  slider.max = stages.length - 1;

  const draw = () => {
    const position = model.get("position");
    const [title, alphabet, labels, fresh] = stages[position];
    const isFresh = new Set(fresh);
    const held = document.activeElement;
    slider.value = position;
    slider.setAttribute("aria-valuetext", title);
    back.disabled = position === 0;
    next.disabled = position === stages.length - 1;
    // A button that goes grey under the hand hears no more keys.
    if (held?.disabled && el.contains(held)) slider.focus();
    info.textContent = title;
    note.textContent = `alphabet of ${alphabet.toLocaleString("en")} symbols, `
      + `text of ${labels.length.toLocaleString("en")} boxes`;
    list.replaceChildren(...labels.map((label, k) => {
      const box = document.createElement("span");
      box.className = isFresh.has(k) ? "token fresh" : "token";
      box.textContent = label;
      box.style.background = COLOURS[k % COLOURS.length];
      return box;
    }));
  };
  const go = (position) => {
    model.set("position", Math.max(0, Math.min(stages.length - 1, position)));
    model.save_changes();
  };
  slider.addEventListener("input", () => go(Number(slider.value)));
  back.addEventListener("click", () => go(model.get("position") - 1));
  next.addEventListener("click", () => go(model.get("position") + 1));
  keepKeys(el);
  model.on("change:position", draw);
  draw();
  return () => model.off("change:position", draw);
}
export default { render };
