"""The coin hoppers of one ccTalk bus: whose question is next, and who gets the answer. Sans-I/O.

Source: cctalk sheet, sections 4 and 5. One wire, one question at a time, hopper after hopper, so that one
that pays and is asked ten times a second leaves room for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from drivers.cctalk.codec import ADDRESSES, Form
from drivers.cctalk.device import ABSENT_MS, Seat
from drivers.cctalk.hopper import WATCH_MS, CcTalkHopper
from drivers.cctalk.line import BusLine, Reply
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import Report

MODEL = "cctalk_hopper"
HOPPER_ADDRESSES = range(3, 11)
"""Where hoppers sit by custom (section 5)."""


def anywhere() -> list[Seat]:
    """A seat at each of the usual addresses, for a look at what is there; what the coins are worth nobody knows."""
    return [Seat(number, at, 0, expected=False) for number, at in enumerate(HOPPER_ADDRESSES, start=1)]


class CcTalkBus:
    """Participant; `hoppers`, by number, are the ports. `keyed` as of `CcTalkHopper`, for all of them."""

    def __init__(
        self,
        name: str,
        report: Report,
        seats: Sequence[Seat],
        *,
        form: Form = Form.SIMPLE,
        keyed: bool = False,
        watch_ms: int = WATCH_MS,
    ) -> None:
        """Raises ValueError for two seats of one number or address, and for an address no device has."""
        for taken in ([seat.number for seat in seats], [seat.address for seat in seats]):
            if len(set(taken)) < len(taken):
                raise ValueError(f"two hoppers with one number or address: {taken}")
        if strange := [seat.address for seat in seats if seat.address not in ADDRESSES]:
            raise ValueError(f"no device has the address {strange[0]}; known are {ADDRESSES[0]} to {ADDRESSES[-1]}")
        self.name = name
        made = [CcTalkHopper(seat, report, keyed=keyed, watch_ms=watch_ms) for seat in seats]
        self.hoppers: Mapping[int, CcTalkHopper] = MappingProxyType({hopper.number: hopper for hopper in made})
        self._turns = made  # who asks next stands first
        self._form = form
        self._line: BusLine | None = None
        self._asking: CcTalkHopper | None = None
        self._faults = Raised(name, report)
        self._heard_ms = 0

    @property
    def ready(self) -> bool:
        """Some hopper is ready, and each was asked for."""
        hoppers = self.hoppers.values()
        return any(hopper.found for hopper in hoppers) and all(hopper.found or hopper.tried for hopper in hoppers)

    def probe_lines(self) -> list[str]:
        """What is known of each hopper, and the faults; one fact a line."""
        parts = [line for hopper in self.hoppers.values() for line in hopper.probe_lines()]
        faults = [line for hopper in self.hoppers.values() for line in hopper.faults.lines()]
        echo = [f"echo {self._line.echoes}"] if self._line else []
        return [f"model {MODEL}", *echo, *parts, *self._faults.lines(), *faults]

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._line, self._asking, self._heard_ms = BusLine(self._form), None, now_ms
        self._faults.clear(FaultCode.LINK_LOST)
        for hopper in self.hoppers.values():
            hopper.link_up(now_ms)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._line, self._asking = None, None
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.PROTOCOL)
        self._faults.set(FaultCode.LINK_LOST, self._nobody_expected(), why)
        for hopper in self.hoppers.values():
            hopper.link_lost(why, now_ms)

    def take_output(self) -> bytes:
        return self._line.take_output() if self._line else b""

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._line:
            self._answer(self._line.receive(data, now_ms), now_ms)

    def poll(self, now_ms: int) -> int | None:
        if self._line:
            self._answer(self._line.poll(now_ms), now_ms)
        wakes = [wake for hopper in self.hoppers.values() if (wake := hopper.tick(now_ms)) is not None]
        if self._line is None:
            return min(wakes, default=None)
        self._faults.set(FaultCode.PROTOCOL, self._line.echo_changed, "echo")
        self._watch_all(self._line, now_ms)
        if self._line.free_at(now_ms) <= now_ms:
            self._ask_next(self._line, now_ms)
        if self._asking or any(hopper.wants() for hopper in self._turns):
            wakes.append(self._line.free_at(now_ms))
        return max(now_ms + 1, min(wakes)) if wakes else None

    def _ask_next(self, line: BusLine, now_ms: int) -> None:
        """Who answered last time goes first: each question to an empty place costs the others a third of a second."""
        for hopper in sorted(self._turns, key=lambda hopper: hopper.silent):
            request = hopper.wants()
            if request is not None:
                self._turns = [other for other in self._turns if other is not hopper] + [hopper]
                self._asking = hopper
                hopper.asked()
                line.send(request, now_ms)
                return

    def _answer(self, reply: Reply | None, now_ms: int) -> None:
        if reply is not None and self._asking is not None:
            asking, self._asking = self._asking, None
            asking.hear(reply, now_ms)

    # -- for a look at a bus on which nobody in particular is expected

    def _nobody_expected(self) -> bool:
        return not any(hopper.seat.expected for hopper in self.hoppers.values())

    def _watch_all(self, line: BusLine, now_ms: int) -> None:
        if any(hopper.found for hopper in self.hoppers.values()):
            self._heard_ms = now_ms
        silent = self._nobody_expected() and now_ms - self._heard_ms >= ABSENT_MS
        self._faults.set(FaultCode.WRONG_DEVICE, silent and line.strange > 0, "noise")
        self._faults.set(FaultCode.NO_ANSWER, silent and not line.strange)
