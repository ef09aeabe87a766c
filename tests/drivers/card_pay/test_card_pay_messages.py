"""Messages of the adapter against the sheet's bytes; answers with anything wrong in them; the line with a pad of paper."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from drivers.card_pay import codec, messages
from drivers.card_pay.bank import MAC_MS, Bank, Outcome
from drivers.card_pay.codec import BadMessage, Framer, Message
from drivers.card_pay.messages import Request, Terminal
from drivers.emv.port import OnlineCard
from kiosk.ports.pin_pad import MacFailed, MacMade, Pan, PinBlock
from simulator.acquirer.keys import LAB_TAK, message_mac
from tests.simulator.acquirer.helpers import golden

TPDU = bytes.fromhex("6000380000")
TERMINAL = Terminal("TVM00001", "898110048160001")
SHEET = {row[0]: bytes.fromhex(row[2]) for row in golden("iso8583")}
ANSWER_MS = 20_000


def read(name: str) -> Message:
    return codec.parse(SHEET[name][2:], TPDU)


@pytest.mark.parametrize("name", sorted(SHEET))
def test_every_message_of_the_sheet_is_read_and_written_alike(name: str) -> None:
    (frame,) = Framer().feed(SHEET[name])
    message = codec.parse(frame, TPDU)
    assert codec.framed(frame[:5], frame[5:11], codec.body(message.mti, message.fields)) == SHEET[name]
    if message.signed:
        assert codec.to_sign(message.mti, message.fields) == message.signed
        assert message_mac(LAB_TAK, message.signed).decode() == message.get(64)
    swapped = frame[:1] + frame[3:5] + frame[1:3] + frame[5:]
    assert codec.parse(swapped, TPDU) == message


def test_what_we_send_is_what_the_sheet_shows() -> None:
    sheet = read("purchase").fields
    card = OnlineCard(Pan("6225880012345678"), sheet[35], "2812", "01", bytes.fromhex(sheet[55]))
    block = PinBlock(0, bytes.fromhex("BB1A6FE9B5A130FE"))
    ours = messages.purchase(TERMINAL, 1, 123, 3_800, card, block, 0).fields
    assert ours == {number: text for number, text in sheet.items() if number != 64}
    ours = messages.reversal(TERMINAL, 1, 123, 3_800, messages.NO_ANSWER).fields
    sheet = read("reversal").fields
    assert ours == {number: text for number, text in sheet.items() if number not in (2, 14, 23, 55, 64)}
    signing = messages.sign_in(TERMINAL, 1, 0).fields
    assert signing == {**read("sign-in").fields, 11: "900001", 60: "00000001003"}
    assert messages.echo(TERMINAL, 1, 5).fields == {**read("echo").fields, 11: "900006"}


def test_keys_of_a_sign_in() -> None:
    found = messages.keys_of(read("signed-in"))
    assert found is not None
    pin, mac, batch = found
    assert pin.reveal().hex().upper() == "4706E740B9DDA29F138E973E39979F5C"
    assert (pin.check.hex().upper(), mac.check.hex().upper(), batch) == ("27F14DD3", "76CDB553", 1)
    for changed in ({39: "97"}, {62: ""}, {62: "00" * 39}, {60: "00000000001"}, {60: "00"}):
        assert messages.keys_of(Message("0810", {**read("signed-in").fields, **changed})) is None


@pytest.mark.parametrize(
    ("reference", "batch"),
    [
        ("000001-200812000123", 1),
        ("999999-x", 999_999),
        ("", None),
        ("000000-1", None),
        ("1-2", None),
        ("00000１-1", None),
    ],
)
def test_the_batch_is_in_the_reference(reference: str, batch: int | None) -> None:
    assert messages.batch_of(reference) == batch


def test_a_payment_has_a_trace_of_its_own_that_is_never_one_of_ours() -> None:
    assert [messages.trace_of(n) for n in (1, 101, 900_000, 900_001)] == [1, 101, 900_000, 1]
    for number in (0, 1, 99_997, 99_998, 99_999, 10**9):
        assert 900_000 < int(messages.echo(TERMINAL, 1, number).fields[11]) <= 999_999


@pytest.mark.parametrize(
    "terminal",
    [("TVM1", "898110048160001"), ("TVM00001", ""), ("TVM0000\n", "898110048160001"), ("TVM0000é", "8" * 15)],
)
def test_a_terminal_has_names_of_the_right_length(terminal: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="terminal"):
        Terminal(*terminal)
    with pytest.raises(ValueError, match="TPDU"):
        Terminal("TVM00001", "898110048160001", tpdu="6000")


def test_anything_on_the_line_is_a_message_or_is_none() -> None:
    dice, seen = Random(3), 0
    for _ in range(4_000):
        frame = bytearray(SHEET[dice.choice(sorted(SHEET))][2:])
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(frame))
            frame[at : at + dice.choice([0, 1, 1, 5])] = dice.randbytes(dice.choice([0, 1, 1, 4]))
            frame = frame or bytearray(b"\0")
        try:
            codec.parse(bytes(frame), TPDU)
        except BadMessage:
            seen += 1
    assert seen > 1_000


def test_the_framer_takes_pieces_and_gives_up_at_a_length_that_cannot_be() -> None:
    framer = Framer()
    whole = SHEET["approved"] + SHEET["declined"]
    found = [frame for byte in whole for frame in framer.feed(bytes([byte]))]
    assert found == [SHEET["approved"][2:], SHEET["declined"][2:]]
    for bad in (b"\0\0", b"\0\x0b" + b"x" * 11, b"\xff\xff"):
        assert framer.feed(bad + SHEET["approved"]) == []
        assert framer.lost
        framer.clear()
    assert framer.feed(SHEET["approved"]) == [SHEET["approved"][2:]]


class Pad:
    """Makes MACs at once, or when it is told to."""

    pin_formats = (0,)

    def __init__(self) -> None:
        self.tell: Callable[[MacMade | MacFailed], None] = lambda fact: None
        self.slow = False

    def mac(self, order: int, message: bytes) -> None:
        if not self.slow:
            self.tell(MacMade(order, message_mac(LAB_TAK, message).decode() + "0" * 8))


class Desk:
    """A bank with one question under way."""

    def __init__(self, request: Request | None = None, slow: bool = False) -> None:
        self.outcomes: list[Outcome] = []
        pad, orders = Pad(), iter(range(1, 99))
        pad.slow = slow
        self.bank = Bank(TERMINAL, pad, lambda: next(orders), ANSWER_MS)  # type: ignore[arg-type]
        queue: list[MacMade | MacFailed] = []
        pad.tell = queue.append
        self.queue = queue
        self.bank.link_up(0)
        self.bank.ask(
            request or Request("0200", {k: v for k, v in read("purchase").fields.items() if k != 64}), self.end
        )
        self.turn(0)

    def end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def turn(self, now_ms: int) -> None:
        self.bank.poll(now_ms)
        while self.queue:
            assert self.bank.hear(self.queue.pop(0), now_ms)

    def answered(self, data: bytes, now_ms: int = 10) -> Outcome | None:
        self.bank.receive(data, now_ms)
        self.turn(now_ms)
        return self.outcomes[0] if self.outcomes else None


def test_a_purchase_leaves_as_the_sheet_has_it_and_its_answer_is_believed() -> None:
    desk = Desk()
    assert desk.bank.take_output(0) == SHEET["purchase"]
    outcome = desk.answered(SHEET["approved"])
    assert outcome is not None
    assert outcome.answer is not None
    assert messages.approves(outcome.request, outcome.answer)
    assert desk.bank.idle


def test_one_wrong_byte_in_an_answer_is_never_an_answer() -> None:
    """Bytes of the TPDU and the header do not count: no MAC covers them, and they say nothing."""
    for name in ("approved", "declined"):
        for at in range(len(SHEET[name])):
            if 2 + 5 <= at < 2 + 11:
                continue
            desk = Desk()
            desk.bank.take_output(0)
            wrong = bytearray(SHEET[name])
            wrong[at] ^= 0x01
            outcome = desk.answered(bytes(wrong))
            assert outcome is None or outcome.answer is None, (name, at)
            desk.turn(ANSWER_MS)
            assert [each.sent for each in desk.outcomes] == [True]


def test_an_answer_to_something_else_is_dropped_and_the_right_one_is_heard() -> None:
    desk = Desk()
    desk.bank.take_output(0)
    assert desk.answered(SHEET["reversed"] + SHEET["echo"]) is None
    outcome = desk.answered(SHEET["approved"])
    assert outcome is not None
    assert outcome.answer is not None


def test_what_did_not_leave_is_said_to_have_not() -> None:
    away = Desk()
    away.bank.link_lost(5)
    assert [(each.trouble, each.sent) for each in away.outcomes] == [("link", False)]
    away.bank.ask(Request("0200", {}), away.end)
    away.turn(6)
    assert (away.outcomes[-1].trouble, away.outcomes[-1].sent) == ("link", False)
    gone = Desk()
    gone.bank.take_output(0)
    gone.bank.link_lost(5)
    assert [(each.trouble, each.sent) for each in gone.outcomes] == [("link", True)]
    pad = Desk(slow=True)
    pad.turn(MAC_MS)
    assert [(each.trouble, each.sent) for each in pad.outcomes] == [("pad", False)]
    assert pad.bank.take_output(MAC_MS) == b""
    late = Desk(Request("0200", read("purchase").fields, begin_ms=1), slow=True)
    assert late.bank.hear(MacMade(1, "0" * 16), 1)
    assert [(each.trouble, each.sent) for each in late.outcomes] == [("late", False)]
    refused = Desk(slow=True)
    assert refused.bank.hear(MacFailed(1, "tamper"), 1)
    assert [(each.trouble, each.sent) for each in refused.outcomes] == [("pad", False)]


def test_an_unsigned_answer_to_a_signed_question_is_none() -> None:
    desk = Desk()
    desk.bank.take_output(0)
    plain = codec.body("0210", {k: v for k, v in read("approved").fields.items() if k != 64})
    outcome = desk.answered(codec.framed(TPDU, bytes.fromhex("603100311301"), plain))
    assert outcome is not None
    assert (outcome.answer, outcome.trouble, outcome.keys) == (None, "bad answer", True)


def test_bytes_that_are_no_frames_end_a_question_at_once() -> None:
    desk = Desk()
    desk.bank.take_output(0)
    outcome = desk.answered(b"HTTP/1.1 400 Bad Request\r\n")
    assert outcome is not None
    assert (outcome.answer, outcome.trouble) == (None, "bad answer")


def test_values_that_no_message_holds_are_not_sent() -> None:
    desk = Desk(Request("0200", {4: "12x"}))
    assert [(each.trouble, each.sent) for each in desk.outcomes] == [("pad", False)]


@pytest.mark.parametrize("changed", [{4: "000000003801"}, {41: "TVM00002"}, {42: "898110048160002"}, {39: ""}])
def test_an_answer_about_something_else_does_not_fit(changed: dict[int, str]) -> None:
    request = Request("0200", read("purchase").fields)
    assert messages.fits(request, read("approved"))
    assert not messages.fits(request, Message("0210", {**read("approved").fields, **changed}))
