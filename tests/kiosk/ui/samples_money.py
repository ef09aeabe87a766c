"""Samples of the screens that take and give money: paying, printing, taking, owing, and out of service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.screen.qr import rows as qr_rows
from kiosk.screen.values import (
    ClaimScreen,
    Deadline,
    Denomination,
    Figure,
    InfoCard,
    Journey,
    Key,
    NoteCount,
    Notice,
    Outlet,
    OutOfService,
    PayCash,
    Printing,
    ProgressStep,
    Screen,
    Take,
    TicketThumb,
    Words,
)

Talk = Any
"""`tests.kiosk.ui.samples.Talk`; not imported, because that module imports this one."""
Dress = Callable[..., Any]

CLAIM_CODE = "TVM1;T07;6F4K92QD;2000"


class Money:
    """Sample makers in one language. `dress` is `tests.kiosk.ui.samples.chrome`, `steps` its stepper."""

    def __init__(self, talk: Talk, dress: Dress, steps: Dress) -> None:
        self.talk = talk
        self._dress = dress
        self._steps = steps

    def chrome(self, current: int, *footer: Key, **more: object) -> Any:
        return self._dress(self.talk, stepper=self._steps(self.talk, current), footer=footer, **more)

    def staff(self, role: str = "secondary") -> Key:
        return Key("call", self.talk("呼叫工作人员", "Call staff"), "bell", role)

    def journey(self) -> Journey:
        talk = self.talk
        return Journey(
            "G1",
            "G",
            talk("11月22日 周日", "Sun 22 Nov"),
            "07:00",
            "11:29",
            talk("北京西", "Beijing West"),
            talk("上海虹桥", "Shanghai Hongqiao"),
            talk("4时29分", "4 h 29 min"),
            talk("二等座", "2nd class"),
        )

    # --- pay.cash

    def pay(self) -> PayCash:
        talk = self.talk
        footer = (
            Key("cancel", talk("取消并退钱", "Cancel & refund"), "cross", "danger"),
            Key("code", talk("改用扫码", "Pay by QR"), "qr", enabled=False, why=talk("暂不可用", "Not offered here")),
            Key("help", talk("帮助", "Help"), "help"),
        )
        return PayCash(
            self.chrome(3, *footer, ring=Deadline(90_000, 90_000)),
            journey=self.journey(),
            tickets=talk("二等座 × 2 成人", "2nd class × 2 adults"),
            lock_words=talk("座位锁定", "Held for"),
            lock=Deadline(252_000, 300_000),
            title=talk("请投入纸币", "Insert notes one at a time"),
            total=Figure(talk("应付", "Total"), "¥1,106.00"),
            inserted=Figure(talk("已投入", "Inserted"), "¥620.00", "ok"),
            remaining=Figure(talk("还需", "Still to pay"), "¥486.00", "brand"),
            percent=56,
            accepted_title=talk("可接收", "Accepted now"),
            change_note=talk("机内找零充足", "Change available"),
            change_level="ok",
            denominations=tuple(Denomination(f"¥{face}", True) for face in (100, 50, 20, 10, 5, 1)),
            slot="insert",
            slot_title=talk("投币口在屏幕右侧", "The note slot is to the right of the screen"),
            slot_note=talk("绿灯亮时投入，请勿折叠", "Insert when green, one at a time. Do not fold."),
            received_title=talk("已收", "Received"),
            received=("¥100",) * 6 + ("¥20",),
            promise=talk("取消将退回全部已投入现金", "Cancel returns all cash inserted"),
        )

    def pay_first(self) -> PayCash:
        full = self.pay()
        return replace(
            full,
            inserted=replace(full.inserted, text="¥0.00"),
            remaining=replace(full.remaining, text="¥1,106.00"),
            percent=0,
            received=(),
            promise=self.talk(
                "取消将退回等额现金，面额可能不同", "Cancel gives back the same amount, perhaps in other notes"
            ),
        )

    def pay_refused(self) -> PayCash:
        talk, full = self.talk, self.pay()
        why = talk("无法找零", "No change for it")
        refused = tuple(
            replace(
                note, accepted=note.value not in ("¥100", "¥50"), why=why if note.value in ("¥100", "¥50") else Words()
            )
            for note in full.denominations
        )
        said = Notice(
            talk("纸币已退回: 请展平后再试", "Note given back: please smooth it and try again"), "warn", "warn"
        )
        return replace(
            full,
            denominations=refused,
            refusal=said,
            change_note=talk("零钱不多", "Little change left"),
            change_level="warn",
        )

    def pay_moving(self) -> PayCash:
        talk = self.talk
        return replace(
            self.pay(), slot="moving", slot_note=talk("请稍候，正在验钞", "One moment, the note is being checked")
        )

    def pay_full(self) -> PayCash:
        talk, full = self.talk, self.pay()
        why = talk("张数已满", "Too many notes")
        return replace(
            full,
            slot="full",
            slot_note=talk("暂时不能再收纸币", "No note can be taken now"),
            received=("¥100 × 4", "¥50 × 2", "¥20 × 11", "¥10 × 20", "¥5 × 4", "¥1 × 9"),
            denominations=tuple(replace(note, accepted=False, why=why) for note in full.denominations),
            change_note=talk("不找零，请投入正好的金额", "No change: exact amount only"),
            change_level="warn",
        )

    def pay_last_minute(self) -> PayCash:
        talk, full = self.talk, self.pay_full()
        said = Notice(
            talk("不到 1 分钟: 不再收新纸币", "Less than a minute: no new notes"),
            "warn",
            "clock",
            talk("座位即将释放，已投入的钱会退回", "Your money comes back when the seats are released"),
        )
        why = talk("请稍候", "Please wait")
        return replace(
            full,
            chrome=replace(full.chrome, notice=said),
            lock=Deadline(48_000, 300_000),
            slot="closed",
            slot_note=talk("不再收新纸币，请稍候", "No more notes, please wait"),
            received=("¥100",) * 6 + ("¥20",),
            denominations=tuple(replace(note, accepted=False, why=why) for note in full.denominations),
        )

    def pay_over(self) -> PayCash:
        talk, full = self.talk, self.pay()
        why = talk("已付清", "Already paid")
        return replace(
            full,
            denominations=tuple(replace(note, accepted=False, why=why) for note in full.denominations),
            inserted=replace(full.inserted, text="¥1,200.00"),
            percent=100,
            slot="closed",
            total=replace(full.total, sub=talk("已舍去 ¥0.50", "Rounded down by ¥0.50")),
            remaining=replace(full.remaining, text="¥0.00", sub=talk("找零 ¥94.00", "Change ¥94.00")),
            received=("¥100 × 12",),
            slot_note=talk("不再收纸币，请稍候", "No more notes, please wait"),
        )

    # --- printing

    def step(self, zh: str, en: str, state: str, tickets: tuple[TicketThumb, ...] = ()) -> ProgressStep:
        talk = self.talk
        chip = {"done": talk("完成", "Done"), "now": talk("进行中", "Now"), "next": talk("随后", "Next")}[state]
        return ProgressStep(talk(zh, en), chip, state, tickets)

    def thumb(self, place: str, state: str) -> TicketThumb:
        words = {
            "printed": ("已打印", "printed"),
            "printing": ("打印中", "printing"),
            "waiting": ("等待", "waiting"),
            "failed": ("未打印", "not printed"),
        }[state]
        return TicketThumb(self.talk(f"{place} {words[0]}", f"{place} {words[1]}"), state)

    def printing(self) -> Printing:
        talk = self.talk
        thumbs = (self.thumb("12A", "printed"), self.thumb("12B", "printing"), self.thumb("12C", "waiting"))
        return Printing(
            self.chrome(4, self.staff()),
            title=talk("正在出票，请稍候", "Printing your tickets, please wait"),
            steps=(
                self.step("已收款 ¥1,200.00", "Paid ¥1,200.00 in cash", "done"),
                self.step("打印车票 第 2 张，共 3 张", "Printing ticket 2 of 3", "now", thumbs),
                self.step("车票一起送出", "Tickets are handed over together", "next"),
                self.step("准备找零 ¥94.00", "Change ¥94.00, counted next", "next"),
            ),
            remaining=talk("还需约 9 秒", "About 9 s left"),
            percent=50,
            total=talk("¥1,106.00 · 3 张", "¥1,106.00 · 3 tickets"),
            outlets=(
                talk("车票从屏幕下方送出", "Tickets come out below the screen"),
                talk("找零从屏幕右侧送出", "Change comes out to the right of the screen"),
            ),
            stay=talk(
                "请不要离开。即使停电，本次交易也会办完。",
                "Please stay. Even in a power cut this sale will be finished.",
            ),
            cannot_cancel=talk("已付款，出票中不能取消", "Paid: cannot be cancelled now"),
            openings=("tickets", "change"),
        )

    def printing_six(self) -> Printing:
        full = self.printing()
        states = ("printed", "printed", "failed", "printing", "waiting", "waiting")
        thumbs = tuple(
            self.thumb(place, state)
            for place, state in zip(("12A", "12B", "12C", "12D", "12F", "13A"), states, strict=True)
        )
        steps = (
            full.steps[0],
            self.step("打印车票 第 4 张，共 6 张", "Printing ticket 4 of 6", "now", thumbs),
            *full.steps[2:],
        )
        return replace(full, steps=steps, percent=62)

    def printing_refund(self) -> Printing:
        talk = self.talk
        return replace(
            self.printing(),
            title=talk("正在清点退款", "Your money is counted out"),
            steps=(
                self.step("订单已取消", "Order cancelled", "done"),
                self.step("正在清点您的 ¥620.00", "Your ¥620.00 is counted out", "now"),
                self.step("请取走您的钱", "Please take your money", "next"),
            ),
            total=talk("退款 ¥620.00", "Refund ¥620.00"),
            percent=33,
            cannot_cancel=Words(),
            openings=("change",),
            outlets=(talk("纸币从屏幕右侧送出", "Notes come out to the right of the screen"),),
        )

    def printing_resume(self) -> Printing:
        """After a power cut: the question whether to go on."""
        talk = self.talk
        footer = (
            Key("money-back", talk("不买了，退款", "No, money back"), "refund"),
            Key("continue", talk("继续购票", "Continue"), "right", "primary"),
        )

        def step(zh: str, en: str, state: str, chip: tuple[str, str]) -> ProgressStep:
            return ProgressStep(talk(zh, en), talk(*chip), state)

        return replace(
            self.printing(),
            chrome=self.chrome(4, *footer, ring=Deadline(34_000, 40_000)),
            title=talk("继续购票?", "Continue your purchase?"),
            steps=(
                self.step("已收款 ¥1,200.00", "Paid ¥1,200.00 in cash", "done"),
                self.step("曾经断电，钱票均无损失", "The power failed, nothing is lost", "done"),
                step("共 3 张，已打印 1 张", "1 of 3 tickets are printed", "now", ("待确认", "Your choice")),
                self.step("找零 ¥94.00", "Change ¥94.00", "next"),
            ),
            remaining=talk("断电 12 秒后已恢复", "Power is back after 12 s"),
            percent=50,
            stay=talk(
                "若无人应答，将打印凭条，凭码在 1 号窗口领款，30 天内有效。",
                "No answer: a slip with a code pays at window 1, 30 days.",
            ),
            cannot_cancel=Words(),
        )

    # --- take

    def outlet(self, what: str, state: str, zh: str, en: str) -> Outlet:
        talk = self.talk
        order = {
            "now": talk("现在取", "Take now"),
            "next": talk("接着取", "Take next"),
            "done": talk("已取走", "Taken"),
        }[state]
        place = {
            "tickets": talk("屏幕下方出票口", "Tray below the screen"),
            "change": talk("屏幕右侧出钞口", "Slot right of the screen"),
            "slip": talk("凭条口", "Slip outlet"),
        }[what]
        return Outlet(what, state, order, talk(zh, en), place)

    def take(self) -> Take:
        talk = self.talk
        footer = (
            Key("receipt", talk("打印购票小票", "Print a receipt"), "printer"),
            Key("missing", talk("东西没出来?", "Something missing?"), "help"),
        )
        return Take(
            self.chrome(4, *footer, ring=Deadline(27_000, 30_000)),
            title=talk("请取走车票和找零", "Please take your tickets and change"),
            outlets=(
                self.outlet("tickets", "now", "车票 3 张", "3 tickets"),
                self.outlet("change", "next", "找零 ¥94", "Change ¥94"),
            ),
            figures=(
                Figure(talk("已投入", "Paid"), "¥1,200.00"),
                Figure(talk("车票", "Tickets"), "¥1,106.00"),
                Figure(talk("找零", "Change"), "¥94.00", "ok"),
            ),
            notes_label=talk("9 张纸币", "9 notes"),
            notes=(NoteCount("¥20", 4), NoteCount("¥10", 1), NoteCount("¥1", 4)),
            walk_away=talk("如果 30 秒内没有取走", "If nothing is taken within 30 s"),
            walk_away_lines=(
                talk(
                    "出口自动关闭，车票和找零收回机内保管并登记。",
                    "The slot closes. All is kept safe inside and written down.",
                ),
                talk(
                    "凭条上的领取码可到 1 号窗口领取，30 天内有效。", "A slip with a code pays at window 1 for 30 days."
                ),
            ),
            check=talk("离开前请核对车次、日期和张数", "Check the train, date and number of tickets"),
        )

    def take_change(self) -> Take:
        full = self.take()
        return replace(
            full,
            outlets=(
                self.outlet("tickets", "done", "车票 3 张", "3 tickets"),
                self.outlet("change", "now", "找零 ¥94.00", "Change ¥94.00"),
            ),
        )

    def take_tickets(self) -> Take:
        talk = self.talk
        return replace(
            self.take(),
            title=talk("请取走车票", "Please take your tickets"),
            outlets=(self.outlet("tickets", "now", "车票 2 张", "2 tickets"),),
            figures=(),
            notes=(),
            notes_label=Words(),
        )

    def take_refund(self) -> Take:
        talk = self.talk
        return replace(
            self.take(),
            title=talk("请取走您的钱", "Please take your money"),
            outlets=(self.outlet("change", "now", "退款 ¥620.00", "Refund ¥620.00"),),
            figures=(
                Figure(talk("已投入", "Paid"), "¥620.00"),
                Figure(talk("车票", "Tickets"), "¥0.00"),
                Figure(talk("退款", "Refund"), "¥620.00", "ok"),
            ),
            notes=(
                NoteCount("¥50", 8),
                NoteCount("¥20", 9),
                NoteCount("¥10", 3),
                NoteCount("¥5", 1),
                NoteCount("¥1", 5),
            ),
            notes_label=talk("26 张，还有 ¥100.00 随后送出", "26 notes, ¥100.00 more follows"),
            check=talk("离开前请点清", "Count your money before you leave"),
        )

    # --- receipt

    def claim(self) -> ClaimScreen:
        talk = self.talk
        footer = (
            Key("again", talk("再打印一张", "Print again"), "printer"),
            Key("help", talk("帮助", "Help"), "help"),
            Key("done", talk("我已拿好", "I have my slip"), "check", "primary"),
        )
        place = talk("北京西站 · 自动售票机 T07", "Beijing West · Ticket machine T07").main
        return ClaimScreen(
            self.chrome(4, *footer, ring=Deadline(52_000, 60_000)),
            title=talk("还欠您 ¥20.00，一定归还", "We owe you ¥20.00 and will pay it back"),
            figures=(
                Figure(talk("应找", "Change due"), "¥94.00"),
                Figure(talk("已找", "Paid out"), "¥74.00"),
                Figure(talk("欠您", "We owe you"), "¥20.00", "brand"),
            ),
            chips=(
                Notice(talk("3 张车票已取走", "3 tickets taken"), "ok", "check"),
                Notice(talk("¥20 纸币用完", "Out of ¥20 notes"), "warn", "info"),
            ),
            slip_title=talk("欠款凭条", "Claim slip"),
            slip_lines=(place, "2026-11-21 14:36 · T07-0183"),
            amount_label=talk("金额", "Amount"),
            amount="¥20.00",
            code_label=talk("领取码", "Claim code"),
            code="6F4K 92QD",
            valid=talk("有效期至 2026-12-21", "Valid 30 days"),
            qr=qr_rows(CLAIM_CODE),
            qr_words=talk("扫码留存", "Scan it to keep it"),
            slip_state=Notice(talk("凭条已打印，请取走", "Slip printed. Please take it."), "ok", "check"),
            ways_title=talk("任选一种方式领取", "Three ways to get your money"),
            ways=(
                InfoCard("counter", "tint", talk("1 号窗口", "Window 1"), talk("凭码当场付现金", "Cash at once")),
                InfoCard("qr", "tint", talk("留存领取码", "Keep the code"), talk("拍下本屏即可", "A photo is enough")),
                InfoCard("call", "tint", talk("拨打 12306", "Call 12306"), talk("报领取码即可", "Quote the code")),
            ),
            assurance=Notice(
                talk("已上报车站并记账，关机断电也不会丢失", "It is written down for good"),
                "ok",
                "shield",
                talk("14:36 已报告车站", "Your money stays on record even if this machine is switched off."),
            ),
        )

    def claim_no_slip(self) -> ClaimScreen:
        talk, full = self.talk, self.claim()
        footer = (
            Key(
                "again",
                talk("再打印一张", "Print again"),
                "printer",
                enabled=False,
                why=talk("无法打印凭条", "No slip can be printed"),
            ),
            Key("call", talk("呼叫工作人员", "Call staff"), "bell"),
            Key("done", talk("我已记下领取码", "I have the code"), "check", "primary"),
        )
        place = full.slip_lines[0]
        return replace(
            full,
            chrome=replace(full.chrome, footer=footer),
            title=talk("最多欠您 ¥620.00，一定归还", "We owe you up to ¥620.00 and will pay it back"),
            figures=(Figure(talk("欠您", "We owe you"), "¥620.00", "brand"),),
            amount="¥620.00",
            slip_lines=(
                place,
                "2026-11-21 14:36 · T07.7f3a91c2.183",
                talk("其他领取码: 8KQ2 M4RT", "Further codes: 8KQ2 M4RT").main,
            ),
            chips=(
                Notice(talk("交易时停电", "The power failed during the sale"), "warn", "info"),
                Notice(talk("需要清点已出的数目", "It must be counted how much came out"), "warn", "info"),
            ),
            valid=talk("有效期至 2026-12-21，共 30 天", "Valid until 2026-12-21, 30 days"),
            slip_state=Notice(
                talk("无法打印凭条，请记下领取码", "No slip can be printed: please keep the code"), "warn", "slip"
            ),
        )

    # --- oos

    def oos(self) -> OutOfService:
        talk = self.talk
        footer = (
            Key("staff", talk("工作人员", "Staff"), "wrench"),
            Key("help", talk("帮助", "Help"), "help"),
            self.staff("primary"),
        )
        return OutOfService(
            self._dress(talk, footer=footer),
            reason="no_paper",
            chip=talk("暂停服务", "Out of service"),
            headline=talk("车票纸用完了", "This machine has no ticket paper"),
            detail=talk("需要更换新的票卷", "A new roll is needed"),
            back_at=talk("预计 14:50 恢复", "Back at about 14:50"),
            assurance=Notice(
                talk("本机没有留存您的钱", "No money of yours is inside"),
                "ok",
                "shield",
                talk("所欠款项均有凭条或记录", "Whatever was owed is on a slip or on record."),
            ),
            elsewhere_title=talk("您可以在这里购票", "You can buy here"),
            elsewhere=(
                InfoCard(
                    "train", "ok", talk("T06 向左 12 米", "T06, 12 m to your left"), talk("现金可找零", "Gives change")
                ),
                InfoCard(
                    "train", "tint", talk("T05 向左 20 米", "T05, 20 m to your left"), talk("仅刷卡、扫码", "No cash")
                ),
                InfoCard(
                    "counter", "tint", talk("1–8 号人工窗口", "Counters 1–8"), talk("营业至 22:30", "Until 22:30")
                ),
                InfoCard(
                    "phone",
                    "tint",
                    talk("手机购票", "Buy by phone"),
                    talk("刷证进站，无需取票", "Enter with your ID, no paper"),
                ),
            ),
            told=talk("工作人员已于 14:31 收到通知", "Staff were told at 14:31"),
            facts=(
                Figure(talk("机器编号", "Machine"), talk("北京西 T07", "Beijing West T07").main, "brand"),
                Figure(talk("故障代码", "Fault code"), "E41", "brand"),
                Figure(talk("服务电话", "Help line"), "12306", "brand"),
            ),
        )

    def stopped(
        self, reason: str, headline: tuple[str, str], detail: tuple[str, str], back: bool = False
    ) -> OutOfService:
        """Another reason, with the two ways to a ticket that are always there."""
        talk, full = self.talk, self.oos()
        ways = (
            InfoCard("counter", "ok", talk("人工窗口", "Ticket counters"), talk("售票大厅内", "In the ticket hall")),
            InfoCard("phone", "tint", talk("手机购票", "Buy by phone"), talk("刷证进站", "Enter with your ID")),
        )
        return replace(
            full,
            reason=reason,
            headline=talk(*headline),
            detail=talk(*detail),
            elsewhere=ways,
            back_at=full.back_at if back else Words(),
            facts=full.facts if back else (full.facts[0], full.facts[2]),
        )

    def starting(self) -> OutOfService:
        full = self.stopped(
            "starting",
            ("请稍候", "One moment, please"),
            ("正在启动并检查各部件", "The machine is starting and checks its devices."),
        )
        told = self.talk("如需帮助请呼叫工作人员", "Please call staff if you need help")
        return replace(full, chip=self.talk("正在启动", "Starting"), told=told)


STOPPED: dict[str, tuple[tuple[str, str], tuple[str, str], bool]] = {
    "closed": (
        ("暂停营业", "Closed for now"),
        ("本机随车站一起开放", "This machine opens again with the station."),
        True,
    ),
    "fault": (("本机发生故障", "This machine has a fault"), ("需要技术人员处理", "A technician is needed."), False),
    "offline": (
        ("与车站的连接中断", "No connection to the station"),
        ("无法锁定座位", "Seats cannot be held without it."),
        False,
    ),
    "cash_full": (("钱箱已满", "The cash box is full"), ("需要先更换钱箱", "It must be exchanged first."), True),
    "door_open": (("机器已打开", "The machine is open"), ("工作人员正在维护", "Staff are working on it."), False),
    "no_mains": (
        ("市电中断", "Mains power has failed"),
        ("正用电池供电，暂不售票", "The machine runs on battery and sells nothing now."),
        False,
    ),
    "remote_stop": (
        ("车站已停止本机售票", "Stopped by the station"),
        ("请用其他售票机或人工窗口", "Please use another machine or a counter."),
        False,
    ),
}


def _stopped(reason: str) -> Callable[[Money], Screen]:
    headline, detail, back = STOPPED[reason]
    return lambda money: money.stopped(reason, headline, detail, back)


MAKERS: dict[str, Callable[[Money], Screen]] = {
    "pay.cash": Money.pay,
    "pay.cash-first": Money.pay_first,
    "pay.cash-refused": Money.pay_refused,
    "pay.cash-moving": Money.pay_moving,
    "pay.cash-full": Money.pay_full,
    "pay.cash-last": Money.pay_last_minute,
    "pay.cash-over": Money.pay_over,
    "printing": Money.printing,
    "printing-six": Money.printing_six,
    "printing-refund": Money.printing_refund,
    "printing-resume": Money.printing_resume,
    "take": Money.take,
    "take-change": Money.take_change,
    "take-tickets": Money.take_tickets,
    "take-refund": Money.take_refund,
    "receipt": Money.claim,
    "receipt-unprinted": Money.claim_no_slip,
    "oos": Money.oos,
    "oos-starting": Money.starting,
    **{f"oos-{reason}": _stopped(reason) for reason in STOPPED},
}


def samples_money(talk: Talk, dress: Dress, steps: Dress) -> dict[str, Screen]:
    made = Money(talk, dress, steps)
    return {name: make(made) for name, make in MAKERS.items()}
