"""Who may import whom, read from the sources with `ast`: stricter than package contracts, because it says what *is* allowed.

`violations(root)` answers one sentence for each line that breaks the house; a test feeds it made-up trees.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("config", "kiosk", "drivers", "simulator")

ALLOWED: dict[str, tuple[str, ...]] = {
    "config": (),
    "kiosk.ports": ("kiosk.ports",),
    "kiosk.faults": ("kiosk.ports.fact",),
    "kiosk.errors": (),
    "kiosk.screen.values": ("kiosk.screen.values",),
    "kiosk": ("kiosk", "config"),
    "kiosk.assembly": ("kiosk", "config", "drivers"),
    "kiosk.fitting": ("kiosk", "config", "drivers"),
    "kiosk.models": ("kiosk", "config", "drivers"),
    "kiosk.device_rules": ("kiosk", "config", "drivers"),
    "kiosk.ui": ("kiosk.ui", "kiosk.screen.values"),
    "drivers": ("drivers", "kiosk.ports", "kiosk.faults", "kiosk.errors"),
    "drivers.link.screen_peer": ("kiosk.screen.values",),
    "drivers.link.socket_link": ("drivers.link", "kiosk.ports", "kiosk.errors", "kiosk.screen.values"),
    "simulator": ("simulator", "config", "kiosk", "drivers"),
    "simulator.devices": ("simulator.devices",),
    "simulator.station": ("simulator.station", "simulator.clock", "simulator.faces", "simulator.web", "config"),
    "simulator.station.killing": (
        "simulator.station",
        "simulator.child",
        "simulator.clock",
        "simulator.postgres_server",
    ),
    "simulator.station.seats.checker": ("simulator.station.seats.checker",),
    "simulator.acquirer": (
        "simulator.acquirer",
        "simulator.devices.chip_card",
        "simulator.devices.des",
        "simulator.one_file",
        "simulator.clock",
        "simulator.web",
        "config",
    ),
    "simulator.provider": (
        "simulator.provider",
        "simulator.one_file",
        "simulator.clock",
        "simulator.web",
        "config",
    ),
    "simulator.auditor": ("simulator.audit",),
    "simulator.audit": ("simulator.audit",),
    "simulator.passenger": ("simulator.passenger", "kiosk.screen.values"),
    "simulator.fronts": ("simulator", "drivers", "kiosk.ports", "kiosk.faults"),
    "simulator.cabinet": ("simulator", "config"),
    "simulator.lab": ("simulator", "config"),
}
"""Package or module -> what of the project it may import; the longest name that fits counts."""

STANDARD_ONLY = (
    "kiosk.ports",
    "kiosk.screen.values",
    "kiosk.errors",
    "kiosk.faults",
    "simulator.auditor",
    "simulator.audit",
    "simulator.station.seats.checker",
)
"""These import nothing that was not installed with Python."""

HOMES: dict[str, tuple[str, ...]] = {
    "time": ("kiosk.clock", "kiosk.ui.main", "simulator.clock", "simulator.campaign.pool"),
    "random": (
        "kiosk.assembly",
        "simulator.bench.bench",
        "simulator.demo",
        "simulator.world",
        "simulator.campaign",
        "simulator.fuzz",
        "simulator.station.killing",
        "simulator.station.rules.drill",
        "simulator.station.seats.killing",
        "simulator.station.seats.main",
    ),
    "threading": ("drivers.link.worker", "kiosk.ui.link", "kiosk.ui.mirror"),
    "asyncio": ("simulator",),
    "serial": ("drivers.link.serial_link",),
    "usb": ("drivers.link.usb_link", "drivers.link.usb_claim", "drivers.link.usb_bridge"),
    "requests": ("drivers.link.http_line", "simulator.fuzz.station_api"),
    "pygame": ("kiosk.ui",),
}
"""Module with an effect -> where it may be imported: one home for each process (controller, screen, simulators)."""

NO_DYNAMIC_IMPORT = ("config", "kiosk", "drivers", "simulator.devices", "simulator.station", "simulator.acquirer",
                     "simulator.provider", "simulator.auditor", "simulator.audit", "simulator.passenger",
                     "simulator.fronts")  # fmt: skip


TOOLS = ("kiosk.ui.fonts.make_subsets", "simulator.bench.parts.lab", "simulator.fuzz.station_api")
"""Run by who changes fonts, by `./tvm bench` and by `./tvm fuzz`: may use what is locked for tests."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `module` is written out in full, `line` counts from 1."""

    module: str
    line: int


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree: ast.AST, module: str, is_package: bool) -> Iterator[Import]:
    """Every import anywhere in a module. `from a import b` counts as `a.b` too, since b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = module.split(".")
                up = node.level - (1 if is_package else 0)
                base = ".".join([*here[: len(here) - up], *([base] if base else [])])
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def rule_for(module: str) -> tuple[str, ...]:
    names = [name for name in ALLOWED if within(module, (name,))]
    return ALLOWED[max(names, key=len)] if names else ()


def _broken(module: str, found: Import) -> str | None:
    top = found.module.partition(".")[0]
    if top in PACKAGES or top == "tests":
        if not within(found.module, rule_for(module)) and not within(found.module, (module,)):
            return f"imports {found.module}"
        return None
    if top in HOMES and not within(module, HOMES[top]):
        return f"imports {top}, whose home is {', '.join(HOMES[top])}"
    if top == "importlib" and within(module, NO_DYNAMIC_IMPORT):
        return "imports importlib: imports are written out here"
    if within(module, STANDARD_ONLY) and top not in sys.stdlib_module_names:
        return f"imports {top}, but may use the standard library only"
    return None


def third_party(root: Path) -> set[str]:
    """Top names of everything the packages import that is neither ours nor Python's."""
    found = set()
    for package in PACKAGES:
        for path in (root / package).rglob("*.py"):
            if within(module_name(root, path), TOOLS):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {each.module.partition(".")[0] for each in imports_of(tree, module_name(root, path), False)}
    return found - set(PACKAGES) - set(sys.stdlib_module_names)


def violations(root: Path) -> list[str]:
    """One sentence per broken rule in the packages under `root`."""
    told = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            module = module_name(root, path)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for found in imports_of(tree, module, path.name == "__init__.py"):
                if why := _broken(module, found):
                    told.append(f"{module}:{found.line} {why}")
            told += [f"{module}:{line} calls __import__" for line in _dynamic(tree)]
    return told


def _dynamic(tree: ast.AST) -> list[int]:
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "__import__"]


REGISTRY = re.compile("|".join((
    "--(?:extra-)?index-url", "--find" + "-links", "(?:files.)?python" + "hosted.org", "py" + "pi.org", "npm" + "js.(?:org|com)",
)))  # fmt: skip
"""Pieces are put together so that this line does not find itself."""


def machine_marks(root: Path) -> list[str]:
    """Texts that only this machine's paths contain: where the project lies, the home folder, the interpreter."""
    marks = {str(root), str(root.parent) + "/", str(Path.home()) + "/", sys.base_prefix + "/"}
    common = ("/usr/", "/opt/", "/tmp/", "/home/")
    return [mark for mark in marks if len(mark) > 4 and mark not in common and not mark.startswith("/usr/")]


def leaks(path: Path, marks: list[str]) -> list[str]:
    """Lines of a text file that name this machine or a package registry."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    here = re.compile("|".join(rf"(?<![\w./)}}-]){re.escape(mark)}" for mark in marks) or r"(?!)")
    return [
        f"{path.name}:{number} {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if REGISTRY.search(line) or here.search(line)
    ]
