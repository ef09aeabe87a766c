// Small helpers; everything goes through textContent, so nothing that a machine or a person wrote becomes markup.
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (typeof value === "boolean") node.toggleAttribute(name, value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat());
  return node;
}

export const byId = (id) => document.getElementById(id);
export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// Both languages stand in the page; the language key only hides one of them.
export function pair(words) {
  const [zh, en] = Array.isArray(words) ? words : [words, words];
  return zh === en ? [String(zh)] : [make("span", { lang: "zh" }, String(zh)), " ", make("span", { lang: "en" }, String(en))];
}

// Rebuild only what changed, so that focus and what was typed stay.
export function refresh(node, key, build) {
  const told = JSON.stringify(key);
  if (node.dataset.told === told) return;
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  node.dataset.told = told;
  node.replaceChildren(...[build()].flat(2));
  if (focused) [...node.querySelectorAll("[data-name]")].find((one) => one.dataset.name === focused)?.focus();
}

export const card = (title, ...children) => make("section", { class: "card" }, make("h2", {}, pair(title)), ...children);
export const pill = (look, words) => make("span", { class: `pill ${look}` }, pair(words));
export const none = (words) => make("p", { class: "none" }, pair(words));
export const facts = (entries) => make("dl", { class: "facts" }, entries.map(([name, value]) => make("div", {}, make("dt", {}, pair(name)), make("dd", {}, [value].flat()))));

// `columns`: names; a name that begins with "#" is a column of sums. `rows`: lists of what stands in the cells.
export function table(columns, rows) {
  const sums = columns.map(([zh]) => zh.startsWith("#"));
  const names = columns.map(([zh, en]) => [zh.replace("#", ""), en]);
  const heads = names.map((name, at) => make("th", { scope: "col", class: sums[at] ? "sum" : null }, pair(name)));
  const body = rows.map((cells) => make("tr", {}, cells.map((cell, at) => make("td", { class: sums[at] ? "sum" : null }, [cell ?? ""].flat()))));
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, body)));
}

export const field = (name, input, wide) => make("label", { class: wide ? "wide" : null }, make("span", {}, pair(name)), input);
export const choice = (attributes, options) => make("select", attributes, options.map(([value, words]) => make("option", { value }, Array.isArray(words) ? words.join(" ") : words)));
