"""Who the machine is: made once, read strictly, secrets stay secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kiosk.errors import ConfigError
from kiosk.identity import FILE, new_operator, nonce, provision, read_identity

PEOPLE = (
    new_operator("1001", "王芳", "Wang Fang", "cash", "2468"),
    new_operator("1002", "李强", "Li Qiang", "supervisor", "13579"),
)


def made(tmp_path: Path) -> Path:
    directory = tmp_path / "deep" / "journal"
    provision(directory, "T01", "token", PEOPLE)
    return directory


def test_a_provisioned_machine_reads_itself(tmp_path: Path) -> None:
    directory = tmp_path / "journal"
    first = provision(directory, "T01", "token", PEOPLE)
    assert read_identity(directory, "T01") == first
    assert len(first.secret) == 32
    assert len(bytes.fromhex(first.epoch)) == 4


def test_the_identity_is_for_its_owner_only(tmp_path: Path) -> None:
    assert (made(tmp_path) / FILE).stat().st_mode & 0o077 == 0


def test_no_pin_stands_in_the_file(tmp_path: Path) -> None:
    text = (made(tmp_path) / FILE).read_text(encoding="utf-8")
    assert "2468" not in text
    assert "13579" not in text
    assert "$argon2id$" in text


def test_two_machines_share_nothing(tmp_path: Path) -> None:
    one, two = (provision(tmp_path / name, "T01", "", ()) for name in ("a", "b"))
    assert one.epoch != two.epoch
    assert one.secret != two.secret
    assert nonce() != nonce()


def test_the_seal_that_the_station_told_is_the_secret_and_one_that_is_none_makes_nothing(tmp_path: Path) -> None:
    seal = bytes(range(32))
    assert provision(tmp_path / "a", "T01", "", (), seal=seal.hex()).secret == seal
    assert read_identity(tmp_path / "a", "T01").secret == seal
    for wrong in (seal.hex()[1:], seal.hex() + "0", "G" * 64, seal.hex() + "\n"):
        with pytest.raises(ConfigError, match="the seal is 64 digits") as refused:
            provision(tmp_path / "b", "T01", "", (), seal=wrong)
        assert wrong not in str(refused.value)
    assert not (tmp_path / "b").exists()


def test_a_directory_is_provisioned_once(tmp_path: Path) -> None:
    directory = made(tmp_path)
    with pytest.raises(ConfigError, match="not empty"):
        provision(directory, "T01", "", ())


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="file"):
        provision(tmp_path / "file" / "journal", "T01", "", ())


def test_the_journal_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"T01.*T02"):
        read_identity(made(tmp_path), "T02")


@pytest.mark.parametrize(
    "change",
    [
        {"secret": "zz"},
        {"secret": "00"},
        {"secret": 5},
        {"epoch": "7F3A91C2"},
        {"epoch": "7f3a"},
        {"epoch": 7},
        {"operators": [{"number": "1"}]},
        {"operators": 7},
        {"operators": ["x"]},
        {"token": None, "machine": None},
    ],
)
def test_a_damaged_identity_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = made(tmp_path) / FILE
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(ConfigError):
        read_identity(path.parent, "T01")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", "\x00"])
def test_what_is_no_identity_is_refused(tmp_path: Path, text: str) -> None:
    path = made(tmp_path) / FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="not an identity"):
        read_identity(path.parent, "T01")


def test_a_pin_is_known_or_not() -> None:
    operator = PEOPLE[0]
    assert operator.knows("2468")
    assert not operator.knows("2469")
    assert not operator.knows("")
    assert not type(operator)("1", "", "", "cash", "not a hash").knows("2468")


@pytest.mark.parametrize(
    ("number", "role", "pin"),
    [
        ("1001", "boss", "2468"),
        ("100", "cash", "2468"),
        ("100a", "cash", "2468"),
        ("123456789", "cash", "2468"),
        ("1001", "cash", "246"),
        ("1001", "cash", "abcd"),
        ("1001", "cash", "²²²²"),
        ("①②③④", "cash", "2468"),
    ],
)
def test_operators_can_be_typed_on_ten_keys(number: str, role: str, pin: str) -> None:
    with pytest.raises(ConfigError):
        new_operator(number, "", "", role, pin)
