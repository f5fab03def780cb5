// The text so far as coloured stretches, and what the newest of them is.
const NAMES = { asked: "question", said: "said", call: "call", result: "result",
  problem: "problem" };

function render({ model, el }) {
  el.classList.add("course", "tool-trace");
  el.innerHTML = `
    <div class="row">
      <button class="back">◀ Back</button>
      <button class="next">Next ▶</button>
      <button class="all">All</button>
      <span class="note count"></span>
    </div>
    <div class="info" role="status" aria-live="polite"></div>
    <div class="so-far" tabindex="0"
      aria-label="The text so far; left and right arrow keys step through it"></div>`;
  const find = (selector) => el.querySelector(selector);
  const steps = model.get("steps");
  const last = steps.length - 1;

  const draw = () => {
    const position = model.get("position");
    const held = document.activeElement;
    find(".back").disabled = position === 0;
    find(".next").disabled = position === last;
    find(".all").disabled = position === last;
    // A button that goes grey under the hand hears no more keys.
    if (held?.disabled && el.contains(held)) find(".so-far").focus();
    find(".count").textContent = `step ${position} of ${last}`;
    find(".info").textContent = steps[position][1];
    find(".so-far").replaceChildren(...steps.slice(0, position + 1).map(([kind, , text], k) => {
      const box = document.createElement("div");
      box.className = `step ${kind}${k === position ? " newest" : ""}`;
      const name = document.createElement("span");
      name.className = "kind";
      name.textContent = NAMES[kind] ?? kind;
      const words = document.createElement("span");
      words.className = "words";
      words.textContent = text;
      box.append(name, words);
      return box;
    }));
    find(".so-far").scrollTop = find(".so-far").scrollHeight;
  };
  const go = (position) => {
    const to = Math.max(0, Math.min(last, position));
    if (to === model.get("position")) return;
    model.set("position", to);
    model.save_changes();
  };
  find(".back").addEventListener("click", () => go(model.get("position") - 1));
  find(".next").addEventListener("click", () => go(model.get("position") + 1));
  find(".all").addEventListener("click", () => go(last));
  keepKeys(el);
  el.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const position = model.get("position");
    const to = { ArrowLeft: position - 1, ArrowRight: position + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  model.on("change:position", draw);
  draw();
  return () => model.off("change:position", draw);
}
export default { render };
