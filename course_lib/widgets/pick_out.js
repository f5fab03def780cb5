// A list to tick; the truth comes from Python when the button is pressed.
const FRAME = `
  <b class="title"></b>
  <ol class="items"></ol>
  <div class="row"><button class="show">Show the truth</button><span class="note left"></span></div>
  <div class="verdict" aria-live="polite"></div>`;

function makeItem(text, k, toggle) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => toggle(k, box.checked));
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = text;
  const note = document.createElement("span");
  note.className = "note";
  label.append(box, words);
  item.append(label, note);
  return item;
}

function render({ model, el }) {
  el.classList.add("course", "pick-out");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const count = model.get("count");
  find(".title").textContent = model.get("question");
  const toggle = (k, on) => {
    const others = model.get("picked").filter((p) => p !== k);
    model.set("picked", on ? [...others, k].sort((a, b) => a - b) : others);
    model.save_changes();
  };
  const items = model.get("texts").map((text, k) => makeItem(text, k, toggle));
  find(".items").append(...items);

  const draw = () => {
    const picked = model.get("picked");
    const odd = model.get("odd");
    const shown = odd.length > 0;
    items.forEach((item, k) => {
      const box = item.querySelector("input");
      box.checked = picked.includes(k);
      box.disabled = shown || (!box.checked && picked.length >= count);
      item.classList.toggle("odd", shown && odd.includes(k));
      item.classList.toggle("missed", shown && odd.includes(k) !== picked.includes(k));
      item.querySelector(".note").textContent = shown ? model.get("notes")[k] ?? "" : "";
    });
    find(".show").disabled = shown || picked.length !== count;
    find(".left").textContent = shown ? "" : `${picked.length} of ${count} ticked`;
    find(".verdict").textContent = model.get("verdict");
  };
  find(".show").addEventListener("click", () => {
    model.set("reveal", true);
    model.save_changes();
  });
  keepKeys(el);
  const names = ["change:picked", "change:odd", "change:notes", "change:verdict"];
  for (const name of names) model.on(name, draw);
  draw();
  return () => { for (const name of names) model.off(name, draw); };
}
export default { render };
