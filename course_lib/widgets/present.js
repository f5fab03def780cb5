// Turn the notebook around this widget into slides, one # or ## section at a time.
// The cells stay where they are, and live: all others are only hidden.
const FORWARD = ["PageDown", "ArrowRight"];
const BACK = ["PageUp", "ArrowLeft"];
const CLASSES = ["course-present", "course-no-code"];
const WIDGET = ".course:not(.present)";
const TYPING = ".cm-editor, input, textarea, select, [contenteditable], [role=slider], "
  + `[role=listbox], ${WIDGET}`;
const WIDTH = 1280;  // pixels: where a line of code, 88 columns, fits at scale 1.5
const NO_APP = "r: needs a JupyterLab that `python -m course_lib stage` started";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const since = (start) => {
  const s = Math.floor((Date.now() - start) / 1000);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
};
function titleOf(cells) {
  const head = cells[0]?.querySelector("h1, h2");
  // JupyterLab hangs a ¶ behind a heading.
  return head ? head.textContent.replace(/¶\s*$/, "").trim() : "";
}

// The notebook as JupyterLab's own code sees it, where the page shows it to us.
function notebookOf(panel) {
  const shown = [...(window.jupyterapp?.shell.widgets("main") ?? [])];
  return shown.find((widget) => widget.node === panel)?.content ?? null;
}

// JupyterLab attaches and renders the cells of a long notebook bit by bit.
async function allDrawn(notebook) {
  const drawn = (cell) => cell.isAttached && (!cell.rendered
    || cell.node.querySelector(".jp-RenderedMarkdown")?.childElementCount);
  for (let k = 0; k < 50 && !notebook.widgets.every(drawn); k++) await pause(100);
}

// All cells but the button's own, cut before every heading.
function slidesOf(panel, button) {
  const slides = [];
  for (const cell of panel.querySelectorAll(".jp-Notebook .jp-Cell")) {
    const own = cell.contains(button);
    cell.classList.toggle("course-off", own);
    if (own) continue;
    const head = cell.classList.contains("jp-MarkdownCell")
      && cell.querySelector("h1, h2");
    if (head || !slides.length) slides.push([]);
    slides[slides.length - 1].push(cell);
  }
  return slides;
}

// The lecturer's page: what to say, to click, to expect, and the time.
function drawNotes(page, one) {
  page.title = "Notes";
  page.body.replaceChildren();
  page.body.style.cssText =
    "font:22px/1.45 system-ui,sans-serif;margin:1.2em;background:#111;color:#eee";
  const line = (tag, text, label) => {
    if (!text) return;
    const node = page.createElement(tag);
    node.textContent = label ? `${label}: ${text}` : text;
    page.body.append(node);
  };
  line("h2", one.title);
  line("p", one.sentence, "Say");
  line("p", one.clicks, "Click");
  line("p", one.picture, "Expect");
  line("p", one.skip, "Skip to");
  const where = page.createElement("p");
  where.id = "clock";
  page.body.append(where);
}

// Run cells one after the other, as Shift + Enter would.
async function runCells(notebook, cells) {
  for (const cell of cells) {
    notebook.activeCellIndex = notebook.widgets.indexOf(cell);
    notebook.deselectAll();
    await window.jupyterapp.commands.execute("notebook:run-cell");
  }
}

// Run one cell and choose the one behind it, as Shift + Enter does.
function runAndSelect(notebook, cell) {
  notebook.node.focus();
  notebook.activeCellIndex = notebook.widgets.indexOf(cell);
  notebook.deselectAll();
  return window.jupyterapp.commands.execute("notebook:run-cell-and-select-next");
}

function render({ model, el }) {
  el.classList.add("course", "present");
  el.innerHTML = `
    <div class="row">
      <button class="start">▶ Present</button>
      <label><input type="checkbox"> show code</label>
      <span class="note">Page Down / Page Up move · Shift Enter runs · r rewinds ·
        c code · n notes · b black · + − size · Esc ends</span>
    </div>`;
  const box = el.querySelector("input");
  box.checked = model.get("show_code");

  let slides = [], at = 0, hud = null, panel = null, notes = null, clock = 0;
  let begun = 0, entered = 0, said = "", black = null, leaving = false;
  let on = false, starting = false, rewinding = false;
  const written = new Map();  // the source of every cell when presenting began

  const send = (name, value) => { model.set(name, value); model.save_changes(); };
  const sheet = () => {
    const title = titleOf(slides[at]);
    return model.get("sheets").find((one) => one.title === title) || { title };
  };
  const view = () => panel.querySelector(".jp-WindowedPanel-outer");
  const tick = () => {
    const one = sheet();
    const planned = one.minutes ? ` of ${one.minutes} min` : "";
    hud.textContent = `${said}${at + 1} / ${slides.length} · ${since(begun)}`;
    const where = notes && !notes.closed && notes.document.querySelector("#clock");
    if (where) {
      where.textContent = `${since(entered)}${planned} · ${since(begun)} in all`;
    }
  };
  const tell = (text) => { said = text ? `${text} · ` : ""; tick(); };
  const note = () => {
    if (notes && !notes.closed) drawNotes(notes.document, sheet());
    tick();
  };
  const codeCells = (notebook) => notebook.widgets.filter((cell) =>
    cell.model.type === "code" && slides[at].includes(cell.node));

  const show = () => {
    slides.forEach((cells, k) => cells.forEach((cell) =>
      cell.classList.toggle("course-off", k !== at)));
    entered = Date.now();
    said = "";
    const notebook = notebookOf(panel);
    const [first] = notebook ? codeCells(notebook) : [];
    if (first) notebook.activeCellIndex = notebook.widgets.indexOf(first);
    panel.querySelector(".jp-Notebook").focus();  // where Shift + Enter is heard
    view()?.scrollTo(0, 0);
    window.dispatchEvent(new Event("resize"));  // figures measure their room
    send("slide", at);
    note();
  };
  const go = (to) => {
    at = Math.max(0, Math.min(slides.length - 1, to));
    show();
  };
  // A section is longer than a screen: first down to its end, then on to the next.
  const page = (way) => {
    const frame = view()?.getBoundingClientRect();
    const last = slides[at][slides[at].length - 1].getBoundingClientRect();
    const more = way > 0 ? last.bottom > frame?.bottom : view()?.scrollTop > 1;
    if (more) view().scrollBy(0, way * 0.85 * frame.height);
    else go(at + way);
  };
  // Put the section's cells back as they were written, and run again what had run.
  const rewind = async () => {
    const notebook = notebookOf(panel);
    if (!notebook) return tell(NO_APP);
    if (rewinding) return;
    rewinding = true;
    try { await rerun(notebook); } finally { rewinding = false; }
  };
  const rerun = async (notebook) => {
    const here = codeCells(notebook), needs = sheet().needs ?? [];
    const again = here.filter((cell) => cell.model.executionCount !== null);
    const before = notebook.widgets.filter((cell) => needs.includes(cell.model.id));
    tell("rewinding …");
    const kernel = notebook.parent.sessionContext.session?.kernel;
    if (kernel?.status === "busy") await kernel.interrupt();
    for (const cell of here) {
      const source = written.get(cell.model.id);
      if (source !== undefined && cell.model.sharedModel.source !== source) {
        cell.model.sharedModel.setSource(source);
      }
      cell.model.clearExecution();
    }
    if (again.length) await runCells(notebook, [...before, ...again]);
    if (hud) show();
  };
  const darken = () => {
    black = document.createElement("div");
    black.className = "course-black";
    panel.append(black);
  };
  const openNotes = () => {
    leaving = Boolean(document.fullscreenElement);  // a new window ends full screen
    notes = window.open("", "course-notes", "popup,width=760,height=520");
    if (!notes) leaving = false;
    if (!notes) return tell("the browser blocked the notes' window");
    notes.document.onkeydown = key;  // a clicker works there, too
    note();
  };
  const look = () => {
    document.body.classList.toggle("course-no-code", on && !model.get("show_code"));
    const room = Math.max(1, window.innerWidth / WIDTH);
    document.body.style.setProperty("--course-scale", room * model.get("scale"));
    box.checked = model.get("show_code");
  };
  const larger = (by) =>
    send("scale", Math.max(1, Math.min(4, model.get("scale") + by)));

  const actions = {
    Home: () => go(0), End: () => go(slides.length - 1),
    c: () => send("show_code", !model.get("show_code")),
    n: openNotes, r: rewind, b: darken, ".": darken,
    "+": () => larger(0.1), "-": () => larger(-0.1), Escape: () => stop(),
  };
  for (const name of FORWARD) actions[name] = () => page(1);
  for (const name of BACK) actions[name] = () => page(-1);
  // Behind a guess or a click one wants the next cell, not the widget's own once more.
  const runNext = (target) => {
    const notebook = notebookOf(panel);
    const lost = target === document.body;  // a button that was pressed is disabled now
    const inWidget = target.closest?.(WIDGET) && target.tagName !== "TEXTAREA";
    if (notebook && (lost || inWidget)) {
      const here = codeCells(notebook), { activeCell } = notebook;
      const own = here.findIndex((cell) => (lost
        ? cell === activeCell && cell.node.querySelector(WIDGET)
        : cell.node.contains(target)));
      const next = own < 0 ? activeCell : here[own + 1];
      return here.includes(next) ? () => runAndSelect(notebook, next) : () => go(at + 1);
    }
    // Behind the last cell of a slide JupyterLab would go on with hidden ones.
    const hidden = panel.querySelector(".jp-Cell.jp-mod-active.course-off");
    return hidden ? () => go(at + 1) : null;
  };
  const act = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return null;
    if (event.key === "F5") return () => {};  // many a clicker's start button
    if (event.key === "Enter") return event.shiftKey ? runNext(event.target) : null;
    const typing = event.target.closest?.(TYPING);
    // A clicker sends Page Down whatever has the focus.
    if (typing && !["PageDown", "PageUp"].includes(event.key)) return null;
    const letter = event.key.length === 1;
    const name = letter ? event.key.toLowerCase() : event.key;
    // JupyterLab's own letters cut cells, and lie beside ours.
    return actions[name] ?? (letter && event.key !== " " ? () => {} : undefined);
  };
  const key = (event) => {
    if (!hud) return;  // the notes' window may outlive the show
    let action = act(event);
    if (black && !["Control", "Shift", "Alt", "Meta"].includes(event.key)) {
      action = () => { black.remove(); black = null; };
    }
    if (!action) return;
    if (leaving && event.view === window && event.key !== "Escape") {
      leaving = false;
      panel.requestFullscreen?.().catch(() => {});
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat || event.key.length > 1) action();  // a letter that is held is one
  };
  const fullscreen = () => { if (!document.fullscreenElement && !leaving) stop(); };

  const start = async () => {
    panel = el.closest(".jp-NotebookPanel");
    if (!panel || hud || starting) return;  // a second click, while cells are drawn
    starting = true;
    try { await begin(); } finally { starting = false; }
  };
  const begin = async () => {
    leaving = false;
    panel.requestFullscreen?.().catch(() => {});  // without it, it still fills the tab
    // Escape is for whoever has the focus; held down, it leaves full screen all the same.
    navigator.keyboard?.lock?.(["Escape"])?.catch(() => {});
    const notebook = notebookOf(panel);
    if (notebook) await allDrawn(notebook);
    for (const { model: { id, sharedModel } } of notebook?.widgets ?? []) {
      if (!written.has(id)) written.set(id, sharedModel.source);
    }
    slides = slidesOf(panel, el);
    document.body.classList.add(CLASSES[0]);
    on = true;
    look();
    hud = document.createElement("div");
    hud.className = "course-hud";
    hud.setAttribute("role", "timer");  // not read out every second
    panel.append(hud);
    if (!at) begun = Date.now();  // who left by mistake comes back to the same slide
    clock = setInterval(tick, 1000);
    window.addEventListener("keydown", key, true);
    document.addEventListener("fullscreenchange", fullscreen);
    window.addEventListener("resize", look);
    send("count", slides.length);
    go(at);
  };
  const stop = () => {
    if (!hud) return;
    on = leaving = false;
    navigator.keyboard?.unlock?.();
    document.body.classList.remove(...CLASSES);
    window.removeEventListener("keydown", key, true);
    window.removeEventListener("resize", look);
    document.removeEventListener("fullscreenchange", fullscreen);
    if (document.fullscreenElement) document.exitFullscreen();
    clearInterval(clock);
    hud.remove();
    black?.remove();
    hud = black = null;
    for (const cell of panel.querySelectorAll(".course-off")) {
      cell.classList.remove("course-off");
    }
    slides[at]?.[0]?.scrollIntoView();
    send("slide", -1);
  };

  el.querySelector(".start").addEventListener("click", start);
  box.addEventListener("change", () => send("show_code", box.checked));
  model.on("change:show_code", look);
  model.on("change:scale", look);
  return () => {
    stop();
    model.off("change:show_code", look);
    model.off("change:scale", look);
  };
}
export default { render };
