// Chinese, English or both; remembered in the address.
import { say, told } from "./address.js";
import { byId, make } from "./dom.js";

const NAMES = { zh: "中文", en: "English", both: "中 + En" };
const ORDER = ["both", "zh", "en"];

function use(name) {
  document.documentElement.dataset.lang = name;
  for (const key of byId("langs").children) key.setAttribute("aria-pressed", String(key.dataset.language === name));
}

function choose(name) {
  say("lang", name === "both" ? "" : name);
  use(name);
}

export const nextLanguage = () => choose(ORDER[(ORDER.indexOf(document.documentElement.dataset.lang) + 1) % ORDER.length]);

export function wireLanguage() {
  byId("langs").replaceChildren(...["zh", "en", "both"].map((name) => make("button", { class: "tool", "data-language": name, click: () => choose(name) }, NAMES[name])));
  const wanted = () => (ORDER.includes(told("lang")) ? told("lang") : "both");
  use(wanted());
  addEventListener("hashchange", () => use(wanted()));
}
