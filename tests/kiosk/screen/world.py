"""A small network, a day, a passenger and a sale in every state: what the tests of journey, screen and print look at."""

from __future__ import annotations

from dataclasses import replace

from kiosk.journey.asks import Now
from kiosk.journey.flow import Journey
from kiosk.journey.state import JourneySettings, JourneyState
from kiosk.partial import SERVICES, services
from kiosk.ports.payment import PaymentStep
from kiosk.ports.station import NetworkKnown, OrdersFound, SessionGranted, TrainsListed, TrainStops
from kiosk.ports.trips import (
    ClassOffer,
    FoundOrder,
    Limits,
    LockedPlace,
    Named,
    Network,
    Offer,
    Order,
    OrderedPlace,
    StationName,
    StopTime,
)
from kiosk.sale.book import Book, S
from kiosk.sale.lines import ChargeLine, Claim, NoteLine, PayLine, TicketLine
from kiosk.screen.formats import Clock
from kiosk.screen.shown import MachineSeen, ModeSeen, Shown
from kiosk.screen.texts import Texts

WALL_MS = 1_795_243_000_000  # 2026-11-21 14:36:40 in Shanghai
MONO_MS = 5_000_000
TODAY = "2026-11-21"
HOUR_MS = 3_600_000
TEXTS = Texts()
CLOCK = Clock("Asia/Shanghai")
SETTINGS = JourneySettings("BXP", fixed=("SJP", "ZZF", "LON"))
LIMITS = Limits(5, 15, 300_000, 300_000, 600_000, 60_000)

STATIONS = (
    ("BXP", "北京西", "beijingxi", "bjx", "Beijing West", "北京", "北京"),
    ("VNP", "北京南", "beijingnan", "bjn", "Beijing South", "北京", "北京"),
    ("SJP", "石家庄", "shijiazhuang", "sjz", "Shijiazhuang", "石家庄", "河北"),
    ("ZZF", "郑州", "zhengzhou", "zz", "Zhengzhou", "郑州", "河南"),
    ("ZAF", "郑州东", "zhengzhoudong", "zzd", "Zhengzhou East", "郑州", "河南"),
    ("LON", "漯河", "luohe", "lh", "Luohe", "漯河", "河南"),
    ("WCN", "武昌", "wuchang", "wc", "Wuchang", "武汉", "湖北"),
    ("WHN", "武汉", "wuhan", "wh", "Wuhan", "武汉", "湖北"),
    ("CSQ", "长沙", "changsha", "cs", "Changsha", "长沙", "湖南"),
    ("EAY", "西安北", "xianbei", "xab", "Xi'an North", "西安", "陕西"),
    ("HHC", "呼和浩特", "huhehaote", "hhht", "Hohhot", "呼和浩特", "内蒙古"),
)
CLASSES = (
    Named("O", "二等座", "2nd class"),
    Named("M", "一等座", "1st class"),
    Named("9", "商务座", "Business"),
    Named("1", "硬座", "Hard seat"),
    Named("3", "硬卧", "Hard sleeper"),
)
PASSENGERS = (
    Named("adult", "成人", "Adult", "全价", "Full fare"),
    Named("child", "儿童", "Child", "6–14 岁半价", "Age 6–14, half fare"),
    Named("student", "学生", "Student", "凭学生证七五折", "25% off with card"),
    Named("soldier", "残疾军人", "Disabled veteran", "凭证半价", "Half fare with card"),
)
NETWORK = Network(
    "1",
    tuple(StationName(*row) for row in STATIONS),
    ("SJP", "ZAF", "WHN", "CSQ", "EAY", "HHC"),
    CLASSES,
    PASSENGERS,
    ("G71", "G89", "D705", "K598", "K599", "Z1"),
)


def class_offer(code: str, fen: int, left: int) -> ClassOffer:
    prices = (("adult", fen), ("child", fen // 2), ("student", fen * 3 // 4))
    return ClassOffer(code, fen, left, prices)


def offer(train: str, kind: str, after_ms: int, minutes: int, *classes: ClassOffer, destination: str = "WHN") -> Offer:
    """A train that leaves `after_ms` from now."""
    depart, arrive = WALL_MS + after_ms, WALL_MS + after_ms + minutes * 60_000
    days = (CLOCK.date(arrive) - CLOCK.date(depart)).days
    return Offer(
        train, kind, TODAY, "BXP", destination, depart, arrive, CLOCK.time(depart), CLOCK.time(arrive), days, minutes,
        1229, "复兴号" if kind == "G" else "", "Fuxing" if kind == "G" else "", depart - 300_000, classes,
    )  # fmt: skip


OFFERS = (
    offer("G79", "G", -HOUR_MS, 250, class_offer("O", 51_950, 40)),
    offer(
        "G71",
        "G",
        HOUR_MS,
        298,
        class_offer("O", 51_950, 80),
        class_offer("M", 83_150, 12),
        class_offer("9", 163_850, 0),
    ),
    offer("G89", "G", 2 * HOUR_MS, 301, class_offer("O", 51_950, 0), class_offer("M", 83_150, 0)),
    offer("D705", "D", 3 * HOUR_MS, 599, class_offer("O", 33_400, 8), class_offer("M", 40_100, 2)),
    offer("K598", "K", 4 * HOUR_MS, 1_010, class_offer("1", 15_250, 99), class_offer("3", 26_150, 3)),
    offer("Z1", "Z", 120_000, 600, class_offer("1", 15_250, 5)),
    offer("K599", "K", 5 * HOUR_MS, 1_110, class_offer("1", 15_250, 99), class_offer("3", 26_150, 3)),
)
STOPS = (
    StopTime("BXP", "", "18:36", 0, 0),
    StopTime("SJP", "21:10", "21:16", 0, 281),
    StopTime("ZZF", "01:20", "01:30", 1, 693),
    StopTime("WCN", "09:26", "", 1, 1225),
)


def now(later_ms: int = 0) -> Now:
    return Now(WALL_MS + later_ms, MONO_MS + later_ms)


def journey(language: str = "zh") -> Journey:
    """A journey that knows network and limits, on the home screen."""
    made = Journey(SETTINGS)
    made.hear(NetworkKnown(NETWORK), now())
    made.hear(SessionGranted("BXP", WALL_MS, LIMITS), now())
    made.touch("start", now())
    if language != made.state.language:
        made.touch("language", now())
    return made


def with_trains(made: Journey) -> Journey:
    """On the train list to Wuhan."""
    made.touch("station:WHN", now())
    made.hear(TrainsListed(made.state.request, WALL_MS, OFFERS), now())
    return made


def to(code: str, at: int = 1) -> tuple[Offer, ...]:
    """A train of `OFFERS` as it goes to a station."""
    return (replace(OFFERS[at], destination=code),)


def maps_and_boards(language: str) -> dict[str, JourneyState]:
    """The route map and the lists without a destination."""
    found: dict[str, JourneyState] = {}
    made = journey(language)
    made.touch("route_map", now())
    found["search.map"] = made.state
    made.touch("plate:SJP", now())
    found["search.map-asking"] = made.state
    made.hear(TrainsListed(made.state.request, WALL_MS, to("SJP")), now())
    found["search.map-known"] = made.state
    found["search.map-none"] = replace(made.state, offers=())
    found["search.map-offline"] = replace(made.state, listing="offline", offers=())
    made.touch("zoom:out", now())
    found["search.map-far"] = made.state
    made.touch("listed", now())
    found["search.map-lines"] = made.state
    made.touch("line:jingguang_hs", now())
    found["search.map-calls"] = made.state
    made = journey(language)
    made.touch("fixed", now())
    found["search.fixed-asking"] = made.state
    for code in ("SJP", "ZZF"):
        made.hear(TrainsListed(made.state.request, WALL_MS, to(code)), now())
    made.hear(TrainsListed(made.state.request, WALL_MS, ()), now())
    found["search.fixed"] = made.state
    found["search.fixed-offline"] = replace(made.state, listing="offline", offers=(), notice="offline")
    made = journey(language)
    made.touch("next_trains", now())
    found["next-asking"] = made.state
    for at, code in enumerate(made.state.asking):
        made.hear(TrainsListed(made.state.request, WALL_MS, to(code, at + 1)), now())
    found["next"] = made.state
    found["next-none"] = replace(made.state, offers=())
    return found


ORDERED = FoundOrder(
    "E100000042", "open", "G71", "G", TODAY, "BXP", "WHN", "O", WALL_MS + HOUR_MS, WALL_MS + HOUR_MS + 298 * 60_000,
    "15:36", "20:34", 0, "",
    (
        OrderedPlace("05", "12A", "window", "adult", 51_950, "open"),
        OrderedPlace("05", "12B", "middle", "child", 25_975, "open"),
    ),
    0, "",
)  # fmt: skip
NOTICES_OF_READERS = ("card_seen", "card_again", "code_other", "order_too_many", "order_unknown", "offline")


def pickups(language: str) -> dict[str, JourneyState]:
    """What was bought elsewhere: proving it, and what was found."""
    found: dict[str, JourneyState] = {}
    made = journey(language)
    made.touch("collect", now())
    found["pickup"] = made.state
    found |= {f"pickup-{notice}": replace(made.state, notice=notice) for notice in NOTICES_OF_READERS}
    found["pickup-asking"] = replace(made.state, waiting=True)
    made.touch("type_code", now())
    found["pickup.code-empty"] = made.state
    for digit in "48210937":
        made.touch(f"code:{digit}", now())
    found["pickup.code"] = made.state
    found["pickup.code-wrong"] = replace(made.state, typed="", notice="order_bad_code")
    found["pickup.code-asking"] = replace(made.state, typed="482109375562", waiting=True)
    request = made.looking_up(now())
    made.hear(OrdersFound(request, (ORDERED,)), now())
    found["pickup.orders"] = made.state
    rest = replace(ORDERED.places[0], state="collected")
    told = (
        replace(ORDERED, number="E100000043", places=(rest, ORDERED.places[1])),
        replace(ORDERED, number="E100000044", state="collected", collected_ms=WALL_MS - HOUR_MS, collected_at="T07"),
        replace(ORDERED, number="E100000045", state="wrong_station", at="ZZF"),
        replace(ORDERED, number="E100000046", state="unknown"),
    )
    found["pickup.orders-several"] = replace(made.state, orders=told)
    off = replace(ORDERED, state="cancelled", number="E100000048")
    last = (replace(ORDERED, state="departed"), off, replace(ORDERED, state="in_use", number="E100000047"))
    found["pickup.orders-none"] = replace(made.state, orders=last)
    return found


def steps(language: str) -> dict[str, JourneyState]:
    """A state per screen of the journey, by name."""
    found: dict[str, JourneyState] = {}
    made = journey(language)
    found["home"] = made.state
    made.touch("destination", now())
    found["station"] = made.state
    made.touch("letter:W", now())
    found["station-typed"] = made.state
    made.touch("tab:province", now())
    found["station-provinces"] = made.state
    made.touch("trip", now())
    found["search.fromto"] = made.state
    made.touch("date", now())
    found["date"] = made.state
    made = journey(language)
    made.touch("train_number", now())
    made.touch("letter:K", now())
    made.touch("digit:5", now())
    found["search.train"] = made.state
    made.touch("number:K598", now())
    found["search.train-asking"] = made.state
    made.hear(TrainStops(made.state.request, "K598", STOPS), now())
    found["station-of-train"] = made.state
    made = with_trains(journey(language))
    found["trains"] = made.state
    found["trains-large"] = replace(made.state, large_text=True)
    found["trains-loading"] = replace(made.state, listing="loading", offers=())
    found["trains-offline"] = replace(made.state, listing="offline", offers=(), notice="offline")
    found["trains-none"] = replace(made.state, offers=())
    found["trains-sold-out"] = replace(made.state, notice="sold_out")
    made.touch("train:G71", now())
    found["seat"] = made.state
    made.touch("plus:child", now())
    found["seat-two"] = made.state
    found["seat-fewer"] = replace(
        made.state, passengers=(("adult", 3),), notice="only_left", notice_left=2, instead="fewer"
    )
    found["trains-instead"] = replace(
        found["trains"], notice="sold_out", instead="other", instead_train="D705", instead_class="O", chosen="G71",
        seat_class="O", passengers=(("adult", 1),),
    )  # fmt: skip
    found["seat-left"] = replace(made.state, notice="only_left", notice_left=1)
    made.touch("help", now())
    found["help"] = made.state
    found |= maps_and_boards(language)
    found |= pickups(language)
    found["attract"] = replace(JourneyState(origin="BXP", touched_ms=MONO_MS), language=language)
    found["thanks"] = replace(found["home"], step="thanks")
    found["sale"] = replace(found["seat"], step="sale")
    return found


ORDER = Order(
    "G71", "G", TODAY, "BXP", "WHN", "O", ("adult", "child"), "together", WALL_MS + HOUR_MS,
    WALL_MS + HOUR_MS + 298 * 60_000, "15:36", "20:34", 0, 77_925, WALL_MS + HOUR_MS - 300_000,
)  # fmt: skip
PLACES = (
    LockedPlace(0, "05", "12A", "window", "adult", 51_950),
    LockedPlace(1, "05", "12B", "middle", "child", 25_975),
)


def book(state: S, paid: tuple[int, ...] = ()) -> Book:
    """A sale of two tickets, ¥779.25, rounded to ¥779, with these notes in."""
    made = Book(17, "T07.7f3a91c2.17", "zh", ORDER, state)
    made.places, made.price_fen, made.rounding_fen = PLACES, 77_925, -25
    made.lock_until_ms, made.lock_limit_ms, made.lock_span_ms = MONO_MS + 200_000, MONO_MS + 500_000, 300_000
    made.notes = [NoteLine(at, value, "ours") for at, value in enumerate(paid)]
    made.accepted_fen, made.refused = (100, 500, 1_000, 2_000, 5_000), {10_000: "no_change"}
    made.patience_until_ms, made.patience_span_ms = MONO_MS + 90_000, 90_000
    return made


PAID = (10_000,) * 8


def books() -> dict[str, Book]:
    """A book per state a sale can be in, and some that ended badly."""
    found = {state.name: book(state, PAID if state in LATE else ()) for state in S}
    for name, made in found.items():
        if S[name] in LATE:
            made.tickets = [TicketLine(place, ("E123456",), 1) for place in PLACES]
            made.confirmed = True
    found["COLLECTING-some"] = book(S.COLLECTING, (10_000, 10_000, 2_000))
    found["COLLECTING-late"] = replace(book(S.COLLECTING, (10_000,)), patience_until_ms=MONO_MS + 12_000)
    found["COLLECTING-refusal"] = replace(book(S.COLLECTING, (10_000,)), last_refusal="no_change")
    found["COLLECTING-minute"] = replace(book(S.COLLECTING), lock_until_ms=MONO_MS + 40_000, no_more_notes=True)
    found["PRINTING"].tickets[0].state = "in_tray"
    found["PRINTING"].tickets[1].state = "printing"
    for name in ("DELIVERING", "TICKETS_OUT", "TICKETS_BACK"):
        set_tickets(found[name], "in_tray" if name == "DELIVERING" else "presented")
        found[name].take_until_ms = MONO_MS + 38_000
    for name in ("PAYING", "CHANGE_OUT", "CHANGE_BACK"):
        set_tickets(found[name], "taken")
        found[name].take_until_ms = MONO_MS + 38_000
    for name in ("CHANGE_OUT", "CHANGE_BACK"):
        found[name].pays = [PayLine(1, ((1, 1), (2, 2)), 2_100, "out", ((1, 1, 0), (2, 2, 0)), 2_100)]
    for receipt in ("printing", "printed", "failed"):
        found[f"TICKETS_OUT-receipt-{receipt}"] = replace(found["TICKETS_OUT"], receipt=receipt)
    found["PRINTING-receipt-wanted"] = replace(found["PRINTING"], receipt="wanted")
    found["KEEPING"].notes = [NoteLine(at, value, "keeping") for at, value in enumerate(PAID)]
    for name, state in (("GIVING_BACK", "giving"), ("OWN_OUT", "out")):
        notes = [NoteLine(at, value, state) for at, value in enumerate((10_000, 5_000, 10_000, 2_000))]
        found[name] = replace(book(S[name]), notes=notes, why_ending="passenger", take_until_ms=MONO_MS + 38_000)
    set_tickets(found["DUMPING"], "void")
    found["DUMPING"].why_ending = "print"
    refund = book(S.PAYING, (10_000, 10_000))
    refund.why_ending = "passenger"
    found["PAYING-refund"] = refund
    found["PAYING-refused"] = replace(refund, why_ending="refused", not_sold="expired")
    found["CHANGE_OUT-refund"] = replace(
        refund, state=S.CHANGE_OUT, take_until_ms=MONO_MS + 30_000,
        pays=[PayLine(1, ((1, 2),), 20_000, "out", ((3, 2, 0),), 20_000)],
    )  # fmt: skip
    for name in ("SLIP", "CLAIM"):
        set_tickets(found[name], "taken")
        found[name].claims = [Claim("6F4K92QD", 2_100, "short", slip="printing" if name == "SLIP" else "printed")]
    found["CLAIM-unsure"] = replace(found["CLAIM"], claims=[Claim("6F4K92QD", 10_000, "note", False, "failed")])
    found["CLAIM-unattended"] = replace(found["CLAIM"], unattended=True, patience_until_ms=MONO_MS + 50_000)
    return found | after_a_power_cut() | by_card_or_phone() | picked_up()


def after_a_power_cut() -> dict[str, Book]:
    """The question whether to go on, in each of its forms."""
    found = {
        "RESUMING": book(S.RESUMING, PAID),
        "RESUMING-some": book(S.RESUMING, (10_000,) * 3),
        "RESUMING-printed": book(S.RESUMING, PAID),
        "RESUMING-change": book(S.RESUMING, PAID),
        "RESUMING-claim": book(S.RESUMING, PAID),
        "RESUMING-slot": book(S.RESUMING, PAID),
        "RESUMING-outlet": book(S.RESUMING, PAID),
    }
    for made in found.values():
        made.agreed, made.patience_until_ms, made.pause_ms = True, 0, 12_300
        made.resume_until_ms, made.resume_span_ms = MONO_MS + 38_000, 40_000
    lying = (("slot", ("presented", "presented")), ("outlet", ("taken", "taken")))
    for name, states in (("printed", ("in_tray", "waiting")), ("change", ("taken", "taken")), *lying):
        made = found[f"RESUMING-{name}"]
        made.confirmed = True
        made.tickets = [TicketLine(place, ("E123456",), 1, state) for place, state in zip(PLACES, states, strict=True)]
    for name in ("change", "slot", "outlet"):
        found[f"RESUMING-{name}"].why_ending = "restart"
    out_fen = found["RESUMING-outlet"].owed_fen
    found["RESUMING-outlet"].pays = [PayLine(101, ((1, 1),), out_fen, "out", ((1, 1, 0),), out_fen)]
    found["RESUMING-claim"].why_ending = "note"
    found["RESUMING-claim"].claims = [Claim("6F4K92QD", 2_000, "note_unknown", False)]
    return found


UNPAID = {S.NEW, S.LOCKING, S.REVIEWING, S.CHOOSING, S.AUTHORISING, S.COLLECTING, S.CLOSING, S.ENDED}
LATE = frozenset(S) - UNPAID


def picked_up() -> dict[str, Book]:
    """An order that was bought elsewhere, wherever its screen is another one than a sale's."""
    states = (
        "LOCKING", "REVIEWING", "CONFIRMING", "ASKING", "PRINTING", "DUMPING", "DELIVERING", "TICKETS_OUT", "TICKETS_AGAIN",
        "TICKETS_BACK", "RESUMING",
    )  # fmt: skip
    printed = {"PRINTING": ("in_tray", "printing"), "DUMPING": ("void", "void"), "DELIVERING": ("in_tray", "in_tray")}
    out = ("presented", "presented")
    found: dict[str, Book] = {}
    for name in states:
        made = replace(
            book(S[name]), pickup="E100000042", agreed=True, price_fen=0, rounding_fen=0, patience_until_ms=0
        )
        made.places = tuple(replace(place, price_fen=0) for place in PLACES)
        made.take_until_ms = made.resume_until_ms = MONO_MS + 38_000
        made.pause_ms, made.resume_span_ms = 12_300, 40_000
        if name not in ("LOCKING", "REVIEWING", "CONFIRMING", "ASKING", "RESUMING"):
            made.confirmed = True
            lines = zip(made.places, printed.get(name, out), strict=True)
            made.tickets = [TicketLine(place, ("E123456",), 1, state) for place, state in lines]
        found[f"{name}-pickup"] = made
    slot = replace(found["TICKETS_OUT-pickup"], state=S.RESUMING, tickets=list(found["TICKETS_OUT-pickup"].tickets))
    return {**found, "RESUMING-pickup-slot": slot}


def charged(found: Book, state: str, way: str = "code", **more: object) -> Book:
    """The same sale, asked of a phone or card instead of paid with notes."""
    line = ChargeLine(1701, way, found.due_fen, state, masked="135****0042")
    line = replace(line, **more)  # type: ignore[arg-type]
    return replace(found, notes=[], way=way, agreed=True, charges=[line], charge_until_ms=MONO_MS + 100_000)


def by_card_or_phone() -> dict[str, Book]:
    """Sales that no note pays, where their screens differ."""
    found = {"AUTHORISING": charged(book(S.AUTHORISING), "asked"), "CHOOSING-some": book(S.CHOOSING, (10_000,))}
    found["AUTHORISING-late"] = charged(book(S.AUTHORISING), "asked", withdrawn=True)
    found["AUTHORISING-card"] = charged(book(S.AUTHORISING), "asked", "card")
    found["AUTHORISING-scan"] = charged(book(S.AUTHORISING), "asked", "scan")
    for reason in ("", "card_kept", "card_wanted"):
        found[f"CHOOSING-declined{reason}"] = charged(book(S.CHOOSING), "declined", reason=reason or "funds")
    for name, state, tickets in (
        ("PRINTING", "approved", "printing"), ("CAPTURING", "capturing", "taken"), ("REVERSING", "reversing", "void"),
        ("TICKETS_BACK", "approved", "presented"), ("TICKETS_OUT", "approved", "presented"),
        ("RESUMING", "approved", "waiting"),
    ):  # fmt: skip
        made = charged(book(S[name]), state)
        made.confirmed, made.why_ending = True, "print" if tickets == "void" else ""
        made.tickets = [TicketLine(place, ("E123456",), 1, tickets) for place in PLACES]
        made.take_until_ms = made.resume_until_ms = MONO_MS + 38_000
        found[name if name in ("CAPTURING", "REVERSING") else f"{name}-charged"] = made
    found["RESUMING-charged"].pause_ms, found["RESUMING-charged"].patience_until_ms = 12_300, 0
    for name, state in (("SLIP", "reversing"), ("CLAIM", "reversing"), ("CLAIM", "reversed")):
        slip = "printing" if name == "SLIP" else "printed"
        found[f"{name}-{state}"] = charged(book(S[name]), state, code="6F4K92QD", slip=slip)
    return found


def set_tickets(made: Book, state: str) -> None:
    for ticket in made.tickets:
        ticket.state = state


def shown(state: JourneyState, sale: Book | None = None, mode: ModeSeen | None = None) -> Shown:
    made = Journey(SETTINGS)
    made.hear(NetworkKnown(NETWORK), now())
    return Shown(
        now_wall_ms=WALL_MS,
        now_mono_ms=MONO_MS,
        machine=MachineSeen("T07", "BXP"),
        mode=mode or (PICKUPS if state.step.startswith("pickup") else ModeSeen(True)),
        journey=state,
        settings=SETTINGS,
        texts=TEXTS,
        clock=CLOCK,
        network=NETWORK,
        index=made.index,
        limits=LIMITS,
        sale=sale,
        cassettes={1: 100, 2: 1_000, 3: 10_000},
    )


PICKUPS = ModeSeen(True, pickups=("scan", "card", "type"))
MODES = {
    "pickups": PICKUPS,
    "pickup_only": replace(PICKUPS, cash="off", cash_limit_fen=0),
    "no_change": ModeSeen(True, cash="no_change"),
    "part_change": ModeSeen(True, cash="part_change", cash_limit_fen=50_000),
    "limited": ModeSeen(True, cash_limit_fen=50_000),
    "no_slips": ModeSeen(True, slips=False),
    "query_only": ModeSeen(True, cash="off", cash_limit_fen=0),
    **{
        reason: ModeSeen(False, reason, ("E41",), told_ms=WALL_MS - 300_000, back_ms=WALL_MS + 900_000)
        for reason in (
            "closed", "fault", "offline", "cash_full", "door_open", "no_paper", "no_mains", "remote_stop", "emergency",
            "starting",
        )
    },
}  # fmt: skip


CHARGES = ModeSeen(True, charges=("card", "code", "scan"), charge="ok")
ALL_FITTED = replace(CHARGES, pickups=PICKUPS.pickups)
PARTIAL = {
    "notes": replace(ALL_FITTED, cash="off", services=services("", {"no_acceptor"}, SERVICES)),
    "phones": replace(ALL_FITTED, charges=("card",), services=services("", {"no_code", "no_scan"}, SERVICES)),
    "cards-only": replace(
        ALL_FITTED,
        cash="off",
        charges=("card",),
        services=services("", {"no_dispenser", "no_code", "no_scan"}, SERVICES),
    ),
    "pickup": replace(
        ALL_FITTED, cash="off", charge="lost", services=services("", {"never_counted", "no_card", "no_code"}, SERVICES)
    ),
    "nothing": replace(
        ALL_FITTED, cash="off", charge="lost", pickups=(), services=services("", {"cash_full", "no_card"}, SERVICES[:2])
    ),
}
"""Half a service of a machine that has everything, with its reasons."""
CODE = PaymentStep(1701, "code", "https://pay.example/q/7f3a91c2/1701?a=77900", until_ms=MONO_MS + 106_000)
STEPS_OF_A_CHARGE = (
    (CODE, "AUTHORISING"),
    (PaymentStep(1701, "phone"), "AUTHORISING"),
    (PaymentStep(1701, "waiting"), "AUTHORISING"),
    (PaymentStep(1701, "waiting"), "AUTHORISING-late"),
    *(
        (PaymentStep(1701, step, until_ms=MONO_MS + 30_000), "AUTHORISING-card")
        for step in ("card", "card_busy", "remove")
    ),
    (PaymentStep(1701, "pin", typed=4, until_ms=MONO_MS + 24_000), "AUTHORISING-card"),
    (PaymentStep(1701, "scan", until_ms=MONO_MS + 30_000), "AUTHORISING-scan"),
)


def all_shown(language: str) -> dict[str, Shown]:
    """Every screen that can be met, by name."""
    states = steps(language)
    found = {name: shown(state) for name, state in states.items()}
    found |= {f"sale-{name}": shown(states["sale"], made) for name, made in books().items()}
    found |= {f"mode-{name}": shown(states["attract"], mode=mode) for name, mode in MODES.items()}
    found |= {f"home-{name}": shown(states["home"], mode=mode) for name, mode in MODES.items()}
    one_unit = (
        "COLLECTING-some",
        "TICKETS_OUT",
        "PAYING",
        "PAYING-refund",
        "CHANGE_OUT",
        "CHANGE_OUT-refund",
        "OWN_OUT",
    )
    for name in one_unit:  # it takes notes and pays: what comes out comes out of the entry
        found[f"sale-{name}-unit"] = replace(found[f"sale-{name}"], same_notes=True, recycled_fen=(100, 1_000))
    found["pickup-typed-only"] = shown(states["pickup"], mode=replace(PICKUPS, pickups=("type",)))
    for name, mode in (("charges", CHARGES), ("reversal", replace(CHARGES, charge="reversal", cash="part_change"))):
        found[f"sale-CHOOSING-{name}"] = shown(states["sale"], books()["CHOOSING"], mode)
        found[f"home-{name}"] = shown(states["home"], mode=mode)
        found[f"attract-{name}"] = shown(states["attract"], mode=mode)
    for name, mode in PARTIAL.items():
        found[f"home-partial-{name}"] = shown(states["home"], mode=mode)
        found[f"attract-partial-{name}"] = shown(states["attract"], mode=mode)
        if not mode.no_way:
            found[f"sale-CHOOSING-partial-{name}"] = shown(states["sale"], books()["CHOOSING"], mode)
    found["home-phone-only"] = shown(states["home"], mode=replace(CHARGES, cash="off", charges=("code",)))
    found["attract-phone-only"] = shown(states["attract"], mode=replace(CHARGES, cash="off", charges=("code",)))
    found["sale-COLLECTING-phone"] = shown(states["sale"], books()["COLLECTING"], CHARGES)
    for step, name in STEPS_OF_A_CHARGE:
        made = shown(states["sale"], books()[name], CHARGES)
        found[f"sale-{name}-{step.step}"] = replace(made, charge_step=step)
    found["sale-help"] = shown(replace(states["sale"], help=True), books()["COLLECTING"])
    found["idle"] = replace(shown(states["seat"]), now_mono_ms=MONO_MS + 75_000)
    found["empty"] = replace(shown(states["station"]), network=None, index=None, limits=None)
    return found
