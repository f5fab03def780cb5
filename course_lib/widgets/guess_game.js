// A text broken off, words to choose from, how sure one is, and everybody's score.
function render({ model, el }) {
  el.classList.add("course", "guess-game");
  el.innerHTML = `
    <div><b>Guess the next word</b> <span class="note round"></span></div>
    <blockquote class="text" style="white-space:pre-wrap"></blockquote>
    <div class="row sureness" role="radiogroup" aria-label="How sure are you?"></div>
    <div class="row options" role="group" aria-label="Words"></div>
    <div class="info" aria-live="polite"></div>
    <table class="scores" aria-label="Scores"></table>
    <div class="row"><button class="next">Next word ▶</button></div>`;
  const find = (name) => el.querySelector(name);
  const send = (name, value) => { model.set(name, value); model.save_changes(); };
  const group = `sure-${Math.random().toString(36).slice(2)}`;

  find(".sureness").append("I am …");
  for (const [name, chance] of model.get("levels")) {
    const label = document.createElement("label");
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = group;
    radio.checked = Math.abs(chance - model.get("sureness")) < 1e-9;
    radio.addEventListener("change", () => send("sureness", chance));
    label.append(radio, ` ${name} (${Math.round(100 * chance)} %)`);
    find(".sureness").append(label);
  }
  const cell = (row, text, tag = "td") => {
    const box = document.createElement(tag);
    box.textContent = text;
    row.append(box);
  };
  const draw = () => {
    const answer = model.get("answer");
    const players = model.get("players");
    const options = model.get("options");
    const number = model.get("number");
    const last = number === model.get("n_rounds") - 1;
    const held = document.activeElement;
    const option = [...find(".options").children].indexOf(held);
    find(".round").textContent = `word ${number + 1} of ${model.get("n_rounds")}`;
    find(".text").textContent = `${model.get("context")} ____`;
    const mine = players[0]?.[1] ?? [];
    const chosen = mine.indexOf(Math.max(...mine));
    find(".options").replaceChildren(...options.map((option, k) => {
      const button = document.createElement("button");
      const mark = answer < 0 ? "" : k === answer ? "✓ " : k === chosen ? "✗ " : "";
      button.textContent = mark + option.trim();
      button.disabled = answer >= 0;
      button.classList.toggle("right", k === answer);
      button.classList.toggle("wrong", answer >= 0 && k === chosen && k !== answer);
      button.addEventListener("click", () => send("guess", k));
      return button;
    }));
    find(".info").textContent = answer < 0 ? "" : `It was “${options[answer].trim()}”.`;
    const head = document.createElement("tr");
    for (const text of ["", ...(answer < 0 ? [] : options.map((o) => o.trim())), "so far"]) {
      cell(head, text, "th");
    }
    const rows = players.map(([name, chances, summary]) => {
      const row = document.createElement("tr");
      cell(row, name, "th");
      for (const chance of chances) cell(row, `${(100 * chance).toFixed(0)} %`);
      cell(row, summary);
      return row;
    });
    find(".scores").replaceChildren(head, ...rows);
    find(".next").disabled = answer < 0 || last;
    // The keys go on where the game does: to the next word, and to its options.
    const open = find(".options").children;
    if (option >= 0) (answer < 0 ? open[option] : find(".next")).focus();
    if (held === find(".next") && answer < 0) open[0].focus();
    for (const radio of el.querySelectorAll("input")) radio.disabled = answer >= 0;
  };
  find(".next").addEventListener("click", () => send("number", model.get("number") + 1));
  keepKeys(el);
  // Not the number itself: the page sets it before Python has asked the next question.
  const names = ["change:players", "change:context", "change:answer"];
  for (const name of names) model.on(name, draw);
  draw();
  return () => { for (const name of names) model.off(name, draw); };
}
export default { render };
