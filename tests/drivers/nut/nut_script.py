"""A NUT server made of paper: it answers each request in order, as a test's script says. Written from the ups sheet, section 3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from drivers.nut.driver import Nut
from kiosk.ports.fact import Fact

VALUES = {
    "device.mfr": "Example", "device.model": "E 600", "ups.firmware": "1.02", "device.serial": "S1", "ups.status": "OL CHRG",
    "battery.charge": "100", "battery.runtime": "900", "input.voltage": "230.0", "input.frequency": "50.0",
    "ups.delay.shutdown": "20",
}  # fmt: skip


def listed(values: dict[str, str]) -> str:
    lines = [f'VAR tvmups {name} "{value}"' for name, value in values.items()]
    return "\n".join(["BEGIN LIST VAR tvmups", *lines, "END LIST VAR tvmups"]) + "\n"


@dataclass
class Server:
    """`script`: ups.status of the next lists, before that of `values`; "-" in it is silence until `late`, "ERR ..." an error.

    `takes`: whether the delay can be set; `refuses`: its answer to orders instead of OK; `dead`: it says nothing.
    """

    values: dict[str, str] = field(default_factory=lambda: dict(VALUES))
    script: list[str] = field(default_factory=list)
    takes: bool = True
    refuses: str = ""
    dead: bool = False
    now_ms: int = 1_000
    heard: list[str] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def driver(self, **options: Any) -> Nut:
        self.it = Nut("ups", self.facts.append, unit="tvmups", **options)
        self.it.link_up(self.now_ms)
        return self.it

    def ready(self, **options: Any) -> Nut:
        driver = self.driver(**options)
        self.run(2_500)
        self.facts.clear()
        self.heard.clear()
        return driver

    def run(self, ms: int) -> None:
        end = self.now_ms + ms
        while self.now_ms < end:
            self.serve()
            wake = self.it.poll(self.now_ms)
            self.serve()
            self.now_ms = min(end, wake if wake is not None and wake > self.now_ms else self.now_ms + 50)

    def serve(self) -> None:
        while lines := self.it.take_output().decode().splitlines():
            for line in lines:
                self.hear(line)

    def hear(self, line: str) -> None:
        self.heard.append(line)
        answer = self.answer(line)
        if self.dead or answer == "-":
            self.owed.append("ERR DATA-STALE\n" if answer == "-" else answer)
        else:
            self.it.receive(answer.encode(), self.now_ms)

    def late(self) -> None:
        """What was not answered comes now, in order."""
        self.dead = False
        for answer in self.owed:
            self.it.receive(answer.encode(), self.now_ms)
        self.owed.clear()

    def answer(self, line: str) -> str:
        match line.split():
            case ["LIST", "VAR", "tvmups"]:
                if self.script:
                    word = self.script.pop(0)
                    if word == "-" or word.startswith("ERR"):
                        return word if word == "-" else f"{word}\n"
                    return listed({**self.values, "ups.status": word})
                return listed(self.values)
            case ["SET", "VAR", "tvmups", name, value]:
                if not self.takes:
                    return "ERR READONLY\n"
                self.values[name] = value.strip('"')
                return "OK\n"
            case ["GET", "VAR", "tvmups", name]:
                return (
                    f'VAR tvmups {name} "{self.values[name]}"\n' if name in self.values else "ERR VAR-NOT-SUPPORTED\n"
                )
            case ["INSTCMD", "tvmups", _]:
                return f"{self.refuses or 'OK'}\n"
            case ["USERNAME" | "PASSWORD", _]:
                return "OK\n"
        return "ERR UNKNOWN-COMMAND\n"
