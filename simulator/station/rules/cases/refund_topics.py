"""Topics of refunds: fees, tickets without one, places, and policies of a time."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from simulator.station.network import load_network
from simulator.station.rules.book import RuleBook
from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.times import AFTER, DEPARTURE, UNIT, begins_ms, left_ms, noon_ms
from simulator.station.rules.cases.topic import Answers, Topic
from simulator.station.rules.cases.values import (
    Either,
    Moment,
    Money,
    Name,
    Nothing,
    Percent,
    Refused,
    Said,
    Truth,
    Value,
    plain,
)
from simulator.station.rules.fees import refund_fee
from simulator.station.rules.moments import DAY_MS, HOUR_MS, parse_moment
from simulator.station.rules.refunds import (
    Place,
    RefundOffer,
    Ticket,
    deadline_ms,
    late_deadline_ms,
    offer_refund,
    override_for,
)
from simulator.station.rules.rows import Refusal
from simulator.station.timetable import wall_ms

FARE = r"(ticket_|paid_|full_)?(fare|price|paid|amount)(_paid)?"
ANY_FARE_FEN = 10_000
BOUGHT = r"(?=.*(bought|purchas|sold|sale_(at|time|date))).*"
MOVED = rf"(?=.*(moved|rebook|old|original|changed|first))(?=.*{UNIT})(?!.*(_to_|new|refund)).*"
SPRING = r"(?=.*(spring|chunyun|春运)).*"
MARK_WORDS: tuple[tuple[Refusal, str], ...] = (
    ("rebooked_after_departure", r"(rebook|chang)\w* after departure|开车后改签"),
    ("journey_begun", r"(journey|travel|trip)( has| already)? (begun|started|under way)|begun|开始旅行"),
    ("luggage_mark", r"luggage|行李|“行”|^行|行 not"),
    ("monthly_in_use", r"(monthly|season)(?!.*(unused|not (yet )?(in )?use))|月票"),
    ("platform_ticket", r"platform|站台"),
    ("expired", r"expired|overdue|out of date|validity (over|ended)|过期"),
)
PLACE_WORDS: tuple[tuple[Place, str], ...] = (
    ("other", r"\b(third|other|another|neither|any other)\b"),
    ("sale", r"\b(sale|sold|purchase|bought|buying|issu\w+)\b|购票"),
    ("boarding", r"\b(boarding|origin|from|departure|printed)\b|发站|乘车站"),
)
UNHARMED = r"healthy|not (ill|sick|injured)|without (illness|injury)|(without|no|not)( a)?( train)? record"
"""Illness that the train has not written down is none to the rule."""
ILL = r"\b(ill|illness|sick|injur\w+)\b|伤病"


def fee_topic(ask: Ask) -> Answers:
    """`fare`, `hours_before` (or another way to say the time), for moved tickets how long before the old departure."""
    if ask.find(BOUGHT) is not None:
        return override_topic(ask)
    fare_fen = ask.need(ask.fen, FARE)
    tickets = ask.whole(r"tickets|count|number|passengers") or 1
    before_ms = left_ms(ask)
    if before_ms is None:
        before_ms = _any_time(ask)
    if before_ms < 0:
        return {"fee": Refused(), "refund": Refused(), "allowed": Truth(False)}
    moved_ms, spring = _moved_with(ask)
    fee = refund_fee(ask.book, fare_fen, before_ms, ask.day, moved_with_ms=moved_ms, into_spring=spring)
    return {
        "fee": Money(fee.fee_fen * tickets),
        "refund": Money((fare_fen - fee.fee_fen) * tickets),
        "percent": Percent(fee.percent),
        "free": Truth(fee.fee_fen == 0),
        "allowed": Truth(True),
        "rule": Name(fee.trace[0].rule),
    }


def _any_time(ask: Ask) -> int:
    """For a rule that asks for no time any will do."""
    if len(ask.book.refund_fees.at(ask.day).tiers) > 1:
        raise CaseError("needs hours_before: the fee of that day goes by the time left to departure")
    return HOUR_MS


def _moved_with(ask: Ask) -> tuple[int | None, bool]:
    """(time left to the old departure when it was rebooked, None for a ticket as sold; whether it now travels in the season)."""
    moved_ms = ask.span_ms(MOVED)
    said = ask.find(r"(?=.*(moved|rebook|changed)).*")
    if said is None and ask.says(r"(?<!not )(rebooked|moved)"):
        said = True
    spring = ask.truth(SPRING)
    if moved_ms is None and (said is True or (spring and said is None and ask.find(r".*rebook.*spring.*"))):
        below = ask.find(r".*moved.*|.*(less|under|below|within|from).*")
        moved_ms = 0 if below else 10_000 * DAY_MS
    travels = ask.date(r"(new_)?(travel|departure)_(date|day)")
    if spring is None and travels is not None and moved_ms is not None:
        spring = ask.book.in_spring_festival(travels)
    return moved_ms, bool(spring)


def after_departure_topic(ask: Ask) -> Answers:
    """`minutes_after_departure`, `reason`: passenger, carrier, illness."""
    after_ms = ask.need(ask.span_ms, AFTER)
    at_ms = noon_ms(ask)
    reason = ask.word(r"reason|cause|because(_of)?|fault") or "passenger"
    fare_fen = ask.fen(FARE) or ANY_FARE_FEN
    if re.search(r"carrier|railway|铁路", reason):
        whole = Either((Money(fare_fen), Said("full", (r"full|all|whole",))))
        return {"refund": whole, "fee": Money(0), "allowed": Truth(True), "advice": Nothing()}
    ill = bool(re.search(ILL, reason)) and not re.search(UNHARMED, reason)
    offer = offer_refund(ask.book, Ticket(fare_fen=fare_fen, departs_ms=at_ms - after_ms, ill_or_injured=ill), at_ms)
    return _offered(offer)


def _offered(offer: RefundOffer) -> dict[str, Value]:
    advice: Value = Said(offer.advice, (r"rebook|change|改签",)) if offer.advice else Nothing()
    if not offer.allowed:
        return {"refund": Refused(), "fee": Refused(), "allowed": Truth(False), "free": Truth(False), "advice": advice}
    return {
        "refund": Money(offer.refund_fen),
        "fee": Money(offer.fee_fen),
        "free": Truth(offer.fee_fen == 0),
        "allowed": Truth(True),
        "advice": advice,
    }


def non_refundable_topic(ask: Ask) -> Answers:
    """`case` in words, or fields that say it: `fare`, `expired`, `journey_begun` with `reason`, `kind: platform ticket`."""
    words = ask.text()
    fare_fen = ask.fen(FARE)
    if fare_fen is None:
        fare_fen = _fare_in(words)
    ill = bool(re.search(ILL, words)) and not re.search(UNHARMED, words)
    mark = _mark_in(words) or ("journey_begun" if ill else None)
    if mark is None and fare_fen is None and not re.search(r"\bnot\b|unused|valid|ordinary|normal|cleared", words):
        raise CaseError(f"no case the rules speak of in {words!r}")
    at_ms = noon_ms(ask)
    ticket = Ticket(
        fare_fen=ANY_FARE_FEN if fare_fen is None else fare_fen,
        departs_ms=at_ms + (-HOUR_MS if ill else DAY_MS),
        mark=mark,
        ill_or_injured=ill,
    )
    offer = offer_refund(ask.book, ticket, at_ms)
    return {"allowed": Truth(offer.allowed), "refundable": Truth(offer.allowed), "rule": Name(offer.trace[0].rule)}


def _fare_in(words: str) -> int | None:
    """An amount in a sentence, in fen; one fen more for `more than`."""
    told = re.search(r"(?:fare|price|票价)\D*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?) ?(?:yuan|元)", words)
    if told is None:
        return None
    more = re.search(r">(?!=)|more than|above|over", words[: told.end()])
    return int(Decimal(told[1] or told[2]) * 100) + (1 if more else 0)


def _mark_in(words: str) -> Refusal | None:
    """What a ticket went through, unless the words deny it."""
    for mark, word in MARK_WORDS:
        if re.search(rf"(?<!not )(?<!not yet )(?:{word})", words):
            cleared = mark == "luggage_mark" and re.search(r"(?<!not )(?<!not yet )(cleared|removed)", words)
            return None if cleared else mark
    return None


def place_topic(ask: Ask) -> Answers:
    """`at`: station of sale, boarding station, third station; `group`, `hours_before`; before departure unless told."""
    words = ask.need(ask.word, r"at|place|station|where|refund_at|counter|window")
    place = next((place for place, word in PLACE_WORDS if re.search(word, words)), None)
    if place is None:
        raise CaseError(f"{words!r}: say station of sale, boarding station or third station")
    before = ask.truth(r"before_departure.*|before_printed_departure")
    before_ms = left_ms(ask)
    if before_ms is None:
        before_ms = -HOUR_MS if before is False else 20 * DAY_MS
    at_ms = noon_ms(ask)
    fare_fen = ask.fen(FARE) or ANY_FARE_FEN
    group = bool(ask.truth(r"group|is_group"))
    ticket = Ticket(fare_fen=fare_fen, departs_ms=at_ms + before_ms, group=group)
    return _offered(offer_refund(ask.book, ticket, at_ms, place))


PAPER = r"(?=.*(paper|cash|receipt|printed|collected|taken)).*"
ENDS = (
    r"(train_)?(from|origin|boarding)(_station|_city)?",
    r"(train_)?(to|destination)(_station|_city)?",
    r"(train_)?(stations?|city|route|train|filter)",
)


_SOME_FEE: dict[str, Value] = {
    "fee": Said("normal fee", (r"normal|usual|ordinary|standard|regular|tier|due|yes|section|percent|%|charged|r4",)),
    "free": Truth(False),
    "refund": Said("less fee", (r"fee|normal",)),
    "percent": Said("normal fee", (r"normal|usual|ordinary|standard|regular|tier",)),
}
"""The fee depends on a time or a fare that is not told: only that there is one."""


def override_topic(ask: Ask) -> Answers:
    """`bought`, `refund_at` (else the day of the case), `departure` or `hours_before`, `fare`, `from`, `to`, `at`,
    `train_cancelled`, `paid_cash_or_paper_before`; `policy` names the only one to look at."""
    policy = ask.find(r"policy|override|rule|override_id|policy_id")
    ticket, at_ms, place, timed = _override_question(ask)
    known = _known(ask.book, wall_ms(ask.day, 24 * 60), None if policy is None else str(policy))
    offer = offer_refund(known, ticket, at_ms, place)
    answers = _offered(offer)
    of_hundred = offer_refund(known, replace(ticket, fare_fen=ANY_FARE_FEN), at_ms, place)
    if offer.allowed and not offer.policy and not (timed and ask.fen(FARE) is not None):
        answers |= _SOME_FEE
    if timed or offer.policy:
        answers["percent"] = Percent(of_hundred.fee_fen * 100 // ANY_FARE_FEN)
    rule = override_for(known, ticket, at_ms, place)
    answers["policy"] = Name(rule.id) if rule else Nothing()
    no_fee, due = (r"no fee|free|waive|without",), (r"normal|usual|fee",)
    answers["effect"] = Said("no fee", no_fee) if rule is not None else Said("normal fee", due, no_fee)
    answers["applies"] = Either((Truth(rule is not None), answers["policy"]))
    if rule is not None:
        last = max(deadline_ms(rule, ticket), late_deadline_ms(rule, ticket))
        ways: tuple[Value, ...] = (Moment(last, f"{last} ms"),)
        if rule.until_ms is None:
            ways += (Said("departure", (r"departure",)),) + ((Nothing(),) if rule.late_ms is None else ())
        answers["deadline"] = Either(ways)
        answers["insurance"] = Truth(rule.insurance_too)
    return answers


def _override_question(ask: Ask) -> tuple[Ticket, int, Place | None, bool]:
    """The ticket, the moment, the place, and whether the time left to departure was told."""
    bought_ms = ask.moment(rf"{BOUGHT}(?<!_before)")
    if bought_ms is None and (limit := ask.moment(rf"{BOUGHT}_before")) is not None:
        bought_ms = limit - 1
    paper = _paper_ms(ask, bought_ms)
    if bought_ms is None:
        bought_ms = paper or 0  # what was paid in cash or taken as paper was bought by then
    told_at = ask.moment(r"refund(ed)?_?(at|on|time|date)?|transaction(_\w+)?|at_time|now|when|requested?_at")
    if told_at is None and re.match(r"\d{4}-", str(ask.find("at"))):
        told_at = ask.moment("at")
    at_ms = begins_ms(ask) if told_at is None else told_at
    before_ms = left_ms(ask)
    departs_ms = ask.moment(DEPARTURE)
    late = ask.truth(r"(is_)?(departed|train_left|missed)|after_departure")
    before_told = ask.truth(r"before_departure")
    if departs_ms is None and before_ms is not None:
        departs_ms = at_ms + before_ms
    timed = departs_ms is not None
    if departs_ms is None:
        gone = late or before_told is False or (paper is not None and late is None and before_told is None)
        departs_ms = (paper or at_ms - DAY_MS) + 1 if gone else at_ms + HOUR_MS
    words = ask.word(r"place|where|refund_place|counter|at")
    place = None if words is None else next((place for place, word in PLACE_WORDS if re.search(word, words)), None)
    reopened_ms = ask.moment(r"(?=.*reopen).*")
    ticket = Ticket(
        fare_fen=ask.fen(FARE) or ANY_FARE_FEN,
        departs_ms=departs_ms,
        bought_ms=bought_ms,
        cities=_cities(ask),
        paper_ms=0 if paper is None and reopened_ms is not None else paper,
        cancelled=bool(ask.truth(r"(train_)?(is_)?cancell?ed|train_cancell?ation")),
        reopened_ms=reopened_ms,
    )
    return ticket, at_ms, place, timed


def _paper_ms(ask: Ask, bought_ms: int | None) -> int | None:
    """When it was paid in cash or taken as paper: told as a moment, or as a way to pay, which was when it was bought."""
    value = ask.find(PAPER)
    if value is None:
        paid = ask.word(
            r"pay(ment|_by|_with)?|paid(_by|_with|_in)?|payment_(method|means|way)|means|form|ticket_form|medium"
        )
        value = bool(paid and re.search(r"cash|paper|printed|现金|纸", paid))
    if isinstance(value, bool):
        return (bought_ms if bought_ms is not None else 0) if value else None
    return parse_moment(str(value))


def _known(book: RuleBook, by_ms: int, only: str | None) -> RuleBook:
    """The book with the policies that were announced by the day of the case, or with the one that is named."""
    ids = {rule.id for rule in book.overrides}
    if only is not None and plain(only).upper() in ids:
        return replace(book, overrides=tuple(rule for rule in book.overrides if rule.id == plain(only).upper()))
    return replace(book, overrides=tuple(rule for rule in book.overrides if rule.begins_ms < by_ms))


def _cities(ask: Ask) -> tuple[str, ...]:
    found: list[str] = []
    for pattern in ENDS:
        value = ask.find(pattern)
        for text in value if isinstance(value, list) else [value]:
            found += _city_of(plain(str(text))) if text is not None else []
    if ask.truth(r"(?=.*wuhan).*"):
        found.append("武汉")
    return tuple(found)


@lru_cache(1)
def _station_cities() -> dict[str, str]:
    return {
        plain(name): station.city
        for station in load_network().stations.values()
        for name in (station.name, station.english, station.pinyin, station.telecode)
    } | {"wuhan": "武汉", "武汉": "武汉"}


def _city_of(words: str) -> list[str]:
    known = _station_cities()
    return [
        city
        for name, city in known.items()
        if name == words or re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", words)
    ]


TOPICS = {
    "refund_fee": Topic(fee_topic),
    "refund_after_departure": Topic(after_departure_topic),
    "non_refundable": Topic(non_refundable_topic),
    "remote_ticket_refund": Topic(place_topic),
    "refund_override": Topic(override_topic, whole=r"stations?"),
    "refund_override_late": Topic(override_topic, whole=r"stations?"),
}
