"""A passenger of the tests: orders, pays, takes; and the account that must come out whatever happened to the machine.

What was lost from the hand must be the fare of the valid tickets in the hand and what the machine says it owes; a claim
that is not exact is a bound. The station must know of the sale what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.passenger.cabinet_client import CabinetError
from tests.system.machine import texts
from tests.system.stand import Stand

BAODING = "BDP"
OVER = ("attract", "home", "oos", "trains", "seat")
OPENINGS = {"notes": "mouth"}
"""What the screen names -> where a hand reaches in, when that has another name."""


def fen(text: str) -> int:
    """`¥1,106.50` in fen."""
    yuan, _, rest = text.replace("¥", "").replace(",", "").strip().partition(".")
    return int(yuan) * 100 + int((rest or "0").ljust(2, "0"))


@dataclass
class Visitor:
    """`before` and `after` in fen are what the hand holds; `number` is the sale's."""

    stand: Stand
    before_fen: int = 0
    due_fen: int = 0
    tickets_before: int = 0
    sales_before: int = 0
    screens: list[str] = field(default_factory=list)
    _left_rev: int = -1
    given: list[int] = field(default_factory=list)  # notes pushed in

    def __post_init__(self) -> None:
        self.before_fen, self.tickets_before = self.hand_fen(), len(self.tickets())
        self.sales_before = len([step for step in self.stand.steps() if step.fact["kind"] == "sale.start"])

    # -- what is held

    def hand_fen(self) -> int:
        ledger = self.stand.hands.get("/api/ledger")
        return sum(note["value_fen"] for note in ledger["notes"] if note["place"] == "hand")

    def tickets(self) -> list[Any]:
        ledger = self.stand.hands.get("/api/ledger")
        return [ticket for ticket in ledger["tickets"] if ticket["place"] == "hand"]

    # -- on the way to the money

    def to_trains(self, station: str = BAODING, typed: tuple[str, ...] = ("B", "BD")) -> Any:
        """The list of trains to `station`, found by its first letters."""
        stand = self.stand
        self.to_station(typed)
        stand.press(f"station:{station}", "trains")
        stand.until(lambda: stand.shows("trains") and stand.screen.state != "loading", "the list")
        return stand.screen

    def to_station(self, letters: tuple[str, ...] = ("B", "BD")) -> None:
        """The picker with the first letters typed one by one, in English."""
        stand = self.stand
        if stand.see("attract", "home").kind == "attract":
            stand.press("start", "home")
        if stand.screen.chrome.language == "zh":
            stand.touch(
                "language", lambda: stand.screen is not None and stand.screen.chrome.language == "en", "English"
            )
        stand.press("destination", "station")
        for typed in letters:
            stand.touch(
                f"letter:{typed[-1]}", lambda typed=typed: stand.shows("station") and stand.screen.typed == typed, typed
            )

    def to_seat(self, passengers: int = 1) -> Any:
        """The cheapest train that is shown, its cheapest class, so many adults."""
        stand = self.stand
        cards = [card for card in self.to_trains().cards if card.state == "open" and card.key.enabled]
        assert cards, texts(stand.screen)
        card = min(cards, key=lambda card: fen(card.price))
        stand.press(card.key.target, "seat")
        classes = [cell for cell in stand.screen.classes if cell.key.enabled]
        cheapest = min(classes, key=lambda cell: fen(cell.price))
        if not cheapest.key.selected:
            stand.touch(cheapest.key.target, lambda: self.chosen(cheapest.key.target), "the class is chosen")
        for count in range(2, passengers + 1):
            plus = stand.screen.passengers[0].plus.target
            stand.touch(plus, lambda count=count: stand.screen.passengers[0].count >= count, f"{count} passengers")
        return stand.screen

    def chosen(self, target: str) -> bool:
        return any(cell.key.selected and cell.key.target == target for cell in self.stand.screen.classes)

    def to_review(self, passengers: int = 1) -> Any:
        self.to_seat(passengers)
        return self.stand.press("hold", "review")

    def to_cash(self, passengers: int = 1) -> Any:
        self.to_review(passengers)
        return self.agree()

    def agree(self) -> Any:
        """What the review shows is what is wanted; from now on so much is due."""
        seen = self.stand.press("pay", "pay.cash")
        self.due_fen = fen(seen.total.text)
        return seen

    # -- money and things

    def insert(self, value_fen: int) -> None:
        """One note as soon as the slot takes it; the wallet is filled up when it has none left."""
        stand = self.stand
        if not stand.state()["hand"].get(str(value_fen)):
            stand.hands.post("/api/give", {"value_fen": value_fen, "count": 5})
            self.before_fen += 5 * value_fen
        stand.until(lambda: stand.shows("pay.cash") and stand.screen.slot == "insert", "the slot takes notes")
        stand.until(self._slot_open, "the slot is open")
        stand.hands.post("/api/insert", {"value_fen": value_fen})

    def push(self, value_fen: int) -> bool:
        """Try to put a note in; False: the slot does not take it now."""
        stand = self.stand
        if not stand.state()["hand"].get(str(value_fen)):
            stand.hands.post("/api/give", {"value_fen": value_fen, "count": 5})
            self.before_fen += 5 * value_fen
        try:
            stand.hands.post("/api/insert", {"value_fen": value_fen})
        except CabinetError:
            return False
        self.given.append(value_fen)
        return True

    def _slot_open(self) -> bool:
        """A note that came back is taken first."""
        state = self.stand.state()
        if state["outlets"]["mouth"]["things"]:
            self.take("mouth")
        return bool(state["slot_open"])

    def thing_in(self, place: str) -> bool:
        return bool(self.stand.state()["places"][place]["things"])

    def note_to(self, *places: str) -> None:
        """Wait until a note lies in one of these places of the acceptor."""
        self.stand.until(
            lambda: any(self.stand.state()["places"][place]["things"] for place in places), f"a note in {places}"
        )

    def seen_through(self) -> None:
        """Wait until the machine is done with the note just put in, whatever became of it."""
        stand = self.stand
        self.note_left("acceptor.path", "acceptor.escrow")
        stand.until(lambda: not stand.shows("pay.cash") or stand.screen.slot != "moving", "the note is dealt with")

    def note_left(self, *places: str) -> None:
        self.stand.until(
            lambda: not any(self.stand.state()["places"][place]["things"] for place in places), f"no note in {places}"
        )

    def counted(self, amount_fen: int) -> None:
        stand = self.stand
        stand.until(
            lambda: not stand.shows("pay.cash") or fen(stand.screen.inserted.text) >= amount_fen,
            f"{amount_fen} counted",
        )

    def pay_up(self, notes: tuple[int, ...] = ()) -> None:
        """Given notes, or hundreds until nothing is missing."""
        inserted = 0
        for value_fen in notes:
            self.insert(value_fen)
            inserted += value_fen
            self.counted(inserted)
        while not notes and self.stand.shows("pay.cash") and inserted < self.due_fen:
            self.insert(10_000)
            inserted += 10_000
            self.counted(inserted)

    def take(self, *outlets: str) -> None:
        """Take what lies in open outlets, when there is something."""
        for outlet in outlets:
            try:
                self.stand.hands.post("/api/take", {"outlet": outlet})
            except CabinetError as error:
                if not error.code:  # refused is an answer, silence is none
                    raise

    def take_out(self, outlet: str) -> None:
        """Take what lies in an outlet, once it is open; afterwards it is empty."""
        stand = self.stand
        stand.until(lambda: self._lies_open(outlet), f"something lies in the open outlet: {outlet}")
        self.take(outlet)
        stand.until(lambda: not stand.state()["outlets"][outlet]["things"], f"{outlet} is empty")

    def _lies_open(self, outlet: str) -> bool:
        state = self.stand.state()["outlets"][outlet]
        return bool(state["open"] and state["things"])

    def leave_thanks(self) -> None:
        """The next one in the queue does not read the thanks to the end; while something is under way this does nothing."""
        if self._left_rev != self.stand.eyes.rev:
            self._left_rev = self.stand.eyes.rev
            self.stand.eyes.touch("home")

    def take_all(self, until: tuple[str, ...] = OVER, leave: tuple[str, ...] = ()) -> None:
        """Take everything the screen and the openings offer until the visit is over; a claim is read and confirmed."""
        stand = self.stand

        def over() -> bool:
            screen = stand.screen
            if screen is None:
                return False
            if not self.screens or self.screens[-1] != screen.kind:
                self.screens.append(screen.kind)
            if screen.kind == "busy":
                self.leave_thanks()
            if screen.kind == "take":
                for outlet in screen.outlets:
                    if outlet.state == "now" and outlet.what not in leave:
                        self.take(OPENINGS.get(outlet.what, outlet.what))
            if screen.kind == "receipt" and any(k.target == "claim_done" and k.enabled for k in screen.chrome.footer):
                self.take("slip")
                stand.eyes.touch("claim_done")
            return screen.kind in until

        stand.until(over, f"the visit ends in {until}", 30)
        self.take("mouth")

    # -- the account

    def sales(self) -> list[int]:
        """Numbers of the sales begun since this passenger came."""
        numbers = [step.fact["number"] for step in self.stand.steps() if step.fact["kind"] == "sale.start"]
        return numbers[self.sales_before :]

    def bookings(self, kind: str) -> list[Any]:
        """Bookings of this visit's sales."""
        mine = set(self.sales())
        return [i for step in self.stand.steps() for i in step.intents if i["kind"] == kind and i.get("sale") in mine]

    def settle(self) -> Any:
        """Wait until the sale is over in the books, then everything must be accounted for. Answers the end of the last sale."""
        stand = self.stand
        mine = self.sales()
        stand.until(lambda: len(self.bookings("sale.end")) == len(mine), "the sale has ended in the books")
        self.take("mouth")
        stand.audit()
        ends, claims = self.bookings("sale.end"), self.bookings("claim.add")
        exact = sum(claim["amount_fen"] for claim in claims if claim["exact"])
        bound = sum(claim["amount_fen"] for claim in claims if not claim["exact"])
        fare = sum(end["delivered_fen"] for end in ends)
        lost = self.before_fen - self.hand_fen()
        assert fare + exact <= lost <= fare + exact + bound, (lost, fare, claims)
        for end in ends:
            self._station_agrees(end)
        return ends[-1] if ends else None

    def _station_agrees(self, end: Any) -> None:
        """Delivered tickets are valid at the station, and no place is sold that nobody holds."""
        stand = self.stand
        key = next(
            s.fact["key"] for s in stand.steps() if s.fact["kind"] == "sale.start" and s.fact["number"] == end["sale"]
        )

        def agreed() -> bool:
            sale = stand.station_sale(key)
            if sale is None or sale["state"] in ("none", "released", "expired", "voided"):
                return end["delivered_fen"] == 0
            valid = set(range(len(sale["places"]))) - set(sale["voided"])
            held = {t["place"] for t in sale["printed"] if t["state"] not in ("void", "retracted")}
            return sale["state"] == "printed" and valid <= held and bool(held) == (end["delivered_fen"] > 0)

        stand.until(agreed, f"the station knows what became of {key}: {stand.station_sale(key)} {end}", 25)
