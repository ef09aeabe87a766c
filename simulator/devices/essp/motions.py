"""Where a note of an eSSP validator goes, and what its end is told as (essp sheet, sections 6, 8 and 9)."""

from __future__ import annotations

from collections import deque

from simulator.devices.essp import codes
from simulator.devices.essp.channels import Counters, Kinds
from simulator.devices.essp.codes import Event
from simulator.devices.essp.state import News, State
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from simulator.devices.validator import Mechanism, Verdict

ESCROW_MS = 10_000  # link time: not scaled
PLATE_NOMINAL_MS = 300

REFUSALS = {
    Verdict.BAD: codes.NOT_RECOGNISED,
    Verdict.UNKNOWN: codes.NOT_IN_TABLE,
    Verdict.UNWANTED: codes.DISABLED_BY_HOST,
}
EARLY = frozenset({"credit_early", "strim_after_credit_next"})
PULLING = ("withdrawn_on_string_next", "strim_after_credit_next")


class Motions(Mechanism):
    """`enabled`, `channels` (bit 0 = channel 1): what the host allows. `reject_code`: of the last note that came in."""

    state: State

    def __init__(self, matter: Matter, speeds: Speeds, kinds: Kinds, owner: HasFaults) -> None:
        super().__init__(matter, speeds, kinds, owner)
        # what survives a power cut
        self.counters = Counters()
        self.channel = 0  # of the note in the path
        self._jam_state = State.JAM_VALIDATOR
        self._credited = False  # EE was told of the note in the path
        self.wake()

    def _forget(self) -> None:
        """What does not survive a power cut."""
        self.enabled, self.channels = False, 0
        self.reject_code = codes.TAKEN
        self.events: deque[News] = deque([News(Event.RESET)])
        self.told = False  # the note in escrow
        self.ticket = False  # it is taken for a barcode ticket
        self._announced = False  # its credit needs no more words

    def _scanned(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        for name, code in codes.REASONS.items() if self._owner.faults else ():
            if self._plays(f"reject_{name}_next"):
                self._go_out(code, now_ms)
                return
        verdict, row = self._judge(note, self._wants)
        if verdict is Verdict.STUCK:
            self._sticks(note, State.JAM_VALIDATOR)
        elif verdict is not Verdict.GOOD:
            self._go_out(REFUSALS[verdict], now_ms)
        else:
            self._recognised(row + 1, now_ms)

    def _wants(self, row: int) -> bool:
        return self.enabled and bool(self.channels >> row & 1)

    def _recognised(self, channel: int, now_ms: int) -> None:
        self.channel = len(self.kinds) + 1 if self._plays("unknown_type_next") else channel
        self.ticket = self._plays("barcode_next")
        if self._plays("cheat_next"):
            self.events.append(News(Event.FRAUD, self.channel))
        self._lay_in_escrow()
        self.state, self.told = State.ESCROW, False
        self._wait_until = now_ms + ESCROW_MS
        in_hand = self.hand.notes()
        if in_hand and self._plays("second_note_next"):
            self._push_second(in_hand[0], now_ms)

    def _push_second(self, note: Note, now_ms: int) -> None:
        self.matter.move(note, self.mouth.name)
        self._leave_escrow(for_box=False)
        self._go_out(codes.SECOND_NOTE, now_ms)

    def _into_box(self, now_ms: int) -> None:
        self.state, self._wait_until = State.STACKING, None
        self._announced = self._credited = False
        if EARLY & self._owner.faults:
            self._start(self.speeds.note_in_ms / 4, self._passed_lever, now_ms)
        else:
            self._half_way(self._stacked, now_ms)

    def _passed_lever(self, now_ms: int) -> None:
        self._credit()
        self._start(self.speeds.note_in_ms / 4, self._stacked, now_ms)

    def _stacked(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        ready = self._box_there() and not self._box_full()
        if self._plays("jam_in_stacker_next"):
            self._sticks(note, State.JAM_CASSETTE)
        elif any(self._plays(name) for name in PULLING):
            self._pulled(note)
        elif ready:
            self._fall(note)
            if not self._announced:
                self._credit()
            self.state = State.STACKED
            self._start(PLATE_NOMINAL_MS, self._plate_back, now_ms)
        elif self._announced:
            self._sticks(note, State.JAM_CASSETTE)  # past the point of recall
        else:
            self._past_escrow = False
            self._go_out(codes.NOT_STACKED, now_ms)

    def _credit(self) -> None:
        self._announced = True
        if "stacked_without_event_next" in self._owner.faults or self._plays("stacked_without_credit_next"):
            return
        self.events.append(News(Event.TICKET_STACKED if self.ticket else Event.CREDIT, self.channel))

    def _plate_back(self, now_ms: int) -> None:
        unsaid = [self._plays(name) for name in ("stacked_without_event_next", "credit_without_stacked_next")]
        if not any(unsaid):
            self.events.append(News(Event.STACKED))
        self._rest()

    def _fall(self, note: Note) -> None:
        self._drop(note)
        self._past_escrow = self._credited = False
        self.reject_code = codes.TAKEN
        self.counters.stacked = self.counters.stacked + 1 & 0xFFFFFFFF

    def _pulled(self, note: Note) -> None:
        self._past_escrow = False
        self.matter.move(note, self.hand.name)
        self.reject_code = codes.PULLED
        self.events.append(News(Event.FRAUD, self.channel))
        self._rest()

    def _go_out(self, code: int, now_ms: int) -> None:
        self.state, self.reject_code, self._wait_until = State.REJECTING, code, None
        self._half_way(self._at_the_mouth, now_ms)

    def _at_the_mouth(self, now_ms: int) -> None:
        self._put_out()
        self.counters.rejected += 1
        self.events.append(News(Event.REJECTED))
        self._rest()

    def _sticks(self, note: Note, state: State) -> None:
        self._stick(note)
        self.state = self._jam_state = state

    def _rest(self) -> None:
        if not self._box_there():
            self.state = State.BOX_OUT
        elif self._box_full():
            self.state = State.BOX_FULL
        else:
            known = (1 << len(self.kinds)) - 1
            self.state = State.IDLING if self.enabled and self.channels & known else State.DISABLED

    def _halt(self, state: State) -> None:
        self.state = state
        self._wait_until = None
        self._stop()
