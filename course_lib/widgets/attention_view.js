// A row of tokens with arcs from the query to what it attends to, and the matrix.
const MATRIX = { label: 96, size: 330 };
const FRAME = `
  <div class="row">
    <label>layer <select class="layer"></select></label>
    <label>head <select class="head"></select></label>
    <span class="note">point at a token, or walk with ◀ ▶: which tokens does it look at?</span>
  </div>
  <div class="arcs" tabindex="0" role="listbox" aria-label="Tokens, the query selected"></div>
  <div class="info" aria-live="polite"></div>
  <svg class="matrix" role="img"></svg>`;

const percent = (w) => `${Math.round(100 * w)} %`;
// Bent a little, so that small weights are seen, too.
const shade = (w, most) =>
  `color-mix(in srgb, var(--course-0) ${Math.round(most * w ** 0.7)}%, transparent)`;
const cut = (label) => (label.length > 9 ? `${label.slice(0, 8)}…` : label);

// Where the tokens stand, left to right, and how high the longest arc may be.
function places(tokens) {
  let x = 6;
  const boxes = tokens.map((token) => {
    const width = Math.max(44, 10 * [...token].length + 14);
    const box = { x, width, middle: x + width / 2 };
    x += width + 5;
    return box;
  });
  return { boxes, width: x + 1, height: Math.min(150, 40 + 7 * tokens.length) };
}

function drawArcs(holder, tokens, row, query, point, idOf) {
  const { boxes, width, height } = places(tokens);
  const svg = node("svg", { width, height: height + 56 });
  const from = boxes[query].middle;
  row.forEach((w, k) => {
    if (w < 0.005 || k === query) return;
    const to = boxes[k].middle;
    const top = height - Math.min(height - 8, 26 + Math.abs(from - to) * 0.45);
    svg.append(node("path", {
      class: "arc", d: `M${from},${height}C${from},${top} ${to},${top} ${to},${height}`,
      "stroke-width": (1 + 9 * w).toFixed(1), opacity: (0.25 + 0.75 * w).toFixed(2),
    }));
  });
  tokens.forEach((token, k) => {
    const { x, width: w, middle } = boxes[k];
    const group = node("g", {
      class: k === query ? "word query" : "word", id: idOf(k), role: "option",
      "aria-selected": String(k === query), "aria-label": `${token}: ${percent(row[k])}`,
    });
    const box = node("rect", { x, y: height, width: w, height: 30, rx: 5 });
    box.style.fill = shade(row[k], 65);
    group.append(box, node("text", { x: middle, y: height + 20, class: "mono" }, token),
      node("text", { x: middle, y: height + 48, class: "share" },
        k <= query || row[k] > 0 ? percent(row[k]) : ""));
    group.addEventListener("mousemove", (event) => point(event, k));
    svg.append(group);
  });
  holder.replaceChildren(svg);
}

// A long row of tokens is wider than its frame; scrolling the page would be too much.
function bringIntoView(holder, id) {
  const token = holder.querySelector(`[id="${id}"]`)?.getBoundingClientRect();
  const frame = holder.getBoundingClientRect();
  if (!token?.width) return;
  if (token.left < frame.left) holder.scrollLeft -= frame.left - token.left;
  if (token.right > frame.right) holder.scrollLeft += token.right - frame.right;
}

function drawMatrix(svg, tokens, matrix, query, point) {
  const cell = Math.min(30, MATRIX.size / tokens.length);
  const side = MATRIX.label + cell * tokens.length + 4;
  svg.setAttribute("width", side + 60);
  svg.setAttribute("height", side);
  svg.replaceChildren();
  const small = cell < 12;
  tokens.forEach((token, k) => {
    const at = MATRIX.label + cell * (k + 0.5);
    if (small && k !== query) return;
    const bold = k === query ? "mono query" : "mono";
    svg.append(
      node("text", { x: MATRIX.label - 6, y: at + 5, class: `${bold} end` }, cut(token)),
      node("text", { transform: `translate(${at + 4},${MATRIX.label - 6}) rotate(-55)`,
        class: `${bold} start` }, cut(token)),
    );
  });
  matrix.forEach((row, q) => row.forEach((w, k) => {
    const box = node("rect", {
      class: k > q && w === 0 ? "cell hidden-from" : "cell",
      x: MATRIX.label + cell * k, y: MATRIX.label + cell * q,
      width: cell - 1, height: cell - 1,
    });
    box.style.fill = shade(w, 100);
    box.addEventListener("mousemove", (event) => point(event, q, k));
    svg.append(box);
  }));
  svg.append(node("rect", {
    class: "row-mark", x: MATRIX.label - 1, y: MATRIX.label + cell * query - 1,
    width: cell * tokens.length + 1, height: cell + 1,
  }));
}

function render({ model, el }) {
  el.classList.add("course", "attention-view");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const menus = [find(".layer"), find(".head")];
  const idOf = (k) => `${model.model_id ?? "attention"}-${k}`;
  const save = (name, value) => { model.set(name, value); model.save_changes(); };
  let key = -1; // the column under the mouse
  let mouse = ""; // where it was last

  menus.forEach((menu, i) => {
    for (let k = 0; k < model.get("sizes")[i]; k++) menu.append(new Option(`${k}`, k));
    menu.addEventListener("change", () => save(["layer", "head"][i], Number(menu.value)));
  });
  const draw = () => {
    const [tokens, matrix, query] = ["tokens", "matrix", "query"].map((n) => model.get(n));
    const row = matrix[query];
    menus[0].value = model.get("layer");
    menus[1].value = model.get("head");
    drawArcs(find(".arcs"), tokens, row, query, point, idOf);
    find(".arcs").setAttribute("aria-activedescendant", idOf(query));
    requestAnimationFrame(() => bringIntoView(find(".arcs"), idOf(query)));
    drawMatrix(find(".matrix"), tokens, matrix, query, point);
    find(".matrix").setAttribute("aria-label",
      `Matrix of ${tokens.length} queries by ${tokens.length} keys`);
    const best = row.indexOf(Math.max(...row));
    const comesLater = key > query && row[key] === 0;
    find(".info").textContent = comesLater
      ? `“${tokens[query]}” cannot see “${tokens[key]}”: it comes later`
      : key >= 0 ? `“${tokens[query]}” attends to “${tokens[key]}”: ${percent(row[key])}`
      : `“${tokens[query]}” attends most to “${tokens[best]}”: ${percent(row[best])}`;
  };
  const choose = (query, column = -1) => {
    if (query === model.get("query") && column === key) return;
    key = column;
    if (query === model.get("query")) return draw();
    save("query", query);
  };
  // What is drawn anew under a resting mouse is not pointed at: the keys may have moved.
  const point = (event, query, column) => {
    const now = `${event.clientX},${event.clientY}`;
    if (now === mouse) return;
    mouse = now;
    choose(query, column);
  };
  find(".arcs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = model.get("tokens").length - 1;
    choose(Math.max(0, Math.min(last, model.get("query") + step)));
  });
  keepKeys(el);
  const names = ["change:matrix", "change:query", "change:layer", "change:head"];
  for (const name of names) model.on(name, draw);
  draw();
  return () => { for (const name of names) model.off(name, draw); };
}
export default { render };
