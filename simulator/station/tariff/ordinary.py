"""Full fares of ordinary trains, in their parts and with their trace. Source: fares and rules, section 1.

The order is that of 1.1: fare distance, minimum, taper, each ticket rounded to the yuan, air-conditioning uplift rounded again,
small fees, insurance taken off. Fare sections of lines with a rule of their own are computed separately and added (1.9).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from simulator.station.dated import Dated, NoRule, Step
from simulator.station.tariff.book import OrdinaryRules
from simulator.station.tariff.data import ClassMade, Component, Conditioning, Line, Supplement
from simulator.station.tariff.distance import fare_km, section_km, weighted_percent_km
from simulator.station.tariff.money import YUAN, number, rounded, rounded_up, yuan
from simulator.station.tariff.price import Account

FURTHEST_KM = 20_000
MICRO_PER_FEN = 10_000
RATE_STEP_MICRO = 10  # rates are rounded to 5 decimals of a yuan (1.5)


@dataclass(frozen=True, slots=True)
class FareSection:
    """Kilometres (1 to 20,000) under one rule; `line` empty: the national tariff."""

    km: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class OrdinaryRide:
    """What is bought: `seat_class` with its level (`hard_berth_upper`), the kind of train by supplement and air-conditioning."""

    sections: tuple[FareSection, ...]
    supplement: Supplement
    aircon: Conditioning
    seat_class: str

    def __post_init__(self) -> None:
        if not self.sections:
            raise ValueError("a ride has at least one fare section")
        for section in self.sections:
            if not 1 <= section.km <= FURTHEST_KM:
                raise ValueError(f"{section.km} km: a fare section has 1 to {FURTHEST_KM} km")

    @property
    def km(self) -> int:
        return sum(section.km for section in self.sections)


@dataclass(frozen=True, slots=True)
class FullFare:
    """A full fare: what each part costs, fen, under `seat express aircon berth fund waiting booking insurance_off`, and the trace.

    All parts but the last are added; `insurance_off` (0 or more) is taken off.
    """

    parts: Mapping[str, int]
    account: Account


def full_fare(rules: OrdinaryRules, lines: Mapping[str, Line], ride: OrdinaryRide) -> FullFare:
    """The fare of a passenger without concession. `lines` holds the rules of the lines the ride names.

    Raises NoRule when ordinary trains have no such class.
    """
    if ride.seat_class not in rules.rates.classes:
        raise NoRule(f"no class {ride.seat_class!r} on ordinary trains; known: {', '.join(rules.rates.classes)}")
    fare = _Fare(rules, ride, rules.rates.classes[ride.seat_class])
    through_km = sum(section.km for section in ride.sections if not section.line or lines[section.line].through)
    if through_km:
        fare.add_section(through_km, None)
    for section in ride.sections:
        if section.line and lines[section.line].through:
            fare.add_supplement(section.km, lines[section.line])
        elif section.line:
            fare.add_section(section.km, lines[section.line])
    fare.add_fees()
    return FullFare(fare.parts, fare.account)


@dataclass
class _Fare:
    """A fare while it is added up. Insurance is exact to its step (0.1 yuan) and part of the seat."""

    rules: OrdinaryRules
    ride: OrdinaryRide
    made: ClassMade
    account: Account = field(default_factory=Account)
    parts: Counter[str] = field(default_factory=Counter)
    insurance_fen: int = 0

    def book(self, part: str, step: Step) -> None:
        self.parts[part] += self.account.tell(step)

    def add_section(self, km: int, line: Line | None) -> None:
        """One fare section: its tickets by its own rates and minimum distances, each rounded and uplifted by itself."""
        if line is not None:
            self.account.tell(line.step(f"{km} km by the rule of this line"))
        charged = km
        if line is None or line.by_section:
            rows = self.rules.sections.rows
            first, last = section_km(km, rows)
            charged = fare_km(km, rows)
            self.account.tell(self.rules.sections.step(f"{km} km lie in {first}-{last}, counted as {charged} km"))
        self._ticket("seat", self.made.seat, charged, line)
        if times := self.rules.supplements.times[self.ride.supplement]:
            once = self._ticket("express", "express", charged, line)
            if times > 1:
                did = f"{times} supplements of {yuan(once)}"
                self.book("express", self.rules.supplements.step(did, (times - 1) * once))
        if self.ride.aircon in self.rules.aircon.ticket:
            self._ticket("aircon", "aircon", charged, line)
        if self.made.berth:
            self._ticket("berth", self.made.berth, charged, line)

    def _ticket(self, part: Component, ticket: str, charged: int, line: Line | None) -> int:
        """Book one ticket of a section; answers its amount, fen."""
        rates, before = self.rules.rates, self.parts[part]
        weighted = self._weighted(part, charged, line)
        base = rates.base_micro if line is None or line.base_micro is None else line.base_micro
        rate = rate_micro(base, rates.share_percent[ticket])
        exact = Fraction(rate * weighted, 100 * MICRO_PER_FEN)
        did = f"{ticket} {number(Fraction(rate, 1_000_000))} x {number(Fraction(weighted, 100))} = {yuan(exact)}"
        if part == "seat" and (insurance := self._insurance(base, weighted)):
            exact += insurance
            did += f", with insurance {yuan(insurance)}"
        whole = rounded(exact, YUAN)
        self.book(part, rates.step(f"{did}, rounded {yuan(whole)}", whole))
        percent = self.rules.aircon.percent[self.ride.aircon]
        if percent != 100 and (line is None or line.aircon_uplift):
            whole = self._times(part, ticket, whole, percent, self.rules.aircon)
        if line is not None and (factor := line.factor_percent.get(part, 100)) != 100:
            self._times(part, ticket, whole, factor, line)
        return self.parts[part] - before

    def _times(self, part: Component, ticket: str, whole: int, percent: int, rule: Dated) -> int:
        """Multiply a ticket and round it to the yuan again; answers what it costs then, fen."""
        raised = rounded(Fraction(whole * percent, 100), YUAN)
        self.book(
            part,
            rule.step(
                f"{ticket} {yuan(whole)} x {number(Fraction(percent, 100))}, rounded {yuan(raised)}", raised - whole
            ),
        )
        return raised

    def _weighted(self, part: Component, charged: int, line: Line | None) -> int:
        """Weighted km in percent, of at least the minimum distance; the seat's are told, the others' where they differ."""
        own = line.minimum_km if line else None
        least = (self.rules.minimum.km if own is None else own)[part]
        reach = max(charged, least)
        if reach > charged:
            self.account.tell(self.rules.minimum.step(f"{part}: {charged} km counted as {reach} km"))
        if line is not None and not line.tapered:
            return 100 * reach
        weighted = weighted_percent_km(reach, self.rules.taper.rows)
        if part == "seat" or reach > charged:
            self.account.tell(self.rules.taper.step(f"{reach} km weigh {number(Fraction(weighted, 100))} km"))
        return weighted

    def _insurance(self, base_micro: int, weighted: int) -> int:
        """Insurance within the seat ticket of a section, fen: of the hard-seat fare, whatever the class (1.7)."""
        rule = self.rules.insurance
        hard_seat = Fraction(
            rate_micro(base_micro, self.rules.rates.share_percent["hard_seat"]) * weighted, 100 * MICRO_PER_FEN
        )
        insurance = rounded_up(hard_seat * rule.percent / 100, rule.step_fen)
        self.insurance_fen += insurance
        return insurance

    def add_supplement(self, km: int, line: Line) -> None:
        """What a line adds per kilometre to tickets that are otherwise priced through."""
        wanted: tuple[tuple[Component, str], ...] = (("seat", self.made.seat), ("berth", self.made.berth))
        for part, ticket in wanted:
            names = (name for name in line.added_per_km_micro if ticket == name or ticket.startswith(name + "_"))
            for name in names:
                rate = line.added_per_km_micro[name]
                amount = rounded(Fraction(rate * km, MICRO_PER_FEN), YUAN)
                self.book(
                    part,
                    line.step(
                        f"{ticket}: {km} km x {number(Fraction(rate, 1_000_000))}, rounded {yuan(amount)}", amount
                    ),
                )

    def add_fees(self) -> None:
        """Ticket fund, waiting room, booking; the insurance comes off last (1.7)."""
        rules = self.rules
        low = self.parts["seat"] <= rules.ticket_fund.low_up_to_fen
        fund = rules.ticket_fund.low_fee_fen if low else rules.ticket_fund.fee_fen
        self.book("fund", rules.ticket_fund.step(f"seat component {yuan(self.parts['seat'])}", fund))
        if self.made.hard and self.ride.km > rules.waiting_room.over_km:
            self.book("waiting", rules.waiting_room.step(f"hard class, {self.ride.km} km", rules.waiting_room.fee_fen))
        if self.made.berth:
            self.book("booking", rules.booking.step("a berth is booked", rules.booking.fee_fen))
        if step_fen := rules.insurance.taken_off_step_fen:
            off = max(step_fen, rounded_up(Fraction(self.insurance_fen), step_fen))
            did = f"insurance {yuan(self.insurance_fen)}, taken off {yuan(off)}"
            self.account.tell(rules.insurance.step(did, -off))
            self.parts["insurance_off"] = off


def rate_micro(base_micro: int, share_percent: int) -> int:
    """The rate of a ticket, millionths of a yuan per km, rounded to 5 decimals of a yuan before anything else (1.5)."""
    return rounded(Fraction(base_micro * share_percent, 100), RATE_STEP_MICRO)
