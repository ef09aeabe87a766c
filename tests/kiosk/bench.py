"""A whole controller on recording devices in virtual time, its journal on a disk in memory.

The fakes keep their port's contract: one outcome for each order, none without; they refuse what a device would refuse. Each
checks that the order it gets stands in the journal already, synced. What an order leads to is planned by the test
(`plan`), good by default, or held back (`hold`) until `let_go`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kiosk import vocabulary
from kiosk.clock import VirtualClock
from kiosk.controller import Controller
from kiosk.deeds import Deeds, Devices, Pictures
from kiosk.faults import Fault
from kiosk.identity import Operator, new_operator
from kiosk.journal import Journal
from kiosk.journey.flow import Journey
from kiosk.media import Media
from kiosk.media_shelf import Shelf
from kiosk.office import Office
from kiosk.parameters import MachinePolicy, SalePolicy
from kiosk.parts import Parts
from kiosk.past import fold
from kiosk.payment.settled import nothing_to_settle
from kiosk.ports import coin_hopper as ch
from kiosk.ports import note_acceptor as na
from kiosk.ports import note_dispenser as nd
from kiosk.ports import payment as pp
from kiosk.ports import receipt_printer as rp
from kiosk.ports import station as st
from kiosk.ports import ticket_printer as tp
from kiosk.ports import trips
from kiosk.ports.cabinet import CabinetSeen
from kiosk.ports.code_scanner import CodeRead, ScannedCode
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.id_reader import IdCardSeen, IdDocument, IdRead
from kiosk.ports.screen import ScreenTouched
from kiosk.records import record_of
from kiosk.sale.book import S
from kiosk.sale.sale import SaleContext
from kiosk.service import Service
from kiosk.service_records import CassetteFill, HopperFill, RollLoad
from kiosk.signed import StationKey
from kiosk.stock import fresh
from kiosk.storage import unpacked
from kiosk.sync import Sync
from kiosk.system_facts import Booted
from kiosk.watch import Watch
from tests.kiosk.disks import MemoryDisk
from tests.kiosk.sale.samples import VALUES
from tests.kiosk.screen.world import CLOCK, LIMITS, MONO_MS, NETWORK, OFFERS, SETTINGS, WALL_MS

vocabulary.learn()
EPOCH, SECRET, DAY = "7f3a91c2", bytes(32), "2026-11-21"
CLOCK_DAY = lambda wall_ms: CLOCK.date(wall_ms).isoformat()
DOT = tp.Picture(8, 1, b"\x00")
PEOPLE: tuple[Operator, ...] = (
    new_operator("1001", "王芳", "Wang Fang", "cash", "246813"),
    new_operator("1002", "李强", "Li Qiang", "supervisor", "135792"),
    new_operator("1003", "陈明", "Chen Ming", "maintainer", "975314"),
)
PINS = {"1001": "246813", "1002": "135792", "1003": "975314"}


class Fake:
    """What all recording devices share."""

    def __init__(self, bench: Bench, name: str) -> None:
        self.bench, self.name = bench, name
        self.orders: list[tuple[str, Any]] = []
        self.plan: dict[str, list[Callable[..., Fact]]] = {}
        self.hold: set[str] = set()
        self.held: list[Fact] = []

    def ordered(self, kind: str, which: Any, on_disk: str, good: Fact, **made_of: Any) -> None:
        """One order: it must be on the disk; its outcome is planned, good, or held back."""
        assert on_disk in self.bench.on_disk(), f"{kind} {which} was ordered before it was durable"
        self.orders.append((kind, which))
        planned = self.plan.get(kind)
        fact = planned.pop(0)(**made_of) if planned else good
        if kind in self.hold:
            self.held.append(fact)
        else:
            self.bench.report(fact)

    def let_go(self) -> None:
        held, self.held = self.held, []
        self.hold.clear()
        for fact in held:
            self.bench.report(fact)


class FakeAcceptor(Fake):
    escrow_depth, same_note_return, hold_ms, can_identify_box = 1, False, 10_000, False
    bundle_notes = 0
    deposit_fen: Collection[int] = ()

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench, "acceptor")
        self.values_fen: Collection[int] = (100, 500, 1000, 2000, 5000, 10000)
        self.counters: Mapping[str, int] = {"stacked": 0}
        self.accepts: tuple[int, ...] = ()
        self.told: list[tuple[int, ...]] = []
        self.next_note = 100_001
        self.escrow: tuple[int, int] | None = None
        self.box: list[int] = []
        self.position = "none"

    def accept_only(self, values_fen: Collection[int]) -> None:
        self.accepts = tuple(sorted(values_fen))
        self.told.append(self.accepts)

    def insert(self, value_fen: int) -> bool:
        """A person pushes a note in. False: it came back at once."""
        if value_fen not in self.accepts or self.escrow is not None:
            return False
        return self.force(value_fen)

    def force(self, value_fen: int) -> bool:
        """In escrow whatever the machine wanted."""
        self.escrow = (self.next_note, value_fen)
        self.next_note += 1
        self.bench.report(na.NoteHeld(*self.escrow))
        return True

    def _end(self, note: int, good: Callable[[int, int], Fact], kind: str) -> None:
        assert self.escrow is not None
        assert self.escrow[0] == note
        value_fen, self.escrow = self.escrow[1], None
        self.counters = {"stacked": self.counters["stacked"] + (kind == "stack")}
        if kind == "stack":
            self.box.append(value_fen)
        on_disk = f'"kind":"{kind if kind == "stack" else "return"}?"'
        self.ordered(kind, note, on_disk, good(note, value_fen), note=note, value_fen=value_fen)

    def stack(self, note: int) -> None:
        self._end(note, na.NoteOurs, "stack")

    def give_back(self, note: int) -> None:
        self._end(note, na.NoteReturned, "give_back")

    def keep(self, notes: Sequence[int]) -> None:
        raise AssertionError("an escrow of one note has nothing to keep")

    def return_all(self, notes: Sequence[int]) -> None:
        raise AssertionError("an escrow of one note has nothing to return")

    def inside(self) -> list[int]:
        """Values of all notes that no hand can reach."""
        return self.box

    def recall(self) -> None:
        self.bench.report(na.AcceptorPast(self.position, 0, False, tuple(self.counters.items())))

    def power_cut(self, before: FakeAcceptor) -> None:
        """A note in escrow is given back at power-up; numbers of notes begin anew with each start."""
        self.box, self.counters = before.box, before.counters
        self.position = "escrow" if before.escrow else "none"
        self.next_note = before.next_note + 100_000


class FakeDispenser(Fake):
    max_notes, can_retract = 20, True

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench, "dispenser")
        self.cassettes: Mapping[int, int] = dict(VALUES)
        self.counters: Mapping[str, int] = {"transaction": 0}
        self.outlet = 0  # order whose notes lie out
        self.shut = False  # a shutter lies before it: power failed
        self.retracted: list[int] = []
        self.paid: nd.Counts = ()  # what it remembers of its last order
        self.hands_fen = 0

    def pay(self, order: int, counts: Mapping[int, int]) -> None:
        assert not self.outlet
        assert 0 < sum(counts.values()) <= self.max_notes
        whole = tuple((cassette, notes, 0) for cassette, notes in counts.items())
        on_disk = f'"kind":"pay?","sale":{order // 100},"order":{order},'
        if "pay" not in self.plan or not self.plan["pay"]:
            self.outlet, self.paid = order, whole
            self.counters = {"transaction": self.counters["transaction"] + 1}
        self.ordered("pay", order, on_disk, nd.NotesPresented(order, whole), order=order, counts=whole)

    def take(self) -> None:
        """A hand takes what lies out."""
        order, self.outlet = self.outlet, 0
        assert order
        assert not self.shut
        self.hands_fen += sum(VALUES[cassette] * notes for cassette, notes, _ in self.paid)
        self.bench.report(nd.ChangeTaken(order))

    def present_again(self, order: int) -> None:
        good: Fact = nd.TrayReopened(order) if self.outlet else nd.ChangeTaken(order)
        self.shut = False
        self.ordered("reopen", order, '"kind":"reopen?"', good, order=order)

    def retract(self, order: int) -> None:
        good: Fact = nd.ChangeRetracted(order) if self.outlet else nd.ChangeTaken(order)
        assert self.outlet in (0, order)
        self.outlet, self.shut = 0, False
        self.retracted.append(order)
        self.ordered("retract", order, '"kind":"retract?"', good, order=order)

    def test(self, cassette: int) -> None:
        self.bench.report(nd.NotesPresented(0, ((cassette, 0, 1),)))

    def recall(self) -> None:
        outlet, last = "notes" if self.outlet else "empty", "pay" if self.paid else "none"
        self.bench.report(nd.DispenserPast(last, self.paid, "30", outlet, tuple(self.counters.items())))

    def power_cut(self, before: FakeDispenser) -> None:
        self.outlet, self.paid, self.hands_fen = before.outlet, before.paid, before.hands_fen
        self.shut = bool(self.outlet)
        self.counters = before.counters


class FakeTicketUnit(Fake):
    tray_size = 20

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench, "ticket_unit")
        self.counters: Mapping[str, int] = {"tickets": 0, "voided": 0}
        self.tray: list[str] = []
        self.slot: list[str] = []
        self.shut = False  # a shutter lies before the slot: power failed
        self.waste: list[str] = []
        self.back: list[str] = []
        self.hands: list[str] = []
        self.last_key = ""

    def print_ticket(self, job: tp.TicketJob) -> None:
        if not self.plan.get("print"):
            self.tray.append(job.key)
            self.last_key = job.key
            self.counters = {**self.counters, "tickets": self.counters["tickets"] + 1}
        self.ordered("print", job.key, f'"blank":"{job.key}"', tp.TicketInTray(job.key), key=job.key)

    def deliver(self, bundle: int) -> None:
        assert self.tray
        self.slot, self.tray = self.tray, []
        self.ordered("deliver", bundle, '"kind":"deliver?"', tp.TicketsPresented(bundle), bundle=bundle)

    def take(self) -> None:
        assert self.slot
        assert not self.shut
        self.hands += self.slot
        self.slot = []
        self.bench.report(tp.TicketsTaken(self.bench.sale_number))

    def dump(self, bundle: int) -> None:
        self.waste += self.tray
        self.tray = []
        self.ordered("dump", bundle, '"kind":"dump?"', tp.TrayDumped(bundle), bundle=bundle)

    def present_again(self, bundle: int) -> None:
        good: Fact = tp.SlotReopened(bundle) if self.slot else tp.TicketsTaken(bundle)
        self.shut = False
        self.ordered("reopen", bundle, '"kind":"reopen?"', good, bundle=bundle)

    def retract(self, bundle: int) -> None:
        good: Fact = tp.TicketsRetracted(bundle) if self.slot else tp.TicketsTaken(bundle)
        self.back += self.slot
        self.slot, self.shut = [], False
        self.ordered("retract", bundle, '"kind":"retract?"', good, bundle=bundle)

    def recall(self) -> None:
        where = ("tickets" if self.tray else "empty", "tickets" if self.slot else "empty")
        self.bench.report(tp.PrinterPast(self.last_key, False, *where, tuple(self.counters.items())))

    def power_cut(self, before: FakeTicketUnit) -> None:
        self.tray, self.slot, self.waste = before.tray, before.slot, before.waste
        self.shut = bool(self.slot)
        self.back, self.hands = before.back, before.hands
        self.last_key, self.counters = before.last_key, before.counters


class FakeSlipPrinter(Fake):
    width_dots = 576

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench, "slip_printer")

    def print_slip(self, slip: str, picture: tp.Picture) -> None:
        self.ordered("slip", slip, f'"slip":"{slip}"', rp.SlipPrinted(slip), slip=slip)


class FakeCabinet:
    def __init__(self) -> None:
        self.lamps: dict[str, bool] = {}
        self.shutter: bool | None = None
        self.told: list[tuple[str, bool]] = []

    def lamp(self, name: str, on: bool) -> None:
        self.lamps[name] = on
        self.told.append((name, on))

    def entry_shutter(self, open_: bool) -> None:
        self.shutter = open_
        self.told.append(("shutter", open_))

    def siren(self, on: bool) -> None:
        self.told.append(("siren", on))

    def unlock(self) -> None:
        self.told.append(("unlock", True))


class FakePayment(Fake):
    """Cards and phones, and the ledger of the other side: number -> state (approved, captured, reversed; gone: it was taken
    back there, and nobody asked for it). `down`: nobody
    answers these deeds, and they did not happen; `lost`: they happened, and nobody says so."""

    def __init__(self, bench: Bench, ways: Collection[str], before: FakePayment | None = None) -> None:
        super().__init__(bench, "payment")
        self.ways, self.settles = frozenset(ways), "card" in ways
        self.ledger: dict[int, str] = before.ledger if before is not None else {}
        self.hold |= before.hold & {"stands"} if before is not None else set()
        self.down: set[str] = set()
        self.lost: set[str] = set()

    def begin(self, payment: int, key: str, amount_fen: int, way: str, language: str, limit_ms: int) -> None:
        assert payment not in self.ledger, "a payment is begun a second time"
        assert way in self.ways
        assert limit_ms > self.bench.clock.mono_ms()
        self.ledger[payment] = "asked"
        self.ordered("begin", payment, f'"payment":{payment}', self.approved(payment), payment=payment)

    def approved(self, payment: int) -> Fact:
        if "begin" not in self.down:
            self.ledger[payment] = "approved"
        unsaid = {"begin"} & (self.down | self.lost)
        return pp.PaymentUncertain(payment, "no answer") if unsaid else pp.PaymentApproved(payment, f"R{payment}", "A1")

    def cancel(self, payment: int) -> None:
        assert '"kind":"auth.cancel?"' in self.bench.on_disk()
        self.orders.append(("cancel", payment))

    def capture(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        assert self.ledger[payment] in ("approved", "captured")
        good = pp.PaymentCaptured(payment)
        self._deed("capture", payment, "captured", good, pp.CaptureUncertain(payment, "link"))

    def stands(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        assert (way, reference) == ("code", f"R{payment}")
        stands = self.ledger[payment] == "approved"
        said = pp.PaymentStands(payment) if stands else pp.PaymentGone(payment, "declined")
        self.ordered("stands", payment, f'"payment":{payment}', said)

    def scanned(self, text: str) -> None:
        self.orders.append(("scanned", text))

    def reverse(self, payment: int, key: str, amount_fen: int, way: str, reference: str) -> None:
        moved = self.ledger.get(payment) == "approved"
        assert self.ledger.get(payment) != "captured"
        good = pp.PaymentReversed(payment, moved)
        self._deed("reverse", payment, "reversed", good, pp.ReverseUncertain(payment, "link"))

    def _deed(self, kind: str, payment: int, state: str, good: Fact, unsure: Fact) -> None:
        if kind not in self.down:
            self.ledger[payment] = state
        said = unsure if kind in self.down | self.lost else good
        self.ordered(kind, payment, f'"kind":"{kind}?"', said, payment=payment)


class FakeHopper(Fake):
    """Coins of one value in a bowl; what fell lies in `cup`. `count`: coins it ever paid."""

    max_coins = 255

    def __init__(self, bench: Bench, number: int, value_fen: int, before: FakeHopper | None = None) -> None:
        super().__init__(bench, f"hopper.{number}")
        self.number, self.value_fen = number, value_fen
        self.coins = before.coins if before else 100
        self.cup = before.cup if before else 0
        self.count = before.count if before else 0

    @property
    def counters(self) -> Mapping[str, int]:
        return {"count": self.count}

    def fall(self, coins: int) -> None:
        self.coins, self.cup, self.count = self.coins - coins, self.cup + coins, self.count + coins

    def pay(self, order: int, coins: int) -> None:
        assert 1 <= coins <= self.max_coins
        planned, fell = bool(self.plan.get("pay")), min(coins, self.coins)
        if not planned:
            self.fall(fell)
        good: Fact = ch.CoinsPaid(order, self.number, coins)
        if fell < coins:
            good = ch.CoinsShort(order, self.number, fell, "empty")
        on_disk = f'"order":{order},"hopper":{self.number},'
        self.ordered("pay", order, on_disk, good, order=order, hopper=self.number)

    def settle(self, order: int, coins: int, before: Mapping[str, int]) -> None:
        fell = self.count - before["count"]
        good: Fact = ch.CoinsShort(order, self.number, fell, "power")
        if fell == coins:
            good = ch.CoinsPaid(order, self.number, coins)
        self.ordered("settle", order, f'"order":{order},"hopper":{self.number},', good, order=order, hopper=self.number)

    def stop(self) -> None:
        self.orders.append(("stop", self.number))

    def restart(self) -> None:
        self.orders.append(("restart", self.number))

    def recall(self) -> None:
        self.bench.report(ch.HopperPast(self.number, tuple(self.counters.items())))


class FakeStation(Fake):
    """Keeps locks by key as the station's sheet says; `down`: nobody answers, every deed is uncertain."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench, "station")
        self.down: set[str] = set()
        self.states: dict[str, str] = {}
        self.orders_there: dict[str, tuple[trips.FoundOrder, ...]] = {}  # by code, as scanned or typed, and by document
        self.refuses = ""  # why an order cannot be collected
        self.places: dict[str, tuple[trips.LockedPlace, ...]] = {}
        self.asked: list[str] = []
        self.inbox: list[tuple[int, int]] = []
        self.pictures: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.records: list[tuple[int, int]] = []
        self.voids: list[tuple[str, tuple[int, ...] | None]] = []
        self.reports: list[tuple[str, tuple[tuple[int, str, str, str], ...]]] = []

    def open_session(self, boot: int, clock_ms: int) -> None:
        self.asked.append("session")
        self.bench.report(st.SessionGranted("BXP", clock_ms, LIMITS))

    def ask_network(self) -> None:
        self.asked.append("network")
        self.bench.report(st.NetworkKnown(NETWORK))

    def ask_trains(self, request: int, origin: str, destination: str, date: str, train: str = "") -> None:
        self.asked.append("trains")
        self.bench.report(st.TrainsListed(request, self.bench.clock.wall_ms(), OFFERS))

    def ask_stops(self, request: int, train: str, date: str) -> None:
        self.asked.append("stops")

    def find_orders(self, request: int, code: str = "", document: str = "") -> None:
        self.asked.append(f"orders {code or document}")
        found = self.orders_there.get(code or document, ())
        self.bench.report(st.OrdersFound(request, found) if found else st.OrdersFailed(request, "not_found"))

    def collect(self, sale: str, number: str, most: int) -> None:
        known = (each for found in self.orders_there.values() for each in found)
        order = next(each for each in known if each.number == number)
        places = tuple(
            trips.LockedPlace(at, each.coach, each.place, each.position, each.passenger, 0)
            for at, each in enumerate(order.open)
        )
        good: Fact = st.PlacesLocked(sale, places, 0, 300_000, 600_000)
        if "lock" in self.down:
            good = st.LockUncertain(sale, "timeout")
        elif self.refuses:
            good = st.LockRefused(sale, self.refuses, 0)
        else:
            self.states[sale], self.places[sale] = "held", places
        self.ordered("collect", sale, '"kind":"lock?"', good, sale=sale)

    def lock(self, sale: str, order: trips.Order) -> None:
        each = order.price_fen // len(order.passengers)
        places = tuple(
            trips.LockedPlace(i, "05", f"{12 + i}A", "window", who, each) for i, who in enumerate(order.passengers)
        )
        good: Fact = st.PlacesLocked(sale, places, each * len(places), 300_000, 600_000)
        if "lock" in self.down:
            good = st.LockUncertain(sale, "timeout")
        else:
            self.states[sale], self.places[sale] = "held", places
        self.ordered("lock", sale, '"kind":"lock?"', good, sale=sale)

    def renew(self, sale: str, note: int) -> None:
        good: Fact = st.RenewFailed(sale, "timeout") if "renew" in self.down else st.LockRenewed(sale, 300_000)
        self.ordered("renew", sale, '"kind":"renew?"', good, sale=sale)

    def release(self, sale: str) -> None:
        self.states[sale] = "released" if "release" not in self.down else self.states[sale]
        self.ordered("release", sale, '"kind":"release?"', st.LockReleased(sale, "release" not in self.down), sale=sale)

    def _numbers(self, sale: str) -> tuple[trips.TicketNumbers, ...]:
        return tuple(
            trips.TicketNumbers(p.index, (f"A{p.index}", f"B{p.index}", f"C{p.index}")) for p in self.places[sale]
        )

    def confirm(self, sale: str, total_fen: int, rounding_fen: int, cash_fen: int, card_fen: int = 0) -> None:
        assert cash_fen + card_fen >= total_fen + rounding_fen
        if "confirm" in self.down:
            good: Fact = st.ConfirmUncertain(sale, "timeout")
        else:
            self.states[sale] = "confirmed"
            good = st.SaleConfirmed(sale, self._numbers(sale))
        self.ordered("confirm", sale, '"kind":"confirm?"', good, sale=sale)

    def ask_state(self, sale: str) -> None:
        state = self.states.get(sale, "none")
        good: Fact = st.SaleStateKnown(sale, state, self._numbers(sale) if state == "confirmed" else ())
        if "state" in self.down:
            good = st.SaleStateUnknown(sale, "timeout")
        self.ordered("state", sale, '"kind":"state?"', good, sale=sale)

    def printed(self, sale: str, tickets: Sequence[tuple[int, str, str, str]]) -> None:
        self.reports.append((sale, tuple(tickets)))
        self.ordered(
            "printed", sale, '"kind":"printed?"', st.PrintedReported(sale, "printed" not in self.down), sale=sale
        )

    def void(self, sale: str, places: Sequence[int] | None, reason: str) -> None:
        self.voids.append((sale, tuple(places) if places else None))
        self.states[sale] = "voided" if not places else self.states[sale]
        self.ordered("void", sale, '"kind":"void?"', st.VoidReported(sale, "void" not in self.down), sale=sale)

    def send_records(self, epoch: str, first_seq: int, lines: st.Outbox) -> None:
        self.records.append((first_seq, len(lines.texts)))
        self.bench.report(st.RecordsTaken(epoch, first_seq + len(lines.texts) - 1, 0, False))

    def ask_inbox(self, after: int, have: int) -> None:
        self.inbox.append((after, have))

    def fetch_media(self, sha256: str, keep: Callable[[bytes], st.MediaHeld | st.MediaFailed]) -> None:
        self.fetched.append(sha256)
        there = self.pictures.get(sha256)
        became = st.MediaFailed(sha256, "no_such_picture") if there is None else keep(there)
        if isinstance(became, st.MediaFailed):
            self.failed.append((became.sha256, became.reason))
        self.bench.report(became)

    def put_status(self, state_seq: int, status: dict[str, Any]) -> None:
        self.asked.append("status")


class FakeScanner:
    """`held`: what is before the window now is read as soon as it is lit."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.can_scan, self.order, self.read = bench, True, 0, ScannedCode("x")

    def scan(self, order: int, limit_ms: int = 0) -> None:
        assert order > self.order
        self.order = order

    def stop(self, order: int) -> None:
        self.forget()

    def take_code(self, order: int) -> ScannedCode | None:
        return self.read

    def forget(self) -> None:
        self.order = 0

    def show(self, text: str) -> None:
        """A paper or a phone is held to the window; a dark one reads nothing."""
        order, self.order, self.read = self.order, 0, ScannedCode(text)
        if order:
            self.bench.say(CodeRead(order, self.read.shape))


class FakeIdReader:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.can_read, self.order = bench, True, 0
        self.read: IdDocument | None = None

    def look(self, order: int, limit_ms: int = 0) -> None:
        assert order > self.order
        self.order = order

    def stop(self, order: int) -> None:
        self.forget()

    def take_document(self, order: int) -> IdDocument | None:
        return self.read

    def forget(self) -> None:
        self.order = 0

    def lay(self, card: IdDocument) -> None:
        order, self.order, self.read = self.order, 0, card
        if order:
            self.bench.say(IdCardSeen(order), IdRead(order))


ALL = ("acceptor", "dispenser", "ticket_unit", "slip_printer", "cabinet")


class Bench:
    """`without`: devices that are not fitted. `disk`: with a journal already; `before`: the bench whose power failed."""

    def __init__(
        self,
        without: Collection[str] = (),
        disk: MemoryDisk | None = None,
        filled: bool = True,
        policy: SalePolicy | None = None,
        start_ms: int = MONO_MS,
        before: Bench | None = None,
        acceptor: type[FakeAcceptor] = FakeAcceptor,
        ways: Collection[str] = (),
        station_key: str = "",
        readers: bool = False,
        coins: Mapping[int, int] | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.shelf = shelf
        self.clock = VirtualClock(start_ms, WALL_MS + start_ms - MONO_MS)
        self.facts: list[Fact] = []
        self.disk = disk or MemoryDisk()
        self.shown: list[str] = []
        self.restarted: list[str] = []
        self.stopped = False
        journal = Journal(self.disk, EPOCH, SECRET)
        self.journal = journal
        self.station = FakeStation(self)
        if before is not None:
            self.station.states, self.station.places = before.station.states, before.station.places
            self.station.orders_there = before.station.orders_there
        made = {
            "acceptor": acceptor, "dispenser": FakeDispenser, "ticket_unit": FakeTicketUnit,
            "slip_printer": FakeSlipPrinter,
        }  # fmt: skip
        fitted: dict[str, Any] = {name: kind(self) for name, kind in made.items() if name not in without}
        self.cabinet = FakeCabinet()
        if "cabinet" not in without:
            fitted["cabinet"] = self.cabinet
        if ways:
            fitted["payment"] = FakePayment(self, ways, before.devices.payment if before else None)  # type: ignore[arg-type]
        self.coins_fen = dict(coins or {})
        old = before.devices.hoppers if before else {}
        hoppers = {number: FakeHopper(self, number, fen, old.get(number)) for number, fen in self.coins_fen.items()}  # type: ignore[arg-type]
        self.readers = readers
        if readers:
            fitted |= {"code_scanner": FakeScanner(self), "id_reader": FakeIdReader(self)}
        self.devices = Devices(self.station, **fitted, hoppers=hoppers)
        self.policy, self.station_key = policy or SalePolicy(), station_key
        policy = self.policy
        context = SaleContext("T01", EPOCH, SECRET, policy, 1.0, lambda: (100, 500, 1000, 2000, 5000, 10000))
        past = fold(journal.lines, fresh(VALUES, coins=self.coins_fen), context)
        self.past = past
        journal.begin_segment(DAY)
        journal.write(0, WALL_MS, record_of(Booted("T01", "00" * 8, "0.1.0", journal.damaged_bytes, 10)), ())
        self.journey = Journey(SETTINGS)
        self.service = Service(PEOPLE, MachinePolicy(), 1.0, VALUES)
        deeds = Deeds(self.devices, Pictures(lambda *words: ("0" * 43, DOT), lambda *words: DOT), self.report)
        parts = Parts(
            clock=self.clock, journal=journal, past=past, context=context, machine_policy=MachinePolicy(), deeds=deeds,
            journey=self.journey, service=self.service,
            sync=Sync(self.station, EPOCH, past.acked, journal.texts_after, lambda most: 0),
            watch=Watch(self.devices.fitted(), past.stock, lambda: tuple(ways)), restart=self.restarted.append,
            day_of=CLOCK_DAY, on_stop=self._stop, base_policy=policy,
            media=Media(self.station, shelf, lambda most: 0, self.report),
            office=Office(
                self.station, "T01", StationKey(station_key), MachinePolicy(), past.ordered, lambda most: 0,
                lambda wall_ms: wall_ms // 60_000 % 1_440, lambda: sorted(past.stock.registers.items()), CLOCK_DAY,
                lambda: nothing_to_settle(self.devices.payment, past.unsettled),
            ),
        )  # fmt: skip
        if filled and disk is None:
            self._fill(journal, past.stock)
        self.controller = Controller(parts, self._show)
        self.controller.begin()

    def _fill(self, journal: Journal, stock: Any) -> None:
        fact = {"kind": "op.act", "operator": "1001", "second": "1002", "act": "fill", "place": ""}
        intents = [record_of(CassetteFill(number, value, 0, 300)) for number, value in VALUES.items()]
        intents.append(record_of(RollLoad(0, 600)))
        intents += [record_of(HopperFill(number, fen, 0, 100)) for number, fen in self.coins_fen.items()]
        journal.write(0, WALL_MS, fact, intents)
        stock.book(intents)

    def _stop(self) -> None:
        self.stopped = True

    def _show(self, controller: Controller) -> int:
        sale = controller.sale
        self.shown.append(sale.state.name if sale else controller.journey.state.step)
        return self.clock.mono_ms() + 60_000

    # -- the loop

    def report(self, fact: Fact) -> None:
        self.facts.append(fact)

    def run(self) -> Bench:
        """Facts and timers that are due, until all is quiet; time stands still."""
        for _ in range(1_000):
            while self.facts:
                self.controller.hear(self.facts.pop(0), self.clock.mono_ms())
            self.controller.poll(self.clock.mono_ms())
            if not self.facts:
                return self
        raise AssertionError("it never comes to rest")

    def say(self, *facts: Fact) -> Bench:
        for fact in facts:
            self.report(fact)
        return self.run()

    def touch(self, *targets: str) -> Bench:
        for target in targets:
            self.say(ScreenTouched(target, "screen"))
        return self

    def wait(self, by_ms: int) -> Bench:
        """Time passes, timer by timer."""
        end = self.clock.mono_ms() + by_ms
        while self.clock.mono_ms() < end:
            wake = self.controller.poll(self.clock.mono_ms())
            self.run()
            self.clock.wait(min(end, wake if wake and wake > self.clock.mono_ms() else self.clock.mono_ms() + 20))
        return self.run()

    # -- what is there

    def on_disk(self) -> str:
        return "".join(
            unpacked(bytes(self.disk.files[name][: self.disk.synced[name]])).decode()
            for name in sorted(self.disk.files)
        )

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line[9:]) for line in self.on_disk().splitlines()]

    def kinds(self) -> list[str]:
        """Kinds of all facts and intents in the order of the disk."""
        return [record["kind"] for line in self.lines() for record in (line["fact"], *line["intents"])]

    def intents(self, kind: str) -> list[dict[str, Any]]:
        return [intent for line in self.lines() for intent in line["intents"] if intent["kind"] == kind]

    @property
    def state(self) -> S | None:
        return self.controller.sale.state if self.controller.sale else None

    @property
    def sale_number(self) -> int:
        return self.controller.sale.book.number if self.controller.sale else 0

    @property
    def acceptor(self) -> FakeAcceptor:
        assert isinstance(self.devices.acceptor, FakeAcceptor)
        return self.devices.acceptor

    @property
    def dispenser(self) -> FakeDispenser:
        assert isinstance(self.devices.dispenser, FakeDispenser)
        return self.devices.dispenser

    @property
    def payment(self) -> FakePayment:
        assert isinstance(self.devices.payment, FakePayment)
        return self.devices.payment

    def hopper(self, number: int) -> FakeHopper:
        found = self.devices.hoppers[number]
        assert isinstance(found, FakeHopper)
        return found

    @property
    def unit(self) -> FakeTicketUnit:
        assert isinstance(self.devices.ticket_unit, FakeTicketUnit)
        return self.devices.ticket_unit

    @property
    def slips(self) -> FakeSlipPrinter:
        assert isinstance(self.devices.slip_printer, FakeSlipPrinter)
        return self.devices.slip_printer

    # -- ways there

    def up(self) -> Bench:
        """All fitted devices have spoken."""
        for device in (self.devices.acceptor, self.devices.dispenser, self.devices.ticket_unit):
            if device is not None:
                device.recall()
        if self.devices.cabinet is not None:
            self.report(CabinetSeen((), True, True, ()))
        self.say(*(DeviceReady(name, "m", "1", "s") for name in sorted(self.devices.fitted())))
        return self

    def to_review(self, train: str = "K598") -> Bench:
        """A passenger picks one seat for ¥152.5."""
        self.touch("start", "station:WHN")
        self.touch(f"train:{train}")
        return self.touch("hold")

    def to_paying(self) -> Bench:
        self.to_review()
        assert self.state is S.REVIEWING
        self.touch("pay")
        assert self.state is S.COLLECTING
        return self

    def insert(self, *values_fen: int) -> Bench:
        for value in values_fen:
            assert self.acceptor.insert(value), f"{value} is not taken now"
            self.run()
        return self

    def power_cut(self, without: Collection[str] = (), later_ms: int = 10_000) -> Bench:
        """Everything in memory is gone; what was synced is there, and what lies in trays and outlets."""
        disk = MemoryDisk()
        for name, data in self.disk.files.items():
            disk.files[name] = bytearray(data[: self.disk.synced[name]])
            disk.synced[name] = len(disk.files[name])
        if self.controller.sale is not None:
            self.controller.sale.close()
        start_ms = self.clock.mono_ms() + later_ms
        kind = FakeAcceptor if self.devices.acceptor is None else type(self.acceptor)
        ways = tuple(self.devices.payment.ways) if self.devices.payment is not None else ()
        made = Bench(
            without,
            disk,
            policy=self.policy,
            start_ms=start_ms,
            before=self,
            acceptor=kind,
            ways=ways,
            station_key=self.station_key,
            readers=self.readers,
            coins=self.coins_fen,
            shelf=self.shelf,
        )
        for name in ("acceptor", "dispenser", "ticket_unit"):
            old, new = getattr(self.devices, name), getattr(made.devices, name)
            if old is not None and new is not None:
                new.power_cut(old)
        return made


def raised(device: str, code: str) -> Fault:
    return Fault(device, code, True, "")


def cleared(fault: Fault) -> Fault:
    return replace(fault, up=False)
