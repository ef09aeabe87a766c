"""Where a note of an ID-003 acceptor goes, and the status each motion ends in (id003 sheet, sections 5, 6, 8, 11)."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.devices.id003 import codes
from simulator.devices.id003.codes import State
from simulator.devices.id003.denominations import Denomination
from simulator.devices.id003.settings import Settings
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.twin import Speeds
from simulator.devices.validator import Mechanism, Verdict

ESCROW_MS = 10_000  # link time: not scaled
NOT_IN_TABLE = 0x68
TICKET_DIGITS = b"123456789012345678"

REFUSALS = {
    Verdict.BAD: codes.REASONS["photo_pattern"],
    Verdict.UNKNOWN: codes.REASONS["undecided"],
    Verdict.UNWANTED: codes.INHIBITED,
}


class Motions(Mechanism):
    """`reason`, `failure` and `held` are the data of 17, 49 and 13; `_told`: the status of now was asked for."""

    state: State
    kinds: Sequence[Denomination | None]

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        kinds: Sequence[Denomination | None],
        owner: HasFaults,
        settings: Settings,
        escrow_ms: int,
    ) -> None:
        super().__init__(matter, speeds, kinds, owner)
        self.settings, self._escrow_ms = settings, escrow_ms
        # what survives a power cut
        self._owes = False  # a note went past escrow, and its 15 has not been acknowledged
        self._jam_state = State.JAM_ACCEPTOR
        # what does not
        self.reason = self.failure = 0
        self.held = b""
        self._told = self._early = False
        self._after_ack = State.STACKED
        self.wake()

    def _scanned(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        for name, code in codes.REASONS.items() if self._owner.faults else ():
            if self._plays(f"reject_{name}_next"):
                self._reject(code, now_ms)
                return
        verdict, row = self._judge(note, self.settings.wants)
        if verdict is Verdict.STUCK:
            self._jammed(note, State.JAM_ACCEPTOR)
        elif verdict is not Verdict.GOOD:
            self._reject(REFUSALS[verdict], now_ms)
        elif self._plays("cheat_next"):
            self._stopped(State.CHEATED)
        else:
            self._into_escrow(self._called(row), now_ms)

    def _called(self, row: int) -> bytes:
        """Data of 13: the denomination, or what a lying unit says."""
        if self._plays("barcode_next"):
            return bytes([codes.BARCODE_TICKET]) + TICKET_DIGITS
        return bytes([NOT_IN_TABLE if self._plays("unknown_type_next") else codes.FIRST_DENOMINATION + row])

    def _into_escrow(self, called: bytes, now_ms: int) -> None:
        self._lay_in_escrow()
        self.state, self.held = State.ESCROW, called
        self._wait_until = now_ms + self._escrow_ms
        in_hand = self.hand.notes() if "second_note_next" in self._owner.faults else []
        if in_hand and self._plays("second_note_next"):
            self._push_second(in_hand[0])

    def _push_second(self, note: Note) -> None:
        self.matter.move(note, self.mouth.name)
        self.state = State.PAUSE

    def _passed_lever(self, now_ms: int) -> None:
        self._start(self.speeds.note_in_ms / 4, self._stacked, now_ms)
        if "stacked_without_event_next" not in self._owner.faults:
            self._vend(State.STACKED)

    def _stacked(self, now_ms: int) -> None:
        note = self.path.notes()[0]
        if self._plays("jam_in_stacker_next") or self._box_full():
            self._jammed(note, State.JAM_STACKER)
        elif self._plays("withdrawn_on_string_next"):
            self._past_escrow = False
            self.matter.move(note, self.hand.name)
            self._stopped(State.CHEATED)
        else:
            self._into_box(note)

    def _into_box(self, note: Note) -> None:
        self._past_escrow = False
        self._drop(note)
        if self._plays("stacked_without_event_next"):
            self._owes = False
            self._rest()
        elif self.state is State.STACKING and self._early and not self._owes:
            self.state, self._told = State.STACKED, False
        else:
            self._vend(State.STACKED)

    def _vend(self, then: State) -> None:
        """15 from now on until ACK; `then` is what comes after it."""
        self._owes = True
        self.state, self._after_ack, self._told = State.VEND_VALID, then, False

    def _reject(self, reason: int, now_ms: int) -> None:
        self.state, self.reason, self._told = State.REJECTING, reason, False
        self._half_way(self._offered, now_ms)

    def _offered(self, now_ms: int) -> None:
        self.matter.move_all(self.path.name, self.mouth.name)

    def _jammed(self, note: Note, state: State) -> None:
        self._stick(note)
        self._jam_state = state
        self._stopped(state)

    def _stopped(self, state: State) -> None:
        """No further until RESET; what STACK-1 has said already is acknowledged first."""
        self._told = False
        if self.state is State.VEND_VALID:
            self._after_ack = state
        else:
            self.state, self._owes = state, False

    def _initialized(self, now_ms: int) -> None:
        for note in self.path.notes() if self._past_escrow else []:
            if self._box_full():
                self._jammed(note, State.JAM_STACKER)
                self._owes = False
            else:
                self._drop(note)
        self._past_escrow = False
        self._put_out()
        if len(self.jam):
            self.state, self._told = self._jam_state, False

    def _rest(self) -> None:
        if self._box_full():
            self.state = State.BOX_FULL
        else:
            self.state = State.DISABLED if self.settings.inhibited else State.IDLING

    def _halt(self, state: State) -> None:
        self._told = self._told and self.state is state
        self.state = state
        self._wait_until = None
        self._stop()
