"""The card's side of a request, judged as its bank does: number, stripe, chip data and cryptogram, PIN, money.

Strict on purpose: every byte of field 55 is compared or stands under the cryptogram, so that one wrong byte is a decline.
Source: ISO 8583 sheet, sections 2, 3 and 6; EMV sheet, section 6; PIN pad sheet, section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator.acquirer.accounts import Standing
from simulator.acquirer.declined import Declined, demand
from simulator.acquirer.fields import Message
from simulator.acquirer.keys import LabKeys, PinFormat, WorkKeys, pin_of
from simulator.acquirer.ledger import Account, Ledger
from simulator.acquirer.profile import Profile
from simulator.devices.chip_card.cryptograms import (
    answer_cryptogram,
    application_cryptogram,
    card_key,
    session_key,
)
from simulator.devices.chip_card.perso import CDOL1, Application
from simulator.devices.chip_card.tlv import TlvError, once, parse, tlv

PIN_WITH_NUMBER = "2600000000000000"
APPROVED = b"00"
ONLINE_PIN = 0x04  # TVR byte 3
SIZES: Mapping[str, int] = {
    **dict(CDOL1),
    "9F26": 8, "9F27": 1, "9F36": 2, "82": 2, "9F33": 3, "9F34": 3, "9F35": 1, "9F1E": 8, "9F09": 2,
}  # fmt: skip
MANDATORY = {*SIZES, "9F10", "84", "9F41"}
OPTIONAL = {"9F63"}


@dataclass(frozen=True, slots=True)
class Proof:
    """A card that was believed: its account as it is now, and tag 91 for its chip (empty without a chip)."""

    standing: Standing
    account: Account
    answer_chip: bytes = b""


class Issuer:
    """Judges cards; what it learns (wrong PINs, counters) goes into the ledger, inside the caller's transaction."""

    def __init__(self, accounts: Mapping[str, Standing], keys: LabKeys, profile: Profile, ledger: Ledger) -> None:
        self._accounts = accounts
        self._keys = keys
        self._profile = profile
        self._ledger = ledger

    def known(self, pan: str) -> Standing:
        """The card of a number. Raises Declined(14)."""
        demand(pan in self._accounts, "14", "no such card")
        return self._accounts[pan]

    def name_of(self, pan: str) -> str:
        """The account's name, empty when there is none."""
        return self._accounts[pan].name if pan in self._accounts else ""

    def account(self, standing: Standing) -> Account:
        return self._ledger.account(standing.name, standing.opened_fen)

    def judge(self, message: Message, work: WorkKeys, now_yymm: str) -> Proof:
        """The card that is there in person, with its PIN. Raises Declined; wrong PINs are counted before it is raised."""
        entry = message.get(22)
        demand(len(entry) == 3 and entry[:2] in ("05", "02", "80"), "30", "field 22: entry mode")
        demand(entry[2] == "1", "55", "no PIN was entered")
        pan, behind = self._track2(message)
        standing = self.known(pan)
        account = self.account(standing)
        demand(account.wrong_pins < self._profile.tries, "75", "PIN tries are over")
        demand(standing.status == "00", standing.status, "status of the card")
        card = standing.perso
        demand(behind == card.track2.partition("=")[2], "59", "track 2 is not the card's")
        demand(message.get(14) == card.expiry, "59", "field 14 is not the card's")
        demand(now_yymm <= card.expiry, "54", "expired")
        answer_chip = b""
        if entry[:2] == "05":
            account, answer_chip = self._chip(message, standing, account)
        else:
            demand(not message.get(55) and not message.get(23), "30", "chip data without a chip")
            demand(card.service_code[0] not in "26" or entry[:2] == "80", "57", "a card with a chip was swiped")
            demand(card.service_code[0] in "26" or entry[:2] == "02", "57", "a fallback without a chip")
        account = self._pin(message, standing, account, work)
        return Proof(standing, account, answer_chip)

    def _track2(self, message: Message) -> tuple[str, str]:
        """Card number, and what stands behind the separator. A second number in field 2 must be the same."""
        pan, separator, behind = message.get(35).partition("D")
        demand(separator == "D" and pan.isdigit() and behind.isdigit(), "30", "field 35: no track 2")
        demand(message.get(2) in ("", pan), "30", "field 2: another number than on track 2")
        demand(not message.get(36), "30", "field 36: none of our cards has a track 3")
        return pan, behind

    def _chip(self, message: Message, standing: Standing, account: Account) -> tuple[Account, bytes]:
        """The account with its chip's counter, and tag 91. Raises Declined; a counter that was proven is kept before it."""
        card = standing.perso
        demand(bool(card.applications), "59", "chip data of a card without a chip")
        demand(message.get(23) == f"0{card.sequence}", "59", "field 23 is not the card's")
        objects = _chip_objects(message.get(55))
        self._terminal_data(message, objects, card.applications)
        demand(objects["82"] == card.aip, "59", "profile of another card")
        key = session_key(
            card_key(self._keys.issuer, card.pan, card.sequence), int.from_bytes(objects["9F36"], "big"), card.rule
        )
        arqc = _cryptogram(key, objects)
        demand(objects["9F26"] == arqc, "59", "cryptogram")
        atc = int.from_bytes(objects["9F36"], "big")
        demand(atc > account.atc, "59", "a counter that was used before")
        account = replace(account, atc=atc)
        self._ledger.put_account(account)
        return account, tlv("91", answer_cryptogram(key, arqc, APPROVED) + APPROVED)

    def _terminal_data(
        self, message: Message, objects: Mapping[str, bytes], applications: tuple[Application, ...]
    ) -> None:
        """What no cryptogram covers, and what the message says twice."""
        agreed = {
            "9F02": bytes.fromhex(message.get(4)),
            "9F03": bytes(6),
            "9F1A": self._profile.country,
            "5F2A": bytes.fromhex(self._profile.currency.rjust(4, "0")),
            "9C": bytes.fromhex(message.get(3)[:2]),
            "9F27": b"\x80",
            "9F33": self._profile.capabilities,
            "9F34": bytes.fromhex("020300"),
            "9F35": self._profile.kind,
            "9F1E": message.get(41).encode(),
            "9F09": b"\x00\x30",
            "9F41": bytes.fromhex(message.get(11).rjust(8, "0")),
        }
        for tag, value in agreed.items():
            demand(objects[tag] == value, "59", f"tag {tag} does not fit")
        demand(objects["84"] in [each.aid for each in applications], "59", "tag 84 is no application of the card")
        demand(bool(objects["95"][2] & ONLINE_PIN), "59", "the chip was told of no PIN")

    def _pin(self, message: Message, standing: Standing, account: Account, work: WorkKeys) -> Account:
        """The account without wrong PINs. Raises Declined 55, or 75 when that was the last try."""
        demand(message.get(53) == PIN_WITH_NUMBER, "30", "field 53: only PIN blocks with the card number")
        demand(len(message.get(52)) == 16, "30", "field 52: no PIN block")
        try:
            pin = pin_of(work.pin, bytes.fromhex(message.get(52)), standing.perso.pan)
        except PinFormat as error:
            raise Declined("99", str(error)) from error
        if pin == standing.perso.pin:
            account = replace(account, wrong_pins=0)
            self._ledger.put_account(account)
            return account
        wrong = account.wrong_pins + 1
        self._ledger.put_account(replace(account, wrong_pins=wrong))
        raise Declined("55" if wrong < self._profile.tries else "75", f"wrong PIN, number {wrong}")

    def funds(self, proof: Proof, amount_fen: int) -> None:
        """Raises Declined when the account does not give this much."""
        demand(amount_fen > 0, "13", "no amount")
        demand(amount_fen <= proof.standing.limit_fen, "61", "more than the limit")
        demand(amount_fen <= proof.account.balance_fen, "51", "not enough money")


def _chip_objects(text: str) -> dict[str, bytes]:
    """Field 55 by tag. Raises Declined(30)."""
    try:
        objects = once(parse(bytes.fromhex(text)))
    except TlvError as error:
        raise Declined("30", f"field 55: {error}") from error
    missing, strange = sorted(MANDATORY - set(objects)), sorted(set(objects) - MANDATORY - OPTIONAL)
    demand(not missing, "30", f"field 55: without {' '.join(missing)}")
    demand(not strange, "30", f"field 55: with {' '.join(strange)}")
    for tag, size in SIZES.items():
        demand(len(objects[tag]) == size, "30", f"field 55: tag {tag} has {len(objects[tag])} bytes")
    issuer = objects["9F10"]
    demand(len(issuer) == 8 and issuer[:4] == b"\x07\x01\x01\x03" and issuer[7:] == b"\x01", "59", "tag 9F10")
    return objects


def _cryptogram(key: bytes, objects: Mapping[str, bytes]) -> bytes:
    """The ARQC these data must have."""
    names = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "82", "9F36")
    return application_cryptogram(key, b"".join(objects[name] for name in names) + objects["9F10"][3:7])
