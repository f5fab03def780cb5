// A plane with key arrows and one query arrow to drag; the weights beside it.
const SIZE = 380, MARGIN = 36, WHOLE = SIZE + 2 * MARGIN;  // names need room at the rim
const FRAME = `
  <div class="note">drag the tip of the query arrow, or move it with the arrow keys</div>
  <div class="plane-and-table">
    <svg class="plane" viewBox="${-MARGIN} ${-MARGIN} ${WHOLE} ${WHOLE}" tabindex="0" role="application"
      aria-label="Plane with the key arrows; the arrow keys move the query"></svg>
    <div class="numbers">
      <table aria-label="The query against every key"><colgroup>${[24, 15, 16, 29, 16].map((w) => `<col style="width:${w}%">`).join("")}</colgroup><thead><tr><th>key</th><th title="query · key">q · k</th><th class="score">÷ √D</th>
        <th colspan="2" title="softmax">weight</th></tr></thead><tbody></tbody></table>
      <label class="note"><input type="checkbox" class="scaled"> <span></span></label>
      <div class="output note"></div>
    </div>
  </div>
  <div class="info" aria-live="polite"></div>`;

// The arithmetic of query_arrow.py, here as well so that it follows a drag at once.
export function weighKeys(query, keys, scale) {
  const products = keys.map((key) => query[0] * key[0] + query[1] * key[1]);
  const scores = products.map((product) => product / scale);
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { products, scores, weights: powers.map((power) => power / sum) };
}

function arrow(from, to, className, stroke) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const long = Math.hypot(to[0] - from[0], to[1] - from[1]) > 12;
  const wing = (turn) => [to[0] - 12 * Math.cos(angle + turn), to[1] - 12 * Math.sin(angle + turn)];
  const [left, right] = [wing(0.42), wing(-0.42)];
  const group = node("g", { class: className, style: `stroke:${stroke};fill:${stroke}` });
  group.append(node("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }));
  if (long) group.append(node("path", { d: `M${to}L${left}L${right}Z` }));
  return group;
}

function drawPlane(svg, state, weights) {
  const at = ([x, y]) => [SIZE / 2 * (1 + x / state.reach), SIZE / 2 * (1 - y / state.reach)];
  svg.replaceChildren();
  for (let v = -Math.floor(state.reach); v <= state.reach; v++) {
    const [x, y] = at([v, v]);
    const name = v ? "grid" : "axis";
    svg.append(node("line", { class: name, x1: x, x2: x, y1: 0, y2: SIZE }),
      node("line", { class: name, x1: 0, x2: SIZE, y1: y, y2: y }));
  }
  const middle = at([0, 0]);
  state.key_arrows.forEach((key, k) => {
    const tip = at(key);
    const drawn = arrow(middle, tip, "key", colour(k));
    drawn.style.strokeWidth = 2 + 8 * weights[k];
    // The name stands beyond the tip, inside the picture.
    const [x, y] = tip.map((v, i) => v + 16 * Math.sign(v - middle[i]));
    const inside = (v, room) => Math.max(room - MARGIN, Math.min(SIZE + MARGIN - room, v));
    svg.append(drawn, node("text", { x: inside(x, 24), y: inside(y + 5, 16),
      class: "name", "text-anchor": "middle" }, state.labels[k]));
  });
  if (state.output) {
    const [x, y] = at(state.output);
    svg.append(node("path", { class: "home", d: `M${x - 9},${y - 9}l18,18m0,-18l-18,18` }),
      node("text", { x: x + 13, y: y + 5, class: "name" }, "output"));
  }
  const tip = at(state.query);
  svg.append(arrow(middle, tip, "query", "currentColor"),
    node("circle", { class: "handle", cx: tip[0], cy: tip[1], r: 12 }),
    node("text", { class: "name query-name", x: tip[0], y: tip[1] - 18 < 14 ? tip[1] + 30 : tip[1] - 18,
      "text-anchor": tip[0] > SIZE - 40 ? "end" : tip[0] < 40 ? "start" : "middle" }, "query"));
}

function makeRow(label, k) {
  const row = document.createElement("tr");
  for (const name of ["name", "product", "score", "bar", "weight"]) {
    const cell = document.createElement("td");
    cell.className = name;
    row.append(cell);
  }
  const swatch = document.createElement("span");
  swatch.className = "sw";
  swatch.style.background = colour(k);
  row.children[0].append(swatch, label);
  const fill = document.createElement("span");
  fill.className = "fill";
  fill.style.background = colour(k);
  row.children[3].append(fill);
  return row;
}

function drawNumbers(find, rows, state, found) {
  rows.forEach((row, k) => {
    row.querySelector(".product").textContent = found.products[k].toFixed(2);
    row.querySelector(".score").textContent = found.scores[k].toFixed(2);
    row.querySelector(".fill").style.width = `${100 * found.weights[k]}%`;
    row.querySelector(".weight").textContent = `${Math.round(100 * found.weights[k])} %`;
    row.dataset.weight = found.weights[k];
  });
  find("th.score").textContent = state.scaled ? `÷ ${state.scale.toFixed(2)}` : "÷ 1";
  find(".scaled").checked = state.scaled;
  find(".scaled + span").textContent = `divide by ${state.scale.toFixed(2)} (√D) before softmax`;
  find(".output").textContent = state.output
    ? `output, the weighted mean of the values (the cross): `
      + `(${state.output.map((v) => v.toFixed(2)).join(", ")})` : "";
  find(".info").textContent = `query (${state.query.map((v) => v.toFixed(2)).join(", ")})`;
}

function render({ model, el }) {
  el.classList.add("course", "query-arrow");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const svg = find(".plane");
  const rows = model.get("labels").map(makeRow);
  find("tbody").append(...rows);
  let dragging = false;
  let waiting;

  const draw = () => {
    const state = Object.fromEntries(
      ["labels", "key_arrows", "value_points", "query", "scale", "scaled", "reach"]
        .map((name) => [name, model.get(name)]));
    const found = weighKeys(state.query, state.key_arrows, state.scaled ? state.scale : 1);
    if (state.value_points.length) {
      state.output = [0, 1].map((axis) =>
        state.value_points.reduce((sum, value, k) => sum + found.weights[k] * value[axis], 0));
    }
    drawPlane(svg, state, found.weights);
    drawNumbers(find, rows, state, found);
  };
  // The page follows at once; Python is told at most thirty times a second.
  const move = (query) => {
    const reach = model.get("reach");
    model.set("query", query.map((v) =>
      Math.round(100 * Math.max(-reach, Math.min(reach, v))) / 100));
    waiting ??= setTimeout(() => { waiting = undefined; model.save_changes(); }, 33);
  };
  const follow = (event) => {
    const frame = svg.getBoundingClientRect();
    const reach = model.get("reach") * WHOLE / SIZE;  // at the rim of the picture
    move([((event.clientX - frame.left) / frame.width * 2 - 1) * reach,
      (1 - (event.clientY - frame.top) / frame.height * 2) * reach]);
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    dragging = true;
    svg.setPointerCapture(event.pointerId);
    svg.focus();
    event.preventDefault();
    follow(event);
  });
  svg.addEventListener("pointermove", (event) => { if (dragging) follow(event); });
  for (const name of ["pointerup", "pointercancel"]) {
    svg.addEventListener(name, () => { dragging = false; });
  }
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const size = event.shiftKey ? 0.5 : 0.1;
    move(model.get("query").map((v, i) => v + size * step[i]));
  });
  find(".scaled").addEventListener("change", (event) => {
    model.set("scaled", event.target.checked);
    model.save_changes();
  });
  keepKeys(el);
  const names = ["change:query", "change:scaled", "change:scale"];
  for (const name of names) model.on(name, draw);
  draw();
  return () => {
    clearTimeout(waiting);
    for (const name of names) model.off(name, draw);
  };
}
export default { render };
