"""Laws of the card terminal's money, whatever register, passenger, host and power do: nothing is booked for good that the register
did not acknowledge, nothing it was told is complete goes back by itself, and the bank's ledger adds up."""

from random import Random

import pytest

from simulator.devices.zvt import Stage
from simulator.devices.zvt.faults import FAULTS
from tests.simulator.devices.zvt_host import (
    COMPLETION,
    DONE,
    NOT_ISSUED,
    REGISTER,
    RESULT,
    WORKING,
    Register,
    pay,
    reverse,
)

TROUBLES = sorted(
    set(FAULTS) - {"wrong_baud", "another_device", "another_currency", "pan_unmasked", "result_without_payment_next"}
)
"""Those that lie about the money itself are left out: with them there is nothing to be right about."""
LIES = {"stale_result_next", "long_length_next", "garbage_next", "unknown_message_next"}
GOODS = (DONE, DONE, WORKING, WORKING, NOT_ISSUED, "", "84 9D 07 04 000000000500")
OTHERS = (
    "06 B0 00",
    REGISTER,
    "05 01 00",
    "06 50 03 000000",
    "06 20 03 000000",
    "06 31 0A 000000 04 000000000300",
    reverse(1),
)


class Life:
    """A register that does anything, and what it may believe: `acknowledged` traces, and `complete` ones."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.register = Register(rate=self.dice.choice((0.0, 1.0, 10.0)))
        self.acknowledged: set[int] = set()
        self.complete: set[int] = set()
        self.wire = b""

    def live(self, deeds: int) -> None:
        for _ in range(deeds):
            self.deed()
            self.listen()

    def deed(self) -> None:
        dice, register = self.dice, self.register
        match dice.randrange(10):
            case 0:
                register.terminal.faults.add(dice.choice([each for each in TROUBLES if each not in LIES]))
            case 1:
                register.terminal.power(False, register.now)
                register.now += dice.randint(1, 5_000)
                register.terminal.power(True, register.now)
            case 2:
                register.terminal.faults.clear()
            case 3:
                register.ask(dice.choice(OTHERS))
            case 4 | 5:
                register.ask(REGISTER)
            case _:
                register.ask(pay(dice.randint(6, 40), dice.randint(0, 3)))

    def listen(self) -> None:
        """Hands and answers for a while, sometimes none."""
        dice, register = self.dice, self.register
        last = 0
        for _ in range(dice.randint(1, 40)):
            if dice.random() < 0.9:
                register._hands()
            message = register._next(dice.choice((50, 500, 3_000)))
            if message is None:
                continue
            answer = DONE if dice.random() < 0.97 else ""
            if message.kind == RESULT and 0x0D in message.fields:
                answer = dice.choice(GOODS) if message.fields[0x27] == "00" else DONE
                last = int(message.fields[0x0B]) if answer[:5] in (DONE[:5], "84 9D") else 0
                self.acknowledged |= {last}
            if message.kind == COMPLETION:
                self.complete |= {last}
            if answer:
                register.answer(answer)

    def calm(self) -> None:
        """All is well again, and the terminal has had time for what it owes."""
        register = self.register
        register.terminal.faults.clear()
        register.terminal.power(False, register.now)
        register.terminal.power(True, register.now)
        for _ in range(12):
            register.wait(30_000)


@pytest.mark.parametrize("seed", range(40))
def test_the_books_of_terminal_register_and_bank_agree(seed: int) -> None:
    life = Life(seed)
    life.live(25)
    life.calm()
    register, entries = life.register, life.register.terminal.memory.entries
    assert {entry.stage for entry in entries} <= {Stage.KEPT, Stage.REVERSED, Stage.FAILED}
    signed = [
        entry.kept_fen if entry.kind.name == "PURCHASE" else -entry.kept_fen
        for entry in entries
        if entry.stage is Stage.KEPT
    ]
    assert round(register.booked_yuan * 100) == sum(signed)
    assert {entry.key.trace for entry in entries if entry.stage is Stage.KEPT} <= life.acknowledged
    traces = [entry.key.trace for entry in entries]
    assert traces == sorted(set(traces))
    assert len({entry.receipt for entry in entries}) == len(entries)
    assert bytes.fromhex(register.card.chip.perso.pan if register.card.chip else "00") not in b"".join(
        message.data for message in register.heard
    )


def test_such_lives_have_sales_and_reversals_in_them() -> None:
    stages = []
    for seed in range(20):
        life = Life(seed)
        life.live(25)
        life.calm()
        stages += [entry.stage for entry in life.register.terminal.memory.entries]
    assert stages.count(Stage.KEPT) > 20
    assert stages.count(Stage.REVERSED) > 20


def test_the_law_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that keeps what was not acknowledged is found."""
    monkeypatch.setattr("simulator.devices.zvt.card_run._kept_fen", lambda answer, booked_fen: booked_fen)
    wrong = 0
    for seed in range(20):
        life = Life(seed)
        life.live(25)
        life.calm()
        kept = {entry.key.trace for entry in life.register.terminal.memory.entries if entry.stage is Stage.KEPT}
        wrong += bool(kept - life.acknowledged)
    assert wrong > 5
