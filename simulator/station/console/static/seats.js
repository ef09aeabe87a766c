// The places of a train run by segment: each place is a strip with one field for each stretch between two stops.
import { get } from "./api.js";
import { card, choice, draw, facts, field, make, none, pair, refresh } from "./dom.js";

const WORDS = { f: ["空", "free"], h: ["占座", "held"], s: ["已售", "sold"] };
const share = (value) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);

function strip(place, segment) {
  const fields = [...place.is].map((is, at) => draw("rect", { class: `seg ${is}`, x: at, y: is === "f" ? 0 : is === "h" ? 0.25 : 0, width: 0.9, height: is === "h" ? 0.5 : 1 }));
  const words = segment === null ? "" : ` ${WORDS[place.is[segment]].join(" ")}`;
  const label = `${place.coach}-${place.name}${words}`;
  return make("div", { class: `place${segment !== null && place.is[segment] !== "f" ? " here" : ""}`, title: label, role: "img", "aria-label": label }, place.name,
    draw("svg", { viewBox: `0 0 ${place.is.length} 1`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...fields));
}

function map(told, segment, choose) {
  const stretches = told.stops.slice(1).map((to, at) => make("button", {
    class: "key", type: "button", "data-name": `segment-${at}`, "aria-pressed": String(at === segment), click: () => choose(at === segment ? null : at),
  }, ...pair([`${told.stops[at][0]} → ${to[0]}`, `${told.stops[at][1]} → ${to[1]}`])));
  const free = told.places.filter((place) => (segment === null ? !/[sh]/.test(place.is) : place.is[segment] === "f")).length;
  const coaches = Map.groupBy ? Map.groupBy(told.places, (place) => place.coach) : told.places.reduce((all, place) => all.set(place.coach, [...(all.get(place.coach) ?? []), place]), new Map());
  return [
    facts([
      [["空位", "Free"], `${free} / ${told.places.length}`], [["空置率", "Vacancy"], share(told.metrics.vacancy)], [["复用率", "Reuse"], share(told.metrics.reuse)],
      [["全程空席", "Empty all the way"], share(told.metrics.redundancy_physical)], [["可拼全程", "Could be put together"], share(told.metrics.redundancy_combined)], [["车票", "Tickets"], String(told.tickets)],
    ]),
    make("h3", {}, pair(["区段", "Segments"])), make("div", { class: "stops" }, stretches),
    ...[...coaches].map(([coach, places]) => make("section", { class: "coach" }, make("h3", {}, pair([`${coach} 车`, `Coach ${coach}`])), make("div", { class: "places" }, places.map((place) => strip(place, segment)))))];
}

export async function open(root) {
  const first = await get("see/trains?begins=");
  const number = make("input", { id: "train", list: "trains", autocomplete: "off", value: first.trains[0]?.number ?? "" });
  const names = make("datalist", { id: "trains" }, first.trains.map((one) => make("option", { value: one.number }, `${one.from[0]} → ${one.to[0]}`)));
  const date = make("input", { id: "run-date", type: "date", value: first.today });
  const seatClass = choice({ id: "class" }, []);
  const shown = make("div");
  const keys = make("p", { class: "legend" }, ...Object.entries(WORDS).map(([is, words]) => make("span", {}, draw("svg", { width: 26, height: 14, viewBox: "0 0 26 14" }, draw("rect", { class: `seg ${is}`, y: is === "h" ? 3 : 0, width: 26, height: is === "h" ? 8 : 14 })), " ", ...pair(words))));
  let train = null;
  let segment = null;
  let told = null;
  const paint = () => refresh(shown, [told, segment], () => (told ? map(told, segment, (at) => { segment = at; paint(); }) : none(["没有这趟车", "No such train on that day"])));
  const look = async () => {
    const wanted = train && seatClass.value ? `train=${encodeURIComponent(train.key)}&date=${date.value}&class=${seatClass.value}` : "";
    told = wanted ? await get(`see/seats?${wanted}`).catch(() => null) : null;
    paint();
  };
  const find = async () => {
    const { trains } = await get(`see/trains?begins=${encodeURIComponent(number.value.trim())}`);
    train = trains.find((one) => one.number === number.value.trim().toUpperCase()) ?? null;
    seatClass.replaceChildren(...(train?.classes ?? []).map(([code, zh, en]) => make("option", { value: code }, `${zh} ${en}`)));
    segment = null;
    await look();
  };
  number.addEventListener("change", find);
  for (const input of [date, seatClass]) input.addEventListener("change", look);
  root.append(card(["席位图", "Seat map"], make("form", { submit: (event) => { event.preventDefault(); find(); } }, field(["车次", "Train"], number), names, field(["日期", "Date"], date), field(["席别", "Class"], seatClass)), keys), card(["按区段", "By segment"], shown));
  await find();
  return look;
}
