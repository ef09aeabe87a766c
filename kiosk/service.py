"""Service mode: log in, act, sign, close up. Pure of devices and clocks; every act becomes a step for the journal.

A person logs in with number and PIN typed on the screen (decision 49). Acts on money need a second log-in before they
count. A maintainer cannot open money flows; the keys stay visible and say which role is needed. Source: service mode.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.identity import Operator
from kiosk.journey.asks import Now
from kiosk.parameters import MachinePolicy
from kiosk.ports.cabinet import BOX
from kiosk.ports.coin_hopper import CoinsPaid
from kiosk.ports.fact import Fact
from kiosk.restart import FELL
from kiosk.sale.intents import Intent, PayCoins
from kiosk.screen.formats import Clock
from kiosk.screen.texts import Texts
from kiosk.screen.values import Screen
from kiosk.service_acts import Act, act_of, booking, there_is
from kiosk.service_records import OperatorAct, OperatorDenied, OperatorLogin, OperatorLogout
from kiosk.service_view import service_screen

if TYPE_CHECKING:
    from kiosk.controller import Controller

MOST_DIGITS = 8
TRIES = 5
LOCKED_MS = 300_000
TARGET = "svc:"
DIGITS = "0123456789"
AT_ONCE = 100
"""Coins that a hopper is told to pay while it is emptied: some 25 seconds, and then the next ones."""


@dataclass(frozen=True, slots=True)
class ServiceStep:
    """One line of the journal. `restart`: name of a device that shall begin anew after it, empty for none."""

    fact: Fact
    intents: tuple[Intent, ...] = ()
    restart: str = ""


@dataclass(slots=True)
class ServiceState:
    """`page`: off, login, menu, task, sign. `entry` of the log-in: number, pin. `message`: name of a notice."""

    page: str = "off"
    number: str = ""
    pin: str = ""
    entry: str = "number"
    operator: Operator | None = None
    second: Operator | None = None
    act: Act | None = None
    place: str = ""
    typed: str = ""
    message: str = ""
    tries: int = 0
    locked_until_ms: int = 0
    touched_ms: int = 0


class Service:
    """`cassettes`: number -> face value in fen. `escrow_notes`: most notes of a bulk escrow, 0 without one. Times of people are
    shortened by the lab's `rate`."""

    def __init__(
        self,
        operators: Sequence[Operator],
        policy: MachinePolicy,
        rate: float,
        cassettes: Mapping[int, int],
        escrow_notes: int = 0,
    ) -> None:
        self._own = self._people = tuple(operators)
        self.proves: Callable[[Operator, str], bool] = Operator.knows
        self._policy, self._rate = policy, rate
        self.cassettes, self.escrow_notes = dict(cassettes), escrow_notes
        self.state = ServiceState()
        self._emptying = 0  # order of coins that are falling

    def adopt(self, policy: MachinePolicy, people: Sequence[Operator]) -> None:
        """Other thresholds, times and people hold from now on. `people` of a set; empty: whom the machine was provisioned with."""
        self._policy, self._people = policy, tuple(people) or self._own

    @property
    def numbers(self) -> tuple[str, ...]:
        """Of all who may log in now."""
        return tuple(operator.number for operator in self._people)

    @property
    def active(self) -> bool:
        return self.state.page != "off"

    # -- in and out

    def open(self, machine: Controller, now: Now) -> list[ServiceStep]:
        """Show the log-in. A running sale goes first: nothing happens then."""
        if machine.sale is None and not self.active:
            tries, locked = self.state.tries, self.state.locked_until_ms
            self.state = ServiceState(page="login", tries=tries, locked_until_ms=locked, touched_ms=now.mono_ms)
        return []

    def _leave(self, why: str) -> list[ServiceStep]:
        operator = self.state.operator
        self.state = ServiceState(tries=self.state.tries, locked_until_ms=self.state.locked_until_ms)
        return [ServiceStep(OperatorLogout(operator.number, why))] if operator else []

    def limit_ms(self) -> tuple[int, int]:
        """(when the page gives up, its whole span), in monotonic and people's ms."""
        span = self._policy.service_login_ms if self.state.page == "login" else self._policy.service_idle_ms
        return self.state.touched_ms + round(span / self._rate), span

    def next_wake(self) -> int | None:
        return self.limit_ms()[0] if self.active else None

    def due(self, now: Now) -> bool:
        return self.active and now.mono_ms >= self.limit_ms()[0]

    def poll(self, machine: Controller, now: Now) -> list[ServiceStep]:
        """Nobody touched anything for too long: logged out (ui-guide 9)."""
        return self._leave("timeout") if self.due(now) else []

    # -- touches

    def touch(self, target: str, machine: Controller, now: Now) -> list[ServiceStep]:
        """One touch; what means nothing here is dropped."""
        self.state.touched_ms = now.mono_ms
        name = target.removeprefix(TARGET)
        if name == target:
            return []
        if name.startswith("digit:"):
            self._digit(name[6:])
        elif name in ("erase", "clear"):
            self._type("" if name == "clear" else self._typed()[:-1])
        elif name == "entry:number" and self.state.page in ("login", "sign"):
            self.state.entry = "number"
        elif name == "enter":
            return self._enter(machine, now)
        elif name == "back":
            return self._back()
        elif name == "logout":
            return self._leave("key")
        elif name == "close_up":
            return self._close_up(machine)
        elif name.startswith("act:") and (self.state.page == "menu" or self._at_hopper(name)):
            return self._begin(name[4:], machine)
        return []

    def _at_hopper(self, name: str) -> bool:
        """Where a hopper is counted it may be emptied instead."""
        act = self.state.act
        return self.state.page == "task" and act is not None and name == f"act:empty_coins:{self.state.place}"

    def _typed(self) -> str:
        if self.state.page == "task":
            return self.state.typed
        return self.state.number if self.state.entry == "number" else self.state.pin

    def _type(self, text: str) -> None:
        self.state.message = ""
        if self.state.page == "task":
            self.state.typed = text[:4].lstrip("0") or text[:1]
        elif self.state.entry == "number":
            self.state.number = text[:MOST_DIGITS]
        else:
            self.state.pin = text[:MOST_DIGITS]

    def _digit(self, digit: str) -> None:
        if len(digit) == 1 and digit in DIGITS:
            self._type(self._typed() + digit)

    def _enter(self, machine: Controller, now: Now) -> list[ServiceStep]:
        if self.state.page in ("login", "sign"):
            if self.state.entry == "number":
                self.state.entry = "pin" if self.state.number else "number"
                return []
            return self._log_in(now, now.wall_ms + machine.watch.skew_ms, machine)
        if self.state.page == "task":
            return self._confirm(machine)
        return []

    def _log_in(self, now: Now, station_ms: int, machine: Controller) -> list[ServiceStep]:
        state = self.state
        operator = next((each for each in self._people if each.number == state.number), None)
        if now.mono_ms < state.locked_until_ms:
            state.message, state.pin = "locked", ""
            return []
        if operator is None or not self.proves(operator, state.pin):
            return self._denied(now)
        if operator.ended(station_ms):
            return self._denied(now, ended=True)
        number, state.number, state.pin, state.entry, state.tries = state.number, "", "", "number", 0
        if state.page == "login":
            state.page, state.operator, state.message = "menu", operator, ""
            return [ServiceStep(OperatorLogin(number, operator.role))]
        if state.operator is not None and operator.number == state.operator.number:
            state.message = "same_person"
            return []
        if state.act is None or not state.act.allowed(operator.role):
            state.message = "not_allowed"
            return []
        state.second, state.page = operator, "task"
        return self._confirm(machine)

    def _denied(self, now: Now, ended: bool = False) -> list[ServiceStep]:
        state = self.state
        state.tries += 1
        known = state.number if state.number in self.numbers else ""
        step = ServiceStep(OperatorDenied(known, state.tries))
        state.pin, state.entry, state.number = "", "number", ""
        state.message = "ended" if ended else "wrong"
        if state.tries >= TRIES:
            state.locked_until_ms = now.mono_ms + round(LOCKED_MS / self._rate)
            state.tries, state.message = 0, "locked"
        return [step]

    # -- acts

    def _begin(self, name: str, machine: Controller) -> list[ServiceStep]:
        act, place = act_of(name, self.cassettes, machine.stock.coins.values)
        operator = self.state.operator
        if act is None or operator is None or not act.allowed(operator.role) or not there_is(act, machine.stock):
            return []
        if self._emptying and act.name in ("fill_coins", "empty_coins"):
            self.state.message = "falling"
            return []
        self.state.page, self.state.act, self.state.place = "task", act, place
        self.state.typed, self.state.second, self.state.message = "", None, ""
        return []

    def _back(self) -> list[ServiceStep]:
        if self.state.page in ("task", "sign"):
            self.state.page = "menu"
            self.state.act, self.state.second, self.state.message = None, None, ""
            self.state.number = self.state.pin = ""
            return []
        return self._leave("key") if self.state.page == "login" else []

    def _confirm(self, machine: Controller) -> list[ServiceStep]:
        """Count typed, then the second person for money, then it is booked."""
        state, act = self.state, self.state.act
        assert act is not None
        assert state.operator is not None
        count = int(state.typed) if state.typed else -1
        if act.asks_count and not 0 <= count <= act.most(self._policy):
            state.message = "too_many" if state.typed else "count"
            return []
        if act.money and state.second is None:
            state.page, state.entry, state.number, state.pin, state.message = "sign", "number", "", "", ""
            return []
        second = state.second.number if state.second else ""
        fact = OperatorAct(state.operator.number, second, act.name, state.place)
        made = booking(act, state.place, count, machine.stock, self.cassettes, machine.watch.tags.get(BOX, ""))
        if act.name == "empty_coins":
            made = (self._next_coins(int(state.place), machine),)
        state.page, state.act, state.second, state.message = "menu", None, None, "booked"
        return [ServiceStep(fact, made, state.place if act.name == "clear" else "")]

    def _next_coins(self, hopper: int, machine: Controller) -> PayCoins:
        """Below 0, and the number of the line on which it stands: no other order ever has it."""
        self._emptying = -machine.next_line
        value_fen = machine.stock.coins.values[hopper]
        return PayCoins(0, self._emptying, hopper, AT_ONCE, AT_ONCE * value_fen, "empty")

    def emptied(self, fact: Fact, machine: Controller) -> tuple[Intent, ...]:
        """What follows when coins fell that a technician wants out: more of them, until none comes."""
        if not isinstance(fact, FELL) or fact.order != self._emptying or not self._emptying:
            return ()
        self._emptying = 0
        if not isinstance(fact, CoinsPaid) or self.state.operator is None:
            return ()
        return (self._next_coins(fact.hopper, machine),)

    def _close_up(self, machine: Controller) -> list[ServiceStep]:
        """Back to service, when the doors are shut; otherwise the screen says which is open."""
        if self.state.page != "menu" or self.state.operator is None:
            return []
        if machine.watch.doors_open:
            self.state.message = "doors"
            return []
        number = self.state.operator.number
        return [ServiceStep(OperatorAct(number, "", "close_up", "")), *self._leave("closed")]

    def screen(self, machine: Controller, texts: Texts, clock: Clock, now: Now) -> Screen | None:
        """The screen of the page, None when service mode is off."""
        return service_screen(self, machine, texts, clock, now) if self.active else None
