"""Topics of rebooking, change of route and validity."""

from __future__ import annotations

import re
from fractions import Fraction

from simulator.station.rules import rebooking, validity
from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.times import begins_ms, left_ms
from simulator.station.rules.cases.topic import Answers, Topic
from simulator.station.rules.cases.values import (
    Either,
    Moment,
    Money,
    Name,
    NameSet,
    Number,
    Percent,
    Refused,
    Said,
    Truth,
    Value,
    plain,
)
from simulator.station.rules.moments import DAY_MS, HOUR_MS, parse_moment
from simulator.station.rules.validity import ValidFor
from simulator.station.timetable import MINUTE_MS, station_date

OLD_FARE = (
    r"(fare|price)_(old|original|before|paid|from|first)",
    r"(old|original|first|paid|ticket|current)(_ticket)?_(fare|price)",
)
NEW_FARE = (
    r"(fare|price)_(new|after|to|second|target)",
    r"(new|second|target|rebooked|changed)(_ticket)?_(fare|price)",
)
OLD_DATE = r"(old|ticket|original|travel|printed|from)_(date|day|departure)(_at|_date)?|departure|departs_at|date|from"
NEW_DATE = (
    r"(new|rebooked|target|moved?)(_to)?_(travel_)?(date|day|departure)(_at|_date)?",
    r"(rebooked?|moved?|changed?)_to|to(_date|_day)?|new",
)
ONE_FARE = (r"(lower_|ticket_)?(fare|price|paid)(_lower)?", r"fares?")
LATER = r"(?=.*(later|next|new_date|new_day|to_date|target|rebook(ed)?_to|moved?_to|day)).*"


def fee_topic(ask: Ask) -> Answers:
    """`old_fare`, `new_fare` (or one `fare`), `hours_before` or `minutes_after_departure`, `new_date`, `old_date` or words."""
    old, new = ask.fen(*OLD_FARE), ask.fen(*NEW_FARE)
    if old is None:
        old = new if new is not None else ask.need(ask.fen, *ONE_FARE)
    new = old if new is None else new
    before_ms = _left(ask)
    later = days_later(ask)
    stopped = rebooking.rebook_refused(
        ask.book, before_ms, begins_ms(ask), ask.day, already=_already(ask), group=bool(ask.truth(r"(is_)?group"))
    )
    rule = ask.book.rebooking.at(ask.day)
    bound = rule.same_day_below_hours
    if stopped is not None or (bound is not None and before_ms < bound * HOUR_MS and later > 0):
        return {"fee": Refused(), "allowed": Truth(False), "percent": Refused()}
    fee = rebooking.rebook_fee(ask.book, old, new, before_ms, later, ask.day)
    pay, back, off, _ = rebooking.settle(ask.book, old, new, before_ms, ask.day)
    return {
        "fee": Money(fee.fee_fen),
        "percent": Percent(fee.percent),
        "allowed": Truth(True),
        "free": Truth(fee.fee_fen == 0),
        "pay": Money(pay),
        "refund": Money(back),
        "difference_fee": Money(off),
        "total_to_pay": Money(pay + fee.fee_fen),
    }


def _left(ask: Ask) -> int:
    before = left_ms(ask)
    if before is None:
        gone = ask.find(r"(is_)?(departed|train_left|missed)|.*after_departure.*")
        when = ask.word(r"when|time|timing|at|moment|state|window|case|situation") or ""
        if gone is True or re.search(r"after( the)? departure|departed|missed", when):
            return -MINUTE_MS
        found = re.search(r"(\d+)(?: ?h)?\D*(\d+)? ?h", when)
        if found is None:
            raise CaseError("needs hours_before, or after_departure: true")
        below = re.search(r"<(?!=)|less|under|below|within|不足", when[: found.start()])
        return int(found[1]) * HOUR_MS - (1 if below else 0)
    return before


def days_later(ask: Ask) -> int:
    """By how many days the new train is later than the ticket's date; a word for a later day is 1."""
    count = ask.whole(
        r"(days_later|later_days|days_moved|later_by_days|new_date_days_later|day_offset|days_after(_old)?(_date)?)"
    )
    if count is not None:
        return count
    old, new = ask.find(OLD_DATE), ask.find(*NEW_DATE)
    if _is_date(old) and _is_date(new):
        return (station_date(parse_moment(str(new))) - station_date(parse_moment(str(old)))).days
    told = ask.find(LATER)
    if isinstance(told, bool):
        return int(told)
    words = " ".join(str(one).lower().replace("_", " ") for one in (new, told) if one is not None)
    if re.search(r"same|not later|earlier|before|\bold\b|当日", words):
        return 0
    if re.search(r"later|next|after|following|次日", words):
        return 1
    same = ask.truth(r"same_(day|date)|.*earlier.*")
    if same is not None:
        return 0 if same else 1
    told_of = ask.text()
    if re.search(r"same (day|date)|not later|earlier", told_of):
        return 0
    if re.search(r"\b(later|next|following) (day|date)|次日", told_of):
        return 1
    raise CaseError("needs new_date and old_date, or a word: later, same day, earlier")


def _is_date(value: object) -> bool:
    return bool(re.match(r"\d{4}-\d{2}-\d{2}", str(value)))


def _already(ask: Ask) -> int:
    value = ask.find(
        r"already(_rebooked|_changed)?|(times_)?(rebooked|changed)(_before|_times|_already)?|rebook_count|changes|nth"
    )
    if isinstance(value, bool):
        return int(value)
    return int(value) if isinstance(value, int) else 0


def allowed_topic(ask: Ask) -> Answers:
    """`already_rebooked`, `minutes_after_departure` or `hours_before`, `departure_time` (HH:MM), `group`."""
    before_ms = left_ms(ask)
    departs_ms = begins_ms(ask)
    clock = ask.find(r"departure_time|departs")
    if clock is not None and (found := re.fullmatch(r"(\d{1,2}):(\d{2})", str(clock))):
        departs_ms += (int(found[1]) * 60 + int(found[2])) * MINUTE_MS
    stopped = rebooking.rebook_refused(
        ask.book,
        20 * DAY_MS if before_ms is None else before_ms,
        departs_ms,
        ask.day,
        already=_already(ask),
        group=bool(ask.truth(r"(is_)?group")),
    )
    return {"allowed": Truth(stopped is None)}


def origin_topic(ask: Ask) -> Answers:
    """What is collected, printed, may change and is settled; `old_fare` and `new_fare` give the amounts."""
    rule = ask.book.rebooking.at(ask.day)
    ask.find(r"action|kind|type")
    up = rebooking.settle(ask.book, 100, 300, DAY_MS, ask.day)
    down = rebooking.settle(ask.book, 300, 100, DAY_MS, ask.day)
    parts = (r"diff",) + ((r"\bup\b|pay|补",) if up[0] else ()) + ((r"\bdown\b|back|refund|退",) if down[1] else ())
    answers: dict[str, Value] = {
        "collect_old_ticket": Truth(rule.collect_old),
        "mark": Name(rule.mark),
        "may_change": NameSet(frozenset(rule.may_change)),
        "fare": Said("difference, up or down", parts),
        "times": Number(Fraction(rule.times)),
    }
    old, new = ask.fen(*OLD_FARE), ask.fen(*NEW_FARE)
    if old is not None and new is not None:
        pay, back, off, _ = rebooking.settle(ask.book, old, new, left_ms(ask) or 3 * DAY_MS, ask.day)
        answers |= {"pay": Money(pay), "refund": Money(back), "fee": Money(off)}
    return answers


def route_topic(ask: Ask) -> Answers:
    """`old_fare_after_fork`, `new_fare_after_fork`, `emu` or `train`."""
    old = ask.need(ask.fen, r"old_(fare|price).*", *OLD_FARE)
    new = ask.need(ask.fen, r"new_(fare|price).*", *NEW_FARE)
    emu = ask.truth(r"(is_)?emu(_train)?")
    if emu is None:
        emu = bool(re.search(r"\bemu\b|动车|高铁", ask.word(r"train(_class|_kind)?") or ""))
    offer = rebooking.change_route(ask.book, old, new, ask.day, emu=emu)
    return {
        "pay": Money(offer.pay_fen),
        "refund": Money(offer.refund_fen),
        "handling_fee": Truth(offer.handling_fee),
        "allowed": Truth(offer.allowed),
    }


def _valid(found: ValidFor) -> dict[str, Value]:
    end = parse_moment(found.until)
    return {"days": Number(Fraction(found.days)), "valid_until": Moment(end, found.until)}


KM = r"(trip_|ticket_|through_|travel_)?(km|distance)(_\w+)?"


def days_topic(ask: Ask) -> Answers:
    """`km`, and `travel_date` when an end is expected."""
    travel = ask.date(r"(travel|start|first|valid_from|from)_?(date|day)?") or ask.day
    return _valid(validity.valid_days(ask.book, ask.need(ask.whole, KM), travel, ask.day))


def after_rebook_topic(ask: Ask) -> Answers:
    """`rebooked_to` (the new travel day), `km`."""
    new = ask.need(ask.date, r"(rebooked|moved|changed)_to(_date)?|new_(travel_)?(date|day)|travel_(date|day)")
    return _valid(validity.after_rebooking(ask.book, ask.need(ask.whole, KM), new, ask.day))


def expired_topic(ask: Ask) -> Answers:
    """`validity_ends_before`: the destination; a new ticket from where it ended or the next stop."""
    to = ask.word(r"validity_ends_before|destination|to") or "destination"
    ticket = validity.expired_on_the_way(ask.book, to, ask.day)
    begins = tuple(one.replace("_", " ") for one in ticket.begins_at)
    roles = (r"expir|where it end", r"next (stop|station)")
    either = Either(
        (Said(" or ".join(begins), roles), *(Name(one, (role,)) for one, role in zip(begins, roles, strict=True)))
    )
    return {"new_ticket_from": either, "to": Name(ticket.to), "handling_fee": Truth(ticket.handling_fee)}


TURN_BACK = r"turn(ing|ed)?_?(back|around|round)?(_at|_station|_point)*|(return|back)_(at|from|station)|recompute_from"
RIGHT_TO = (
    r"(right|correct|proper|true|real|intended|wanted|meant)(_destination|_to|_station)?|should_be|destination|to"
)


def mis_sold_topic(ask: Ask) -> Answers:
    """`turn_back_at`, `right_destination`, `km` from there, `travel_date`: from where to where, and how long it is valid."""
    back = str(ask.find(TURN_BACK) or "turn-back station")
    right = str(ask.find(RIGHT_TO) or "right destination")
    km = ask.whole(r"(?=.*(turn|right|correct|back|remaining|new)).*(km|distance).*", KM)
    since = ask.date(r"(?=.*(turn|date|day|from|since)).*_(date|day|on)", r"date|day|since") or ask.day
    ask.text()
    ticket = validity.mis_sold(ask.book, back, right, since, km)
    begins = Name(ticket.begins_at[0], (r"turn(ing|ed)? ?(back|around|round)|turnback|折返",))
    to = Name(ticket.to, (r"(right|correct|proper|true|intended) (destination|station|to)|正确到站|^destination$",))
    whole = Said(f"from {begins} to {to}", (_word_or(r"turn", back), _word_or(r"right|correct", right)))
    answers: dict[str, Value] = {
        "from": Either((begins, whole)),
        "to": to,
        "fee": Either((Money(0), Truth(ticket.handling_fee))),
        "recomputed": Either((Truth(True), whole)),
    }
    if ticket.valid is not None:
        answers |= _valid(ticket.valid)
    return answers


def _word_or(role: str, name: str) -> str:
    return rf"{role}|\b{re.escape(plain(name))}\b"


TOPICS = {
    "rebook_fee": Topic(fee_topic),
    "rebook_count": Topic(allowed_topic),
    "rebook_deadline": Topic(allowed_topic),
    "rebook_origin": Topic(origin_topic),
    "route_change": Topic(route_topic),
    "validity_days": Topic(days_topic),
    "validity_after_rebook": Topic(after_rebook_topic),
    "validity_expired_en_route": Topic(expired_topic, names=(("new_ticket_from", r".*from.*"),)),
    "mis_sold_validity": Topic(
        mis_sold_topic,
        names=(
            ("days", r"(?=.*days).*"),
            ("valid_until", r"(?=.*(until|last|end)).*"),
            ("from", r"(?=.*(from|start|begin|origin|since|counted)).*"),
            ("to", r"(.*_)?(to|dest\w*)(_.*)?"),
            ("recomputed", r"(?=.*(recomput|recalc|validity|rule|basis|reckon|section|km|count)).*"),
        ),
    ),
}
