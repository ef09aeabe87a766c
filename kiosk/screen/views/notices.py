"""Why the passenger is where he is: notices of the journey, by the name the state carries."""

from __future__ import annotations

from kiosk.screen.texts import Msg
from kiosk.screen.values import Notice, Words
from kiosk.screen.views.look import Look

NOTICES: dict[str, tuple[str, str, Msg]] = {
    "sold_out": ("warn", "warn", Msg("These seats were just sold. Please choose another train.")),
    "closed": ("warn", "clock", Msg("Sale for this train has just closed. Please choose another train.")),
    "limit": ("warn", "warn", Msg("The station does not allow so many tickets in one order.")),
    "not_held": ("danger", "warn", Msg("The seats could not be held. Please choose again.")),
    "no_answer": ("danger", "link", Msg("No answer from the station. You paid nothing.")),
    "lock_expired": ("warn", "clock", Msg("The time to pay is over. The seats were released.")),
    "stale": ("warn", "link", Msg("The station does not answer. The list may have changed.")),
    "offline": ("danger", "link", Msg("The station does not answer. Please try again in a moment.")),
    "no_such_train": ("warn", "warn", Msg("There is no such train on this day.")),
    "not_here": ("warn", "warn", Msg("This train does not stop here, or ends here.")),
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
            "Only {n} seat left: please choose again",
            "Only {n} seats left: please choose again",
            look.journey.notice_left,
        )
        return Notice(words, "warn", "warn")
    if name not in NOTICES:
        return None
    level, icon, text = NOTICES[name]
    return Notice(look.say.msg(text), level, icon)
