"""Service pages as screen values: log-in, menu with modules and stock, one task at a time (ui-guide 6, service screens)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.coin_stock import HOPPERS, place_of
from kiosk.faults import Fault, FaultCode
from kiosk.journey.asks import Now
from kiosk.screen import formats
from kiosk.screen.formats import Clock
from kiosk.screen.texts import Both, Msg, Say, Texts
from kiosk.screen.values import (
    Chrome,
    Deadline,
    Figure,
    Key,
    ModuleRow,
    Notice,
    Screen,
    ServiceLogin,
    ServiceMenu,
    ServiceTask,
    SignOff,
    StockRow,
    StripItem,
    TaskStep,
    Words,
)
from kiosk.service_acts import ACTS, Act, expected, there_is
from kiosk.service_fixes import FIXES
from kiosk.service_words import DEEDS, DOORS, ESCROW_TOO, FAULTS, ICONS, MESSAGES, MODULES, NOTES, ROLES, SHORT, TITLES

if TYPE_CHECKING:
    from kiosk.controller import Controller
    from kiosk.service import Service

DIGITS = tuple(Key(f"svc:digit:{digit}", Words(digit)) for digit in "1234567890")
NOTHING = Words()
BEGUN = ("fill", "fill_coins", "load_roll")
"""Acts that say what lies there now."""
ADAPTERS = {"payment": {"cards", "codes"}}
"""Parts of a module that report under names of their own: while one of them works, what is wrong with another is a warning."""


def service_screen(service: Service, machine: Controller, texts: Texts, clock: Clock, now: Now) -> Screen:
    """The screen of the page that is open."""
    page = Page(service, machine, Say(texts, machine.journey.state.language), clock, now)
    pages = {"menu": page.menu, "task": page.task, "sign": page.task}
    return pages.get(service.state.page, page.login)()


class Page:
    """One drawing of a service page."""

    def __init__(self, service: Service, machine: Controller, say: Say, clock: Clock, now: Now) -> None:
        self.service, self.machine, self.say, self.clock, self.now = service, machine, say, clock, now
        self.state = service.state

    def _chrome(self, footer: tuple[Key, ...], notice: Notice | None = None) -> Chrome:
        say, operator = self.say, self.state.operator
        until_ms, span_ms = self.service.limit_ms()
        rate = self.machine.rate
        person = NOTHING
        if operator is not None:
            who = Both(f"{operator.name} {operator.number}", f"{operator.english} {operator.number}")
            role = say.msg(ROLES[operator.role])
            person = Words(say.both(who).main, f"{role.main} {role.small}")
        title, index = say("Service"), self.machine.journey.index
        station = index.get(self.machine.journey.settings.home) if index else None
        name = Both(station.name, station.english).of(say.other) if station else ""
        return Chrome(
            machine=Words(title.main, f"{title.small} · {f'{name} {self.machine.place}'.strip()}"),
            clock=self.clock.time(self.now.wall_ms),
            date=say.both(formats.day(self.clock.date(self.now.wall_ms))),
            language=say.language,
            language_key=Key("language", Words("EN" if say.language == "zh" else "中文"), "globe"),
            access_key=Key("contrast", say("High contrast"), "access", selected=self.machine.journey.state.contrast),
            theme="contrast" if self.machine.journey.state.contrast else "day",
            footer=footer,
            notice=notice,
            ring=Deadline(max(0, round((until_ms - self.now.mono_ms) * rate)), span_ms, rate),
            person=person,
            voice="screen.service",
        )

    def _strip(self) -> tuple[StripItem, ...]:
        say, watch = self.say, self.machine.watch
        door = next(iter(sorted(watch.doors_open)), "")
        return (
            StripItem("door", say.msg(DOORS[door]) if door else say("Doors closed"), "warn" if door else "ok"),
            StripItem("plug", say("Mains OK") if watch.mains else say("On battery"), "ok" if watch.mains else "danger"),
            StripItem(
                "link",
                say("Online") if watch.station == "online" else say("Offline"),
                "ok" if watch.station == "online" else "danger",
            ),
            StripItem("lock", say("Sales off"), "off"),
        )

    def _clear(self) -> Key:
        return Key("svc:clear", self.say("Clear"), "clear")

    def _erase(self) -> Key:
        return Key("svc:erase", self.say("Erase"), "erase")

    def _message(self) -> Notice | None:
        if self.state.message not in MESSAGES:
            return None
        level, text = MESSAGES[self.state.message]
        most = self.state.act.most(self.machine.machine_policy) if self.state.act else 0
        return Notice(self.say.msg(text, most=most), level, "check" if level == "ok" else "warn")

    def _typed_in(self) -> tuple[bool, Words]:
        """Whether number or PIN has a digit yet, and what is missing."""
        if self.state.entry == "number":
            return bool(self.state.number), self.say("Type the staff number")
        return bool(self.state.pin), self.say("Type the PIN")

    # -- pages

    def login(self) -> ServiceLogin:
        say, state = self.say, self.state
        label = say("Continue") if state.entry == "number" else say("Log in")
        ready, why = self._typed_in()
        footer = (
            Key("svc:back", say("Back"), "back"),
            Key("svc:enter", label, "check", "primary", ready, why=why),
        )
        return ServiceLogin(
            self._chrome(footer),
            title=say("Staff log-in"),
            strip=self._strip(),
            number_label=say("Staff number"),
            number=state.number,
            pin_label=say("PIN"),
            pin_length=len(state.pin),
            active=state.entry,
            digits=DIGITS,
            clear=self._clear(),
            erase=self._erase(),
            message=self._message(),
        )

    def menu(self) -> ServiceMenu:
        say = self.say
        footer = (
            Key("svc:logout", say("Log out"), "logout"),
            Key("svc:close_up", say("Back to service"), "check", "primary", not self.machine.watch.doors_open,
                why=say("A door is open")),
        )  # fmt: skip
        return ServiceMenu(
            self._chrome(footer, self._message()),
            title=say("Service"),
            strip=self._strip(),
            heads=(say("Module"), say("State"), say("Cycles"), say("Last"), say("Restart")),
            modules=tuple(self._module(name) for name in self._modules()),
            stock_title=say("Stock"),
            stock_note=say("Counts by the books"),
            stock=self._stock(),
            actions=self._actions(),
        )

    def _modules(self) -> list[str]:
        """Those that are fitted; all hoppers are one."""
        fitted = self.machine.watch.fitted | ({HOPPERS} if self.machine.stock.coins.values else set())
        return [name for name in MODULES if name in fitted]

    def _parts(self, name: str) -> set[str]:
        """Names of the devices that a row is about."""
        return set(map(place_of, self.machine.stock.coins.values)) if name == HOPPERS else {name}

    def _faults(self, name: str) -> tuple[list[Fault], list[Fault]]:
        """What is wrong with a module: all of it, and what stops it."""
        parts = self._parts(name)
        faults = [
            fault for fault in self.machine.watch.faults.values() if fault.device in parts | ADAPTERS.get(name, set())
        ]
        stopping = [fault for fault in faults if fault.device in parts and FaultCode[fault.code].code.startswith("E")]
        return faults, stopping

    def _ready(self, name: str) -> bool:
        return self._parts(name) <= set(self.machine.watch.ready)

    def _module(self, name: str) -> ModuleRow:
        say, ready = self.say, self._ready(name)
        faults, stopping = self._faults(name)
        level = "danger" if stopping or not ready else "warn" if faults else "ok"
        worst = next(iter(stopping or faults), None)
        state = say("OK")
        if worst is not None:
            state = say.msg(FAULTS[worst.code])
        elif not ready:
            state = say("No answer")
        last = Words(FaultCode[worst.code].code, worst.detail) if worst else say("None")
        if name == "ups":
            return self._power(state, level, last, fine=worst is None and ready)
        return ModuleRow(
            say.msg(MODULES[name]), state, level, f"{self.machine.cycles(name):,}", last,
            Key(f"svc:act:clear:{name}", say("Restart"), "play" if level == "ok" else "wrench"),
        )  # fmt: skip

    def _power(self, state: Words, level: str, last: Words, fine: bool) -> ModuleRow:
        """A UPS: where the power comes from, how full the battery is and how long it lasts; there is nothing to restart."""
        say, seen = self.say, self.machine.watch.power
        charge = "–"
        if seen is not None and fine:
            battery = seen.source == "battery"
            level = "danger" if seen.low else "warn" if battery else "ok"
            state = say("On battery") if battery else say("Mains OK")
            if seen.low:
                last = say("Battery low")
            elif seen.runtime_s >= 0:
                last = say("{n} min", n=seen.runtime_s // 60)
            charge = f"{seen.charge_pct}%" if seen.charge_pct >= 0 else charge
        return ModuleRow(say.msg(MODULES["ups"]), state, level, charge, last, Key("", NOTHING))

    def _stock(self) -> tuple[StockRow, ...]:
        say, stock, policy = self.say, self.machine.stock, self.machine.machine_policy
        rows = []
        for number, value_fen in sorted(self.service.cassettes.items(), key=lambda pair: -pair[1]):
            words = say("{value} cassette", value=formats.price(value_fen))
            row = _row(words, stock.cassettes.get(number, 0), policy.cassette_capacity, policy.cassette_low)
            rows.append(self._to_count(row, value_fen) if number in stock.to_count else row)
        for number, value_fen in stock.coins.values.items():
            words = say("{value} hopper", value=formats.price(value_fen))
            row = _row(words, stock.coins.coins.get(number, 0), policy.hopper_capacity, policy.hopper_low)
            rows.append(self._to_count(row, value_fen) if number in stock.coins.resting else row)
        if self.service.escrow_notes:
            high = 0 if stock.deposit.stuck else 10**9
            rows.append(_row(say("Note escrow"), len(stock.deposit.notes), self.service.escrow_notes, -1, high))
        rows.append(_row(say("Note box"), stock.box_notes, policy.box_capacity, -1, policy.box_near_full))
        rows.append(_row(say("Ticket roll"), stock.roll, policy.roll_capacity, policy.roll_low))
        rows.append(_row(say("Waste bin"), stock.waste, policy.waste_capacity, -1, policy.waste_capacity * 9 // 10))
        return tuple(rows)

    def _to_count(self, row: StockRow, value_fen: int) -> StockRow:
        """Its books are in doubt: it pays nothing until it is counted, whatever its device says."""
        return replace(row, words=self.say("{value}: count it", value=formats.price(value_fen)), level="danger")

    def _actions(self) -> tuple[Key, ...]:
        keys = []
        for number, value_fen in sorted(self.service.cassettes.items(), key=lambda pair: -pair[1]):
            words = self.say("Fill {value}", value=formats.price(value_fen))
            keys.append(self._action(ACTS["fill"], f"fill:{number}", words))
        stock = self.machine.stock
        for number, value_fen in stock.coins.values.items():
            words = self.say("Coins {value}", value=formats.price(value_fen))
            keys.append(self._action(ACTS["fill_coins"], f"fill_coins:{number}", words))
        there = {name: text for name, text in SHORT.items() if there_is(ACTS[name], stock)}
        keys += [self._action(ACTS[name], name, self.say.msg(text)) for name, text in there.items()]
        return tuple(keys)

    def _action(self, act: Act, target: str, words: Words) -> Key:
        operator = self.state.operator
        allowed = operator is not None and act.allowed(operator.role)
        icon = ICONS[act.name] if allowed else "lock"
        why = NOTHING if allowed else self.say.msg(ROLES["cash"])
        return Key(f"svc:act:{target}", words, icon, enabled=allowed, why=why)

    def task(self) -> ServiceTask:
        say, state, act = self.say, self.state, self.state.act
        assert act is not None
        signing = state.page == "sign"
        values = {"fill": self.service.cassettes}.get(act.name, self.machine.stock.coins.values)
        value = formats.price(values[int(state.place)]) if state.place.isdigit() else ""
        booked = expected(act, state.place, self.machine.stock)
        typed = int(state.typed) if state.typed else None
        most = act.most(self.machine.machine_policy)
        ready, why = self._typed_in() if signing else (typed is not None, say("Please type the count first"))
        label = say("Continue") if signing and state.entry == "number" else say("Confirm")
        empty = Key(f"svc:act:empty_coins:{state.place}", say("Empty {value}", value=value), "bin")
        footer = (
            Key("svc:back", say("Back"), "back"),
            *((empty,) if act.name == "fill_coins" and not signing else ()),
            Key("svc:enter", label, "check", "primary", ready or not act.asks_count, why=why),
        )
        return ServiceTask(
            self._chrome(footer),
            title=say.msg(TITLES[act.name], value=value),
            chip=say("Two persons") if act.money else say("One person"),
            picture=act.picture,
            picture_label=value,
            picture_percent=min(100, 100 * (booked if typed is None else typed) // max(1, most)),
            steps=self._steps(act, signing),
            facts=() if act.asks_count or act.name == "empty_coins" else self._facts(),
            figures=self._figures(act, booked, typed) if act.asks_count else (),
            note=say.msg(NOTES[act.name]),
            typed_label=self._typed_label(act, signing),
            typed=self._typed(signing),
            digits=(*DIGITS, self._clear(), self._erase()) if act.asks_count or signing else (),
            signoffs=self._signoffs(act, signing),
            message=self._message(),
        )

    def _typed_label(self, act: Act, signing: bool) -> Words:
        if signing:
            return self.say("Staff number") if self.state.entry == "number" else self.say("PIN")
        return self.say("Pieces in it now") if act.name in BEGUN else self.say("Pieces taken out")

    def _typed(self, signing: bool) -> str:
        if not signing:
            return self.state.typed
        return self.state.number if self.state.entry == "number" else "●" * len(self.state.pin)

    def _steps(self, act: Act, signing: bool) -> tuple[TaskStep, ...]:
        say = self.say
        texts = [say.msg(self._deed(act))]
        if act.name == "empty_coins":
            texts.append(say("Confirm: coins fall until none is left"))
        else:
            texts.append(say("Type the count") if act.asks_count else say("Confirm: the module starts again"))
        if act.money:
            texts.append(say("Second person signs"))
        now = 2 if signing else 1 if act.asks_count and self.state.typed else 0
        states = ["done" if at < now else "now" if at == now else "next" for at in range(len(texts))]
        return tuple(TaskStep(text, NOTHING, state) for text, state in zip(texts, states, strict=True))

    def _deed(self, act: Act) -> Msg:
        """What the hands do first; at a module that has a fault, what helps against that."""
        if act.name == "swap_box" and self.service.escrow_notes:
            return ESCROW_TOO
        if act.name != "clear":
            return DEEDS[act.name]
        faults, stopping = self._faults(self.state.place)
        worst = next(iter(stopping or faults), None)
        if worst is not None:
            return FIXES[worst.code]
        return DEEDS["clear"] if self._ready(self.state.place) else FIXES["NO_ANSWER"]

    def _figures(self, act: Act, booked: int, typed: int | None) -> tuple[Figure, ...]:
        """What the books say and what was counted; a dash while nothing is typed."""
        say = self.say
        counted = str(typed) if typed is not None else "–"
        if act.name in BEGUN:
            return (Figure(say("By the books before"), str(booked)), Figure(say("In it now"), counted, "brand"))
        difference = Figure(say("Difference"), "–")
        if typed is not None:
            off = typed - booked
            difference = Figure(say("Difference"), f"{off:+d}" if off else "0", "danger" if off else "ok")
        return (Figure(say("Expected"), str(booked)), Figure(say("Counted"), counted), difference)

    def _facts(self) -> tuple[Figure, ...]:
        """The module that starts again: its name, state and last error."""
        say, row = self.say, self._module(self.state.place)
        last = " ".join(part for part in (row.last.main, row.last.small) if part)
        return (
            Figure(say("Module"), row.words.main, "ink", Words(row.words.small)),
            Figure(say("State"), row.state.main, row.level, Words(row.state.small)),
            Figure(say("Last"), last),
            *(self._wear(self.state.place) if self.state.place != HOPPERS else ()),
        )

    def _wear(self, name: str) -> tuple[Figure, ...]:
        """How often it failed, what lies between two failures, and of the acceptor how well it reads notes."""
        say, wear = self.say, self.machine.stock.wear
        between, first, accepted = wear.between_failures(name), wear.first_pass(), wear.acceptance()
        figures = [
            Figure(say("Failures so far"), f"{wear.failures[name]:,}"),
            Figure(say("Cycles between failures"), "–" if between is None else f"{between:,}"),
        ]
        if name == "acceptor" and first is not None and accepted is not None:
            figures.append(Figure(say("Notes read at first try"), f"{100 * first:.1f} %"))
            figures.append(Figure(say("Notes read in the end"), f"{100 * accepted:.1f} %"))
        return tuple(figures)

    def _signoffs(self, act: Act, signing: bool) -> tuple[SignOff, ...]:
        operator = self.state.operator
        if not act.money or operator is None:
            return ()
        say = self.say
        who = say.both(Both(f"{operator.name} {operator.number}", f"{operator.english} {operator.number}"))
        second = SignOff(say("Second person"), say("Number and PIN"), "tint" if signing else "off")
        return (SignOff(who, say("Signed"), "ok"), second)


def _row(words: Words, count: int, capacity: int, low: int, high: int = 10**9) -> StockRow:
    level = "warn" if count <= low or count >= high else "ok"
    return StockRow(words, f"{count:,}", f"{capacity:,}", min(100, 100 * count // max(1, capacity)), level)
