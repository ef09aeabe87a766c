"""A world for one sale: devices and station that may answer in every way their ports allow, a journal, restarts.

It keeps its own account of what happened, from the records only, so that the sale's sums are checked by another hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from kiosk import vocabulary
from kiosk.faults import Fault
from kiosk.journal_lines import Line
from kiosk.parameters import SalePolicy
from kiosk.past import Past, fold
from kiosk.ports import coin_hopper as ch
from kiosk.ports import note_acceptor as na
from kiosk.ports import note_dispenser as nd
from kiosk.ports import payment as pp
from kiosk.ports import receipt_printer as rp
from kiosk.ports import station as st
from kiosk.ports import ticket_printer as tp
from kiosk.ports.fact import Fact
from kiosk.records import Record, record_of
from kiosk.sale import facts as sf
from kiosk.sale import intents as si
from kiosk.sale.book import Book, S
from kiosk.sale.recovery import Told, beliefs
from kiosk.sale.sale import Sale, SaleContext
from kiosk.stock import Stock
from kiosk.system_facts import RecoveryBegan
from tests.kiosk.sale.samples import COINS, KEY, VALUES, confirmed, locked, order, stock

vocabulary.learn()
KNOWN_FEN = (100, 500, 1000, 2000, 5000, 10000)
STATION_STATES = ("none", "held", "expired", "released", "confirmed", "printed", "voided")
TIMES = {"charge_until_ms", "patience_until_ms", "patience_span_ms", "take_until_ms", "answer_until_ms", "ask_again_ms"}
"""Limits of the book: a touch moves them and is no fact, so a replay may have others."""


DEPOSIT = ("deposited", "keeping", "giving", "out")
"""Where a note is that is in the bulk escrow, or on its way out of it."""


@dataclass(slots=True)
class Account:
    """What the journal says, added up without the code under test."""

    notes: dict[int, tuple[int, str]] = field(default_factory=dict)
    prices: dict[int, int] = field(default_factory=dict)
    blanks: dict[str, tuple[int, str]] = field(default_factory=dict)  # blank -> place, number
    in_tray: set[str] = field(default_factory=set)
    bundle: tuple[str, ...] = ()
    delivered: set[int] = field(default_factory=set)
    confirmed: bool = False
    pays: dict[int, tuple[int, str]] = field(default_factory=dict)
    asked_fen: dict[int, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    charges: dict[int, tuple[int, str]] = field(default_factory=dict)
    former: set[int] = field(default_factory=set)  # payments that do not stand any more, or nobody knows
    unpaid_fen: int = 0
    rounding_fen: int = 0
    keeps: int = 0
    recovering: bool = False
    orders: set[tuple[str, object]] = field(default_factory=set)
    ended: bool = False

    def hear(self, fact: Record) -> None:
        match fact:
            case {"kind": "sys.recover", "result": result}:
                self.recovering = result == "begin"
            case {"kind": "note.seen"}:
                self.notes.setdefault(fact["note"], (fact["value_fen"], "held"))
            case {"kind": "stack!" | "return!", "result": result, "note": note}:
                result = "stacked" if result == "recycled" else result
                value_fen, state = self.notes.get(note, (fact["value_fen"], "held"))
                if state not in ("stacked", "returned", *DEPOSIT) and not (
                    state in ("jammed", "unknown") and result != "stacked"
                ):
                    self.notes[note] = (value_fen, result)
            case {"kind": "keep!" | "return_all!" | "taken!" | "retract!", "notes": notes}:
                self._deposit(fact["kind"], fact["result"], notes)
            case {"kind": "lock!", "result": "held"} if not self.prices:
                self.prices = {place["index"]: place["price_fen"] for place in fact["places"]}
            case {"kind": "confirm!", "result": "done"} | {"kind": "state!", "state": "confirmed" | "printed"}:
                self.confirmed = True
            case {"kind": "print!", "result": "in_tray"}:
                self.in_tray.add(fact["key"])
            case {"kind": "pay!", "result": "presented" | "short", "order": number} if number in self.pays:
                if self.pays[number][1] == "asked":
                    out_fen = sum(VALUES[cassette] * out for cassette, out, _ in fact["counts"])
                    self.pays[number] = (out_fen, "out" if out_fen else "nothing")
            case {"kind": "pay!", "order": number, "hopper": hopper, "coins": coins} if number in self.pays:
                if self.pays[number][1] == "asked":
                    self.pays[number] = (coins * COINS[hopper], "taken")  # what fell is the passenger's
            case {"kind": "pay!", "order": number} if number in self.pays:
                self.pays[number] = (0, fact["result"])
            case {"kind": "taken!", "result": "change", "order": number}:
                self.pays[number] = (self.pays[number][0], "taken")
            case {"kind": "retract!", "result": "change" | "change_unknown", "order": number}:
                if self.pays[number][1] == "out":
                    self.pays[number] = (self.pays[number][0], "back")
            case {"kind": "auth!" | "reverse!", "result": result, "payment": number} if number in self.charges:
                fen, state = self.charges[number]
                if (fact["kind"], state) == ("auth!", "asked"):
                    self.charges[number] = fen, result
                elif (result, state) == ("refused", "reverse?"):
                    self.charges[number] = fen, "kept"
                elif (fact["kind"], result, state) == ("reverse!", "done", "reverse?"):
                    self.charges[number] = fen, "back"
            case {"kind": "capture!", "result": "refused", "payment": number} if number in self.charges:
                fen, state = self.charges[number]
                self.charges[number] = fen, "nothing" if state == "capture?" else state
            case {"kind": "auth.past", "result": result, "payment": number} if self.charges[number][1] != "asked":
                self.former |= {number} if result != "stands" else set()
            case {"kind": "taken!", "result": "tickets"}:
                self.delivered |= {self.blanks[key][0] for key in self.bundle}

    def _deposit(self, kind: str, result: str, notes: list[int]) -> None:
        """Notes of the bulk escrow: those named by the outcome move, the others asked for stay."""
        was = {"keep!": ("keeping",), "taken!": ("giving", "out"), "retract!": ("giving", "out")}.get(kind, ("giving",))
        was = ("giving", "out") if kind == "return_all!" and result == "unknown" else was
        under_way = self._in(*was)
        if notes and not set(notes) & set(under_way):
            return  # said twice
        places = {"kept": "stacked", "presented": "out", "refused": "deposited"}
        target = {"taken!": "returned", "retract!": "stacked"}.get(kind) or places.get(result)
        target = target or ("stacked" if kind == "keep!" else "unknown")
        for note in under_way:
            state = (
                target if note in notes else "deposited" if kind in ("keep!", "return_all!") else self.notes[note][1]
            )
            self.notes[note] = (self.notes[note][0], state)
        if result == "kept" and not self.recovering and (self.keeps >= 2 or not notes):
            for note in self._in("deposited"):
                self.notes[note] = (self.notes[note][0], "stacked")

    def _in(self, *states: str) -> list[int]:
        return [note for note, (_, state) in self.notes.items() if state in states]

    def _asked_deposit(self, intent: Record) -> None:
        """Both deeds are about whole notes that lie in the escrow, and a return about the last that went in."""
        lying = self._in("deposited")
        assert intent["notes"]
        assert list(intent["notes"]) == lying[-len(intent["notes"]) :]
        assert intent["value_fen"] == sum(self.notes[note][0] for note in intent["notes"])
        state = "keeping" if intent["kind"] == "keep?" else "giving"
        assert state == "giving" or len(intent["notes"]) == len(lying)
        self.keeps += state == "keeping"
        for note in intent["notes"]:
            self.notes[note] = (self.notes[note][0], state)

    def book(self, intent: Record) -> None:
        kind = intent["kind"]
        assert not self.ended, f"{kind} is booked on a sale that has ended"
        once = {"stack?": "note", "return?": "note", "print?": "blank", "pay?": "order", "pay.coins?": "order"}
        once["deliver?"] = "sale"
        if kind in once:
            self._once(kind, intent[once[kind]])
        match intent:
            case {"kind": "keep?" | "return_all?"}:
                self._asked_deposit(intent)
            case {"kind": "unpaid.add", "payment": number}:
                assert self.charges[number][1] == "nothing"
                assert not self.unpaid_fen
                assert 0 < intent["amount_fen"] <= self.charges[number][0]
                self.unpaid_fen = intent["amount_fen"]
            case {"kind": "print?"}:
                assert self.confirmed, "a ticket is printed and the station never said yes"
                assert not self.former, "a ticket is printed for a payment that is gone"
                assert not self._in("keeping"), "a ticket is printed before the deposit is ours"
                self._once("number", intent["number"])
                assert intent["number"]
                self.blanks[intent["blank"]] = (intent["index"], intent["number"])
            case {"kind": "deliver?"}:
                self.bundle = tuple(intent["blanks"])
                assert self.bundle
                assert not self.former, "tickets are handed over for a payment that is gone"
                assert set(self.bundle) <= self.in_tray
            case {"kind": "pay?" | "pay.coins?"}:
                assert not any(state in ("asked", "out") for _, state in self.pays.values())
                coins = intent.get("coins", 0)
                assert not coins or intent["value_fen"] == coins * COINS[intent["hopper"]]
                self.pays[intent["order"]] = (0, "asked")
                self.asked_fen[intent["order"]] = intent["value_fen"]
            case {"kind": "auth?", "payment": number}:
                assert number not in self.charges, "a payment is begun a second time"
                assert not any(state in ("asked", "approved", "unknown") for _, state in self.charges.values())
                assert not self.came_in_fen(), "a card is asked, and notes are in the machine"
                self.charges[number] = intent["amount_fen"], "asked"
            case {"kind": "capture?", "payment": number}:
                assert self.charges[number] == (intent["amount_fen"], "approved")
                assert self.bundle, "nothing was handed over, and it is taken"
                self.charges[number] = intent["amount_fen"], "capture?"
            case {"kind": "reverse?", "payment": number}:
                assert self.charges[number][1] not in ("capture?", "reverse?", "kept", "back")
                assert not self.delivered, "tickets were taken, and what paid for them goes back"
                self.charges[number] = intent["amount_fen"], "reverse?"
            case {"kind": "claim.add"}:
                assert intent["code"] not in self.claims
                assert intent["amount_fen"] > 0
                self.claims[intent["code"]] = intent["amount_fen"]
            case {"kind": "rounding"}:
                self.rounding_fen += intent["rounding_fen"]
            case {"kind": "sale.end"}:
                self.ended = True
                self._even(intent)

    def _once(self, what: str, which: object) -> None:
        assert (what, which) not in self.orders, f"{what} {which} a second time"
        self.orders.add((what, which))

    def came_in_fen(self) -> int:
        return sum(fen for fen, state in self.notes.values() if state in ("stacked", "jammed", "unknown"))

    def taken_fen(self) -> int:
        return sum(fen for fen, state in self.pays.values() if state == "taken")

    def _even(self, end: Record) -> None:
        """Invariant 2, at the end: what came in is delivered, rounded, taken out or owed in writing."""
        fares = sum(self.prices[index] for index in self.delivered)
        claims = sum(self.claims.values())
        charged = sum(fen for fen, state in self.charges.values() if state in ("capture?", "kept"))
        assert not any(state in ("asked", "approved", "unknown") for _, state in self.charges.values())
        assert self.came_in_fen() + charged + self.unpaid_fen == fares + self.rounding_fen + self.taken_fen() + claims
        assert end["delivered_fen"] == fares + self.rounding_fen
        assert (end["paid_out_fen"], end["claims_fen"]) == (self.taken_fen(), claims)
        assert not any(state in ("held", "moving", *DEPOSIT) for _, state in self.notes.values())
        assert not any(state in ("asked", "out") for _, state in self.pays.values())
        assert abs(self.rounding_fen) < 100


Answer = Callable[[], Fact]


class World:
    """`pending`: what was ordered and not answered yet: name -> the answers its port allows. `lines` is the journal."""

    def __init__(
        self,
        till: Stock | None = None,
        policy: SalePolicy | None = None,
        passengers: int = 2,
        price_fen: int = 15250,
    ) -> None:
        self.till = till or stock()
        self.policy, self.passengers = policy or SalePolicy(), passengers
        self.context = SaleContext(
            "T01", "7f3a91c2", b"secret", self.policy, 1.0, lambda: KNOWN_FEN, lambda: self._deposit_fen()
        )
        self.escrow_out = False  # the cassette of the bulk escrow; whether the unit knows it is `stock.misfit`
        self.dropped: set[int] = set()  # notes that moved while it was pulled out, and fell into the box
        self.now_ms, self.wall_ms = 1_000, 1_000
        self.lines: list[Line] = []
        self.account = Account()
        self.pending: dict[str, list[Fact]] = {}
        self.next_note = 1
        self.price_fen = price_fen
        self.filled, self.coins = dict(self.till.cassettes), dict(self.till.coins.coins)
        self.stock = self._filled()
        started = sf.SaleStarted(1, KEY, "zh", order(("adult",) * passengers))
        self.sale = Sale(1, "zh", started, self.context, self.stock)
        self.said: list[Fact] = []
        self.feed(started)

    def _filled(self) -> Stock:
        made = stock(0, self.coins if self.till.coins.values else None)
        made.cassettes, made.roll = dict(self.filled), 100
        return made

    def _deposit_fen(self) -> tuple[int, ...]:
        """What the unit knows: it looks before each note, and after each start."""
        return () if self.stock.misfit else tuple(filter(self.policy.cash.deposits, KNOWN_FEN))

    @property
    def book(self) -> Book:
        return self.sale.book

    @property
    def ended(self) -> bool:
        return self.sale.state is S.ENDED

    # -- one step, as the controller does it

    def feed(self, fact: Fact) -> list[si.Intent]:
        assert self.sale.takes(fact)
        before = dict(self.stock.cassettes)
        self.stock.hear(record_of(fact))
        self._check_out(before, fact)
        made = self.sale.feed(fact, self.now_ms, self.wall_ms)
        self._write(fact, made)
        for intent in made:
            self._ask(intent)
        self.check()
        return made

    def _check_out(self, before: dict[int, int], fact: Fact) -> None:
        """Invariant 8: no cassette gives more than lies in it by the books."""
        if isinstance(fact, nd.NotesPresented | nd.NotesShort):
            for cassette, out, rejected in fact.counts:
                left = before[cassette] - out - rejected
                assert self.stock.cassettes[cassette] in (left, before[cassette])  # the latter: it was said before
                assert left >= 0 or self.stock.cassettes[cassette] == before[cassette]

    def _write(self, fact: Fact, made: list[si.Intent]) -> None:
        records = [record_of(intent, self._counters(intent)) for intent in made]
        self._line(record_of(fact), records)
        self.stock.book(records)

    def _line(self, fact: Record, intents: list[Record]) -> None:
        self.lines.append(Line(len(self.lines) + 1, 1, self.now_ms, self.wall_ms, fact, tuple(intents), ""))
        self.account.hear(fact)
        for intent in intents:
            self.account.book(intent)

    def _counters(self, intent: si.Intent) -> dict[str, dict[str, int]] | None:
        if isinstance(intent, si.StackNote | si.ReturnNote):
            return {"counters": {"stacked": 7}}
        if isinstance(intent, si.PayCoins):
            return {"counters": {"count": 9}}
        return {"counters": {"transaction": 3}} if isinstance(intent, si.PayNotes) else None

    def check(self) -> None:
        """After every step: nothing is owed below zero, nothing more is paid than is owed, the sums agree. What was given for a
        payment that the other side refused to capture is unpaid (page 058), and no more than that."""
        book = self.book
        given = book.delivered_fen + book.paid_out_fen + book.claims_fen
        refused_fen = sum(line.amount_fen for line in book.charges if line.state == "contested")
        assert book.paid_in_fen + book.kept_fen + book.uncertain_in_fen + refused_fen >= given
        assert book.unpaid_fen <= refused_fen
        assert book.put_in_fen - book.ours_fen == sum(
            fen for fen, state in self.account.notes.values() if state in DEPOSIT
        )
        lying = {line.note for line in book.own_notes}
        assert lying <= set(self.stock.deposit.notes)
        assert book.ours_fen + book.uncertain_in_fen == self.account.came_in_fen()
        assert all(count >= 0 for count in self.stock.cassettes.values())
        assert len({claim.code for claim in book.claims}) == len(book.claims)

    # -- what may be answered

    def _ask(self, intent: si.Intent) -> None:
        answers = self._answers(intent)
        if answers:
            self.pending[f"{intent.kind}{getattr(intent, 'note', '')}"] = answers
        if isinstance(intent, si.Retract):
            self.pending.pop("hand", None)

    def _answers(self, intent: si.Intent) -> list[Fact]:
        """The first answer is the good one."""
        match intent:
            case si.LockPlaces():
                return [
                    locked(self.passengers, self.price_fen),
                    st.LockRefused(KEY, "sold_out", 1),
                    st.LockUncertain(KEY, "timeout"),
                ]
            case si.RenewLock():
                return [
                    st.LockRenewed(KEY, 300_000),
                    st.RenewFailed(KEY, "timeout"),
                    st.RenewFailed(KEY, "expired"),
                ]
            case si.ReleaseLock():
                return [st.LockReleased(KEY, True), st.LockReleased(KEY, False)]
            case si.StackNote(note=note, value_fen=fen):
                lost: list[Fact] = [na.NoteJammed(note, fen), na.NoteUncertain(note, fen), na.NoteUncertain(note, 0)]
                cassette = next((number for number, value in VALUES.items() if value == fen), 0)
                good: list[Fact] = [na.NoteOurs(note, fen)]
                if self.policy.cash.deposits(fen) and self.escrow_out:
                    return [na.NoteReturned(note, fen)]  # it looks before the note moves
                if self.policy.cash.deposits(fen):
                    good = [na.NoteDeposited(note, fen)]
                elif fen in self.policy.cash.recycled_fen and cassette:
                    good = [na.NoteRecycled(note, fen, cassette), na.NoteOurs(note, fen)]
                return [*good, na.NoteReturned(note, fen), *lost]
            case si.KeepDeposit(notes=notes):
                unknown = na.DepositKeepUncertain(notes, "link")
                return [na.DepositKept(notes), na.DepositKept(notes[1:]), na.DepositKept(()), unknown]
            case si.ReturnDeposit(notes=notes):
                return [
                    na.DepositPresented(notes),
                    na.DepositTaken(notes),
                    na.DepositNotMoved(notes, "refused"),
                    na.DepositReturnUncertain(notes, "link"),
                    na.DepositReturnUncertain(notes[-1:], "jam"),
                    na.DepositPresented(notes[1:] or notes),
                ]
            case si.ReturnNote(note=note, value_fen=fen):
                return [
                    na.NoteReturned(note, fen),
                    na.NoteOurs(note, fen),
                    na.NoteReturnUncertain(note, fen),
                    na.NoteReturnUncertain(note, 0),
                ]
            case si.ConfirmSale():
                short = st.SaleConfirmed(KEY, confirmed(self.passengers).tickets[1:])
                return [
                    confirmed(self.passengers),
                    st.ConfirmRefused(KEY, "expired"),
                    st.ConfirmUncertain(KEY, "timeout"),
                    short,
                ]
            case si.AskState():
                numbers = confirmed(self.passengers).tickets
                known = [st.SaleStateKnown(KEY, state, numbers) for state in STATION_STATES]
                return [known[4], *known, st.SaleStateUnknown(KEY, "timeout"), st.SaleStateKnown(KEY, "confirmed", ())]
            case si.AuthorisePayment(payment=number):
                return [
                    pp.PaymentApproved(number, "R1", "A1"),
                    pp.PaymentDeclined(number, "timeout"),
                    pp.PaymentUncertain(number, "no answer"),
                ]
            case si.CapturePayment(payment=number):
                return [
                    pp.PaymentCaptured(number),
                    pp.CaptureUncertain(number, "link"),
                    pp.CaptureRefused(number, "closed"),
                ]
            case si.ReversePayment(payment=number):
                return [
                    pp.PaymentReversed(number, True),
                    pp.ReverseUncertain(number, "link"),
                    pp.ReverseRefused(number, "settled"),
                    pp.PaymentReversed(number, False),
                ]
            case si.VoidSale():
                return [st.VoidReported(KEY, True), st.VoidReported(KEY, False)]
            case si.ReportPrinted():
                return []
        return self._device_answers(intent)

    def _device_answers(self, intent: si.Intent) -> list[Fact]:
        match intent:
            case si.PrintTicket(blank=key):
                return [
                    tp.TicketInTray(key),
                    tp.TicketSpoiled(key, 1, "stripe"),
                    tp.TicketRefused(key, "paper"),
                    tp.TicketUncertain(key, "link"),
                ]
            case si.Deliver():
                return [tp.TicketsPresented(1), tp.DeliverUncertain(1, "flap"), tp.TicketsTaken(1)]
            case si.Dump():
                return [tp.TrayDumped(1), tp.DumpUncertain(1, "flap")]
            case si.Reopen(outlet="tickets"):
                return [tp.SlotReopened(1), tp.TicketsTaken(1), tp.SlotStayedShut(1, "shutter")]
            case si.Reopen(order=number):
                return [nd.TrayReopened(number), nd.ChangeTaken(number), nd.TrayStayedShut(number, "shutter")]
            case si.Retract(outlet="tickets"):
                return [tp.TicketsRetracted(1), tp.TicketsTaken(1), tp.TicketRetractUncertain(1, "belt")]
            case si.Retract(order=number):
                return [
                    nd.ChangeRetracted(number),
                    nd.ChangeTaken(number),
                    nd.ChangeRetractUncertain(number, "sensor"),
                ]
            case si.PayNotes(order=number, counts=counts):
                whole = tuple((cassette, notes, 0) for cassette, notes in counts)
                first = ((counts[0][0], counts[0][1] - 1, 0), *whole[1:])
                return [
                    nd.NotesPresented(number, whole),
                    nd.NotesShort(number, first, "empty"),
                    nd.NotesShort(number, (), "jam"),
                    nd.NotesUncertain(number, (), "link"),
                    nd.NotesUncertain(number, first, "link"),
                    nd.NotesRefused(number, "other"),
                ]
            case si.PayCoins(order=number, hopper=hopper, coins=coins):
                return [
                    ch.CoinsPaid(number, hopper, coins),
                    ch.CoinsShort(number, hopper, coins - 1, "empty"),
                    ch.CoinsShort(number, hopper, 0, "jam"),
                    ch.CoinsUncertain(number, hopper, coins - 1, coins, "power"),
                    ch.CoinsUncertain(number, hopper, coins, coins + 1, "miscounted"),
                    ch.CoinsUncertain(number, hopper, 0, coins, "no answer"),
                    ch.CoinsRefused(number, hopper, "other"),
                ]
            case si.PrintSlip(slip=code):
                return [rp.SlipPrinted(code), rp.SlipFailed(code, "paper")]
        return []

    def answer(self, kind: str, which: int = 0) -> list[si.Intent]:
        """One pending question is answered; what was put before a hand can be taken from then on."""
        answers = self.pending.pop(kind)
        fact = answers[which % len(answers)]
        if kind.startswith("stack?") and isinstance(fact, na.NoteReturned) and self.escrow_out:
            self.look()  # the fault is said first
        if kind.startswith("stack?"):
            self._dropped(fact)
        self.said.append(fact)
        match fact:
            case na.DepositPresented(notes=notes):
                uncertain = na.DepositReturnUncertain(notes, "link")
                self.pending["mouth"] = [na.DepositTaken(notes), na.DepositPulledBack(notes), uncertain]
            case tp.TicketsPresented() | tp.SlotReopened():
                self.pending["hand"] = [tp.TicketsTaken(1)]
            case nd.TrayReopened(order=number):
                self.pending["hand"] = [nd.ChangeTaken(number)]
            case nd.NotesPresented(order=number) | nd.NotesShort(order=number) if any(out for _, out, _ in fact.counts):
                self.pending["hand"] = [nd.ChangeTaken(number)]
        return self.feed(fact)

    def pull_back(self) -> list[si.Intent]:
        """The unit's own time is over: nobody took the notes at its mouth."""
        notes = tuple(line.note for line in self.book.notes_in_state("out"))
        self.pending["mouth"] = [na.DepositPulledBack(notes)]
        return self.answer("mouth")

    def station_says(self, state: str) -> list[si.Intent]:
        """The question about the sale is answered with this state."""
        return self.answer("state?", 1 + STATION_STATES.index(state))

    # -- the cassette of the bulk escrow

    def pull_escrow(self) -> None:
        """Somebody pulls it out, and nobody is told. A note on its way goes back if it has not begun, or into the box."""
        self.escrow_out = True
        for name, answers in self.pending.items():
            if isinstance(answers[0], na.NoteDeposited):
                note, fen = answers[0].note, answers[0].value_fen
                self.pending[name] = [na.NoteOurs(note, fen), na.NoteReturned(note, fen), *answers[2:]]

    def look(self) -> None:
        """The unit says what is fitted; a sale that could take notes is cancelled, as the controller does it."""
        if self.escrow_out and not self.stock.misfit:
            self._say_misfit()
            if self.sale.state in (S.LOCKING, S.REVIEWING, S.COLLECTING):
                self.feed(sf.Cancelled("acceptor"))

    def _say_misfit(self) -> None:
        fault = record_of(Fault("acceptor", "NOTE_TABLE", True, "cassette 1 out"))
        self.stock.hear(fault)
        self._line(fault, [])

    def _dropped(self, fact: Fact) -> None:
        if isinstance(fact, na.NoteOurs) and self.policy.cash.deposits(fact.value_fen):
            self.dropped.add(fact.note)

    # -- people and time

    def insert(self, value_fen: int) -> list[si.Intent]:
        number, self.next_note = self.next_note, self.next_note + 1
        return self.feed(na.NoteHeld(number, value_fen))

    def time_out(self) -> list[si.Intent]:
        """The next limit of the sale is reached."""
        limit = self.sale.deadline()
        assert limit is not None, f"nothing ends {self.sale.state}"
        self.now_ms = max(self.now_ms, limit[0])
        self.wall_ms = max(self.wall_ms, self.now_ms)
        return self.feed(limit[1])

    # -- power

    def after(self, lines: list[Line]) -> World:
        """Another machine whose journal ends with the last of `lines`."""
        made = World(self.till, self.policy, self.passengers, self.price_fen)
        made.sale.close()
        made.lines, made.account = [], Account()
        made.now_ms, made.wall_ms = lines[-1].mono_ms, lines[-1].wall_ms
        for line in lines:
            made._line(line.fact, list(line.intents))
        past = made.folded()
        assert past.sale is not None
        made.sale, made.stock = past.sale, past.stock
        return made

    def folded(self, lines: list[Line] | None = None) -> Past:
        return fold(self.lines if lines is None else lines, self._filled(), self.context)

    def restart(self, told: Told, again_after: int = -1, pause_ms: int = 5_000) -> None:
        """Power fails and comes back; `again_after` >= 0: and fails once more after so many believed facts."""
        past = self.folded()
        assert past.sale is not None
        self.sale.close()
        self.sale, self.stock = past.sale, past.stock
        self.now_ms += 1_000
        self.pending.clear()
        if self.escrow_out:
            self._say_misfit()
        self._line(record_of(RecoveryBegan(1, self.sale.book.state.name, ())), [])
        believed = beliefs(self.book, told, past.before)
        for count, belief in enumerate(believed):
            if count == again_after:
                self.restart(told, pause_ms=pause_ms)
                return
            self._dropped(belief.fact)  # it was on its way when the power failed
            self._line(record_of(belief.fact), [])
            self.stock.hear(record_of(belief.fact))
            self.sale.believe(belief.fact, self.now_ms)
        self.feed(sf.Restarted(pause_ms, tuple(belief.written() for belief in believed)))

    def to_the_end(self) -> None:
        """Everybody answers well but nobody touches or takes anything; time passes: whatever state a sale is in, it ends."""
        for _ in range(400):
            if self.ended:
                return
            mute = ("release?", "void?", "hand", "mouth")
            asked = [name for name in self.pending if name not in mute and "renew" not in name]
            if asked:
                self.answer(asked[0])
            elif self.sale.state is S.OWN_OUT:
                self.pull_back()
            else:
                self.time_out()
        raise AssertionError(f"the sale stays in {self.sale.state}")

    def to_the_end_with_hands(self, but: str = "") -> None:
        """As `to_the_end`, and what comes out is taken; `but` is a question that stays open."""
        for _ in range(400):
            asked = [name for name in self.pending if name not in (but, "renew?", "release?", "void?")]
            if self.ended or (not asked and self.sale.deadline() is None):
                return
            if asked:
                self.answer(asked[0])
            else:
                self.time_out()
        raise AssertionError(f"the sale stays in {self.sale.state}")

    def close(self) -> None:
        self.sale.close()


def settled(book: Book) -> dict[str, object]:
    """A book without its time limits, to be compared."""
    return {part.name: getattr(book, part.name) for part in fields(book) if part.name not in TIMES}
