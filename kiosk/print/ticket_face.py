"""The face of a ticket: what a passenger, a gate and a conductor read (decision 24). 86 x 54 mm at 8 dots a mm.

Source of the fields: fares-and-rules, ticket face: from, to, class, route, fare, train, travel date, validity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.ports.ticket_printer import Picture
from kiosk.ports.trips import LockedPlace, Named, Network, Order, StationName
from kiosk.print.sheet import Faces, Sheet
from kiosk.screen import formats, qr

WIDTH, HEIGHT = 688, 432
BERTHS = {"L": "下铺", "M": "中铺", "U": "上铺"}
CODE_MASK = 3
"""Mask of the 2-D code: between payment and print nobody waits for the search of the most even one."""
GREETING = ("买票请到12306 发货请到95306", "中国铁路祝您旅途愉快")


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """Texts of one ticket. `number` is the station's, `blank` the key of the blank, `machine` where it was sold."""

    number: str
    blank: str
    origin: str
    origin_pinyin: str
    destination: str
    destination_pinyin: str
    train: str
    day: date
    depart: str
    coach: str
    place: str
    seat_class: str
    passenger: str
    price_fen: int
    machine: str


def facts_of(order: Order, place: LockedPlace, number: str, blank: str, network: Network, machine: str) -> TicketFacts:
    """One place of an order as it stands on its ticket. `machine`: such as `北京西 T07`."""
    names = {station.telecode: station for station in network.stations}
    origin, destination = _station(names, order.origin), _station(names, order.destination)
    return TicketFacts(
        number=number,
        blank=blank,
        origin=origin.name,
        origin_pinyin=origin.pinyin.capitalize(),
        destination=destination.name,
        destination_pinyin=destination.pinyin.capitalize(),
        train=order.train,
        day=date.fromisoformat(order.date),
        depart=order.depart,
        coach=place.coach,
        place=place.place,
        seat_class=_name(network.classes, order.seat_class),
        passenger=_name(network.passengers, place.passenger),
        price_fen=place.price_fen,
        machine=machine,
    )


def _station(names: dict[str, StationName], code: str) -> StationName:
    return names.get(code) or StationName(code, code, code, code, code, "", "")


def _name(group: tuple[Named, ...], code: str) -> str:
    return next((named.name for named in group if named.code == code), code)


def place_text(coach: str, place: str) -> str:
    """`05车12A号`, `03车07下铺`; without a numbered place `02车 无座`."""
    if place and place[-1] in BERTHS and place[:-1].isdigit():
        return f"{coach}车{place[:-1]}号{BERTHS[place[-1]]}"
    return f"{coach}车{place}号" if place else f"{coach}车 无座"


def code_content(facts: TicketFacts) -> str:
    """What the 2-D code says."""
    parts = (facts.number, facts.train, f"{facts.day:%Y%m%d}", facts.depart.replace(":", ""), facts.coach, facts.place)
    return ";".join((*parts, str(facts.price_fen), facts.blank))


def _route(sheet: Sheet, facts: TicketFacts) -> None:
    """From, train number over an arrow, to; pinyin under the names."""
    for x, name, pinyin in (
        (156, facts.origin, facts.origin_pinyin),
        (532, facts.destination, facts.destination_pinyin),
    ):
        size = sheet.fitting(name, 52, 700, 180)
        wide = sheet.text_width(name, size, 700)
        sheet.text(x - 14, 116, name, size, 700, "ms")
        sheet.text(x - 14 + wide // 2 + 4, 116, "站", 24)
        sheet.text(x, 150, pinyin, 24, 500, "ms", 230)
    sheet.text(344, 104, facts.train, 46, 700, "ms", 140)
    sheet.arrow(282, 120, 408)


def _details(sheet: Sheet, facts: TicketFacts) -> None:
    sheet.text(48, 202, f"{formats.long_date(facts.day)} {facts.depart}开", 33, 700)
    sheet.text(640, 202, place_text(facts.coach, facts.place), 33, 700, "rs", 190)
    sheet.text(48, 250, f"{formats.amount(facts.price_fen)}元", 33, 700)
    sheet.text(330, 250, facts.passenger, 28, 700, "ms")
    half = sheet.text_width(facts.passenger, 28, 700) // 2
    sheet.box(330 - half - 10, 222, 330 + half + 10, 262, 2, 8)
    sheet.text(640, 250, facts.seat_class, 33, 700, "rs", 200)
    sheet.text(48, 290, "限乘当日当次车", 25)
    if not facts.place:
        sheet.text(376, 290, f"No seat · Coach {facts.coach}", 25, 500, "ms", 240)


def ticket_form(facts: TicketFacts, faces: Faces) -> Sheet:
    """All of a face that is known before the station has given its number: `number` and `blank` are not looked at."""
    sheet = Sheet(faces, WIDTH, HEIGHT)
    sheet.text(640, 52, f"{facts.machine} 售", 25, 500, "rs", 250)
    _route(sheet, facts)
    _details(sheet, facts)
    sheet.dashes(48, 306, 470)
    sheet.dashes(48, 376, 470)
    for at, line in enumerate(GREETING):
        sheet.text(259, 335 + at * 30, line, 23, 500, "ms", 420)
    return sheet


def warm(faces: Faces) -> None:
    """Draw a ticket for nobody: whatever has to be opened for the first one is open then. Raises ConfigError."""
    name = "北京西"
    facts = TicketFacts(
        number="E000000000",
        blank="0-0-00",
        origin=name,
        origin_pinyin="Beijingxi",
        destination=name,
        destination_pinyin="Beijingxi",
        train="K1",
        day=date(2026, 1, 1),
        depart="00:00",
        coach="01",
        place="01L",
        seat_class="硬卧",
        passenger="成人",
        price_fen=100,
        machine=name,
    )
    ticket_face(facts, faces)


def ticket_face(facts: TicketFacts, faces: Faces, form: Sheet | None = None) -> Picture:
    """One face, 688 x 432 dots; on its `form` when that was drawn before."""
    sheet = form.copy() if form is not None else ticket_form(facts, faces)
    sheet.text(48, 52, facts.number, 32, 700)
    rows = qr.rows(code_content(facts), mask=CODE_MASK)
    dots = max(2, 140 // len(rows))
    sheet.code(640 - len(rows) * dots, 274, rows, dots)
    sheet.text(48, 408, f"{facts.blank}  {facts.number}", 22, 500, "ls", 420)
    return sheet.picture()
