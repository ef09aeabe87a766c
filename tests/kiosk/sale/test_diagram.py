"""The committed picture of the table is the table's."""

from __future__ import annotations

from pathlib import Path

from kiosk.sale.book import S
from kiosk.sale.diagram import arrows, markdown

PAGE = Path(__file__).parents[3] / "docs" / "sale-states.md"


def test_the_committed_diagram_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), "run `python -m kiosk.sale.diagram > docs/sale-states.md`"


def test_every_state_can_be_reached_and_left() -> None:
    reached = {dest for _, dest in arrows()}
    left = {source for source, _ in arrows()}
    assert reached >= set(S) - {S.NEW}
    assert left >= set(S) - {S.ENDED}
