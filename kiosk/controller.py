"""The machine: every fact comes here, is decided on, journaled, and only then becomes orders.

One step = fact -> sale (or machine, or service) -> intents -> one synced line -> deeds. The journey and the screen never
touch the journal; a fact that reaches a sale always does (decision 12).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from kiosk.afterwards import afterwards
from kiosk.asked import BACK, able, put, started
from kiosk.cancels import cancelled_by, without_notes
from kiosk.faults import Fault
from kiosk.help_call import HelpCall
from kiosk.journaled import JOURNALED
from kiosk.journey import asks as A
from kiosk.journey.asks import Ask
from kiosk.modes import Mode
from kiosk.parts import Parts
from kiosk.past import belongs_to_sale
from kiosk.ports.cabinet import DoorMoved, HelpPressed, PersonNear
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.note_acceptor import NoteDeposited, NoteHeld, NoteMoving
from kiosk.ports.payment import BatchSettled, PaymentStep
from kiosk.ports.screen import ScreenTouched
from kiosk.ports.station import (
    InboxFailed,
    InboxHeard,
    LockRefused,
    LockUncertain,
    MediaFailed,
    MediaHeld,
    NetworkKnown,
    RecordsFailed,
    RecordsTaken,
    SessionGranted,
    StationBack,
)
from kiosk.reading import Reading
from kiosk.records import record_of
from kiosk.restart import PASTS_MS, Restart
from kiosk.sale.book import S
from kiosk.sale.facts import Cancelled
from kiosk.sale.intents import Intent
from kiosk.sale.orphans import owed_for
from kiosk.sale.sale import Sale
from kiosk.screen import targets as T
from kiosk.service import ServiceStep
from kiosk.standing import Standing
from kiosk.system_facts import PaymentDue, StaffCalled, Stopped
from kiosk.touches import fact_of, reads_of
from kiosk.whole import Whole

log = logging.getLogger(__name__)


class Controller(Whole):
    """Implements `kiosk.reactor.Application`. `changed` is True when the screen may have to show something else."""

    def __init__(self, parts: Parts, show: Callable[[Controller], int]) -> None:
        self._p, self._show = parts, show
        self.watch, self.journey, self.service = parts.watch, parts.journey, parts.service
        self.sale: Sale | None = parts.past.sale
        self.stock, self.unsettled = parts.past.stock, parts.past.unsettled
        self.machine_policy, self.rate = parts.machine_policy, parts.clock.rate
        self.place = f"{parts.context.machine}"
        self.changed = True
        self.note_moving = False
        self.charge_step: PaymentStep | None = None
        self.help = HelpCall(parts.deeds.devices.cabinet)
        self.starting = True
        self._restart = Restart(parts.past, parts.watch, parts.clock.mono_ms() + PASTS_MS)
        self._repaint_ms = 0
        self._sales = parts.past.sales
        self.stopped = ""  # why, once it has
        self._standing = Standing(parts.deeds.devices, bool(parts.context.policy.cash.recycled_fen))
        self._reading = Reading(parts.deeds.devices, parts.journey, parts.day_of, parts.journal.boot)
        self._day = parts.day_of(parts.clock.wall_ms())
        self._adopt()
        self.mode = self._mode()
        parts.sync.written(parts.journal.seq)

    # -- facts

    def hear(self, fact: Fact, now_ms: int) -> None:
        """One fact: decide, journal, order. Raises only what must stop the program (JournalError, NoRow)."""
        self.changed = True
        self._p.eyes.hear(fact)
        wall_ms = self._p.clock.wall_ms()
        ours = self.watch.hear(fact, wall_ms) or self._reading.hear(fact, self.now())
        self._p.power.hear(fact, now_ms)
        match fact:
            case ScreenTouched():
                self._touched(fact.target, now_ms)
            case RecordsTaken() | RecordsFailed():
                self._p.sync.hear(fact, now_ms)
            case InboxHeard() | InboxFailed():
                self._p.office.hear(fact, now_ms)
            case MediaHeld() | MediaFailed():
                self._p.media.hear(fact, now_ms)
            case HelpPressed():
                self._call_staff("cabinet")
            case PersonNear(near=True):
                self.journey.approach(self.now())
            case PaymentStep():
                self.charge_step = fact
            case _ if self.starting and self._restart.is_outcome(fact):
                log.info("settled %s", fact)
            case _ if self.sale is not None and self.sale.takes(fact):
                if self.starting:
                    self._restart.waiting.append(fact)  # what the devices say of the past comes first
                else:
                    self.sale_step(fact, now_ms)
            case _ if belongs_to_sale(fact):
                self._orphan(fact)
            case _ if isinstance(fact, JOURNALED):
                self._write(fact, ())
            case _ if not ours:
                log.info("unheard %s", type(fact).__name__)
        self._consequences(fact, now_ms)

    def _consequences(self, fact: Fact, now_ms: int) -> None:
        """What a fact means beside the sale's table."""
        self._staff_came(fact)
        if self.sale is not None and not self.starting:
            state = self.sale.state
            cancelled = cancelled_by(fact, state, self.mode, self.watch.mains)
            if (cancelled := cancelled or without_notes(state, self.watch.faults.values())) is not None:
                self.sale_step(cancelled, now_ms)
        match fact:
            case NoteMoving():
                self.note_moving = True
            case DeviceReady():
                self._standing.forget(fact.device)
                if (told := self._p.versions.hear(fact)) is not None:
                    self.hear(told, now_ms)
            case SessionGranted():
                self._p.deeds.devices.station.ask_network()
                self._p.sync.status_soon()
            case StationBack() | InboxHeard() if not self.watch.network_known or self.watch.station == "refused":
                self._open_session()
            case Fault() | NetworkKnown() | BatchSettled():
                self._p.sync.status_soon()
            case InboxHeard() if self._p.office.waits("settle"):
                self._p.sync.status_soon()  # the office sees that it waits, and for what
            case StationBack():
                self._p.deeds.devices.station.ask_network()  # it may have started with another one
            case DoorMoved(open=True):
                self._service_steps(self.service.open(self, self.now()))
        if type(fact).__name__.startswith("Note") and not isinstance(fact, NoteMoving):
            self.note_moving = False
        refused = isinstance(fact, LockRefused | LockUncertain) and self.sale is None  # else money has to go back first
        if not belongs_to_sale(fact) or refused or isinstance(fact, NoteHeld | NoteMoving):
            self._do(self.journey.hear(fact, self.now()), now_ms)
        self._settle_devices()

    # -- one step

    def sale_step(self, fact: Fact, now_ms: int) -> None:
        """Feed the sale, journal, order."""
        assert self.sale is not None
        sale, wall_ms = self.sale, self._p.clock.wall_ms()
        self.stock.hear(record_of(fact))
        intents = sale.feed(fact, now_ms, wall_ms)
        self._write(fact, intents, (now_ms, wall_ms))
        log.info("sale_step sale=%d fact=%s state=%s", sale.book.number, type(fact).__name__, sale.state.name)
        for intent in intents:
            self._p.deeds.do(intent, sale.book)
        if sale.state is S.ENDED:
            self._sale_ended(sale, fact, now_ms)

    def _write(self, fact: Fact, intents: Sequence[Intent], decided_at: tuple[int, int] | None = None) -> int:
        """One line; answers its number. `decided_at`: (mono, wall) ms of a step whose fact the stock has heard already.

        A sale decided with these times; a replay must see the very same.
        """
        record = self._p.eyes.marked(record_of(fact), self._p.journal.seq + 1)
        if decided_at is None:
            self.stock.hear(record)
        made = [self._p.deeds.record(intent) for intent in intents]
        mono_ms, wall_ms = decided_at or (self._p.clock.mono_ms(), self._p.clock.wall_ms())
        line = self._p.journal.write(mono_ms, wall_ms, record, made)
        self.stock.book(made)
        self.unsettled.hear(record, mono_ms, wall_ms)
        self.unsettled.book(made, mono_ms)
        self._p.sync.written(line.seq)
        self._p.eyes.look(record)
        return line.seq

    def _sale_ended(self, sale: Sale, fact: Fact, now_ms: int) -> None:
        sale.close()
        self.sale = None
        if isinstance(fact, LockRefused | LockUncertain):
            return  # the journey hears why and goes back to where another choice can be made
        back_to, notice = afterwards(sale.book)
        self._do(self.journey.sale_over(self.now(), back_to, notice), now_ms)
        if self.watch.doors_open:  # it was opened while the sale went on
            self._service_steps(self.service.open(self, self.now()))

    # -- the passenger

    def _touched(self, target: str, now_ms: int) -> None:
        if self.service.active and target not in (T.LANGUAGE, T.CONTRAST):
            self._service_steps(self.service.touch(target, self, self.now()))
            return
        if self.sale is not None:
            self.sale.touched(now_ms)
        allowed = not self.mode.out_of_service or target in (T.LANGUAGE, T.CONTRAST, T.SERVICE, T.CALL_STAFF)
        if allowed or self.sale is not None:
            self._do(self.journey.touch(target, self.now()), now_ms)

    def _do(self, asks: Sequence[Ask], now_ms: int) -> None:
        for ask in asks:
            match ask:
                case A.AskTrains() | A.AskStops() | A.AskOrders():
                    put(ask, self._p.deeds.devices.station)
                case A.StartSale() | A.StartPickup():
                    self._start_sale(ask, now_ms)
                case A.ToSale() | A.Reads():
                    self._to_sale(ask, now_ms)
                case A.CallStaff():
                    self._call_staff("screen")
                case A.ToService():
                    self._service_steps(self.service.open(self, self.now()))

    def _start_sale(self, ask: A.StartSale | A.StartPickup, now_ms: int) -> None:
        if self.sale is not None or not able(ask, self.mode):
            self._do(self.journey.sale_over(self.now(), *BACK[type(ask)]), now_ms)
            return
        self._sales += 1
        context = self._p.context
        fact = started(ask, self._sales, f"{context.machine}.{context.epoch}.{self._sales}")
        self.sale = Sale(self._sales, ask.language, fact, context, self.stock)
        self.sale_step(fact, now_ms)

    def _to_sale(self, ask: A.ToSale | A.Reads, now_ms: int) -> None:
        """Touches during a sale; one that does not fit the state is dropped."""
        fact = fact_of(ask, self.sale.book, self.mode) if self.sale is not None and not self.starting else None
        if fact is not None:
            self.sale_step(fact, now_ms)

    def _chase(self, now_ms: int) -> None:
        """Payments that nobody has settled are asked for again, with or without a sale."""
        unsettled = self.unsettled
        while not self.starting and (line := unsettled.due(now_ms)) is not None:
            intent = line.intent()
            self._write(PaymentDue(line.payment), (intent,))
            self._p.deeds.settle(intent)

    def _call_staff(self, where: str) -> None:
        self._write(StaffCalled(where), ())
        self.help.call(self._p.clock.wall_ms())
        self._p.sync.status_soon()

    def _staff_came(self, fact: Fact) -> None:
        if self.help.hear(fact):
            self._p.sync.status_soon()

    def _orphan(self, fact: Fact) -> None:
        """A fact that no sale takes."""
        secret, unsettled = self._p.context.secret, self.unsettled
        owed = (*owed_for(fact, self.stock, secret), *unsettled.owed_for(fact, secret))
        intents = (*owed, *self.service.emptied(fact, self))
        self._write(fact, intents)
        for intent in intents:
            self._p.deeds.settle(intent)
        acceptor = self._p.deeds.devices.acceptor
        if isinstance(fact, NoteHeld) and acceptor is not None:
            acceptor.give_back(fact.note)
        elif isinstance(fact, NoteDeposited) and acceptor is not None:
            acceptor.keep((fact.note,))

    # -- people at the open cabinet

    def _service_steps(self, steps: Sequence[ServiceStep]) -> None:
        for step in steps:
            self._write(step.fact, step.intents)
            for intent in step.intents:
                self._p.deeds.settle(intent)
            self._staff_came(step.fact)
            if step.restart:
                self._p.restart(step.restart)
        self._settle_devices()

    @property
    def next_line(self) -> int:
        """Number of the line that is written next."""
        return self._p.journal.seq + 1

    def cycles(self, device: str) -> int:
        return self._p.deeds.devices.cycles(device)

    # -- devices follow the state

    def _settle_devices(self) -> None:
        """Mode and what devices are told: all of it follows from the state."""
        self.mode = self._mode()
        self.journey.cash_limit_fen = None if self.mode.charge == "ok" else self.mode.cash_limit_fen
        self._standing.follow(self.sale, self.mode, self.watch.ready)
        self._reading.follow(self.sale, self.mode, self.charge_step)

    def _mode(self) -> Mode:
        known = self.watch.known(
            starting=self.starting,
            service=self.service.active,
            journal_room=not self._p.sync.forked and (self.sale is not None or self._p.journal.has_room()),
            wall_ms=self._p.clock.wall_ms(),
            power_sure=self._p.power.sure(self._p.clock.mono_ms()),
            reversing=self.unsettled.reversing,
            command=self._p.office.mode,
            after_hours=self._p.office.closed(self.machine_policy, self._station_ms()),
        )
        return self._modes.of(known)

    # -- time

    def poll(self, now_ms: int) -> int | None:
        """Deadlines of sale, journey, service; upload; the minute on the header clock."""
        if self.starting:
            self._start(now_ms)
        self._follow_power(now_ms)
        self._follow_office(now_ms)
        self._chase(now_ms)
        while self.sale is not None and not self.starting:
            limit = self.sale.deadline()
            if limit is None or limit[0] > now_ms:
                break
            self.changed = True
            self.sale_step(limit[1], now_ms)
            self._settle_devices()
        now = self.now()
        wake = self.journey.next_wake()
        if wake is not None and wake <= now_ms:
            self.changed = True
            self._do(self.journey.poll(now), now_ms)
        if self.service.active and self.service.due(now):
            self.changed = True
            self._service_steps(self.service.poll(self, now))
        idle = self.sale is None
        turn_ms = self._keep_journal(now_ms) if idle and not self.starting else None
        if idle:
            hint = None if self.service.active else self._p.sync.hint(now_ms)
            if hint is not None:
                self._p.sync.hinted(self._write(hint, ()))
        sync_ms = self._p.sync.poll(now_ms, idle, self.status)
        media_ms = self._fetch_media(now_ms)
        if self.changed or now_ms >= self._repaint_ms:
            self.changed = False
            self._repaint_ms = self._show(self)
        office_ms = self._p.office.poll(now_ms)
        asked = [wake for wake in (office_ms, media_ms, turn_ms) if wake is not None]
        return min(sync_ms, *asked, *self._wakes(now_ms))

    # -- start and end

    def begin(self) -> None:
        """After the drivers are there: the station is asked, deeds that nobody answered are asked again."""
        self._p.media.begin()
        self._open_session()
        self._restart.ask_undone(self._p.deeds.devices.station)
        self._restart.settle_coins(self._p.deeds.devices.hoppers)
        self._restart.ask_payment(self._p.deeds.devices.payment)
        if self.sale is not None:
            self.journey.sale_resumed(reads_of(self.sale.book), self.now())

    def _open_session(self) -> None:
        self._p.deeds.devices.station.open_session(self._p.journal.boot, self._p.clock.wall_ms())

    def _start(self, now_ms: int) -> None:
        """Wait for the devices' words about the past, then end what was open."""
        if not self._restart.due(now_ms):
            return
        self.starting, self.changed = False, True
        for fact in (*self._restart.orphans(), *self._restart.emptied()):
            self._orphan(fact)
        if self.sale is not None:
            self._recover(self.sale, now_ms)
        for fact in self._restart.waited():
            self.hear(fact, now_ms)
        self._settle_devices()

    def _recover(self, sale: Sale, now_ms: int) -> None:
        self._write(self._restart.began(sale.book), ())
        believed = self._restart.beliefs(sale.book)
        for belief in believed:
            self.stock.hear(record_of(belief.fact))
            self._write(belief.fact, (), (now_ms, self._p.clock.wall_ms()))
            sale.believe(belief.fact, now_ms)
        behind_ms = self.watch.behind_ms(self.machine_policy.skew_stop_ms)
        self.sale_step(self._restart.ended(believed, self._p.clock.wall_ms() + behind_ms), now_ms)
        if self.watch.doors_open and self.sale is not None and self.sale.state is S.RESUMING:
            self.sale_step(Cancelled("service"), now_ms)  # staff stand there, not the passenger

    def stop(self, why: str) -> None:
        """Orderly end: written down, nothing under way is hidden."""
        self._write(Stopped(why), ())
        self.stopped = why
        self._p.on_stop()
