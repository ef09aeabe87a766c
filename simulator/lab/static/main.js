// Joins the page to the cabinet: events say that something changed, the state says what. Everything here asks the cabinet
// process only, at most ten times a second while something happens and once a second otherwise.
import { get, watch } from "./api.js";
import { drawCards, wireCards } from "./cards.js";
import { drawCoins, wireCoins } from "./coins.js";
import { drawCollect, wireCollect } from "./collect.js";
import { build } from "./cutaway.js";
import { act } from "./deeds.js";
import { byId, pill } from "./dom.js";
import { drawEvents } from "./events.js";
import { buildTechnician, drawFaults, fillMenu } from "./faults.js";
import { drawHands } from "./hands.js";
import { drawInside, wireInside } from "./inside.js";
import { wireKeys } from "./keys.js";
import { wireLanguage } from "./language.js";
import { move } from "./moves.js";
import { drawPapers } from "./papers.js";
import { drawPhone } from "./phone.js";
import { drawPower } from "./power.js";
import { connect, isStill, looks, onTap } from "./screen.js";
import { begin, wireShare } from "./share.js";
import { drawStory } from "./story.js";
import { drawStrip, remember } from "./strip.js";
import { wireTrouble } from "./trouble.js";
import { drawWhere } from "./where.js";
import { timeOf, useZone, wallOf } from "./words.js";

const SOON_MS = 100;
const IDLE_MS = 1000;

let state = null;
let busy = false;
let again = false;
let papersDue = true;
let opened = false;
let heard = 0; // number of the newest event
const waiting = [];

function show() {
  useZone(state.clock.timezone);
  const known = waiting.filter((event) => event.n <= state.event);
  waiting.splice(0, known.length);
  if (!byId("inside").childElementCount) {
    byId("inside").append(build(state.fitted, () => state));
    wireInside(() => state);
    if (state.fitted.cards) wireCards();
    if (state.fitted.hoppers.length) wireCoins();
    if (state.fitted.collect) wireCollect();
  }
  drawInside(state);
  drawHands(state);
  drawPhone(state);
  drawCards(state);
  drawCoins(state);
  drawCollect(state);
  drawPower(state);
  drawFaults(state);
  drawWhere(state);
  drawStory(state);
  drawEvents(known);
  remember(known);
  move(known, state, heard >= state.event);
  pill(byId("link"), ["✓ 机柜已连接", "Connected"], "good");
}

async function first() {
  opened = true;
  await fillMenu();
  drawFaults(state);
  buildTechnician(state);
  begin(state);
  wireTrouble(() => state);
}

async function look() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const overtaken = watch();
    const told = await get("/api/state");
    await new Promise(requestAnimationFrame);
    if (overtaken()) again = true;
    else {
      state = { ...told, taken: performance.now() };
      show();
      if (!opened) await first();
    }
    if (papersDue && opened) { papersDue = false; await drawPapers(); }
  } catch (error) {
    if (error instanceof TypeError && state && !String(error).includes("fetch")) console.error(error);
    pill(byId("link"), ["× 机柜未连接", "Not connected"], "bad");
  }
  busy = false;
  if (again || waiting.length) { again = false; soon(); }
}

let timer = 0;
function soon() {
  if (!timer) timer = setTimeout(() => { timer = 0; look(); }, SOON_MS);
}

function listen() {
  const source = new EventSource("/api/events");
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    heard = event.n;
    waiting.push(event);
    if (event.kind === "move" && event.thing !== "note") papersDue = true;
    soon();
  };
}

function everySecond() {
  look();
  if (state && !document.hidden) drawStrip(state).catch(() => {});
}

function tick() {
  if (state) byId("clock").textContent = timeOf(wallOf(state));
}

wireLanguage();
wireShare(() => state);
wireKeys(() => state);
onTap((x, y) => act("tap", isStill() ? `${x}x${y}-${looks(x, y)}` : `${x}x${y}`));
connect();
listen();
setInterval(everySecond, IDLE_MS);
setInterval(tick, 250);
look();
