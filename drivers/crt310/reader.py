"""What is known of the reader and of the card in it, and the questions every order asks. Source: card-reader sheet, section 1.2.

Only a status says where a card is and whether the gate is open; the letters of other replies say why something did not work, and
of the gate's command they are not read at all (the sheet has them the other way round). After a command without an answer the
status is asked, before anything else.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from drivers.crt310.codec import (
    LETTERS,
    REFUSE_ALL,
    STATUS,
    STOP_INSIDE,
    SUPPLY_OFF,
    Letter,
    Move,
    Refusal,
    Status,
    entry_command,
    move_command,
    parse_status,
)
from drivers.crt310.counts import Counts
from drivers.crt310.line import MOVE_MS, Outcome, Reply, Request
from drivers.once import Once
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.card_reader import CardBytes, CardWhere, Place, ReaderSupply
from kiosk.ports.fact import Report

LOOKS = 3
"""Times the status is asked before the reader is given up."""
SETTINGS = 2
STEP_MS = 300
"""Between two looks at a card that may still move."""
STILL_MS = 3_000
"""A card that has not moved for so long does not."""
HELD: tuple[Place, ...] = ("front", "inside", "chip", "rear")
DEEP: tuple[Place, ...] = ("inside", "chip", "rear")
"""Out of reach of a hand at the gate."""
EXPELLED: tuple[Place, ...] = ("gate", "bin", "none")
"""Where what is no card may be after it was pushed out: makers differ."""
OFFERS: dict[str, tuple[Move, tuple[Place, ...]]] = {
    "loose": (Move.EJECT, ("gate",)),
    "held": (Move.FRONT, ("gate", "front")),
}
"""How a card is offered: the move, and where it then is until it is taken."""
GATE = REFUSE_ALL[:1]
SUPPLIES = {Refusal.SUPPLY: "supply", Refusal.BACKUP: "backup"}


@dataclass(frozen=True, slots=True)
class Pause:
    """`idle`: an order ends it."""

    ms: int
    idle: bool = False


Step = Request | Pause
"""What a script yields; it is sent the reply, None after a pause."""
T = TypeVar("T")
Script = Generator[Step, Reply | None, T]


def letter(data: bytes) -> bool:
    return len(data) == 1 and data[0] in LETTERS


def said(reply: Reply) -> str:
    """Why it was not done, by the reply to a command that is answered with a letter; empty when it was."""
    match reply.outcome:
        case Outcome.DONE:
            told = {Letter.FAILED: "failed", Letter.NO_CARD: "no_card", Letter.ELSEWHERE: "elsewhere"}
            return told.get(Letter(reply.data[0]), "")
        case Outcome.REFUSED:
            return refused(reply.code)
    return "silent"


def refused(code: int) -> str:
    reasons = {**SUPPLIES, Refusal.ABNORMAL_CARD: "foreign"}
    return {int(known): reason for known, reason in reasons.items()}.get(code, f"{code:02X}")


LOOK = Request("status", STATUS, lambda data: parse_status(data) is not None)
_SHUT = Request("refuse", REFUSE_ALL, letter)
_STOP = Request("stop inside", STOP_INSIDE, letter)
_OFF = Request("supply off", SUPPLY_OFF, letter)


class Reader:
    """`now_ms` is set by the owner of the clock. `lost`: it does not answer any more. `known`: the card in it was let in, or was
    told as found. `place_ms`: since when the card is where it is. `powered`: the contacts may be live. `protocols`: of the chips
    that have power, by SAM slot, 0 for the card."""

    def __init__(self, report: Report, faults: Raised, counts: Counts, admits: str, offers: str) -> None:
        self.now_ms = 0
        self.report, self.counts = report, counts
        self.status: Status | None = None  # None: it does not say
        self.place: Place = "untold"
        self.place_ms = 0
        self.lost = self.known = self.powered = False
        self.protocols: dict[int, int] = {}
        self.answer: Once[CardBytes] = Once()
        self.tracks: Once[tuple[CardBytes | None, ...]] = Once()
        self.supply = "good"
        self._told: Place | None = None
        self._faults = faults
        self._troubles: dict[str, str] = {}
        self._admits = admits
        self.offer, self.offered = OFFERS[offers]
        self._unsupplied: set[bytes] = set()  # commands refused for it and not done since

    # -- questions

    def ask(self, request: Request) -> Script[Reply]:
        """Once. After a silence the reader was looked at; one that is lost is not asked."""
        if self.lost:
            return Reply(request, Outcome.UNHEARD)
        reply = yield request
        assert reply is not None
        self._watch(reply)
        if reply.outcome in (Outcome.SILENT, Outcome.UNHEARD):
            yield from self.look()
        return reply

    def look(self) -> Script[None]:
        """`status` and `place` are those of now, or `lost` is true."""
        for _ in range(0 if self.lost else LOOKS):
            reply = yield LOOK
            assert reply is not None
            self._watch(reply)
            if reply.outcome is Outcome.DONE:
                self._see(parse_status(reply.data))
                return
            if reply.outcome is Outcome.REFUSED:
                self._see(None, "strange" if reply.code == Refusal.ABNORMAL_CARD else "untold")
                return
        self._see(None)
        self.lost = True

    def _see(self, status: Status | None, place: Place = "untold") -> None:
        self.status = status
        before, self.place = self.place, status.place if status else place
        if self.place != before:
            self.place_ms = self.now_ms
        if self.place == "none":
            self.known = False
            self._forget_words()
            self.trouble("jam", "")
            self.trouble("foreign", "")
            self.trouble("bin", "")
            self.trouble("left", "")
        if self.place not in ("chip", "untold"):
            self.protocols.pop(0, None)
        if self.place != self._told:
            self.recall()

    def recall(self) -> None:
        self._told = self.place
        self.report(CardWhere(self.place))

    def forget(self) -> None:
        """Another reader may be there, or the same one after a restart."""
        self.status, self.lost, self.known, self.powered = None, False, False, False
        self.place, self._told = "untold", None
        self.protocols.clear()
        self._forget_words()

    def _forget_words(self) -> None:
        """What the card said goes with it."""
        self.answer.forget()
        self.tracks.forget()

    # -- orders of more than one command

    def drive(self, move: Move, goals: tuple[Place, ...]) -> Script[tuple[str, bool]]:
        """Move the card until the status says that it is at one of `goals`; answers (why not, whether the reader said that it
        moved it). A second time only when the status says that it is where it was, and at rest."""
        why, done = "", False
        for _ in range(2):
            reply = yield from self.ask(Request("move", move_command(move), letter, MOVE_MS))
            why = said(reply)
            done = done or not why
            yield from self.settle(goals)
            if self.lost:
                return "silent", done
            if self.place in goals:
                return "", done
            if self.place == "none":
                return "no_card", done
            if self.place == "strange":
                self.counts.add("foreign")
                self.trouble("foreign", self.place)
                return "foreign", done
            if reply.outcome is Outcome.REFUSED:
                return why, done
        if self.place == "gate":  # not jammed: some readers do not pull in what they do not hold
            return why or "failed", done
        self.counts.add("jams")
        self.trouble("jam", self.place)
        return "jam", done

    def settle(self, goals: tuple[Place, ...]) -> Script[None]:
        """Look until the card is at one of `goals`, or has not moved for a while."""
        yield from self.look()
        place, since_ms = self.place, self.now_ms
        while not self.lost and self.place not in (*goals, "none") and self.now_ms - since_ms < STILL_MS:
            yield Pause(STEP_MS)
            yield from self.look()
            if self.place != place:
                place, since_ms = self.place, self.now_ms

    def open_gate(self) -> Script[str]:
        yield from self.ask(_STOP)  # a reader that does not know it stops where it does
        return (yield from self._set_gate(self._admits))

    def shut_gate(self) -> Script[str]:
        return (yield from self._set_gate("refused"))

    def _set_gate(self, entry: str) -> Script[str]:
        """Why it is not so; empty when the status says that it is."""
        request = _SHUT if entry == "refused" else Request("admit", entry_command(self._admits), letter)
        why = ""
        for _ in range(SETTINGS):
            reply = yield from self.ask(request)
            yield from self.look()
            if self.lost:
                return "silent"
            if self.gate_is(entry):
                self.trouble("gate", "")
                return ""
            why = refused(reply.code) if reply.outcome is Outcome.REFUSED else "failed"
        if why == "failed":
            self.trouble("gate", entry)
        return why

    def gate_is(self, entry: str) -> bool:
        return self.status is not None and self.status.entry == entry and not self.status.rear

    @property
    def gate_is_open(self) -> bool:
        return self.gate_is(self._admits)

    @property
    def gate_is_shut(self) -> bool:
        return self.gate_is("refused")

    def unpower(self) -> Script[None]:
        """No power at contacts that are about to be pulled off the chip."""
        self.protocols.pop(0, None)
        if self.powered:
            self.powered = False
            yield from self.ask(_OFF)

    # -- what is wrong with it

    @property
    def trouble_now(self) -> str:
        """The first thing that stands in the way of a card; empty when nothing does."""
        return next(iter(self._troubles), "")

    def trouble(self, what: str, detail: str) -> None:
        """An empty `detail` ends it."""
        if detail:
            self._troubles.setdefault(what, detail)
        else:
            self._troubles.pop(what, None)
        self._faults.set(FaultCode.DEVICE_FAILURE, bool(self._troubles), f"{what} {detail}")

    def mend(self) -> None:
        for what in tuple(self._troubles):
            self.trouble(what, "")

    def _watch(self, reply: Reply) -> None:
        """What any reply says about the supply. A gate that takes a command is believed for all but the status."""
        command = reply.request.command[:1]
        if reply.outcome is Outcome.REFUSED and reply.code in SUPPLIES:
            self._unsupplied.add(command)
            self._supply(SUPPLIES[Refusal(reply.code)], f"{reply.code:02X}")
        elif reply.outcome is Outcome.DONE and self._unsupplied:
            self._unsupplied.discard(command)
            if command == GATE:
                self._unsupplied &= {STATUS[:1]}
            if not self._unsupplied:
                self._supply("good", "")

    def _supply(self, state: str, code: str) -> None:
        if state != self.supply:
            self.supply = state
            self.report(ReaderSupply(state))
        self.trouble("supply", code)
