"""Picking up what was bought elsewhere: what to hold to the machine, the code on keys, the orders that were found."""

from __future__ import annotations

from kiosk.journey.collect import CODE_DIGITS
from kiosk.ports.trips import FoundOrder, OrderedPlace
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.texts import Both, Msg
from kiosk.screen.values import FoundTickets, InfoCard, Key, Notice, Pickup, PickupCode, PickupOrders, Words
from kiosk.screen.views.card import family_of
from kiosk.screen.views.look import NOTHING, Look, joined
from kiosk.screen.views.notices import notice_of
from kiosk.screen.views.places import place_name

MOST_ORDERS = 4
ASKING = Msg("Asking the station for your order")
WAYS: dict[str, tuple[str, Msg, Msg]] = {
    "scan": ("qr", Msg("Hold your code to the window"), Msg("The order code on paper or on your phone")),
    "card": ("person", Msg("Lay your identity card on the reader"), Msg("Leave it there until the order is shown")),
}
BROKEN = Msg("Does not work now")
STATES: dict[str, tuple[str, str, Msg]] = {
    "in_use": ("warn", "hourglass", Msg("Another machine is printing it now")),
    "unknown": ("danger", "warn", Msg("Ask at window {window}: tickets may be out already")),
    "cancelled": ("warn", "warn", Msg("The train does not run. Window {window} gives all of its price back")),
    "departed": ("warn", "clock", Msg("The train has left. Please ask at window {window}")),
    "wrong_station": ("warn", "pin", Msg("To be collected at {station} only")),
}


def pickup(look: Look) -> Pickup:
    say, able, waiting = look.say, look.shown.mode.pickups, look.journey.waiting
    ways = []
    for name, (icon, title, line) in WAYS.items():
        works = name in able
        ways.append(InfoCard(icon, "tint" if works else "off", say.msg(title), say.msg(line if works else BROKEN)))
    keys = Key(T.TYPE_CODE, say("Type the code"), "touch", "primary", enabled=not waiting, why=say.msg(ASKING))
    footer = (look.back(), look.home(), keys)
    return Pickup(
        look.chrome("pickup", footer=footer, idle=True, notice=notice_of(look)),
        title=say("Collect your tickets"),
        ways=tuple(ways),
        asking=say.msg(ASKING) if waiting else NOTHING,
    )


def pickup_code(look: Look) -> PickupCode:
    say, state = look.say, look.journey
    message = notice_of(look)
    if state.waiting:
        message = Notice(say.msg(ASKING), "info", "hourglass")
    open_ = not state.waiting
    empty = say("Nothing typed yet")
    return PickupCode(
        look.chrome("pickup.code", footer=(look.back(), look.home()), idle=True),
        label=say("Order code"),
        typed=" ".join(state.typed[at : at + 4] for at in range(0, len(state.typed), 4)),
        hint=say("{n} digits", n=CODE_DIGITS),
        where=say("The code stands in the message about your order, under the square"),
        digits=tuple(
            Key(f"{T.CODE}{digit}", Words(digit), enabled=open_, why=say.msg(ASKING)) for digit in "1234567890"
        ),
        clear=Key(T.CLEAR, say("Clear"), "", "danger", enabled=bool(state.typed) and open_, why=empty),
        erase=Key(T.ERASE, say("Erase"), "erase", enabled=bool(state.typed) and open_, why=empty),
        message=message,
    )


def pickup_orders(look: Look) -> PickupOrders:
    say = look.say
    orders = sorted(look.journey.orders, key=lambda order: (order.state != "open", order.depart_ms))
    return PickupOrders(
        look.chrome("pickup.orders", footer=(look.back(), look.home(), look.help()), idle=True),
        title=say("Your order") if len(orders) == 1 else say("Your orders"),
        orders=tuple(_found(look, order) for order in orders[:MOST_ORDERS]),
    )


def _found(look: Look, order: FoundOrder) -> FoundTickets:
    say, left = look.say, order.open
    origin, destination = look.station(order.origin), look.station(order.destination)
    day = look.day(order.date)
    seat = look.seat_class(order.seat_class)
    shown = left if order.state == "open" else order.places
    names = joined(map(_place, shown[:3]), ", ")
    more = f" +{len(shown) - 3}" if len(shown) > 3 else ""
    key = None
    if order.state == "open":
        words = say.plural("Print {n} ticket", "Print {n} tickets", len(left))
        key = Key(f"{T.ORDER}{order.number}", words, "printer", "primary")
    return FoundTickets(
        number=order.train,
        family=family_of(order.kind),
        route=say.both(Both(f"{origin.zh} → {destination.zh}", f"{origin.en} → {destination.en}")),
        when=say.both(Both(f"{day.zh} {order.depart}", f"{day.en} {order.depart}")),
        places=say.both(Both(f"{seat.zh} · {names.zh}{more}", f"{seat.en} · {names.en}{more}")),
        state=_state(look, order),
        key=key,
    )


def _place(place: OrderedPlace) -> Both:
    """`05车12A` / `05-12A`."""
    name = place_name(place)
    return Both(f"{place.coach}车{name.zh}", f"{place.coach}-{name.en}")


def _state(look: Look, order: FoundOrder) -> Notice:
    say = look.say
    if order.state == "open" and len(order.open) == len(order.places):
        return Notice(say("Paid, ready to be printed"), "ok", "check")
    if order.state == "open":
        words = say.plural("{n} ticket left to collect", "{n} tickets left to collect", len(order.open))
        return Notice(words, "ok", "check")
    if order.state == "collected":
        time, day = look.clock.time(order.collected_ms), formats.day(look.clock.date(order.collected_ms))
        words = say(
            "Collected already, {day} {time}, machine {machine}", day=day, time=time, machine=order.collected_at
        )
        return Notice(words, "info", "info")
    level, icon, text = STATES.get(order.state, STATES["unknown"])
    machine = look.shown.machine
    if "{station}" in text.text:
        return Notice(say.msg(text, station=look.station(order.at)), level, icon)
    return Notice(say.msg(text, window=machine.window) if "{window}" in text.text else say.msg(text), level, icon)
