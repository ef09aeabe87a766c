"""The mechanism behind an eSSP wire: what it does by itself, what an order makes of it, which events it has to tell.

A channel is one more than the row of the note table. Where a note lies survives a power cut, and so do its channel, the
counters and how a note sticks; events that were not told are lost. Source: essp sheet, sections 6 and 8 to 10.

What the sheet leaves open and is decided here: a start is silent and moves what lies in the path before it answers; a note is
credited when it falls into the box; E1 to E6, EB to EF, F1 and the channel of a held note are told once, CC and ED while the
note moves, E0 and E7 to EA as long as it is so; without a box the unit says E3 once and is disabled; REJECT and HOLD are for a
note in escrow, told or not; DISABLE and inhibits leave such a note where it is; a note on its way into a box that is full or
gone comes out again; who opens the path to take a jammed note out is told of by one E0.
"""

from __future__ import annotations

from simulator.devices.essp import codes
from simulator.devices.essp.codes import Event
from simulator.devices.essp.motions import ESCROW_MS, Motions
from simulator.devices.essp.state import JAMS, QUIET, News, State
from simulator.devices.matter import Note

UNPOLLED_MS = 10_000
START_NOMINAL_MS, SLOW_START_MS = 1_500, 15_000


class Body(Motions):
    """`powered`: without it nothing moves, whatever hands do."""

    powered = True

    def wake(self) -> None:
        """Power has gone or come, or the unit was reset."""
        self._forget()
        self._box_seen = True
        self._polled_ms: int | None = None
        self._warming = False
        self._halt(State.INITIALIZE)

    # -- hands

    def open(self) -> bool:
        return self.state is State.IDLING and not len(self.mouth)

    def insert(self, note: Note, now_ms: int) -> str | None:
        if self.hand.index(note) < 0:
            return "the note is not in the hand"
        if self.state is State.ESCROW and self._plays("second_note_next"):
            self._push_second(note, now_ms)
            return None
        if len(self.mouth):
            return "a note sticks out of the slot"
        if not self.open():
            return "the slot is closed"
        self._draw_in(note)
        self.state, self.channel, self.ticket = State.ACCEPTING, 0, False
        self._half_way(self._scanned, now_ms)
        return None

    def clear_jam(self, to: str) -> list[Note]:
        """A technician opens the path and takes out what sticks there; the unit goes on by itself."""
        stuck = super().clear_jam(to)
        if stuck:
            self.events.append(News(Event.PATH_OPEN))
        return stuck

    def _mouth_cleared(self, now_ms: int) -> None:
        """What was put out is told of by EC already, taken or not."""

    # -- orders of the host

    def allow(self, now_ms: int, *, enabled: bool | None = None, channels: int | None = None) -> None:
        """None leaves it as it is. A note that is in escrow already stays there."""
        self.enabled = self.enabled if enabled is None else enabled
        self.channels = self.channels if channels is None else channels
        self._polled_ms = now_ms
        if self.state in QUIET:
            self._rest()

    @property
    def holds(self) -> bool:
        """A note is in escrow and waits for an order."""
        return self.state is State.ESCROW

    def hold(self, now_ms: int) -> bool:
        """False when there is no note in escrow."""
        if self.holds:
            self._wait_until = now_ms + ESCROW_MS
        return self.holds

    def stack(self, now_ms: int) -> None:
        """The note in escrow goes into the box."""
        self._leave_escrow(for_box=True)
        self._into_box(now_ms)

    def give_back(self, code: int, now_ms: int) -> bool:
        """False when there is no note in escrow."""
        if not self.holds:
            return False
        self._leave_escrow(for_box=False)
        self._go_out(code, now_ms)
        return True

    def polled(self, now_ms: int) -> None:
        """A question that makes a unit go on: a held note that was told of is accepted by it (section 9)."""
        self._polled_ms = now_ms
        if self.holds and self.told:
            self.stack(now_ms)
        elif self.holds:
            self._wait_until = now_ms + ESCROW_MS

    def credit_told(self) -> None:
        """EE has left for the host."""
        self._credited = self._past_escrow

    # -- time

    @property
    def silent(self) -> bool:
        """Nothing is heard and nothing said while it starts."""
        return self.state is State.INITIALIZE and "clears_late" not in self._owner.faults

    def advance(self, now_ms: int) -> int | None:
        """Nothing moves without power, whatever hands do to it."""
        return super().advance(now_ms) if self.powered else None

    def _look_around(self, now_ms: int) -> None:
        if self._plays("counter_wrap_next"):
            self.counters.stacked = 0xFFFFFFFF
        if self.state is State.INITIALIZE:
            self._go_on_starting(now_ms)
            return
        self._see_the_box()
        if "path_open" in self._owner.faults:
            self._halt(State.FAILURE)
        elif self.state is State.FAILURE:
            self._path_shut(now_ms)
        elif self.state in JAMS and not len(self.jam):
            self._rest()
        elif self.state in QUIET:
            self._mind_the_host(now_ms)
            self._rest()
            if self.state is State.IDLING and self._plays("event_without_note_next"):
                lowest = (self.channels & -self.channels).bit_length()
                self.events += [News(Event.CREDIT, lowest), News(Event.STACKED)]

    def _see_the_box(self) -> None:
        there = self._box_there()
        if there != self._box_seen:
            self.events.append(News(Event.BOX_REPLACED if there else Event.BOX_REMOVED))
        self._box_seen = there

    def _mind_the_host(self, now_ms: int) -> None:
        unpolled = self._polled_ms is not None and now_ms - self._polled_ms > UNPOLLED_MS
        if unpolled and "disables_unpolled" in self._owner.faults:
            self.enabled = False

    def _waited_out(self, now_ms: int) -> None:
        self.give_back(codes.TIMED_OUT, now_ms)

    # -- the start

    def _go_on_starting(self, now_ms: int) -> None:
        if self._warming:
            return
        self._warming = True
        self._start(START_NOMINAL_MS, self._started, now_ms)
        if "slow_start" in self._owner.faults:
            self._due = now_ms + SLOW_START_MS

    def _started(self, now_ms: int) -> None:
        """Section 10: a note past escrow goes to the box, another one goes back."""
        channel = 0 if "channel_forgotten" in self._owner.faults else self.channel
        notes = [*self.path.notes(), *self.escrow.notes()]
        if notes and self._past_escrow:
            self._finish_stacking(notes[0], 0 if self._credited else channel)
        elif notes:
            self._put_out()
            self.counters.rejected += 1
            self.events.append(News(Event.GIVEN_BACK, channel))
        self.state = self._jam_state
        if not len(self.jam):
            self._rest()

    def _finish_stacking(self, note: Note, channel: int) -> None:
        if self._box_there() and not self._box_full():
            self._fall(note)
            self.events.append(News(Event.INTO_BOX, channel))
        else:
            self._sticks(note, State.JAM_CASSETTE)

    def _path_shut(self, now_ms: int) -> None:
        """It never lost its power: a note that was on its way goes on, or comes out."""
        if self.path.notes() and self._past_escrow:
            self.state = State.STACKING
            self._half_way(self._stacked, now_ms)
        elif self.path.notes() or self.escrow.notes():
            self._leave_escrow(for_box=False)
            self._go_out(codes.REASONS["not_in_path"], now_ms)
        else:
            self.state = self._jam_state if len(self.jam) else State.DISABLED
            if not len(self.jam):
                self._rest()
