import { byId } from "./dom.js";

let hide = 0;

export function tell(text) {
  const notice = byId("notice");
  notice.textContent = text;
  notice.hidden = !text;
  clearTimeout(hide);
  if (text) hide = setTimeout(() => { notice.hidden = true; }, 6000);
}

export async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// A deed of a hand: what was refused is said above, and nothing else happens.
export async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) tell(`未完成 Not done: ${said.detail ?? `${path} ${answer.status}`}`);
    return answer.ok ? said : null;
  } catch (error) {
    tell(`实验台没有应答 The cabinet does not answer: ${error.message}`);
    return null;
  }
}
