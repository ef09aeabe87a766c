// Names in both languages; keys are those of the API.
export const VALUES = [10000, 5000, 2000, 1000, 500, 100];

export const ROWS = [
  ["乘客手中", "In hand", ["hand"]],
  ["入钞口", "Slot", ["acceptor.mouth"]],
  ["通道", "In path", ["acceptor.path"]],
  ["暂存", "Escrow", ["acceptor.escrow"]],
  ["卡钞处", "Jammed", ["acceptor.jam"]],
  ["收款箱", "Accept box", ["box"]],
  ["找零箱", "Cassettes", ["cassette.1", "cassette.2", "cassette.3", "cassette.4"]],
  ["出钞通道", "Dispenser path", ["dispenser.path"]],
  ["出钞口", "Presenter", ["change.tray"]],
  ["废钞箱", "Reject bin", ["dispenser.reject"]],
  ["回收箱", "Retract bin", ["change.retract"]],
  ["地上", "Floor", ["floor"]],
  ["金库", "Vault outside", ["vault"]],
];

export const MOVING = new Set(["acceptor.path", "acceptor.escrow", "dispenser.path", "change.tray", "acceptor.mouth"]);

export const DEVICES = {
  acceptor: ["收钞器", "Note acceptor"],
  dispenser: ["出钞器", "Dispenser"],
  ticket_unit: ["制票机", "Ticket unit"],
  cabinet: ["机柜板", "Cabinet board"],
  slip_printer: ["凭条打印机", "Slip printer"],
};

export const DOORS = {
  outer: ["外门", "Outer"],
  safe: ["钱箱门", "Safe"],
  tickets: ["票仓门", "Tickets"],
  change: ["找零门", "Change"],
};

export const OUTLETS = {
  change: ["取找零", "Change"],
  tickets: ["取车票", "Tickets"],
  slip: ["取凭条", "Slip"],
  mouth: ["取回币", "Note back"],
};

// Why a hand came back empty, or not with everything.
export const WHY_NOT = { closed: ["闸门关着", "the shutter is closed"], empty: ["空的", "nothing is there"], stuck: ["取不出", "it is stuck"] };

export const LAMPS = {
  green: ["绿灯", "green"], red: ["红灯", "red"], notes: ["入钞灯", "notes"], tickets: ["票口灯", "tickets"],
  change: ["找零灯", "change"], help: ["求助灯", "help"], siren: ["警笛", "siren"],
};

export const SHUTTERS = {
  note_shutter: ["入钞闸", "notes"], slot_shutter: ["票口闸", "tickets"], change_shutter: ["找零闸", "change"],
};

// The usual troubles, one key each; the whole menu is under them.
export const QUICK = [
  ["acceptor", "jam_in_stacker_next", "卡钞", "Note jam"],
  ["acceptor", "reject_all", "拒收纸币", "Notes refused"],
  ["acceptor", "box_full", "钱箱满", "Box full"],
  ["acceptor", "silence_before", "收钞器失联", "Acceptor silent"],
  ["dispenser", "double_pick_next", "双张", "Double feed"],
  ["dispenser", "jam_ejt_exit_next", "出钞卡住", "Change jam"],
  ["dispenser", "short_pick_next", "取钞失败", "Short pick"],
  ["ticket_unit", "paper_out", "无票纸", "No paper"],
  ["ticket_unit", "jam", "票卡住", "Ticket jam"],
  ["ticket_unit", "verify_fail_1st", "磁条校验失败", "Stripe fails"],
  ["cabinet", "slot_shutter_stuck", "票口闸门卡住", "Slot stuck"],
  ["slip_printer", "paper_out", "凭条无纸", "No slip paper"],
];

export const ACCEPTOR = {
  IDLING: ["等待", "Idle", "good"], DISABLED: ["停用", "Closed", "quiet"], ACCEPTING: ["识别中", "Reading", "busy"],
  ESCROW: ["暂存中", "In escrow", "busy"], HOLDING: ["暂存中", "In escrow", "busy"], STACKING: ["入箱", "Stacking", "busy"],
  RETURNING: ["退回", "Returning", "busy"], REJECTING: ["拒收", "Rejecting", "bad"], INITIALIZE: ["启动", "Starting", "busy"],
  BOX_FULL: ["钱箱满", "Box full", "bad"], BOX_OUT: ["无钱箱", "No box", "bad"], JAM_VALIDATOR: ["卡钞", "Jam", "bad"],
  JAM_CASSETTE: ["卡钞", "Jam", "bad"], PAUSE: ["暂停", "Pause", "bad"], FAILURE: ["故障", "Failure", "bad"], OFF: ["断电", "Off", "bad"],
  POWER_UP: ["上电", "Power-up", "quiet"], POWER_UP_IN_VALIDATOR: ["上电", "Power-up", "quiet"], POWER_UP_IN_STACKER: ["上电", "Power-up", "quiet"],
};

export const PLACES = Object.fromEntries([
  ...ROWS.flatMap(([zh, en, places]) => places.map((place) => [place, [zh, en]])),
  ["roll", ["票卷", "roll"]], ["printer.path", ["打印", "printer"]], ["ticket.tray", ["托盘", "tray"]],
  ["ticket.slot", ["出票口", "ticket slot"]], ["ticket.waste", ["废票箱", "waste"]], ["ticket.retract", ["回收票箱", "retract"]],
  ["slip.roll", ["凭条纸", "paper"]], ["slip.mouth", ["凭条口", "slip mouth"]],
  ...[1, 2, 3, 4].map((n) => [`cassette.${n}`, [`找零箱 ${n}`, `cassette ${n}`]]),
]);

export const both = ([zh, en]) => `${zh} ${en}`;
export const yuan = (fen) => (fen / 100).toLocaleString("en-US");

// Times are shown as the machine's people read them.
let zone = "Asia/Shanghai";
export const useZone = (name) => { zone = name; };
export const timeOf = (ms) => new Date(ms).toLocaleTimeString("en-GB", { timeZone: zone });
export const exactTimeOf = (ms) => `${timeOf(ms)}.${String(ms % 1000).padStart(3, "0")}`;
