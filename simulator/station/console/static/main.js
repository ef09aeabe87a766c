// The frame of all pages: log in, find the page that the address names, and look again when the station says that something changed.
import { get, me, post, tell } from "./api.js";
import { byId, card, field, make, pair } from "./dom.js";
import { ROLES, time } from "./words.js";
import * as day from "./day.js";
import * as machine from "./machine.js";
import * as machines from "./machines.js";
import * as money from "./money.js";
import * as outlook from "./outlook.js";
import * as parameters from "./parameters.js";
import * as people from "./people.js";
import * as rules from "./rules.js";
import * as sales from "./sales.js";
import * as seats from "./seats.js";
import * as service from "./service.js";
import * as trail from "./trail.js";

const PAGES = { machines, machine, outlook, sales, seats, parameters, rules, service, money, day, people, trail };
const NAV = [
  ["machines", ["设备", "Machines"]], ["outlook", ["补给", "Refills"]], ["sales", ["售票", "Sales"]], ["seats", ["席位", "Places"]], ["parameters", ["参数", "Parameters"]], ["rules", ["规则", "Rules"]], ["service", ["运行", "Service"]],
  ["money", ["欠款、钱箱", "Claims, boxes"]], ["day", ["日结", "Day"]], ["people", ["人员", "People"]], ["trail", ["操作记录", "Trail"]],
];
const KEYS = "1234567890-";
const LANGUAGES = { zh: "中文", en: "English", both: "中 + En" };
let look = async () => {};
let busy = false;
let again = false;
let looked = 0;
let later = 0;
let pause = 0;
let stream = null;
let ahead = 0; // of the station's clock before this computer's
let began = 0; // counts the pages that were opened, so that a slow answer does not fill another page

function useLanguage(name) {
  document.documentElement.dataset.lang = name;
  localStorage.setItem("console-language", name);
  for (const key of byId("langs").children) key.setAttribute("aria-pressed", String(key.dataset.name === name));
}

function heard(words, look_) {
  byId("link").hidden = false;
  byId("link").className = `pill ${look_}`;
  byId("link").replaceChildren(...pair(words));
}

// One look at a time; what changes meanwhile is looked at next. A page that costs the station much says how long to `PAUSE` between.
async function lookAgain(event) {
  const wait = event ? 0 : looked + pause - Date.now();
  clearTimeout(later);
  if (wait > 0) {
    later = setTimeout(lookAgain, wait);
    return;
  }
  looked = Date.now();
  again = true;
  if (busy) return;
  busy = true;
  while (again) {
    again = false;
    try {
      await look();
    } catch (error) {
      console.warn(error.message);
    }
  }
  busy = false;
}

async function open() {
  if (!me.name) return;
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const page = PAGES[name] ?? machines;
  for (const link of byId("nav").children) {
    const own = link.dataset.name === (name === "machine" ? "machines" : PAGES[name] ? name : "machines");
    if (own) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  const number = (began += 1);
  const root = byId("page");
  const inside = make("div", { class: "inside" });
  inside.style.display = "contents";
  root.replaceChildren(inside);
  const refreshed = await page.open(inside, rest).catch((error) => tell(["打不开此页。", `This page cannot be opened: ${error.message}`]));
  if (number !== began || !refreshed) return;
  look = refreshed;
  pause = page.PAUSE ?? 500;
  looked = 0;
  lookAgain();
}

function listen() {
  stream?.close();
  stream = new EventSource("/console/events");
  stream.addEventListener("open", () => heard(["实时", "Live"], "ok"));
  stream.addEventListener("changed", () => { heard(["实时", "Live"], "ok"); lookAgain(); ask(); });
  stream.addEventListener("error", () => {
    heard(["已断开", "Not connected"], "danger");
    if (stream.readyState === EventSource.CLOSED && me.name) setTimeout(enter, 3000);
  });
}

function leave() {
  stream?.close();
  Object.assign(me, { name: "", role: "", csrf: "" });
  look = async () => {};
  began += 1;
  byId("nav").replaceChildren();
  byId("who").replaceChildren();
  byId("out").hidden = byId("link").hidden = true;
  const name = make("input", { id: "name", autocomplete: "username", required: true, maxlength: "40" });
  const token = make("input", { id: "token", type: "password", autocomplete: "current-password", required: true, maxlength: "200" });
  const submit = async (event) => {
    event.preventDefault();
    const said = await post("login", { name: name.value, token: token.value });
    if (said) welcome(said); else token.select();
  };
  const form = make("form", { submit }, field(["姓名", "Name"], name), field(["口令", "Token"], token), make("button", { class: "key main" }, pair(["登录", "Log in"])));
  const box = card(["登录", "Log in"], form);
  box.classList.add("login");
  byId("page").replaceChildren(box);
  name.focus();
}

// The role may have changed since the log-in; the pages are opened anew when it has.
async function ask() {
  const said = await get("me").catch(() => null);
  if (said && me.name && said.role !== me.role) welcome(said);
}

function welcome(said) {
  Object.assign(me, said);
  tell(null);
  byId("who").replaceChildren(make("b", {}, me.name), " · ", ...pair(ROLES[me.role] ?? me.role));
  byId("out").hidden = false;
  byId("nav").replaceChildren(...NAV.map(([name, words], at) => make("a", { href: `#/${name}`, "data-name": name, "aria-keyshortcuts": KEYS[at] }, pair(words))));
  listen();
  open();
}

async function enter() {
  try {
    welcome(await get("me"));
  } catch {
    leave();
  }
}

byId("langs").replaceChildren(...Object.entries(LANGUAGES).map(([name, text]) => make("button", { class: "tool", "data-name": name, click: () => useLanguage(name) }, text)));
useLanguage(LANGUAGES[localStorage.getItem("console-language")] ? localStorage.getItem("console-language") : "both");
byId("out").addEventListener("click", async () => { await post("logout", {}); leave(); });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); byId("page").focus(); });
addEventListener("hashchange", open);
addEventListener("look-again", lookAgain);
addEventListener("logged-out", () => { if (me.name) leave(); });
addEventListener("station-time", (event) => { ahead = event.detail - Date.now(); });
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key.length === 1) byId("nav").children[KEYS.indexOf(event.key)]?.click();
});
setInterval(() => { byId("clock").textContent = me.name ? time(Date.now() + ahead) : ""; }, 1000);
enter();
