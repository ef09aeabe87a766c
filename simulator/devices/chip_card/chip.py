"""The chip of a card: APDU in, APDU out, strict. It computes its cryptograms itself, so that a wrong byte of the
terminal becomes a wrong cryptogram. The transaction counter survives the loss of power, the rest does not.

Source: EMV sheet, sections 4 to 6 and 9.
"""

from __future__ import annotations

from enum import Enum, unique

from simulator.devices.chip_card import apdu
from simulator.devices.chip_card.apdu import Command, Refused
from simulator.devices.chip_card.cryptograms import answer_cryptogram, application_cryptogram, card_key, session_key
from simulator.devices.chip_card.perso import (
    CDOL1,
    ISSUER_AUTHENTICATION,
    Application,
    Perso,
    length_of,
    split,
    written,
)
from simulator.devices.chip_card.tlv import tlv

PSE = b"1PAY.SYS.DDF01"
ATR_T0 = bytes.fromhex("3B6500002063CB6800")
ATR_T1 = bytes.fromhex("3B85012063CB680064")
LAST_ATC = 0xFFFF
AAC, TC, ARQC = 0x00, 0x40, 0x80
APPROVED = b"00"

FAULTS = {
    "mute": "the chip gives no answer to reset and none to any command",
    "mute_after_arqc": "the chip falls silent after the first cryptogram",
    "card_blocked": "every SELECT is refused: the issuer has blocked the card",
    "application_blocked": "the application is selected with a warning and only ever declines",
    "no_pse": "there is no list of applications; they are found by their names",
    "unknown_application": "the list of applications names one that no terminal knows",
    "options_refused": "GET PROCESSING OPTIONS is refused",
    "options_short": "GET PROCESSING OPTIONS is answered in the form without tags",
    "no_cdol": "the records lack the list of data for the first cryptogram",
    "declines_first": "the first cryptogram is a refusal",
    "declines_last": "the second cryptogram is a refusal although the host approved",
    "doubts_issuer": "the host's cryptogram is found wrong, whatever it is",
    "asks_back": "answers are fetched with GET RESPONSE, and a wrong length is told",
}

FIRST_DONE = {ARQC: 0xA0, AAC: 0x80}
SECOND_DONE = {TC: 0x60, AAC: 0x20}
ISSUER_FAILED = 0x08
"""Second byte of the card verification results: what was given first and second (80 first in place of the second: not
asked yet), and that the issuer was not believed. The first two are in the sheet's example; the other bits are general knowledge."""


@unique
class At(Enum):
    """How far the transaction is."""

    NOTHING = "no application is selected"
    LIST = "the list of applications is selected"
    SELECTED = "an application is selected"
    STARTED = "processing options were given"
    ASKED = "the first cryptogram was an ARQC"
    CLOSED = "the last cryptogram was given"


class ChipCard:
    """One card's chip. `faults` are names of FAULTS; a switch may be set at any time. Not thread-safe."""

    def __init__(self, perso: Perso, faults: set[str] | None = None) -> None:
        self.perso = perso
        self.faults: set[str] = faults or set()
        self.atc = perso.first_atc - 1
        self.last_online_atc = 0
        self.agreed_fen: list[int] = []
        """Amounts it agreed to pay at the very end, as it was told them: what its owner's own log would say."""
        self._key = card_key(perso.issuer_key, perso.pan, perso.sequence)
        self._powered = False
        self._forget()

    def reset(self) -> bytes:
        """Power and reset; the answer to reset, empty when the chip is mute or there is none."""
        self._forget()
        self._powered = "mute" not in self.faults and bool(self.perso.applications)
        if not self._powered:
            return b""
        return ATR_T1 if self.perso.protocol else ATR_T0

    def power_off(self) -> None:
        self._forget()
        self._powered = False

    def apdu(self, sent: bytes) -> bytes:
        """The answer with its two status bytes; empty when the chip is mute or without power."""
        if not self._powered or "mute" in self.faults:
            return b""
        if "mute_after_arqc" in self.faults and self.at in (At.ASKED, At.CLOSED):
            return b""
        try:
            command = Command.parse(sent)
            data, status = self._get_response(command) if command.ins == 0xC0 else self._dispatch(command)
        except Refused as refused:
            data, status = b"", refused.status
        return data + status.to_bytes(2, "big")

    def _forget(self) -> None:
        self.at = At.NOTHING
        self._application: Application | None = None
        self._arqc = b""
        self._issuer: bool | None = None  # None: it has not spoken
        self._issuer_code = b""
        self._waiting = (b"", apdu.OK)

    def _dispatch(self, command: Command) -> tuple[bytes, int]:
        handler = {
            (0x00, 0xA4): self._select,
            (0x00, 0xB2): self._read_record,
            (0x00, 0x82): self._external_authenticate,
            (0x80, 0xA8): self._processing_options,
            (0x80, 0xAE): self._generate,
            (0x80, 0xCA): self._get_data,
        }.get((command.cla, command.ins))
        if handler is None:
            raise Refused(apdu.NO_INSTRUCTION if command.cla in (0x00, 0x80) else apdu.NO_CLASS)
        data, status = handler(command)
        if data and "asks_back" in self.faults:
            if not command.data and command.le != len(data):
                return b"", 0x6C00 | len(data) & 0xFF
            if command.data:
                self._waiting = (data, status)
                return b"", 0x6100 | len(data) & 0xFF
        return data, status

    def _get_response(self, command: Command) -> tuple[bytes, int]:
        data, status = self._waiting
        if command.cla or not data:
            raise Refused(apdu.NOT_NOW)
        command.demand(0, 0)
        if command.le != len(data) & 0xFF:
            return b"", 0x6C00 | len(data) & 0xFF
        self._waiting = (b"", apdu.OK)
        return data, status

    def _select(self, command: Command) -> tuple[bytes, int]:
        if command.p1 != 0x04 or command.p2 not in (0x00, 0x02) or not 5 <= len(command.data) <= 16:
            raise Refused(apdu.BAD_P1_P2 if command.data else apdu.WRONG_LENGTH)
        if "card_blocked" in self.faults:
            raise Refused(apdu.FUNCTION_NOT_SUPPORTED)
        before = self._application
        self._forget()
        if command.data == PSE:
            if "no_pse" in self.faults:
                raise Refused(apdu.NO_FILE)
            self.at = At.LIST
            return tlv("6F", tlv("84", PSE), tlv("A5", tlv("88", b"\x01"))), apdu.OK
        fitting = [each for each in self._applications() if each.aid.startswith(command.data)]
        if command.p2 == 0x02:  # the next one of that name
            fitting = fitting[fitting.index(before) + 1 :] if before in fitting else []
        if not fitting:
            raise Refused(apdu.NO_FILE)
        self._application, self.at = fitting[0], At.SELECTED
        blocked = "application_blocked" in self.faults
        return self._control_information(fitting[0]), apdu.APPLICATION_BLOCKED if blocked else apdu.OK

    def _applications(self) -> tuple[Application, ...]:
        if "unknown_application" in self.faults:
            return (Application(bytes.fromhex("F000000001FFFF"), b"LAB NOBODY"),)
        return self.perso.applications

    def _control_information(self, application: Application) -> bytes:
        objects = [
            tlv("50", application.label),
            tlv("87", bytes([application.priority])),
            tlv("5F2D", b"zh"),
        ]
        if self.perso.pdol:
            objects.append(tlv("9F38", written(self.perso.pdol)))
        return tlv("6F", tlv("84", application.aid), tlv("A5", *objects))

    def _read_record(self, command: Command) -> tuple[bytes, int]:
        if command.p2 & 0x07 != 0x04 or not command.p1:
            raise Refused(apdu.BAD_P1_P2)
        if command.data or command.le is None:
            raise Refused(apdu.WRONG_LENGTH)
        if command.p2 >> 3 != 1 or self.at is At.NOTHING:
            raise Refused(apdu.NO_FILE)
        if self.at is At.SELECTED:
            raise Refused(apdu.NOT_NOW)
        records = self._list() if self.at is At.LIST else self.perso.records("8C" if "no_cdol" in self.faults else "")
        if command.p1 > len(records):
            raise Refused(apdu.NO_RECORD)
        return records[command.p1 - 1], apdu.OK

    def _list(self) -> list[bytes]:
        listed = [each for each in self._applications() if each.listed]
        several = len(listed) > 1  # one alone needs no priority
        return [
            tlv(
                "70",
                tlv(
                    "61",
                    tlv("4F", each.aid),
                    tlv("50", each.label),
                    tlv("87", bytes([each.priority])) if several else b"",
                ),
            )
            for each in listed
        ]

    def _processing_options(self, command: Command) -> tuple[bytes, int]:
        command.demand(0, 0)
        size = length_of(self.perso.pdol)
        if len(command.data) != 2 + size:
            raise Refused(apdu.WRONG_LENGTH)
        if command.data[:2] != bytes([0x83, size]):
            raise Refused(apdu.BAD_DATA)
        if self.at is not At.SELECTED or "options_refused" in self.faults or self.atc >= LAST_ATC:
            raise Refused(apdu.NOT_NOW)
        self.atc += 1
        self.at = At.STARTED
        locator = bytes.fromhex("08010200")
        if "options_short" in self.faults:
            return tlv("80", self.perso.aip + locator), apdu.OK
        return tlv("77", tlv("82", self.perso.aip), tlv("94", locator)), apdu.OK

    def _get_data(self, command: Command) -> tuple[bytes, int]:
        objects = {
            (0x9F, 0x36): tlv("9F36", self.atc.to_bytes(2, "big")),
            (0x9F, 0x13): tlv("9F13", self.last_online_atc.to_bytes(2, "big")),
        }
        if self._application is None:
            raise Refused(apdu.NOT_NOW)
        if (command.p1, command.p2) not in objects:
            raise Refused(apdu.NO_DATA)
        return objects[command.p1, command.p2], apdu.OK

    def _generate(self, command: Command) -> tuple[bytes, int]:
        if command.p2 or command.p1 & 0x3F or command.p1 == 0xC0:
            raise Refused(apdu.BAD_P1_P2)
        if self.at is At.STARTED:
            return self._first(command)
        if self.at is At.ASKED:
            return self._second(command)
        raise Refused(apdu.NOT_NOW)

    def _first(self, command: Command) -> tuple[bytes, int]:
        """Never a TC: this card does nothing without its issuer."""
        if len(command.data) != length_of(CDOL1):
            raise Refused(apdu.WRONG_LENGTH)
        declined = command.p1 == AAC or self.faults & {"declines_first", "application_blocked"}
        kind = AAC if declined else ARQC
        given = self._cryptogram(kind, FIRST_DONE[kind], command.data)
        self.at = At.CLOSED if declined else At.ASKED
        self._arqc = given[3:11]
        return tlv("80", given), apdu.OK

    def _second(self, command: Command) -> tuple[bytes, int]:
        """A TC needs an issuer that proved itself and approved, and a terminal that says the same."""
        objects = self.perso.cdol2
        if command.p1 == ARQC:
            raise Refused(apdu.NOT_NOW)
        if len(command.data) != length_of(objects):
            raise Refused(apdu.WRONG_LENGTH)
        values = split(objects, command.data)
        if "91" in values and any(values["91"]):
            self._believe(values["91"])
        agreed = (
            command.p1 == TC
            and self._issuer is True
            and values["8A"] == self._issuer_code == APPROVED
            and not self.faults & {"declines_last", "application_blocked"}
        )
        kind = TC if agreed else AAC
        results = SECOND_DONE[kind] | (ISSUER_FAILED if self._issuer is False else 0)
        given = self._cryptogram(kind, results, command.data[-length_of(CDOL1) :])
        self.at = At.CLOSED
        if agreed:
            self.last_online_atc = self.atc
            amount = values["9F02"].hex()
            self.agreed_fen.append(int(amount) if amount.isdigit() else 0)
        return tlv("80", given), apdu.OK

    def _external_authenticate(self, command: Command) -> tuple[bytes, int]:
        if not self.perso.aip[0] & ISSUER_AUTHENTICATION:
            raise Refused(apdu.NO_INSTRUCTION)
        command.demand(0, 0)
        if len(command.data) != 10:
            raise Refused(apdu.WRONG_LENGTH)
        if self.at is not At.ASKED or self._issuer is not None:
            raise Refused(apdu.NOT_NOW)
        self._believe(command.data)
        return b"", apdu.OK if self._issuer else apdu.ISSUER_AUTHENTICATION_FAILED

    def _believe(self, answer: bytes) -> None:
        """Tag 91: the issuer's cryptogram over its two-character code. Only a proven approval makes a TC possible."""
        key = session_key(self._key, self.atc, self.perso.rule)
        proven = answer[:8] == answer_cryptogram(key, self._arqc, answer[8:10])
        self._issuer = proven and "doubts_issuer" not in self.faults
        self._issuer_code = answer[8:10]

    def _cryptogram(self, kind: int, results: int, terminal_data: bytes) -> bytes:
        """Kind, counter, cryptogram and issuer data, as they stand in the answer."""
        verification = bytes([0x03, results, 0x00, 0x00])
        counter = self.atc.to_bytes(2, "big")
        key = session_key(self._key, self.atc, self.perso.rule)
        cryptogram = application_cryptogram(key, terminal_data + self.perso.aip + counter + verification)
        return bytes([kind]) + counter + cryptogram + b"\x07\x01\x01" + verification + b"\x01"
