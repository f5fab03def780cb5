// Turn the notebook around this widget into slides, one # or ## section at a time.
// The cells stay where they are, and live: all others are only hidden.
const FORWARD = ["PageDown", "ArrowRight"];
const BACK = ["PageUp", "ArrowLeft"];
const CLASSES = ["course-present", "course-no-code"];

function render({ model, el }) {
  el.classList.add("course", "present");
  el.innerHTML = `
    <div class="row">
      <button class="start">▶ Present</button>
      <label><input type="checkbox"> show code</label>
      <span class="note">Page Down / Page Up move · c code · n notes · + − size · Esc
        ends</span>
    </div>`;
  const box = el.querySelector("input");
  box.checked = model.get("show_code");

  let slides = [], at = 0, hud = null, panel = null, notes = null, clock = 0;
  let begun = 0, entered = 0;

  const send = (name, value) => { model.set(name, value); model.save_changes(); };
  const titleOf = (cells) => {
    const head = cells[0]?.querySelector("h1, h2");
    // JupyterLab hangs a ¶ behind a heading.
    return head ? head.textContent.replace(/¶\s*$/, "").trim() : "";
  };
  const minutes = (since) => {
    const s = Math.floor((Date.now() - since) / 1000);
    return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  };
  const sheet = () => {
    const title = titleOf(slides[at]);
    return model.get("sheets").find((one) => one.title === title) || { title };
  };

  const collect = () => {
    slides = [];
    for (const cell of panel.querySelectorAll(".jp-Notebook .jp-Cell")) {
      const head = cell.classList.contains("jp-MarkdownCell")
        && cell.querySelector("h1, h2");
      if (head || !slides.length) slides.push([]);
      slides[slides.length - 1].push(cell);
    }
    slides = slides.filter((cells) => titleOf(cells) || cells.length > 1);
  };
  const tick = () => {
    const one = sheet();
    const planned = one.minutes ? ` of ${one.minutes} min` : "";
    hud.textContent = `${at + 1} / ${slides.length} · ${minutes(begun)}`;
    const where = notes && !notes.closed && notes.document.querySelector("#clock");
    if (where) {
      where.textContent = `${minutes(entered)}${planned} · ${minutes(begun)} in all`;
    }
  };
  const drawNotes = () => {
    if (!notes || notes.closed) return;
    const one = sheet(), page = notes.document;
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
    tick();
  };
  const show = () => {
    slides.forEach((cells, k) => cells.forEach((cell) =>
      cell.classList.toggle("course-off", k !== at)));
    entered = Date.now();
    for (const box of panel.querySelectorAll(".jp-WindowedPanel-outer")) {
      box.scrollTo(0, 0);
    }
    window.dispatchEvent(new Event("resize"));  // figures measure their room
    send("slide", at);
    tick();
    drawNotes();
  };
  const go = (to) => {
    at = Math.max(0, Math.min(slides.length - 1, to));
    show();
  };
  const look = () => {
    document.body.classList.toggle("course-no-code", !model.get("show_code"));
    document.body.style.setProperty("--course-scale", model.get("scale"));
    box.checked = model.get("show_code");
  };
  const larger = (by) =>
    send("scale", Math.max(1, Math.min(4, model.get("scale") + by)));

  const key = (event) => {
    const typing = event.target.closest?.(
      ".cm-editor, input, textarea, select, [contenteditable], [role=slider], "
      + "[role=listbox], .course:not(.present)");
    const name = event.key;
    // A clicker sends Page Down whatever has the focus.
    if (typing && !["PageDown", "PageUp"].includes(name)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (FORWARD.includes(name)) go(at + 1);
    else if (BACK.includes(name)) go(at - 1);
    else if (name === "Home") go(0);
    else if (name === "End") go(slides.length - 1);
    else if (name === "c") send("show_code", !model.get("show_code"));
    else if (name === "n") openNotes();
    else if (name === "+") larger(0.1);
    else if (name === "-") larger(-0.1);
    else if (name === "Escape") stop();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const openNotes = () => {
    notes = window.open("", "course-notes", "popup,width=760,height=520");
    drawNotes();
  };
  const fullscreen = () => { if (!document.fullscreenElement) stop(); };

  const start = () => {
    panel = el.closest(".jp-NotebookPanel");
    if (!panel || hud) return;
    collect();
    document.body.classList.add(CLASSES[0]);
    look();
    hud = document.createElement("div");
    hud.className = "course-hud";
    hud.setAttribute("role", "status");
    panel.append(hud);
    begun = Date.now();
    clock = setInterval(tick, 1000);
    document.addEventListener("keydown", key, true);
    document.addEventListener("fullscreenchange", fullscreen);
    panel.requestFullscreen?.().catch(() => {});  // without it, it still fills the tab
    send("count", slides.length);
    at = slides.findIndex((cells) => cells.some((cell) => cell.contains(el)));
    go(Math.max(0, at));
    panel.focus?.();
  };
  const stop = () => {
    if (!hud) return;
    document.body.classList.remove(...CLASSES);
    document.removeEventListener("keydown", key, true);
    document.removeEventListener("fullscreenchange", fullscreen);
    if (document.fullscreenElement) document.exitFullscreen();
    clearInterval(clock);
    hud.remove();
    hud = null;
    slides.flat().forEach((cell) => cell.classList.remove("course-off"));
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
