// Curves as SVG, so that text scales and themes apply; a read-out; a Stop button.
// The dashes and marker shapes of chart_picture.py; colours are in course.css.
const DASHES = ["", "7 3", "2 2", "9 3 2 3", "4 4"];
const MARKERS = [
  "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0", "M-4,-4h8v8h-8z", "M0,-5L5,4H-5z",
  "M0,-5L5,0L0,5L-5,0z", "M0,5L5,-4H-5z",
];
const BOX = { left: 62, right: 552, top: 10, bottom: 246, width: 560, height: 294 };
const LABELS = { loop: "Stop", thread: "Stop", replay: "Skip to the end" };

const short = (v) => (Math.abs(v) >= 1e4 || (v !== 0 && Math.abs(v) < 1e-3)
  ? v.toExponential(1) : String(Number(v.toPrecision(4))));

// About `count` round numbers between low and high; powers of ten where log.
function ticks(low, high, count, log) {
  if (log && high / low > 20) {
    const found = [];
    for (let e = Math.floor(Math.log10(low)); 10 ** e <= high; e++) {
      if (10 ** e >= low) found.push(10 ** e);
    }
    if (found.length > 1) return found;
  }
  const rough = (high - low) / count || 1;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * [1, 2, 5, 10].find((m) => m * size >= rough);
  const found = [];
  // By number, not by adding: a step may be lost in a large value.
  for (let k = Math.ceil(low / step); k * step <= high + step / 1e6; k++) {
    found.push(Number((k * step).toPrecision(12)));
    if (found.length > 2 * count + 2) break;
  }
  return found;
}

// Where numbers lie on the drawing.
function scalesOf(lines, log) {
  const xs = lines.flatMap(([, points]) => points.map(([x]) => x));
  const ys = lines.flatMap(([, points]) => points.map(([, y]) => y))
    .filter((y) => !log || y > 0);
  if (!ys.length) return null;
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  let [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  const f = log ? Math.log : (v) => v;
  if (y1 - y0 <= 1e-9 * Math.max(Math.abs(y0), Math.abs(y1))) {  // as good as equal
    const room = Math.max(0.5, Math.abs(y0) / 10);
    y0 = log ? y0 / 2 : y0 - room;
    y1 = log ? y1 * 2 : y1 + room;
  }
  const xSpan = x1 - x0 || 1;
  return {
    x0, x1, y0, y1,
    X: (x) => BOX.left + 8 + ((x - x0) / xSpan) * (BOX.right - BOX.left - 16),
    Y: (y) => BOX.bottom - 6 - ((f(y) - f(y0)) / (f(y1) - f(y0)))
      * (BOX.bottom - BOX.top - 12),
  };
}

function drawAxes(svg, scales, log, labels) {
  for (const y of ticks(scales.y0, scales.y1, 5, log)) {
    const at = scales.Y(y);
    svg.append(node("line", { class: "grid", x1: BOX.left, x2: BOX.right, y1: at, y2: at }));
    svg.append(node("text", { x: BOX.left - 7, y: at + 5, "text-anchor": "end" }, short(y)));
  }
  for (const x of ticks(scales.x0, scales.x1, 6, false)) {
    svg.append(node("text", { x: scales.X(x), y: BOX.bottom + 19, "text-anchor": "middle" },
      short(x)));
  }
  const middle = (BOX.top + BOX.bottom) / 2;
  svg.append(
    node("path", { class: "axis", d: `M${BOX.left},${BOX.top}V${BOX.bottom}H${BOX.right}` }),
    node("text", { x: (BOX.left + BOX.right) / 2, y: BOX.height - 8, "text-anchor": "middle" },
      labels[0]),
    node("text", { transform: `translate(15,${middle}) rotate(-90)`, "text-anchor": "middle" },
      labels[1] + (log ? " (log)" : "")),
  );
}

function drawLine(svg, points, scales, k, log) {
  const drawn = points.filter(([, y]) => !log || y > 0);
  if (!drawn.length) return;
  const d = drawn.map(([x, y], i) =>
    `${i ? "L" : "M"}${scales.X(x).toFixed(1)},${scales.Y(y).toFixed(1)}`).join("");
  svg.append(node("path", {
    class: "curve", d, stroke: colour(k), "stroke-dasharray": DASHES[k % 5],
  }));
  const every = Math.max(1, Math.floor(drawn.length / 8));
  drawn.forEach(([x, y], i) => {
    if (i % every) return;
    svg.append(node("path", {
      d: MARKERS[k % 5], fill: colour(k),
      transform: `translate(${scales.X(x).toFixed(1)},${scales.Y(y).toFixed(1)})`,
    }));
  });
}

function legendEntry([name, points], k) {
  const entry = document.createElement("span");
  const swatch = node("svg", { width: 36, height: 14, "aria-hidden": "true" });
  swatch.append(
    node("path", { class: "curve", d: "M1,7H35", stroke: colour(k), "stroke-dasharray": DASHES[k % 5] }),
    node("path", { d: MARKERS[k % 5], fill: colour(k), transform: "translate(18,7)" }),
  );
  const last = points.length ? ` ${short(points[points.length - 1][1])}` : "";
  entry.append(swatch, ` ${name}${last}`);
  return entry;
}

// The value of each series at the place nearest to x.
function readOut(lines, x, xLabel) {
  const values = lines.filter(([, points]) => points.length).map(([name, points]) => {
    const best = points.reduce((a, b) => (Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a));
    return `${name} ${short(best[1])}`;
  });
  return `${xLabel} ${short(x)}: ${values.join(" · ")}`;
}

const FRAME = `
  <div class="row heading"><b class="title"></b>
    <button class="stop">Stop</button>
    <label class="note"><input type="checkbox" class="log"> log scale</label>
    <span class="note state" aria-live="polite"></span></div>
  <div class="row legend"></div>
  <div class="picture-and-text">
    <svg class="chart" viewBox="0 0 ${BOX.width} ${BOX.height}" role="img" tabindex="0"></svg>
    <div class="said" tabindex="0" aria-label="What the model says"></div>
  </div>
  <div class="info" aria-live="polite"></div>`;

function render({ model, el }) {
  el.classList.add("course", "live-chart");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const [svg, stop, log] = [".chart", ".stop", ".log"].map(find);
  let pointed = null; // an x value, under the mouse or chosen with the arrow keys
  let waiting = 0;

  const xsOf = () => [...new Set(model.get("lines").flatMap(([, p]) => p.map(([x]) => x)))]
    .sort((a, b) => a - b);
  const drawPointer = (scales) => {
    svg.querySelector(".pointer")?.remove();
    find(".info").textContent = pointed === null || !scales ? ""
      : readOut(model.get("lines"), pointed, model.get("x_label"));
    if (pointed === null || !scales) return;
    const x = scales.X(pointed);
    svg.append(node("line", { class: "pointer", x1: x, x2: x, y1: BOX.top, y2: BOX.bottom }));
  };
  const draw = () => {
    waiting = 0;
    const lines = model.get("lines");
    const isLog = model.get("log_y");
    const scales = scalesOf(lines, isLog);
    svg.replaceChildren();
    if (scales) {
      drawAxes(svg, scales, isLog, [model.get("x_label"), model.get("y_label")]);
      lines.forEach(([, points], k) => drawLine(svg, points, scales, k, isLog));
    }
    svg.setAttribute("aria-label", `${model.get("title")}, ${lines.length} curves; `
      + "arrow keys read the values");
    find(".legend").replaceChildren(...lines.map(legendEntry));
    drawPointer(scales);
    el.dataset.draws = Number(el.dataset.draws ?? 0) + 1;
  };
  const drawSoon = () => { waiting ||= requestAnimationFrame(draw); };
  const drawState = () => {
    const running = model.get("running");
    find(".title").textContent = model.get("title");
    stop.textContent = LABELS[running] ?? "Stop";
    stop.disabled = running === "" || model.get("stop_requested");
    stop.hidden = running === "";
    log.checked = model.get("log_y");
    find(".state").textContent = model.get("note") || (running ? "running …" : "");
  };
  const drawSaid = () => {
    const said = model.get("said");
    find(".said").hidden = !said.length;
    find(".said").replaceChildren(...[...said].reverse().map(([step, text]) => {
      const paragraph = document.createElement("p");
      const when = document.createElement("b");
      when.textContent = `${model.get("x_label")} ${short(step)}: `;
      paragraph.append(when, text);
      return paragraph;
    }));
  };
  const askToStop = () => {
    stop.disabled = true;
    // While a cell runs, the kernel reads no message of ours, but it can be interrupted.
    const kernel = model.widget_manager?.kernel;
    if (model.get("running") !== "thread" && kernel?.interrupt) return kernel.interrupt();
    model.set("stop_requested", true);
    model.save_changes();
  };
  const point = (event) => {
    const xs = xsOf();
    const scales = scalesOf(model.get("lines"), model.get("log_y"));
    if (!scales || !xs.length) return;
    const frame = svg.getBoundingClientRect();
    const at = ((event.clientX - frame.left) / frame.width) * BOX.width;
    pointed = xs.reduce((a, b) =>
      (Math.abs(scales.X(b) - at) < Math.abs(scales.X(a) - at) ? b : a));
    drawPointer(scales);
  };
  const walk = (event) => {
    const xs = xsOf();
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || !xs.length) return;
    event.preventDefault();
    const outside = step > 0 ? -1 : xs.length;
    const from = pointed === null ? outside : xs.findIndex((x) => x >= pointed);
    pointed = xs[Math.max(0, Math.min(xs.length - 1, from + step))];
    drawPointer(scalesOf(model.get("lines"), model.get("log_y")));
  };
  const leave = () => {
    pointed = null;
    drawPointer(null);
  };
  stop.addEventListener("click", askToStop);
  log.addEventListener("change", () => { model.set("log_y", log.checked); model.save_changes(); });
  svg.addEventListener("mousemove", point);
  svg.addEventListener("mouseleave", leave);
  svg.addEventListener("keydown", walk);
  svg.addEventListener("blur", leave);
  keepKeys(el);
  const watched = {
    "change:lines": drawSoon, "change:log_y": drawSoon, "change:said": drawSaid,
    "change:running": drawState, "change:note": drawState, "change:stop_requested": drawState,
    "change:title": drawState,
  };
  for (const [name, action] of Object.entries(watched)) model.on(name, action);
  draw(); drawState(); drawSaid();
  return () => {
    cancelAnimationFrame(waiting);
    for (const [name, action] of Object.entries(watched)) model.off(name, action);
  };
}
export default { render };
