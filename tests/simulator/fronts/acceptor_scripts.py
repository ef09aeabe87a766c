"""What hands, orders and bad luck do to an acceptor with one note of escrow, whatever its protocol: scripts for two levels.

`Unit` says what of it differs: who is at the two ends, and what can go wrong with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from kiosk.ports.fact import DeviceReady
from kiosk.ports.note_acceptor import NoteHeld, NoteOurs
from simulator.campaign.work import slice_of
from tests.simulator.fronts.harness import Bench, Rig, Script, assert_same

VALUES_FEN = (100, 500, 1_000, 2_000, 5_000, 10_000)
NOTES_PER_BOOT = 100_000
SLICES = 60
ANYTHING = 40
LINK = (
    "silence_before",
    "silence_after",
    "reset_by_itself_once",
    "silence_before_once",
    "silence_after_once",
    "bit_flip_once",
    "cut_frame_once",
)
Order = Callable[[Bench, int], None]


def places(twins: Mapping[str, Any]) -> dict[str, list[int]]:
    """Which notes lie where."""
    found = twins["acceptor"].body.matter.places.values()
    return {place.name: [note.value_fen for note in place.notes()] for place in found}


# -- hands


def twin(bench: Bench) -> Any:
    return bench.twins["acceptor"]


def ready(bench: Bench) -> None:
    """Identified, and every note allowed."""
    bench.until(DeviceReady)
    bench.do(lambda: bench.it.accept_only(VALUES_FEN))
    bench.run(3_050)


def insert(bench: Bench, value_fen: int = 1_000, *, genuine: bool = True) -> str | None:
    note = twin(bench).body.matter.new_note(value_fen, "hand", genuine)
    refused: str | None = bench.do(lambda: twin(bench).insert(note, bench.now_ms))
    return refused


def held(bench: Bench, value_fen: int = 1_000) -> int:
    """A note is in escrow; answers its number."""
    assert insert(bench, value_fen) is None
    fact = bench.until(NoteHeld)
    assert isinstance(fact, NoteHeld)
    bench.run(150)
    return fact.note


def stack(bench: Bench, note: int) -> None:
    bench.do(lambda: bench.it.stack(note))


def give_back(bench: Bench, note: int) -> None:
    bench.do(lambda: bench.it.give_back(note))


def wait(bench: Bench, note: int) -> None:
    """No order at all."""


def take(bench: Bench) -> None:
    bench.do(lambda: twin(bench).take_returned(bench.now_ms))
    bench.run(1_050)


def fault(bench: Bench, *names: str, at: set[int] | None = None) -> None:
    twin(bench).link.targets = at or set()
    bench.do(lambda: twin(bench).faults.update(names))


def mend(bench: Bench, *names: str) -> None:
    bench.do(lambda: twin(bench).faults.difference_update(names))


def accepted(bench: Bench, value_fen: int = 1_000) -> None:
    stack(bench, held(bench, value_fen))
    bench.until(NoteOurs)
    bench.run(1_050)


def works_after(bench: Bench) -> None:
    """A technician resets it; then it takes a note as if nothing had happened."""
    bench.run(250)
    bench.do(bench.it.restart)
    bench.run(12_050)
    take(bench)
    bench.run(2_050)
    accepted(bench, 500)


# -- the ordinary day


def sale(bench: Bench) -> None:
    ready(bench)
    for value_fen in (1_000, 10_000, 100, 100):
        accepted(bench, value_fen)
    give_back(bench, held(bench, 5_000))
    bench.run(2_550)
    take(bench)
    bench.do(lambda: bench.it.accept_only(()))
    bench.run(2_050)
    assert insert(bench) is not None
    bench.do(bench.it.recall)
    bench.run(50)


def only_some(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: bench.it.accept_only((1_000,)))
    bench.run(2_050)
    insert(bench, 5_000)
    bench.run(3_550)
    take(bench)
    bench.do(lambda: bench.it.accept_only((5_000,)))
    bench.run(2_050)
    give_back(bench, held(bench, 5_000))
    bench.run(2_050)
    take(bench)


def counterfeit(bench: Bench) -> None:
    ready(bench)
    insert(bench, genuine=False)
    bench.run(3_050)
    take(bench)
    works_after(bench)


def thought_about(bench: Bench) -> None:
    """Longer than the ten seconds a unit waits: the time is renewed."""
    ready(bench)
    note = held(bench)
    bench.run(36_000)
    stack(bench, note)
    bench.until(NoteOurs)
    bench.run(550)


def orders_about_nothing(bench: Bench) -> None:
    ready(bench)
    for number in (1, 4_711):
        stack(bench, number)
        give_back(bench, number)
        bench.run(550)
    note = held(bench)
    stack(bench, note)
    bench.run(250)
    give_back(bench, note)  # too late: the first word counts once it is sent
    bench.until(NoteOurs)
    give_back(bench, note)
    bench.run(1_050)


def box_out(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(3_050)
    bench.do(lambda: twin(bench).refit_box(bench.now_ms))
    bench.run(5_050)
    works_after(bench)


def box_out_with_a_note(bench: Bench) -> None:
    ready(bench)
    held(bench)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(3_050)
    bench.do(lambda: twin(bench).refit_box(bench.now_ms))
    bench.run(40_050)
    works_after(bench)


def cut_with_box_out(bench: Bench) -> None:
    ready(bench)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(1_050)
    bench.cut()
    bench.run(5_050)
    bench.do(lambda: twin(bench).refit_box(bench.now_ms))
    bench.run(20_050)
    bench.do(lambda: bench.it.accept_only(VALUES_FEN))
    works_after(bench)


def cut_with_box_out_for_long(bench: Bench) -> None:
    """How long people take to help it is not the unit's own time."""
    ready(bench)
    bench.do(lambda: twin(bench).remove_box(bench.now_ms))
    bench.run(1_050)
    bench.cut()
    bench.run(95_050)
    bench.do(lambda: twin(bench).refit_box(bench.now_ms))
    bench.run(20_050)


def cut_before_escrow(bench: Bench) -> None:
    ready(bench)
    insert(bench, 5_000)
    bench.run(550)
    bench.cut()
    bench.run(2_050)
    take(bench)
    bench.run(20_050)
    bench.do(lambda: bench.it.accept_only(VALUES_FEN))
    give_back(bench, NOTES_PER_BOOT + 1)
    works_after(bench)


def cut_with_jam(bench: Bench) -> None:
    ready(bench)
    fault(bench, "jam_in_stacker_next")
    stack(bench, held(bench))
    bench.run(2_050)
    bench.cut()
    bench.run(5_050)
    bench.do(lambda: twin(bench).clear_jam())
    bench.do(bench.it.restart)
    bench.run(20_050)
    bench.do(lambda: bench.it.accept_only(VALUES_FEN))
    works_after(bench)


def program_alone(bench: Bench) -> None:
    """A new program on a unit that kept its power, a note in escrow."""
    ready(bench)
    held(bench, 5_000)
    bench.start()
    bench.run(3_050)
    take(bench)
    bench.run(20_050)
    give_back(bench, NOTES_PER_BOOT + 1)
    bench.run(550)


def pulled_while_drawn_in(bench: Bench) -> None:
    ready(bench)
    insert(bench, 5_000)
    bench.run(550)
    bench.unplug("acceptor")
    bench.run(20_050)
    bench.replug("acceptor")
    bench.run(3_050)
    take(bench)
    bench.run(10_050)
    works_after(bench)


ORDINARY: Sequence[Script] = (
    sale, only_some, counterfeit, thought_about, orders_about_nothing, box_out, box_out_with_a_note, cut_with_box_out,
    cut_with_box_out_for_long, cut_before_escrow, cut_with_jam, program_alone, pulled_while_drawn_in,
)  # fmt: skip


# -- something goes wrong


def lasting(name: str) -> Script:
    """A switch that stays on while a note comes, and goes off again."""

    def script(bench: Bench) -> None:
        ready(bench)
        fault(bench, name)
        bench.run(1_050)
        if insert(bench) is None:
            bench.run(3_050)
        take(bench)
        mend(bench, name)
        bench.run(2_050)
        works_after(bench)

    return script


def once_before(name: str) -> Script:
    """Switched on before a note that is to be stacked."""

    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench)
        fault(bench, name)
        bench.answer = lambda fact: bench.it.stack(fact.note) if isinstance(fact, NoteHeld) else None
        if insert(bench, 5_000) is None:
            bench.run(8_050)
        take(bench)
        mend(bench, name)
        bench.answer = lambda fact: None
        bench.do(lambda: twin(bench).clear_jam())
        take(bench)
        works_after(bench)

    return script


def once_in_escrow(name: str, order: Order, then_ms: int = 6_050) -> Script:
    """Switched on while a note lies in escrow and just before its order."""

    def script(bench: Bench) -> None:
        ready(bench)
        note = held(bench, 2_000)
        fault(bench, name)
        order(bench, note)
        bench.run(then_ms)
        take(bench)
        mend(bench, name)
        bench.run(12_050)
        take(bench)
        bench.do(lambda: twin(bench).clear_jam())
        works_after(bench)

    return script


def at_command(name: str, command: int, order: Order) -> Script:
    """A link fault that touches only answers to one command."""

    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench)
        note = held(bench, 2_000)
        fault(bench, name, at={command})
        order(bench, note)
        bench.run(9_550)
        twin(bench).link.targets = set()
        mend(bench, name)
        take(bench)
        bench.run(12_050)
        take(bench)
        works_after(bench)

    return script


def silent(name: str, before_ms: int, order: Order, for_ms: int) -> Script:
    """The unit falls silent so long after a note's order."""

    def script(bench: Bench) -> None:
        ready(bench)
        note = held(bench, 2_000)
        order(bench, note)
        bench.run(before_ms)
        fault(bench, name)
        bench.run(for_ms)
        mend(bench, name)
        bench.run(15_050)
        take(bench)
        works_after(bench)

    return script


def cut_at(after_ms: int, order: Order) -> Script:
    """Power fails so long after an order; the next program finds what is there."""

    def script(bench: Bench) -> None:
        ready(bench)
        accepted(bench)
        order(bench, held(bench, 5_000))
        bench.run(after_ms)
        bench.cut()
        bench.run(2_050)
        take(bench)
        bench.run(20_050)
        bench.do(lambda: bench.it.accept_only(VALUES_FEN))
        works_after(bench)

    return script


def pulled(after_ms: int, order: Order, out_ms: int) -> Script:
    """The data plug is pulled so long after an order, and put back."""

    def script(bench: Bench) -> None:
        ready(bench)
        order(bench, held(bench, 5_000))
        bench.run(after_ms)
        bench.unplug("acceptor")
        bench.run(out_ms)
        bench.replug("acceptor")
        bench.run(3_050)
        take(bench)
        bench.run(15_050)
        works_after(bench)

    return script


# -- anything at all


@dataclass(frozen=True, slots=True)
class Unit:
    """One kind of unit, and what may happen to it. `lasting`: switches that stay on for a while; `once`: with a note;
    `on_the_line`: at any time; `at`: what is ordered -> the commands whose answers are spoilt meanwhile."""

    rig: Rig
    lasting: Sequence[str]
    once: Sequence[str]
    on_the_line: Sequence[str]
    at: Mapping[Order, Sequence[int]]
    silences: Sequence[str] = ("silence_before", "silence_after", "bit_flip")
    ordinary: Sequence[Script] = ORDINARY
    anythings: int = ANYTHING
    ties: Collection[int] = ()
    """Seeds of `anything` in which a hand comes so close to an answer that only its way on a wire decides which was first; why, is
    said beside them."""

    def scripts(self) -> dict[str, tuple[Script, int]]:
        """Name -> script and seed; some hundred."""
        found = {script.__name__: script for script in self.ordinary}
        found |= {f"{name} lasts": lasting(name) for name in self.lasting}
        found |= {f"{name} before a note": once_before(name) for name in self.once}
        for order in (stack, give_back, wait):
            word = order.__name__
            found |= {f"{name}, {word}": once_in_escrow(name, order) for name in (*self.once, *self.on_the_line)}
            for after_ms in (0, 550, 2_050, 9_050):
                found[f"cut {after_ms} ms after {word}"] = cut_at(after_ms, order)
            for after_ms in (50, 550, 3_050):
                for long_ms in (550, 3_050, 40_050):
                    found[f"pulled {after_ms} ms after {word} for {long_ms} ms"] = pulled(after_ms, order, long_ms)
            for after_ms in (0, 550, 3_050):
                for long_ms in (3_050, 15_050, 45_050):
                    for name in self.silences:
                        found[f"{name} {after_ms} ms after {word} for {long_ms} ms"] = silent(
                            name, after_ms, order, long_ms
                        )
            for command in self.at[order]:
                for name in LINK:
                    found[f"{name} at {command:02X}, {word}"] = at_command(name, command, order)
        seeds = [seed for seed in range(1, self.anythings + 1) if seed not in self.ties]
        return {name: (script, 1) for name, script in found.items()} | {
            f"anything {seed}": (self.anything, seed) for seed in seeds
        }

    def today(self) -> dict[str, tuple[Script, int]]:
        """A slice of them, another one each day, and always a sale. TVM_EVERY_SCRIPT=1: all of them (a minute or two)."""
        scripts = self.scripts()
        if os.environ.get("TVM_EVERY_SCRIPT") == "1":
            return scripts
        some = slice_of(date.today().toordinal(), list(scripts), SLICES)
        return {name: scripts[name] for name in ("sale", *some)}

    def agree(self) -> None:
        """Both levels say the same in each script of the day."""
        for name, (script, seed) in self.today().items():
            try:
                facts = assert_same(self.rig, script, seed)
            except AssertionError as error:
                error.add_note(f"in the script {name!r}")
                raise
            assert facts, name

    def disturb(self, bench: Bench, dice: Random) -> None:
        """One bad thing of the world around, or none."""
        match dice.randrange(8):
            case 0:
                bench.cut()
                bench.run(9_250)
                bench.do(lambda: bench.it.accept_only(VALUES_FEN))
            case 1:
                out_ms = dice.choice((650, 3_250, 33_050))
                bench.unplug("acceptor")
                bench.run(out_ms)
                bench.replug("acceptor")
                bench.run(3_250)
            case 2:
                fault(bench, dice.choice(self.silences))
                bench.run(dice.choice((650, 3_250, 33_050)))
                mend(bench, *self.silences)
            case 3:
                fault(bench, dice.choice(self.on_the_line))
                bench.run(3_250)
            case 4:
                bench.do(lambda: twin(bench).remove_box(bench.now_ms))
                bench.run(2_250)
                bench.do(lambda: twin(bench).refit_box(bench.now_ms))
            case 5:
                bench.do(bench.it.restart)
                bench.run(3_250)
        bench.run(dice.choice((350, 2_350)))

    def anything(self, bench: Bench) -> None:
        """Notes, orders and bad luck in an order drawn from the seed; a technician after each."""
        dice = Random(bench.seed)
        ready(bench)
        for _ in range(4):
            if dice.random() < 0.5:
                fault(bench, dice.choice(self.once))
                bench.run(450)
            seen = len(bench.facts)
            insert(bench, dice.choice(VALUES_FEN), genuine=dice.random() < 0.9)
            bench.run(dice.choice((550, 1_750)))
            if dice.random() < 0.4:
                self.disturb(bench, dice)
            note = next((fact.note for fact in bench.facts[seen:] if isinstance(fact, NoteHeld)), 0)
            order = dice.choice((stack, stack, give_back, wait))
            if note:
                order(bench, note)
            bench.run(dice.choice((750, 1_650, 2_350)))
            self.disturb(bench, dice)
            bench.run(12_050)
            twin(bench).faults.clear()
            bench.do(lambda: twin(bench).clear_jam())
            take(bench)
            works_after(bench)
