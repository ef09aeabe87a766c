"""A bank in memory and a terminal that talks to it, for the tests beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.acquirer.faults import GOOD, Behaviour
from simulator.acquirer.fields import Message, decode, encode
from simulator.acquirer.host import Acquirer, Answer
from simulator.acquirer.keys import LabKeys, WorkKeys, message_mac, pin_block
from simulator.acquirer.ledger import Booking, Key, Ledger
from simulator.acquirer.profile import MERCHANT, Profile
from simulator.devices.chip_card import ChipCard, Perso
from simulator.devices.chip_card.perso import CDOL1, split
from simulator.devices.chip_card.tlv import parse, tlv
from simulator.devices.chip_card.wallet import WALLET

GOLDEN = Path(__file__).parents[2] / "golden"
NOW_MS = 1_795_349_292_000
"""22 November 2026, 20:08:12 at the host, as in the sheet's purchase."""
PROFILE = Profile()
ANSWERS = replace(PROFILE, tpdu=PROFILE.answer_tpdu)
TERMINAL = "TVM00001"
KEYS = LabKeys("lab")
UNSIGNED = ("0800", "0820", "0500", "0320")


def golden(name: str) -> list[list[str]]:
    """Cells of every line of a golden file."""
    lines = (GOLDEN / f"{name}.txt").read_text().splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]


def messages() -> dict[str, bytes]:
    """The sheet's messages by name, without their length bytes."""
    return {row[0]: bytes.fromhex(row[2])[2:] for row in golden("iso8583")}


def good_ledger(path: Path | str = ":memory:") -> Ledger:
    return Ledger(Path(path))


def mac_of(work: WorkKeys) -> Any:
    return lambda signed: message_mac(work.mac, signed)


class Desk:
    """One terminal with its keys and one bank; nothing is sent over a line."""

    def __init__(self, ledger: Ledger | None = None, profile: Profile = PROFILE) -> None:
        self.profile = profile
        self.bank = Acquirer(KEYS, ledger or good_ledger(), profile)
        self.work = KEYS.work_keys(1)
        self.batch = 1
        self.trace = 0
        self.now_ms = NOW_MS
        self.chips: dict[str, ChipCard] = {}

    @property
    def ledger(self) -> Ledger:
        return self.bank.ledger

    def raw(self, mti: str, fields: Mapping[int, str]) -> bytes:
        """The frame as the terminal sends it; its own names and numbers are added."""
        named = {41: TERMINAL, 42: MERCHANT, **fields}
        mac = None if mti in UNSIGNED else mac_of(self.work)
        return encode(Message(mti, named), self.profile.tpdu, self.profile.header, mac)

    def frame(self, frame: bytes, behaviour: Behaviour = GOOD) -> Answer:
        return self.bank.handle(frame, self.now_ms, behaviour)

    def ask(self, mti: str, fields: Mapping[int, str], behaviour: Behaviour = GOOD) -> Message:
        """The answer, read strictly and its MAC checked."""
        return self.read(self.frame(self.raw(mti, fields), behaviour))

    def read(self, answer: Answer) -> Message:
        assert answer.frame is not None, answer.why
        message = decode(answer.frame, ANSWERS)
        if message.signed:
            assert message.get(64).encode() == message_mac(self.work.mac, message.signed)
        return message

    def next_trace(self) -> str:
        self.trace += 1
        return f"{self.trace:06}"

    def sign_in(self) -> Message:
        """Takes the keys and the batch of the answer over."""
        answer = self.ask("0800", {11: self.next_trace(), 60: f"00{self.batch:06}001", 63: "01 "})
        generation = self.ledger.terminal(TERMINAL).generation
        self.work = KEYS.work_keys(generation)
        self.batch = int(answer.get(60)[2:8])
        return answer

    def chip(self, name: str) -> ChipCard:
        """The chip of a lab card; it keeps its counter from one payment to the next."""
        return self.chips.setdefault(name, WALLET[name].chip())

    def purchase(self, name: str = "good", amount_fen: int = 3_800, pin: str = "", **changed: Any) -> dict[int, str]:
        """Fields of a payment with chip and PIN; `changed` replaces fields by `f` and their number."""
        card = WALLET[name].perso
        trace = self.next_trace()
        fields = {
            **self.stripe(card, amount_fen, pin, trace),
            22: "051",
            23: f"0{card.sequence}",
            55: chip_data(self.chip(name), amount_fen, trace),
        }
        return {**fields, **{int(number[1:]): text for number, text in changed.items()}}

    def stripe(self, card: Perso, amount_fen: int, pin: str, trace: str) -> dict[int, str]:
        """Fields of a payment with stripe and PIN."""
        return {
            3: "000000",
            4: f"{amount_fen:012}",
            11: trace,
            14: card.expiry,
            22: "021",
            25: "00",
            26: "12",
            35: card.track2.replace("=", "D"),
            49: "156",
            52: pin_block(self.work.pin, pin or card.pin, card.pan).hex().upper(),
            53: "2600000000000000",
            60: f"22{self.batch:06}000500",
        }

    def swiped(self, name: str = "stripe", amount_fen: int = 3_800, pin: str = "") -> dict[int, str]:
        return self.stripe(WALLET[name].perso, amount_fen, pin, self.next_trace())

    def reversal(self, of: Mapping[int, str], reason: str = "98") -> dict[int, str]:
        kept = {number: of[number] for number in (3, 4, 11, 14, 22, 25, 49, 60) if number in of}
        return {**kept, 39: reason, 61: of[60][2:8] + of[11]}

    def void(self, of: Mapping[int, str], approved: Message) -> dict[int, str]:
        """Takes a purchase of this batch back by the numbers the bank gave it."""
        return {
            2: approved.get(2),
            3: "200000",
            4: of[4],
            11: self.next_trace(),
            22: "012",
            25: "00",
            37: approved.get(37),
            38: approved.get(38),
            49: "156",
            60: f"23{self.batch:06}000500",
            61: of[60][2:8] + of[11],
        }

    def hold(self, amount_fen: int) -> dict[int, str]:
        """A pre-authorisation with the stripe card."""
        return {**self.swiped(amount_fen=amount_fen), 3: "030000", 25: "06", 60: f"10{self.batch:06}000500"}

    def completion(self, of: Mapping[int, str], held: Message, amount_fen: int) -> dict[int, str]:
        named = {3: "000000", 4: f"{amount_fen:012}", 25: "06", 60: f"20{self.batch:06}000500"}
        return {**self.void(of, held), **named}

    def refund(self, of: Mapping[int, str], approved: Message, amount_fen: int) -> dict[int, str]:
        named = {4: f"{amount_fen:012}", 60: f"25{self.batch:06}000500"}
        fields = {**self.void(of, approved), **named}
        fields[61] += approved.get(13)
        del fields[38]
        return fields

    def booking(self, of: Mapping[int, str]) -> Booking:
        found = self.ledger.booking(Key(TERMINAL, int(of[60][2:8]), int(of[11])))
        assert found is not None
        return found

    def balance_fen(self, name: str = "good") -> int:
        return self.ledger.account(name, 100_000_000).balance_fen

    def settle(self, debit: tuple[int, int], credit: tuple[int, int]) -> Message:
        """Sum and count of what was paid and of what was given back."""
        half = f"{debit[0]:012}{debit[1]:03}{credit[0]:012}{credit[1]:03}0"
        fields = {11: self.next_trace(), 48: half + "0" * 31, 49: "156", 60: f"00{self.batch:06}201", 63: "01 "}
        return self.ask("0500", fields)


def first_cryptogram(chip: ChipCard, amount_fen: int) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What a terminal asks and is told, up to the first GENERATE AC: its data by tag, and the card's."""
    asked = {
        "9F02": bytes.fromhex(f"{amount_fen:012}"),
        "9F03": bytes(6),
        "9F1A": b"\x01\x56",
        "95": bytes.fromhex("8000048000"),
        "5F2A": b"\x01\x56",
        "9A": bytes.fromhex("261122"),
        "9C": b"\x00",
        "9F37": bytes.fromhex("9F4A3B21"),
    }
    assert chip.reset()
    aid = chip.perso.applications[0].aid
    assert told(chip, b"\x00\xa4\x04\x00" + bytes([len(aid)]) + aid + b"\x00")
    options = b"".join(asked[tag] for tag, _ in chip.perso.pdol)
    told(chip, b"\x80\xa8\x00\x00" + bytes([len(options) + 2, 0x83, len(options)]) + options + b"\x00")
    listed = b"".join(asked[tag] for tag, _ in CDOL1)
    answer = dict(parse(told(chip, b"\x80\xae\x80\x00" + bytes([len(listed)]) + listed + b"\x00")))["80"]
    return asked, split((("9F27", 1), ("9F36", 2), ("9F26", 8), ("9F10", 8)), answer)


def told(chip: ChipCard, command: bytes) -> bytes:
    """The answer without its 9000; answers that wait are fetched."""
    answer = chip.apdu(command)
    if answer[:1] == b"\x61":
        answer = chip.apdu(b"\x00\xc0\x00\x00" + answer[1:])
    assert answer[-2:] == b"\x90\x00", answer.hex()
    return answer[:-2]


def chip_data(chip: ChipCard, amount_fen: int, trace: str) -> str:
    """Field 55 of a purchase."""
    asked, given = first_cryptogram(chip, amount_fen)
    values = {
        **given,
        **asked,
        "82": chip.perso.aip,
        "9F33": bytes.fromhex("604020"),
        "9F34": bytes.fromhex("020300"),
        "9F35": b"\x24",
        "9F1E": TERMINAL.encode(),
        "84": chip.perso.applications[0].aid,
        "9F09": b"\x00\x30",
        "9F41": bytes.fromhex(trace.rjust(8, "0")),
    }
    order = "9F26 9F27 9F10 9F37 9F36 95 9A 9C 9F02 5F2A 82 9F1A 9F03 9F33 9F34 9F35 9F1E 84 9F09 9F41"
    return b"".join(tlv(tag, values[tag]) for tag in order.split()).hex().upper()
