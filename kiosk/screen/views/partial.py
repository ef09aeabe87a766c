"""Half a service, told before anybody begins: what can be used now, and why the rest cannot. Words of `kiosk.partial`'s facts."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.screen.shown import ModeSeen
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import Notice, Words
from kiosk.screen.views.look import Look

REASONS: Mapping[str, Msg] = {
    "remote_query": Msg("The station has switched it to questions only"),
    "remote_no_notes": Msg("The station has switched cash off here"),
    "never_counted": Msg("The change has not been counted yet"),
    "cash_full": Msg("The note box is full"),
    "no_acceptor": Msg("The note slot is out of order"),
    "no_dispenser": Msg("Change cannot be paid out"),
    "no_change": Msg("There is no change left"),
    "exact_only": Msg("There is no change left"),
    "change_low": Msg("Little change left"),
    "reversal_open": Msg("An earlier payment is still being sent back"),
    "no_scanner": Msg("The code reader is out of order"),
    "no_card": Msg("The card unit is out of order"),
    "no_code": Msg("The payment service does not answer"),
    "no_scan": Msg("The payment service does not answer"),
    "no_id_reader": Msg("The identity card reader is out of order"),
    "typed_only": Msg("The readers are out of order: please type the code"),
    "no_slips": Msg("The slip printer is out of order"),
}
"""Fact -> why, as a sentence without its end: it also stands inside others."""

LEFT: Mapping[frozenset[str], tuple[Msg, str]] = {
    frozenset({"cash"}): (Msg("Only cash can be taken now"), "cash"),
    frozenset({"card"}): (Msg("Only cards can be taken now"), "card"),
    frozenset({"phone"}): (Msg("Only phones can pay now"), "qr"),
    frozenset({"cash", "card"}): (Msg("Only cash and cards can be taken now"), "cash"),
    frozenset({"cash", "phone"}): (Msg("Only cash and phones can pay now"), "cash"),
    frozenset({"card", "phone"}): (Msg("Only cards and phones can pay now"), "card"),
}
"""What still pays where something does not -> headline, icon."""

LINES: Mapping[frozenset[str], Msg] = {
    frozenset({"cash"}): Msg("Pay with cash"),
    frozenset({"card"}): Msg("By card only"),
    frozenset({"phone"}): Msg("By phone only"),
    frozenset({"cash", "card"}): Msg("Cash or card"),
    frozenset({"cash", "phone"}): Msg("Cash or phone"),
    frozenset({"card", "phone"}): Msg("Card or phone"),
    frozenset({"cash", "card", "phone"}): Msg("Cash, card, phone"),
}
"""The same in a line under the pictures of the first screen."""
KIND = {"cash": "cash", "card": "card", "code": "phone", "scan": "phone"}


def kinds_left(mode: ModeSeen) -> frozenset[str]:
    """With what one can pay now, as people name it."""
    ways = mode.other_ways if mode.cash == "off" else ("cash", *mode.other_ways)
    return frozenset(KIND[way] for way in ways)


def why(look: Look, service: str) -> Words | None:
    """Why a service is not there, None where nobody said."""
    reason = look.shown.mode.service(service).why
    return look.say.msg(REASONS[reason]) if reason in REASONS else None


def why_not_cash(look: Look) -> Both | None:
    """The same of cash, to stand inside a sentence."""
    words = why(look, "cash")
    if words is None:
        return None
    return Both(words.main, words.small) if look.language == "zh" else Both(words.small, words.main)


def partial_notice(look: Look) -> Notice | None:
    """Which ways to pay are left, when one of those that are here cannot be used."""
    mode = look.shown.mode
    left = kinds_left(mode)
    missing = (each for each in mode.services if each.state == "off" and each.name in KIND and each.why in REASONS)
    gone = [each for each in missing if KIND[each.name] not in left]
    if not gone or left not in LEFT:
        return None
    headline, icon = LEFT[left]
    return Notice(look.say.msg(headline), "warn", icon, look.say.msg(REASONS[gone[0].why]))
