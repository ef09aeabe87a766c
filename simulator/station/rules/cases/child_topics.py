"""Topics of children, and of what a concession takes off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from simulator.station.rules import children, concessions
from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.topic import Answers, Topic
from simulator.station.rules.cases.values import (
    Either,
    Money,
    Name,
    Nothing,
    Number,
    Numbers,
    Shares,
    Truth,
    Value,
    plain,
)
from simulator.station.rules.rows import TicketKind
from simulator.station.tariff import answers as tariff
from simulator.station.tariff.money import rounded

FREE_ROLES = {
    "free": (r"free|免",),
    "child": (r"^child|half|儿童|孩",),
    "full": (r"full|adult|全",),
}


def _kind(kind: TicketKind) -> Answers:
    return {"ticket": Name(kind, FREE_ROLES[kind])}


def height_topic(ask: Ask) -> Answers:
    """`height_m` (or `height_cm`)."""
    mm = ask.decimal(r"(child_)?height_cm")
    metres = mm / 100 if mm is not None else ask.need(ask.decimal, r"(child_)?height(_m|_metres|_meters)?")
    return _kind(children.by_height(ask.book, int(metres * 1000), ask.day).kind)


def age_topic(ask: Ask) -> Answers:
    """`birth`, `travel` (else the day of the case); or `age` in years."""
    years = ask.whole(r"age(_years)?|years")
    travel = ask.date(r"travel(_date|_day|_on)?|departure(_date)?|date|on") or ask.day
    if years is not None:
        return _kind(
            children.by_age(ask.book, date(travel.year - years, travel.month, min(travel.day, 28)), travel).kind
        )
    birth = ask.need(ask.date, r"birth(_date|_day|day)?|born(_on)?|date_of_birth")
    return _kind(children.by_age(ask.book, birth, travel).kind)


def child_topic(ask: Ask) -> Answers:
    """`free_child` (or `height_m`, `birth`, `age`), `own_berth`, `aircon`; fares of berth and air-con ticket give an amount.

    With `adults` and `free_children`: how many of them go free.
    """
    if ask.find(r"adult_(seat_)?class|adult_to|adult_destination|adult_km") is not None:
        return _beside_adult(ask)
    adults, free_size = (
        ask.whole(r"adults?(_count)?"),
        ask.whole(r"(free_)?(size_)?(children|kids)(_under_\w+|_free_size|_count)?"),
    )
    if adults is not None and free_size is not None:
        free, paying, _ = children.free_children(ask.book, adults, free_size, ask.day)
        return {
            "free": Number(Fraction(free)),
            "child_tickets": Number(Fraction(paying)),
            "tickets": Number(Fraction(paying)),
        }
    kind = _child_kind(ask)
    own = ask.find(
        r"(own|single|alone|sole|separate)_?(berth|sleeper|in_berth)|berth_alone|alone|uses_own_berth|berth_of_its_own"
    )
    own_berth = own is True or _amount(own) or _said(own)
    aircon = ask.find(r"(is_)?(air_?con(ditioned|ditioning)?|ac)(_train|_ticket|_fare)?")
    has_aircon = aircon is None or aircon is True or _amount(aircon) or _said(aircon)
    paid = children.pays(ask.book, kind, ask.day, own_berth=own_berth, aircon=has_aircon)
    shares = Shares({str(part): share for part, share in paid.shares.items()})
    ways: tuple[Value, ...] = (shares,)
    amount = _child_amount(ask, paid.shares)
    if amount is not None:
        ways = (*ways, Money(amount))
    mark: Value = Name(paid.mark) if paid.mark else Nothing()
    return {"pays": Either(ways), "ticket_type_mark": mark, "ticket": Name(kind, FREE_ROLES[kind])} | {
        name: Number(share) for name, share in {"berth": Fraction(0), "aircon": Fraction(0), **paid.shares}.items()
    }


def _beside_adult(ask: Ask) -> Answers:
    """`adult_class` and `child_class`, and how far each goes: `adult_km`, `child_km`, or `adult_to`, `child_to` along a `route`."""
    classes = [str(ask.find(rf"{who}_(seat_)?class") or "") for who in ("child", "adult")]
    km = [ask.whole(rf"{who}_km") for who in ("child", "adult")]
    if km[0] is None or km[1] is None:
        ends = [str(ask.find(rf"{who}_(to|destination)") or "") for who in ("child", "adult")]
        route = ask.find("route|stops")
        if isinstance(route, list) and set(ends) <= set(route):
            km = [route.index(one) for one in ends]
        elif ends[0] == ends[1]:
            km = [0, 0]
        else:
            raise CaseError("needs child_km and adult_km, or a route with both destinations")
    fits, _ = children.travels_with(ask.book, plain(classes[0]), plain(classes[1]), km[0] or 0, km[1] or 0, ask.day)
    return {"allowed": Truth(fits)}


def _said(value: Any) -> bool:
    """A word that is no denial."""
    return isinstance(value, str) and not re.match(r"no|false|without", plain(value))


def _amount(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value > 0


def _child_kind(ask: Ask) -> TicketKind:
    free = ask.truth(r"(is_)?free(_child|_size)?|child_free")
    if free is not None:
        return "free" if free else "child"
    if ask.find(r"(child_)?height(_\w+)?") is not None:
        metres = ask.need(ask.decimal, r"(child_)?height(_\w+)?")
        return children.by_height(ask.book, int(metres * (10 if metres > 3 else 1000)), ask.day).kind
    if ask.find(r"birth\w*|born\w*|date_of_birth") is not None or ask.find(r"age(_years)?") is not None:
        birth = ask.date(r"birth\w*|born\w*|date_of_birth")
        if birth is None:
            years = ask.need(ask.whole, r"age(_years)?")
            birth = date(ask.day.year - years, ask.day.month, min(ask.day.day, 28))
        travel = ask.date(r"travel(_date|_day)?") or ask.day
        return children.by_age(ask.book, birth, travel).kind
    words = ask.word(r"passenger|child|kind|ticket(_type)?|case") or ""
    if re.search(r"free|免", words):
        return "free"
    return "child"


def _child_amount(ask: Ask, shares: Mapping[Any, Fraction]) -> int | None:
    """Yuan of each ticket that has a fare among the input, by its share; None when none has."""
    fares = {
        "seat": ask.fen(r"(hard_|soft_)?seat(_fare|_ticket|_price)?"),
        "express": ask.fen(r"express(_fare|_ticket|_price)?"),
        "aircon": ask.fen(r"(air_?con(ditioning)?|ac)(_fare|_ticket|_price)?"),
        "berth": ask.fen(r"(own_)?(hard_|soft_)?(berth|sleeper)(_fare|_ticket|_price)?"),
    }
    if all(fare is None for fare in fares.values()):
        return None
    return sum(
        rounded(Fraction(fare) * shares.get(part, Fraction(0)), 50) for part, fare in fares.items() if fare is not None
    )


ITEMS = r"items?|components?|tickets?|parts?|for|of|class"
PASSENGER = r"passengers?(_kind|_type)?|who|kind|concession|category"


def discount_topic(ask: Ask) -> Answers:
    """`passenger`, `items` (one or several); `certificate: false` takes the discount away."""
    passenger = str(ask.need(ask.find, PASSENGER))
    items = ask.find(ITEMS)
    names = [str(one) for one in items] if isinstance(items, list) else [str(items or "hard seat")]
    if any(re.fullmatch(r"all|everything|whole ticket|全部", plain(name)) for name in names):
        names = ["hard seat", "express", "air-con", "berth"]
    if ask.truth(r"(has_)?(certificate|card|document)(_shown|_checked)?") is False:
        passenger = "adult"
    factors = tariff.discount(passenger, [_item(name) for name in names], ask.day).factors
    values = Numbers(factors, tuple(names))
    answers: dict[str, Value] = {"factor": values, "discount": Numbers(tuple(1 - one for one in factors), tuple(names))}
    amount = ask.fen(r"(full_)?(fare|price|amount)|full")
    if amount is not None and len(factors) == 1:
        answers["total"] = Money(rounded(Fraction(amount) * factors[0], 50))
    return answers


def _item(name: str) -> str:
    """In the tariff's words: no plural, and an add-on without a name is a supplement."""
    words = " ".join(re.sub(r"(?<=[^s\W])s$", "", word) for word in plain(name).split())
    return re.sub(r"\b(add on|addition|附加票)\b", "supplement", words)


def student_emu_topic(ask: Ask) -> Answers:
    """`class`, `full` (yuan)."""
    full = ask.need(ask.fen, r"full(_fare|_price)?|fare|price")
    fare, _ = concessions.student_emu_fare(ask.book, full, str(ask.find(r"(seat_)?class") or "second"), ask.day)
    return {"student_fare": Money(fare), "total": Money(fare)}


TOPICS = {
    "child_height": Topic(height_topic),
    "child_age": Topic(age_topic),
    "child": Topic(
        child_topic,
        whole="route|stops",
        names=(
            ("ticket_type_mark", r".*mark.*"),
            ("pays", r"pay(s|ment)?(_\w+)?|to_pay|due|total|fare"),
            ("child_tickets", r".*child.*tickets?.*"),
            ("free", r".*free.*"),
        ),
    ),
    "discount": Topic(
        discount_topic,
        whole=ITEMS,
        whole_alone=True,
        names=(("factor", r"(\w+_)?(factors?|share|pays|multiplier)"), ("total", r"pays?|fare")),
    ),
    "student_emu": Topic(student_emu_topic),
}
