// A list of problems, a slider over the stages of practice, and the answers given then.
const FRAME = `
  <label class="row">problem <select class="problem"></select></label>
  <label class="row">stage <input type="range" min="0" step="1"><output></output></label>
  <div class="strip" role="img"></div>
  <div class="info" role="status" aria-live="polite"></div>
  <ol class="answers"></ol>`;

function makeAnswer([text, right]) {
  const item = document.createElement("li");
  item.className = right ? "right" : "wrong";
  const mark = document.createElement("span");
  mark.className = "mark";
  mark.textContent = right ? "✓" : "✗";
  mark.setAttribute("aria-label", right ? "right" : "wrong");
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = text || "(nothing)";
  item.append(mark, words);
  return item;
}

function render({ model, el }) {
  el.classList.add("course", "practice-scrubber");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const slider = find("input");
  const stages = model.get("stages");
  const every = model.get("answers");
  slider.max = stages.length - 1;
  model.get("problems").forEach((text, k) => find(".problem").add(new Option(text, k)));
  const bars = stages.map((stage, k) => {
    const bar = document.createElement("span");
    bar.addEventListener("click", () => go("position", k));
    find(".strip").append(bar);
    return bar;
  });
  const go = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const share = (some) => some.reduce((sum, [, right]) => sum + right, 0) / some.length;

  const draw = () => {
    const pinned = model.get("pinned");
    const position = model.get("position");
    const answers = every[pinned][position];
    find(".problem").value = pinned;
    slider.value = position;
    slider.setAttribute("aria-valuetext", stages[position]);
    find("output").textContent = stages[position];
    bars.forEach((bar, k) => {
      bar.style.height = `${4 + 36 * share(every[pinned][k])}px`;
      bar.classList.toggle("now", k === position);
      bar.title = `${stages[k]}: ${Math.round(100 * share(every[pinned][k]))} % right`;
    });
    find(".strip").setAttribute("aria-label", "Share of right answers at every stage: "
      + bars.map((bar) => bar.title).join("; "));
    const right = answers.reduce((sum, [, r]) => sum + r, 0);
    const letters = answers.reduce((sum, [text]) => sum + text.length, 0);
    find(".info").textContent = `${right} of ${answers.length} right, `
      + `${Math.round(letters / answers.length)} letters an answer`;
    find(".answers").replaceChildren(...answers.map(makeAnswer));
  };
  slider.addEventListener("input", () => go("position", Number(slider.value)));
  find(".problem").addEventListener("change", (event) => go("pinned", Number(event.target.value)));
  keepKeys(el);
  model.on("change:position change:pinned", draw);
  draw();
  return () => model.off("change:position change:pinned", draw);
}
export default { render };
