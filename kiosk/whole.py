"""The machine as a whole follows what comes from outside any sale: mains, the station's office, the calendar; and says how it is.

The other half of the controller: what it needs of that stands below.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kiosk import media_set, operator_set
from kiosk.cancels import ASKED
from kiosk.help_call import HelpCall
from kiosk.journey.asks import Now
from kiosk.journey.flow import Journey
from kiosk.modes import Mode, Modes
from kiosk.parameters import MachinePolicy
from kiosk.parts import Parts
from kiosk.payment.settled import settlement_of
from kiosk.payment.unsettled import Unsettled
from kiosk.ports.fact import Fact
from kiosk.records import record_of
from kiosk.restart import Restart
from kiosk.sale.facts import Cancelled
from kiosk.sale.intents import Intent
from kiosk.sale.sale import Sale
from kiosk.screen.shown import MediaSeen
from kiosk.service import Service
from kiosk.stock import Stock
from kiosk.sync import status_of
from kiosk.system_facts import CommandAnswered, ParametersActive, Stopped
from kiosk.watch import Watch


class Whole(ABC):
    """What of the controller is here, and what it is asked for."""

    _p: Parts
    _restart: Restart
    _modes: Modes
    _repaint_ms: int
    _day: str
    watch: Watch
    stock: Stock
    help: HelpCall
    mode: Mode
    sale: Sale | None
    journey: Journey
    service: Service
    unsettled: Unsettled
    machine_policy: MachinePolicy
    changed: bool
    starting: bool

    @abstractmethod
    def sale_step(self, fact: Fact, now_ms: int) -> None: ...

    @abstractmethod
    def stop(self, why: str) -> None: ...

    @abstractmethod
    def _settle_devices(self) -> None: ...

    @abstractmethod
    def _write(self, fact: Fact, intents: Sequence[Intent], decided_at: tuple[int, int] | None = None) -> int: ...

    # -- time

    def now(self) -> Now:
        return Now(self._p.clock.wall_ms(), self._p.clock.mono_ms())

    def _wakes(self, now_ms: int) -> list[int]:
        wakes = [
            self._repaint_ms,
            *self._p.power.wakes(now_ms),
            *self._p.office.wakes(now_ms, self._station_ms()),
        ]
        if self.starting:
            wakes.append(self._restart.limit_ms())
        limit = self.sale.deadline() if self.sale is not None and not self.starting else None
        if limit is not None:
            wakes.append(limit[0])
        chase_ms = None if self.starting else self.unsettled.next_wake()
        for wake in (self.journey.next_wake(), self.service.next_wake(), chase_ms):
            if wake is not None:
                wakes.append(max(wake, now_ms + 20))
        return wakes

    def _keep_journal(self, now_ms: int) -> int | None:
        """A segment per day; a sale keeps its day over midnight, and the day never goes back (decision 28). Turned now and then:
        answers when to go on with that."""
        clock, journal = self._p.clock, self._p.journal
        day = self._p.day_of(clock.wall_ms())
        if day > self._day:
            self._day = day
            journal.begin_segment(day)
        if self._p.turning is None:
            return None
        wake_ms, state = self._p.turning.poll(now_ms)
        if state is not None:
            self._p.sync.written(journal.turn(self._day, clock.mono_ms(), clock.wall_ms(), state).seq)
        return wake_ms

    # -- the mains

    def _follow_power(self, now_ms: int) -> None:
        """What a mains loss means, line by line, until nothing more is to be done now."""
        if self._p.power.unsettled(now_ms):
            self._settle_devices()
        while step := self._p.power.step(now_ms, self.sale, busy=self.starting or self.service.active):
            self.changed = True
            if isinstance(step.fact, Stopped):
                self.stop(step.fact.why)
            elif step.to_sale:
                self.sale_step(step.fact, now_ms)
            else:
                self._write(step.fact, step.intents)
            step.deed()
            self._settle_devices()

    # -- the station's office

    def _station_ms(self) -> int:
        """Wall time of the station, as far as the link has told it."""
        return self._p.clock.wall_ms() + self.watch.skew_ms

    def _follow_office(self, now_ms: int) -> None:
        """What the station ordered, line by line; what it means for sales begins with the next one."""
        office = self._p.office
        while not self.starting:
            idle = self.sale is None and not self.service.active
            nobody_in = self.sale is None and self.service.state.operator is None
            step = office.step(self._station_ms(), idle, nobody_in)
            if step is None:
                break
            self.changed = True
            self._write(step.fact, step.intents)
            office.ordered.hear(record_of(step.fact))
            if isinstance(step.fact, ParametersActive):
                self._adopt()
            if isinstance(step.fact, CommandAnswered):
                self._p.sync.status_soon()
            if step.restart:
                self.stop("restart")
                return
            self._settle_devices()
            if office.mode == "emergency" and self.sale is not None and self.sale.state in ASKED:
                self.sale_step(Cancelled("mode"), now_ms)
                self._settle_devices()
        if office.closed(self.machine_policy, self._station_ms()) != self._modes.after_hours:
            self.changed = True
            self._settle_devices()

    def _adopt(self) -> None:
        """The set in force holds from here on, over the configuration."""
        ordered = self._p.office.ordered
        policy = ordered.sale_policy(self._p.base_policy)
        self._p.context = replace(self._p.context, policy=policy)
        self.machine_policy = ordered.machine_policy(self._p.machine_policy)
        self._modes = Modes(self.machine_policy, policy.cash)
        self.service.adopt(self.machine_policy, ordered.operators)

    # -- what the station is told, and what it puts on the waiting page

    def status(self) -> dict[str, Any]:
        """What the station shows of this machine."""
        journal, ordered = self._p.journal, self._p.office.ordered
        told = {"seq": journal.seq, "parameters": ordered.active.version, "command": ordered.mode}
        told |= {"operators": ordered.now(operator_set.NAME).version, "media": ordered.now(media_set.NAME).version}
        told |= {"network": self.watch.network_version}
        if (payment := self._p.deeds.devices.payment) is not None and payment.settles:
            told["settlement"] = settlement_of(self.unsettled, self._p.office.waits("settle"), self.watch.skew_ms)
        told["help_ms"] = self.help.called_ms + self.watch.skew_ms if self.help.called_ms else 0
        return {**status_of(self.mode, self.watch, self.stock, self.machine_policy, journal.head), **told}

    def _fetch_media(self, now_ms: int) -> int | None:
        """Never while somebody buys or chooses: a picture can wait."""
        if not self._p.media.fetches:
            return None
        idle = self.sale is None and not self.service.active and self.journey.state.step == "attract"
        return self._p.media.poll(now_ms, idle, self._p.office.ordered.pictures(self._station_ms()))

    @property
    def media(self) -> MediaSeen:
        """What the waiting page shows of the set in force: notices of now, and those of its pictures that are here."""
        shown = self._p.office.ordered.media
        pictures = tuple(each for each in shown.pictures if each.sha256 in self._p.media.held)
        return MediaSeen(pictures, shown.told(self._station_ms()))
