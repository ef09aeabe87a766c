// Small helpers; everything goes through textContent, so nothing from the machine becomes markup.
export const byId = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name === "click") node.addEventListener("click", value);
    else if (name in node && typeof value === "boolean") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export const second = (text) => make("small", { lang: "en" }, text);

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

export function pill(node, text, look) {
  node.textContent = text;
  node.className = `pill ${look}`;
}
