// Two answers side by side; a click or a key says which is better.
const FRAME = `
  <div class="row"><b class="title">Which is better?</b>
    <label>Labeller <input class="labeller" type="text" size="12" placeholder="your name"></label></div>
  <div class="request"></div>
  <div class="sides" role="group" aria-label="Two answers; choose the better one">
    <button class="side left"></button><button class="side right"></button></div>
  <div class="row"><button class="skip">Skip (s)</button><button class="undo">Undo (u)</button>
    <button class="learn">Learn from the labels</button></div>
  <div class="note keys">Keys, after a click into this box: ← or 1, → or 2, s, u</div>
  <div class="row note"><span class="progress"></span></div>
  <div class="agreed note"></div>
  <div class="said" aria-live="polite"></div>
  <div class="learned" aria-live="polite"></div>`;
const KEYS = {
  ArrowLeft: "left", 1: "left", ArrowRight: "right", 2: "right",
  s: "skip", S: "skip", u: "undo", U: "undo",
};

function render({ model, el }) {
  el.classList.add("course", "label-pairs");
  el.innerHTML = FRAME;
  el.tabIndex = 0;
  el.setAttribute("aria-label", "Label pairs: keys 1 and 2 choose, s skips, u takes back");
  const find = (selector) => el.querySelector(selector);
  // A choice says what it is about: a late click must not label the next pair.
  const act = (name) => {
    const gone = model.get("done") && (name === "left" || name === "right");
    if (gone || model.get("busy")) return;
    const [request, left, right] = ["request", "left", "right"].map((k) => model.get(k));
    model.send({ do: name, request, left, right });
  };
  for (const name of ["left", "right", "skip", "undo", "learn"]) {
    find(`.${name}`).addEventListener("click", () => act(name));
  }
  const box = find(".labeller");
  box.addEventListener("change", () => {
    model.set("labeller", box.value.trim());
    model.save_changes();
  });
  keepKeys(el);
  el.addEventListener("keydown", (event) => {
    if (event.target === box || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!event.repeat && KEYS[event.key]) {
      event.preventDefault();
      act(KEYS[event.key]);
    }
  });

  const draw = () => {
    const done = model.get("done");
    const held = document.activeElement;
    const busy = model.get("busy");
    find(".request").textContent = done
      ? "All pairs are judged. Another name begins at the first one."
      : model.get("request");
    for (const [side, key] of [["left", "1"], ["right", "2"]]) {
      const button = find(`.${side}`);
      button.textContent = model.get(side);
      button.hidden = done;
      button.setAttribute("aria-label", `Key ${key}: ${model.get(side)}`);
    }
    find(".skip").disabled = done;
    find(".undo").disabled = !model.get("can_undo");
    find(".learn").hidden = !model.get("can_learn");
    find(".learn").disabled = busy;
    // A button that goes grey under the hand hears no more keys.
    if (held !== el && el.contains(held) && (held.disabled || held.hidden)) el.focus();
    if (document.activeElement !== box) box.value = model.get("labeller");
    find(".progress").textContent = model.get("progress");
    find(".agreed").textContent = model.get("agreed");
    find(".said").textContent = model.get("note");
    find(".learned").textContent = busy ? "learning …" : model.get("learned");
  };
  const names = ["request", "left", "right", "done", "busy", "labeller", "progress",
    "agreed", "note", "learned", "can_undo"].map((name) => `change:${name}`);
  for (const name of names) model.on(name, draw);
  draw();
  return () => { for (const name of names) model.off(name, draw); };
}
export default { render };
