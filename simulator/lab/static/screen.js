// The passenger screen's own pixels: regions as PNG over a WebSocket, taps back.
import { byId, pill } from "./dom.js";

const WIDE = 1080;
const HIGH = 1920;
const STILL_MS = 400;
const canvas = byId("screen");
const paint = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
let socket = null;
const waiting = []; // pictures that came and are not painted yet
let painting = false;
let settling = 0;
let changed = 0;
let live = false;
const tapped = [];

export const onTap = (listener) => tapped.push(listener);
export const isLive = () => live;
export const isStill = () => performance.now() - changed > STILL_MS;

function show(on) {
  live = on;
  byId("screen-off").hidden = on;
  pill(byId("screen-pill"), on ? ["同步", "Live"] : ["未连接", "Off"], on ? "good" : "quiet");
}

function region(data) {
  const bytes = new Uint8Array(data);
  const end = bytes.indexOf(10);
  return { ...JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))), png: bytes.subarray(end + 1) };
}

const covers = (one, other) => one.x <= other.x && one.y <= other.y && one.x + one.w >= other.x + other.w && one.y + one.h >= other.y + other.h;

// Another picture, not just a clock or a ring: how many there were, and whether the newest one stands still.
function another() {
  changed = performance.now();
  canvas.dataset.pictures = String(Number(canvas.dataset.pictures ?? 0) + 1);
  canvas.dataset.still = "false";
  clearTimeout(settling);
  settling = setTimeout(() => { canvas.dataset.still = "true"; }, STILL_MS);
}

// What a later picture covers whole is not painted: a slow browser shows fewer frames of a fade, not all of them late.
async function paintAll() {
  painting = true;
  while (waiting.length) {
    const next = waiting.shift();
    if (waiting.some((later) => covers(later, next))) continue;
    try {
      paint.drawImage(await createImageBitmap(new Blob([next.png], { type: "image/png" })), next.x, next.y);
    } catch { /* a picture that is none is left out */ }
    if (next.w * next.h > 60_000) another();
  }
  painting = false;
}

function arrived(data) {
  waiting.push(region(data));
  if (!painting) paintAll();
}

export function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/screen`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (message) => {
    if (typeof message.data === "string") show(JSON.parse(message.data).screen);
    else arrived(message.data);
  };
  socket.onclose = () => { show(false); setTimeout(connect, 2000); };
}

// A finger on the glass; false when there is none to touch.
export function touch(x, y) {
  if (!socket || socket.readyState !== WebSocket.OPEN || !(x >= 0 && x < WIDE && y >= 0 && y < HIGH)) return false;
  socket.send(JSON.stringify({ x, y }));
  return true;
}

// How it looks round a point: 16 grey values, 0 to 15. A link knows by them that the same key is there again.
export function looks(x, y) {
  const [left, top] = [Math.max(0, Math.min(WIDE - 48, x - 24)), Math.max(0, Math.min(HIGH - 48, y - 24))];
  const { data } = paint.getImageData(left, top, 48, 48);
  const sums = new Array(16).fill(0);
  for (let n = 0; n < 48 * 48; n += 1) {
    const cell = Math.floor((n % 48) / 12) + 4 * Math.floor(n / 48 / 12);
    sums[cell] += data[4 * n] + data[4 * n + 1] + data[4 * n + 2];
  }
  return sums.map((sum) => Math.min(15, Math.floor(sum / 144 / 48)).toString(16)).join("");
}

// Everything that is shown, for a phone's camera; null when nothing is.
export const pixels = () => (live ? paint.getImageData(0, 0, WIDE, HIGH) : null);

function tap(x, y) {
  for (const listener of tapped) listener(x, y);
}

canvas.addEventListener("pointerdown", (event) => {
  const box = canvas.getBoundingClientRect();
  tap(Math.floor(((event.clientX - box.left) / box.width) * WIDE), Math.floor(((event.clientY - box.top) / box.height) * HIGH));
});

// By keyboard: arrows move the cross (finer with Shift), Enter or the space bar touches where it is.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const aim = byId("aim");
const at = { x: 540, y: 960 };

canvas.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const step = event.shiftKey ? 8 : 40;
    at.x = Math.min(WIDE - 1, Math.max(0, at.x + arrow[0] * step));
    at.y = Math.min(HIGH - 1, Math.max(0, at.y + arrow[1] * step));
    aim.style.left = `calc(8px + (100% - 16px) * ${at.x / WIDE})`;
    aim.style.top = `calc(8px + (100% - 16px) * ${at.y / HIGH})`;
  } else if (event.key === "Enter" || event.key === " ") tap(at.x, at.y);
  else return;
  event.preventDefault();
});
