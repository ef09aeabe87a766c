"""The bytes a start names: those that the power cut before it tore, also when that start was cut short itself."""

from __future__ import annotations

import json
from zlib import crc32

import pytest

from simulator.audit.reading import Record, Step
from simulator.audit.survival import Survival

TORN = b'5a11e0de {"seq":'
SHORT = b"5a11"


class Disk:
    """Lines in their chain, what of them is durable, and what the auditor says of it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.survival = Survival(lambda invariant, text: self.said.append(f"{invariant}: {text}"))
        self.last = b""
        self.durable({"kind": "ack"})

    def line(self, fact: Record) -> bytes:
        """The next line of the chain."""
        body = json.dumps({"fact": fact}, separators=(",", ":")).encode()
        before = int(self.last[:8], 16) if self.last else 0
        return f"{crc32(body, before):08x} ".encode() + body

    def durable(self, fact: Record) -> None:
        self.hear(self.line(fact))

    def hear(self, line: bytes) -> None:
        self.last = line
        self.survival.line(line)
        fact = json.loads(line[9:])["fact"]
        if fact["kind"] == "sys.boot":
            self.survival.booted(Step(1, "5a11e0de", 2, 0, fact, ()))

    def cut(self, after: bytes) -> int:
        """The power fails; `after` is what lies behind the last durable line. Answers how many lines of it survived."""
        kept = self.survival.cut(self.last + b"\n" + after)
        for line in kept:
            self.hear(line)
        return len(kept)


def booted(damaged_bytes: int) -> Record:
    return {"kind": "sys.boot", "damaged_bytes": damaged_bytes}


@pytest.mark.parametrize("named", [0, len(TORN) - 1, len(TORN)])
def test_a_start_names_the_bytes_that_were_torn(named: int) -> None:
    disk = Disk()
    assert disk.cut(TORN) == 0
    disk.durable(booted(named))
    wrong = [f"7: the start cut {named} bytes off, {len(TORN)} were torn"]
    assert disk.said == ([] if named == len(TORN) else wrong)


@pytest.mark.parametrize("named", [len(TORN), len(SHORT)])
def test_the_line_of_an_interrupted_start_that_survived_answers_to_the_cut_before_it(named: int) -> None:
    disk = Disk()
    disk.cut(TORN)
    assert disk.cut(disk.line(booted(named)) + b"\n" + SHORT) == 1
    wrong = [f"7: the start cut {named} bytes off, {len(TORN)} were torn"]
    assert disk.said == ([] if named == len(TORN) else wrong)


@pytest.mark.parametrize("named", [len(SHORT), len(TORN)])
def test_the_start_after_it_answers_to_the_cut_that_interrupted(named: int) -> None:
    disk = Disk()
    disk.cut(TORN)
    disk.cut(disk.line(booted(len(TORN))) + b"\n" + SHORT)
    disk.durable(booted(named))
    wrong = [f"7: the start cut {named} bytes off, {len(SHORT)} were torn"]
    assert disk.said == ([] if named == len(SHORT) else wrong)


@pytest.mark.parametrize("first", [len(TORN), 0])
def test_an_interrupted_start_whose_line_was_torn_leaves_its_own_bytes_only(first: int) -> None:
    disk = Disk()
    disk.cut(TORN)
    half = disk.line(booted(len(TORN)))[:20]
    assert disk.cut(half) == 0
    disk.durable(booted(len(half) + first))
    assert (disk.said == []) is (first == 0)
