// Joins the page to the cabinet: events say that something changed, the state says what.
import { get } from "./api.js";
import { byId, pill } from "./dom.js";
import { drawMachine, wireMachine } from "./machine.js";
import { connect } from "./screen.js";
import { buildTechnician, drawFaults, drawPapers, drawWhere, fillMenu, hear } from "./side.js";
import { timeOf, useZone } from "./words.js";

let state = null;
let offset = 0;
let looking = false;
let again = false;
let papersDue = true;
let menuDue = true;
const waiting = [];

async function look() {
  if (looking) { again = true; return; }
  looking = true;
  try {
    state = await get("/api/state");
    offset = performance.now();
    useZone(state.clock.timezone);
    drawMachine(state);
    drawFaults(state);
    drawWhere(state);
    pill(byId("link"), "✓ 机柜已连接 Connected", "good");
    byId("rate").textContent = `× ${state.clock.rate}`;
    if (menuDue) { await fillMenu(); menuDue = false; }
    if (papersDue) { papersDue = false; await drawPapers(); }
  } catch {
    pill(byId("link"), "✗ 机柜未连接 Not connected", "bad");
  }
  looking = false;
  if (again) { again = false; soon(); }
}

let timer = 0;
function soon() {
  if (!timer) timer = setTimeout(() => { timer = 0; hear(waiting.splice(0)); look(); }, 80);
}

function listen() {
  const source = new EventSource("/api/events");
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    waiting.push(event);
    if (event.kind === "move" && event.thing !== "note") papersDue = true;
    soon();
  };
}

function tick() {
  if (!state) return;
  byId("clock").textContent = timeOf(state.clock.wall_ms + (performance.now() - offset) * state.clock.rate);
}

async function begin() {
  buildTechnician();
  wireMachine(() => state);
  connect();
  listen();
  setInterval(look, 1000);
  setInterval(tick, 200);
  look();
}

begin();
