"""The one note at the slot: from escrow to where it came to rest.

Source: `NoteAcceptor.stack` and `give_back`; ccnet sheet, sections 9.3, 10, 12. Where the note lies is seen in the matter; it is
said as certain only after a word of the unit, or when a host could have counted it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from kiosk.ports.fact import Report
from kiosk.ports.note_acceptor import (
    NoteDeposited,
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteRecycled,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from simulator.devices.ccnet import codes
from simulator.devices.ccnet.codes import State
from simulator.devices.matter import Note
from simulator.fronts.port.acceptor_line import HOLD, RETURN, STACK
from simulator.fronts.port.acceptor_link import Heard
from simulator.fronts.port.bill_to_bill.before import Before
from simulator.fronts.port.bill_to_bill.known import IN_BOX, IN_ESCROW, Known
from simulator.fronts.port.bill_to_bill.line import CASSETTES
from simulator.fronts.port.bill_to_bill.words import JAMS

RENEW_MS = 7_500
OUTCOME_MS = 30_000
STUBBORN_MS = 1_500
MOST_RETURNS = 3
MOST_LOOKS = 3  # at the cassettes before STACK
SURE = 2  # statuses in a row without the note
WITHOUT_NOTE = frozenset({State.IDLING, State.DISABLED, State.ACCEPTING, State.REJECTING})
SHOWS_NOTE = frozenset({State.ESCROW, State.HOLDING, State.STACKING, State.RETURNING})
WITH_PASSENGER = frozenset({"acceptor.mouth", "hand"})
UNDECIDED = 0
"""A wish about a note is the command that carries it out, or not yet one."""


@dataclass(slots=True)
class Held:
    """`thing` is the note itself, `number` 0: no money here. `sign_ms`: when a status showed it last; `sent_ms`: its order.

    `ordered`: it may have been told to go in; `counts`: what the cassettes held before.
    """

    number: int
    thing: Note | None
    kind: int
    value_fen: int
    sign_ms: int
    renewed_ms: int
    wish: int = UNDECIDED
    sent_ms: int | None = None
    in_escrow: bool = True
    stays: bool = False
    ordered: bool = False
    counts: tuple[int, ...] = ()
    missing: int = 0
    returns: int = 0
    looks: int = 0


class Slot:
    """Numbers begin at `first_note`. `past_value_fen`: of a note that an earlier life left inside and a reset gave back."""

    def __init__(self, report: Report, known: Known, first_note: int) -> None:
        self._report, self._known, self._body = report, known, known.body
        self._first = self._next = first_note
        self._settled: deque[int] = deque(maxlen=8)
        self._last = b""
        self._drawn_in = False
        self._packing = False  # a note went past escrow since the last one came to its end
        self.past_value_fen: int | None = None
        self.held: Held | None = None

    # -- orders

    def order(self, number: int, wish: int) -> None:
        held = self.held
        if held is not None and held.number == number:
            held.wish = held.wish if held.sent_ms is not None else wish
        elif number in self._settled:
            return
        elif wish == STACK:
            self._report(NoteUncertain(number, 0))
        elif number < self._first and self.past_value_fen is not None:
            self._report(NoteReturned(number, self.past_value_fen))
        else:
            self._report(NoteReturnUncertain(number, 0))

    def act(self, now_ms: int) -> bool:
        """One step about the note, when it is time for one."""
        held, line, body = self.held, self._known.line, self._body
        if held is None:
            return False
        if held.missing >= SURE:
            self._count(held, told=line.ask(CASSETTES))
            return True
        command = self._due(held, now_ms)
        if command == STACK and not held.stays:
            told, held.looks = line.ask(CASSETTES), held.looks + 1
            held.stays = told and self._known.stays(held.kind)
            if not held.stays and (told or held.looks >= MOST_LOOKS):
                held.wish = RETURN  # it would lie elsewhere than was said, or nobody can say
        elif command == HOLD:
            line.order(HOLD, lambda: body.hold(now_ms))
            held.renewed_ms = now_ms
        elif command == STACK:
            held.counts, held.sent_ms = self._counts(), now_ms
            held.ordered = line.order(STACK, lambda: body.stack(now_ms)) is not Heard.REFUSED
        elif command == RETURN:
            line.order(RETURN, lambda: body.give_back(now_ms))
            held.wish, held.sent_ms, held.returns = RETURN, now_ms, held.returns + 1
        return bool(command)

    def _due(self, held: Held, now_ms: int) -> int:
        if not held.in_escrow:
            return 0
        if held.wish == UNDECIDED:
            return HOLD if now_ms - held.renewed_ms >= RENEW_MS else 0
        if held.sent_ms is None:
            return held.wish
        stubborn = now_ms - held.sent_ms >= STUBBORN_MS and held.sign_ms > held.sent_ms
        return RETURN if stubborn and held.returns < MOST_RETURNS else 0

    def wake_ms(self) -> int | None:
        """When `act` or `late` may have something to do."""
        held = self.held
        if held is None:
            return None
        late_ms = max(held.sign_ms, held.sent_ms or 0) + OUTCOME_MS
        if held.missing >= SURE:
            return 0
        if held.in_escrow and held.wish == UNDECIDED:
            return min(late_ms, held.renewed_ms + RENEW_MS)
        if held.in_escrow and held.sent_ms is not None and held.returns < MOST_RETURNS:
            return min(late_ms, held.sent_ms + STUBBORN_MS)
        return late_ms

    @property
    def restless(self) -> bool:
        """The next status may settle something, though nothing moves."""
        held = self.held
        return held is not None and (held.missing > 0 or (held.sent_ms is not None and held.in_escrow))

    # -- news

    def status(self, status: bytes, now_ms: int) -> None:
        """What the unit tells while it works and no bundle is under way."""
        again, self._last = status == self._last, status
        code, held = status[0], self.held
        stuck = self._drawn_in and (code in JAMS or code == State.FAILURE)
        self._drawn_in = code == State.ACCEPTING or (self._drawn_in and code in (codes.BUSY, State.PAUSE))
        self._packing = self._packing or code == State.STACKING
        if code == State.ESCROW and not (held is not None and held.in_escrow and held.kind == status[1]):
            self._gone()  # another one lies there, so this one has left it
            self._seen(status[1], now_ms)
        elif code == codes.STACKED:
            if not again:
                self._packed(status[1], status[2])
        elif held is None:
            if code == State.HOLDING:
                self._seen(-1, now_ms)
            elif stuck:
                self._swallowed(NoteJammed)
        elif code in SHOWS_NOTE:
            held.in_escrow, held.sign_ms, held.missing = code in (State.ESCROW, State.HOLDING), now_ms, 0
        elif code == codes.RETURNED:
            self._ended(NoteReturned(held.number, held.value_fen))
        elif code in JAMS:
            self.jammed()
        elif code == State.FAILURE:
            self._gone()
        elif code in WITHOUT_NOTE:
            held.missing += 1
            if held.missing >= SURE and not held.ordered:
                self._gone()

    def seen_again(self, now_ms: int) -> None:
        """Nobody asked, because the status would have been the same."""
        if self.held is not None and self._body.state in SHOWS_NOTE:
            self.held.sign_ms = now_ms

    def silent(self) -> None:
        """Nobody answers: what was being drawn in may come back, and nobody sees it."""
        if self._drawn_in and self.held is None:
            self._swallowed(NoteReturnUncertain)

    def late(self, now_ms: int) -> None:
        held = self.held
        if held is not None and now_ms - max(held.sign_ms, held.sent_ms or 0) >= OUTCOME_MS:
            self._gone()

    def jammed(self) -> None:
        held = self.held
        if held is not None:
            outcome = NoteJammed if held.ordered else NoteReturnUncertain
            self._ended(outcome(held.number, held.value_fen))

    def restarted(self, before: Before) -> bool:
        """A start settles the note of this life; False when there was none."""
        self._last, self._drawn_in, held = b"", False, self.held
        if held is None:
            return False
        lies = self._cassette_of(held)
        told = next((word for word in before.packed if word[0] == held.kind), None)
        nothing_moved = before.cut == "none" and before.position in ("none", "path", "escrow")
        if told is not None:
            before.packed.remove(told)
            self._rests(held.number, held.kind, told[1])
        elif lies and lies == self._known.escrow and self._known.contents_told:  # its contents tell
            self._rests(held.number, held.kind, lies)
        elif before.position == "jam":
            self.jammed()
        elif before.returned or not held.ordered or (nothing_moved and self._with_passenger(held)):
            self._ended(NoteReturned(held.number, held.value_fen))
        else:
            self._gone()
        return True

    # -- where it is

    def _count(self, held: Held, *, told: bool) -> None:
        """It vanished and nothing was said: the cassette that holds one more has it; the box cannot be asked."""
        lies, counts = self._cassette_of(held), self._counts()
        risen = sum(counts) - sum(held.counts)
        if told and lies and risen == 1:
            self._rests(held.number, held.kind, lies)
        else:
            self._gone()

    def _counts(self) -> tuple[int, ...]:
        return tuple(len(cassette.memory) for cassette in self._body.fitted())

    def _cassette_of(self, held: Held) -> int:
        """Number of the cassette in which it lies, 0 when it is in none."""
        fitted = self._body.fitted() if held.thing is not None else []
        return next((one.number for one in fitted if held.thing and one.place.index(held.thing) >= 0), 0)

    def _with_passenger(self, held: Held) -> bool:
        return held.thing is not None and self._body.matter.where(held.thing).name in WITH_PASSENGER

    # -- what is said of it

    def _seen(self, kind: int, now_ms: int) -> None:
        thing, value_fen = next(iter(self._body.escrow.notes()), None), self._known.values.get(kind)
        if value_fen is None:
            self.held = Held(0, thing, kind, 0, now_ms, now_ms, RETURN)
            self._report(NoteRefused("inhibited", f"type {kind}"))
            return
        self.held = Held(self._number(), thing, kind, value_fen, now_ms, now_ms)
        self._report(NoteHeld(self.held.number, value_fen))

    def _packed(self, kind: int, destination: int) -> None:
        held = self.held
        if held is not None and held.number:
            if held.ordered:
                self._rests(held.number, kind, destination)
            held.ordered = True  # nobody ordered it: the next statuses and the counts tell
            return
        self.held = None
        if self._known.value_fen(kind) and self._packing:  # without asking: believed when something was packed
            self._rests(self._number(), kind, destination)

    def _rests(self, number: int, kind: int, destination: int) -> None:
        held, place = self.held, self._known.place(destination)
        value_fen = self._known.value_fen(kind) or (held.value_fen if held is not None else 0)
        if place == IN_ESCROW:
            self._known.laid(number, held.kind if held is not None else kind)
            self._ended(NoteDeposited(number, value_fen))
        elif place == IN_BOX:
            self._ended(NoteOurs(number, value_fen))
        else:
            self._ended(NoteRecycled(number, value_fen, place))

    def _gone(self) -> None:
        held = self.held
        if held is not None:
            outcome = NoteUncertain if held.ordered else NoteReturnUncertain
            self._ended(outcome(held.number, held.value_fen))

    def _swallowed(self, outcome: type[NoteJammed] | type[NoteReturnUncertain]) -> None:
        """Never recognised: worth the largest note at most."""
        self._drawn_in = False
        self._ended(outcome(self._number(), max(self._known.values.values(), default=0)))

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _ended(self, fact: Outcome) -> None:
        if fact.note:
            self._settled.append(fact.note)
            self._report(fact)
        self.held, self._packing = None, False


Outcome = (
    NoteDeposited | NoteOurs | NoteRecycled | NoteJammed | NoteReturned | NoteReturnUncertain | NoteUncertain
)  # fmt: skip
