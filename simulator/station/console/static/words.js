// What stands for the codes of machines and of the office, in two languages, and how figures and times are written.
export const MODES = {
  normal: ["正常", "In service"], query_only: ["只查询", "Queries only"], pickup_only: ["只取票", "Pick-up only"], emergency: ["紧急", "Emergency"],
  starting: ["启动中", "Starting"], maintenance: ["维护中", "Maintenance"], remote_stop: ["远程停用", "Stopped by office"], door_open: ["门开着", "Door open"],
  tamper: ["撬动报警", "Tamper alarm"], no_mains: ["市电中断", "No mains"], journal: ["存储不足", "Journal full"], clock: ["时钟不可信", "Clock not valid"],
  closed: ["已关闭", "Closed"], no_paper: ["票纸用完", "No paper"], fault: ["故障", "Fault"], offline: ["与车站断开", "Offline"], no_grant: ["未授权", "No grant"],
  silent: ["离线", "Not heard"], unknown: ["未报到", "Never reported"], revoked: ["已撤销授权", "Grant taken"],
  no_notes: ["不收纸币", "No notes"], stopped: ["停用", "Stopped"],
};
export const REASONS = {
  remote_query: ["车站令：只查询", "Office: queries only"], remote_no_notes: ["车站令：不收纸币", "Office: no notes"], never_counted: ["未清点", "Never counted"],
  cash_full: ["钱箱已满", "Box full"], no_acceptor: ["纸币器不可用", "No note acceptor"], no_dispenser: ["找零器不可用", "No dispenser"], no_change: ["零钱不足", "No change"],
  no_payment: ["电子支付不可用", "No cards or phones"], reversal_open: ["有待退支付", "Reversal open"], no_slips: ["小票机不可用", "No slips"],
  exact_only: ["只收正好的金额", "Exact amounts only"], typed_only: ["只能输入取票码", "Codes are typed only"], no_scanner: ["扫码器不可用", "No scanner"],
  no_card: ["刷卡不可用", "No cards"], no_code: ["付款码不可用", "Our code is not available"], no_scan: ["扫手机码不可用", "Phones cannot be scanned"], no_id_reader: ["证件阅读器不可用", "No ID reader"],
  box_near_full: ["钱箱将满", "Box nearly full"], roll_low: ["票纸将尽", "Paper low"], change_low: ["零钱将尽", "Change low"],
};
export const FAULTS = {
  LINK_LOST: ["连接断开", "link lost"], NO_ANSWER: ["不应答", "no answer"], WRONG_DEVICE: ["设备不符", "wrong device"], FIRMWARE: ["版本不符", "other version"], DEVICE_FAILURE: ["设备故障", "failure"],
  PROTOCOL: ["协议错误", "protocol"], NOTE_JAM: ["纸币卡住", "note jam"], BOX_JAM: ["钱箱卡住", "box jam"], BOX_FULL: ["钱箱已满", "box full"], BOX_OUT: ["钱箱取出", "box out"],
  CHEATED: ["作弊嫌疑", "cheated"], NOTE_TABLE: ["币种表不符", "note table"], DISPENSER_JAM: ["找零卡住", "jam"], CASSETTE_OUT: ["钞盒取出", "cassette out"],
  CASSETTE_LOW: ["钞盒将空", "cassette low"], CASSETTE_EMPTY: ["钞盒已空", "cassette empty"], REJECT_FULL: ["废钞箱满", "reject box full"], REJECT_OUT: ["废钞箱取出", "reject box out"],
  WRONG_NOTES: ["钞盒券别不符", "wrong notes"], CHANGE_TRAY: ["找零口故障", "change tray"], NOT_COUNTED: ["未清点", "not counted"], PAPER_OUT: ["票纸用完", "paper out"],
  PAPER_LOW: ["票纸将尽", "paper low"], TICKET_JAM: ["车票卡住", "ticket jam"], CUTTER: ["切刀故障", "cutter"], STRIPE: ["磁条故障", "stripe"], TICKET_TRAY: ["出票口故障", "ticket tray"],
  WASTE_FULL: ["废票箱满", "waste full"], SEAL: ["封签故障", "seal"], SLIP_PAPER_OUT: ["小票纸用完", "slip paper out"], SLIP_PAPER_LOW: ["小票纸将尽", "slip paper low"],
  SLIP_COVER: ["小票机盖开", "slip cover"], SLIP_CUTTER: ["小票切刀", "slip cutter"], SHUTTER: ["闸门故障", "shutter"], OVER_TEMPERATURE: ["过热", "too hot"],
  VIBRATION: ["震动", "vibration"], TAMPER: ["撬动", "tamper"],
  SETTLEMENT: ["银行对账不符", "bank sums differ"],
};
export const DEVICES = {
  acceptor: ["纸币器", "Acceptor"], dispenser: ["找零器", "Dispenser"], ticket_unit: ["出票机", "Ticket unit"], slip_printer: ["小票机", "Slip printer"],
  cabinet: ["机柜", "Cabinet"], payment: ["支付终端", "Payment"], code_scanner: ["扫码器", "Scanner"], id_reader: ["证件阅读器", "ID reader"],
};
export const COMMANDS = { mode: ["模式", "Mode"], registers: ["抄寄存器", "Registers"], end_day: ["日终抄表", "End of day"], settle: ["银行对账", "Settle with the bank"], restart: ["重新启动", "Restart"] };
export const PARAMETERS = {
  collect_patience_ms: ["付款等待", "Patience while paying"], review_patience_ms: ["确认等待", "Patience at review"], claim_patience_ms: ["欠款单显示", "Claim is shown"], take_ms: ["取票等待", "Time to take"],
  last_minute_ms: ["停收纸币余时", "No notes in the last"], resume_ms: ["断电后继续", "Resume after a cut"], resume_answer_ms: ["继续询问等待", "Answer to resume"], blanks_per_ticket: ["每票最多票纸", "Blanks a ticket"],
  pay_tries: ["找零次数", "Tries to pay out"], box_near_full: ["钱箱将满", "Box nearly full"], cassette_low: ["钞盒下限", "Cassette minimum"], roll_low: ["票纸下限", "Paper minimum"],
  service_login_ms: ["维护登录时限", "Service log-in"], service_idle_ms: ["维护空闲时限", "Service idle"], skew_stop_ms: ["时钟差停售", "Clock skew that stops"], opens_min: ["开放（分）", "Opens, minute"], closes_min: ["关闭（分）", "Closes, minute"],
};
export const OUTCOMES = { done: ["ok", ["已执行", "Done"]], refused: ["danger", ["被拒绝", "Refused"]], expired: ["", ["过期", "Expired"]], waiting: ["busy", ["等待", "Waiting"]] };
export const STATES = {
  held: ["占座", "Held"], confirmed: ["已售", "Sold"], printed: ["已出票", "Printed"], voided: ["已作废", "Voided"], expired: ["过期", "Expired"], released: ["已释放", "Released"],
};
export const ROLES = { operator: ["操作员", "operator"], supervisor: ["主管", "supervisor"], auditor: ["审计", "auditor"] };
export const SERVICE_ROLES = { maintainer: ["维修员", "maintainer"], cash: ["现金员", "cash staff"], supervisor: ["值班主管", "supervisor"] };
export const CHANGES = { added: ["新增", "added"], removed: ["删除", "taken out"], changed: ["更改", "changed"], pin: ["新密码", "new PIN"] };
export const PROPOSALS = { enrol: ["新人员", "Newcomer"], role: ["更改角色", "Another role"], token: ["新口令", "New token"], unlock: ["解除锁定", "Unlock"] };
export const STEPS = {
  policy_drafted: ["起草政策", "Drafted a policy"], policy_released: ["发布政策", "Released a policy"], policy_withdrawn: ["撤回政策", "Withdrew a policy"],
  change_drafted: ["起草运行变更", "Drafted a change of the service"], change_released: ["发布运行变更", "Released a change of the service"], change_withdrawn: ["撤回运行变更", "Took back a change of the service"],
  person_proposed: ["提出人员更改", "Proposed about a person"], person_agreed: ["同意人员更改", "Agreed about a person"], person_withdrawn: ["撤回人员更改", "Withdrew a proposal"],
  person_locked: ["锁定人员", "Locked a person"],
  set_drafted: ["起草参数", "Drafted parameters"], set_released: ["发布参数", "Released parameters"], commanded: ["下达命令", "Commanded"], claim_settled: ["结清欠款", "Settled a claim"], unpaid_settled: ["未收付款结案", "Closed an unpaid payment"],
  box_counted: ["清点钱箱", "Counted a box"], day_closed: ["日结", "Closed a day"], enrolled: ["登记机器", "Enrolled a machine"], granted: ["授权", "Granted"], revoked: ["撤销授权", "Took the grant"],
};
export const SERVICE = { cancelled: ["停运", "Does not run"], turned: ["中途折返", "Ends on the way"], places: ["加挂车厢", "Coaches more"] };
// Why a place is not the next one: look and words.
export const PLACE_RULES = {
  offered: ["ok", ["下一位就得到它", "The next passenger gets it"]], not_best: ["ok", ["可售，另有席位先售", "On offer, another one goes first"]],
  held: ["busy", ["已被占座，可能退回", "Held by somebody, it may come back"]], sold: ["", ["已售", "Sold"]], taken: ["", ["开售前已被购买", "Bought before this station sold anything"]],
  two_records: ["warn", ["分属不同票额，不能连成一张", "Free only in pieces of different quotas"]], distance: ["warn", ["为保持间隔不售", "Left empty so that people sit apart"]], no_such_place: ["danger", ["没有这个席位", "No such place"]],
  use: ["warn", ["票额另有用途，机器不售", "Its quota is for others, machines do not sell it"]], window: ["warn", ["票额只在别的窗口出售", "Its quota is sold at other windows"]], station: ["warn", ["票额从别的车站上车", "Its quota begins at another station"]],
  limit: ["warn", ["超过限售站", "Beyond the farthest station of its quota"]], min_to: ["warn", ["未到以远站", "Not as far as its quota demands"]], withdrawn: ["danger", ["已停售", "Withdrawn from sale"]], cancelled: ["danger", ["本次列车停运", "The train does not run that day"]],
};
// Words that stand in the reports of a day too, which the station writes.
export const { figures: FIGURES, items: ITEMS } = await (await fetch("/console/static/figures.json")).json();
export const PUT_ASIDE = {
  "the MAC is wrong": ["密封码不符", "the MAC is wrong"], "the chain is broken": ["链断开", "the chain is broken"], "not a journal line": ["不是日志行", "not a journal line"],
  "not JSON": ["不是 JSON", "not JSON"], "keys missing or out of order": ["字段缺失或次序不对", "keys missing or out of order"], "another seq or epoch": ["序号或纪元不符", "another seq or epoch"],
  "no segment was named": ["未说明日志段", "no segment was named"], "another segment than the lines before": ["日志段与前文不符", "another segment than the lines before"],
  "this station has no such seal": ["车站没有这个密封密钥", "this station has no such seal"],
};
export const REFUSED = {
  same_person: "需要另一人", locked: "此人已被锁定", too_few: "至少须保留两名主管", known: "此人已登记", unchanged: "已经如此", open: "此人已有待同意的事项", answered: "已经处理",
  no_such_person: "没有此人", released: "已经发布", withdrawn: "已经撤回", overtaken: "已有更新的版本", out_of_range: "超出允许范围", not_your_role: "您的角色不能这样做", settled: "已经结清", counted: "已经清点",
  no_such_train: "当天没有这趟列车", no_such_change: "没有此变更", departed: "列车已开", cancelled: "列车已停运", in_use: "车厢内已有席位占用或售出",
  unauthorized: "姓名与口令不符", too_many: "错误次数过多，请等一分钟", no_key: "车站没有签名密钥", foreign: "不是本页面发出的", not_released: "从未发布", bad_request: "填写有误",
  not_a_picture: "不是可用的 PNG 图片", full: "图片已满，请先删除", no_such_picture: "没有这张图片", too_large: "文件过大",
};

export const yuan = (fen) => `${fen < 0 ? "-" : ""}¥${(Math.abs(fen) / 100).toLocaleString("en-US", { minimumFractionDigits: fen % 100 ? 2 : 0 })}`;
const ZONE = { timeZone: "Asia/Shanghai", hourCycle: "h23" };
const TIME = new Intl.DateTimeFormat("zh-CN", { ...ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });
export const time = (ms) => TIME.format(ms);
export const day = (ms) => DAY.format(ms);
export const moment = (ms) => (ms ? `${day(ms)} ${time(ms)}` : "–");
export function age(ms) {
  if (ms === null) return ["–", "–"];
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return [`${s} 秒前`, `${s} s ago`];
  if (s < 3600) return [`${Math.floor(s / 60)} 分钟前`, `${Math.floor(s / 60)} min ago`];
  return [`${Math.floor(s / 3600)} 小时前`, `${Math.floor(s / 3600)} h ago`];
}
// Today as a time of day, later days with their date.
export function soon(ms, now) {
  const [date, of] = [day(ms), time(ms).slice(0, 5)];
  if (date === day(now)) return [of, of];
  if (date === day(now + 86400000)) return [`明天 ${of}`, `tomorrow ${of}`];
  return [`${date.slice(5)} ${of}`, `${date.slice(5)} ${of}`];
}
export function placeName(place, value) {
  if (place === "box") return ["钱箱", "Note box"];
  if (place === "roll") return ["票纸", "Ticket stock"];
  return place.startsWith("coins") ? [`${yuan(value)} 硬币`, `${yuan(value)} coins`] : [`${yuan(value)} 纸币`, `${yuan(value)} notes`];
}
export const fault = (text) => {
  const [device, code] = text.split(":");
  const [where, what] = [DEVICES[device] ?? [device, device], FAULTS[code] ?? [code, code]];
  return [`${where[0]}：${what[0]}`, `${where[1]}: ${what[1]}`];
};
export const mode = (name) => MODES[name] ?? [name, name];
export const reason = (name) => REASONS[name] ?? MODES[name] ?? [name, name];
const WARNINGS = new Set(["box_near_full", "roll_low", "change_low", "no_slips"]);
export const warns = (name) => WARNINGS.has(name);

// Look and words of a machine's state: never by colour alone.
export function stateOf(one) {
  if (["silent", "unknown"].includes(one.state)) return ["", mode(one.state)];
  if (["maintenance", "starting"].includes(one.state)) return ["busy", mode(one.state)];
  if (!["normal", "closed", "query_only", "pickup_only"].includes(one.state)) return ["danger", mode(one.state)];
  const [first] = one.status?.reasons ?? [];
  if (one.state === "closed") return ["busy", mode("closed")];
  return first ? ["warn", reason(first)] : [one.state === "normal" ? "ok" : "warn", mode(one.state)];
}
