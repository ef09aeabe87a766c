// Ticket faces and slips as the print heads left them; large on a click.
import { get } from "./api.js";
import { byId, make, pair, pill, refresh } from "./dom.js";
import { both, placeWords } from "./words.js";

const STATES = { good: ["有效", "good"], void: ["作废", "void"], half: ["未完成", "unfinished"] };

const counted = (n, name) => `${n} ${name}${n === 1 ? "" : "s"}`;

function enlarge(source, words) {
  byId("paper-large").src = source;
  byId("paper-large").alt = both(words);
  byId("paper-words").replaceChildren(...pair(words));
  byId("paper-dialog").showModal();
}

function face(source, look, words, code) {
  return make("figure", { class: `face ${look}` },
    make("button", { class: "sheet", "data-name": source, "aria-label": `放大 Enlarge: ${both(words)}`, click: () => enlarge(source, words) }, make("img", { src: source, alt: both(words), loading: "lazy" })),
    make("figcaption", {}, ...pair(words), ...(code ? [make("br"), make("code", {}, code)] : [])));
}

const ticket = (one) => {
  const [state, place] = [STATES[one.state] ?? [one.state, one.state], placeWords(one.place)];
  return face(`${one.face}?${one.state}`, "", [`${one.serial} · ${state[0]} · ${place[0]}`, `${state[1]} · ${place[1]}`], Object.values(one.stripe)[0] ?? "–");
};
const slip = (one) => face(one.picture, "slip", [`${one.serial} · ${placeWords(one.place)[0]}`, `slip · ${placeWords(one.place)[1]}`]);

export async function drawPapers() {
  const [tickets, slips] = await Promise.all([get("/api/tickets"), get("/api/slips")]);
  const newest = tickets.slice(-24).reverse();
  pill(byId("papers-count"), [`${tickets.length} 票 · ${slips.length} 凭条`, `${counted(tickets.length, "ticket")} · ${counted(slips.length, "slip")}`], "quiet");
  refresh(byId("faces"), [newest, slips], () => (newest.length || slips.length ? [...newest.map(ticket), ...slips.slice(-6).reverse().map(slip)]
    : [make("p", { class: "empty" }, ...pair(["还没有打印", "Nothing has been printed yet"]))]));
}
