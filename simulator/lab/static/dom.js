// Small helpers; everything goes through textContent, so nothing from the machine becomes markup.
export const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "click") node.addEventListener("click", value);
    else if (name === "class") node.setAttribute("class", value);
    else if (name in node && typeof value === "boolean") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// Both languages stand in the page; the language key only hides one of them.
export function pair([zh, en]) {
  if (!en || zh === en) return [zh];
  return [make("span", { lang: "zh" }, zh), " ", make("span", { lang: "en" }, en)];
}
export const stacked = ([zh, en]) => [make("b", { lang: "zh" }, zh), make("small", { lang: "en" }, en)];
export const label = (x, y, [zh, en], look = "") => draw("text", { x, y, class: look }, draw("tspan", { lang: "zh" }, zh), " ", draw("tspan", { lang: "en" }, en));

export const chip = (value, text) => make("span", { class: `note v${value}` }, text ?? String(value / 100));

// Rebuild only what changed, so that focus and scrolling stay.
export function refresh(node, key, build) {
  const told = JSON.stringify(key);
  if (node.dataset.told === told) return;
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  node.dataset.told = told;
  node.replaceChildren(...build());
  if (focused) [...node.querySelectorAll("[data-name]")].find((one) => one.dataset.name === focused)?.focus();
}

// `words`: both languages, or one text for both.
export function pill(node, words, look) {
  refresh(node, [words, look], () => pair(Array.isArray(words) ? words : [words, words]));
  node.setAttribute("class", `pill ${look}`);
}
