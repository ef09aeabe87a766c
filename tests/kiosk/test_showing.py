"""When ticket faces are drawn that nobody waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk import showing
from kiosk.print.sheet import Faces
from kiosk.print.ticket_face import TicketFacts
from kiosk.sale.book import Book, S
from kiosk.sale.lines import Claim, TicketLine
from kiosk.settings import DeviceTable, Identity, ScreenLink, Settings, StationLink
from kiosk.showing import FORM_LATER_MS, Showing
from tests.kiosk.print.samples import FACES
from tests.kiosk.screen.world import NETWORK, TEXTS, WALL_MS, book


@dataclass
class Desk:
    """A Showing on a settled machine, and which place was drawn when."""

    it: Showing
    drawn: list[str] = field(default_factory=list)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    identity = Identity(id="T07", station="BXP", environment="lab")
    settings = Settings(
        identity, Path("journal"), StationLink("http://127.0.0.1:1"), ScreenLink(Path("s")), DeviceTable()
    )
    made = Desk(Showing(settings, 1.0, TEXTS, {}, lambda screen: None, FACES))
    made.it._controller = SimpleNamespace(journey=SimpleNamespace(network=NETWORK))  # type: ignore[assignment]

    def drawn(facts: TicketFacts, faces: Faces) -> object:
        made.drawn.append(facts.place)
        return faces

    monkeypatch.setattr(showing, "ticket_form", drawn)
    return made


def two_tickets() -> Book:
    made = book(S.COLLECTING)
    made.agreed = True
    made.places = made.places[:2]
    return made


def test_the_first_face_is_drawn_as_soon_as_the_order_is_agreed_and_once(desk: Desk) -> None:
    sale = two_tickets()
    sale.agreed = False
    assert desk.it._prepare(FACES, sale, 1_000) is None
    assert desk.drawn == []
    sale.agreed = True
    assert desk.it._prepare(FACES, sale, 2_000) is None
    assert desk.it._prepare(FACES, sale, 3_000) is None
    assert desk.drawn == [sale.places[0].place]


def test_the_next_face_waits_until_the_printer_has_what_it_was_sent(desk: Desk) -> None:
    sale = two_tickets()
    desk.it._prepare(FACES, sale, 1_000)
    sale.tickets = [TicketLine(place, ("E123456",), 1) for place in sale.places]
    sale.tickets[0].state = "printing"
    assert desk.it._prepare(FACES, sale, 5_000) == 5_000 + FORM_LATER_MS
    assert desk.it._prepare(FACES, sale, 5_000 + FORM_LATER_MS - 1) == 5_000 + FORM_LATER_MS
    assert desk.drawn == [sale.places[0].place]
    assert desk.it._prepare(FACES, sale, 5_000 + FORM_LATER_MS) is None
    assert desk.drawn == [place.place for place in sale.places]
    sale.tickets[1].state = "printing"
    assert desk.it._prepare(FACES, sale, 9_000) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_slip_is_in_the_language_that_is_read_when_it_is_printed(
    language: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was changed since the sale began; whoever reads the screen reads the slip."""
    said: list[str] = []
    monkeypatch.setattr(showing, "claim_slip", lambda facts, head, say, *_: said.append(say.language))
    desk.it._controller = SimpleNamespace(  # type: ignore[assignment]
        journey=SimpleNamespace(network=NETWORK, state=SimpleNamespace(language=language))
    )
    sale = two_tickets()
    sale.claims = [Claim("6F4K92QD", 2_100, "short")]
    assert sale.language == "zh"
    desk.it.pictures(lambda: WALL_MS).slip(sale, "6F4K92QD")
    assert said == [language]
