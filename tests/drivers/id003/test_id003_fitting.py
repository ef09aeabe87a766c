"""The model in a configuration: what is accepted, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ConfigError as FileError
from drivers.id003.driver import Id003Acceptor
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError
from kiosk.models import BAUD, MODELS, NOTES_PER_BOOT, PARITY, model
from kiosk.settings import Device, DeviceTable, read

FILE = """\
machine: {id: T01, station: BXP}
journal: journal
station: {url: "https://station:8620"}
screen: {socket: screen.sock}
devices:
  acceptor: {model: id003, link: /dev/a, parity: E, poll_ms: 150, notes: {0x61: 100, 0x65: 5000}}
"""


def test_an_acceptor_is_read_from_the_file_and_built(tmp_path: Path) -> None:
    path = tmp_path / "machine.yaml"
    path.write_text(FILE, encoding="utf-8")
    table = read(path).devices
    check_devices(table)
    assert table.acceptor is not None
    assert dict(table.acceptor.notes) == {0x61: 100, 0x65: 5_000}
    driver = model("acceptor", table.acceptor, lambda fact: None, 3)
    assert isinstance(driver, Id003Acceptor)
    assert driver._escrow._next == 3 * NOTES_PER_BOOT + 1
    assert (driver._poll_ms, driver._look_only, PARITY["id003"], BAUD.get("id003", 9_600)) == (150, False, "E", 9_600)


def test_a_probe_only_looks() -> None:
    make = MODELS["id003"].probe
    assert make is not None
    driver = make("probe", Device("id003", "a"), lambda fact: None, 0)
    assert isinstance(driver, Id003Acceptor)
    assert driver._look_only


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (Device("id003", "a"), "parity: the line of id003 is E"),
        (Device("id003", "a", parity="E", poll_ms=50), "id003 is polled each 100 to 200 ms, not 50"),
        (Device("id003", "a", parity="E", poll_ms=1_000), "id003 is polled each 100 to 200 ms, not 1000"),
        (Device("id003", "a", parity="E", notes={0x71: 100}), "notes.113: id003 numbers its notes 97 to 112"),
        (Device("id003", "a", parity="E", notes={0x61: 0}), "more than 0 fen, not 0"),
        (Device("id003", "a", parity="E", escrow=1), "id003 has no bulk escrow"),
    ],
)
def test_what_does_not_fit_is_refused(device: Device, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check_devices(DeviceTable(acceptor=device))


def test_it_is_no_dispenser() -> None:
    with pytest.raises(ConfigError, match="id003 is a acceptor"):
        check_devices(DeviceTable(dispenser=Device("id003", "a", parity="E")))


def test_a_note_table_of_words_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "machine.yaml"
    path.write_text(FILE.replace("0x65: 5000", "fifty: 5000"), encoding="utf-8")
    with pytest.raises(FileError, match="notes"):
        read(path)
