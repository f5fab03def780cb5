// A chart to draw on: one point a bin follows the pointer; then the measured points.
const BOX = { left: 82, right: 790, top: 24, bottom: 310, width: 800, height: 380 };
const DIAMOND = "M0,-11L11,0L0,11L-11,0z"; // guess and truth differ in shape and dash, too
const DISC = "M-7,0a7,7 0 1,0 14,0a7,7 0 1,0 -14,0";
const swatch = (name, mark, text) => `<span class="${name}">
  <svg width="56" height="24" aria-hidden="true"><path class="line" d="M2,12H54"/>
  <path class="mark" d="${mark}" transform="translate(28,12)"/></svg> ${text}</span>`;
const FRAME = `
  <b class="title"></b>
  <div class="row legend">${swatch("yours", DIAMOND, "your guess")}
    ${swatch("truth", DISC, "measured, with its 95 % interval")}</div>
  <svg class="chart" viewBox="0 0 ${BOX.width} ${BOX.height}" role="group"></svg>
  <div class="row"><button class="show">Show what was measured</button>
    <span class="note hint">Press the mouse and sweep across the chart. Keys: ← → choose a point, ↑ ↓ move it.</span></div>
  <div class="verdict" aria-live="polite"></div>`;

const put = (element, attributes) =>
  Object.entries(attributes).forEach((pair) => element.setAttribute(...pair));
const percent = (share) => `${Math.round(100 * share)} %`;
const atY = (share) => BOX.bottom - share * (BOX.bottom - BOX.top);
const rounded = (share) => Math.round(100 * Math.max(0, Math.min(1, share))) / 100;
const shareAt = (y) => rounded((BOX.bottom - y) / (BOX.bottom - BOX.top));

function drawAxes(svg, xs, labels, xLabel, yLabel) {
  for (const y of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(node("path", { class: "grid", d: `M${BOX.left},${atY(y)}H${BOX.right}` }),
      node("text", { class: "tick", x: BOX.left - 8, y: atY(y) + 6 }, percent(y)));
  }
  svg.append(...labels.map((label, k) => node("text", { x: xs[k], y: BOX.bottom + 30 }, label)),
    node("path", { class: "axis", d: `M${BOX.left},${BOX.top}V${BOX.bottom}H${BOX.right}` }),
    node("text", { x: (BOX.left + BOX.right) / 2, y: BOX.height - 10 }, xLabel),
    node("text", { transform: `translate(18,${atY(0.5)}) rotate(-90)` }, yLabel));
}

function makeHandle(name, tabindex) {
  const handle = node("g", { class: "handle", role: "slider", tabindex, "aria-label": name,
    "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 100 });
  handle.append(node("path", { class: "mark", d: DIAMOND }), node("text", { class: "name", y: -19 }));
  return handle;
}
function drawTruth(layer, xs, points, guess) {
  const corners = points.map(([value], k) => `${xs[k]},${atY(value)}`);
  layer.replaceChildren(node("path", { class: "line", d: corners.length ? `M${corners.join("L")}` : "" }));
  points.forEach(([value, low, high], k) => {
    const y = guess[k] >= value && low > 0.1 ? atY(low) + 21 : atY(high) - 8; // off the guess
    const bar = `M${xs[k]},${atY(low)}V${atY(high)}m-9,0h18M${xs[k] - 9},${atY(low)}h18`;
    layer.append(node("path", { class: "interval", d: bar }),
      node("path", { class: "mark", d: DISC, transform: `translate(${xs[k]},${atY(value)})` }),
      node("text", { class: "name", x: xs[k], y }, percent(value)));
  });
}

function render({ model, el }) {
  el.classList.add("course", "curve-guess");
  el.innerHTML = FRAME;
  const [svg, title, show, hint, verdict] = [".chart", ".title", ".show", ".hint", ".verdict"]
    .map((selector) => el.querySelector(selector));
  const labels = model.get("labels");
  const xs = labels.map((_, k) => BOX.left + (k + 0.5) * (BOX.right - BOX.left) / labels.length);
  title.textContent = model.get("title");
  put(svg, { "aria-label": `${model.get("title")}: one slider a point` });
  drawAxes(svg, xs, labels, model.get("x_label"), model.get("y_label"));
  const handles = labels.map((label, k) => makeHandle(`${model.get("y_label")} at ${label}`, k ? -1 : 0));
  const [yours, truth] = ["yours", "truth"].map((name) => node("g", { class: name }));
  const [line, pale] = ["line", "pale"].map((name) => node("path", { class: name }));
  yours.append(line, ...handles);
  svg.append(pale, yours, truth); // the last one lies on top
  // One Tab leads to the chart; the arrow keys go on from there. The listener is not the
  // chart's own: with it, Chromium would let Tab stop at the whole chart, too.
  el.addEventListener("focusin", ({ target }) => {
    if (!handles.includes(target)) return;
    for (const handle of handles) put(handle, { tabindex: handle === target ? 0 : -1 });
  });
  let own = null; // guess and drawn, untold as yet: no echo of older ones may undo them
  let stroke = null; // while the pointer is down: where it was, and where it met each bin
  const now = (name) => own?.[name] ?? model.get(name);
  const draw = () => {
    const [guess, drawn, asked, points] = ["guess", "drawn", "reveal", "truth_points"].map(now);
    const pieces = (mine) => xs.map((x, k) => (k && mine === (drawn[k - 1] && drawn[k])
      ? `M${xs[k - 1]},${atY(guess[k - 1])}L${x},${atY(guess[k])}` : "")).join("");
    put(line, { d: pieces(true) });
    put(pale, { d: pieces(false) });
    handles.forEach((handle, k) => {
      const text = percent(guess[k]);
      put(handle, { transform: `translate(${xs[k]},${atY(guess[k])})`, "aria-readonly": asked,
        "aria-valuenow": Math.round(100 * guess[k]), "aria-valuetext": text + (drawn[k] ? "" : ", not drawn yet") });
      handle.classList.toggle("undrawn", !drawn[k]);
      handle.lastChild.textContent = points.length ? "" : drawn[k] ? text : "?";
    });
    drawTruth(truth, xs, points, guess);
    el.classList.toggle("revealed", points.length > 0);
    show.disabled = asked || !drawn.some((d) => d);
    show.textContent = asked && !points.length ? "Measuring …" : "Show what was measured";
    show.hidden = hint.hidden = points.length > 0;
    verdict.textContent = model.get("verdict");
  };
  const tell = (news) => { // Python hears of a stroke when it is done
    own = null;
    for (const [name, value] of Object.entries(news)) model.set(name, value);
    model.save_changes();
  };
  const changed = (shares) => ({ // shares: {number of the bin: share}
    drawn: now("drawn").map((was, k) => was || k in shares),
    guess: now("guess").map((was, k) => shares[k] ?? was) });
  const follow = (event) => {
    const frame = svg.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width * BOX.width;
    const y = (event.clientY - frame.top) / frame.height * BOX.height;
    const near = xs.reduce((best, at, k) => (Math.abs(at - x) < Math.abs(xs[best] - x) ? k : best), 0);
    const shares = {};
    stroke ??= { x, y, near, met: {} };
    xs.forEach((at, k) => { // a fast sweep jumps over bins: the line between counts
      if (x === stroke.x || (at - stroke.x) * (at - x) > 0) return;
      shares[k] = stroke.met[k] = shareAt(stroke.y + (y - stroke.y) * (at - stroke.x) / (x - stroke.x));
    });
    // The nearest bin follows; one left behind keeps what the stroke met there.
    Object.assign(shares, { [stroke.near]: stroke.met[stroke.near], [near]: shareAt(y) });
    Object.assign(stroke, { x, y, near });
    own = changed(shares);
    draw();
  };
  svg.addEventListener("pointerdown", (event) => {
    if (model.get("reveal") || event.button || stroke) return;
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    follow(event);
    handles[stroke.near].focus({ preventScroll: true });
  });
  svg.addEventListener("pointermove", (event) => { if (stroke) follow(event); });
  svg.addEventListener("lostpointercapture", () => { stroke = null; if (own) tell(own); });
  svg.addEventListener("keydown", (event) => {
    const k = handles.indexOf(event.target);
    const walk = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const rise = { ArrowUp: 0.05, ArrowDown: -0.05, Home: -1, End: 1 }[event.key];
    if (walk || rise) event.preventDefault();
    if (walk) handles[k + walk]?.focus();
    if (rise && !stroke && !model.get("reveal")) tell(changed({ [k]: rounded(now("guess")[k] + rise) }));
  });
  show.addEventListener("click", () => {
    if (!el.classList.contains("jupyter-widgets-disconnected")) tell({ reveal: true });
  });
  keepKeys(el);
  model.on("change", draw);
  draw();
  return () => model.off("change", draw);
}
export default { render };
