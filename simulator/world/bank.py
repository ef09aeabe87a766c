"""The bank at the end of a wire in virtual time: the acquirer's own core, with its faults, deaf and mute where they say so.

It stands outside the machine: it has mains of its own, and its books outlive the machine's power.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from simulator.acquirer.faults import FAULTS, Behaviour, Faults, Order
from simulator.acquirer.frames import Framer, LineError, framed
from simulator.acquirer.host import Acquirer
from simulator.acquirer.keys import LabKeys
from simulator.acquirer.ledger import Booking, Ledger, State
from simulator.devices.chip_card.wallet import WALLET

LASTING = ("silent", "down")
MENU: Mapping[str, str] = {
    **{name: name if name in LASTING else f"{name}:match=02:times=1" for name in FAULTS},
    "key_change": "key_change:times=1",
    "late_request": "late_request:ms=4000:match=02:times=1",
    "overtaken_request": "late_request:ms=18000:match=02:times=1",
    "late_approval": "late_approval:ms=18000:match=02:times=1",
    "reversal_lost": "answer_lost:match=04:times=3",
    "reversal_silent": "silent:match=04",
    "reversal_cut": "cut:match=04:times=2",
    "reversal_wrong_mac": "wrong_mac:match=04:times=2",
    "sign_in_lost": "answer_lost:match=08:times=3",
}
"""What can go wrong there and on the way -> the order to the acquirer. Most happen to the next payment, once."""
STATES = {State.BOOKED: "captured", State.REVERSED: "reversed", State.BARRED: "closed", State.DECLINED: "closed"}
"""As the auditor names them: what the bank approved is booked, and the machine's until it is taken back."""
HEADER = slice(11, 13)
"""Where a frame says its type, behind TPDU and header."""


class Bank:
    """`wall`: mono time of the world -> calendar. `spoil` may change what goes out (True) and what comes in (False), frame by
    frame. `did` hears the type of each message that was carried out."""

    def __init__(self, wall: Callable[[int], int]) -> None:
        self.faults = Faults()
        self.ledger = Ledger(Path(":memory:"))
        self.spoil: Callable[[bool, bytes], bytes | None] = lambda out, frame: frame
        self.did: Callable[[str], None] = lambda mti: None
        self.heard: list[bytes] = []
        self._wall = wall
        self._acquirer = Acquirer(LabKeys("lab"), self.ledger)
        self._framer = Framer()
        self._output = b""
        self._later: list[tuple[int, Callable[[int], None]]] = []

    # -- what goes wrong

    def trouble(self, name: str, on: bool) -> None:
        """One of `MENU`, or an order as the acquirer takes them. Raises ValueError for one that nobody knows."""
        order = Order.parse(MENU.get(name, name))
        if on:
            self.faults.switch_on(order)
        else:
            self.faults.switch_off(order.name)

    def well(self) -> None:
        self.faults = Faults()

    # -- the line

    def receive(self, data: bytes, now_ms: int) -> None:
        try:
            frames = self._framer.feed(data)
        except LineError:
            self._framer = Framer()
            return
        for frame in frames:
            spoiled = self.spoil(False, frame)
            if spoiled is not None:
                self._hear(spoiled, now_ms)

    def _hear(self, frame: bytes, now_ms: int) -> None:
        behaviour = self.faults.behave(frame[HEADER].hex())
        if behaviour.on & {"silent", "down"}:
            return
        if behaviour.hold_ms:
            self._later.append((now_ms + behaviour.hold_ms, partial(self._carry_out, frame, behaviour)))
        else:
            self._carry_out(frame, behaviour, now_ms)

    def _carry_out(self, frame: bytes, behaviour: Behaviour, now_ms: int) -> None:
        self.heard.append(frame)
        answer = self._acquirer.handle(frame, self._wall(now_ms), behaviour).frame
        self.did(frame[HEADER].hex())
        answer = None if answer is None else self.spoil(True, answer)
        if answer is None or "answer_lost" in behaviour:
            return
        whole = framed(answer) * (2 if "doubled" in behaviour else 1)
        whole = whole[: len(whole) // 2] if "cut" in behaviour else whole
        if behaviour.delay_ms:
            self._later.append((now_ms + behaviour.delay_ms, lambda _: self._say(whole)))
        else:
            self._say(whole)

    def _say(self, whole: bytes) -> None:
        self._output += whole

    def poll(self, now_ms: int) -> int | None:
        due = [each for each in self._later if each[0] <= now_ms]
        self._later = [each for each in self._later if each[0] > now_ms]
        for _, deed in due:
            deed(now_ms)
        return min((at for at, _ in self._later), default=None)

    def take_output(self) -> bytes:
        made, self._output = self._output, b""
        return made

    def power(self, on: bool, now_ms: int) -> None:
        """It has mains of its own; a connection of the machine's ends."""
        self._framer, self._output = Framer(), b""

    # -- its books

    def forgive(self) -> None:
        """Another day, another person: wrong PINs of former ones are forgotten."""
        with self.ledger.message():
            for name in WALLET:
                self.ledger.forgive(name)

    def payments(self, terminal: str) -> dict[int, tuple[str, int, int]]:
        """Trace, which is the number of the payment -> (state as the auditor names it, amount in fen, how often it was paid)."""
        return {row.key.trace: _told(row) for row in self.ledger.bookings(terminal)}


def _told(row: Booking) -> tuple[str, int, int]:
    return STATES[row.state], row.amount_fen, int(row.state in (State.BOOKED, State.REVERSED))
