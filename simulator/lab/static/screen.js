// The passenger screen's own pixels: regions as PNG over a WebSocket, taps back.
import { byId, pill } from "./dom.js";

const canvas = byId("screen");
const paint = canvas.getContext("2d", { alpha: false });
let socket = null;
let last = Promise.resolve();

function show(on) {
  byId("screen-off").hidden = on;
  pill(byId("screen-pill"), on ? "同步 Live" : "未连接 Off", on ? "good" : "quiet");
}

async function region(data) {
  const bytes = new Uint8Array(data);
  const end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const picture = await createImageBitmap(new Blob([bytes.subarray(end + 1)], { type: "image/png" }));
  paint.drawImage(picture, head.x, head.y);
}

export function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/screen`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (message) => {
    if (typeof message.data === "string") show(JSON.parse(message.data).screen);
    else last = last.then(() => region(message.data)).catch(() => {});
  };
  socket.onclose = () => { show(false); setTimeout(connect, 2000); };
}

function tap(x, y) {
  if (!socket || socket.readyState !== WebSocket.OPEN) return;
  if (x >= 0 && x < 1080 && y >= 0 && y < 1920) socket.send(JSON.stringify({ x, y }));
}

canvas.addEventListener("pointerdown", (event) => {
  const box = canvas.getBoundingClientRect();
  tap(Math.floor(((event.clientX - box.left) / box.width) * 1080), Math.floor(((event.clientY - box.top) / box.height) * 1920));
});

// By keyboard: arrows move the cross (finer with Shift), Enter or the space bar touches where it is.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const aim = byId("aim");
const at = { x: 540, y: 960 };

canvas.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const step = event.shiftKey ? 8 : 40;
    at.x = Math.min(1079, Math.max(0, at.x + arrow[0] * step));
    at.y = Math.min(1919, Math.max(0, at.y + arrow[1] * step));
    aim.style.left = `calc(8px + (100% - 16px) * ${at.x / 1080})`;
    aim.style.top = `calc(8px + (100% - 16px) * ${at.y / 1920})`;
  } else if (event.key === "Enter" || event.key === " ") tap(at.x, at.y);
  else return;
  event.preventDefault();
});
