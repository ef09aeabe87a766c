"""One machine of real processes for all tests of a worker; each test begins and ends with a machine that sells."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.stand import Stand
from tests.system.visitor import Visitor


@pytest.fixture(scope="session")
def whole_machine() -> Iterator[Stand]:
    directory = Path(tempfile.mkdtemp(prefix="tvm-"))  # short: sockets have short names
    made = Stand(directory)
    try:
        made.start()
        made.first_fill()
        made.see("attract")
        yield made
    finally:
        made.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def stand(whole_machine: Stand) -> Iterator[Stand]:
    """The machine, selling; mended again afterwards."""
    yield whole_machine
    whole_machine.mend()


@pytest.fixture
def visitor(stand: Stand) -> Visitor:
    return Visitor(stand)
