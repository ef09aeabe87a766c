// The places of a train run by segment: each place is a strip with one field for each stretch between two stops. A place that is
// chosen (a touch, or arrow keys and Enter) says by which rule it is not the next one that is sold.
import { get } from "./api.js";
import { card, choice, draw, facts, field, make, none, pair, pill, refresh } from "./dom.js";
import { PLACE_RULES } from "./words.js";

const WORDS = { f: ["空", "free"], h: ["占座", "held"], s: ["已售", "sold"] };
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 };
const share = (value) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);
const stretch = ([from, to]) => [`${from[0]} → ${to[0]}`, `${from[1]} → ${to[1]}`];

// Stretches of one kind in a row are one field: a train has tens of thousands of them else.
function strip(place, at, segment, choose) {
  let x = 0;
  const fields = place.is.match(/(.)\1*/g).map((same) => {
    x += same.length;
    const held = same[0] === "h";
    return draw("rect", { class: `seg ${same[0]}`, x: x - same.length, y: held ? 0.25 : 0, width: same.length - 0.1, height: held ? 0.5 : 1 });
  });
  const words = segment === null ? "" : ` ${WORDS[place.is[segment]].join(" ")}`;
  const label = `${place.coach}-${place.name}${words}`;
  const taken = segment !== null && place.is[segment] !== "f";
  return make("button", { class: `place${taken ? " here" : ""}`, type: "button", title: label, "aria-label": label, "aria-pressed": "false", tabindex: "-1", "data-name": `place-${at}`, click: () => choose(at) }, place.name,
    draw("svg", { viewBox: `0 0 ${place.is.length} 1`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...fields));
}

// One place is a tab stop, arrow keys go on from it: a train has more places than anybody wants to tab through.
function walk(event) {
  const step = STEPS[event.key];
  const from = event.target.closest?.(".place");
  if (!step || !from) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll(".place")];
  const next = all[Math.min(Math.max(all.indexOf(from) + step, 0), all.length - 1)];
  from.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function mark(root, chosen) {
  const all = [...root.querySelectorAll(".place")];
  all.forEach((one, at) => one.setAttribute("aria-pressed", String(at === chosen)));
  if (!all.includes(document.activeElement)) all.forEach((one, at) => { one.tabIndex = at === (chosen ?? 0) ? 0 : -1; });
  else document.activeElement.tabIndex = 0;
}

function measures(told, segment) {
  const free = told.places.filter((place) => (segment === null ? !/[sh]/.test(place.is) : place.is[segment] === "f")).length;
  const stand = told.standing && [Math.max(...(segment === null ? told.standing.on_board : [told.standing.on_board[segment]])), Math.min(...(segment === null ? told.standing.capacity : [told.standing.capacity[segment]]))];
  return [
    facts([
      [["空位", "Free"], `${free} / ${told.places.length}`], [["空置率", "Vacancy"], share(told.metrics.vacancy)], [["复用率", "Reuse"], share(told.metrics.reuse)],
      [["全程空席", "Empty all the way"], share(told.metrics.redundancy_physical)], [["可拼全程", "Could be put together"], share(told.metrics.redundancy_combined)], [["车票", "Tickets"], String(told.tickets)],
      ...(stand ? [[["站立 / 限额", "Standing, room"], `${stand[0]} / ${stand[1]}`]] : []),
    ]),
    told.metrics.poor && told.tickets * 10 >= told.places.length ? make("p", {}, pill("warn", ["一半以上空置而几乎不复用：选席方式需检查", "More than half empty and hardly a place sold twice: the choice of places needs a look"])) : "",
  ];
}

function map(told, segment, choose, ask) {
  const stretches = told.stops.slice(1).map((to, at) => make("button", {
    class: "key", type: "button", "data-name": `segment-${at}`, "aria-pressed": String(at === segment), click: () => choose(at === segment ? null : at),
  }, ...pair(stretch([told.stops[at], to]))));
  const coaches = new Map();
  told.places.forEach((place, at) => coaches.set(place.coach, [...(coaches.get(place.coach) ?? []), strip(place, at, segment, ask)]));
  return [
    ...measures(told, segment),
    make("h3", {}, pair(["区段", "Segments"])), make("div", { class: "stops" }, stretches),
    make("div", { keydown: walk }, [...coaches].map(([coach, places]) => make("section", { class: "coach" }, make("h3", {}, pair([`${coach} 车`, `Coach ${coach}`])), make("div", { class: "places" }, places)))),
  ];
}

const answer = (told, place, trip) => [
  make("p", {}, make("b", {}, ...pair([`${place.coach} 车 ${place.name}`, `Coach ${place.coach}, ${place.name}`])), " · ", ...pair(trip)),
  make("p", { id: "why" }, pill(...(PLACE_RULES[told.rule] ?? ["", [told.rule, told.rule]]))),
  told.between.length ? make("p", {}, told.between.flatMap((one, at) => [at ? " · " : "", ...pair(stretch(one))])) : "",
  told.instead ? make("p", {}, ...pair([`先售：${told.instead.coach} 车 ${told.instead.name}`, `Goes first: coach ${told.instead.coach}, ${told.instead.name}`])) : "",
];

export async function open(root) {
  const first = await get("see/trains?begins=");
  const number = make("input", { id: "train", list: "trains", autocomplete: "off", value: first.trains[0]?.number ?? "" });
  const names = make("datalist", { id: "trains" }, first.trains.map((one) => make("option", { value: one.number }, `${one.from[0]} → ${one.to[0]}`)));
  const date = make("input", { id: "run-date", type: "date", value: first.today });
  const seatClass = choice({ id: "class" }, []);
  const [shown, said] = [make("div"), make("div", { role: "status" })];
  const keys = make("p", { class: "legend" }, ...Object.entries(WORDS).map(([is, words]) => make("span", {}, draw("svg", { width: 26, height: 14, viewBox: "0 0 26 14" }, draw("rect", { class: `seg ${is}`, y: is === "h" ? 3 : 0, width: 26, height: is === "h" ? 8 : 14 })), " ", ...pair(words))));
  let train = null;
  let segment = null;
  let told = null;
  let chosen = null;
  const wanted = () => `train=${encodeURIComponent(train.key)}&date=${date.value}&class=${seatClass.value}`;
  const explain = async () => {
    const place = chosen === null ? null : told?.places[chosen];
    const [a, b] = segment === null ? [0, (told?.stops.length ?? 1) - 1] : [segment, segment + 1];
    const why = place ? await get(`see/why?${wanted()}&trip=${chosen}-${a}-${b}`).catch(() => null) : null;
    refresh(said, [why, chosen, a, b, told?.stops], () => (why ? answer(why, place, stretch([told.stops[a], told.stops[b]])) : none(["选一个席位：点击，或用方向键与回车键", "Choose a place: touch it, or use the arrow keys and Enter"])));
  };
  const pick = (at) => { chosen = at; paint(); explain(); };
  const paint = () => {
    refresh(shown, [told, segment], () => (told ? map(told, segment, (at) => { segment = at; paint(); explain(); }, pick) : none(["没有这趟车", "No such train on that day"])));
    mark(shown, chosen);
  };
  const look = async () => {
    told = train && seatClass.value ? await get(`see/seats?${wanted()}`).catch(() => null) : null;
    paint();
    await explain();
  };
  const find = async () => {
    const { trains } = await get(`see/trains?begins=${encodeURIComponent(number.value.trim())}`);
    train = trains.find((one) => one.number === number.value.trim().toUpperCase()) ?? null;
    seatClass.replaceChildren(...(train?.classes ?? []).map(([code, zh, en]) => make("option", { value: code }, `${zh} ${en}`)));
    segment = chosen = null;
    await look();
  };
  number.addEventListener("change", find);
  for (const input of [date, seatClass]) input.addEventListener("change", () => { chosen = null; look(); });
  const why = card(["为何不售这个席位", "Why not this place"], said);
  why.classList.add("stays");
  root.append(card(["席位图", "Seat map"], make("form", { submit: (event) => { event.preventDefault(); find(); } }, field(["车次", "Train"], number), names, field(["日期", "Date"], date), field(["席别", "Class"], seatClass)), keys),
    why, card(["按区段", "By segment"], shown));
  await find();
  return look;
}
