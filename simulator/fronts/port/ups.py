"""The UPS at port level: the twin's supply is asked each second, and its word is weighed as the sheet wants it.

Source: ups sheet, sections 2.2 to 2.6 and 4; docs/decisions/026. Played are all faults of the supply, `silent`, `ups_failed`, and
of the link `silence_before`, `silence_after`, `reset_by_itself` and their `_once`. On bytes only: `no_echo`, `bypass`,
`comma_for_point`, `letter_for_bit_next` and what spoils an answer on its way.
"""

from __future__ import annotations

from typing import NamedTuple

from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Report
from kiosk.ports.ups import MainsStrayed, OffFailed, OffSet, PowerDip, PowerSeen
from simulator.devices.megatec import MegatecUps
from simulator.devices.megatec.battery import CELLS
from simulator.devices.megatec.ups import MODEL, VERSION
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

ASK_EVERY_MS, ANSWER_MS, EFFECT_MS, REOPEN_MS = 1_000, 900, 300, 1_000
MISSES, TRIES, TWICE, NEWS_PCT = 3, 3, 2, 10
TENTH_MS, MINUTE_MS, BACK_MS = 6_000, 60_000, 180_000
EMPTY_MV, FULL_MV = 1_750, 2_150
STATUS, ORDER, CANCEL = b"QSC"


class Answer(NamedTuple):
    """What matters of a status; `battery_mv` of one cell."""

    on_battery: bool
    low: bool
    failed: bool
    shutdown: bool
    battery_mv: int
    input_v: float
    input_hz: float


class UpsFront(Linkless):
    """`PowerSource` port and participant without a link. `runtime_min`: how long a full battery carries the machine."""

    def __init__(self, name: str, report: Report, twin: MegatecUps, *, runtime_min: int = 10) -> None:
        self.name = name
        self._report, self._twin, self._runtime_s = report, twin, runtime_min * 60
        self._faults = Faults(name, report)
        self._plugged, self._ready = True, False
        self._reopen_ms = 0
        self._ask_ms = 0
        self._silent_ms: int | None = None  # when an answer that does not come is given up
        self._misses = self._rows = self._since_ms = 0
        self._battery = self._astray = False
        self._fitting = 0  # words in a row that say otherwise of the mains
        self._said: PowerSeen | None = None
        self._order = ""  # off, on
        self._off_s = self._tries = 0
        self._effect_known = True

    # -- the port

    def switch_off(self, off_s: int) -> None:
        tenths = max(2, -(-off_s * 1_000 // TENTH_MS))
        minutes = min(10, -(-off_s * 1_000 // MINUTE_MS))
        self._off_s = (tenths * TENTH_MS if tenths <= 9 else minutes * MINUTE_MS) // 1_000
        self._order, self._tries = "off", 0

    def stay_on(self) -> None:
        if self._order == "off":
            self._report(OffFailed("taken back"))
        self._order, self._tries = "on", 0

    # -- the plug

    def unplug(self, why: str = "") -> None:
        """The data plug is pulled: what a broken line means to a driver."""
        if self._plugged:
            self._plugged, self._silent_ms = False, None
            self._faults.clear(FaultCode.NO_ANSWER)
            self._faults.set(FaultCode.LINK_LOST, True, why or f"{self.name}: unplugged")
            self._unknown()

    def replug(self) -> None:
        """The line is found again when it is next looked for."""
        self._plugged, self._reopen_ms = True, -1

    # -- the participant

    def poll(self, now_ms: int) -> int | None:
        self._twin.poll(now_ms)
        if not self._plugged:
            if self._order == "off":
                self._ordered(OffFailed("no link"))
            return None
        if self._reopen_ms:
            return self._open(now_ms)
        if self._silent_ms is not None and now_ms >= self._silent_ms:
            self._unanswered(now_ms)
        if self._silent_ms is None and now_ms >= self._ask_ms:
            self._ask(now_ms)
        due_ms = self._twin.poll(now_ms)
        wake_ms = max(now_ms + 1, self._ask_ms if self._silent_ms is None else self._silent_ms)
        return wake_ms if due_ms is None else min(wake_ms, max(now_ms + 1, due_ms))

    def _open(self, now_ms: int) -> int:
        if self._reopen_ms < 0:
            self._reopen_ms = now_ms + REOPEN_MS
        if now_ms < self._reopen_ms:
            return self._reopen_ms
        self._reopen_ms, self._ask_ms = 0, now_ms
        self._misses = self._rows = self._fitting = 0
        self._effect_known = True
        self._faults.clear(FaultCode.LINK_LOST)
        return now_ms

    # -- questions and orders

    def _ask(self, now_ms: int) -> None:
        if self._order and (not self._tries or self._effect_known):
            self._tries += 1
            self._effect_known = False
            self._obey(now_ms)
            self._ask_ms = now_ms + EFFECT_MS
            return
        self._ask_ms = now_ms + ASK_EVERY_MS
        answer = self._answer(now_ms)
        if answer is None:
            self._silent_ms = now_ms + ANSWER_MS
        else:
            self._misses = 0
            self._faults.clear(FaultCode.NO_ANSWER)
            self._seen(answer, now_ms)
            if not self._ready and self._said is not None and self._said.source != "unknown":
                self._ready = True
                self._report(DeviceReady(self.name, MODEL, VERSION, ""))

    def _hears(self, command: int) -> bool:
        twin = self._twin
        if not twin.body.alive or "silent" in twin.faults or not twin.link.hears(command):
            return False
        if twin.link.resets(command):
            twin.body.forget()
            return False
        return True

    def _obey(self, now_ms: int) -> None:
        body = self._twin.body
        body.advance(now_ms)
        if not self._hears(ORDER if self._order == "off" else CANCEL):
            return
        if self._order == "off":
            body.order_off(self._off_s * 1_000, BACK_MS)
        else:
            body.cancel()

    def _answer(self, now_ms: int) -> Answer | None:
        twin, body = self._twin, self._twin.body
        body.advance(now_ms)
        if not self._hears(STATUS) or (twin.faults and twin.link.plays("silence_after", STATUS)):
            return None
        low, failed = body.low, "ups_failed" in twin.faults
        on_battery = body.on_battery and (low or not body.testing)
        volts = body.battery.volts(body.on_battery or body.testing, "battery_lies" in twin.faults)
        cell_mv = round(volts * 10) * 100 // CELLS
        return Answer(on_battery, low, failed, body.active, cell_mv, body.input_v, body.input_hz())

    def _unanswered(self, now_ms: int) -> None:
        self._silent_ms = None
        self._ask_ms = max(now_ms, self._ask_ms)
        self._misses += 1
        if self._misses >= MISSES:
            self._faults.set(FaultCode.NO_ANSWER, True)
            self._unknown()
            self._effect_known = True
            self._judge(None)

    # -- what it says

    def _seen(self, answer: Answer, now_ms: int) -> None:
        self._faults.set(FaultCode.DEVICE_FAILURE, answer.failed)
        if answer.on_battery == self._battery:
            if self._rows and not self._battery:
                self._report(PowerDip(now_ms - self._since_ms))
            self._rows = 0
        else:
            self._since_ms = self._since_ms if self._rows else now_ms
            self._rows += 1
            if self._rows >= TWICE or (answer.on_battery and answer.low):
                self._battery, self._rows = answer.on_battery, 0
        self._tell(answer)
        self._weigh_mains(answer)
        self._effect_known = True
        self._judge(answer)

    def _tell(self, answer: Answer) -> None:
        said = self._said
        if self._rows and (said is None or said.source == "unknown"):
            return
        charge = max(0, min(100, (answer.battery_mv - EMPTY_MV) * 100 // (FULL_MV - EMPTY_MV)))
        runtime_s = 0 if answer.low else self._runtime_s * charge // 100
        seen = PowerSeen("battery" if self._battery else "mains", answer.low, charge, runtime_s)
        same = said is not None and (said.source, said.low) == (seen.source, seen.low)
        if said is None or not same or abs(seen.charge_pct - said.charge_pct) >= NEWS_PCT:
            self._said = seen
            self._report(seen)

    def _weigh_mains(self, answer: Answer) -> None:
        """Twice in a row beyond what the machine is made for, or twice within it again (TVM-032)."""
        fit = abs(answer.input_v - 220) <= 22 and abs(answer.input_hz - 50) <= 2
        if not answer.input_v or fit != self._astray:
            self._fitting = 0
            return
        self._fitting += 1
        if self._fitting >= TWICE:
            self._astray, self._fitting = not fit, 0
            volts_mv, frequency_mhz = round(answer.input_v * 1_000), round(answer.input_hz * 1_000)
            self._report(MainsStrayed(not fit, volts_mv, frequency_mhz))

    def _unknown(self) -> None:
        self._rows = self._fitting = 0
        self._ready = False
        if self._said is None or self._said.source != "unknown":
            self._said = PowerSeen("unknown", False, -1, -1)
            self._report(self._said)

    # -- orders, which are answered by their effect

    def _judge(self, answer: Answer | None) -> None:
        """None: three questions in a row went unanswered."""
        if not self._tries:
            return
        if self._order == "off":
            if answer is not None and answer.shutdown:
                self._ordered(OffSet(self._off_s))
            elif answer is None or self._tries >= TRIES:
                self._ordered(OffFailed("no answer" if answer is None else "not taken"))
        elif (answer is not None and not answer.shutdown) or self._tries >= TRIES:
            self._order, self._tries = "", 0

    def _ordered(self, outcome: OffSet | OffFailed) -> None:
        self._order, self._tries = "", 0
        self._report(outcome)
