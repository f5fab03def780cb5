// The conversation, its tokens shaded by their probability; raw tokens; Send and Stop.
// What was written arrives as data and is set as textContent, so it can never be HTML.
const FRAME = `
  <div class="row head">
    <label class="who">model <select class="speaker"></select></label>
    <label class="raw-label"><input type="checkbox" class="raw-switch"> raw tokens</label>
    <button class="new">New conversation</button>
  </div>
  <label class="row system-label">system message
    <input type="text" class="system" placeholder="none"></label>
  <div class="log" role="log" aria-live="polite" tabindex="0"
    aria-label="Conversation; left and right arrow keys walk through its tokens"></div>
  <div class="raw" hidden>
    <div class="note raw-count"></div>
    <div class="tokens raw-tokens" tabindex="0"
      aria-label="Raw tokens of the conversation; arrow keys walk through them"></div>
  </div>
  <div class="row ask">
    <textarea rows="1" class="message" aria-label="Your message"
      placeholder="Write a message; Enter sends it"></textarea>
    <button class="send">Send</button>
    <button class="stop" title="or press Escape">Stop</button>
  </div>
  <div class="row foot"><span class="state" role="status"></span>
    <span class="info" aria-live="polite"></span></div>
  <div class="note legend"></div>`;
const TITLES = {
  call: (tool) => `calls ${tool}`, result: (tool) => `${tool || "the tool"} answers`,
  problem: () => "problem",
};
const STATES = { loop: "answering …", thread: "answering … Escape stops it", "": "" };

// What stands in `title`, and is read out: the token and its probability.
function describe(box, label, probability) {
  box.title = probability === null ? label : `${label}  ${asPercent(probability)}`;
  box.dataset.told = box.title;
  return box;
}

function levelOf(shades, probability) {
  if (probability === null) return "unknown";
  return `level-${shades.findIndex((least) => probability >= least)}`;
}

// One box for each stretch of pieces of one kind: words, a call, a result, a problem.
function drawReply(speaker, pieces, note, shades) {
  const boxes = [];
  let before = null;
  for (const [kind, text, probability, tool, label] of pieces) {
    const key = `${kind} ${tool}`;
    if (key !== before) {
      const box = make("div", `said ${kind}`);
      box.append(make("b", "name", TITLES[kind]?.(tool) ?? speaker), make("span", "words"));
      boxes.push(box);
      before = key;
    }
    if (!text) continue;
    const piece = make("span", `piece ${levelOf(shades, probability)}`, text);
    if (probability !== null) describe(piece, label || text, probability);
    boxes.at(-1).lastChild.append(piece);
  }
  // Border tokens alone make an empty box.
  const shown = boxes.filter((box) => box.lastChild.textContent || box.classList.contains("call"));
  if (!shown.length && !note) {
    const box = make("div", "said assistant");
    box.append(make("b", "name", speaker), make("span", "words nothing", "…"));
    shown.push(box);
  }
  if (note) shown.push(make("div", "note ended", note));
  return shown;
}

function drawTurn([asked, speaker, pieces, note], shades) {
  const turn = make("div", "turn");
  const user = make("div", "said user");
  user.append(make("b", "name", "you"), make("span", "words", asked));
  turn.append(user, ...drawReply(speaker, pieces, note, shades));
  return turn;
}

function drawRaw(pieces, shades) {
  return pieces.map(([kind, text, probability, , label]) => {
    const border = label && !text ? " border" : "";
    const read = probability === null ? " read" : "";
    const name = `token ${levelOf(shades, probability)}${read}${border}`;
    const shown = label || text;
    return describe(make("span", name, shown), kind === "prompt" ? `${shown}  (read)` : shown,
      probability);
  });
}

function drawLegend(shades) {
  const chips = shades.map((least, k) => make("span", `piece level-${k}`,
    least ? `from ${100 * least} %` : `below ${100 * shades[k - 1]} %`));
  return ["How probable the model found each token: ", ...chips.flatMap((c) => [c, " "])];
}

// Point at a token with the mouse or the arrow keys, and read its number.
function readOut(box, info) {
  let at = null;
  const point = (piece) => {
    at?.classList.remove("pointed");
    at = piece;
    at?.classList.add("pointed");
    info.textContent = at?.dataset.told ?? "";
  };
  box.addEventListener("mouseover", (event) => point(event.target.closest("[data-told]")));
  box.addEventListener("mouseleave", () => point(null));
  box.addEventListener("blur", () => point(null));
  box.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    const all = [...box.querySelectorAll("[data-told]")];
    if (step === undefined || !all.length) return;
    event.preventDefault();
    const from = all.indexOf(at) < 0 && step < 0 ? all.length : all.indexOf(at);
    point(all[Math.max(0, Math.min(all.length - 1, from + step))]);
    at.scrollIntoView({ block: "nearest" });
  });
}

function render({ model, el }) {
  el.classList.add("course", "chat-panel");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const [log, stop, send, message, speaker, system, raw] = [
    ".log", ".stop", ".send", ".message", ".speaker", ".system", ".raw-switch"].map(find);
  const shades = model.get("shades");
  let drawn = []; // what each turn on the page was made of
  let waiting = 0;
  let serial = 0, sent = ""; // by this view or another of the page, and not yet heard
  const unheard = () => sent !== "";

  const piecesOfLast = () => (model.get("running") ? model.get("reply")
    : model.get("turns").at(-1)?.[2] ?? []);
  const draw = () => {
    waiting = 0;
    const turns = model.get("turns").map((turn) => [...turn]);
    if (model.get("running") && turns.length) turns.at(-1)[2] = model.get("reply");
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.setAttribute("aria-busy", String(model.get("running") !== ""));
    while (log.children.length > turns.length) log.lastChild.remove();
    drawn.length = log.children.length;
    turns.forEach((turn, k) => { // a turn that stayed is left alone: it is not read out again
      const made = JSON.stringify(turn);
      if (drawn[k] === made) return;
      const box = drawTurn(turn, shades);
      if (log.children[k]) log.children[k].replaceWith(box);
      else log.append(box);
      drawn[k] = made;
    });
    log.hidden = !turns.length;
    if (atEnd) log.scrollTop = log.scrollHeight;
    const shown = raw.checked ? [...model.get("prompt"), ...piecesOfLast()] : [];
    find(".raw").hidden = !raw.checked;
    find(".raw-tokens").replaceChildren(...drawRaw(shown, shades));
    find(".raw-count").textContent = shown.length
      ? `${model.get("prompt").length} tokens read (grey), then what came`
      : "nothing has been said yet";
  };
  const drawSoon = () => { waiting ||= requestAnimationFrame(draw); };
  const drawState = () => {
    const running = model.get("running");
    const hadFocus = document.activeElement === stop;
    stop.hidden = !running;
    stop.disabled = model.get("stop_requested");
    send.disabled = find(".new").disabled = Boolean(running) || unheard();
    if (hadFocus && !running) message.focus();
    find(".state").textContent = running ? STATES[running]
      : unheard() ? "waiting for Python, which is busy …" : model.get("note");
    drawSoon();
  };
  const drawChoice = () => {
    speaker.value = model.get("speaker");
    system.value = model.get("system");
  };
  // Of two commands sent while the kernel is busy it would hear only the second.
  const order = (name, argument) => {
    serial += 1;
    model.set("command", [`${Date.now()} ${serial}`, name, argument]);
    model.save_changes();
  };
  const noteCommand = () => {
    sent = model.get("command")[0] ?? "";
    if (model.get("heard") === sent) sent = "";
    setTimeout(drawState, 300);  // an idle kernel has heard it by then
  };
  const noteHeard = () => {
    if (model.get("heard") === sent) sent = "";
    drawState();
  };
  const dead = () => el.classList.contains("jupyter-widgets-disconnected");
  const sendNow = () => {
    if (model.get("running") || unheard() || !message.value.trim() || dead()) return;
    model.set("system", system.value);
    order("send", message.value);
    message.value = "";
    message.focus();
  };
  const askToStop = () => {
    if (!model.get("running") || stop.disabled) return;  // Escape may be held down
    stop.disabled = true;
    // While a cell runs, the kernel reads no message of ours, but it can be interrupted.
    const kernel = model.widget_manager?.kernel;
    if (model.get("running") === "loop" && kernel?.interrupt) {
      kernel.interrupt();
      return;
    }
    model.set("stop_requested", true);
    model.save_changes();
  };
  for (const name of model.get("names")) {
    const option = make("option", "", name);
    option.value = name;
    speaker.append(option);
  }
  find(".who").hidden = model.get("names").length < 2;
  find(".system-label").hidden = !model.get("has_system");
  find(".raw-label").hidden = !model.get("has_raw");
  find(".legend").replaceChildren(...drawLegend(shades));
  readOut(log, find(".info"));
  readOut(find(".raw-tokens"), find(".info"));
  send.addEventListener("click", sendNow);
  stop.addEventListener("click", askToStop);
  find(".new").addEventListener("click", () => {
    if (!unheard() && !dead()) order("new", "");
    message.focus();
  });
  raw.addEventListener("change", draw);
  for (const [box, name] of [[speaker, "speaker"], [system, "system"]]) {
    box.addEventListener("change", () => { model.set(name, box.value); model.save_changes(); });
  }
  message.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sendNow();
  });
  keepKeys(el);
  el.addEventListener("keydown", (event) => {
    if (event.key === "Escape") askToStop();
  });
  const watched = {
    "change:turns": drawSoon, "change:reply": drawSoon, "change:prompt": drawSoon,
    "change:running": drawState, "change:note": drawState, "change:heard": noteHeard,
    "change:command": noteCommand,
    "change:stop_requested": drawState, "change:speaker": drawChoice, "change:system": drawChoice,
  };
  for (const [name, action] of Object.entries(watched)) model.on(name, action);
  drawChoice(); drawState(); draw();
  return () => {
    cancelAnimationFrame(waiting);
    for (const [name, action] of Object.entries(watched)) model.off(name, action);
  };
}
export default { render };
