"""The sheet's messages, byte by byte: every one is read and written, every MAC holds, and the host answers as the sheet says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.acquirer.fields import Message, decode, encode
from simulator.acquirer.frames import framed
from simulator.acquirer.keys import LAB_TAK, message_mac
from simulator.acquirer.profile import Profile
from tests.simulator.acquirer.helpers import PROFILE, Desk, golden, mac_of, messages


class SheetProfile(Profile):
    """The sheet's answers keep the addresses of the request."""

    @property
    def answer_tpdu(self) -> bytes:
        return self.tpdu


def desk() -> Desk:
    return Desk(profile=SheetProfile())


@pytest.mark.parametrize("name", messages())
def test_every_message_of_the_sheet_is_read_and_written(name: str) -> None:
    frame = messages()[name]
    message = decode(frame, PROFILE)
    fields = {number: text for number, text in message.fields.items() if number != 64}
    signed = name not in ("sign-in", "signed-in", "settlement", "echo")
    if signed:
        assert message.get(64).encode() == message_mac(LAB_TAK, message.signed)
    mac = mac_of(desk().work) if signed else None
    written = encode(Message(message.mti, fields), PROFILE.tpdu, PROFILE.header, mac)
    assert written == frame
    assert framed(written) == bytes.fromhex({row[0]: row[2] for row in golden("iso8583")}[name])


def test_the_sign_in_is_answered_with_the_keys_of_the_sheet() -> None:
    asking = desk()
    asking.now_ms -= 12_000
    assert asking.frame(messages()["sign-in"]).frame == messages()["signed-in"]


def test_the_purchase_of_the_sheet_is_approved_as_there() -> None:
    asking = desk()
    asking.frame(messages()["sign-in"])
    answer = decode(asking.frame(messages()["purchase"]).frame or b"", PROFILE)
    expected = decode(messages()["approved"], PROFILE)
    free = {38, 64}  # the host's own number, and what follows from it
    assert {n: t for n, t in answer.fields.items() if n not in free} == {
        n: t for n, t in expected.fields.items() if n not in free
    }
    assert set(answer.fields) == set(expected.fields)


def test_the_decline_of_the_sheet_is_byte_for_byte_ours() -> None:
    asking = desk()
    asking.frame(messages()["sign-in"])
    account = asking.ledger.account("good", 100_000_000)
    with asking.ledger.message():
        asking.ledger.put_account(replace(account, opened_fen=100, balance_fen=100))
    assert asking.frame(messages()["purchase"]).frame == messages()["declined"]


def test_the_reversal_of_the_sheet_is_answered_byte_for_byte() -> None:
    asking = desk()
    asking.frame(messages()["sign-in"])
    asking.frame(messages()["purchase"])
    asking.now_ms += 61_000
    assert asking.frame(messages()["reversal"]).frame == messages()["reversed"]


def test_the_settlement_of_the_sheet_balances() -> None:
    asking = desk()
    asking.frame(messages()["sign-in"])
    asking.frame(messages()["purchase"])
    answer = decode(asking.frame(messages()["settlement"]).frame or b"", PROFILE)
    assert (answer.mti, answer.get(39), answer.get(48)[30], answer.get(48)[61]) == ("0510", "00", "1", "1")


def test_the_echo_is_answered() -> None:
    answer = decode(desk().frame(messages()["echo"]).frame or b"", PROFILE)
    assert (answer.mti, answer.get(39)) == ("0830", "00")


def test_a_host_swaps_the_addresses() -> None:
    answer = Desk().frame(messages()["sign-in"]).frame
    assert answer is not None
    assert answer[:5].hex() == "6000000038"
