"""`./tvm fuzz MODEL`: as many cases as the time allows, with progress; each finding with the command that repeats it.

Ends 0 without a finding, 1 with one, 2 for wrong arguments; Ctrl-C ends it and says how far it came.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence

from kiosk.clock import RealClock
from simulator.fuzz.case import DRIVEN, Case

SAY_MS = 2_000
MOST_FOUND = 10
STATION_API = "station-api"
"""The one thing that is no driver: the station's calls against their OpenAPI file."""


def main(argv: Sequence[str]) -> int:
    if argv[:1] == [STATION_API]:
        from simulator.fuzz.station_api.main import main as of_the_station

        return of_the_station(argv[1:])
    parser = argparse.ArgumentParser(prog="tvm fuzz", description=__doc__)
    parser.add_argument("model", nargs="?", choices=DRIVEN, metavar="MODEL", help=", ".join((*DRIVEN, STATION_API)))
    parser.add_argument("--seconds", type=float, default=60.0, help="so long (default 60)")
    parser.add_argument("--cases", type=int, default=0, metavar="N", help="so many instead")
    parser.add_argument("--seed", type=int, default=1, help="fixes everything (default 1)")
    parser.add_argument("--case", type=int, metavar="K", help="this case only, as a finding printed it")
    given = parser.parse_args(argv)
    if given.model is None:
        parser.error("a model, please: " + ", ".join(DRIVEN))
    if given.seconds <= 0 or given.cases < 0:
        parser.error("--seconds and --cases are more than 0")
    logging.disable(logging.CRITICAL)  # drivers log what they hear, and here that is noise
    return Fuzz(given.model, given.seed).run(given.seconds, given.cases, given.case)


class Fuzz:
    """Cases of one model and seed, counted from 0."""

    def __init__(self, name: str, seed: int) -> None:
        self._name, self._seed = name, seed
        self._clock = RealClock()
        self._played = self._pieces = self._facts = self._found = 0

    def run(self, seconds: float, cases: int, only: int | None = None) -> int:
        began_ms = said_ms = self._clock.mono_ms()
        number = 0 if only is None else only
        try:
            while self._found < MOST_FOUND:
                self._play(number)
                now_ms = self._clock.mono_ms()
                over = self._played >= cases if cases else now_ms - began_ms >= seconds * 1_000
                if over or only is not None:
                    break
                if now_ms - said_ms >= SAY_MS:
                    said_ms = now_ms
                    self._say(now_ms - began_ms)
                number += 1
        except KeyboardInterrupt:
            print("ended", flush=True)
        self._say(self._clock.mono_ms() - began_ms)
        return 1 if self._found else 0

    def _play(self, number: int) -> None:
        played = Case(self._name, f"{self._name}.{self._seed}.{number}").play()
        self._played += 1
        self._pieces += played.pieces
        self._facts += played.facts
        if played.wrong:
            self._found += 1
            print(f"FOUND {played.wrong}")
            print(f"repeat it: ./tvm fuzz {self._name} --seed {self._seed} --case {number}", flush=True)

    def _say(self, ms: int) -> None:
        rate = self._played * 1_000 / max(1, ms)
        told = (
            f"{self._played} cases, {self._pieces} pieces, {self._facts} facts, {rate:.0f} cases/s, {self._found} found"
        )
        print(f"fuzz {self._name}: {told}", flush=True)
