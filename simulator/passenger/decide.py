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
    PayCard,
    PayCash,
    PayChoice,
    PayCode,
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
    Hold,
    Insert,
    Leave,
    Scan,
    TakeFrom,
    Touch,
    TouchAndInsert,
    UseCard,
    Wait,
)
from simulator.passenger.by_card import gives_up_card, pays_by_card
from simulator.passenger.collect import picks_up
from simulator.passenger.kinds import POLICIES, seek
from simulator.passenger.person import Dice, Kind, Memory, Plan, Seen
from simulator.passenger.reading import fen, usable, way_on

__all__ = [
    "Action",
    "Hold",
    "Insert",
    "Leave",
    "Scan",
    "TakeFrom",
    "Touch",
    "TouchAndInsert",
    "UseCard",
    "Wait",
    "decide",
    "fen",
    "next_note",
    "noted",
    "remembered",
    "way_on",
]

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
    return _cancel(screen)


def _cancel(screen: Screen) -> Action:
    keys = [key for key in usable(screen.chrome.footer) if key.role == "danger"]
    return Touch(keys[0].target, READ_MS) if keys else Wait()


def _pay(plan: Plan, screen: PayCash, memory: Memory, dice: Dice) -> Action:
    if memory.pushed and screen.inserted.text == memory.counted_before and screen.refusal is None:
        return Wait()
    if screen.slot != "insert" or not fen(screen.remaining.text):
        return Wait()
    if memory.cancelled:  # the touch did not arrive: once more
        return _cancel(screen)
    if plan.kind is Kind.CANCEL and len(memory.inserted_fen) >= plan.notes_before:
        return _cancel(screen)
    note = next_note(plan.kind, screen, memory.refused_fen)
    return Insert(note, HAND_MS) if note is not None else _cancel(screen)


def next_note(kind: Kind, screen: PayCash, refused_fen: set[int]) -> int | None:
    """The note to insert next: the largest that does not overpay, or for people without small notes the largest at all;
    when nothing fits exactly, the smallest that pays the rest."""
    missing = fen(screen.remaining.text) or 0
    taken = [fen(each.value) or 0 for each in screen.denominations if each.accepted]
    values = sorted(value for value in taken if value and value not in refused_fen)
    if not values or not missing:
        return None
    if kind in (Kind.LARGE, Kind.FORGET_CHANGE):
        return values[-1]
    fitting = [value for value in values if value <= missing]
    return fitting[-1] if fitting else values[0]


def _choose_way(plan: Plan, screen: PayChoice, memory: Memory, dice: Dice) -> Action:
    """The way that was planned, or what else can be used now."""
    ways = usable([way.key for way in screen.ways])
    if memory.cancelled or not ways:
        return _cancel(screen)
    if plan.pays == "card" and gives_up_card(plan, memory):
        ways = [key for key in ways if key.target != "pay_card"]
    wanted = [key for key in ways if key.target == f"pay_{plan.pays}"] or ways
    return Touch(wanted[0].target, READ_MS) if wanted else _cancel(screen)


def _pay_code(plan: Plan, screen: PayCode, memory: Memory, dice: Dice) -> Action:
    """Who cancels may have paid a moment before."""
    paid = screen.code in memory.scanned
    if plan.kind is Kind.CANCEL and (paid or plan.notes_before == 1):
        return _cancel(screen)
    return Scan(screen.code, HAND_MS) if screen.code and not paid else Wait()


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
    "pay.cash": _pay,
    "pay.choice": _choose_way,
    "pay.code": _pay_code,
    "pay.card": pays_by_card,
    "printing": _printing,
    "receipt": _claim,
    "help": _help,
}
"""Kind of screen -> choice; all others are only watched."""

SALE_KINDS = ("review", "pay.choice", "pay.code", "pay.card", "pay.cash", "printing", "take", "receipt")


def _cash_up_to(screen: Screen) -> int | None:
    """The limit for cash that a screen tells: in the line on the home page, or as the reason why seats cannot be held."""
    if isinstance(screen, Home):
        return fen(screen.payments_line.main)
    on = way_on(screen) if isinstance(screen, Seat) else None
    return fen(on.why.main) if on is not None and not on.enabled else None


def noted(memory: Memory, screen: Screen) -> None:
    """Remember what a screen shows, each time it is looked at."""
    memory.in_sale = memory.in_sale or screen.kind in SALE_KINDS
    if isinstance(screen, PayCash) and memory.pushed:
        if screen.inserted.text != memory.counted_before:
            memory.pushed = False
        elif screen.refusal is not None and screen.slot == "insert":
            memory.refused_fen.update(memory.inserted_fen[-1:])
            memory.pushed = False
    elif memory.pushed:
        memory.pushed = False
    if (told := _cash_up_to(screen)) is not None:
        memory.cash_up_to_fen = told
    if isinstance(screen, ClaimScreen) and screen.code and screen.code not in memory.claim_codes:
        memory.claim_codes.append(screen.code)


def remembered(memory: Memory, action: Action, screen: Screen) -> None:
    """Remember what was done."""
    again = isinstance(action, Wait) and screen.kind == memory.looked_at
    memory.looks, memory.looked_at = memory.looks + 1 if again else int(isinstance(action, Wait)), screen.kind
    if not isinstance(action, Wait):
        memory.read.add(screen.kind)
    match action:
        case Touch(target=target) | TouchAndInsert(target=target):
            memory.pressed.add((screen.kind, target))
            if target == screen.chrome.language_key.target:
                memory.switched.add(screen.kind)
            if isinstance(screen, Home):
                memory.searches += 1
                memory.pages = 0
            if isinstance(screen, Trains) and any(
                key.target == target and key.icon == "down" for key in screen.chrome.footer
            ):
                memory.pages += 1
            danger = [key.target for key in screen.chrome.footer if key.role == "danger"]
            memory.cancelled = memory.cancelled or (
                isinstance(screen, PayCash | PayChoice | PayCode | PayCard | Review) and target in danger
            )
            if isinstance(action, TouchAndInsert):
                memory.inserted_fen.append(action.value_fen)
        case Scan(code=code):
            memory.scanned.add(code)
        case Hold():
            memory.held += 1
        case UseCard(what=what):
            memory.carded.append(what)
        case Insert(value_fen=value):
            memory.inserted_fen.append(value)
            memory.pushed = True
            memory.counted_before = screen.inserted.text if isinstance(screen, PayCash) else ""
        case TakeFrom(outlet="tickets"):
            memory.tickets_seen = True
        case TakeFrom(outlet="mouth") if memory.pushed:  # it came back: not with that one again
            memory.refused_fen.update(memory.inserted_fen[-1:])
            memory.pushed = False
