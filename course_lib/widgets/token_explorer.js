// The text box, the vocabulary menu, and the tokens as a list that arrow keys walk.
const COLOURS = ["#cfe8ff", "#ffe7c2", "#d9f2d0", "#f6d5e5", "#c8b8f0"];

function render({ model, el }) {
  el.classList.add("course", "token-explorer");
  el.innerHTML = `
    <div class="row">
      <label>Vocabulary <select></select></label>
      <span class="note">a dot is a space; hover over a token, or walk with the arrow keys, to read it</span>
    </div>
    <textarea rows="2" spellcheck="false" aria-label="Text to cut into tokens"></textarea>
    <div class="tokens" role="listbox" aria-label="Tokens" tabindex="0"></div>
    <div class="info" aria-live="polite"></div>
    <div class="summary"></div>`;
  const menu = el.querySelector("select");
  const box = el.querySelector("textarea");
  const list = el.querySelector(".tokens");
  const info = el.querySelector(".info");
  const summary = el.querySelector(".summary");
  let chosen = -1;

  const send = (name, value) => { model.set(name, value); model.save_changes(); };
  const show = (k) => {
    const token = model.get("tokens")[k];
    info.textContent = token ? `id ${token[0]}   “${token[1]}”   bytes ${token[2]}` : "";
  };
  const choose = (k) => {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = Math.max(0, Math.min(list.children.length - 1, k));
    const chip = list.children[chosen];
    chip?.setAttribute("aria-selected", "true");
    if (chip) list.setAttribute("aria-activedescendant", chip.id);
    show(chosen);
  };
  const makeChip = (k) => {
    const chip = document.createElement("span");
    chip.className = "token";
    chip.id = `${model.model_id ?? "token"}-${k}`;
    chip.setAttribute("role", "option");
    chip.setAttribute("aria-selected", "false");
    chip.style.background = COLOURS[k % COLOURS.length];
    chip.addEventListener("mouseenter", () => show(k));
    chip.addEventListener("mouseleave", () => show(chosen));
    chip.addEventListener("click", () => choose(k));
    return chip;
  };
  // A key changes few of perhaps a thousand boxes; only these are touched.
  const draw = () => {
    const tokens = model.get("tokens");
    const chips = [...list.children];
    chips[chosen]?.setAttribute("aria-selected", "false");
    chosen = -1;
    list.removeAttribute("aria-activedescendant");
    for (let k = chips.length; k < tokens.length; k++) {
      chips.push(list.appendChild(makeChip(k)));
    }
    for (const chip of chips.splice(tokens.length)) chip.remove();
    tokens.forEach(([, label], k) => {
      if (chips[k].textContent !== label) chips[k].textContent = label;
    });
    show(-1);
  };
  const drawSummary = () => { summary.textContent = model.get("summary"); };
  const drawInputs = () => {
    menu.replaceChildren(...model.get("names").map((name) => new Option(name, name)));
    menu.value = model.get("vocabulary");
    if (box.value !== model.get("text") && document.activeElement !== box) {
      box.value = model.get("text");
    }
  };

  menu.addEventListener("change", () => send("vocabulary", menu.value));
  // While Python has not answered, what is typed waits, and only the newest is sent.
  box.addEventListener("input", () => send("text", box.value));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(chosen + step);
  });
  // JupyterLab must not take keys typed in here for notebook shortcuts.
  keepKeys(el);
  const watched = {
    "change:tokens": draw,
    "change:summary": drawSummary,
    "change:text": drawInputs,
    "change:vocabulary": drawInputs,
  };
  for (const [name, action] of Object.entries(watched)) model.on(name, action);
  drawInputs(); draw(); drawSummary();
  return () => {
    for (const [name, action] of Object.entries(watched)) model.off(name, action);
  };
}
export default { render };
