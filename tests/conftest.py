"""How the tests are run: whole machines one after the other, and a worker that wastes no time of its own.

Two machines at a time on two cores make screens late, and a machine whose screen is late rightly stops selling.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
WHOLE_MACHINES = (
    TESTS / "system",
    TESTS / "simulator" / "test_demo.py",
    TESTS / "simulator" / "test_two_machines.py",
    TESTS / "simulator" / "replay" / "test_field.py",
)
YOUNG = 20_000
"""So many new objects may gather before cycles are looked for: simulated worlds make many, and hardly a cycle."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Numbers of mallopt(3); the values here are in bytes."""


def pytest_configure() -> None:
    """The start script has the C library give memory back at once, as suits a machine of little memory. A worker that paints
    thousands of pictures would fetch the same pages again and again; what it starts still gets the script's settings."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, 32 << 20)
        library.mallopt(M_TRIM_THRESHOLD, 128 << 20)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: nobody looks for cycles among them, neither while they are read nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG)
        gc.enable()


@cache
def is_whole_machine(path: Path) -> bool:
    return any(path == place or place in path.parents for place in WHOLE_MACHINES)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole machines first: what is left to one worker alone at the end leaves the other one idle."""
    items.sort(key=lambda item: not is_whole_machine(item.path))
    for item in items:
        if is_whole_machine(item.path):
            item.add_marker(pytest.mark.xdist_group("whole machines"))
