// A question, its options as buttons, and a tally for a class.
function render({ model, el }) {
  el.classList.add("course", "predict");
  el.innerHTML = `
    <div><b>Predict: </b><span class="question"></span></div>
    <div class="row options" role="group" aria-label="Options"></div>
    <div class="row">
      <label class="note"><input type="checkbox"> class poll</label>
      <button class="show" hidden>Show the answer</button>
    </div>
    <div class="verdict" aria-live="polite"></div>`;
  const options = el.querySelector(".options");
  const poll = el.querySelector("input");
  const reveal = el.querySelector(".show");
  el.querySelector(".question").textContent = model.get("question");
  poll.checked = model.get("votes").some((n) => n > 0);  // drawn anew in mid-poll

  const send = (name, value) => { model.set(name, value); model.save_changes(); };
  const click = (k) => {  // one guess each: Python may be busy when it comes
    if (model.get("answer") >= 0 || (!poll.checked && model.get("guess") >= 0)) return;
    if (!poll.checked) return send("guess", k);
    send("votes", model.get("votes").map((n, i) => n + (i === k ? 1 : 0)));
  };
  const buttons = model.get("options").map((option, k) => {
    const button = document.createElement("button");
    button.addEventListener("click", () => click(k));
    options.append(button);
    return button;
  });
  const draw = () => {
    const answer = model.get("answer");
    const guess = model.get("guess");
    const votes = model.get("votes");
    buttons.forEach((button, k) => {
      const mark = answer < 0 ? "" : k === answer ? "✓ " : k === guess ? "✗ " : "";
      button.textContent = mark + model.get("options")[k];
      button.disabled = answer >= 0;
      button.classList.toggle("right", k === answer);
      button.classList.toggle("wrong", answer >= 0 && k === guess && k !== answer);
      if (votes.some((n) => n > 0)) {
        const count = document.createElement("span");
        count.className = "votes";
        count.textContent = `${votes[k]}`;
        button.append(count);
      }
    });
    reveal.hidden = !poll.checked || answer >= 0;
    poll.disabled = answer >= 0;
    const waits = guess >= 0 && answer < 0 ? "waiting for Python …" : "";
    el.querySelector(".verdict").textContent = model.get("verdict") || waits;
  };
  poll.addEventListener("change", draw);
  reveal.addEventListener("click", () => send("reveal", true));
  keepKeys(el);
  const names = ["change:answer", "change:verdict", "change:votes", "change:guess"];
  for (const name of names) model.on(name, draw);
  draw();
  return () => { for (const name of names) model.off(name, draw); };
}
export default { render };
