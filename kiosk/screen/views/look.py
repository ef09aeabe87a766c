"""What every view needs: names in both languages, deadlines, and the chrome around the body."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from kiosk.journey.state import idle_times
from kiosk.ports.trips import Named
from kiosk.screen import formats
from kiosk.screen import targets as T
from kiosk.screen.shown import Shown
from kiosk.screen.texts import Both, Msg, Say, Texts
from kiosk.screen.values import Chrome, Deadline, Dialog, Key, Notice, Step, Words

STEPS = (Msg("Journey"), Msg("Train"), Msg("Seat"), Msg("Pay"), Msg("Collect", "stepper"))
NOTHING = Words()
LANGUAGE_KEYS = {"zh": Key(T.LANGUAGE, Words("EN"), "globe"), "en": Key(T.LANGUAGE, Words("中文"), "globe")}


def joined(parts: Iterable[Both], by: str) -> Both:
    """A list of names, in both languages."""
    listed = list(parts)
    return Both(by.join(part.zh for part in listed), by.join(part.en for part in listed))


@lru_cache(maxsize=256)
def _key(
    texts: Texts, language: str, target: str, text: Msg, icon: str, role: str = "secondary", selected: bool = False
) -> Key:
    """Keys that stand on many screens are made once."""
    return Key(target, Say(texts, language).msg(text), icon, role, selected=selected)


@lru_cache(maxsize=64)
def _steps(texts: Texts, language: str, current: int) -> tuple[Step, ...]:
    """The stepper with `current` (0..4) at work."""
    say = Say(texts, language)
    states = ["done" if at < current else "current" if at == current else "todo" for at in range(len(STEPS))]
    return tuple(Step(say.msg(step), state) for step, state in zip(STEPS, states, strict=True))


class Look:
    """One state, seen in one language."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.journey = shown.journey
        self.language = shown.journey.language
        self.say = Say(shown.texts, self.language)
        self.clock = shown.clock

    # -- names

    def station(self, code: str) -> Both:
        """Names of a station; its telecode when the network does not know it."""
        known = self.shown.index.get(code) if self.shown.index else None
        return Both(known.name, known.english) if known else Both(code, code)

    def _named(self, group: Iterable[Named], code: str) -> Named:
        for named in group:
            if named.code == code:
                return named
        return Named(code, code, code)

    def passenger(self, code: str) -> Named:
        return self._named(self.shown.network.passengers if self.shown.network else (), code)

    def seat_class(self, code: str) -> Both:
        named = self._named(self.shown.network.classes if self.shown.network else (), code)
        return Both(named.name, named.english)

    def day(self, text: str) -> Both:
        """A date `YYYY-MM-DD` in words."""
        try:
            return formats.day(date.fromisoformat(text))
        except ValueError:
            return Both(text, text)

    # -- time

    def left_ms(self, end_ms: int) -> int:
        """People's time until a monotonic moment; negative when it is over. Monotonic time is real (decision 38)."""
        return round((end_ms - self.shown.now_mono_ms) * self.shown.rate)

    def until(self, end_ms: int, total_ms: int) -> Deadline:
        """A limit that ends at a monotonic moment; `total_ms` is people's time."""
        return Deadline(max(0, self.left_ms(end_ms)), max(1, total_ms), self.shown.rate)

    def _idle(self) -> tuple[Deadline | None, Dialog | None]:
        """The ring, or the question that replaces it."""
        idle = idle_times(self.journey, self.shown.settings)
        if idle is None or self.journey.step == "thanks":
            return None, None
        ringless = self.journey.step == "home" and not self.journey.help  # its footer shows the ways to pay
        if self.shown.now_mono_ms < idle.warn_ms or self.journey.step == "sale":
            return None if ringless else self.until(idle.ring_ms, round(idle.total_ms * self.shown.rate)), None
        finish = Key(T.HOME, self.say("Finish"), "home")
        whole = round((idle.end_ms - idle.warn_ms) * self.shown.rate)
        asked = self.more_time(self.until(idle.end_ms, whole), finish, self.say("Otherwise the choice is cleared."))
        return None, asked

    def more_time(self, deadline: Deadline, other: Key, more: Words = NOTHING) -> Dialog:
        """The idle warning (ui-guide section 9)."""
        stay = Key(T.MORE_TIME, self.say("More time"), "clock", "primary")
        return Dialog(self.say("Do you need more time?"), more, (other, stay), deadline, "hourglass")

    # -- chrome

    def chrome(
        self,
        kind: str,
        step: int | None = None,
        footer: tuple[Key, ...] = (),
        ring: Deadline | None = None,
        dialog: Dialog | None = None,
        notice: Notice | None = None,
        idle: bool = False,
    ) -> Chrome:
        """Header, stepper and footer. `idle`: ring and warning follow the journey's idle time."""
        say, shown, state = self.say, self.shown, self.journey
        access = _key(shown.texts, self.language, T.CONTRAST, Msg("High contrast"), "access", selected=state.contrast)
        if idle:
            ring, asked = self._idle()
            dialog = asked or dialog
        place = f"{self.station(shown.machine.station).of(say.other)} {shown.machine.id}"
        title = say("Ticket machine")
        return Chrome(
            machine=Words(title.main, f"{title.small} · {place}"),
            clock=self.clock.time(shown.now_wall_ms),
            date=say.both(formats.day(self.clock.date(shown.now_wall_ms))),
            language=self.language,
            language_key=LANGUAGE_KEYS[self.language],
            access_key=access,
            theme="contrast" if state.contrast else "day",
            large_text=state.large_text,
            stepper=() if step is None else _steps(shown.texts, self.language, step),
            footer=footer,
            ring=ring,
            dialog=dialog,
            notice=notice,
            voice=f"screen.{kind}",
        )

    def back(self) -> Key:
        return _key(self.shown.texts, self.language, T.BACK, Msg("Back"), "back")

    def home(self) -> Key:
        return _key(self.shown.texts, self.language, T.HOME, Msg("Home"), "home")

    def help(self) -> Key:
        return _key(self.shown.texts, self.language, T.HELP, Msg("Help"), "help")

    def call_staff(self, role: str = "secondary") -> Key:
        return _key(self.shown.texts, self.language, T.CALL_STAFF, Msg("Call staff"), "bell", role)

    def later(self, key: Key) -> Key:
        """A key of a service that this machine does not offer: it keeps its place and says so."""
        return Key(key.target, key.words, key.icon, key.role, enabled=False, why=self.say("Not here"))
