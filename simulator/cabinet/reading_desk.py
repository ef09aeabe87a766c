"""Code scanner and identity-card reader of one cabinet, and the passenger's papers and cards that are held to them.

A paper is told with its code, and a document with its number: whoever has them knows them. All persons are invented
(`simulator.devices.samv.people`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import segno

from simulator.cabinet.refused import conflict
from simulator.devices.samv import CARDS, SamvReader
from simulator.devices.samv.card import BLANK
from simulator.devices.scanner import Code, CodeScanner
from simulator.devices.twin import Speeds, Twin

SCANNER, ID_READER = "code_scanner", "id_reader"
NAME, NUMBER = slice(0, 30), slice(122, 158)
"""Bytes of a citizen's card (io-board sheet, section 4)."""
CITIZENS = tuple(CARDS)[: tuple(CARDS).index("resident")]
"""Cards that are no citizen's have no number an order could be made out to."""
MOST_PAPERS = 40


@dataclass(frozen=True, slots=True)
class Paper:
    """What the station gave for an order: its number, the code as digits, what the square says, and what is printed beside it.
    `document`: whose identity card it was made out to, by its name in the drawer; empty: nobody's."""

    order: str
    code: str
    paper: str
    train: str
    date: str
    origin: str
    destination: str
    depart: str
    route: str
    route_english: str
    tickets: int
    document: str = ""


def number_of(name: str) -> str:
    """The number on a citizen's card of the drawer. Raises KeyError for one that is not there."""
    return _text(name, NUMBER)


def _text(name: str, part: slice) -> str:
    return CARDS[name].text[part].decode("utf-16-le").rstrip(BLANK.decode("utf-16-le"))


class ReadingDesk:
    """`documents`: names of the cards in the drawer, each once."""

    def __init__(self, speeds: Speeds, documents: Sequence[str]) -> None:
        self.scanner, self.reader = CodeScanner(speeds), SamvReader(speeds)
        self.documents = tuple(documents)
        self.papers: dict[str, Paper] = {}
        self._at_window = ""

    def twins(self) -> Iterator[tuple[str, Twin]]:
        yield SCANNER, self.scanner
        yield ID_READER, self.reader

    # -- a passenger's hands

    def add(self, paper: Paper) -> None:
        """Into the drawer; the oldest goes when it is full."""
        self.papers[paper.order] = paper
        for order in list(self.papers)[:-MOST_PAPERS]:
            del self.papers[order]

    def hold(self, what: str, name: str, now_ms: int) -> None:
        """paper: hold the paper of order `name` to the window; document: lay the card `name` on the reader; away: take back
        whatever is there. What was there before is taken away first. Raises Refused, and nothing has moved."""
        if what == "paper":
            if (paper := self.papers.get(name)) is None:
                raise conflict("no_such_paper", f"there is no paper of order {name}")
            self._take_paper(now_ms)
            self.scanner.show(Code(paper.paper.encode("ascii")), now_ms)
            self._at_window = name
        elif what == "document":
            if name not in self.documents:
                raise conflict("no_such_document", f"there is no card {name} in the drawer")
            self.reader.lift()
            self.reader.lay(CARDS[name])
        else:
            self._take_paper(now_ms)
            self.reader.lift()

    def _take_paper(self, now_ms: int) -> None:
        self.scanner.take_away(now_ms)
        self._at_window = ""

    # -- what can be seen

    def look(self, powered: bool) -> dict[str, Any]:
        """`window`: the order whose paper is held there; `on_reader`: the card that lies there; `lit`: a code would be read."""
        lying = next((name for name in self.documents if any(CARDS[name] is card for card in self.reader.cards())), "")
        return {
            "lit": powered and self.scanner.lit,
            "window": self._at_window,
            "reading": bool(lying) and self.reader.busy(),
            "on_reader": lying,
            "papers": [_told(paper) for paper in self.papers.values()],
            "documents": [_owner(name) for name in self.documents],
        }


def _told(paper: Paper) -> Mapping[str, Any]:
    square = segno.make(paper.paper, error="m", micro=False)
    return {**asdict(paper), "square": ["".join("1" if dark else "0" for dark in row) for row in square.matrix]}


def _owner(name: str) -> Mapping[str, Any]:
    known = name in CITIZENS
    return {"name": name, "holder": _text(name, NAME) if known else "", "number": number_of(name) if known else ""}
