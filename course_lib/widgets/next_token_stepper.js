// The story, the next tokens as bars that are buttons, three sliders, and the branches.
const TOP_KS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60, 100, 0]; // 0: all
const FRAME = `
  <div class="tokens story" aria-label="The story so far"></div>
  <div class="row">
    <button class="sample">Sample</button>
    <button class="sample-ten">Sample 10</button>
    <button class="greedy">Greedy</button>
    <button class="back">◀ Back</button>
    <span class="note">click a bar, or press 1 to 8: any token can be taken</span>
  </div>
  <div class="message" role="status"></div>
  <div class="sliders">
    <label>temperature <input type="range" class="temperature" min="0" max="2" step="0.1"><output></output></label>
    <label>top-k <input type="range" class="top-k" min="0" max="${TOP_KS.length - 1}" step="1"><output></output></label>
    <label>top-p <input type="range" class="top-p" min="0.05" max="1" step="0.05"><output></output></label>
  </div>
  <div class="bars" role="group" aria-label="Next tokens, the likeliest first"></div>
  <div class="others note"></div>
  <div class="note key"><span class="sw now"></span> sampled with this probability
    <span class="sw cut"></span> cut: never sampled
    <span class="sw own"></span> the model's own probability</div>
  <div class="tree" role="tree" tabindex="0"
    aria-label="All branches; arrow keys walk in them"></div>`;

// A bar is made once and then only changed, so that it keeps the focus.
function makeBar(k, take) {
  const bar = make("button", "bar");
  bar.append(make("span", "rank", `${k + 1}`), make("code", "label"), make("span", "track"),
    make("span", "value"));
  bar.querySelector(".track").append(make("span", "fill"), make("span", "own"));
  bar.addEventListener("click", () => take(k));
  return bar;
}

function changeBar(bar, [, label, own, warmed, now]) {
  const kept = now > 0;
  bar.classList.toggle("cut", !kept);
  bar.querySelector(".label").textContent = label;
  bar.querySelector(".fill").style.width = `${100 * (kept ? now : warmed)}%`;
  bar.querySelector(".own").style.left = `${100 * own}%`;
  bar.querySelector(".value").textContent = kept ? asPercent(now) : "cut";
  bar.setAttribute("aria-label", `${label}, ${kept ? asPercent(now) : "cut"}, `
    + `the model's own probability ${asPercent(own)}`);
}

function childrenOf(nodes) {
  const children = nodes.map(() => []);
  nodes.forEach(([parent], n) => { if (parent >= 0) children[parent].push(n); });
  return children;
}

function pathTo(nodes, here) {
  const path = [];
  for (let n = here; n > 0; n = nodes[n][0]) path.unshift(n);
  return path;
}

// A line for each run of tokens up to the next fork, indented by the forks before it.
function drawTree(box, nodes, here, visit) {
  const children = childrenOf(nodes);
  const onPath = new Set(pathTo(nodes, here));
  const lines = [];
  const draw = (first, depth) => {
    const line = make("div", "branch", depth ? "└ " : "");
    line.style.marginLeft = `${1.2 * Math.min(depth, 12)}em`;
    lines.push(line);
    let n = first;
    for (;;) {
      const current = n;
      const token = make("span", onPath.has(n) ? "twig on-path" : "twig",
        n ? nodes[n][1] : "prompt");
      token.setAttribute("role", "treeitem");
      token.setAttribute("aria-selected", String(n === here));
      token.addEventListener("click", () => visit(current));
      line.append(token);
      if (children[n].length !== 1) break;
      [n] = children[n];
    }
    for (const child of children[n]) draw(child, depth + 1);
  };
  draw(0, 0);
  box.replaceChildren(...lines);
}

function neighbour(nodes, here, key) {
  const children = childrenOf(nodes);
  if (key === "Home") return 0;
  if (key === "ArrowLeft") return Math.max(0, nodes[here][0]);
  if (key === "ArrowRight") return children[here][0] ?? here;
  if (here === 0 || !["ArrowUp", "ArrowDown"].includes(key)) return undefined;
  const siblings = children[nodes[here][0]];
  const step = key === "ArrowDown" ? 1 : -1;
  return siblings[(siblings.indexOf(here) + step + siblings.length) % siblings.length];
}

function render({ model, el }) {
  el.classList.add("course", "next-token-stepper");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const inputs = [...el.querySelectorAll(".sliders input")];
  const outputs = [...el.querySelectorAll("output")];

  const save = (name, value) => { model.set(name, value); model.save_changes(); };
  const order = (name, argument = null) => model.send({ do: name, argument });
  const take = (k) => {
    const bar = model.get("bars")[k];
    if (bar) order("append", bar[0]);
  };
  const bars = Array.from({ length: 8 }, (_, k) => makeBar(k, take));
  find(".bars").append(...bars);

  const drawBars = () => {
    const shown = model.get("bars");
    bars.forEach((bar, k) => {
      bar.hidden = k >= shown.length;
      if (!bar.hidden) changeBar(bar, shown[k]);
    });
    const [count, kept, own, now] = model.get("others");
    find(".others").textContent = shown.length
      ? `${count.toLocaleString("en")} others: ${asPercent(now)} together, `
        + `${kept.toLocaleString("en")} of them kept (the model's own: ${asPercent(own)})` : "";
  };
  const drawStory = () => {
    const nodes = model.get("nodes");
    const here = model.get("here");
    const held = document.activeElement;
    const told = pathTo(nodes, here).map((n) => make("span", "token told", nodes[n][1]));
    const given = model.get("prompt").map((label) => make("span", "token given", label));
    find(".story").replaceChildren(...given, ...told);
    find(".story").scrollTop = find(".story").scrollHeight;  // what was written last
    find(".message").textContent = model.get("message");
    for (const name of ["sample", "sample-ten", "greedy"]) {
      find(`.${name}`).disabled = model.get("message") !== "";
    }
    find(".back").disabled = here === 0;
    // A button that goes grey under the hand hears no more keys.
    if (held?.disabled && el.contains(held)) find(".tree").focus();
    drawTree(find(".tree"), nodes, here, (n) => order("go_to", n));
  };
  const drawSliders = () => {
    const [temperature, k, p] = ["temperature", "top_k", "top_p"].map((n) => model.get(n));
    const place = TOP_KS.findIndex((value) => value === 0 || (k > 0 && value >= k));
    [temperature, place, p].forEach((value, i) => { inputs[i].value = value; });
    outputs[0].textContent = temperature.toFixed(1);
    outputs[1].textContent = k || "all";
    outputs[2].textContent = p < 1 ? p.toFixed(2) : "all";
    outputs.forEach((out, i) => inputs[i].setAttribute("aria-valuetext", out.textContent));
  };
  inputs[0].addEventListener("input", () => save("temperature", Number(inputs[0].value)));
  inputs[1].addEventListener("input", () => save("top_k", TOP_KS[Number(inputs[1].value)]));
  inputs[2].addEventListener("input", () => save("top_p", Number(inputs[2].value)));
  find(".sample").addEventListener("click", () => order("sample", 1));
  find(".sample-ten").addEventListener("click", () => order("sample", 10));
  find(".greedy").addEventListener("click", () => order("greedy"));
  find(".back").addEventListener("click", () => order("back"));
  find(".tree").addEventListener("keydown", (event) => {
    const to = neighbour(model.get("nodes"), model.get("here"), event.key);
    if (to === undefined) return;
    event.preventDefault();
    if (to !== model.get("here")) order("go_to", to);
  });
  keepKeys(el);
  el.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (/^[1-8]$/.test(event.key)) take(Number(event.key) - 1);
    if (event.key === "Backspace" && model.get("here") > 0) order("back");
  });
  const watched = {
    "change:bars": drawBars, "change:others": drawBars, "change:nodes": drawStory,
    "change:here": drawStory, "change:message": drawStory,
    "change:temperature": drawSliders, "change:top_k": drawSliders, "change:top_p": drawSliders,
  };
  for (const [name, action] of Object.entries(watched)) model.on(name, action);
  drawBars(); drawStory(); drawSliders();
  return () => {
    for (const [name, action] of Object.entries(watched)) model.off(name, action);
  };
}
export default { render };
