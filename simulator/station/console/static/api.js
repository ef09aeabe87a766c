// The station's calls. What was refused is said above the page, and nothing else happens.
import { byId, pair } from "./dom.js";
import { REFUSED } from "./words.js";

let hide = 0;
export const me = { name: "", role: "", csrf: "" };
export const mayAll = () => me.role === "supervisor";
export const mayWork = () => me.role === "supervisor" || me.role === "operator";

export function tell(words, good = false) {
  const notice = byId("notice");
  notice.replaceChildren(...(words ? pair(words) : []));
  notice.hidden = !words;
  notice.classList.toggle("good", good);
  clearTimeout(hide);
  if (words) hide = setTimeout(() => { notice.hidden = true; }, 8000);
}

export async function get(path) {
  const answer = await fetch(`/console/${path}`, { cache: "no-store" });
  if (answer.status === 401) dispatchEvent(new Event("logged-out"));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

export async function post(path, body) {
  try {
    const answer = await fetch(`/console/${path}`, {
      method: "POST", headers: { "content-type": "application/json", "x-console": me.csrf }, body: JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    if (answer.status === 401 && me.name) dispatchEvent(new Event("logged-out"));
    tell([`未完成：${REFUSED[said.error] ?? said.error ?? answer.status}。`, `Not done: ${said.detail ?? answer.status}.`]);
  } catch (error) {
    tell(["车站没有应答。", `The station does not answer: ${error.message}`]);
  }
  return null;
}

// A deed of the office; `done` is said when it was one.
export async function deed(path, body, done) {
  const said = await post(`office/${path}`, body);
  if (said) {
    tell(done, true);
    dispatchEvent(new Event("look-again"));
  }
  return said;
}
