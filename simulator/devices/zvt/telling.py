"""What a terminal tells the cash register while it is master: steps, results, receipts, the end."""

from __future__ import annotations

from simulator.devices.zvt.codes import (
    ABORT,
    COMPLETION,
    CURRENCY,
    INTERMEDIATE,
    MOST_AMOUNT_FEN,
    PRINT_BLOCK,
    PRINT_LINE,
    RESULT,
    Code,
    Config,
    Field,
    Step,
)
from simulator.devices.zvt.desk import Kind
from simulator.devices.zvt.fields import bcd, field, tlv
from simulator.devices.zvt.flow import Flow, Say
from simulator.devices.zvt.inside import Inside
from simulator.devices.zvt.memory import Entry, Stage
from simulator.devices.zvt.wire import Apdu

EURO = 978
CARD_KIND, CARD_NAME = 0xFF, b"UNIONPAY\0"
"""The public list of card kinds was not seen by us: FF is none of it."""
CUSTOMER = 0x02
LINE_KIND, LINE, LINES, RECEIPT_KIND = b"\x1f\x07", b"\x07", b"\x25", 1
NORMAL_LINE, LAST_LINE = 0x00, 0x81
YUAN_FEN = 100


def step(inside: Inside, code: Step) -> Flow[None]:
    """Nothing to a register that did not ask for steps, and nothing before one is registered."""
    if inside.config is not None and inside.config & Config.WANTS_STEPS:
        yield Say(Apdu(INTERMEDIATE, bytes([code])))


def failed(inside: Inside, code: int, entry: Entry | None = None) -> Flow[None]:
    """A result that is none, and the end."""
    trace = field(Field.TRACE, bcd(entry.key.trace, 3)) if entry is not None else b""
    yield Say(Apdu(RESULT, field(Field.CODE, bytes([code])) + trace + _terminal(inside)))
    yield from aborted(code)


def aborted(code: int) -> Flow[None]:
    yield Say(Apdu(ABORT, bytes([code])))


def completed(data: bytes = b"") -> Flow[None]:
    yield Say(Apdu(COMPLETION, data))


def state(inside: Inside, code: int | None = None) -> bytes:
    """Fields of a completion that tells of the terminal itself."""
    told = b"" if code is None else field(Field.CODE, bytes([code]))
    return told + field(Field.KIND, b"\0") + _terminal(inside) + field(Field.CURRENCY, bcd(currency(inside), 2))


def currency(inside: Inside) -> int:
    return EURO if inside.has("another_currency") else CURRENCY


def code_of(entry: Entry) -> int:
    """How an entry stands, as field 27 tells it afterwards."""
    if entry.stage in (Stage.KEPT, Stage.PART, Stage.BOOKED):
        return Code.GOOD
    return {Stage.REVERSED: Code.ALREADY_REVERSED, Stage.DUE: Code.NO_CONNECTION}.get(entry.stage, entry.code)


def result(inside: Inside, entry: Entry, code: int, amount_fen: int, *, spoilt: bool = False) -> Apdu:
    """Of a payment or a refund. `spoilt`: faults of a good result play."""
    money, name = currency(inside), Field.RECEIPT
    amount, receipt = field(Field.AMOUNT, bcd(amount_fen, 6)), field(name, bcd(entry.receipt, 2))
    if spoilt and inside.played("wrong_amount_next"):
        amount = field(Field.AMOUNT, bcd(min(amount_fen + YUAN_FEN, MOST_AMOUNT_FEN), 6))
    if spoilt and inside.played("no_amount_next"):
        amount = b""
    if spoilt and inside.played("no_receipt_next"):
        receipt = b""
    if spoilt and inside.played("wrong_currency_next"):
        money = EURO
    told = (
        field(Field.CODE, bytes([code]))
        + amount
        + field(Field.TRACE, bcd(entry.key.trace, 3))
        + field(Field.TIME, bytes.fromhex(entry.when[4:]))
        + field(Field.DATE, bytes.fromhex(entry.when[:4]))
    )
    if entry.card:
        told += field(Field.EXPIRY, bytes.fromhex(entry.expiry)) + field(Field.PAN, entry.card)
    told += _terminal(inside)
    if entry.approval:
        told += field(Field.APPROVAL, entry.approval.encode().ljust(8, b"\0"))
    told += field(Field.CURRENCY, bcd(money, 2)) + receipt
    if entry.card:
        told += field(Field.CARD_KIND, bytes([CARD_KIND])) + field(Field.CARD_NAME, CARD_NAME)
    return Apdu(RESULT, told)


def reversal_result(inside: Inside, original: Entry) -> Apdu:
    """Of a reversal: numbers of its own, and the trace of what it took back."""
    memory = inside.memory
    told = field(Field.CODE, bytes([Code.GOOD])) + field(Field.AMOUNT, bcd(original.amount_fen, 6))
    told += field(Field.TRACE, bcd(memory.next_trace(), 3)) + field(Field.ORIGINAL_TRACE, bcd(original.key.trace, 3))
    told += _terminal(inside) + field(Field.CURRENCY, bcd(currency(inside), 2))
    return Apdu(RESULT, told + field(Field.RECEIPT, bcd(memory.next_receipt(), 2)))


def end_of_day_result(inside: Inside, total_fen: int) -> Apdu:
    told = field(Field.CODE, bytes([Code.GOOD])) + field(Field.AMOUNT, bcd(max(0, total_fen), 6))
    told += field(Field.TRACE, bcd(inside.memory.next_trace(), 3))
    return Apdu(RESULT, told + _terminal(inside) + field(Field.CURRENCY, bcd(currency(inside), 2)))


def receipt(inside: Inside, entry: Entry, *, reversed_: bool = False) -> list[str]:
    """What a register prints for the passenger; card digits as field 22 has them."""
    word = "REVERSAL" if reversed_ else "REFUND" if entry.kind is Kind.REFUND else "PAYMENT"
    card = entry.card.hex().upper().rstrip("F").replace("E", "*")
    return [
        f"{word}  {entry.kept_fen // 100}.{entry.kept_fen % 100:02} CNY",
        f"CARD {card}",
        f"TERMINAL {inside.memory.terminal}  TRACE {entry.key.trace:06}  RECEIPT {entry.receipt:04}",
        f"APPROVAL {entry.approval}",
    ]


def printed(inside: Inside, lines: list[str], wanted: Config, *, in_block: bool) -> Flow[None]:
    """Only to a register that prints. What it answers changes nothing: the payment stands."""
    both = wanted | Config.PRINT_COMMANDS
    if inside.config is None or inside.config & both != both:
        return
    if in_block:
        texts = b"".join(tlv(LINE, line.encode("ascii")) for line in lines)
        block = tlv(LINE_KIND, bytes([RECEIPT_KIND])) + tlv(LINES, texts)
        yield Say(Apdu(PRINT_BLOCK, field(Field.TLV, block)))
        return
    for line in lines[:-1]:
        yield Say(Apdu(PRINT_LINE, bytes([NORMAL_LINE]) + line.encode("ascii")))
    yield Say(Apdu(PRINT_LINE, bytes([LAST_LINE]) + lines[-1].encode("ascii")))


def _terminal(inside: Inside) -> bytes:
    return field(Field.TERMINAL, bytes.fromhex(inside.memory.terminal))
