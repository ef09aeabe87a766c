"""What a power cut leaves of a journal, many thousand times: write, cut the power anywhere, look, start again, go on.

A *life* is one machine: a few starts of the real `kiosk.journal.Journal` on a `SectorDisk`, each ended at a random step (in a
write, a day's change, a start, the cutting of a torn tail) by a power cut or a killed program. What was synced is noted down
at the disk, not asked of the journal. After each cut the bytes must hold every line whose sync had returned; the next start
must read those, at most the one line in flight more, keep the torn rest aside and go on with the same chain. A rotten old
line must be refused. Source: reliability notes 2 and 6, invariant 7.

    python -m simulator.world.crash_images --count 20000 --seed 1        exit code 1 when something is wrong
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from kiosk.errors import JournalError
from kiosk.journal import Journal
from kiosk.records import Record
from simulator.world.disk import PowerCut, SectorDisk

EPOCH, SECRET = "7f3a91c2", bytes(range(32))
CAPACITY_BYTES = 64 << 20
CUTS_PER_LIFE = 3
MOST_STEPS = 22
TEXTS = ("北京西 → 上海虹桥", "K598 硬座", "notes 100 + 50", "x" * 300)


class Killed(BaseException):
    """The program ends at once, the power stays: what it wrote is in the kernel's hands."""


class Broken(Exception):
    """What must not happen has happened."""


@dataclass(frozen=True, slots=True)
class Violation:
    life: int
    cut: int
    what: str


@dataclass(slots=True)
class Report:
    """`count` power cuts were looked at, `lines` lines synced, `torn` tails cut off, `rotten` journals offered and refused."""

    seed: int
    count: int = 0
    lines: int = 0
    torn: int = 0
    rotten: int = 0
    violations: list[Violation] = field(default_factory=list)

    def __str__(self) -> str:
        head = f"{self.count} crash images, {self.lines} lines, {self.torn} torn tails, {self.rotten} rotten journals: "
        told = [
            f"life {each.life}, cut {each.cut}: {each.what}\n"
            f"    python -m simulator.world.crash_images --seed {self.seed} --life {each.life}"
            for each in self.violations
        ]
        return "\n".join([head + f"{len(self.violations)} violations", *told])


def _steps(dice: Random) -> list[tuple[Record, list[Record]]]:
    """Steps of all lengths, from a timer to a line of several sectors."""
    steps: list[tuple[Record, list[Record]]] = []
    for number in range(60):
        fact: Record = {"kind": "stack!", "note": number, "value_fen": 10_000, "text": dice.choice(TEXTS)}
        kinds = ["confirm?", "print?", "pay?", "claim.add"] * 2
        intents = [{"kind": kind, "sale": number, "text": dice.choice(TEXTS)} for kind in kinds[: dice.randrange(9)]]
        steps.append((fact, intents))
    return steps


def _newest_state(raw: bytes) -> int:
    """Where the newest state line begins; 0 without one."""
    return raw.rfind(b"\n", 0, max(0, raw.rfind(STATE_FACT))) + 1


STEPS = _steps(Random(0))
STATE_FACT = b'"fact":{"kind":"sys.state",'


class Life:
    """One machine. `safe` are the lines whose sync returned, `flight` is the one written and not yet synced."""

    def __init__(self, dice: Random, disk: SectorDisk, report: Report, number: int) -> None:
        self.dice, self.disk, self.report, self.number = dice, disk, report, number
        self.safe: list[bytes] = []
        self.flight = b""
        self.tails: list[bytes] = []
        self.day = 0
        self.cut = 0
        self.left = 0
        self.troubled = False
        self.end: type[BaseException] = PowerCut
        disk.on_step = self._step

    def run(self) -> None:
        try:
            while self.cut < CUTS_PER_LIFE:
                self._until_the_end()
            self.left = -1  # no end any more
            self._calm()
            self._opened()
            self._refuses_rot()
        except (Broken, JournalError) as wrong:
            self.report.violations.append(Violation(self.number, self.cut, str(wrong)))

    def _until_the_end(self) -> None:
        self.left = self.dice.randrange(1, 5 if self.dice.random() < 0.25 else MOST_STEPS)
        self.end = PowerCut if self.dice.random() < 0.9 else Killed
        try:
            journal = self._opened()
            self._day(journal)
            while True:
                self._works(journal)
        except PowerCut:
            self._crashed()
        except Killed:
            self._restarted()
        except JournalError:
            if not self.troubled:
                raise
            self._calm()
            if self.dice.random() < 0.5:
                self._crashed()
            else:
                self._restarted()

    def _restarted(self) -> None:
        """The program comes again without a power cut; when the disk still fails, after one."""
        try:
            self.disk.reopen(self.dice)
        except OSError:
            self._calm()
            self._crashed()

    def _works(self, journal: Journal) -> None:
        throw = self.dice.random()
        if throw < 0.08:
            self.day += 1
            self._day(journal)
        elif throw < 0.10:
            journal.turn(self._name(), 0, 1_795_329_000_000, {"past": {"text": self.dice.choice(TEXTS)}})
        elif throw < 0.11:
            journal.pack_one()
        elif throw < 0.12:
            self.troubled = True
            self.disk.fill(self.dice.randrange(2_000))
        elif throw < 0.14:
            self.troubled = True
            self.disk.sync_errors = 1
        fact, intents = self.dice.choice(STEPS)
        mono_ms = self.dice.getrandbits(30)
        line = journal.write(mono_ms, 1_795_329_000_000 + mono_ms, fact, intents)
        if not self.safe or line.text.encode() + b"\n" != self.safe[-1]:
            raise Broken(f"line {line.seq} was told to be durable, and no sync of it has returned")

    def _day(self, journal: Journal) -> None:
        journal.begin_segment(self._name())

    def _name(self) -> str:
        return f"2026-11-{self.day + 1:02}"

    def _calm(self) -> None:
        self.troubled = False
        self.disk.sync_errors, self.disk.capacity_bytes = 0, CAPACITY_BYTES

    # -- what the disk did

    def _step(self, name: str) -> None:
        if name == "append":
            self.flight = self.disk.last
        elif name == "sync":
            self._synced(self.flight)
        self.left -= 1
        if self.left == 0:
            raise self.end

    def _synced(self, line: bytes) -> None:
        chain = int(self.safe[-1][:8], 16) if self.safe else 0
        head = b'%08x {"seq":%d,"epoch":' % (crc32(line[9:-1], chain), len(self.safe) + 1)
        if not line.startswith(head):
            raise Broken(f"line {len(self.safe) + 1} does not continue the chain: {line[:40]!r}")
        self.safe.append(line)
        self.flight = b""
        self.report.lines += 1

    # -- what is looked at

    def _raw(self) -> bytes:
        return b"".join(self.disk.read(name) for name in self.disk.segments())

    def _aside(self) -> list[bytes]:
        return [self.disk.read(name) for name in self.disk.files() if name.startswith("tail-")]

    def _crashed(self) -> None:
        self.disk.crash(self.dice)
        self.cut += 1
        self.report.count += 1
        raw, safe = self._raw(), b"".join(self.safe)
        if not raw.startswith(safe):
            raise Broken(f"of {len(safe)} synced bytes {_common(raw, safe)} are left")
        aside = self._aside()
        if any(tail not in raw and not any(tail in each for each in aside) for tail in self.tails):
            raise Broken("a torn tail is neither in the journal nor aside")

    def _opened(self) -> Journal:
        raw = self._raw()
        safe = b"".join(self.safe)
        kept = safe + self.flight if self.flight and raw.startswith(safe + self.flight) else safe
        tail = raw[len(kept) :]
        if tail:
            self.tails.append(tail)
        journal = Journal(self.disk, EPOCH, SECRET)
        read = b"".join(line.text.encode() + b"\n" for line in journal.lines)
        if read != kept[_newest_state(kept) :]:
            raise Broken(f"{len(kept)} bytes of whole lines are on the disk, {len(read)} were read")
        if self._raw() != kept or journal.damaged_bytes != len(tail):
            raise Broken(
                f"{len(tail)} torn bytes, {journal.damaged_bytes} were told, {len(self._raw())} bytes are left"
            )
        if tail and not self.disk.read(f"tail-{journal.boot}.bad").endswith(tail):
            raise Broken("the torn tail was not kept")
        self.report.torn += bool(tail)
        if kept != safe:
            self.safe.append(self.flight)
        self.flight = b""
        return journal

    def _refuses_rot(self) -> None:
        """One bit of any line that a start reads, but the last, turns over: nothing may be read, and nothing cut."""
        first, end = _newest_state(b"".join(self.safe)), sum(map(len, self.safe[:-1]))
        if first >= end:
            return
        at = self.dice.randrange(first, end)
        for name in self.disk.segments():
            size = len(self.disk.read(name))
            if at < size:
                self.disk.rot(name, at, 1 << self.dice.randrange(8))
                break
            at -= size
        raw = self._raw()
        self.report.rotten += 1
        try:
            Journal(self.disk, EPOCH, SECRET)
        except JournalError:
            if self._raw() == raw:
                return
        raise Broken("a rotten line was gone over in silence, or cut off")


def _common(one: bytes, other: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def live(report: Report, number: int, make: Callable[[], SectorDisk]) -> None:
    """Life `number` of the report's seed."""
    Life(Random(report.seed << 32 | number), make(), report, number).run()


def honest() -> SectorDisk:
    return SectorDisk(CAPACITY_BYTES)


def crash_images(count: int, seed: int, make: Callable[[], SectorDisk] = honest, stop_after: int = 10) -> Report:
    """Lives until `count` power cuts were looked at, or `stop_after` lives went wrong. `make` gives each life its disk."""
    report, number = Report(seed), 0
    while report.count < count and len(report.violations) < stop_after:
        live(report, number, make)
        number += 1
    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="crash_images", description="what power cuts leave of a journal")
    parser.add_argument("--count", type=int, default=20_000, help="power cuts to look at")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--life", type=int, help="repeat this life only")
    parser.add_argument("--lies", action="store_true", help="a disk whose syncs do nothing: violations must be found")
    given = parser.parse_args(arguments)
    make = (lambda: SectorDisk(CAPACITY_BYTES, lies=True)) if given.lies else honest
    if given.life is None:
        report = crash_images(given.count, given.seed, make)
    else:
        report = Report(given.seed)
        live(report, given.life, make)
    print(report)
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
