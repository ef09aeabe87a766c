"""Samples of the screens that take and give money: paying, printing, taking, owing, and out of service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.screen.values import (
    Deadline,
    Denomination,
    Figure,
    Journey,
    Key,
    Notice,
    PayCash,
    Printing,
    ProgressStep,
    Screen,
    TicketThumb,
    Words,
)

Talk = Any
"""`tests.kiosk.ui.samples.Talk`; not imported, because that module imports this one."""
Dress = Callable[..., Any]

QR = (
    "11111110111010111011001111111", "10000010010110010110101000001", "10111010110001001000101011101",
    "10111010001110110101101011101", "10111010101101001110001011101", "10000010100010111001001000001",
    "11111110101010101010101111111", "00000000110100110010100000000", "10111110011011001101111110010",
    "01100101100100111010010011011", "11010110111001010001100101100", "00101001000110101111011010001",
    "10010111101011000100110110110", "01101000110100111011001001101", "11100110001011100010111100010",
    "00011001110100011101000011101", "10110111011010110010101101010", "01001100100111001101110010111",
    "11010011101000110110001101001", "00111101010111011001110010110", "10100110101001100110111110101",
    "00000000111010011001100010011", "11111110010111000110101011100", "10000010101100111011100010110",
    "10111010110011010100111110001", "10111010001101101011010001110", "10111010111000010110101110011",
    "10000010010111101001011001100", "11111110101100011110110101011",
)  # fmt: skip


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
            "G1", "G", talk("11月22日 周日", "Sun 22 Nov"), "07:00", "11:29", talk("北京西", "Beijing West"),
            talk("上海虹桥", "Shanghai Hongqiao"), talk("4时29分", "4 h 29 min"), talk("二等座", "2nd class"),
        )  # fmt: skip

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
            full, inserted=replace(full.inserted, text="¥0.00"), remaining=replace(full.remaining, text="¥1,106.00"),
            percent=0, received=(), promise=self.talk("取消将退回等额现金，面额可能不同", "Cancel gives back the same amount, perhaps in other notes"),
        )  # fmt: skip

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
            full, denominations=refused, refusal=said, change_note=talk("零钱不多", "Little change left"), change_level="warn",
        )  # fmt: skip

    def pay_moving(self) -> PayCash:
        talk = self.talk
        return replace(
            self.pay(), slot="moving", slot_note=talk("请稍候，正在验钞", "One moment, the note is being checked")
        )

    def pay_full(self) -> PayCash:
        talk, full = self.talk, self.pay()
        why = talk("张数已满", "Too many notes")
        return replace(
            full, slot="full", slot_note=talk("暂时不能再收纸币", "No note can be taken now"), received=("¥100 × 4", "¥50 × 2", "¥20 × 11", "¥10 × 20", "¥5 × 4", "¥1 × 9"),
            denominations=tuple(replace(note, accepted=False, why=why) for note in full.denominations),
            change_note=talk("不找零，请投入正好的金额", "No change: exact amount only"), change_level="warn",
        )  # fmt: skip

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
            full, chrome=replace(full.chrome, notice=said), lock=Deadline(48_000, 300_000), slot="closed",
            slot_note=talk("不再收新纸币，请稍候", "No more notes, please wait"), received=("¥100",) * 6 + ("¥20",),
            denominations=tuple(replace(note, accepted=False, why=why) for note in full.denominations),
        )  # fmt: skip

    def pay_over(self) -> PayCash:
        talk, full = self.talk, self.pay()
        why = talk("已付清", "Already paid")
        return replace(
            full, denominations=tuple(replace(note, accepted=False, why=why) for note in full.denominations),
            inserted=replace(full.inserted, text="¥1,200.00"), percent=100, slot="closed",
            total=replace(full.total, sub=talk("已舍去 ¥0.50", "Rounded down by ¥0.50")),
            remaining=replace(full.remaining, text="¥0.00", sub=talk("找零 ¥94.00", "Change ¥94.00")), received=("¥100 × 12",),
            slot_note=talk("不再收纸币，请稍候", "No more notes, please wait"),
        )  # fmt: skip

    # --- printing

    def step(self, zh: str, en: str, state: str, tickets: tuple[TicketThumb, ...] = ()) -> ProgressStep:
        talk = self.talk
        chip = {"done": talk("完成", "Done"), "now": talk("进行中", "Now"), "next": talk("随后", "Next")}[state]
        return ProgressStep(talk(zh, en), chip, state, tickets)

    def thumb(self, place: str, state: str) -> TicketThumb:
        words = {
            "printed": ("已打印", "printed"), "printing": ("打印中", "printing"), "waiting": ("等待", "waiting"),
            "failed": ("未打印", "not printed"),
        }[state]  # fmt: skip
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
            self.printing(), title=talk("正在清点退款", "Your money is counted out"),
            steps=(
                self.step("订单已取消", "Order cancelled", "done"),
                self.step("正在清点您的 ¥620.00", "Your ¥620.00 is counted out", "now"),
                self.step("请取走您的钱", "Please take your money", "next"),
            ),
            total=talk("退款 ¥620.00", "Refund ¥620.00"), percent=33, cannot_cancel=Words(), openings=("change",),
            outlets=(talk("纸币从屏幕右侧送出", "Notes come out to the right of the screen"),),
        )  # fmt: skip


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
}


def samples_money(talk: Talk, dress: Dress, steps: Dress) -> dict[str, Screen]:
    made = Money(talk, dress, steps)
    return {name: make(made) for name, make in MAKERS.items()}
