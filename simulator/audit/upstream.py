"""What the station has: a gap-free prefix of the journal with equal content, and sales that agree (invariant 11)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from simulator.audit.cases import Case, Run

SOLD = frozenset({"confirmed", "printed"})


@dataclass(slots=True)
class Ended:
    """What of an ended sale the station must agree with. `void`: it was told to void all of it, and has answered."""

    number: int
    delivered: int
    confirmed: bool


class Upstream:
    """One fingerprint of 8 bytes is kept per line, so that millions of lines can be compared."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._prints = array("Q")
        self._seen = 0  # lines of the station compared so far
        self._ended: dict[str, Ended] = {}
        run.leave.append(self._leave)

    def line(self, raw: bytes) -> None:
        self._prints.append(_print(raw))

    def _leave(self, case: Case) -> None:
        self._ended[case.key] = Ended(case.number, sum(blank.delivered for blank in case.blanks), case.confirmed)

    def compare(self, lines: Iterable[str | bytes], first_seq: int = 1) -> int:
        """`lines` as the station keeps them, `first_seq` that of the first one. Answers how many there are.

        A station restored from an older backup has fewer; what it has must still be equal.
        """
        if first_seq > self._seen + 1 and first_seq > 1:
            self._run.say(11, f"the station's lines begin with {first_seq}, those up to {self._seen} are known", 0)
        seq = first_seq - 1
        for line in lines:
            raw = line.encode() if isinstance(line, str) else line
            seq += 1
            if seq > len(self._prints):
                self._run.say(11, f"the station has a line {seq}, the journal ends with {len(self._prints)}", 0)
                break
            if _print(raw.rstrip(b"\n")) != self._prints[seq - 1]:
                self._run.say(11, f"the station's line {seq} has another content than the journal's", 0)
                break
        self._seen = max(self._seen, seq)
        return seq - first_seq + 1

    def sales(self, states: Mapping[str, str], settled: bool, counting: Mapping[str, int] | None = None) -> None:
        """`states`: sale key -> held, expired, released, confirmed, printed, voided. `settled`: no report is on its way.
        `counting`: sale key -> places that count as sold; a ticket that nobody holds must not be among them."""
        cases = [(case.key, case.number, sum(b.delivered for b in case.blanks)) for case in self._run.cases.values()]
        done = [(key, ended.number, ended.delivered) for key, ended in self._ended.items()]
        for key, number, delivered in (*done, *cases):
            state = states.get(key, "none")
            if delivered and state not in SOLD:
                self._run.say(11, f"{delivered} tickets were delivered, and the station's state is {state}", number)
            elif settled and not delivered and state in SOLD and number != self._run.open and self._nothing(key):
                self._run.say(11, f"no ticket was delivered, and the station counts the sale as {state}", number)
            elif settled and counting is not None and state in SOLD and number != self._run.open:
                self._count(counting.get(key, 0), delivered, number)
        self._ended.clear()

    def _count(self, places: int, delivered: int, number: int) -> None:
        if places != delivered:
            self._run.say(11, f"{delivered} tickets were delivered, and the station counts {places} places", number)

    def _nothing(self, key: str) -> bool:
        """Free to judge: the machine never confirmed it itself, so nothing may count."""
        ended = self._ended.get(key)
        return ended is not None and not ended.confirmed


def _print(raw: bytes) -> int:
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "big")
