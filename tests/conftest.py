"""Tests of whole machines, real processes each, run one after the other on one worker.

Two machines at a time on two cores make screens late, and a machine whose screen is late rightly stops selling.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
WHOLE_MACHINES = (
    TESTS / "system",
    TESTS / "simulator" / "test_demo.py",
    TESTS / "simulator" / "test_two_machines.py",
    TESTS / "simulator" / "replay" / "test_field.py",
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path == place or place in item.path.parents for place in WHOLE_MACHINES):
            item.add_marker(pytest.mark.xdist_group("whole machines"))
