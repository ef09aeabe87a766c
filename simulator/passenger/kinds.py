"""Kinds of passengers as small policies: each is told what people usually do now, and answers what it does instead.

They see what everybody sees, the screen value and the openings, and remember what everybody remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kiosk.screen.values import Key, PassengerRow, PayCash, PayChoice, Screen, Seat, keys_of
from simulator.passenger.actions import (
    GLANCE_MS,
    HAND_MS,
    READ_MS,
    Action,
    Leave,
    Scan,
    TakeFrom,
    Touch,
    TouchAndInsert,
    Wait,
)
from simulator.passenger.person import Kind, Memory, Plan, Seen
from simulator.passenger.reading import chinese, fen, key_of, letters_in, way_on

Policy = Callable[[Plan, Seen, Memory, Action], Action]

LETTER_MS = 250
LONGEST_READ_MS = 50_000
"""The first screen gives a minute, and asks after forty seconds whether anybody is there."""
LONGEST_REACH_MS = 18_000
"""What lies in a tray is taken back after forty seconds."""
SLOW_FACTOR = 4
ANSWERS_MS = 8_000
GIVEN_UP = ("receipt", "attract", "home", "oos")
"""Screens of a machine that has done with the order of somebody who went away."""
AWAY_LOOK_MS = 5_000
LINGER_LOOKS, LINGER_MS = 2, 6_000
"""Who fed a note while cancelling looks so often whether it comes back before leaving."""
MOST_PAGES = 8
CANNOT_READ = "cannot read"
TO_CASH = "pay_cash"
"""The way to pay that needs no phone."""
SHARES: Mapping[int, Sequence[int]] = {1: (4,), 2: (3, 1), 3: (2, 1, 1)}
"""Rows of passenger types -> tickets of each for a group of four; further rows get none."""


def slow(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """Reads all of a screen before doing anything on it, and does everything slowly."""
    if isinstance(action, Wait | Leave):
        return action
    if seen.screen.chrome.dialog is not None:
        return replace(action, think_ms=ANSWERS_MS)
    if seen.screen.kind in memory.read:
        return replace(action, think_ms=action.think_ms * SLOW_FACTOR)
    longest_ms = LONGEST_REACH_MS if isinstance(action, TakeFrom) else LONGEST_READ_MS
    return replace(action, think_ms=max(action.think_ms, min(longest_ms, letters_in(seen.screen) * LETTER_MS)))


def foreigner(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """Looks for the key that says EN; touches nothing whose words are Chinese, and says so when that is the way on."""
    screen = seen.screen
    language = screen.chrome.language_key
    if isinstance(action, Touch) and screen.chrome.language != "en" and language.target and language.enabled:
        return Touch(language.target, GLANCE_MS) if not chinese(language.words.main) else _cannot_read(language)
    key = key_of(screen, action.target) if isinstance(action, Touch) else None
    return _cannot_read(key) if key is not None and chinese(key.words.main) else action


def _cannot_read(key: Key) -> Action:
    return Leave(f"{CANNOT_READ}: {key.target}")


def everything(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """One key of each sort on every kind of screen, and the way on last; back and home once a visit. Only what takes the
    order away is not tried out."""
    if not isinstance(action, Touch) or seen.screen.chrome.dialog is not None:
        return action
    untried = [key for key in _curious(seen.screen) if not _tried(seen.screen, key, memory)]
    on = way_on(seen.screen)
    last = {action.target, on.target if on is not None else ""}
    others = [key for key in untried if key.target not in last]
    return Touch(others[0].target, GLANCE_MS) if others else action


def _curious(screen: Screen) -> list[Key]:
    return [key for key in keys_of(screen) if key.role != "danger" and not key.busy]


def _tried(screen: Screen, key: Key, memory: Memory) -> bool:
    name = _sort_of(key.target)
    anywhere = key.target in ("home", "back")
    return any(_sort_of(target) == name and (anywhere or kind == screen.kind) for kind, target in memory.pressed)


def _sort_of(target: str) -> str:
    return target.partition(":")[0]


def group(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """Four tickets: two of the first type and one each of the next two, as far as there are so many types."""
    screen = seen.screen
    if not isinstance(screen, Seat) or screen.chrome.dialog is not None or not screen.passengers:
        return action
    if isinstance(action, Touch) and action.target.startswith("class:"):
        return action
    wanted = _shares(screen.passengers)
    for row, count in zip(screen.passengers, wanted, strict=True):
        if row.count > count and row.minus.enabled:
            return Touch(row.minus.target, GLANCE_MS)
    for row, count in zip(screen.passengers, wanted, strict=True):
        if row.count < count and row.plus.enabled:
            return Touch(row.plus.target, GLANCE_MS)
    on = way_on(screen)
    return action if on is None or not on.enabled else Touch(on.target, action.think_ms)


def _shares(rows: Sequence[PassengerRow]) -> list[int]:
    shares = list(SHARES[min(len(rows), max(SHARES))])
    return shares + [0] * (len(rows) - len(shares))


def feed(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """Touches cancel while the next note is already on its way in, and waits then whether it comes back."""
    screen = seen.screen
    if isinstance(action, Leave) and memory.cancelled and memory.looks < LINGER_LOOKS:
        return Wait(LINGER_MS)
    if not isinstance(screen, PayCash) or memory.cancelled or screen.chrome.dialog is not None:
        return action
    if memory.pushed or len(memory.inserted_fen) < plan.notes_before:
        return action
    cancel = next((key for key in screen.chrome.footer if key.role == "danger" and key.enabled), None)
    accepted = [fen(each.value) or 0 for each in screen.denominations if each.accepted]
    values = sorted(value for value in accepted if value and value not in memory.refused_fen)
    if cancel is None or not values:
        return action
    return TouchAndInsert(cancel.target, values[0], HAND_MS)


def comes_back(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """Away as soon as money is inside, answering nothing; back when the machine has given up, and then takes what is there."""
    gone = not memory.pushed and len(memory.inserted_fen) >= plan.notes_before
    if gone and seen.screen.kind not in GIVEN_UP:
        return Wait(AWAY_LOOK_MS)
    if gone and seen.slip:
        return TakeFrom("slip", HAND_MS)
    return action


def seek(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """Came for one class of one train, and goes for it; once refused, takes what is offered instead as everybody does."""
    screen = seen.screen
    if not isinstance(action, Touch) or screen.chrome.dialog is not None or refused(memory, screen):
        return action
    offered = {key.target for key in keys_of(screen) if not key.selected}
    if screen.kind == "trains" and plan.seeks[1] not in offered:
        following = next((key for key in screen.chrome.footer if key.icon == "down" and key.enabled), None)
        if following is None or memory.pages >= MOST_PAGES:
            return action
        return Touch(following.target, action.think_ms)
    sought = next((target for target in plan.seeks if target in offered), None)
    if sought is not None:
        return Touch(sought, action.think_ms)
    on = way_on(screen) if isinstance(screen, Seat) else None
    return action if on is None or not on.enabled else Touch(on.target, action.think_ms)


def refused(memory: Memory, screen: Screen) -> bool:
    """Whether what was asked for could not be held: here again after the touch that should have led on."""
    return ("seat", "hold") in memory.pressed and (screen.kind != "seat" or screen.chrome.notice is not None)


def phoneless(plan: Plan, seen: Seen, memory: Memory, action: Action) -> Action:
    """Finds out in front of the code that the phone is at home, chooses again, and then notes; leaves where those are not taken."""
    screen = seen.screen
    if isinstance(action, Scan):
        other = [key for key in screen.chrome.footer if key.enabled and key.role != "danger"]
        return Touch(other[0].target, READ_MS) if other else Wait()
    if isinstance(screen, PayChoice) and any(kind == "pay.code" for kind, _ in memory.pressed):
        cash = key_of(screen, TO_CASH)
        danger = [key for key in screen.chrome.footer if key.role == "danger"]
        wanted = cash if cash is not None and cash.enabled else next(iter(danger), None)
        return Touch(wanted.target, READ_MS) if wanted is not None else Wait()
    return action


POLICIES: Mapping[Kind, Policy] = {
    Kind.SLOW: slow,
    Kind.FOREIGNER: foreigner,
    Kind.EVERYTHING: everything,
    Kind.GROUP: group,
    Kind.FEED: feed,
    Kind.RETURN: comes_back,
    Kind.PHONE_FORGOTTEN: phoneless,
}
"""Kinds that do not do the usual."""
