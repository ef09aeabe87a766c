"""A terminal as a thing of a world: hands that pay, its ledger in the desk's words, and disagreement that is found."""

import pytest

from simulator.acquirer.ledger import Key, State
from simulator.devices.crt310 import lab_card
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.world.card_terminal import CardTerminal
from tests.simulator.devices.zvt_host import DONE, NOT_ISSUED, REGISTER, RESULT, opened, pay


def sold(*goods: str) -> CardTerminal:
    """One payment of 38 yuan for each answer to its result; "" is nobody at the machine."""
    matter = Matter()
    terminal, card = CardTerminal(matter, Speeds(rate=0)), lab_card(matter, "good")
    now_ms, twin = 0, terminal.twin
    twin.receive(bytes.fromhex(REGISTER), now_ms)
    for answer in goods:
        twin.receive(bytes.fromhex(DONE + pay(38)), now_ms)
        for _ in range(400):
            now_ms += 250
            if answer:
                terminal.hands(card, "123456", now_ms)
            twin.poll(now_ms)
            for message in opened(twin.take_output()):
                good = message.kind == RESULT and message.data[:2] == b"\x27\x00"
                if message.kind[0] == "0":
                    twin.receive(bytes.fromhex(answer if good else DONE), now_ms)
    return terminal


def test_its_ledger_has_the_words_of_the_desk() -> None:
    terminal = sold(DONE, NOT_ISSUED, "", "84 9D 07 04 000000001000")
    assert terminal.ledger() == {
        1: ("captured", 3_800, 1),
        2: ("reversed", 3_800, 1),
        3: ("closed", 3_800, 0),
        4: ("captured", 1_000, 1),
    }
    assert terminal.wrong() == []


def test_a_bank_that_took_it_back_behind_the_terminal_is_found() -> None:
    terminal = sold(DONE)
    booking = terminal.desk.ledger.booking(Key(*terminal.twin.memory.entries[0].key))
    assert booking is not None
    with terminal.desk.ledger.message():
        terminal.desk.ledger.turn(booking, State.REVERSED)
    assert terminal.wrong() == ["trace 1: KEPT, booked_fen=0 expected_fen=3800"]


def test_a_bank_that_gave_something_back_behind_the_terminal_is_found() -> None:
    terminal = sold(DONE)
    key = terminal.twin.memory.entries[0].key
    assert terminal.desk.give_back(key, key._replace(trace=99), 500) == "00"
    assert terminal.wrong() == ["trace 1: KEPT, booked_fen=3300 expected_fen=3800"]


def test_troubles_are_those_of_the_twin() -> None:
    terminal = CardTerminal(Matter(), Speeds())
    terminal.trouble("host_down", True)
    assert terminal.twin.faults == {"host_down"}
    terminal.well()
    assert terminal.twin.faults == set()
    with pytest.raises(ValueError, match="no trouble toast"):
        terminal.trouble("toast", True)
