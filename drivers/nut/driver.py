"""A UPS as its NUT server tells it: asked once a second for everything, told to switch off by the server's own commands. Sans-I/O.

Source: ups sheet, sections 2.6, 3 and 4; docs/decisions/035. The server answers each request once and in order, so an answer that
comes too late is known by its place. This host does not LOGIN: it orders the switching-off itself and waits for nobody else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator

from drivers.nut.codec import Answer, Decoder, parse_status, quoted
from drivers.raised import Raised
from drivers.supply.believed import Believed
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.ups import OffFailed, OffSet

MODEL = "nut"
ANSWER_MS = 900
MISSES = 3
TRIES = 3
MOST_OUT = 8  # requests without an answer; a server that says nothing to so many is asked no more
DELAY = "ups.delay.shutdown"
SILENT = Answer("no answer", {})
FOREIGN = ("UNKNOWN-UPS", "UNKNOWN-COMMAND")

Script = Generator[str | int, Answer, None]
"""Yields a request, or a pause in ms."""


class Nut:
    """Participant and PowerSource. `unit`: the UPS's name at the server. `user` and `password`: of an account there that may order
    commands (SET, shutdown.return, shutdown.stop); without one the unit cannot be switched off from here."""

    def __init__(
        self, name: str, report: Report, *, unit: str, user: str = "", password: str = "", poll_ms: int = 1_000
    ) -> None:
        self.name = name
        self._report = report
        self._unit, self._user, self._password = unit, user, password
        self._poll_ms = poll_ms
        self._faults = Raised(name, report)
        self._believed = Believed(report, poll_ms)
        self._decoder = Decoder()
        self._output = bytearray()
        self._script: Script | None = None  # None: no link
        self._out: deque[bool] = deque()  # requests without an answer: whether somebody still waits for it
        self._waits = False
        self._due_ms = self._now_ms = 0
        self._misses = 0
        self._ready = False
        self._values: dict[str, str] = {}
        self._off_s: int | None = None
        self._cancelling = False

    # -- the port

    def switch_off(self, off_s: int) -> None:
        self._cancelling = False
        self._off_s = off_s
        self._hurry()

    def stay_on(self) -> None:
        if self._off_s is not None:
            self._ordered(OffFailed("taken back"))
        self._cancelling = True
        self._hurry()

    def _hurry(self) -> None:
        if not self._waits:
            self._due_ms = self._now_ms

    @property
    def ready(self) -> bool:
        """Its server was heard and says how it is."""
        return self._ready

    def probe_lines(self) -> list[str]:
        """Identity, state and faults; one fact a line."""
        shown = ("device.mfr", "device.model", "device.serial", "ups.firmware", "ups.status", "battery.charge",
                 "battery.runtime", "input.voltage", "input.frequency", "ups.load", "ups.alarm", DELAY)  # fmt: skip
        lines = [f"model {MODEL}", f"unit {self._unit}"]
        lines += [f"{name} {self._values[name]}" for name in shown if name in self._values]
        said = self._believed.said
        if said:
            lines.append(f"power {said.source} low {said.low} charge_pct {said.charge_pct} runtime_s {said.runtime_s}")
        return [*lines, *self._faults.lines()]

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._now_ms, self._ready, self._misses = now_ms, False, 0
        self._faults.clear(FaultCode.LINK_LOST)
        self._decoder.clear()
        self._output.clear()
        self._out.clear()
        self._believed.begin()
        self._script = self._live()
        self._take(next(self._script))

    def link_lost(self, why: str, now_ms: int) -> None:
        self._now_ms, self._script, self._waits = now_ms, None, False
        self._output.clear()
        self._out.clear()
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._faults.set(FaultCode.LINK_LOST, True, why)
        self._unknown()

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def receive(self, data: bytes, now_ms: int) -> None:
        self._now_ms = now_ms
        for answer in self._decoder.feed(data):
            if self._out and self._out.popleft():
                self._advance(answer)

    def poll(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        if self._script is None:
            if self._off_s is not None:
                self._ordered(OffFailed("no link"))
            return None
        if now_ms >= self._due_ms:
            if self._waits:
                self._out[-1] = False  # it will be thrown away when it comes
            self._advance(SILENT)
        return max(now_ms + 1, self._due_ms)

    # -- one step after another

    def _take(self, step: str | int) -> None:
        self._waits = isinstance(step, str)
        if isinstance(step, int):
            self._due_ms = self._now_ms + step
            return
        self._output += step.encode() + b"\n"
        self._out.append(True)
        self._due_ms = self._now_ms + ANSWER_MS

    def _advance(self, answer: Answer) -> None:
        assert self._script is not None
        self._take(self._script.send(answer))

    def _live(self) -> Script:
        if self._user:
            yield f"USERNAME {quoted(self._user)}"
            yield f"PASSWORD {quoted(self._password)}"
        while True:
            if self._cancelling:
                yield from self._stay_on()
            if self._off_s is not None:
                yield from self._switch_off(self._off_s)
            asked_ms = self._now_ms
            if len(self._out) < MOST_OUT:
                self._heard((yield f"LIST VAR {self._unit}"))
            yield max(0, asked_ms + self._poll_ms - self._now_ms)

    # -- what it says

    def _heard(self, answer: Answer) -> None:
        status = parse_status(answer.values) if not answer.error else None
        if status is None:
            self._missed(answer.error or "no status")
            return
        self._misses = 0
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._values = answer.values
        self._faults.set(FaultCode.DEVICE_FAILURE, status.failed, answer.values.get("ups.alarm", ""))
        self._believed.heard(status.battery, status.low, self._now_ms)
        self._believed.tell(status.low, status.charge_pct, 0 if status.low else status.runtime_s)
        self._believed.mains(status.input_mv, status.input_mhz)
        if not self._ready and self._believed.known:
            self._ready = True
            words = (self._values.get(name, "") for name in ("device.model", "ups.firmware", "device.serial"))
            model, version, serial = words
            self._report(DeviceReady(self.name, model or MODEL, version, serial))

    def _missed(self, why: str) -> None:
        self._misses += 1
        if self._misses < MISSES:
            return
        foreign = why in FOREIGN
        self._faults.set(FaultCode.WRONG_DEVICE, foreign, why)
        self._faults.set(FaultCode.NO_ANSWER, not foreign, why)
        self._unknown()

    def _unknown(self) -> None:
        self._ready = False
        self._believed.unknown()

    # -- orders

    def _switch_off(self, off_s: int) -> Script:
        """The delay first, read back as the unit took it; then the order, which may be repeated."""
        yield f"SET VAR {self._unit} {DELAY} {quoted(str(off_s))}"
        told = yield f"GET VAR {self._unit} {DELAY}"
        delay_s = _seconds(told.values.get(DELAY, ""))
        if delay_s < off_s:
            self._ordered(OffFailed(told.error or f"{DELAY} is {delay_s} s"))
        tries, answer = TRIES, SILENT
        while self._off_s is not None and tries and answer is SILENT:  # until it is answered, or taken back
            tries -= 1
            answer = yield f"INSTCMD {self._unit} shutdown.return"
        self._ordered(OffFailed(answer.error) if answer.error else OffSet(delay_s))

    def _stay_on(self) -> Script:
        for _ in range(TRIES):
            answer = yield f"INSTCMD {self._unit} shutdown.stop"
            if answer is not SILENT:
                break
        self._cancelling = False

    def _ordered(self, outcome: OffSet | OffFailed) -> None:
        if self._off_s is not None:
            self._off_s = None
            self._report(outcome)


def _seconds(text: str) -> int:
    """-1 for what is no number."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return -1
