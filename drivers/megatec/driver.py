"""A UPS that speaks Megatec Q1: where the power comes from, and how long the battery will last. Sans-I/O.

Source: ups sheet, sections 2.2, 2.3, 2.6; docs/decisions/026. It is asked every second; what its words count is `drivers.supply`'s.
"""

from __future__ import annotations

from drivers.megatec.battery import LOW_RUNTIME_S, charge_pct
from drivers.megatec.codec import (
    CANCEL,
    CR,
    INFO,
    RATING,
    STATUS,
    Decoder,
    Status,
    off_command,
    parse_info,
    parse_rating_mv,
    parse_status,
)
from drivers.raised import Raised
from drivers.supply.believed import Believed
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.ups import OffFailed, OffSet

MODEL = "megatec"
ANSWER_MS = 900  # 47 bytes take 200 ms on the line
MISSES = 3
LOOK_MS = 300  # after an action command, which nobody answers: when its effect is asked for
TRIES = 3
QUESTIONS = (INFO, RATING)


class Megatec:
    """Participant and PowerSource. `runtime_min`: how long a full battery carries this machine, from config.

    `nominal_mv`: rated voltage of the battery, for units that do not tell it (F).
    """

    def __init__(
        self, name: str, report: Report, *, runtime_min: int = 10, nominal_mv: int = 24_000, poll_ms: int = 1_000
    ) -> None:
        self.name = name
        self._report = report
        self._runtime_s = runtime_min * 60
        self._nominal_mv = nominal_mv
        self._poll_ms = poll_ms
        self._faults = Raised(name, report)
        self._decoder = Decoder()
        self._output = bytearray()
        self._linked = False
        self._asked: bytes | None = None
        self._limit_ms = self._due_ms = 0
        self._questions: list[bytes] = []
        self._ready = False
        self._misses = self._strange = 0
        self._believed = Believed(report, poll_ms)
        self._status: Status | None = None
        self._maker = self._model = self._version = ""
        self._off: tuple[bytes, int] | None = None  # the command that is on its way, and its seconds
        self._tries = 0
        self._cancelling = False
        self._effect_known = True  # of the order that was sent last

    # -- the port

    def switch_off(self, off_s: int) -> None:
        self._cancelling, self._tries = False, 0
        self._off = off_command(off_s)

    def stay_on(self) -> None:
        if self._off:
            self._off = None
            self._report(OffFailed("taken back"))
        self._cancelling, self._tries = True, 0

    @property
    def ready(self) -> bool:
        """It was heard and asked who it is."""
        return self._ready

    def probe_lines(self) -> list[str]:
        """Identity, state and faults; one fact a line."""
        lines = [f"model {MODEL}", f"maker {self._maker}", f"unit {self._model}", f"version {self._version}"]
        now, said = self._status, self._believed.said
        if now:
            lines.append(
                f"input_mv {now.input_mv} input_mhz {now.input_mhz} load_pct {now.load_pct} battery_mv {now.battery_mv}"
            )
            names = ("utility_failed", "low", "bypass", "failed", "standby", "testing", "shutdown", "beeper")
            lines.append("bits " + " ".join(name for name in names if getattr(now, name)))
        if said:
            lines.append(f"power {said.source} low {said.low} charge_pct {said.charge_pct} runtime_s {said.runtime_s}")
        return [*lines, *self._faults.lines()]

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._linked, self._ready = True, False
        self._faults.clear(FaultCode.LINK_LOST)
        self._decoder.clear()
        self._output.clear()
        self._asked, self._due_ms = None, now_ms
        self._misses = self._strange = 0
        self._believed.begin()
        self._status, self._effect_known = None, True
        self._questions = list(QUESTIONS)

    def link_lost(self, why: str, now_ms: int) -> None:
        self._linked = False
        self._asked = None
        self._output.clear()
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._faults.set(FaultCode.LINK_LOST, True, why)
        self._unknown()

    def take_output(self) -> bytes:
        output = bytes(self._output)
        self._output.clear()
        return output

    def receive(self, data: bytes, now_ms: int) -> None:
        for line in self._decoder.feed(data):
            self._hear(line, now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._linked:
            if self._off:
                self._ordered(OffFailed("no link"))
            return None
        if self._asked is not None and now_ms >= self._limit_ms:
            self._unanswered(now_ms)
        if self._asked is None and now_ms >= self._due_ms:
            self._ask(now_ms)
        return max(now_ms + 1, self._limit_ms if self._asked is not None else self._due_ms)

    # -- questions

    def _ask(self, now_ms: int) -> None:
        """An order first, then who it is, then, each second, how it is."""
        action = self._action()
        if action is not None:
            self._output += action + CR
            self._due_ms = now_ms + LOOK_MS
            return
        heard = self._status is not None and self._misses == 0
        self._asked = self._questions.pop(0) if self._questions and heard else STATUS
        self._decoder.clear()
        self._output += self._asked + CR
        self._limit_ms = now_ms + ANSWER_MS
        self._due_ms = now_ms + self._poll_ms if self._asked == STATUS else self._due_ms

    def _action(self) -> bytes | None:
        """The order to send now; None while the effect of the one before is still to be asked for."""
        if self._tries and not self._effect_known:
            return None
        if self._off is None and not self._cancelling:
            return None
        self._tries += 1
        self._effect_known = False
        return self._off[0] if self._off else CANCEL

    def _hear(self, line: bytes, now_ms: int) -> None:
        asked = self._asked
        if asked == STATUS:
            status = parse_status(line)
            if status is not None:
                self._asked, self._misses, self._strange = None, 0, 0
                self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
                self._seen(status, now_ms)
                if self._questions:
                    self._due_ms = now_ms
                else:
                    self._now_ready()
                return
            self._strange += 1  # as if nothing had come: the limit runs on
        elif asked == INFO and (info := parse_info(line)):
            self._maker, self._model, self._version = info
            self._asked = None
        elif asked == RATING and (rated := parse_rating_mv(line)) is not None:
            self._nominal_mv = rated or self._nominal_mv
            self._asked = None
        elif asked in QUESTIONS and line == asked + CR:
            self._asked = None  # echoed: it does not know the question
        if asked in QUESTIONS and self._asked is None:
            self._due_ms = now_ms

    def _unanswered(self, now_ms: int) -> None:
        asked, self._asked = self._asked, None
        if asked != STATUS:
            self._due_ms = now_ms  # units that do not know a question may be silent
            return
        self._misses += 1
        self._due_ms = max(now_ms, self._due_ms)
        if self._misses < MISSES:
            return
        wrong = self._strange >= MISSES and self._status is None
        self._faults.set(FaultCode.WRONG_DEVICE, wrong or FaultCode.WRONG_DEVICE in self._faults, "noise")
        self._faults.set(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE not in self._faults)
        self._unknown()
        self._effect_known = True
        self._judge_order(None)

    # -- what it says

    def _seen(self, status: Status, now_ms: int) -> None:
        self._status = status
        self._faults.set(FaultCode.DEVICE_FAILURE, status.failed)
        self._believed.heard(status.utility_failed and (status.low or not status.testing), status.low, now_ms)
        if not self._questions:  # what the battery should have is told by then
            self._believed.tell(status.low, *self._left(status))
        self._believed.mains(status.input_mv, status.input_mhz)
        self._effect_known = True
        self._judge_order(status)

    def _left(self, status: Status) -> tuple[int, int]:
        """(charge in per cent, seconds it will last), by its voltage; -1: nobody can say."""
        charge = charge_pct(status.battery_mv, self._nominal_mv if status.standby else None)
        if status.low:
            return charge, LOW_RUNTIME_S
        return charge, -1 if charge < 0 else self._runtime_s * charge // 100

    def _unknown(self) -> None:
        self._ready = False
        self._believed.unknown()

    def _now_ready(self) -> None:
        if not self._ready and self._believed.known:
            self._ready = True
            self._report(DeviceReady(self.name, self._model or MODEL, self._version, ""))

    # -- orders, which are answered by their effect

    def _judge_order(self, status: Status | None) -> None:
        """`status` None: three questions went unanswered."""
        if not self._tries:
            return
        if self._off is not None:
            if status is not None and status.shutdown:
                self._ordered(OffSet(self._off[1]))
            elif status is None or self._tries >= TRIES:
                self._ordered(OffFailed("no answer" if status is None else "not taken"))
        elif self._cancelling and ((status is not None and not status.shutdown) or self._tries >= TRIES):
            self._cancelling, self._tries = False, 0

    def _ordered(self, outcome: OffSet | OffFailed) -> None:
        self._off, self._tries = None, 0
        self._report(outcome)
