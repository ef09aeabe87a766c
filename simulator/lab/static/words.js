// Names in both languages; keys are those of the API.
export const VALUES = [10000, 5000, 2000, 1000, 500, 100];

export const ROWS = [
  ["乘客手中", "In hand", ["hand"]],
  ["入钞口", "Slot", ["acceptor.mouth"]],
  ["通道", "In path", ["acceptor.path", "acceptor.stacker"]],
  ["暂存", "Escrow", ["acceptor.escrow"]],
  ["卡钞处", "Jammed", ["acceptor.jam"]],
  ["收款箱", "Accept box", ["box"]],
  ["找零箱", "Cassettes", ["cassette.1", "cassette.2", "cassette.3", "cassette.4"]],
  ["出钞通道", "Dispenser path", ["dispenser.path"]],
  ["出钞口", "Presenter", ["change.tray"]],
  ["硬币箱", "Coin hoppers", ["hopper.1", "hopper.1.exit", "hopper.2", "hopper.2.exit"]],
  ["硬币杯", "Coin cup", ["change.cup"]],
  ["废钞箱", "Reject bin", ["dispenser.reject"]],
  ["回收箱", "Change bin", ["change.retract"]],
  ["地上", "Floor", ["floor"]],
  ["金库", "Vault outside", ["vault"]],
];

// What a machine without a change tray does not have.
export const OF_TRAY = new Set(["change.tray", "dispenser.reject", "change.retract"]);

// What only a machine with hoppers has.
export const OF_COINS = new Set(["hopper.1", "change.cup"]);

export const MOVING = new Set(["change.cup", "acceptor.path", "acceptor.stacker", "acceptor.escrow", "dispenser.path", "change.tray", "acceptor.mouth"]);

const DEVICE_WORDS = {
  acceptor: ["收钞器", "Note acceptor"], dispenser: ["出钞器", "Dispenser"], ticket_unit: ["制票机", "Ticket unit"],
  cabinet: ["机柜板", "Cabinet board"], slip_printer: ["凭条打印机", "Slip printer"], ups: ["不间断电源", "UPS"],
  bill_to_bill: ["循环收付机", "Bill-to-Bill"], provider: ["支付平台", "Phone payment"],
  card_reader: ["读卡器", "Card reader"], pin_pad: ["密码键盘", "PIN pad"], bank: ["银行", "Bank"], hopper: ["硬币箱", "Coin hoppers"],
  terminal: ["刷卡终端", "Card terminal"], code_scanner: ["扫码器", "Code scanner"], id_reader: ["身份证读卡", "ID reader"],
};
export const deviceWords = (device) => DEVICE_WORDS[device] ?? [device, device];

export const DOORS = { outer: ["外门", "Outer"], safe: ["钱箱门", "Safe"], change: ["找零门", "Change"], tickets: ["票仓门", "Tickets"] };

export const OUTLETS = {
  change: ["取找零", "Take change"], tickets: ["取车票", "Take tickets"], slip: ["取凭条", "Take slip"], mouth: ["取回纸币", "Take note back"], coins: ["取硬币", "Take coins"],
};

// Where change comes out of the note slot, one key is for both.
export function outletsOf(state) {
  const { change, tickets, slip, mouth, coins } = OUTLETS;
  const cash = state.fitted.change_tray ? { change, tickets, slip, mouth } : { tickets, slip, mouth: ["取纸币", "Take notes"] };
  return state.fitted.hoppers.length ? { ...cash, coins } : cash;
}

// Why a hand came back empty, or not with everything.
export const WHY_NOT = { closed: ["闸门关着", "the shutter is closed"], empty: ["空的", "nothing is there"], stuck: ["取不出", "it is stuck"] };

export const LAMPS = {
  green: ["营业", "open"], red: ["停用", "closed"], notes: ["入钞", "notes"], tickets: ["取票", "tickets"],
  change: ["找零", "change"], card: ["插卡", "card"], help: ["求助", "help"], siren: ["警笛", "siren"],
};

// The usual troubles, one key each; the whole menu is under them.
export const QUICK = [
  ["acceptor", "jam_in_stacker_next", "卡钞", "Note jam"],
  ["acceptor", "reject_all", "拒收纸币", "Notes refused"],
  ["acceptor", "box_full", "钱箱满", "Box full"],
  ["acceptor", "silence_before", "收钞器失联", "Acceptor mute"],
  ["dispenser", "double_pick_next", "双张", "Double feed"],
  ["dispenser", "jam_ejt_exit_next", "出钞卡住", "Change jam"],
  ["dispenser", "short_pick_next", "取钞失败", "Short pick"],
  ["ticket_unit", "paper_out", "无票纸", "No paper"],
  ["ticket_unit", "jam", "票卡住", "Ticket jam"],
  ["ticket_unit", "verify_fail_1st", "磁条校验失败", "Stripe fails"],
  ["cabinet", "slot_shutter_stuck", "票口卡住", "Slot stuck"],
  ["slip_printer", "paper_out", "凭条无纸", "No slip paper"],
];

// Besides, where phones pay; not among what a seed throws.
export const QUICK_PHONES = [
  ["provider", "answer_lost", "支付应答丢失", "Answer lost"],
  ["provider", "late_payment", "付款迟到账", "Booked late"],
  ["provider", "unknown_first", "支付先答不明", "First unknown"],
  ["provider", "refund_refused", "拒绝退款", "No refund"],
];

// Besides, where bank cards pay.
export const QUICK_CARDS = [
  ["card_reader", "chip_dirty", "芯片读不出", "Chip is dirty"],
  ["card_reader", "jam_ejected", "退卡卡住", "Card jam"],
  ["pin_pad", "opened", "拆密码键盘", "Tamper"],
  ["terminal", "host_down", "终端连不上银行", "No host"],
  ["terminal", "declined_next", "银行拒一次", "Declined once"],
  ["terminal", "power_cut_waiting_for_goods_next", "出票时终端断电", "Power cut"],
  ["bank", "answer_lost", "银行应答丢失", "Answer lost"],
  ["bank", "silent", "银行不理", "Bank silent"],
  ["bank", "wrong_mac", "银行签名错", "Wrong MAC"],
];

// Besides, where change falls as coins.
export const QUICK_COINS = [
  ["hopper", "empty_next", "硬币没了", "Out of coins"],
  ["hopper", "jam_next", "硬币卡住", "Coin jam"],
  ["hopper", "sticks_in_exit_next", "卡在出口", "Stuck in exit"],
  ["hopper", "silence_after_once", "硬币应答丢失", "Answer lost"],
  ["hopper", "resets_mid_payout_next", "自行重启", "Restarts itself"],
];

// Besides, where orders are picked up.
export const QUICK_READERS = [
  ["code_scanner", "blind", "扫码窗脏", "Dirty window"],
  ["code_scanner", "misread_next", "扫错一位", "Misread"],
  ["id_reader", "field_dead", "读不到证", "No card found"],
  ["id_reader", "card_gone_in_read_next", "读时拿走", "Lifted too soon"],
];

// Instead of the dispenser's, where notes come out of the unit that takes them.
export const QUICK_RECYCLER = [
  ["acceptor", "double_pick_next", "双张", "Double feed"],
  ["acceptor", "jam_in_dispenser_next", "出钞卡住", "Change jam"],
  ["acceptor", "short_dispense_next", "取钞失败", "Short pick"],
];

export const ACCEPTOR = {
  IDLING: ["等待投币", "Ready", "good"], DISABLED: ["不收钞", "Closed", "quiet"], ACCEPTING: ["识别中", "Reading", "busy"],
  ESCROW: ["暂存中", "In escrow", "busy"], HOLDING: ["暂存中", "In escrow", "busy"], STACKING: ["入箱", "Stacking", "busy"],
  RETURNING: ["退回", "Returning", "busy"], REJECTING: ["拒收", "Rejecting", "bad"], INITIALIZE: ["启动", "Starting", "busy"],
  BOX_FULL: ["钱箱满", "Box full", "bad"], BOX_OUT: ["无钱箱", "No box", "bad"], JAM_VALIDATOR: ["卡钞", "Jam", "bad"],
  JAM_CASSETTE: ["卡钞", "Jam", "bad"], PAUSE: ["暂停", "Pause", "bad"], FAILURE: ["故障", "Failure", "bad"], OFF: ["断电", "No power", "bad"],
  DISPENSING: ["出钞中", "Paying out", "busy"], UNLOADING: ["清空中", "Unloading", "busy"], SETTING_TYPE: ["设定中", "Setting up", "busy"],
  POWER_UP: ["上电", "Power-up", "quiet"], POWER_UP_IN_VALIDATOR: ["上电", "Power-up", "quiet"], POWER_UP_IN_STACKER: ["上电", "Power-up", "quiet"],
};

// A Bill-to-Bill unit keeps the deposit in a cassette that pays nothing out: its name, or none.
export const depositPlace = (state) => [1, 2, 3, 4].filter((n) => !state.cassettes[n] && state.places[`cassette.${n}`]?.capacity).map((n) => `cassette.${n}`)[0];

const PLACES = Object.fromEntries([
  ...ROWS.flatMap(([zh, en, places]) => places.map((place) => [place, [zh, en.toLowerCase()]])),
  ["roll", ["票卷", "roll"]], ["printer.path", ["打印", "printer"]], ["ticket.tray", ["托盘", "tray"]],
  ["ticket.slot", ["出票口", "ticket slot"]], ["ticket.waste", ["废票箱", "waste bin"]], ["ticket.retract", ["回收票箱", "ticket retract bin"]],
  ["card.reader", ["读卡器", "card reader"]], ["card.bin", ["收卡箱", "card bin"]],
  ...[1, 2].flatMap((n) => [[`hopper.${n}`, [`硬币箱 ${n}`, `hopper ${n}`]], [`hopper.${n}.exit`, [`硬币箱 ${n} 出口`, `exit of hopper ${n}`]]]),
  ["slip.roll", ["凭条纸", "paper"]], ["slip.mouth", ["凭条口", "slip mouth"]],
  ...[1, 2, 3, 4].map((n) => [`cassette.${n}`, [`找零箱 ${n}`, `cassette ${n}`]]),
]);
export const placeWords = (place) => PLACES[place] ?? [place, place];

export const both = ([zh, en]) => `${zh} ${en}`;
// What stands on a coin: yuan, or the half of one.
export const coinValue = (fen) => (fen === 50 ? "½" : String(fen / 100));
export const yuan = (fen) => (fen / 100).toLocaleString("en-US");

// Times are shown as the machine's people read them.
let zone = "Asia/Shanghai";
export const useZone = (name) => { zone = name; };
export const timeOf = (ms) => new Date(ms).toLocaleTimeString("en-GB", { timeZone: zone });
// The machine's clock now; `taken`: when the state was, by this page's own clock.
export const wallOf = (state) => Math.round(state.clock.wall_ms + (performance.now() - state.taken) * state.clock.rate);
export const exactTimeOf = (ms) => `${timeOf(ms)}.${String(ms % 1000).padStart(3, "0")}`;
