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

canvas.addEventListener("pointerdown", (event) => {
  if (!socket || socket.readyState !== WebSocket.OPEN) return;
  const box = canvas.getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * 1080);
  const y = Math.floor(((event.clientY - box.top) / box.height) * 1920);
  if (x >= 0 && x < 1080 && y >= 0 && y < 1920) socket.send(JSON.stringify({ x, y }));
});
