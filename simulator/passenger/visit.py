"""One visit of a synthetic passenger: thinks, acts at human pace, and keeps an account of what was given and got.

Time is the passenger's, on the shared clock (scaled ms). No socket and no thread: the same code runs against the real
processes and in virtual time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from kiosk.screen.values import Screen, StationPicker, Take, keys_of
from simulator.passenger.actions import Action, Hold, Insert, Leave, Scan, TakeFrom, Touch, TouchAndInsert, UseCard
from simulator.passenger.decide import decide
from simulator.passenger.hands import Hands, Openings
from simulator.passenger.person import Dice, Memory, Plan, Seen
from simulator.passenger.remembering import noted, remembered

LONGEST_VISIT_MS = 1_800_000
ANSWER_MS = 4_000
"""After a touch people wait so long for something to happen before they touch again."""


@dataclass(slots=True)
class Account:
    """The passenger's own account, in fen and pieces. `outcome` is empty while the visit lasts."""

    kind: str
    outcome: str = ""
    begun_ms: int = 0
    ended_ms: int = 0
    inserted_fen: list[int] = field(default_factory=list)
    returned_fen: list[int] = field(default_factory=list)
    change_fen: list[int] = field(default_factory=list)
    coins_fen: list[int] = field(default_factory=list)
    """Taken out of the cup, which may have been another one's."""
    tickets: int = 0
    slips: int = 0
    claim_codes: list[str] = field(default_factory=list)
    touches: int = 0
    screens: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """What the machine said beside a screen or asked over it, each once."""
    phone_fen: list[int] | None = None
    """What the phone says it paid; None without one."""
    card_fen: list[int] | None = None
    """What the card's chip agreed to pay; None without one."""

    def as_dict(self) -> dict[str, Any]:
        told = asdict(self)
        for name in ("phone_fen", "card_fen"):
            if told[name] is None:
                del told[name]
        return told


class Visit:
    """`touch(target)` reaches the screen that is shown at that moment."""

    def __init__(self, plan: Plan, hands: Hands, touch: Callable[[str], None], dice: Dice, now_ms: int) -> None:
        self.plan = plan
        self.account = Account(plan.kind.name.lower(), begun_ms=now_ms)
        self._hands, self._touch, self._dice = hands, touch, dice
        self._memory = Memory()
        self._rev = -1
        self._screen: Screen | None = None
        self._targets: set[str] | None = None  # of that screen, once somebody asked
        self._next: Action | None = None
        self._due_ms = now_ms
        self.scan: Callable[[tuple[str, ...]], bool] = lambda code: (
            False
        )  # a phone that can pay, where somebody has one

        self.hold: Callable[[str], bool] = lambda what: False  # something that proves an order
        self.card: Callable[[str], bool] = lambda what: False  # a card and a hand on the PIN pad

    @property
    def over(self) -> bool:
        return bool(self.account.outcome)

    def saw(self, rev: int, screen: Screen | None, now_ms: int) -> None:
        """What the screen shows now. None: nothing; the passenger waits for it to come back."""
        if rev == self._rev and (screen is None) == (self._screen is None):
            return
        before = self._screen.kind if self._screen is not None else ""
        self._rev, self._screen, self._targets = rev, screen, None
        if screen is None:
            self._next = None
            return
        if screen.kind != before:
            self.account.screens.append(screen.kind)
        for told in (screen.chrome.notice, screen.chrome.dialog):
            if told is not None and told.words.main not in self.account.notices:
                self.account.notices.append(told.words.main)
        noted(self._memory, screen)
        if not self._still_meant():
            self._next, self._due_ms = None, now_ms

    def poll(self, now_ms: int) -> int | None:
        """Think or act when it is time; answers when to be asked again, None when the visit is over."""
        if self.over:
            return None
        if now_ms - self.account.begun_ms >= LONGEST_VISIT_MS:
            self.leave("stuck", now_ms)
            return None
        if self._screen is None:
            return now_ms + ANSWER_MS
        if now_ms < self._due_ms:
            return self._due_ms
        if self._next is None:
            self._next = decide(self.plan, self._seen(self._screen), self._memory, self._dice)
            self._due_ms = now_ms + self._next.think_ms
            return self._due_ms
        action, self._next = self._next, None
        self._due_ms = now_ms
        self._act(action, self._screen, now_ms)
        return None if self.over else self._due_ms

    def _seen(self, screen: Screen) -> Seen:
        """Only who has begun a purchase looks at the openings."""
        openings = self._hands.look() if self._memory.in_sale else Openings()
        o = openings
        return Seen(screen, o.mouth, o.tickets, o.change, o.slip, o.card, o.coins)

    def _still_meant(self) -> bool:
        """Whether the action in mind is still possible on the screen that has just changed."""
        if isinstance(self._next, Touch | TouchAndInsert) and self._screen is not None:
            return self._touchable(self._next.target, self._screen)
        return False

    def _touchable(self, target: str, screen: Screen) -> bool:
        if self._targets is None:
            self._targets = targets(screen)
        return target in self._targets

    def _act(self, action: Action, screen: Screen, now_ms: int) -> None:
        match action:
            case Touch(target=target):
                if not self._touchable(target, screen):
                    return
                self._touch(target)
                self.account.touches += 1
                self._due_ms = now_ms + ANSWER_MS
            case TouchAndInsert(target=target, value_fen=value):
                if not self._touchable(target, screen):
                    return
                self._touch(target)
                self.account.touches += 1
                self._due_ms = now_ms + ANSWER_MS
                if not self._hands.insert(value):
                    action = Touch(target, 0)  # the slot was shut already: only the finger did something
                else:
                    self.account.inserted_fen.append(value)
            case Insert(value_fen=value):
                if not self._hands.insert(value):
                    self._due_ms = now_ms + ANSWER_MS
                    return
                self.account.inserted_fen.append(value)
            case Scan(code=code):
                self.scan(code)
            case UseCard(what=what):
                if not self.card(what):
                    self._due_ms = now_ms + ANSWER_MS
                    return
            case Hold(what=what):
                self.hold(what)
                self._due_ms = now_ms + ANSWER_MS
            case TakeFrom(outlet=outlet):
                if not self._take(outlet, screen):
                    self._due_ms = now_ms + ANSWER_MS
                    return
            case Leave(why=why):
                self.leave(why, now_ms)
        remembered(self._memory, action, screen)

    def _take(self, outlet: str, screen: Screen) -> bool:
        """At the mouth lie notes that come back, or what a unit pays there: then the screen calls it so."""
        counted_out = isinstance(screen, Take) and any(
            (each.what, each.state, each.opening) == ("change", "now", "insert") for each in screen.outlets
        )
        own = outlet == "mouth" and not counted_out
        taken = self._hands.take(outlet)
        notes = self.account.returned_fen if own else self.account.change_fen
        notes.extend(taken.notes_fen)
        self.account.coins_fen.extend(taken.coins_fen)
        self.account.tickets += taken.tickets
        self.account.slips += taken.slips
        return bool(taken)

    def leave(self, why: str, now_ms: int) -> None:
        """Go away now, for `why`; the visit is over."""
        self.account.outcome, self.account.ended_ms = why, now_ms
        self.account.claim_codes = list(self._memory.claim_codes)


def targets(screen: Screen) -> set[str]:
    """Everything that can be touched on a screen now."""
    letters = {f"letter:{letter}" for letter in screen.letters} if isinstance(screen, StationPicker) else set()
    return {key.target for key in keys_of(screen)} | letters
