"""What a process uses: processor time and memory, from /proc."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes (10^6 bytes): resident now, and at its most."""

    now_mb: float
    most_mb: float


def cpu_ns(pid: int, proc: Path = PROC) -> int:
    """Processor time of all its threads since their start. Raises OSError when it is gone.

    `schedstat` counts every nanosecond; the ticks of `stat` miss what runs between two of them.
    """
    total = 0
    for task in (proc / str(pid) / "task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total


def memory(pid: int, proc: Path = PROC) -> Memory:
    """Raises OSError when it is gone."""
    found = {"VmRSS": 0, "VmHWM": 0}
    for line in (proc / str(pid) / "status").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in found:
            found[name] = int(rest.split()[0])
    return Memory(found["VmRSS"] * 1024 / 1e6, found["VmHWM"] * 1024 / 1e6)


def load() -> str:
    """Load averages and runnable tasks, as the kernel says them."""
    return (PROC / "loadavg").read_text().strip()
