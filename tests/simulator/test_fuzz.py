"""The fuzzer: finds nothing in the drivers as they are, finds what is planted, and repeats itself."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from drivers.ccnet.driver import CcnetValidator
from drivers.lcdm.driver import Lcdm4000
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import NoteHeld
from simulator.device import MODELS
from simulator.fuzz.case import DRIVEN, Case
from simulator.fuzz.main import main
from simulator.fuzz.mischief import Mischief
from simulator.fuzz.seals import SEALS

Report = Callable[[Fact], None]


def found(name: str, build: Callable[[str, Report, Random], Any], cases: int = 8) -> list[str]:
    played = [Case(name, f"planted.{number}", build).play().wrong for number in range(cases)]
    return [wrong for wrong in played if wrong]


def test_every_model_of_the_bench_can_be_fuzzed() -> None:
    assert set(SEALS) == set(MODELS)


@pytest.mark.parametrize("name", DRIVEN)
def test_a_line_that_lies_breaks_no_driver_and_moves_nothing(name: str) -> None:
    played = Case(name, "quick").play()
    assert played.wrong == ""
    assert played.pieces > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", DRIVEN)
def test_many_lines_that_lie(name: str) -> None:
    assert [Case(name, f"many.{number}").play().wrong for number in range(40)] == [""] * 40


def test_one_seed_is_one_case() -> None:
    assert Case("id003", "same").play() == Case("id003", "same").play()
    assert Case("id003", "same").play() != Case("id003", "other").play()


def test_a_driver_that_cannot_bear_a_byte_is_found() -> None:
    class Frail(CcnetValidator):
        def receive(self, data: bytes, now_ms: int) -> None:
            if data[0] > 0x80:
                raise IndexError("nobody expected that")
            super().receive(data, now_ms)

    wrong = found("ccnet", lambda name, report, dice: Frail(name, report, first_note=1))
    assert any("IndexError: nobody expected that" in each for each in wrong)


def test_a_driver_that_believes_noise_is_found() -> None:
    class Gullible(CcnetValidator):
        def __init__(self, name: str, report: Report) -> None:
            super().__init__(name, report, first_note=1)
            self.tell = report

        def receive(self, data: bytes, now_ms: int) -> None:
            if data[0] > 0x80:
                self.tell(NoteHeld(1, 100))
            super().receive(data, now_ms)

    assert any("a word of money" in each for each in found("ccnet", lambda name, report, dice: Gullible(name, report)))


def test_a_driver_that_pays_when_it_is_confused_is_found() -> None:
    class Generous(Lcdm4000):
        heard = 0

        def receive(self, data: bytes, now_ms: int) -> None:
            super().receive(data, now_ms)
            Generous.heard += 1
            if self.ready and Generous.heard % 5 == 0:
                self.dispense(Generous.heard, {1: 1})

    wrong = found("lcdm4000", lambda name, report, dice: Generous(name, report, cassettes={1: 100}), 12)
    assert any("things moved" in each for each in wrong)


def test_a_driver_that_never_sleeps_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.fuzz.case.MOST_STEPS", 500)

    class Sleepless(CcnetValidator):
        def poll(self, now_ms: int) -> int | None:
            super().poll(now_ms)
            return now_ms

    assert any(
        "it spins" in each
        for each in found("ccnet", lambda name, report, dice: Sleepless(name, report, first_note=1), 1)
    )


@pytest.mark.parametrize("name", sorted(SEALS))
def test_what_is_forged_is_whole_and_other_than_what_was_said(name: str) -> None:
    """Whatever is changed inside, and however often: bytes come out, never an exception."""
    dice = Random(name)
    line = Mischief(dice, SEALS[name])
    frames = [
        bytes.fromhex(text)
        for text in ("0203061333", "FC0511", "02080B7F1C", "7F8001F0", "0102030405060708", "10020001")
    ]
    for piece in [*frames, *(dice.randbytes(dice.randint(1, 30)) for _ in range(300))]:
        assert all(isinstance(each, bytes) for each in line._forged(piece))


def test_a_forged_frame_of_a_real_protocol_passes_its_own_check() -> None:
    frame = bytes.fromhex("02030714") + b"\x00"
    forged = SEALS["ccnet"](frame + driver_check(frame), lambda inside: b"\x81\x05")
    assert forged is not None
    assert forged == forged[:-2] + driver_check(forged[:-2])
    assert forged[3:-2] == b"\x81\x05"


def driver_check(body: bytes) -> bytes:
    """CRC-16/KERMIT, bit by bit (ccnet sheet, section 3)."""
    crc = 0
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


def test_the_command_says_how_far_it_came_and_repeats_one_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["megatec", "--cases", "3"]) == 0
    assert "fuzz megatec: 3 cases" in capsys.readouterr().out
    assert main(["megatec", "--case", "2"]) == 0
    assert "fuzz megatec: 1 cases" in capsys.readouterr().out


def test_a_finding_is_printed_with_the_command_that_repeats_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.fuzz.case.OF_MONEY", (Fact,))
    assert main(["megatec", "--cases", "40", "--seed", "7"]) == 1
    told = capsys.readouterr().out
    assert "FOUND a word of money" in told
    assert "repeat it: ./tvm fuzz megatec --seed 7 --case " in told


@pytest.mark.parametrize("argv", [[], ["nobody"], ["megatec", "--seconds", "0"], ["megatec", "--cases", "-1"]])
def test_wrong_arguments_are_said(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    assert "tvm fuzz" in capsys.readouterr().err
