"""What is said to the bank's host, and whether an answer belongs to it. Pure. Source: ISO 8583 sheet, sections 2 to 6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.card_pay.codec import HEADER_BYTES, TPDU_BYTES, Message
from drivers.emv.port import OnlineCard
from kiosk.ports.pin_pad import PinBlock, WrappedKey

TRACES = 900_000
"""Payments have the trace numbers from 1 to here; those above belong to sign-ins and echoes."""
OWN_TRACES = 99_999
CHIP_AND_PIN = "051"
PIN_WITH_NUMBER = "2600000000000000"
NO_ANSWER, OTHER = "98", "06"
SIGN_IN, ECHO = "003", "301"
SETTLE, DETAILS, UPLOADED = "201", "203", "207"
SCRIPT_RESULT = "951"
NOTHING = "0" * 31
"""Sums of cards of another kind, of which there are none: the second half of field 48."""
BALANCES = {"1": "balanced", "2": "different", "3": "different"}
MOST_DETAILS = 16
"""Payments in one message of details; docs/decisions/070 says how they stand in field 48."""
KEY_PARTS = {24: (8, 8), 40: (16, 16), 60: (16, 16)}
"""Bytes of field 62 -> sizes of PIN key and MAC key in it, each followed by four bytes of its check value."""
CHECK_BYTES = 4

REASONS: Mapping[str, str] = {
    **dict.fromkeys(("51",), "funds"),
    **dict.fromkeys(("61", "13"), "amount"),
    **dict.fromkeys(("55",), "pin"),
    **dict.fromkeys(("38", "75"), "pin_tries"),
    **dict.fromkeys(("33", "54"), "expired"),
    **dict.fromkeys(("14", "15", "59", "62"), "card"),
    **dict.fromkeys(("12", "30", "40", "57", "58"), "unsupported"),
    **dict.fromkeys(("03", "68", "77", "90", "91", "92", "96", "97", "98", "99", "A0", "A7"), "closed"),
}
APPROVED = ("00", "11")
CONTRADICTION = ("10", "94", "A2", "A4", "A5", "A6")
"""Approved in part or with conditions, or a trace that was used before: taken back."""
WANTED = ("04", "07", "34", "41", "43")
"""The issuer wants the card kept."""
SIGN_IN_AGAIN = ("77", "97", "99", "A0")
NOT_BOOKED = ("25", "12")
NEVER = ("30", "40", "64")
"""Answers to a reversal: it was never booked; it will not be taken back."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """How the acquirer knows this machine. `id` has 8 characters, `merchant` 15; `tpdu` 5 bytes and `header` 6 bytes, in hex."""

    id: str
    merchant: str
    tpdu: str = "6000380000"
    header: str = "603100311301"
    currency: str = "156"
    operator: str = "01 "

    def __post_init__(self) -> None:
        """Raises ValueError."""
        names = (self.id, 8), (self.merchant, 15), (self.currency, 3), (self.operator, 3)
        if any(len(text) != size or not text.isascii() or not text.isprintable() for text, size in names):
            raise ValueError("a terminal has 8 characters, its merchant 15, the currency and the operator 3")
        if (len(bytes.fromhex(self.tpdu)), len(bytes.fromhex(self.header))) != (TPDU_BYTES, HEADER_BYTES):
            raise ValueError(f"a TPDU has {TPDU_BYTES} bytes and a header {HEADER_BYTES}")


@dataclass(frozen=True, slots=True)
class Request:
    """One message before its MAC. `signed`: it has one, and its answer must have one. `begin_ms`: mono time after which it is
    not sent any more, 0: any time."""

    mti: str
    fields: Mapping[int, str] = field(repr=False)
    signed: bool = True
    begin_ms: int = 0


def trace_of(payment: int) -> int:
    """The bank's number for a payment, the same after a restart. Comes again after so many sales that the batch is another."""
    return (payment - 1) % TRACES + 1


def purchase(
    terminal: Terminal, batch: int, payment: int, amount_fen: int, card: OnlineCard, block: PinBlock, begin_ms: int
) -> Request:
    fields = {
        3: "000000",
        4: f"{amount_fen:012}",
        11: f"{trace_of(payment):06}",
        14: card.expiry,
        22: CHIP_AND_PIN,
        25: "00",
        26: "12",
        35: card.track2,
        49: terminal.currency,
        52: block.reveal().hex().upper(),
        53: PIN_WITH_NUMBER,
        55: card.chip.hex().upper(),
        60: f"22{batch:06}000500",
    }
    if card.sequence:
        fields[23] = card.sequence.rjust(3, "0")
    return Request("0200", {**fields, **_named(terminal)}, begin_ms=begin_ms)


def reversal(terminal: Terminal, batch: int, payment: int, amount_fen: int, reason: str) -> Request:
    """Made of what the record of a payment holds, and so the same after a restart: no card number, no chip data."""
    trace = f"{trace_of(payment):06}"
    fields = {
        3: "000000",
        4: f"{amount_fen:012}",
        11: trace,
        22: CHIP_AND_PIN,
        25: "00",
        39: reason,
        49: terminal.currency,
        60: f"22{batch:06}000500",
        61: f"{batch:06}{trace}",
    }
    return Request("0400", {**fields, **_named(terminal)})


def sign_in(terminal: Terminal, batch: int, number: int) -> Request:
    fields = {11: _own_trace(number), 60: f"00{batch:06}{SIGN_IN}", 63: terminal.operator}
    return Request("0800", {**fields, **_named(terminal)}, signed=False)


def echo(terminal: Terminal, batch: int, number: int) -> Request:
    fields = {11: _own_trace(number), 60: f"00{batch:06}{ECHO}"}
    return Request("0820", {**fields, **_named(terminal)}, signed=False)


def totals(count: int, amount_fen: int) -> str:
    """Field 48 of a settlement: debits, then no credits (what was reversed is in neither), and no word of the bank yet. A count has
    three digits; of more only the last are told, and the bank's sum decides."""
    return f"{amount_fen:012}{count % 1_000:03}{0:012}{0:03}0" + NOTHING


def settlement(terminal: Terminal, batch: int, told: str) -> Request:
    """The same for the same batch, after a restart too: its trace is the batch's, for the bank repeats its answer as it was."""
    fields = {
        11: _own_trace(batch),
        48: told,
        49: terminal.currency,
        60: f"00{batch:06}{SETTLE}",
        63: terminal.operator,
    }
    return Request("0500", {**fields, **_named(terminal)}, signed=False)


def details(terminal: Terminal, batch: int, number: int, rows: Sequence[tuple[int, int]]) -> Request:
    """Of a batch that the bank sums up otherwise: trace and amount in fen of each payment. `number` within the batch: one that is
    sent again is the same."""
    told = f"{len(rows):02}" + "".join(f"{trace:06}{amount_fen:012}" for trace, amount_fen in rows)
    fields = {11: _own_trace(number), 48: told, 60: f"00{batch:06}{DETAILS}"}
    return Request("0320", {**fields, **_named(terminal)}, signed=False)


def uploaded(terminal: Terminal, batch: int, number: int, rows: Sequence[tuple[int, int]]) -> Request:
    """The end of the details, which closes the batch; there are no `rows` any more."""
    fields = {11: _own_trace(number), 48: f"{len(rows):02}", 60: f"00{batch:06}{UPLOADED}"}
    return Request("0320", {**fields, **_named(terminal)}, signed=False)


def balance_of(message: Message) -> str:
    """What the bank says of our sums: balanced or different; empty: it says neither."""
    told = message.get(48)
    if len(told) != 2 * len(NOTHING):
        return ""
    words = [BALANCES.get(digit, "") for digit in (told[len(NOTHING) - 1], told[-1])]
    return "" if "" in words else "balanced" if set(words) == {"balanced"} else "different"


def script_result(purchase: Request, results: bytes) -> Request:
    """How the issuer's scripts went on the card of a purchase: its trace, batch and amount, and no card number."""
    kept = {number: purchase.fields[number] for number in (3, 4, 11, 22, 25, 41, 42, 49)}
    batch, trace = purchase.fields[60][2:8], purchase.fields[11]
    told = {55: f"DF31{len(results):02X}{results.hex().upper()}", 60: f"22{batch}{SCRIPT_RESULT}", 61: batch + trace}
    return Request("0620", {**kept, **told})


def answers(request: Request, message: Message) -> bool:
    """Whether this is the answer to that request, rightly or wrongly filled: type and trace."""
    return message.mti == f"{int(request.mti) + 10:04}" and message.get(11) == request.fields[11]


def fits(request: Request, message: Message) -> bool:
    """Whether an answer names our terminal and our amount."""
    named = all(message.get(number) == request.fields[number] for number in (41, 42))
    money = request.fields.get(4)
    return named and len(message.get(39)) == 2 and message.get(4) in ("" if money is None else money, money)


def approves(request: Request, message: Message) -> bool:
    """An approval of all of it, with the numbers an approval has. `fits` was asked before."""
    return message.get(39) in APPROVED and message.get(4) == request.fields[4] and bool(message.get(37).strip())


def keys_of(message: Message) -> tuple[WrappedKey, WrappedKey, int] | None:
    """PIN key, MAC key and batch of the answer to a sign-in; None when they are not there."""
    data = bytes.fromhex(message.get(62))
    sixty = message.get(60)
    if message.get(39) != "00" or len(data) not in KEY_PARTS or len(sixty) < 8 or not int(sixty[2:8]):
        return None
    of_pin, of_mac = KEY_PARTS[len(data)]
    behind = data[of_pin + CHECK_BYTES :]
    pin = WrappedKey(data[:of_pin], data[of_pin : of_pin + CHECK_BYTES])
    mac = WrappedKey(behind[:of_mac], behind[of_mac : of_mac + CHECK_BYTES])
    return pin, mac, int(sixty[2:8])


def reference_of(batch: int, message: Message) -> str:
    """How an approval is known from then on: the batch and the host's own number."""
    return f"{batch:06}-{message.get(37).strip()}"


def batch_of(reference: str) -> int | None:
    """The batch in such a reference, None when it has none."""
    head, dash, _ = reference.partition("-")
    return int(head) if dash and len(head) == 6 and head.isascii() and head.isdecimal() and int(head) else None


def _named(terminal: Terminal) -> dict[int, str]:
    return {41: terminal.id, 42: terminal.merchant}


def _own_trace(number: int) -> str:
    return f"{TRACES + 1 + number % OWN_TRACES:06}"
