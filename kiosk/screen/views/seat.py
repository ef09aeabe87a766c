"""Class, passengers, wish: the last screen before the places are held."""

from __future__ import annotations

from kiosk.journey.choose import WISHES
from kiosk.journey.state import hold_blocker, price_of, total_of
from kiosk.ports.trips import ClassOffer, Named
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import ClassCell, Key, Notice, PassengerRow, Screen, Seat, Words
from kiosk.screen.views.card import journey_card
from kiosk.screen.views.instead import instead
from kiosk.screen.views.look import NOTHING, Look, joined
from kiosk.screen.views.notices import notice_of
from kiosk.screen.views.trains import left_level, left_words
from kiosk.screen.views.trains import trains as trains_view

ICONS = {"adult": "person", "child": "child", "student": "student", "soldier": "soldier"}
WISH_WORDS = {
    "together": Msg("Together", "wish"),
    "window": Msg("Window first"),
    "aisle": Msg("Aisle first"),
}
BLOCKERS = {
    "offline": Msg("The station does not answer"),
    "closed": Msg("Sale for this train is closed"),
    "class": Msg("Choose a class"),
    "passengers": Msg("Choose who travels"),
    "limit": Msg("Too many tickets for one order"),
    "left": Msg("Not so many seats left"),
}
USUAL_LIMIT = 5


def _class(look: Look, cell: ClassOffer) -> ClassCell:
    words = look.say.both(look.seat_class(cell.code))
    left = left_words(look, cell)
    key = Key(f"{T.CLASS}{cell.code}", words, "", "tile", cell.room > 0, cell.code == look.journey.seat_class, why=left)
    return ClassCell(key, formats.price(cell.price_fen), left, left_level(cell))


def _no_seat(look: Look) -> Notice:
    """Said before anything is held: what is sold here is no seat."""
    words = look.say("No seats are left in this class: standing tickets")
    return Notice(words, "warn", "person", look.say("A coach is named, no seat is kept for you."))


def _most(look: Look) -> int:
    return look.shown.limits.max_tickets if look.shown.limits else USUAL_LIMIT


def _passenger(look: Look, named: Named, cell: ClassOffer | None) -> PassengerRow:
    say, state = look.say, look.journey
    count = dict(state.passengers).get(named.code, 0)
    price = price_of(cell, named.code) if cell else None
    full = state.seats >= _most(look)
    why = say("Not in this class")
    if price is not None:
        why = say("Limit of the order reached") if full else say("Not so many seats left")
    room = price is not None and cell is not None and state.seats < min(_most(look), cell.room)
    return PassengerRow(
        icon=ICONS.get(named.code, "person"),
        words=say.both(Both(named.name, named.english)),
        rule=say.both(Both(named.rule, named.rule_english)) if price is not None else why,
        price=formats.amount(price) if price is not None else "",
        count=count,
        minus=Key(f"{T.MINUS}{named.code}", say("One less"), "minus", enabled=count > 0, why=say("None chosen")),
        plus=Key(f"{T.PLUS}{named.code}", say("One more"), "plus", enabled=room, why=why),
    )


def _sum(look: Look, cell: ClassOffer | None) -> tuple[Words, Words]:
    """`Adult 1 × ¥553.00 + Child 2 × ¥276.50`, and what reduced fares save."""
    if cell is None:
        return NOTHING, NOTHING
    parts, saved = [], 0
    for code, count in look.journey.passengers:
        named, price = look.passenger(code), price_of(cell, code) or 0
        saved += max(0, cell.price_fen - price) * count
        tail = f" {count} × {formats.amount(price)}"
        parts.append(Both(named.name + tail, named.english + tail))
    note = look.say("Reduced fares save {amount}", amount=formats.amount(saved)) if saved else NOTHING
    return look.say.both(joined(parts, " + ")), note


def _hold(look: Look, stands: bool) -> Key:
    mode = look.shown.mode
    blocker = hold_blocker(look.journey, look.shown.limits, mode.only_cash_up_to_fen, look.shown.now_wall_ms)
    why = look.say.msg(BLOCKERS[blocker]) if blocker in BLOCKERS else NOTHING
    if mode.no_way:
        blocker, why = "cash", look.say("No cash can be taken now")
    elif blocker == "cash_limit":
        why = look.say("Cash works up to {amount}", amount=formats.price(mode.cash_limit_fen or 0))
    words = look.say("Hold these tickets") if stands else look.say("Hold these seats")
    return Key(T.HOLD, words, "right", "primary", enabled=not blocker, why=why)


def seat(look: Look) -> Screen:
    say, state = look.say, look.journey
    offer, cell = state.offer, state.class_offer
    if offer is None:  # the train left the list while it was looked at
        return trains_view(look)
    most = _most(look)
    sum_words, sum_note = _sum(look, cell)
    passengers = look.shown.network.passengers if look.shown.network else ()
    stands = cell is not None and cell.stands
    notice = notice_of(look) or (_no_seat(look) if stands else None)
    wishes = tuple(
        Key(f"{T.WISH}{wish}", say.msg(WISH_WORDS[wish]), wish, "chip", selected=state.wish == wish) for wish in WISHES
    )
    return Seat(
        look.chrome(
            "seat", 2, (look.back(), look.home(), _hold(look, stands)), idle=True, notice=notice, dialog=instead(look)
        ),
        journey=journey_card(look, offer),
        class_title=say("Class"),
        classes=tuple(_class(look, each) for each in offer.classes),
        passengers_title=say("Passengers"),
        limit=say("At most {most} per order, {n} more", most=most, n=max(0, most - state.seats)),
        passengers=tuple(_passenger(look, named, cell) for named in passengers),
        wish_title=say("Seat wish"),
        wish_note=say("Best effort; the held seats count"),
        wishes=wishes if notice is None else (),  # the notice takes their place until a class or count is touched
        sum_words=sum_words,
        sum_note=sum_note,
        total_label=say.plural("Total, {n} ticket", "Total, {n} tickets", state.seats),
        total=formats.amount(total_of(cell, state.passengers) if cell else 0),
    )
