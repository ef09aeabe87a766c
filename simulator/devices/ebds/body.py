"""The mechanism behind an EBDS wire: what it does by itself, what an order makes of it, which events it has to tell.

It starts by itself and needs no reset, but it waits for the first omnibus command: that brings the power-up policy. Source:
ebds sheet, sections 5, 6 and 9. What the sheet leaves open and is decided here: with policy A a note found in escrow, and with
any policy one found before it, goes back to the passenger; what goes back is *returned* once it sticks out of the mouth, taken
or not; a pulled box stops only the note on its way into it, which goes on when a box is there; a note held by policy B or C is
taken out by a technician; a repaired unit starts again without having forgotten. Events not told are lost when power goes.
"""

from __future__ import annotations

from collections import deque

from simulator.devices.ebds.codes import Policy
from simulator.devices.ebds.notes import Kinds
from simulator.devices.ebds.state import QUIET, Event, State, Told
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from simulator.devices.validator import Mechanism, Verdict, row_of

START_NOMINAL_MS, SLOW_START_NOMINAL_MS = 1_500, 60_000
FACTORY_ESCROW_MS = 10_000
"""The escrow time-out of a firmware that has one from the factory; most have none (section 8, 70/04). Link time."""

BREAKING = frozenset({"stack_motor_failed", "transport_open", "out_of_service", "calibrating"})
"""Switches that stop the mechanism while they are on."""


class Body(Mechanism):
    """`enabled`: rows that are taken now. `row`: of the note in the path, None when it is not known."""

    state: State

    def __init__(self, matter: Matter, speeds: Speeds, kinds: Kinds, owner: HasFaults) -> None:
        super().__init__(matter, speeds, kinds, owner)
        self.opened = False  # the transport was opened, and that is not told yet; survives a power cut
        self.wake()

    def wake(self) -> None:
        """Power has gone or come, or the unit was reset: the next command is the first one."""
        self.enabled: frozenset[int] = frozenset()
        self.escrow_mode = self.tells_taken = False
        self.escrow_ms = 0
        self.events: deque[Event] = deque()
        self.row: int | None = None
        self.stalled = False
        self._policy: Policy | None = None
        self._offered = False  # what lies in the mouth was returned, not rejected
        self._tells = True  # the note that is being stacked is told of
        self._forgot = True
        self._warming = False
        self._start_over()

    # -- hands

    def open(self) -> bool:
        return self.state is State.IDLING and not len(self.mouth)

    def insert(self, note: Note, now_ms: int) -> str | None:
        if self.hand.index(note) < 0:
            return "the note is not in the hand"
        if self.state is State.ESCROW and self._plays("second_note_next"):
            self._push_second(note)
            return None
        if len(self.mouth):
            return "a note sticks out of the slot"
        if not self.open():
            return "the slot is closed"
        self._draw_in(note)
        self.state = State.ACCEPTING
        self._half_way(self._scanned, now_ms)
        return None

    def clear_jam(self, to: str) -> list[Note]:
        """A technician opens the transport and takes out what sticks there, or is held since power came back."""
        stuck = super().clear_jam(to)
        for note in self.escrow.notes() if self.state is State.HOLDING else []:
            self.matter.move(note, to)
            stuck.append(note)
        self.opened = self.opened or bool(stuck)
        return stuck

    def refit_box(self, now_ms: int) -> None:
        if not self.box_present and "stacked_at_refit" in self._owner.faults:
            self.events.append(Event(Told.STACKED))
        super().refit_box(now_ms)

    def _mouth_cleared(self, now_ms: int) -> None:
        if len(self.mouth):
            return
        if self.state is State.PAUSE:
            self._hold(now_ms)
        elif self._offered and self.tells_taken:
            self.events.append(Event(Told.TAKEN))
        self._offered = False

    # -- orders of the host

    def greeted(self, policy: Policy) -> None:
        """An omnibus command was heard; the first after the start says what becomes of a note in the path."""
        self._policy = self._policy or policy

    def enable(self, rows: frozenset[int]) -> None:
        """Take these rows of the table from now on; none shuts the slot. A note that is inside already goes on."""
        self.enabled = rows
        if self.state in QUIET:
            self._rest()

    def stack(self, now_ms: int) -> bool:
        """False when it cannot be done now: a second note is in the way, or there is no box. Nothing moves then."""
        if self.state is not State.ESCROW or not self._box_there():
            return False
        self._leave_escrow(for_box=True)
        self._into_box(now_ms, tells=True)
        return True

    def give_back(self, now_ms: int) -> bool:
        """False when no note is in escrow."""
        if not self.holds:
            return False
        self._leave_escrow(for_box=False)
        self._go_out(State.RETURNING, now_ms)
        return True

    @property
    def holds(self) -> bool:
        """A note is in escrow and waits for an order."""
        return self.state in (State.ESCROW, State.PAUSE)

    # -- what an answer shows

    @property
    def box_there(self) -> bool:
        return self._box_there()

    @property
    def box_full(self) -> bool:
        return self._box_full()

    def event(self) -> Event | None:
        """The next event; it counts as told. While it starts the unit tells none."""
        return self.events.popleft() if self.events and self.state is not State.INITIALIZE else None

    # -- what it does by itself

    def _look_around(self, now_ms: int) -> None:
        if self.state is State.INITIALIZE:
            self._go_on_starting(now_ms)
        elif self._broken():
            self._halt(State.FAILURE)
        elif self._repaired():
            self._start_over()
            self._go_on_starting(now_ms)
        elif self.state is State.STACKING:
            self._mind_the_box(now_ms)
        elif self.state in QUIET:
            self._rest()
            if self.state is State.IDLING and self._plays("event_without_note_next"):
                self.events.append(Event(Told.STACKED, min(self.enabled)))

    def _waited_out(self, now_ms: int) -> None:
        self.give_back(now_ms)

    def _go_on_starting(self, now_ms: int) -> None:
        if not self._warming:
            self._warming = True
            slow = "slow_start" in self._owner.faults
            self._start(SLOW_START_NOMINAL_MS if slow else START_NOMINAL_MS, self._warm, now_ms)
        elif self._due is None and self._policy is not None:
            self._started(self._policy, now_ms)

    def _start_over(self) -> None:
        self._halt(State.INITIALIZE)
        self._warming = False

    def _warm(self, now_ms: int) -> None:
        """Ready; what to do with a note in the path is known when an omnibus command has been heard."""

    def _started(self, policy: Policy, now_ms: int) -> None:
        """Section 9: which note is stacked, held or given back; one that was forgotten is told of with policy B only."""
        if self._broken():
            self._halt(State.FAILURE)
            return
        forgot, self._forgot = self._forgot, False
        self.stalled = False
        notes = [*self.path.notes(), *self.escrow.notes()]
        self.row = row_of(notes[0], self.kinds) if notes else None
        if len(self.jam):
            self.state = State.JAM_VALIDATOR
        elif self.path.notes() and self._past_escrow:
            self._into_box(now_ms, tells=policy is Policy.B or not forgot)
        elif self.escrow.notes() and forgot and policy in (Policy.B, Policy.C):
            self.state = State.HOLDING
        elif notes:
            self._leave_escrow(for_box=False)
            self._go_out(State.RETURNING, now_ms)
        else:
            self._rest()

    def _mind_the_box(self, now_ms: int) -> None:
        if not self._box_there():
            self._stop()
        elif self._due is None:
            self._half_way(self._stacked, now_ms)

    # -- motions and where they end

    def _scanned(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        verdict, row = self._judge(note, lambda row: row in self.enabled and self._takes())
        if verdict is Verdict.STUCK:
            self._sticks(note)
        elif self._plays("stall_next"):
            self._sticks(note)
            self.stalled = True
        elif verdict is not Verdict.GOOD:
            self._go_out(State.REJECTING, now_ms)
        else:
            self._recognised(row, now_ms)

    def _recognised(self, row: int, now_ms: int) -> None:
        self.row = None if self._plays("unknown_type_next") else row
        if self._plays("cheat_next"):
            self.events.append(Event(Told.CHEATED))
        if not self.escrow_mode:
            self._leave_escrow(for_box=True)
            self._into_box(now_ms, tells=True)
            return
        self._lay_in_escrow()
        self._hold(now_ms)
        in_hand = self.hand.notes()
        if in_hand and self._plays("second_note_next"):
            self._push_second(in_hand[0])

    def _hold(self, now_ms: int) -> None:
        self.state = State.ESCROW
        wait_ms = self.escrow_ms or (FACTORY_ESCROW_MS if "factory_escrow_time" in self._owner.faults else 0)
        self._wait_until = now_ms + wait_ms if wait_ms else None

    def _push_second(self, note: Note) -> None:
        self.matter.move(note, self.mouth.name)
        self.state = State.PAUSE

    def _into_box(self, now_ms: int, tells: bool) -> None:
        self.state, self._tells = State.STACKING, tells
        self._wait_until = None
        self._half_way(self._stacked, now_ms)

    def _stacked(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        if self._plays("jam_in_stacker_next") or self._box_full():
            self._sticks(note)
            return
        self._past_escrow = False
        self._rest()
        if self._plays("withdrawn_on_string_next"):
            self.matter.move(note, self.hand.name)
            self.events.append(Event(Told.CHEATED))
            return
        self._drop(note)
        if self._tells and not self._plays("stacked_without_event_next"):
            self.events.append(Event(Told.STACKED, self.row, self._plays("stacked_with_cheated_next")))

    def _go_out(self, state: State, now_ms: int) -> None:
        self.state = state
        self._wait_until = None
        self._half_way(self._at_the_mouth, now_ms)

    def _at_the_mouth(self, now_ms: int) -> None:
        self._offered = self.state is State.RETURNING
        self._put_out()
        self._rest()
        if not self._offered:
            self.events.append(Event(Told.REJECTED))
        elif not self._plays("returned_without_event_next"):
            self.events.append(Event(Told.RETURNED))

    def _sticks(self, note: Note) -> None:
        self._stick(note)
        self.state = State.JAM_VALIDATOR

    def _rest(self) -> None:
        if not self._box_there():
            self.state = State.BOX_OUT
        elif self._box_full():
            self.state = State.BOX_FULL
        else:
            self.state = State.IDLING if self.enabled else State.DISABLED

    # -- what stops it

    def _takes(self) -> bool:
        """There is a box, and room in it."""
        return self._box_there() and not self._box_full()

    def _broken(self) -> bool:
        return bool(BREAKING & self._owner.faults)

    def _repaired(self) -> bool:
        stuck = {State.JAM_VALIDATOR: self.jam, State.HOLDING: self.escrow}.get(self.state)
        return self.state is State.FAILURE or (stuck is not None and not len(stuck))

    def _halt(self, state: State) -> None:
        self.state = state
        self._wait_until = None
        self._stop()
