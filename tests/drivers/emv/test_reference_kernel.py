"""The reference kernel against the sheet's example, every card of the wallet, and cards that mean harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from drivers.emv import dol
from drivers.emv.port import BankAnswer, Done, OnlineCard, PinHow, TerminalData, ToCard
from drivers.emv.reference import KernelRefused, ReferenceKernel
from drivers.emv.talk import MOST_COMMANDS
from drivers.emv.tlv import TlvError, objects, unique, written
from simulator.devices.chip_card.wallet import WALLET
from tests.drivers.emv.paper import PURCHASE, TERMINAL, Play, issuer, kernel, play
from tests.simulator.acquirer.helpers import golden

GOOD = ("good", "second", "two", "unlisted", "asking", "common", "long", "answer_inside")
REFUSED = {
    "expired": "expired",
    "strange": "unsupported",
    "blocked_application": "card",
    "blocked": "card",
    "refusing": "card",
    "incomplete": "card",
    "offline_no": "card",
}


def test_it_says_that_it_is_uncertified_and_works_in_the_lab_only() -> None:
    assert not ReferenceKernel.certified
    assert "UNCERTIFIED" in ReferenceKernel.label
    for environment in ("production", "", "Lab"):
        with pytest.raises(KernelRefused, match="UNCERTIFIED"):
            ReferenceKernel(environment, TERMINAL, lambda size: b"\0" * size)


def test_the_worked_example_of_the_sheet_byte_by_byte() -> None:
    rows = [(bytes.fromhex(row[0]), bytes.fromhex(row[1])) for row in golden("emv")]
    said = iter(rows)

    def chip(apdu: bytes) -> bytes:
        command, answer = next(said)
        assert apdu == command
        return answer

    it = Play(chip, lambda card: BankAnswer(True, "00", bytes.fromhex("910A1ABD7CE5C5136AF73030")))
    done = it.run()
    assert done.accepted
    assert next(said, None) is None
    assert it.card is not None
    assert it.card.track2 == "6225880012345678D28122011234567890000"
    assert (it.card.expiry, it.card.sequence) == ("2812", "01")
    sheet = (
        "9F260887A17FE09A9BE3A69F2701809F100807010103A00000019F37049F4A3B219F3602001C950580000480009A032611229C0100"
        "9F02060000000038005F2A02015682021C009F1A0201569F03060000000000009F33036040209F34030203009F3501249F1E0854564D"
        "30303030318408A0000003330101019F090200309F410400000123"
    )
    assert it.card.chip.hex().upper() == sheet


@pytest.mark.parametrize("name", GOOD)
def test_a_good_card_agrees_to_what_its_bank_approved(name: str) -> None:
    it = play(name)
    assert it.run().accepted
    assert it.asked == ["pin", "bank"]


@pytest.mark.parametrize("name", GOOD)
def test_a_good_card_is_told_of_a_decline(name: str) -> None:
    it = play(name, "51")
    assert not it.run().accepted
    assert it.sent[-1][:3] == bytes.fromhex("80AE00") or it.sent[-2][:3] == bytes.fromhex("80AE00")


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_card_that_is_no_good_never_reaches_the_bank(name: str) -> None:
    it = play(name)
    done = it.run()
    assert (done.accepted, done.reason) == (False, REFUSED[name])
    assert "bank" not in it.asked


@pytest.mark.parametrize("name", ["late_no", "doubting", "half"])
def test_a_card_may_refuse_what_the_bank_approved(name: str) -> None:
    it = play(name)
    assert not it.run().accepted
    assert it.asked == ["pin", "bank"]


@pytest.mark.parametrize(
    ("how", "reason"), [("bypassed", "pin"), ("cancelled", "cancelled"), ("timeout", "timeout"), ("failed", "other")]
)
def test_without_a_pin_there_is_no_question_to_the_bank(how: PinHow, reason: str) -> None:
    it = play("good", pin=how)
    done = it.run()
    assert (done.accepted, done.reason) == (False, reason)
    assert it.asked == ["pin"]
    assert it.sent[-1][:3] == bytes.fromhex("80AE00"), "the card is told"


@pytest.mark.parametrize("name", ["good", "asking", "unlisted", "common", "answer_inside"])
def test_a_card_pulled_at_any_exchange_is_no_payment(name: str) -> None:
    whole = play(name)
    assert whole.run().accepted
    for last in range(len(whole.sent)):
        it = play(name)
        said, plain = 0, it.chip

        def chip(apdu: bytes, last: int = last, plain: Callable[[bytes], bytes] = plain) -> bytes:
            nonlocal said
            said += 1
            return plain(apdu) if said <= last else b""

        it.chip = chip
        done = it.run()
        assert (done.accepted, done.reason) == (False, "card"), last


def test_no_word_of_the_bank_is_a_refusal_that_the_card_is_told() -> None:
    it = play("good")
    it.bank = lambda card: None
    assert not it.run().accepted
    assert it.sent[-1][:7] == bytes.fromhex("80AE00001F") + b"Z3"


def test_scripts_of_the_issuer_reach_the_card_and_their_words_come_back() -> None:
    refused = bytes.fromhex("8424000000")
    before = written("71", written("86", refused) + written("86", refused))
    after = written("72", written("9F18", b"LAB1") + written("86", refused))
    it = play("good", more=before + after)
    done = it.run()
    assert done.accepted
    assert done.scripts == (0x6E00, 0x6E00), "the first refusal ends a script"
    assert done.results == b"\x11" + bytes(4) + b"\x11LAB1", "the first command of each was refused"
    kinds = [apdu[:2] for apdu in it.sent]
    assert kinds.index(b"\x84\x24") < len(kinds) - 2
    assert kinds[-1] == b"\x84\x24"
    results = it.sent[-2][5 + 2 + 6 + 6 + 2 :][:5]
    assert results == bytes.fromhex("8000048020"), "a script failed before the last command"


@pytest.mark.parametrize(
    "chip", [b"\x91", b"\x91\x0a1234", b"\x91\x00\x91\x00", b"\x71\x05\x86\x7f", b"\x71\x03\x86\x01\x00"]
)
def test_chip_data_of_the_bank_that_are_none_are_no_payment(chip: bytes) -> None:
    it = play("good")
    it.bank = lambda card: BankAnswer(True, "00", chip)
    assert not it.run().accepted


def test_one_wrong_byte_in_a_command_that_counts_is_never_a_payment() -> None:
    """What the terminal says of the payment stands under the cryptograms."""
    whole = play("good")
    assert whole.run().accepted
    for number, apdu in enumerate(whole.sent):
        if apdu[:2] != b"\x80\xae":
            continue
        for at in range(2, len(apdu)):
            it = play("good")
            said, plain = -1, it.chip

            def chip(sent: bytes, number: int = number, at: int = at, plain: Callable[[bytes], bytes] = plain) -> bytes:
                nonlocal said
                said += 1
                return plain(sent[:at] + bytes([sent[at] ^ 0x01]) + sent[at + 1 :] if said == number else sent)

            it.chip = chip
            accepted = it.run().accepted
            last = at == len(apdu) - 1  # Le: how much of an answer is wanted
            unnamed = (
                number > 6 and not 5 <= at < 7
            )  # what only the last cryptogram covers is judged by the bank, later
            assert not accepted or last or unnamed, (number, at)


def test_one_wrong_byte_in_a_cryptogram_is_never_a_payment() -> None:
    whole = play("good")
    assert whole.run().accepted
    first = next(n for n, apdu in enumerate(whole.sent) if apdu[:3] == b"\x80\xae\x80")
    for at in range(21):
        it = play("good")
        said, plain = -1, it.chip

        def chip(sent: bytes, at: int = at, plain: Callable[[bytes], bytes] = plain) -> bytes:
            nonlocal said
            said += 1
            answer = plain(sent)
            return answer[:at] + bytes([answer[at] ^ 0x10]) + answer[at + 1 :] if said == first else answer

        it.chip = chip
        accepted = it.run().accepted
        banks_own = at in (2, 13, 14, 15, 20)  # what no cryptogram covers: the bank compares it itself
        assert not accepted or banks_own, at


def test_a_card_may_say_anything_and_nothing_is_raised() -> None:
    """Random bytes, and answers of a good card with something changed, at every exchange; a good card's bank approves all."""
    dice = Random(7)
    chip_data = bytes.fromhex("910A1ABD7CE5C5136AF73030")

    def noise() -> bytes:
        return dice.randbytes(dice.choice([0, 1, 2, 3, 7, 40, 255])) + dice.choice(
            [b"\x90\x00", b"\x61\x10", b"\x6c\x00", b""]
        )

    def bent(answer: bytes) -> bytes:
        cut = dice.randrange(len(answer) + 1)
        return dice.choice(
            [
                answer[:cut],
                answer[:cut] + dice.randbytes(1) + answer[cut + 1 :],
                answer[:cut] + dice.randbytes(3) + answer[cut:],
                answer[:-2] * 2 + answer[-2:],
                answer[:-2] + bytes([dice.choice([0x61, 0x6C, 0x62, 0x6A, 0x90]), dice.randrange(256)]),
            ]
        )

    ended = {True: 0, False: 0}
    for turn in range(1_500):
        good = WALLET[dice.choice(GOOD)].chip()
        good.reset()
        at = dice.randrange(12)
        said = 0

        def chip(apdu: bytes, good: object = good, at: int = at, turn: int = turn) -> bytes:
            nonlocal said
            said += 1
            answer: bytes = good.apdu(apdu)  # type: ignore[attr-defined]
            if said < at:
                return answer
            return noise() if turn % 3 == 0 else bent(answer) if said == at or turn % 3 == 1 else answer

        it = Play(chip, lambda card: BankAnswer(True, "00", chip_data))
        ended[it.run().accepted] += 1
        assert len(it.sent) <= MOST_COMMANDS
    assert ended[False] > 1_000


@pytest.mark.parametrize(
    "answer",
    [
        "6100",
        "61FF",
        "6C00",
        "6CFF",
        "9000",
        "70009000",
        "7081009000",
        "6F15840E315041592E5359532E4444463031A5038801019000",
        "6F80840E9000",
        "1F" + "FF" * 60 + "9000",
        "84" + "00" * 250 + "9000",
    ],
)
def test_a_card_that_never_comes_to_an_end_is_left(answer: str) -> None:
    it = Play(lambda apdu: bytes.fromhex(answer), lambda card: None)
    assert not it.run().accepted
    assert len(it.sent) <= MOST_COMMANDS
    assert it.asked == []


def _spoilt(**changed: bytes | None) -> Play:
    """A good card with other objects in its second record; None: without it."""
    it = play("good")
    plain = it.chip

    def chip(apdu: bytes) -> bytes:
        answer = plain(apdu)
        if answer[:1] != b"\x70" or b"\x5a\x08" not in answer:
            return answer
        found = unique(objects(objects(answer[:-2])[0][1]))
        for tag, value in changed.items():
            if value is None:
                found.pop(tag[1:], None)
            else:
                found[tag[1:]] = value
        return written("70", b"".join(written(tag, value) for tag, value in found.items())) + b"\x90\x00"

    it.chip = chip
    return it


@pytest.mark.parametrize("tag", ["5A", "5F24", "8C", "8D", "8E"])
def test_a_mandatory_object_that_is_missing_ends_it(tag: str) -> None:
    it = _spoilt(**{f"t{tag}": None})
    assert it.run().reason == "card"
    assert it.asked == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"t5A": bytes.fromhex("6225880012345670")}, "card"),  # another number than on track 2
        ({"t5F24": bytes.fromhex("291231")}, "card"),  # another expiry than on track 2
        ({"t5F24": bytes.fromhex("28123F")}, "card"),
        ({"t5F34": bytes.fromhex("0A")}, "card"),
        ({"t5F25": bytes.fromhex("270101")}, "card"),  # not yet valid
        ({"t9F07": bytes.fromhex("0000")}, "card"),  # not for such terminals
        ({"t9F07": bytes.fromhex("C100")}, "card"),  # not for goods
        ({"t8E": bytes.fromhex("000000000000000001031F00")}, "unsupported"),  # a PIN that only the chip checks
        ({"t8E": bytes.fromhex("00000000000000001F00")}, "unsupported"),  # no proof at all
        ({"t8E": bytes.fromhex("0000000000000000")}, "card"),
        ({"t8C": bytes.fromhex("9F02FF9F03FF")}, "card"),
        ({"t8C": bytes.fromhex("9F")}, "card"),
        ({"t9F0E": bytes.fromhex("8000000000")}, "card"),  # its issuer wants data authentication
    ],
)
def test_a_card_that_does_not_fit_is_refused_before_the_bank_is_asked(changed: dict[str, bytes], reason: str) -> None:
    it = _spoilt(**changed)
    done = it.run()
    assert (done.accepted, done.reason) == (False, reason)
    assert "bank" not in it.asked


def test_another_way_before_the_online_pin_is_passed_over_when_the_card_lets_it() -> None:
    it = _spoilt(t8E=bytes.fromhex("0000000000000000" + "4103" + "0203"))
    assert it.run().accepted
    assert it.card is not None
    assert unique(objects(it.card.chip))["9F34"] == bytes.fromhex("020300")


def test_an_object_that_stands_there_twice_ends_it() -> None:
    it = play("good")
    plain = it.chip

    def chip(apdu: bytes) -> bytes:
        answer = plain(apdu)
        twice = b"\x5a\x08" in answer and answer[:1] == b"\x70"
        inner = objects(answer[:-2])[0][1] + bytes.fromhex("9F07021234") if twice else b""
        return written("70", inner) + b"\x90\x00" if twice else answer

    it.chip = chip
    assert it.run().reason == "card"


def test_the_better_application_is_taken_and_the_other_when_it_does_not_begin() -> None:
    it = play("two")
    assert it.run().accepted
    chosen = [apdu[5:-1] for apdu in it.sent if apdu[:4] == bytes.fromhex("00A40400")]
    assert chosen[-1].hex().upper() == "A000000333010102"
    second = play("two")
    plain, selected = second.chip, b""

    def chip(apdu: bytes) -> bytes:
        nonlocal selected
        selected = apdu[5:-1] if apdu[:2] == b"\x00\xa4" else selected
        return b"\x69\x85" if apdu[:2] == b"\x80\xa8" and selected[-1] == 2 else plain(apdu)

    second.chip = chip
    assert second.run().accepted
    assert unique(objects(second.card.chip))["84"].hex().upper() == "A000000333010101" if second.card else False


def test_an_application_that_asks_for_consent_is_left_out() -> None:
    it = play("two")
    plain = it.chip
    it.chip = lambda apdu: plain(apdu).replace(bytes.fromhex("870101"), bytes.fromhex("870181"))
    assert it.run().accepted
    assert it.card is not None
    assert unique(objects(it.card.chip))["84"].hex().upper() == "A000000333010101"


def test_a_card_of_another_amount_is_found_out_by_its_bank() -> None:
    it = play("good", purchase=replace(PURCHASE, amount_fen=3_900))
    assert not it.run().accepted
    assert it.asked == ["pin", "bank"]


def test_a_kernel_begins_anew_and_says_nothing_without_a_beginning() -> None:
    it = kernel()
    first = it.begin(PURCHASE)
    assert isinstance(first, ToCard)
    assert it.begin(PURCHASE) == first
    assert play("good").run(it).accepted
    assert it.card_said(None) == kernel().card_said(None) == Done(False, "other")


def test_tlv_and_lists_refuse_what_is_cut_off() -> None:
    for broken in ("84", "8405", "9F", "9F1F", "848010", "8483000001", "9FFFFFFF01", "5F2402AA"):
        with pytest.raises(TlvError):
            objects(bytes.fromhex(broken))
    assert objects(bytes.fromhex("00008401AA0000")) == [("84", b"\xaa")]
    assert (
        dol.filled(bytes.fromhex("9F0202" + "9F0308" + "5002"), {"9F02": b"\1\2\3", "50": b"x"})
        == b"\2\3" + bytes(8) + b"x\0"
    )
    with pytest.raises(TlvError):
        dol.wanted(bytes.fromhex("9F02"))


def test_nothing_of_a_card_shows_itself() -> None:
    it = play("good")
    it.run()
    perso = WALLET["good"].perso
    shown = repr((it.card, BankAnswer(True, "00", b"\x91\x02ab"), TerminalData("TVM00001")))
    assert isinstance(it.card, OnlineCard)
    for secret in (perso.pan, perso.track2, it.card.track2, it.card.chip.hex()):
        assert secret not in shown
    assert issuer("good") is not None
