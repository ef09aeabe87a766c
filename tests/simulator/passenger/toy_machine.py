"""A toy ticket machine in virtual time: just enough screens, slots and trays for a passenger to buy, cancel or leave."""

from __future__ import annotations

from dataclasses import replace

from kiosk.screen.values import (
    Attract,
    Busy,
    Chrome,
    ClaimScreen,
    ClassCell,
    Deadline,
    Denomination,
    Figure,
    Home,
    Journey,
    Key,
    Outlet,
    PassengerRow,
    PayCash,
    Payment,
    Printing,
    Review,
    Screen,
    Seat,
    StationCell,
    StationPicker,
    Take,
    Tile,
    TrainCard,
    Trains,
    Words,
)
from simulator.passenger.hands import Openings, Taken
from tests.kiosk.ui.samples import samples

HOME = Key("home", Words("Home"), "home")
NO_NOTICE = Words()
JOURNEY = Journey("K598", "other", Words("d"), "06:20", "13:10", Words("A"), Words("B"), Words("6 h"))


def chrome(language: str, *footer: Key) -> Chrome:
    return Chrome(language=language, language_key=Key("language"), footer=footer)


class ToyMachine:
    """`price_fen` of one ticket; notes are counted at once; tickets come out first, then change. `cash_up_to`: the limit the
    home page tells, `sells`: whether anything can be paid. `give_up` ends what nobody goes on with: a claim."""

    VALUES = (100, 500, 1_000, 2_000, 5_000, 10_000)

    def __init__(self, price_fen: int = 9_300, refuse_fen: int = 0, cash_up_to: str = "", sells: bool = True) -> None:
        self.price_fen, self.refuse_fen = price_fen, refuse_fen
        self.cash_up_to, self.sells = cash_up_to, sells
        self.step, self.language, self.count, self.rev = "attract", "zh", 1, 1
        self.typed = ""
        self.paid_fen = 0
        self.refused = False
        self.touched: list[str] = []
        self.mouth: list[int] = []
        self.change: list[int] = []
        self.tickets = self.slips = self.claimed_fen = 0

    @property
    def due_fen(self) -> int:
        return self.price_fen * self.count

    # -- the screen

    def screen(self) -> Screen:
        made: Screen = getattr(self, f"_{self.step}")()
        return made

    def _attract(self) -> Screen:
        return Attract(chrome(self.language), Words("x"), Key("start"), Words(), ())

    def _home(self) -> Screen:
        tile = Tile(Key("destination", Words("Buy"), role="primary"))
        payment = Payment("cash", Words("Cash"), Words(), "ok" if self.sells else "off")
        return Home(chrome(self.language), Words("Where?"), (tile,), Words(), (), (payment,), Words(self.cash_up_to))

    def _station(self) -> Screen:
        cell = StationCell(Key("station:ZZF", Words("B")), "B")
        erase = Key("erase", enabled=bool(self.typed))
        return StationPicker(
            chrome(self.language, HOME), Words(), self.typed, Words(), (cell,), Words(), (), "BC", replace(erase, target="clear"),
            erase, None, None, Words(), (),
        )  # fmt: skip

    def _trains(self) -> Screen:
        price = f"¥{self.price_fen / 100:g}"
        cards = [
            TrainCard(Key(f"train:{name}", enabled=state == "open"), name, "G", "1", "2", Words(), Words(), Words(), Words(),
                      Words(), cost, Words(), state, Words(), ())
            for name, cost, state in (("K1", price, "open"), ("G1", "¥9,999", "open"), ("K2", price, "sold_out"))
        ]  # fmt: skip
        return Trains(
            chrome(self.language, HOME), Words(), Words(), Key("date"), (), "list", Words(), tuple(cards), Words()
        )

    def _seat(self) -> Screen:
        row = PassengerRow(
            "person",
            Words(),
            Words(),
            f"¥{self.price_fen / 100:.2f}",
            self.count,
            Key("minus:adult"),
            Key("plus:adult"),
        )
        cell = ClassCell(Key("class:hard", selected=True), f"¥{self.price_fen / 100:g}", Words(), "ok")
        hold = Key("hold", Words(), "right", "primary")
        return Seat(
            chrome(self.language, HOME, hold), JOURNEY, Words(), (cell,), Words(), Words(), (row,), Words(), Words(), (),
            Words(), Words(), Words(), "",
        )  # fmt: skip

    def _review(self) -> Screen:
        footer = (Key("cancel", role="danger"), Key("pay", Words(), "right", "primary"))
        return Review(
            chrome(self.language, *footer), Words(), JOURNEY, Words(), Deadline(), Words(), (), (), Words(), "¥1", Words(), (),
            Words(),
        )  # fmt: skip

    def _pay(self) -> Screen:
        missing = max(0, self.due_fen - self.paid_fen)
        shown = PayCash(
            chrome(self.language, Key("cancel", role="danger")), JOURNEY, Words(), Words(), Deadline(), Words(),
            Figure(Words(), f"¥{self.due_fen / 100:.2f}"), Figure(Words(), f"¥{self.paid_fen / 100:.2f}"),
            Figure(Words(), f"¥{missing / 100:,.2f}"), 0, Words(), Words(), "ok",
            tuple(Denomination(f"¥{value // 100}", True) for value in self.VALUES), "insert", Words(), Words(), Words(), (),
            Words(),
        )  # fmt: skip
        return shown

    def _printing(self) -> Screen:
        return Printing(chrome(self.language), Words(), (), Words(), 50, Words(), (), Words(), Words())

    def _take(self) -> Screen:
        outlet = Outlet("tickets" if self.tickets else "change", "now", Words(), Words(), Words())
        return Take(chrome(self.language), Words(), (outlet,), (), Words(), (), Words(), (), Words())

    def _thanks(self) -> Screen:
        return Busy(chrome(self.language), Words("Thanks"), Words())

    def _claim(self) -> Screen:
        shown = samples("en")["receipt"]
        assert isinstance(shown, ClaimScreen)
        return replace(shown, chrome=chrome(self.language, Key("claim_done", Words(), "check", "primary")))

    def give_up(self) -> None:
        self.rev += 1
        if self.step == "take":  # what nobody takes is pulled back
            self.claimed_fen = self.price_fen * self.tickets + sum(self.change)
            self.tickets, self.change = 0, []
        else:
            self.claimed_fen = self.paid_fen
        self.paid_fen = 0
        self.step, self.slips = ("claim", 1) if self.claimed_fen else ("attract", 0)

    # -- touches

    def touch(self, target: str) -> None:
        self.touched.append(target)
        self.rev += 1
        following = {
            "start": "home", "destination": "station", "station:ZZF": "trains", "train:K1": "seat", "hold": "review",
            "pay": "pay", "home": "home", "claim_done": "attract",
        }  # fmt: skip
        if target == "language":
            self.language = "en" if self.language == "zh" else "zh"
        elif target == "plus:adult":
            self.count += 1
        elif target.startswith("letter:"):
            self.typed += target[-1]
        elif target == "clear":
            self.typed = ""
        elif target == "cancel":
            self.change, self.paid_fen = [self.paid_fen] if self.paid_fen else [], 0
            self.step = "take" if self.change else "attract"
        else:
            self.step = following.get(target, self.step)  # a touch that means nothing here is dropped

    # -- the openings: the passenger's hands

    def look(self) -> Openings:
        out = self.step == "take"
        change = out and bool(self.change) and not self.tickets
        return Openings(bool(self.mouth), out and bool(self.tickets), change, bool(self.slips))

    def insert(self, value_fen: int) -> bool:
        if self.step != "pay" or self.mouth:
            return False
        self.rev += 1
        if value_fen == self.refuse_fen:
            self.mouth.append(value_fen)
            return True
        self.paid_fen += value_fen
        if self.paid_fen >= self.due_fen:
            over = self.paid_fen - self.due_fen
            self.step, self.tickets, self.change = "take", self.count, [over] if over else []
        return True

    def take(self, outlet: str) -> Taken:
        self.rev += 1
        if outlet == "mouth":
            taken, self.mouth = Taken(tuple(self.mouth)), []
        elif outlet == "tickets":
            taken, self.tickets = Taken(tickets=self.tickets), 0
        elif outlet == "slip":
            taken, self.slips = Taken(slips=self.slips), 0
        else:
            taken, self.change = Taken(tuple(self.change)), []
        if not (self.tickets or self.change or self.mouth) and self.step == "take":
            self.step = "thanks"
        return taken
