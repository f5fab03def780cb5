// What the scripts of several widgets share; base.py puts it before each of them.
const SVG = "http://www.w3.org/2000/svg";

// A part of a drawing. Text is set as textContent, so it can never be HTML.
function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// A part of the page.
function make(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const colour = (k) => `var(--course-${k % 5})`;
const asPercent = (p) => (p > 0 && p < 0.001 ? "<0.1 %" : `${(100 * p).toFixed(1)} %`);

// Keys pressed in a widget are not JupyterLab's commands, but for the one that saves;
// and Shift Enter, by which one runs cells, does not press a button.
function keepKeys(el) {
  el.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s") event.stopPropagation();
    const button = event.target.tagName === "BUTTON";
    if (event.key === "Enter" && event.shiftKey && button) event.preventDefault();
  });
}

