"""Topics of students and groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from simulator.station.rules import concessions
from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.topic import Answers, Topic
from simulator.station.rules.cases.values import (
    Amounts,
    Either,
    Money,
    Name,
    Number,
    Numbers,
    Said,
    Truth,
    Value,
    plain,
)
from simulator.station.rules.rows import StudentBar, StudentTrip
from simulator.station.tariff import answers as tariff


def quota_topic(ask: Ask) -> Answers:
    """`used_this_year`, `unused_last_year`."""
    used = ask.need(ask.whole, r"used(_\w+)?|trips_used")
    quota = concessions.student_quota(ask.book, used, ask.day, ask.whole(r"unused(_\w+)?|left_over(_\w+)?") or 0)
    return {"remaining": Number(Fraction(quota.remaining)), "allowed": Truth(quota.remaining > 0)}


def split_topic(ask: Ask) -> Answers:
    """`legs`: a list, or their number."""
    legs = ask.find(r"legs|tickets|parts")
    count = len(legs) if isinstance(legs, list) else ask.whole(r"legs|tickets|parts") or 2
    trips, leg, _ = concessions.split_ticket(ask.book, count, ask.day)
    seller = Said(f"seller of leg {leg}", (rf"\b(leg )?{leg}\b|first",))
    return {"trips_deducted": Number(Fraction(trips)), "deducted_at": seller}


def reissued_topic(ask: Ask) -> Answers:
    """`reissued_year` or `reissued` (a date), `travel_year` or `travel`."""
    days = []
    for year, day in (
        (r"reissued?_year|card_year", r"reissued?(_at|_on|_date)?"),
        (r"travel_year|year", r"travel(_date|_on)?"),
    ):
        number = ask.whole(year)
        days.append(date(number, 6, 1) if number is not None else ask.need(ask.date, day))
    eligible, _ = concessions.reissued_card(ask.book, days[0], days[1])
    return {"eligible": Truth(eligible)}


SCHOOL, PRACTICE, HOME = "(school|university|college|学校)", "(internship|practice|实习)", "(home|家)"


def _between(one: str, other: str) -> str:
    """A pattern of a way between two places, in either direction: `internship place to home`, `home-internship`."""
    joint = r"( place)?\W*(to|and|<->|->|地点?到?|到|至|与|和)?\W*(the )?"
    return f"{one}{joint}{other}|{other}{joint}{one}"


BAR_WORDS: tuple[tuple[StudentBar, str], ...] = (
    ("parent_at_school_place", r"parents?\b.*(school|same|lives?|there)|父母"),
    ("suspension", r"suspen|leave of absence|休学"),
    ("resumption", r"resum|return(ing)? (to|of) (school|study|studies)|复学"),
    ("transfer", r"transfer(?! station)|chang\w+ (of )?school|转学"),
    ("withdrawal", r"withdr|drop\w* out|leav\w+ (of )?school|quit|退学"),
    ("school_internship", _between(SCHOOL, PRACTICE)),
    ("reissued_this_year", r"reissu|补办"),
    (
        "no_discount_card",
        r"(no|without|not|missing|lacks?) (a |the |has )*(discount )?(card|certificate|strip)|card missing",
    ),
    ("beyond_section", r"beyond|outside (the )?(noted|card|section)|not on section"),
    ("no_trips_left", r"no trips|trips used up|4 (trips )?used|fifth"),
)
TRIP_WORDS: tuple[tuple[StudentTrip, str], ...] = (
    ("internship_home", _between(PRACTICE, HOME)),
    ("home_school", _between(HOME, SCHOOL)),
)


def eligibility_topic(ask: Ask) -> Answers:
    """`trip` or `from` and `to` in words (`internship-home`), and what speaks against it (`case: suspension`)."""
    words = ask.text()
    both = ask.find(r"between(_places)?")
    ends = [ask.word(r"from(_place)?|origin"), ask.word(r"to(_place)?|destination")]
    if isinstance(both, list) and len(both) == 2:
        ends = [plain(str(end)) for end in both]
    if ends[0] and ends[1]:
        words += f" ; {ends[0]} to {ends[1]}"
    used = ask.whole(r"(trips_)?used(_\w+)?|trips")
    words = " ; ".join(piece for piece in words.split(" ; ") if not re.match(r"not (?!.*(card|certificate))", piece))
    bars = [bar for bar, word in BAR_WORDS if re.search(word, words)]
    trip = next((trip for trip, word in TRIP_WORDS if re.search(word, words)), None)
    if used is not None and concessions.student_quota(ask.book, used, ask.day).remaining == 0:
        bars.append("no_trips_left")
    if not bars and trip is None and used is None and not re.search(r"student|card|none|not ", ask.text()):
        raise CaseError(f"no trip of a student and no reason against one in {words!r}")
    allowed, steps = concessions.student_trip(ask.book, trip, bars, ask.day)
    factor = Numbers((Fraction(1, 2) if allowed else Fraction(1),))
    fare = Said("student" if allowed else "full", (r"student|half|discount",) if allowed else (r"full|adult|none|no ",))
    return {"eligible": Truth(allowed), "fare": fare, "factor": factor, "rule": Name(steps[0].rule)}


def group_topic(ask: Ask) -> Answers:
    """`size`, `spring_festival` (or `travel_date`)."""
    size = ask.need(ask.whole, r"(group_)?(size|passengers|people|count|members|tickets)")
    free, _ = concessions.group_free(ask.book, size, _spring(ask), ask.day)
    return {"free": Number(Fraction(free)), "pays": Number(Fraction(size - free))}


def _spring(ask: Ask) -> bool:
    told = ask.truth(r"(?=.*(spring|chunyun)).*")
    travels = ask.date(r"travel(_date|_day|_on)?")
    return told if told is not None else travels is not None and ask.book.in_spring_festival(travels)


GROUP_FARES = r"(ticket_|mixed_|seat_)?(fares|prices|tickets|group|members|passengers|classes|mix|mixed)"
MOST_IN_GROUP = 10_000


def choice_topic(ask: Ask) -> Answers:
    """`fares` (with `counts` beside them, or as objects or a mapping fare by name), `free` or `size`; or a `claim`."""
    claim = ask.word(r"claim|statement")
    fares = _fares(ask)
    free = ask.whole(r"free(_count|_places|_tickets)?|count_free|number_free|n_free")
    if claim is None and not fares:
        ask.text()
    if claim is not None or not fares:
        picked = concessions.group_choice(ask.book, [100, 300, 200], ask.day, 1)
        lowest = picked.positions == (0,)
        highest = picked.positions == (1,)
        word = "lowest" if lowest else "highest" if highest else "neither"
        said = None if claim is None else re.search(r"lowest|cheapest|highest|dearest|most expensive|最低|最高", claim)
        low_said = said is not None and bool(re.search(r"low|cheap|低", said[0]))
        true = said is not None and (low_said if lowest else not low_said) and not re.search(r"\bnot\b", claim or "")
        named = Name(word, (r"high|dear|expens|最高",) if highest else ())
        return {"claim_true": Truth(true), "free_fares": named, "lowest": Truth(lowest), "highest": Truth(highest)}
    size = ask.whole(r"(group_)?(size|passengers|people|members)")
    if free is None and size is not None:
        free, _ = concessions.group_free(ask.book, size, _spring(ask), ask.day)
    choice = concessions.group_choice(ask.book, [fen for _, fen in fares], ask.day, free, _spring(ask))
    chosen = [fares[at] for at in choice.positions]
    by_word = Said("highest", (r"high|dear|expens|最高",), (r"low|cheap",))
    amounts = Amounts(tuple(fen for _, fen in chosen))
    ways: list[Value] = [amounts, by_word, Names(tuple(name for name, _ in chosen))]
    if len({fen for _, fen in chosen}) == 1:
        ways.append(Money(chosen[0][1]))
    return {
        "free": Either((Number(Fraction(choice.free)), *ways)),
        "free_fares": Either(tuple(ways)),
        "free_count": Number(Fraction(choice.free)),
        "positions": Numbers(tuple(Fraction(at) for at in choice.positions)),
        "total": Money(choice.pay_fen),
        "lowest": Truth({fares[at][1] for at in choice.positions} == {min(fen for _, fen in fares)}),
        "highest": Truth(bool(chosen) and chosen[0][1] == max(fen for _, fen in fares)),
        "saved": Money(sum(fen for _, fen in chosen)),
    }


class Names:
    """Names without order, each once or more; one name alone may stand without a list."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def matches(self, expected: Any) -> bool:
        told = expected if isinstance(expected, list) else [expected]
        return all(isinstance(one, str) for one in told) and (
            sorted(map(plain, told)) == sorted(map(plain, self._names))
            or {plain(one) for one in told} == {plain(one) for one in self._names}
        )

    def __str__(self) -> str:
        return ", ".join(self._names)


def _fares(ask: Ask) -> list[tuple[str, int]]:
    """(name, fen) of each passenger."""
    told = ask.find(GROUP_FARES)
    counts = ask.find(r"(counts?|numbers?|how_many|quantit\w+)")
    if isinstance(told, Mapping):
        named = [(str(name), value) for name, value in told.items()]
    elif isinstance(told, list):
        named = [_one_fare(one) for one in told]
    else:
        return []
    if isinstance(counts, list) and len(counts) != len(named):
        raise CaseError(f"{len(named)} fares and {len(counts)} counts")
    found: list[tuple[str, int]] = []
    for at, (name, value) in enumerate(named):
        many = counts[at] if isinstance(counts, list) else counts.get(name, 1) if isinstance(counts, Mapping) else 1
        if isinstance(value, Mapping):
            many = next((value[key] for key in ("count", "number", "n", "passengers", "people") if key in value), many)
            value = next((value[key] for key in ("fare", "price") if key in value), None)
        if isinstance(value, str):
            name, value = value, _class_fare(ask, value)
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            raise CaseError(f"{value!r} is no fare")
        if not isinstance(many, int) or not 0 <= many <= MOST_IN_GROUP:
            raise CaseError(f"{many!r} is no count")
        found += [(name, int(Decimal(value) * 100))] * many
    return found


def _class_fare(ask: Ask, seat_class: str) -> Decimal | None:
    """Where only classes are told: the fare of a middling trip in that class, in yuan, to know which is the dearer."""
    train = "D" if re.search("first|second|business|等", seat_class) else "fast, new air-con"
    try:
        return Decimal(tariff.fare(tariff.FareAsked(500, train, plain(seat_class), ask.day)).total_fen) / 100
    except ValueError:
        return None


def _one_fare(one: Any) -> tuple[str, Any]:
    if isinstance(one, Mapping):
        name = next((str(one[key]) for key in ("class", "name", "kind", "type") if key in one), "")
        return name, one
    if isinstance(one, list) and len(one) == 2:
        return "", {"fare": one[0], "count": one[1]}
    return "", one


TOPICS = {
    "student_quota": Topic(quota_topic, names=(("remaining", r".*(remain|left).*"),)),
    "student_split_ticket": Topic(split_topic, whole=r"legs|tickets|parts"),
    "student_card_reissued": Topic(reissued_topic),
    "student_eligibility": Topic(
        eligibility_topic,
        whole=r"between(_places)?",
        names=(
            ("eligible", r"(student_ticket|student|discount|sell|allowed|granted|entitled)(_\w+)?"),
            ("fare", r".*fare.*|pays|ticket"),
        ),
    ),
    "group_free": Topic(group_topic),
    "group_free_choice": Topic(
        choice_topic,
        whole=GROUP_FARES + r"|counts?|numbers?|how_many|quantit\w+",
        names=(
            ("lowest", r".*(lowest|cheapest).*"),
            ("highest", r".*(highest|dearest).*"),
            ("positions", r".*(index|indices|position).*"),
            ("free_count", r".*count.*"),
            ("total", r"total|pays?|to_pay|sum|due"),
            ("saved", r".*(saved|discount|reduction|value).*"),
            ("free_fares", r".*(free|fare|chosen|choice|which|ticket|policy|order|rule).*"),
        ),
    ),
}
