"""Change is promised out of what lies there for certain, before a note is stacked and before it is paid (invariant 8)."""

from __future__ import annotations

from collections import Counter

from simulator.audit.books import Books
from simulator.audit.cases import OURS, Run
from simulator.audit.coins import Coins
from simulator.audit.covered import payable, payable_with
from simulator.audit.reading import Record


class Promised:
    """A note for the bulk escrow needs no cover: a cancel gives it back itself (decision page 027). Where it went is known when
    it rests, so beside such an escrow a refund that could not be paid is told then."""

    HEARS = ("stack!",)
    BOOKS = ("stack?", "pay?")

    def __init__(self, run: Run, books: Books, coins: Coins) -> None:
        self._run, self._books, self._coins = run, books, coins
        self._short: tuple[int, str] = (0, "")  # the note that moves, and what is to be said unless it is deposited

    def hear(self, fact: Record) -> None:
        number, text = self._short
        if text and fact["note"] == number:
            self._short = (0, "")
            if fact["result"] == "stacked":
                self._run.say(8, text)

    def book(self, intent: Record) -> None:
        if intent["kind"] == "stack?":
            self._promise(intent)
        else:
            self._from_what_lies_there(intent)

    def _payable_stock(self) -> dict[int, int]:
        stock: Counter[int] = Counter()
        for cassette, count in self._books.cassettes.items():
            if cassette not in self._books.uncounted:
                stock[self._books.values.get(cassette, 0)] += count
        return stock

    def _promise(self, intent: Record) -> None:
        """Before a note is stacked, change and a whole refund must be payable with it (decision 2)."""
        run, rules = self._run, self._run.rules
        case = run.case(intent["sale"])
        if case is None:
            return
        value_fen, notes = intent["value_fen"], run.notes_of(case.number)
        ours = value_fen + sum(note.value_fen for note in notes if note.state in OURS)
        after = ours + sum(note.value_fen for note in notes if note.state == "deposited")
        due = case.total_fen - case.total_fen % rules.rounding_step_fen
        stock = self._payable_stock()
        recycled = run.bulk and value_fen in stock
        if recycled:
            stock[value_fen] += 1  # it is stock as soon as it is ours (decision 9)
        if after > due and not self._covered(after - due, case.total_fen % rules.rounding_step_fen, stock):
            run.say(8, f"a note is stacked though the change of {after - due} fen cannot be paid", case.number)
        refund = ours if rules.cover == "full" else min(ours, rules.cover_fen)
        if not self._covered(refund, 0, stock):
            text = f"a note is stacked though a refund of {refund} fen cannot be paid"
            if run.bulk and not recycled:
                self._short = (intent["note"], text)
            else:
                run.say(8, text, case.number)

    def _covered(self, amount_fen: int, half_fen: int, stock: dict[int, int]) -> bool:
        """`half_fen`: so much less has to be paid where the price was not rounded, and may be rounded after all."""
        most, coins = self._run.rules.max_notes_out, self._coins.payable()
        if not coins:
            return payable(amount_fen, stock, most)
        exact = payable_with(amount_fen - half_fen, stock, most, coins, self._run.rules.max_coins_out)
        return exact or payable_with(amount_fen, stock, most, coins, self._run.rules.max_coins_out)

    def _from_what_lies_there(self, intent: Record) -> None:
        for cassette, notes in intent["counts"]:
            if cassette in self._books.uncounted:
                self._run.say(
                    8,
                    f"pay? {intent['order']} out of cassette {cassette}, which nobody has counted since "
                    "an unknown payment",
                    intent["sale"],
                )
            elif notes > self._books.cassettes.get(cassette, 0):
                self._run.say(
                    8,
                    f"pay? {intent['order']} wants {notes} notes of cassette {cassette}, which holds "
                    f"{self._books.cassettes.get(cassette, 0)}",
                    intent["sale"],
                )
