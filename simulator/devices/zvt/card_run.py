"""A payment or a refund: card, PIN, host, and then the question whether the goods are out (EMV sheet, section 7, goods issue).

Booked is booked before the register hears of it. Only its 80 00 00 to the result makes that good; silence, any other answer and
repeats that are used up take it back.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.devices.chip_card.chip import ChipCard
from simulator.devices.zvt import telling
from simulator.devices.zvt.codes import (
    ACKNOWLEDGED,
    NEGATIVE,
    PART_ISSUED,
    STILL_WORKING,
    Code,
    Config,
    Field,
    Step,
    host_code,
)
from simulator.devices.zvt.desk import Kind
from simulator.devices.zvt.fields import Malformed, card_number, number, parse
from simulator.devices.zvt.flow import Flow, Pause, Say, Until
from simulator.devices.zvt.inside import HostSilent, Inside, NoConnection
from simulator.devices.zvt.kernel import chip_of, second_thought
from simulator.devices.zvt.memory import Entry, Stage
from simulator.devices.zvt.settling import Settling
from simulator.devices.zvt.wire import Apdu

READ_MS = 1_000
PIN_MS, AWAY_MS = 30_000, 10_000
REPEAT_MS = 3_000
"""Between 'still working' and the next result; the sheet says every 2 to 4 s."""


@dataclass(frozen=True, slots=True)
class Order:
    """`repeats`: the result may come so many times more; `limit_ms`: so long a card is waited for."""

    kind: Kind
    amount_fen: int
    repeats: int = 0
    limit_ms: int = 30_000


class CardRun:
    def __init__(self, inside: Inside, settling: Settling, in_block: bool) -> None:
        self._inside, self._settling, self._in_block = inside, settling, in_block

    def run(self, order: Order) -> Flow[None]:
        """All of it, from the acknowledged command to completion or abort."""
        inside = self._inside
        if inside.memory.closing or inside.has("batch_full"):
            yield from telling.failed(inside, Code.OPEN_BATCH)
            return
        if inside.has("reader_broken"):
            yield from telling.failed(inside, Code.READER_BROKEN)
            return
        inside.rest()
        before = inside.memory.entries[-1] if inside.memory.entries else None
        entry = inside.memory.begin(order.kind, order.amount_fen, f"{inside.when:%m%d%H%M%S}")
        code = yield from self._to_the_host(entry, order)
        inside.rest()
        if code != Code.GOOD:
            if entry.stage in (Stage.BEGUN, Stage.ASKED):
                entry.fail(code)
            if inside.played("result_without_payment_next"):
                yield Say(telling.result(inside, entry, Code.GOOD, order.amount_fen))
            yield from telling.failed(inside, code, entry)
            return
        yield from self._end(entry, order, before)

    # -- card, PIN, host

    def _to_the_host(self, entry: Entry, order: Order) -> Flow[int]:
        """GOOD: booked."""
        chip = yield from self._card(entry, order)
        if isinstance(chip, int):
            return chip
        due = yield from self._settling.settle_due()
        if due != Code.GOOD:
            return due  # first what is to be taken back: who cannot do that sells nothing
        entry.stage = Stage.ASKED
        self._inside.cut("host_asked")
        yield from telling.step(self._inside, Step.HOST)
        try:
            code = yield from self._inside.ask_host(lambda: self._booked(entry, chip))
        except NoConnection:
            entry.fail(Code.NO_CONNECTION)
            return Code.NO_CONNECTION
        except HostSilent:
            yield from self._undo(entry)
            return Code.HOST_SILENT
        if code != "00":
            yield from telling.step(self._inside, Step.DECLINED)
            return host_code(code)
        entry.stage = Stage.BOOKED
        doubt = second_thought(self._inside.card) if order.kind is Kind.PURCHASE else Code.GOOD
        if doubt != Code.GOOD:
            yield from self._undo(entry)
            return doubt
        yield from self._card_away()
        return Code.GOOD

    def _card(self, entry: Entry, order: Order) -> Flow[ChipCard | int]:
        """The chip that is believed with a PIN that was typed; or why there is none."""
        inside = self._inside
        inside.abortable = inside.wants_card = inside.works_on_card = True
        yield from telling.step(inside, Step.INSERT_CARD)
        yield Until(lambda: inside.stopped or inside.card is not None, order.limit_ms)
        inside.wants_card = False
        if inside.stopped or inside.card is None:
            return Code.ABORTED
        inside.cut("card_in")
        yield Pause(READ_MS)
        card = inside.card
        chip = chip_of(card, inside.yymm) if card is not None else Code.UNREADABLE
        if inside.played("card_unreadable_next"):
            chip = Code.UNREADABLE
        if isinstance(chip, Code):
            yield from telling.step(inside, Step.EXPIRED if chip is Code.EXPIRED else Step.UNREADABLE)
            return chip
        masked = not inside.has("pan_unmasked")
        entry.card, entry.expiry = card_number(chip.perso.pan, masked), chip.perso.expiry
        if order.kind is Kind.PURCHASE and not (yield from self._pin()):
            return Code.ABORTED if inside.card is not None else Code.UNREADABLE
        inside.abortable = False
        return Code.ABORTED if inside.stopped else chip

    def _pin(self) -> Flow[bool]:
        inside = self._inside
        inside.ask_for_pin()
        yield from telling.step(inside, Step.PIN_PAD)
        yield Until(lambda: inside.stopped or inside.entered or inside.card is None, PIN_MS)
        inside.asks_for_pin = False
        if inside.entered:
            inside.cut("pin_typed")
        return inside.entered and not inside.stopped and inside.card is not None

    def _booked(self, entry: Entry, chip: ChipCard) -> str:
        inside = self._inside
        if inside.played("declined_next"):
            return "05"
        pan = chip.perso.pan
        if entry.kind is Kind.REFUND:
            code, entry.approval = inside.desk.refund(entry.key, pan, entry.amount_fen)
        else:
            code, entry.approval = inside.desk.purchase(entry.key, pan, inside.pin, entry.amount_fen, inside.yymm)
        inside.cut("host_booked")
        return code

    def _undo(self, entry: Entry) -> Flow[int]:
        entry.stage = Stage.DUE
        yield from telling.step(self._inside, Step.AUTO_REVERSAL)
        return (yield from self._settling.take_back(entry))

    def _card_away(self) -> Flow[None]:
        """Before the goods, so that it is not forgotten; who leaves it there is not waited for longer than that."""
        self._inside.works_on_card = False
        yield from telling.step(self._inside, Step.REMOVE_CARD)
        yield Until(lambda: self._inside.card is None, AWAY_MS)

    # -- the goods

    def _end(self, entry: Entry, order: Order, before: Entry | None) -> Flow[None]:
        inside = self._inside
        if before is not None and inside.played("stale_result_next"):
            yield Say(telling.result(inside, before, telling.code_of(before), before.kept_fen))
        yield from self._issued(entry, 0 if inside.has("repeats_ignored") else order.repeats)
        if entry.stage not in (Stage.KEPT, Stage.PART):
            code = yield from self._undo(entry)
            yield from telling.aborted(Code.ABORTED if code == Code.GOOD else code)
            return
        if entry.stage is Stage.PART:
            yield from self._settling.give_back(entry)  # what fails here is tried again by the terminal itself
        lines = telling.receipt(inside, entry)
        yield from telling.printed(inside, lines, Config.PRINTS_PAYMENTS, in_block=self._in_block)
        yield from telling.completed()

    def _issued(self, entry: Entry, repeats: int) -> Flow[None]:
        """`entry` is kept, or in part, when the register said so."""
        inside = self._inside
        result = telling.result(inside, entry, Code.GOOD, entry.amount_fen, spoilt=True)
        for left in range(repeats, -1, -1):
            inside.cut("result")
            answer: Apdu | None = yield Say(result)
            if answer is not None and answer.control == (NEGATIVE, STILL_WORKING) and not answer.data and left:
                inside.cut("waiting_for_goods")
                yield Pause(REPEAT_MS, exact=True)
                continue
            kept_fen = _kept_fen(answer, entry.amount_fen)
            if kept_fen:
                inside.cut("issue_heard")
                entry.kept_fen = kept_fen
                entry.stage = Stage.KEPT if kept_fen == entry.amount_fen else Stage.PART
                inside.cut("kept")
            return


def _kept_fen(answer: Apdu | None, booked_fen: int) -> int:
    """What of it is issued by this answer; 0 when nothing is, or nobody can tell."""
    if answer is None:
        return 0
    if answer.control == ACKNOWLEDGED and not answer.data:
        return booked_fen
    if answer.control != (NEGATIVE, PART_ISSUED):
        return 0
    try:
        kept_fen = number(parse(answer.data, (Field.AMOUNT,))[Field.AMOUNT])
    except (Malformed, KeyError):
        return 0
    return kept_fen if kept_fen <= booked_fen else 0
