"""Topics of tickets, trains and prices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from simulator.station.rules import children, tickets
from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.topic import Answers, Topic
from simulator.station.rules.cases.values import ByName, Either, Money, Name, NameSet, Number, Pairs, Said, Truth, plain
from simulator.station.tariff import answers as tariff

KM = r"(trip_|ticket_|through_|travel_)?(km|distance)(_\w+)?"
TYPE_WORDS = (("团", r"group|团"), ("免", r"free|免"), ("全", r"full|adult|whole|全"))


def face_topic(ask: Ask) -> Answers:
    """Nothing is asked."""
    return {"required_fields": NameSet(tickets.required_fields(ask.book, ask.day))}


def type_code_topic(ask: Ask) -> Answers:
    """`type`: 团, 全, 免 or group, full, free."""
    code = ask.find(r"(type_)?(code|key)")
    if code is not None:
        return {"type": Name(tickets.type_of(ask.book, str(code).strip().upper(), ask.day))}
    said = ask.word(r"(ticket_)?(type|kind|mark)|case|passenger") or ask.text()
    if re.search(r"alone|own (berth|sleeper)|in a (berth|sleeper)|单", said):
        mark = Name(children.pays(ask.book, "free", ask.day, own_berth=True).mark)
        who = Said("free child alone in a berth", (r"free", r"child", r"berth|sleeper"))
        return {"mark": mark, "code": mark, "type": Either((mark, who)), "meaning": who}
    if not said:
        raise CaseError("needs a field type, case, passenger or code")
    kind = next((kind for kind, word in TYPE_WORDS if re.search(word, said)), said)
    return {"code": Name(tickets.type_code(ask.book, kind, ask.day))}


def barcode_topic(ask: Ask) -> Answers:
    """`barcode`: its last digits."""
    barcode = str(ask.need(ask.find, r"(bar)?code|digits|number"))
    return {"through_km": Number(Fraction(tickets.through_km(ask.book, barcode, ask.day)))}


def suburban_topic(ask: Ask) -> Answers:
    """`km`."""
    allowed = tickets.is_suburban(ask.book, ask.need(ask.whole, KM), ask.day)
    return {"allowed": Truth(allowed), "suburban_allowed": Truth(allowed)}


SPEED = r"(max_?|top_?|maximum_?|running_?|design_?)?(speed)(_km_?h|_kmph)?|km_?h"


def train_class_topic(ask: Ask) -> Answers:
    """`max_speed_kmh`; or a `claim` with a border (`EMU from 120 km/h`)."""
    claim = ask.word(r"claim|statement")
    if claim is not None:
        borders = [int(one) for one in re.findall(r"\d+", claim)]
        if len(borders) != 1:
            raise CaseError(f"one border expected in {claim!r}")
        border = borders[0]
        emu = tickets.is_emu(ask.book, border, ask.day) and not tickets.is_emu(ask.book, border - 1, ask.day)
        return {"claim_true": Truth(emu)}
    speed = ask.need(ask.decimal, SPEED)
    emu = tickets.is_emu(ask.book, int(speed), ask.day)
    said = Said("EMU", (r"emu|动车",), (r"\bno",)) if emu else Said("not EMU", (r"not|non|ordinary|普",))
    return {"is_emu": Truth(emu), "train_class": said}


def fast_train_topic(ask: Ask) -> Answers:
    """A `claim` of a band in km/h; only what the source marks as false is known."""
    claim = ask.need(ask.word, r"claim|statement")
    speeds = [int(one) for one in re.findall(r"\d+", claim)]
    if len(speeds) == 2 and tickets.is_refuted(ask.book, tickets.Claim("fast_train", speeds[0], speeds[1]), ask.day):
        return {"claim_true": Truth(False)}
    raise CaseError(f"nothing is known of the claim {claim!r}: the right band is not in the source")


def parity_topic(ask: Ask) -> Answers:
    """`direction`: towards or away from Beijing (up, down)."""
    words = ask.need(ask.word, r"direction|runs|toward(s)?")
    away = re.search(r"\baway\b|\bdown\b|\bfrom\b|leaving|下行", words)
    if not away and not re.search(r"\btoward|\bto\b|\bup\b|上行", words):
        raise CaseError(f"direction {words!r}: say towards Beijing or away from Beijing")
    return {"parity": Name(tickets.parity(ask.book, not away, ask.day))}


def berth_limit_topic(ask: Ask) -> Answers:
    """`to`, `transfer_at`."""
    to = str(ask.need(ask.find, r"to|destination"))
    transfer = ask.find(r"transfer(_at|_station)?|change_at|via")
    ask.find("from"), ask.find("want")
    reach = tickets.berth_to(to, None if transfer is None else str(transfer))
    return {"berth_to": Name(reach), "seat_to": Name(to), "allowed": Truth(reach == to)}


def berth_match_topic(ask: Ask) -> Answers:
    """`seat_ticket` and `berth`, each with `to` and `class`."""
    seat, berth = ask.need(ask.find, r"seat(_ticket)?"), ask.need(ask.find, r"(berth|sleeper)(_ticket)?")
    fits = tickets.berth_fits(*_end(seat), *_end(berth))
    return {"valid": Truth(fits), "allowed": Truth(fits)}


def _end(ticket: Any) -> tuple[str, str]:
    if not isinstance(ticket, Mapping) or not {"to", "class"} <= set(ticket):
        raise CaseError(f"{ticket!r}: a ticket here has `to` and `class`")
    return plain(str(ticket["to"])), plain(str(ticket["class"]))


def split_joint_topic(ask: Ask) -> Answers:
    """`passengers`."""
    collect, issue = tickets.split_joint_ticket(ask.need(ask.whole, r"passengers|people|count"))
    return {"collect_original": Truth(collect), "issue_new": Number(Fraction(issue))}


def fare_topic(ask: Ask) -> Answers:
    """`km`, `train` (with its air conditioning), `class`, `tickets`, `passenger`; or how many `passengers` of each kind."""
    train = str(ask.need(ask.find, r"train(_class|_kind|_type|_level)?"))
    aircon = ask.find(r"air_?con(ditioning|ditioned)?|air|ac")
    if isinstance(aircon, bool):
        train += ", new air-con" if aircon else ", no air-con"
    elif aircon is not None:
        train += f", {aircon} air-con"
    seat_class, level = str(ask.need(ask.find, r"(seat_)?class|seat")), ask.find(r"(berth_)?level|berth")
    people = ask.find(r"passengers|tickets")
    if not isinstance(people, Mapping):
        kind = str(ask.find(r"passenger(_kind|_type)?|who|concession|ticket_type") or "adult")
        people = {kind: ask.whole(r"tickets|count|number|passengers|quantity") or 1}
    km, on = ask.need(ask.whole, KM), ask.date(r"(sold|sale|bought)(_on|_at|_date)?") or ask.day
    in_class = f"{seat_class} {level}" if isinstance(level, str) else seat_class
    answers = [
        tariff.fare(tariff.FareAsked(km, train, in_class, on, _count(many), str(kind))) for kind, many in people.items()
    ]
    return {"total": Money(sum(one.total_fen for one in answers)), "each": Money(answers[0].each_fen)}


def _count(many: Any) -> int:
    if type(many) is not int:
        raise CaseError(f"{many!r} is no number of tickets")
    return many


def taper_topic(ask: Ask) -> Answers:
    """`km`."""
    answer = tariff.taper(ask.need(ask.whole, KM), ask.day)
    return {"tapered": Truth(answer.tapered), "weighted_km": Number(answer.weighted_km)}


def minimum_topic(ask: Ask) -> Answers:
    """`km`."""
    answer = tariff.minimum_distance(ask.need(ask.whole, KM), ask.day)
    least = ByName({str(name): Fraction(km) for name, km in answer.least_km.items()})
    charged = ByName({str(name): Fraction(km) for name, km in answer.charged_km.items()})
    return {"charged_km_at_least": least, "charged_km": charged, "least_km": least, "minimum": least}


def components_topic(ask: Ask) -> Answers:
    """`trip_km`, `sections` of `km` and `class`."""
    sections = ask.need(ask.find, "sections")
    if not isinstance(sections, list) or not all(
        isinstance(one, Mapping) and {"km", "class"} <= set(one) for one in sections
    ):
        raise CaseError("sections: a list of objects with km and class")
    if not all(type(one["km"]) is int for one in sections):
        raise CaseError("sections: km is a whole number")
    parts = [tariff.TripSection(one["km"], str(one["class"])) for one in sections]
    answer = tariff.fare_components(ask.whole("trip_km|km") or sum(part.km for part in parts), parts)
    return {"components": Pairs(answer.components)}


TOPICS = {
    "ticket_face": Topic(face_topic),
    "ticket_type_code": Topic(type_code_topic, names=(("mark", r".*mark.*"), ("code", r".*(code|key).*"))),
    "barcode": Topic(barcode_topic, names=(("through_km", r".*(km|distance|through).*"),)),
    "suburban_limit": Topic(suburban_topic),
    "train_class": Topic(train_class_topic, names=(("is_emu", r"(is_)?emu(_train)?"), ("train_class", r".*class.*"))),
    "fast_train": Topic(fast_train_topic),
    "train_number_parity": Topic(parity_topic),
    "berth_limit": Topic(berth_limit_topic),
    "berth_ticket_match": Topic(berth_match_topic),
    "split_joint_ticket": Topic(split_joint_topic),
    "fare": Topic(fare_topic, names=(("each", r".*(each|per_ticket|one|single).*"),)),
    "taper": Topic(taper_topic),
    "minimum_distance": Topic(minimum_topic),
    "fare_components": Topic(components_topic, whole="sections"),
}
