"""The UPS on its line: commands of ASCII that end in CR, queries answered, actions obeyed in silence (ups sheet, 2.1 to 2.3).

Decided here: a plain `Sn` keeps the output off for ten seconds at least; `S` with numbers the sheet does not give is an unknown
command; while neither mains nor charge is left the unit says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.megatec.battery import CELLS
from simulator.devices.megatec.body import LEAST_OFF_MS, MINUTE_MS, SHORT_TEST_MS, USUAL_HZ, USUAL_V, Supply
from simulator.devices.megatec.faults import FAULTS
from simulator.devices.twin import Speeds

CR = 0x0D
LONGEST_COMMAND = 32
RATING = "#220.0 000 024.0 50.0"
MAKER, MODEL, VERSION = "TVM POWER", "MEG-1000", "V1.00"
NEVER_MS = float("inf")
SHUTDOWN = re.compile(r"S(\.[2-9]|0[1-9]|10)(?:R(\d{4}))?$")
OFF_NOW = "S00R0000"
LOAD_PCT = 14


class MegatecUps:
    """Twin of a line-interactive UPS, or with `on_line` of an on-line one (battery voltage per cell, bit b3 clear).

    Fits `Twin`; `mains` is the wall socket, `output` says whether the machine has power. `minutes` is how long a full battery
    lasts, at the rate of `speeds`. `beeper` is bit b0 at first. Made with mains and a full battery.
    """

    def __init__(
        self,
        speeds: Speeds,
        minutes: float = 15.0,
        *,
        on_line: bool = False,
        beeper: bool = True,
        echo: bool = True,
        frequency_hz: float = USUAL_HZ,
    ) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self)
        self.body = Supply(minutes, speeds.rate, self)
        self._on_line, self._beeper, self._echo, self._frequency_hz = on_line, beeper, echo, frequency_hz
        self._heard = bytearray()
        self._failed_at_v = 195.0

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.body.advance(now_ms)
        self._heard += data
        while (end := self._heard.find(CR)) >= 0:
            command = bytes(self._heard[:end])
            del self._heard[: end + 1]
            if self.body.alive and "silent" not in self.faults:
                self._hear(command, now_ms)
        del self._heard[:-LONGEST_COMMAND]

    def poll(self, now_ms: int) -> int | None:
        wakes = (self.body.advance(now_ms), self.link.poll(now_ms))
        return min((wake for wake in wakes if wake is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        """The plug of the UPS itself."""
        self.mains(on, now_ms)

    def busy(self) -> bool:
        return False

    # -- power

    def mains(self, on: bool, now_ms: int) -> None:
        """The wall socket has power, or has none."""
        self.body.advance(now_ms)
        if not on:
            self._failed_at_v = 140.0
        self.body.utility(on)
        self.body.advance(now_ms)

    @property
    def output(self) -> bool:
        """The machine has power."""
        return self.body.output

    @property
    def on_battery(self) -> bool:
        return self.body.on_battery

    @property
    def charge_pct(self) -> int:
        """What is really in the battery, 0..100."""
        return round(self.body.battery.share * 100)

    # -- commands

    def _hear(self, command: bytes, now_ms: int) -> None:
        code = command[0] if command else None
        if not self.link.hears(code):
            return
        if self.link.resets(code):
            self.body.forget()
            self.link.clear()
            return
        text = command.decode("latin-1")
        answer = self._query(text)
        if answer is None and not self._act(text) and self._echo and "no_echo" not in self.faults:
            answer = text
        if answer is not None:
            self.link.send(answer.encode("latin-1") + bytes([CR]), now_ms, code)

    def _query(self, command: str) -> str | None:
        match command:
            case "Q1":
                return self._status()
            case "F":
                return RATING
            case "I":
                return f"#{MAKER:15} {MODEL:10} {VERSION:10}"
        return None

    def _act(self, command: str) -> bool:
        """Obey an action command; False when it is none."""
        body = self.body
        shutdown = SHUTDOWN.match(command)
        if shutdown:
            after, back = shutdown.groups()
            off_for_ms = LEAST_OFF_MS if back is None else int(back) * MINUTE_MS if int(back) else None
            body.order_off(float(after) * MINUTE_MS, off_for_ms)
        elif command == OFF_NOW:
            body.order_off(0, None)
        elif command == "C":
            body.cancel()
        elif command == "T":
            body.test(SHORT_TEST_MS)
        elif command == "TL":
            body.test(NEVER_MS)
        elif re.fullmatch(r"T\d\d", command) and command != "T00":
            body.test(int(command[1:]) * MINUTE_MS)
        elif command == "CT":
            body.end_test()
        elif command == "Q":
            self._beeper = not self._beeper
        else:
            return False
        return True

    def _status(self) -> str:
        """46 characters; with its CR the answer has 47 bytes (2.2)."""
        body = self.body
        input_v, input_hz = body.input_v, body.input_hz(self._frequency_hz)
        output_v = (USUAL_V if body.mains else 220.0) if body.output else 0.0
        volts = body.battery.volts(body.on_battery or body.testing, "battery_lies" in self.faults)
        battery = f"{volts / CELLS:.2f}" if self._on_line else f"{volts:.1f}"
        text = (
            f"({input_v:05.1f} {self._failed_at_v:05.1f} {output_v:05.1f} {LOAD_PCT if body.output else 0:03d}"
            f" {input_hz:04.1f} {battery} 30.0 {self._bits()}"
        )
        if "comma_for_point" in self.faults:
            text = text.replace(".", ",")
        if "letter_for_bit_next" in self.faults:
            self.faults.discard("letter_for_bit_next")
            text = text[:-4] + "O" + text[-3:]
        return text

    def _bits(self) -> str:
        body = self.body
        bits = (
            body.on_battery,
            body.low,
            "bypass" in self.faults,
            "ups_failed" in self.faults,
            not self._on_line,
            body.testing,
            body.active,
            self._beeper,
        )
        return "".join("1" if bit else "0" for bit in bits)
