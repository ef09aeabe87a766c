"""The house as it stands keeps its contracts, and the contracts notice when it does not."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
from pathlib import Path

import pygame
import pytest

from tests.contracts.house import leaks, machine_marks, third_party, violations

ROOT = Path(__file__).resolve().parents[2]
GPL = re.compile(r"\bA?GPL\b|GNU (Affero )?General Public License", re.IGNORECASE)


def plant(root: Path, module: str, text: str) -> list[str]:
    """A made-up tree with one module; what is wrong with it."""
    path = root / (module.replace(".", "/") + ".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return violations(root)


def test_the_house_keeps_its_contracts() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kiosk.sale.x", "import simulator.world"),
        ("kiosk.sale.x", "from drivers.ccnet import codec"),
        ("kiosk.sale.x", "def f():\n    from drivers import ccnet"),
        ("kiosk.ports.x", "from kiosk.sale import book"),
        ("kiosk.ports.x", "from ..sale import book"),
        ("kiosk.ports.x", "import yaml"),
        ("kiosk.screen.values", "from kiosk.screen import view"),
        ("kiosk.ui.x", "from kiosk.screen import view"),
        ("kiosk.ui.x", "import config"),
        ("drivers.ccnet.x", "from kiosk.sale import book"),
        ("drivers.ccnet.x", "from kiosk import sale"),
        ("drivers.ccnet.x", "import simulator.devices"),
        ("drivers.ccnet.x", "from kiosk.screen.values import Key"),
        ("simulator.devices.x", "from kiosk.ports import fact"),
        ("simulator.devices.x", "import drivers.ccnet.codec"),
        ("simulator.station.x", "import kiosk.ports.station"),
        ("simulator.auditor", "import kiosk.journal"),
        ("simulator.passenger.x", "from kiosk.screen import targets"),
        ("simulator.fronts.x", "from kiosk.sale import book"),
        ("config.x", "import kiosk.errors"),
        ("kiosk.sale.x", "import time"),
        ("kiosk.sale.x", "from time import monotonic"),
        ("kiosk.sale.x", "import random"),
        ("kiosk.reactor", "import threading"),
        ("drivers.ccnet.x", "import serial"),
        ("kiosk.sync", "import requests"),
        ("kiosk.screen.x", "import pygame.display"),
        ("simulator.devices.x", "import time"),
        ("simulator.devices.x", "import importlib"),
        ("kiosk.sale.x", "from importlib import import_module"),
        ("drivers.x", "__import__('simulator')"),
        ("kiosk.sale.x", "import tests.contracts"),
    ],
)
def test_a_broken_contract_is_noticed(tmp_path: Path, module: str, text: str) -> None:
    told = plant(tmp_path, module, text)
    assert len(told) == 1
    assert told[0].startswith(f"{module}:")


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kiosk.assembly", "from drivers.ccnet.driver import Ccnet\nimport random"),
        ("kiosk.sale.x", "from kiosk.ports import fact\nimport config\nimport transitions"),
        ("kiosk.ui.x", "import pygame\nfrom kiosk.screen.values import Key\nfrom kiosk.ui import parts"),
        ("drivers.link.worker", "import threading"),
        ("drivers.ccnet.x", "from kiosk.ports.fact import Fact\nfrom kiosk import faults"),
        ("simulator.supervisor", "import kiosk.sale.book\nimport drivers.ccnet"),
        ("simulator.clock", "import time"),
    ],
)
def test_what_is_allowed_is_not_told(tmp_path: Path, module: str, text: str) -> None:
    assert plant(tmp_path, module, text) == []


@pytest.mark.slow
def test_no_library_we_import_is_under_gpl_or_agpl() -> None:
    owners = importlib.metadata.packages_distributions()
    for name in third_party(ROOT):
        for owner in owners.get(name, []):
            told = importlib.metadata.metadata(owner)
            licences = [told.get("License-Expression") or "", *(told.get_all("Classifier") or [])]
            free = [licence for licence in licences if "lesser" not in licence.lower() and "LGPL" not in licence]
            assert not [licence for licence in free if GPL.search(licence)], f"{owner} is under {licences}"


@pytest.mark.slow
def test_every_library_we_import_is_locked() -> None:
    locked = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line and not line.startswith(" ")
    }
    owners = importlib.metadata.packages_distributions()
    for name in third_party(ROOT):
        found = {owner.lower().replace("_", "-") for owner in owners.get(name, [])}
        assert found & locked, f"{name} is imported but not in requirements.lock"


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_this_machine_or_a_registry() -> None:
    marks = machine_marks(ROOT)
    assert [line for path in tracked() for line in leaks(path, marks)] == []


def test_a_machine_path_and_a_registry_are_noticed(tmp_path: Path) -> None:
    for at, line in enumerate([f"path: {ROOT}/config", "--extra-" + "index-url x", "https://py" + "pi.org/simple"]):
        path = tmp_path / f"{at}.txt"
        path.write_text(f"fine\n{line}\n")
        assert leaks(path, machine_marks(ROOT)) == [f"{at}.txt:2 {line}"]


def test_pygame_is_the_community_edition() -> None:
    assert pygame.IS_CE


def test_every_locked_requirement_has_a_hash() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        lines = (ROOT / name).read_text().splitlines()
        pins = [at for at, line in enumerate(lines) if "==" in line and not line.startswith(" ")]
        assert pins
        assert all(lines[at + 1].strip().startswith("--hash=sha256:") for at in pins)
