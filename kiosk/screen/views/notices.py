"""Why the passenger is where he is: notices of the journey, by the name the state carries."""

from __future__ import annotations

from kiosk.screen.texts import Msg
from kiosk.screen.values import Notice, Words
from kiosk.screen.views.look import Look

NOTICES: dict[str, tuple[str, str, Msg]] = {
    "sold_out": ("warn", "warn", Msg("These seats were just sold. Please choose another train.")),
    "seats_left": ("info", "info", Msg("Seats have come free. Please choose again: nobody has to stand.")),
    "closed": ("warn", "clock", Msg("Sale for this train has just closed. Please choose another train.")),
    "not_running": ("warn", "warn", Msg("This train does not run. Please choose another train.")),
    "limit": ("warn", "warn", Msg("The station does not allow so many tickets in one order.")),
    "not_held": ("danger", "warn", Msg("The seats could not be held. Please choose again.")),
    "no_answer": ("danger", "link", Msg("No answer from the station. You paid nothing.")),
    "lock_expired": ("warn", "clock", Msg("The time to pay is over. The seats were released.")),
    "stale": ("warn", "link", Msg("The station does not answer. The list may have changed.")),
    "offline": ("danger", "link", Msg("The station does not answer. Please try again in a moment.")),
    "no_such_train": ("warn", "warn", Msg("There is no such train on this day.")),
    "not_here": ("warn", "warn", Msg("This train does not stop here, or ends here.")),
    "order_not_found": ("warn", "warn", Msg("No order has this code or card")),
    "order_bad_code": ("warn", "warn", Msg("A digit of the code is wrong. Please type it again.")),
    "order_too_many": ("danger", "clock", Msg("Too many wrong codes. Please wait a minute.")),
    "order_collected": ("info", "info", Msg("These tickets have just been collected")),
    "order_in_use": ("warn", "hourglass", Msg("Another machine is printing this order now")),
    "order_unknown": ("danger", "warn", Msg("Tickets may have been handed out. Please ask at the window.")),
    "order_cancelled": (
        "warn",
        "warn",
        Msg("The train of this order does not run. The window gives all of its price back."),
    ),
    "order_departed": ("warn", "clock", Msg("The train of this order has left. Please ask at the window.")),
    "order_wrong_station": ("warn", "pin", Msg("This order is handed out at another station")),
    "order_again": ("warn", "link", Msg("The order could not be fetched. Please try again.")),
    "order_later": ("warn", "info", Msg("No ticket was handed over. You can collect them again.")),
    "order_rest": ("warn", "info", Msg("Not all tickets were handed over. The rest can be collected again.")),
    "code_other": ("warn", "qr", Msg("This is no order code. Please hold up the code of your order.")),
    "code_strange": ("warn", "qr", Msg("This code cannot be read")),
    "code_again": ("warn", "qr", Msg("Please hold the code still, a hand's breadth away")),
    "card_seen": ("info", "hourglass", Msg("Your card is being read. Please leave it there.")),
    "card_moved": ("warn", "person", Msg("Please lay one card on the reader and leave it there")),
    "card_kind": ("warn", "person", Msg("This is no identity card")),
    "card_lift": ("warn", "person", Msg("Please lift the card and lay it down again")),
    "card_again": ("warn", "person", Msg("The card cannot be read. Please try again, or type the code.")),
    "card_expired": ("warn", "person", Msg("This card is no longer valid. Please use the order code.")),
    "cancelled": ("info", "check", Msg("The order was cancelled. Nothing was charged.")),
}
"""Name -> level, icon, text."""


BATTERY = Msg("Running on battery: please take everything quickly")


def on_battery(look: Look) -> Words:
    """For the last sale that the battery carries."""
    return look.say.msg(BATTERY)


def notice_of(look: Look) -> Notice | None:
    """The notice of the state, or None."""
    name = look.journey.notice
    if name == "only_left":
        words = look.say.plural(
            "Only {n} ticket left: please choose again",
            "Only {n} tickets left: please choose again",
            look.journey.notice_left,
        )
        return Notice(words, "warn", "warn")
    if name not in NOTICES:
        return None
    level, icon, text = NOTICES[name]
    return Notice(look.say.msg(text), level, icon)
