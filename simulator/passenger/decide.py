"""What a passenger does next: a pure choice from what is seen, what is remembered and a throw of dice.

Everything is read off the screen value: targets from its keys, amounts from its texts, the way on from the primary key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.screen.values import (
    Attract,
    Calendar,
    ClaimScreen,
    Home,
    OutOfService,
    Review,
    Screen,
    Seat,
    StationPicker,
    Take,
    Trains,
    Trip,
    keys_of,
)
from simulator.passenger.actions import (
    GLANCE_MS,
    HAND_MS,
    READ_MS,
    Action,
    Leave,
    TakeFrom,
    Touch,
    UseCard,
    Wait,
)
from simulator.passenger.by_card import pays_by_card
from simulator.passenger.collect import picks_up
from simulator.passenger.kinds import POLICIES, seek
from simulator.passenger.paying import chooses_way, pays_by_phone, pays_with_notes
from simulator.passenger.person import Dice, Kind, Memory, Plan, Seen
from simulator.passenger.reading import cancel, fen, key_of, usable, way_on

MOST_SEARCHES = 10
MOST_PAGES = 4
MOST_SEARCHES_BARRED = 3
"""Who has read that little cash is taken gives up sooner."""
TO_SERVICE = "out of service"


def affordable_fen(plan: Plan, memory: Memory) -> int:
    """What an order may cost: the person's own limit, or the machine's where that is lower."""
    return plan.budget_fen if memory.cash_up_to_fen is None else min(plan.budget_fen, memory.cash_up_to_fen)


def patience(plan: Plan, memory: Memory) -> int:
    """So many searches at most."""
    return MOST_SEARCHES if affordable_fen(plan, memory) >= plan.budget_fen else MOST_SEARCHES_BARRED


def decide(plan: Plan, seen: Seen, memory: Memory, dice: Dice) -> Action:
    """The next action: the usual one, or what this kind of person does instead. `memory` is only read; `noted` writes it."""
    action = picks_up(plan, seen, memory) if plan.pays == "pickup" else _usual(plan, seen, memory, dice)
    if isinstance(action, Leave) and isinstance(seen.screen, OutOfService) and memory.looks < plan.patient_looks:
        return Wait()
    if plan.pays == "pickup":
        return action
    own = seek if plan.seeks else POLICIES.get(plan.kind)
    return action if own is None else own(plan, seen, memory, action)


def _usual(plan: Plan, seen: Seen, memory: Memory, dice: Dice) -> Action:
    screen = seen.screen
    if seen.mouth and not _leaves_change(plan, seen, memory):
        return TakeFrom("mouth", HAND_MS)
    if (asked := _receipt(plan, seen, memory)) is not None:
        return asked
    if (taken := _from_openings(plan, seen, memory)) is not None:
        return taken
    if isinstance(screen, OutOfService):
        return Leave(f"{TO_SERVICE}: {screen.reason}")
    if memory.in_sale and isinstance(screen, Attract | Home | Trip):
        return Leave(_ending(plan, memory))
    if plan.kind is Kind.WALK_AWAY and screen.kind == plan.leave_at and _may_leave(plan, memory):
        return Leave("walked_away", READ_MS)
    if screen.chrome.dialog is not None:
        return _answer_dialog(plan, screen, memory)
    if screen.kind in plan.switch_at and screen.kind not in memory.switched:
        return Touch(screen.chrome.language_key.target, GLANCE_MS)
    choose = CHOICES.get(screen.kind)
    return choose(plan, screen, memory, dice) if choose is not None else Wait()


def _ending(plan: Plan, memory: Memory) -> str:
    if memory.claim_codes:
        return "claim"
    return "bought" if memory.tickets_seen else "cancelled"


def _may_leave(plan: Plan, memory: Memory) -> bool:
    return plan.leave_at != "pay.cash" or (len(memory.inserted_fen) >= plan.notes_before and not memory.pushed)


def _leaves_change(plan: Plan, seen: Seen, memory: Memory) -> bool:
    """Also where it comes out of the opening that gives notes back."""
    return plan.kind is Kind.FORGET_CHANGE and memory.tickets_seen and seen.change


def _receipt(plan: Plan, seen: Seen, memory: Memory) -> Action | None:
    """Asked for once, before anything is taken."""
    key = key_of(seen.screen, "receipt") if seen.screen.kind == plan.receipt else None
    if key is None or not key.enabled or (seen.screen.kind, key.target) in memory.pressed:
        return None
    return Touch(key.target, GLANCE_MS)


def _from_openings(plan: Plan, seen: Seen, memory: Memory) -> Action | None:
    """What lies there is taken, unless it is another one's or forgotten on purpose."""
    if not memory.in_sale:
        return None
    if seen.card and plan.manner not in ("forgotten", "absent"):
        return UseCard("take", HAND_MS)
    if seen.tickets and seen.screen.kind == Take.kind:
        return TakeFrom("tickets", HAND_MS)
    forgets = _leaves_change(plan, seen, memory)
    if seen.change and not forgets and not seen.tickets:
        return TakeFrom("change", HAND_MS)
    if seen.coins and plan.kind is not Kind.FORGET_CHANGE:
        return TakeFrom("coins", HAND_MS)
    if seen.change and forgets and seen.screen.kind == Take.kind:
        return Leave("forgot_change", GLANCE_MS)
    return TakeFrom("slip", HAND_MS) if seen.slip and memory.claim_codes else None


def _answer_dialog(plan: Plan, screen: Screen, memory: Memory) -> Action:
    """Yes by the primary key: more time, or what is offered instead; another key when that costs too much."""
    dialog = screen.chrome.dialog
    keys = usable(dialog.keys if dialog else ())
    dear = dialog is not None and (fen(dialog.price) or 0) > affordable_fen(plan, memory)
    wanted = [key for key in keys if (key.role == "primary") != dear] or keys
    return Touch(wanted[0].target, GLANCE_MS) if wanted else Wait()


def _attract(plan: Plan, screen: Any, memory: Memory, dice: Dice) -> Action:
    return Touch(screen.start.target, GLANCE_MS)


def _home(plan: Plan, screen: Home, memory: Memory, dice: Dice) -> Action:
    if memory.searches >= patience(plan, memory):
        return Leave("nothing_found")
    if screen.payments and all(each.level == "off" for each in screen.payments):
        return Leave("nothing_sold", READ_MS)
    first = usable([tile.key for tile in screen.tiles[:1]])
    popular = usable([cell.key for cell in screen.popular])
    if popular and (not first or dice.random() < 0.5):
        return Touch(popular[dice.randrange(len(popular))].target, READ_MS)
    return Touch(first[0].target, READ_MS) if first else Wait()


def _trip(plan: Plan, screen: Trip, memory: Memory, dice: Dice) -> Action:
    on = way_on(screen)
    return Touch(on.target, READ_MS) if on is not None and on.enabled else Touch(screen.destination.target, READ_MS)


def _station(plan: Plan, screen: StationPicker, memory: Memory, dice: Dice) -> Action:
    """A name that is there, or a letter first: some people type."""
    cells = usable([cell.key for cell in screen.cells])
    if screen.letters and not screen.typed and dice.random() < 0.4:
        return Touch(f"letter:{screen.letters[dice.randrange(len(screen.letters))]}", READ_MS)
    names = cells or usable(screen.often)
    if names:
        return Touch(names[dice.randrange(len(names))].target, READ_MS)
    return Touch(screen.clear.target, GLANCE_MS) if screen.clear.enabled else Wait()


def _plates(plan: Plan, screen: Screen, memory: Memory, dice: Dice) -> Action:
    """A map or a board of stations: on when one is chosen, else one that can be touched, else back."""
    on = way_on(screen)
    if on is not None and on.enabled:
        return Touch(on.target, READ_MS)
    names = [
        key for key in usable(keys_of(screen)) if key.target.startswith(("station:", "plate:")) and not key.selected
    ]
    return Touch(names[dice.randrange(len(names))].target, READ_MS) if names else _back(screen)


def _date(plan: Plan, screen: Calendar, memory: Memory, dice: Dice) -> Action:
    days = usable(screen.quick)
    return Touch(days[dice.randrange(len(days))].target, READ_MS) if days else Wait()


def _trains(plan: Plan, screen: Trains, memory: Memory, dice: Dice) -> Action:
    if screen.state == "loading":
        return Wait()
    cards = [card for card in screen.cards if card.key.enabled and card.state == "open"]
    most_fen = affordable_fen(plan, memory) // (plan.tickets if plan.kind is Kind.GROUP else 1)
    fitting = [card for card in cards if 0 < (fen(card.price) or 0) <= most_fen]
    if fitting and memory.searches < MOST_SEARCHES:
        return Touch(fitting[dice.randrange(len(fitting))].key.target, READ_MS)
    footer = usable(screen.chrome.footer)
    following = [key for key in footer if key.icon == "down"]
    if following and memory.pages < MOST_PAGES and memory.searches < MOST_SEARCHES:
        return Touch(following[0].target, READ_MS)
    home = [key for key in footer if key.icon == "home"]
    return Touch(home[0].target, READ_MS) if home else Wait()


def _seat(plan: Plan, screen: Seat, memory: Memory, dice: Dice) -> Action:
    """The cheapest class that is left, as many adults as planned and affordable, then on."""
    classes = [cell for cell in screen.classes if cell.key.enabled]
    cheapest = min(classes, key=lambda cell: fen(cell.price) or 0, default=None)
    if cheapest is not None and not cheapest.key.selected:
        return Touch(cheapest.key.target, GLANCE_MS)
    rows = screen.passengers
    wanted = min(plan.tickets, max(1, affordable_fen(plan, memory) // max(1, fen(rows[0].price) or 1))) if rows else 0
    if rows and rows[0].count < wanted and rows[0].plus.enabled:
        return Touch(rows[0].plus.target, GLANCE_MS)
    on = way_on(screen)
    if on is not None and on.enabled:
        return Touch(on.target, READ_MS)
    if rows and rows[0].count > 1 and rows[0].minus.enabled and memory.searches < MOST_SEARCHES:
        return Touch(rows[0].minus.target, GLANCE_MS) if rows[0].count > wanted else _back(screen)
    return _back(screen)


def _back(screen: Screen) -> Action:
    home = [key for key in usable(screen.chrome.footer) if key.icon in ("home", "back")]
    return Touch(home[-1].target, READ_MS) if home else Wait()


def _review(plan: Plan, screen: Review, memory: Memory, dice: Dice) -> Action:
    on = way_on(screen)
    if on is not None and on.enabled:
        return Touch(on.target, READ_MS)
    return cancel(screen)


def _printing(plan: Plan, screen: Screen, memory: Memory, dice: Dice) -> Action:
    """Only watched, unless the machine asks who is still here after a power cut: most go on, some want their money."""
    keys = usable(screen.chrome.footer)
    on = [key for key in keys if key.role == "primary"]
    back = [key for key in keys if key.role != "primary" and key.target == "money_back"]
    if not on:
        return Wait()
    return Touch((back[0] if back and dice.random() < 0.3 else on[0]).target, READ_MS)


def _claim(plan: Plan, screen: ClaimScreen, memory: Memory, dice: Dice) -> Action:
    on = way_on(screen)
    return Touch(on.target, READ_MS) if on is not None and on.enabled else Wait()


def _help(plan: Plan, screen: Screen, memory: Memory, dice: Dice) -> Action:
    return _back(screen)


CHOICES: dict[str, Callable[[Plan, Any, Memory, Dice], Action]] = {
    "attract": _attract,
    "home": _home,
    "search.fromto": _trip,
    "search.train": _help,
    "search.map": _plates,
    "search.fixed": _plates,
    "station": _station,
    "date": _date,
    "trains": _trains,
    "seat": _seat,
    "review": _review,
    "pay.cash": pays_with_notes,
    "pay.choice": chooses_way,
    "pay.code": pays_by_phone,
    "pay.card": pays_by_card,
    "printing": _printing,
    "receipt": _claim,
    "help": _help,
}
"""Kind of screen -> choice; all others are only watched."""
