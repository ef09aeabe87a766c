"""What a passenger with a concession pays of a full fare, part by part. Source: fares and rules, section 3.

Halves are kept to half a yuan; of the small fees the ticket fund keeps at least half a yuan, and the insurance taken off is
halved and rounded down to half a yuan (3.3, half-fare rounding).
"""

from __future__ import annotations

from simulator.station.dated import Dated
from simulator.station.tariff.data import Concession
from simulator.station.tariff.money import HALF_YUAN, part_fen, yuan
from simulator.station.tariff.ordinary import FullFare
from simulator.station.tariff.price import Account, Price


def reduced_fare(full: FullFare, rule: Concession, seat_class: str) -> Price:
    """The fare of a passenger under `rule`; the full one where the concession is not granted in the class."""
    account = Account(list(full.account.steps), full.account.total_fen)
    if not rule.granted_in(seat_class):
        account.tell(rule.step(f"not granted in {seat_class}"))
        return account.price()
    percent = rule.percent
    shares = {
        "seat": percent.seat,
        "express": percent.express,
        "aircon": percent.aircon,
        "berth": percent.berth,
        "booking": percent.booking,
        "waiting": percent.fees,
    }
    for part, share in shares.items():
        _reduce(account, rule, part, full.parts.get(part, 0), share)
    if percent.fees != 100:
        _reduce_fees(account, rule, full)
    return account.price()


def _reduce(account: Account, rule: Dated, part: str, fen: int, percent: int) -> None:
    if percent != 100 and fen:
        paid = part_fen(fen, percent)
        account.tell(rule.step(f"{part} {yuan(fen)} at {percent} %: {yuan(paid)}", paid - fen))


def _reduce_fees(account: Account, rule: Concession, full: FullFare) -> None:
    fund = full.parts.get("fund", 0)
    kept = min(fund, max(rule.fund_least_fen, part_fen(fund, rule.percent.fees)))
    if kept != fund:
        account.tell(rule.step(f"fund {yuan(fund)} at {rule.percent.fees} %: {yuan(kept)}", kept - fund))
    off = full.parts.get("insurance_off", 0)
    less = off * rule.percent.fees // (100 * HALF_YUAN) * HALF_YUAN
    if less != off:
        account.tell(rule.step(f"insurance taken off {yuan(off)} at {rule.percent.fees} %: {yuan(less)}", off - less))
