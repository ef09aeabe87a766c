// Changes of the service: a run that does not run, coaches more. A draft shows whom it touches; another person releases it; one takes it back.
import { deed, get, mayAll, me } from "./api.js";
import { card, choice, facts, field, make, none, pair, pill, refresh, table } from "./dom.js";
import { SERVICE, STATES, moment, yuan } from "./words.js";

export const PAUSE = 1500;
const state = (one) => one.withdrawn_by ? pill("", ["已撤回", "Taken back"]) : one.holds ? pill(one.kind === "places" ? "ok" : "danger", ["生效中", "In force"]) : pill("warn", ["草稿", "Draft"]);
const what = (one) => {
  const [zh, en] = SERVICE[one.kind];
  if (one.kind === "cancelled") return [zh, en];
  if (one.kind === "turned") return [`${zh} ${one.last}`, `${en}: ${one.last}`];
  const which = one.coaches.length ? one.coaches.join(" ") : `× ${one.count}`;
  return [`${zh} ${which}`, `${en}: ${which}`];
};
const trip = (row) => [`${row.from[0]} → ${row.to[0]}`, `${row.from[1]} → ${row.to[1]}`];

// The classes and coaches of the train as it is written; kept as chosen while they are still there.
async function offerCoaches(form) {
  const [train, date, seats, like, last] = ["change-train", "change-date", "change-class", "change-like", "change-last"].map((id) => form.querySelector(`#${id}`));
  if (!train.value || !date.value) return;
  const told = await get(`see/runs?train=${encodeURIComponent(train.value)}&date=${date.value}`).catch(() => ({ ends: [], stops: [], classes: [] }));
  const options = (select, list) => {
    const before = select.value;
    select.replaceChildren(...list.map(([value, words]) => make("option", { value }, words)));
    if (list.some(([value]) => value === before)) select.value = before;
  };
  options(last, told.stops.map(([code, zh, en]) => [code, `${zh} ${en}`]));
  options(seats, told.classes.map((one) => [one.class, one.name.join(" ")]));
  options(like, (told.classes.find((one) => one.class === seats.value)?.coaches ?? []).map((name) => [name, name]));
  form.querySelector("#change-ends").replaceChildren(...(told.ends.length ? pair([`${told.ends[0][0]} → ${told.ends[1][0]}`, `${told.ends[0][1]} → ${told.ends[1][1]}`]) : pair(["当天没有这趟列车", "No such train that day"])));
}

function drafting(today) {
  const kind = choice({ id: "change-kind" }, Object.entries(SERVICE));
  const train = make("input", { id: "change-train", required: true, maxlength: "17", autocomplete: "off", placeholder: "K598" });
  const date = make("input", { id: "change-date", type: "date", required: true, value: today });
  const [seats, like, last] = ["change-class", "change-like", "change-last"].map((id) => choice({ id }, []));
  const count = make("input", { id: "change-count", type: "number", min: 1, max: 4, value: 1, required: true });
  const reason = make("input", { id: "change-reason", required: true, maxlength: "200", autocomplete: "off" });
  const more = make("div", { class: "params", hidden: true }, field(["席别", "Class"], seats), field(["与此车厢相同", "Coaches like"], like), field(["加挂辆数", "How many"], count));
  const end = make("div", { class: "params", hidden: true }, field(["终到站改为", "Ends at"], last));
  const submit = async (event) => {
    event.preventDefault();
    const [places, turned] = [kind.value === "places", kind.value === "turned"];
    const body = {
      kind: kind.value, train: train.value.trim().toUpperCase(), date: date.value, reason: reason.value,
      class: places ? seats.value : "", like: places ? like.value : "", count: places ? Number(count.value) : 0, last: turned ? last.value : "",
    };
    const said = await deed("changes", body, ["草稿已存，影响如下。", "Drafted; here is whom it touches."]);
    if (said) { location.hash = `#/service/${said.number}`; }
  };
  const form = make("form", { submit },
    make("div", { class: "params" }, field(["变更", "Change"], kind), field(["车次", "Train"], train), field(["始发日期", "Date of its first departure"], date), make("p", { id: "change-ends", class: "none", role: "status" })),
    more, end, field(["理由", "Reason"], reason, true), make("button", { class: "key main", id: "draft-change", disabled: !mayAll() }, pair(["存草稿并看影响", "Save draft and see whom it touches"])));
  kind.addEventListener("change", () => { more.hidden = kind.value !== "places"; end.hidden = kind.value !== "turned"; });
  for (const input of [train, date, seats]) input.addEventListener("change", () => offerCoaches(form));
  return form;
}

function deeds(one) {
  if (one.withdrawn_by) return make("p", {}, pair([`${one.withdrawn_by} 于 ${moment(one.withdrawn_ms)} 撤回`, `Taken back by ${one.withdrawn_by}, ${moment(one.withdrawn_ms)}`]));
  const own = one.by === me.name;
  const done = one.kind !== "places" ? ["已发布：受影响区间立即停售，车票可退，不收手续费。", "Released: what it touches is not sold any more, and its tickets come back without a fee."] : ["已发布：新席位立即可售。", "Released: the new places are for sale now."];
  const release = make("button", { class: "key main", "data-name": "release-change", disabled: own || !mayAll(), click: () => deed(`changes/${one.number}:release`, {}, done) }, pair(["发布", "Release"]));
  const back = () => deed(`changes/${one.number}:withdraw`, { reason: `taken back on the page of change ${one.number}` }, ["已撤回。", "Taken back."]);
  const words = !one.holds ? ["放弃草稿", "Drop the draft"] : one.kind !== "places" ? ["撤回，恢复开行", "Take back: it runs as before"] : ["撤回，停售这些车厢", "Take back: these coaches are not sold"];
  const withdraw = make("button", { class: "key danger", "data-name": "withdraw-change", disabled: !mayAll(), click: back }, pair(words));
  return make("div", { class: "keys" }, one.holds ? "" : release, withdraw, one.holds || !own ? "" : make("small", {}, pair(["需另一人发布", "another person must release it"])));
}

const big = (name, value) => make("span", { class: "big", "data-name": name }, value);

// Whom a run that does not run, or not so far, touches: sums first, then one by one.
function people(seen) {
  const sale = (row) => make("a", { href: `#/sales/${row.key}` }, row.key);
  return [
    facts([
      [["已售车票", "Tickets sold"], big("touched-tickets", String(seen.tickets))], [["应退（无手续费）", "Comes back, no fee"], big("touched-fen", yuan(seen.tickets_fen))],
      [["未取订单的席位", "Places of orders not collected"], big("touched-orders", String(seen.ordered))], [["订单金额", "Paid for them elsewhere"], big("touched-ordered-fen", yuan(seen.ordered_fen))],
      [["正在购买的机器", "Machines that hold places now"], big("touched-machines", seen.machines.join("、") || "–")],
    ]),
    make("div", { class: "two" },
      make("div", { class: "trial" }, make("h3", {}, pair(["本站售出的车票", "Tickets sold here"])), seen.sales.length ? table([["售票", "Sale"], ["席别", "Class"], ["区间", "Trip"], ["#张", "Tickets"], ["#应退", "Back"], ["状态", "State"]],
        seen.sales.map((row) => [sale(row), pair(row.class), pair(trip(row)), String(row.tickets), yuan(row.fen), pair(STATES[row.state])])) : none(["没有售出车票", "No ticket was sold"])),
      make("div", { class: "trial" }, make("h3", {}, pair(["未取的订单", "Orders not collected"])), seen.orders.length ? table([["订单", "Order"], ["席别", "Class"], ["区间", "Trip"], ["#席位", "Places"], ["#金额", "Paid"]],
        seen.orders.map((row) => [make("b", {}, row.order), pair(row.class), pair(trip(row)), String(row.tickets), yuan(row.fen)])) : none(["没有未取的订单", "No order waits"]),
      make("h3", {}, pair(["正在购买", "Being bought just now"])), seen.buying.length ? table([["机器", "Machine"], ["售票", "Sale"], ["#张", "Tickets"], ["#金额", "Amount"]],
        seen.buying.map((row) => [make("a", { href: `#/machine/${row.machine}` }, row.machine), row.key, String(row.tickets), yuan(row.fen)])) : none(["没有人正在购买", "Nobody is buying"]))),
    seen.left_off ? make("p", {}, pill("warn", [`另有 ${seen.left_off} 项未列出，已计入合计`, `${seen.left_off} more are not listed; the sums have them`])) : "",
  ];
}

const room = (one, seen) => facts(seen.room.flatMap((row) => [
  [["现有席位", "Places now"], big("places", String(row.places))], [["新增", "More"], big("more-places", one.holds ? "–" : `+${row.more}`)],
]));

const detail = (one, seen) => [
  facts([
    [["状态", "State"], state(one)], [["变更", "Change"], pair(what(one))], [["车次", "Train"], `${one.train} · ${one.run_date}`],
    ...(one.kind === "places" ? [[["席别", "Class"], pair(one.class)], [["与此车厢相同", "Coaches like"], one.like]] : []),
    ...(one.kind === "turned" ? [[["终到站改为", "Ends at"], pair(one.end)]] : []),
    [["起草", "Drafted"], `${one.by} · ${moment(one.drafted_ms)}`], [["发布", "Released"], one.released_by ? `${one.released_by} · ${moment(one.released_ms)}` : "–"], [["理由", "Reason"], one.reason],
  ]),
  ...(one.kind !== "places" ? people(seen) : [room(one, seen), make("p", {}, pair(["没有人受影响：已售席位不变。", "Nobody is touched: whoever has a place keeps it."]))]),
  deeds(one),
];

const list = (all, chosen) => all.length === 0 ? none(["没有运行变更，按列车时刻表办理", "No changes: trains run as in the timetable"]) : table(
  [["编号", "No."], ["状态", "State"], ["变更", "Change"], ["车次", "Train"], ["始发日期", "Date"], ["理由", "Reason"], ["起草", "Drafted"], ["发布", "Released"], ["", ""]],
  all.map((one) => [make("b", {}, `C${one.number}`), state(one), pair(what(one)), make("b", {}, one.train), one.run_date, one.reason, one.by, one.released_by || "–",
    make("a", { class: "key", href: `#/service/${one.number}`, "data-name": `change-${one.number}`, "aria-current": String(one.number) === chosen ? "true" : null }, pair(["看影响", "Whom it touches"]))]));

export async function open(root, [number]) {
  const { today } = await get("see/runs");
  const [one, all] = [make("div"), make("div")];
  if (number) root.append(card([`变更 C${number} 的影响`, `Change C${number}: whom it touches`], one));
  root.append(card(["运行变更", "Changes of the service"], all), card(["新草稿", "New draft"], drafting(today)));
  return async () => {
    const { changes } = await get("office/changes");
    refresh(all, changes, () => list(changes, number));
    if (changes.some((each) => String(each.number) === number)) {
      const told = await get(`see/change?number=${number}`);
      refresh(one, told, () => detail(told.change, told.touched));
    }
  };
}
