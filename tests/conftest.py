"""How the tests are run: whole machines one after the other, and a worker that wastes no time of its own.

Two machines at a time on two cores make screens late, and a machine whose screen is late rightly stops selling. So
whoever only computes steps aside; and still a third worker on two cores was too many for a demo that must sell.
"""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent
WHOLE_MACHINES = (
    TESTS / "system",
    TESTS / "simulator" / "test_demo.py",
    TESTS / "simulator" / "test_two_machines.py",
    TESTS / "simulator" / "replay" / "test_field.py",
)
ASIDE = 15
"""Niceness of a worker with no machine (or none any more): one that computes gets what a machine leaves over."""
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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Of workers side by side. What a test starts is as nice as its worker; whole machines come first, so nobody wants back."""
    if "PYTEST_XDIST_WORKER" in os.environ and not is_whole_machine(item.nodeid.partition("::")[0]):
        os.nice(max(0, ASIDE - os.nice(0)))


class OneMachineAtATime(LoadScopeScheduling):
    """Every test goes to whichever worker is free, but whole machines to one of them, and first: what is left to one worker alone
    at the end leaves the other one idle. (A mark would not do: the names of tests that its scheduler reads no longer hold it.)"""

    def _split_scope(self, nodeid: str) -> str:
        return "whole machines" if is_whole_machine(nodeid.partition("::")[0]) else nodeid


@cache
def is_whole_machine(module: str) -> bool:
    """`module` as in the name of a test, from the project's folder."""
    path = TESTS.parent / module
    return any(path == place or place in path.parents for place in WHOLE_MACHINES)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneMachineAtATime:
    return OneMachineAtATime(config, log)
