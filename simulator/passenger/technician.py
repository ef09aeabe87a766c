"""A synthetic technician: logs in on the screen, does the work at the open cabinet, types what was counted, closes up.

As a passenger: reads screen values, touches targets, moves matter only by hand (decision 49). Each job is done by hand
first and booked on the screen then, so that what is typed is what lies there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.screen.values import Key, OutOfService, Screen, ServiceLogin, ServiceMenu, ServiceTask, keys_of
from simulator.passenger.hands import Busy

THINK_MS = 400
ANSWER_MS = 4_000
LONGEST_MS = 1_800_000
HIDDEN = "●"

Hand = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Staff:
    number: str
    pin: str


@dataclass(frozen=True, slots=True)
class Job:
    """`deed`: what the hands do (an act of the cabinet), None for nothing; `target` and `count`: how it is booked."""

    deed: Mapping[str, Any] | None
    target: str
    count: int


def first_fill(notes: Mapping[int, int], blanks: int, coins: Mapping[int, int] | None = None) -> list[Job]:
    """What a new machine needs. `notes`: cassette -> pieces; `coins`: hopper -> pieces."""
    jobs = [
        Job({"act": "fill", "cassette": number, "notes": count}, f"svc:act:fill:{number}", count)
        for number, count in notes.items()
        if count
    ]
    jobs += [
        Job({"act": "fill_hopper", "hopper": number, "coins": count}, f"svc:act:fill_coins:{number}", count)
        for number, count in (coins or {}).items()
    ]
    return [*jobs, Job({"act": "load_roll", "blanks": blanks}, "svc:act:load_roll", blanks)]


class Technician:
    """`hand(act)` does one act at the cabinet and raises Busy while the device moves, `touch(target)` touches what is shown
    now. `now_ms` is people's time."""

    def __init__(
        self,
        staff: Staff,
        second: Staff,
        jobs: Sequence[Job],
        hand: Hand,
        touch: Callable[[str], None],
        now_ms: int,
        doors: Sequence[str] = ("outer", "safe", "tickets"),
    ) -> None:
        self._staff, self._second, self._hand, self._touch = staff, second, hand, touch
        self._doors, self._jobs = list(doors), list(jobs)
        self._begun_ms = self._due_ms = now_ms
        self._rev, self._screen = -1, None  # type: tuple[int, Screen | None]
        self._opened = self._closed = self._moved = self._booking = self._pin = False
        self.outcome = ""
        """done, or why not; empty while at work."""

    @property
    def over(self) -> bool:
        return bool(self.outcome)

    def saw(self, rev: int, screen: Screen | None, now_ms: int) -> None:
        if rev != self._rev or (screen is None) != (self._screen is None):
            self._rev, self._screen, self._due_ms = rev, screen, now_ms + THINK_MS

    def poll(self, now_ms: int) -> int | None:
        """Do what is due; answers when to be asked again, None when over. Raises what `hand` raises."""
        if self.over:
            return None
        if now_ms - self._begun_ms > LONGEST_MS:
            self.outcome = f"stuck at {self._screen.kind if self._screen else 'no screen'}"
            return None
        if now_ms >= self._due_ms and self._screen is not None:
            self._due_ms = now_ms + ANSWER_MS
            target = self._next(self._screen)
            if target is not None:
                self._touch(target)
        return None if self.over else self._due_ms

    def _next(self, screen: Screen) -> str | None:
        """What to touch now; the hands may move before."""
        match screen:
            case OutOfService() if not self._closed:
                return self._staff_key(screen)
            case ServiceLogin():
                self._booking = self._pin = False  # logged out before it was booked: it is still to be booked
                return self._log_in(screen)
            case ServiceMenu():
                return self._menu(screen)
            case ServiceTask():
                return self._task(screen)
        if self._closed:
            self.outcome = "done"
        return None

    def _staff_key(self, screen: OutOfService) -> str | None:
        if not self._opened:
            for door in self._doors:
                self._hand({"act": "open", "door": door})
            self._opened = True
        return next((key.target for key in screen.chrome.footer if key.icon == "wrench"), None)

    def _log_in(self, screen: ServiceLogin) -> str | None:
        if screen.active == "number":
            return self._typing(screen, screen.number, self._staff.number)
        return self._typing(screen, HIDDEN * screen.pin_length, self._staff.pin)

    def _menu(self, screen: ServiceMenu) -> str | None:
        if self._booking:  # back from the task: it is booked
            self._jobs.pop(0)
            self._booking = self._moved = self._pin = False
        if not self._jobs:
            return self._close(screen)
        job = self._jobs[0]
        if not self._moved:
            if job.deed is not None and not self._did(job.deed):
                return None
            self._moved = True
        return next((key.target for key in keys_of(screen) if key.target == job.target and key.enabled), None)

    def _did(self, deed: Mapping[str, Any]) -> bool:
        """False while the device moves: the hands wait."""
        try:
            self._hand(deed)
        except Busy:
            return False
        return True

    def _close(self, screen: ServiceMenu) -> str | None:
        if not self._closed:
            for door in reversed(self._doors):
                self._hand({"act": "close", "door": door})
            self._closed = True
        return _primary(screen)

    def _task(self, screen: ServiceTask) -> str | None:
        self._booking = True
        if not screen.digits:  # nothing to type: it was cleared by hand
            return _primary(screen)
        signing = any(sign.level == "tint" for sign in screen.signoffs)
        if not signing:
            return self._typing(screen, screen.typed, str(self._jobs[0].count))
        if screen.typed.startswith(HIDDEN):
            self._pin = True
        if not self._pin and screen.typed == self._second.number:
            self._pin = True  # the key that follows leads to the PIN
            return _primary(screen)
        return self._typing(screen, screen.typed, self._second.pin if self._pin else self._second.number)

    def _typing(self, screen: ServiceLogin | ServiceTask, typed: str, wanted: str) -> str | None:
        """The next digit, the primary key when all is typed, or the key that clears what is wrong."""
        right = len(typed) <= len(wanted) if typed.startswith(HIDDEN) else wanted.startswith(typed)
        if not right:
            clear = screen.clear if isinstance(screen, ServiceLogin) else None
            return clear.target if clear is not None else None
        if len(typed) == len(wanted):
            return _primary(screen)
        return _digit(screen.digits, wanted[len(typed)])


def _primary(screen: Screen) -> str | None:
    return next((key.target for key in screen.chrome.footer if key.role == "primary" and key.enabled), None)


def _digit(keys: Sequence[Key], digit: str) -> str | None:
    return next((key.target for key in keys if key.words.main == digit), None)
