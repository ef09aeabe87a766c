"""A recording acceptor with a bulk escrow: notes lie in a stack until they are kept or come back through the mouth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.parameters import SalePolicy
from kiosk.ports import note_acceptor as na
from kiosk.ports.fact import Fact
from kiosk.sale.change import CashPolicy
from tests.kiosk.bench import Bench, FakeAcceptor

BULK = SalePolicy(cash=CashPolicy(deposit_depth=60), bundle_notes=2)


class BulkAcceptor(FakeAcceptor):
    """`lying`: the deposit, (note, value) in the order in which it went in; `mouth`: what sticks out for a hand."""

    escrow_depth, same_note_return, bundle_notes = 60, True, 2

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.deposit_fen = self.values_fen
        self.lying: list[tuple[int, int]] = []
        self.mouth: list[tuple[int, int]] = []
        self.given_back: list[int] = []
        self.knows = True

    def _end(self, note: int, good: Callable[[int, int], Fact], kind: str) -> None:
        assert self.escrow is not None
        if kind != "stack":
            super()._end(note, good, kind)
            return
        assert not self.mouth
        value_fen, self.escrow = self.escrow[1], None
        self.lying.append((note, value_fen))
        self.ordered(
            "stack", note, '"kind":"stack?"', na.NoteDeposited(note, value_fen), note=note, value_fen=value_fen
        )

    def keep(self, notes: Sequence[int]) -> None:
        assert set(notes) <= {note for note, _ in self.lying}
        if not self.plan.get("keep"):
            self.box += [value for _, value in self.lying]
            self.lying = []
        self.ordered("keep", tuple(notes), '"kind":"keep?"', na.DepositKept(tuple(notes)), notes=tuple(notes))

    def return_all(self, notes: Sequence[int]) -> None:
        assert not self.mouth
        assert 0 < len(notes) <= self.bundle_notes
        assert list(notes) == [note for note, _ in self.lying[-len(notes) :]], (
            "other notes than the passenger's would come out"
        )
        if not self.plan.get("return_all"):
            self.mouth, self.lying = self.lying[-len(notes) :], self.lying[: -len(notes)]
        good = na.DepositPresented(tuple(notes))
        self.ordered("return_all", tuple(notes), '"kind":"return_all?"', good, notes=tuple(notes))

    def take(self) -> None:
        """A hand takes what sticks out."""
        assert self.mouth
        self.given_back += [value for _, value in self.mouth]
        self._mouth_empty(na.DepositTaken)

    def pull_back(self) -> None:
        """The unit's own time is over."""
        self.box += [value for _, value in self.mouth]
        self._mouth_empty(na.DepositPulledBack)

    def _mouth_empty(self, kind: Callable[[tuple[int, ...]], Fact]) -> None:
        sale = self.bench.controller.sale
        assert sale is not None
        notes = tuple(line.note for line in sale.book.notes_in_state("out"))
        assert len(notes) == len(self.mouth)
        self.mouth = []
        self.bench.report(kind(notes))

    def inside(self) -> list[int]:
        return self.box + [value for _, value in self.lying]

    def recall(self) -> None:
        mouth = "notes" if self.mouth else "empty"
        contents = tuple(value for _, value in self.lying)
        self.bench.report(na.DepositPast(contents, self.knows, "none", (), (), mouth))
        super().recall()

    def power_cut(self, before: FakeAcceptor) -> None:
        assert isinstance(before, BulkAcceptor)
        super().power_cut(before)
        self.lying, self.mouth, self.given_back = before.lying, before.mouth, before.given_back
