"""What lies where, by the books: the fold of the journal over every place that holds notes or tickets.

`Stock.hear` and `Stock.book` read the records of one step, so a running machine and a restarted one come to the same
figures. What is not known is not guessed: a dispenser with an unknown payment pays nothing until somebody counts.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kiosk.coin_stock import CoinStock
from kiosk.deposit_stock import DepositStock
from kiosk.kept import NOT_KEPT
from kiosk.ports.note_dispenser import NOT_THERE, PATH_UNSURE
from kiosk.records import Record
from kiosk.wear import Wear

KEPT = 64
"""So many outcomes are remembered: a device may say twice that a note was stacked or a payment made (decision 16)."""


@dataclass(slots=True)
class Stock:
    """Pieces everywhere; `cassettes` number -> notes, `values` number -> face value in fen. `misfit`: the acceptor says in this
    start that its cassettes or notes are not those of the configuration. `_seen`: (note, face value)."""

    values: dict[int, int] = field(metadata=NOT_KEPT)
    cassettes: dict[int, int] = field(default_factory=dict)
    box: Counter[int] = field(default_factory=Counter)
    box_tag: str = ""
    box_unknown_fen: int = 0
    deposit: DepositStock = field(default_factory=DepositStock)  # the bulk escrow
    misfit: bool = field(default=False, compare=False, metadata=NOT_KEPT)
    reject: int = 0
    change_retract_fen: int = 0
    roll: int = 0
    tray: int = 0
    waste: int = 0
    jammed: int = 0  # of the waste: sticks in the ticket unit, and falls into the bin later
    ticket_retract: int = 0
    uncounted: set[int] = field(default_factory=set)
    resting: set[int] = field(default_factory=set)  # gave less than booked: only a count ends that, as with hoppers
    retract_pieces: int = 0
    one_box: bool = field(
        default=False, metadata=NOT_KEPT
    )  # change that was not taken falls into the box: a unit that takes notes pays too
    coins: CoinStock = field(default_factory=CoinStock)
    registers: Counter[str] = field(default_factory=Counter)
    wear: Wear = field(default_factory=Wear, compare=False)
    _asked: dict[int, dict[int, int]] = field(default_factory=dict)  # order without an outcome -> cassette -> notes
    _presented: dict[int, tuple[int, int]] = field(default_factory=dict)
    _capturing: dict[int, int] = field(default_factory=dict)  # payment -> fen
    _settled: deque[tuple[str, int | str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _seen: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT), compare=False)
    _doubted: deque[int] = field(default_factory=lambda: deque(maxlen=KEPT), compare=False)

    def payable(self) -> dict[int, int]:
        """Face value -> notes that may be planned with."""
        found: Counter[int] = Counter()
        for number in filter(self._usable, self.cassettes):
            found[self.values[number]] += self.cassettes[number]
        return dict(found)

    def by_value(self) -> dict[int, list[tuple[int, int]]]:
        """Face value -> [(cassette, notes)], fullest first, so that cassettes of one value empty together."""
        found: dict[int, list[tuple[int, int]]] = {}
        for number in sorted(filter(self._usable, self.cassettes), key=lambda number: -self.cassettes[number]):
            found.setdefault(self.values[number], []).append((number, self.cassettes[number]))
        return found

    @property
    def to_count(self) -> set[int]:
        """Cassettes that pay nothing before a person has counted them."""
        return self.uncounted | self.resting

    def _usable(self, cassette: int) -> bool:
        """Counted, not empty before its time, and still fitted (`values` are of the configuration)."""
        return cassette not in self.to_count and cassette in self.values

    @property
    def box_notes(self) -> int:
        """Everything that lies in the box."""
        return sum(self.box.values()) + (self.retract_pieces if self.one_box else 0)

    @property
    def ever_counted(self) -> bool:
        """A machine never counted pays nothing (decision 17)."""
        return bool(self.cassettes)

    def read_by_mode(self) -> tuple[object, ...]:
        """Everything `kiosk.modes.effective` reads here, to be compared."""
        return *self.cassettes.items(), frozenset(self.to_count), self.box_notes, self.roll, self.deposit.stuck

    def value_of(self, counts: Sequence[Sequence[int]]) -> int:
        """Presented value of a `counts` record (cassette, presented, rejected), in fen."""
        return sum(self.values.get(entry[0], 0) * entry[1] for entry in counts)

    # -- folding

    def begin(self) -> None:
        """A new start: what devices said of themselves in the last one is over."""
        self.misfit = False
        self.coins.begin()

    def hear(self, fact: Record) -> None:
        """The fact of one step, before the sale decides on it."""
        self.wear.hear(fact)
        if self.coins.values:
            self._coins(fact)
        kind = (fact["kind"], fact.get("result", ""))
        handler, name = _FACTS.get(kind), _ONCE.get(kind)
        once = (name, fact[name]) if name and fact[name] else None  # order 0 is a service test
        if handler and once not in self._settled:
            handler(self, fact)
            if once:
                self._settled.append(once)

    def _coins(self, fact: Record) -> None:
        fell = self.coins.hear(fact)
        if fell:
            self.registers["coins_out"] += fell
            self.registers["coins_out_fen"] += fell * self.coins.values.get(fact["hopper"], 0)

    def _hopper_filled(self, record: Record) -> None:
        self.coins.filled(record)

    def _coins_asked(self, record: Record) -> None:
        self.coins.ordered(record)

    def book(self, intents: Sequence[Record]) -> None:
        """The bookings of the same step."""
        for intent in intents:
            booking = _BOOKINGS.get(intent["kind"])
            if booking:
                booking(self, intent)

    def has_note(self, note: int) -> bool:
        """Whether this note is counted in the box already."""
        return ("note", note) in self._settled

    def doubts_note(self, note: int) -> bool:
        """Whether it was said before that nobody knows where this note is: its claim stands."""
        return note in self._doubted

    def seen_fen(self, note: int) -> int:
        """The value a note was recognised as; 0 when it never was."""
        return next((value_fen for number, value_fen in self._seen if number == note), 0)

    def _begun(self, record: Record) -> None:
        self.begin()

    def _fault(self, record: Record) -> None:
        if (record["device"], record["code"]) == ("acceptor", "NOTE_TABLE"):
            self.misfit = record["up"]

    def _note_seen(self, record: Record) -> None:
        self._seen.append((record["note"], record["value_fen"]))

    def _return_unknown(self, record: Record) -> None:
        self._doubted.append(record["note"])

    def _stacked(self, record: Record) -> None:
        self.box[record["value_fen"]] += 1
        self.registers["notes_in"] += 1
        self.registers["notes_in_fen"] += record["value_fen"]

    def _recycled(self, record: Record) -> None:
        self.cassettes[record["cassette"]] = self.cassettes.get(record["cassette"], 0) + 1
        self.registers["notes_in"] += 1
        self.registers["notes_in_fen"] += record["value_fen"]

    def _deposit_ours(self, record: Record) -> None:
        for value_fen in self.deposit.leave(record):
            self._stacked({"value_fen": value_fen})

    def _deposit_kept_somewhere(self, record: Record) -> None:
        for value_fen in self.deposit.leave(record):
            self.deposit.unknown_fen += value_fen
            self.registers["notes_in"] += 1
            self.registers["notes_in_fen"] += value_fen

    def _deposit_doubted(self, record: Record) -> None:
        self.deposit.unknown_fen += sum(self.deposit.leave(record))

    def _deposit_in_part(self, record: Record) -> None:
        """What nobody took lies in the box: no way is blocked by it, and whoever swaps the box counts it."""
        self.box_unknown_fen += sum(self.deposit.leave(record))

    def _stack_unknown(self, record: Record) -> None:
        self.box_unknown_fen += record["value_fen"]
        self._doubted.append(record["note"])

    def _pay_asked(self, record: Record) -> None:
        self._asked = {record["order"]: dict(record["counts"])}  # one at a time

    def _gave_too_little(self, record: Record) -> None:
        """An empty cassette of several may be any of them, unless the counts tell them apart."""
        asked = self._asked.pop(record["order"], {})
        out = {cassette: presented for cassette, presented, _ in record.get("counts", ())}
        lacking = {cassette for cassette, notes in asked.items() if out.get(cassette, 0) < notes}
        if record["reason"] in NOT_THERE and len(lacking) == 1:
            self.resting |= lacking

    def _paid(self, record: Record) -> None:
        for cassette, presented, rejected in record["counts"]:
            self.cassettes[cassette] = max(0, self.cassettes.get(cassette, 0) - presented - rejected)
            self.reject += rejected
        value_fen = self.value_of(record["counts"])
        pieces = sum(entry[1] for entry in record["counts"])
        self._presented[record["order"]] = (value_fen, pieces)
        self.registers["notes_out"] += pieces
        self.registers["notes_out_fen"] += value_fen

    def _paid_short(self, record: Record) -> None:
        self._paid(record)
        self._gave_too_little(record)
        if record["reason"] in PATH_UNSURE:
            self.uncounted.update(self.cassettes)

    def _paid_unknown(self, record: Record) -> None:
        self._paid(record)
        self.uncounted.update(self.cassettes)

    def _change_retracted(self, record: Record) -> None:
        value_fen, pieces = self._presented.pop(record["order"], (0, 0))
        self.change_retract_fen += value_fen
        self.retract_pieces += pieces
        self.registers["retracted_fen"] += value_fen

    def _change_taken(self, record: Record) -> None:
        self._presented.pop(record["order"], None)

    def _ticket_made(self, record: Record) -> None:
        self.roll = max(0, self.roll - 1)
        self.tray += 1
        self.registers["tickets"] += 1

    def _ticket_spoiled(self, record: Record) -> None:
        self.roll = max(0, self.roll - record["blanks"])
        self.waste += record["blanks"]
        self.registers["blanks_spoiled"] += record["blanks"]
        if record["reason"] == "jam" and record["blanks"]:
            self.jammed = 1

    def _printer_past(self, record: Record) -> None:
        if record["voided_at_start"]:
            self.jammed = 0

    def _operator_acted(self, record: Record) -> None:
        if (record["act"], record["place"]) == ("clear", "ticket_unit"):
            self.jammed = 0

    def _ticket_unknown(self, record: Record) -> None:
        self.roll = max(0, self.roll - 1)
        self.tray += 1

    def _dumped(self, record: Record) -> None:
        self.waste += self.tray
        self.tray = 0

    def _taken(self, record: Record) -> None:
        self.tray = 0

    def _tickets_retracted(self, record: Record) -> None:
        self.ticket_retract += self.tray
        self.tray = 0

    def _filled(self, record: Record) -> None:
        cassette = record["cassette"]
        self.cassettes[cassette] = record["after"]
        if record["value_fen"] == self.values.get(cassette):
            self.uncounted.discard(cassette)
            self.resting.discard(cassette)
        else:
            self.uncounted.add(cassette)  # it was filled with other notes than it is configured for now

    def _box_swapped(self, record: Record) -> None:
        self.box.clear()
        self.deposit.emptied()
        self.box_unknown_fen = 0
        self.box_tag = record["tag"]

    def _roll_loaded(self, record: Record) -> None:
        self.roll = record["after"]

    def _bin_emptied(self, record: Record) -> None:
        place = record["place"]
        if place == "waste":  # what sticks in the unit could not be counted, and is still to come
            self.waste = self.jammed = min(self.jammed, max(0, record["booked"] - record["counted"]))
        elif place == "ticket_retract":
            self.ticket_retract = 0
        elif place == "reject":
            self.reject = 0
        elif place == "change_retract":
            self.change_retract_fen = self.retract_pieces = 0

    def _claimed(self, record: Record) -> None:
        self.registers["claims"] += 1
        self.registers["claims_fen"] += record["amount_fen"]

    def _capture_asked(self, record: Record) -> None:
        self._capturing[record["payment"]] = record["amount_fen"]

    def _captured(self, record: Record) -> None:
        """By card or phone; asked for as often as it takes, and counted once."""
        amount_fen = self._capturing.pop(record["payment"], 0)
        if amount_fen:
            self.registers["captured"] += 1
            self.registers["captured_fen"] += amount_fen

    def _capture_over(self, record: Record) -> None:
        self._capturing.pop(record["payment"], None)

    def _unpaid(self, record: Record) -> None:
        """Given, and never paid for: the station has it to ask of the passenger."""
        self.registers["unpaid"] += 1
        self.registers["unpaid_fen"] += record["amount_fen"]

    def _rounded(self, record: Record) -> None:
        self.registers["rounding_fen"] -= record["rounding_fen"]

    def _ended(self, record: Record) -> None:
        self.registers[f"sales_{record['outcome']}"] += 1
        self.deposit.sale_ended()
        self.tray = 0  # tickets nobody could vouch for: people take them out before the next ones fall


_FACTS = {
    ("sys.boot", ""): Stock._begun,
    ("fault", ""): Stock._fault,
    ("note.seen", ""): Stock._note_seen,
    ("return!", "unknown"): Stock._return_unknown,
    ("stack!", "stacked"): Stock._stacked,
    ("stack!", "deposited"): lambda stock, record: stock.deposit.came(record),
    ("stack!", "recycled"): Stock._recycled,
    ("deposit.past", ""): lambda stock, record: stock.deposit.told_at_start(record),
    ("keep!", "kept"): Stock._deposit_ours,
    ("keep!", "unknown"): Stock._deposit_kept_somewhere,
    ("return_all!", "presented"): lambda stock, record: stock.deposit.at_the_mouth(record),
    ("return_all!", "refused"): lambda stock, record: stock.deposit.stayed(record),
    ("return_all!", "unknown"): Stock._deposit_doubted,
    ("taken!", "deposit"): lambda stock, record: stock.deposit.leave(record),
    ("retract!", "deposit"): Stock._deposit_ours,
    ("retract!", "deposit_unknown"): Stock._deposit_in_part,
    ("stack!", "jammed"): Stock._stack_unknown,
    ("stack!", "unknown"): Stock._stack_unknown,
    ("pay!", "presented"): Stock._paid,
    ("pay!", "short"): Stock._paid_short,
    ("pay!", "unknown"): Stock._paid_unknown,
    ("pay!", "refused"): Stock._gave_too_little,
    ("retract!", "change"): Stock._change_retracted,
    ("retract!", "change_unknown"): Stock._change_taken,
    ("taken!", "change"): Stock._change_taken,
    ("print!", "in_tray"): Stock._ticket_made,
    ("print!", "spoiled"): Stock._ticket_spoiled,
    ("print!", "unknown"): Stock._ticket_unknown,
    ("dump!", "done"): Stock._dumped,
    ("taken!", "tickets"): Stock._taken,
    ("retract!", "tickets"): Stock._tickets_retracted,
    ("printer.past", ""): Stock._printer_past,
    ("op.act", ""): Stock._operator_acted,
    ("capture!", "done"): Stock._captured,
    ("capture!", "refused"): Stock._capture_over,
}
_ONCE = {
    ("stack!", "stacked"): "note",
    ("stack!", "deposited"): "note",
    ("stack!", "recycled"): "note",
    ("pay!", "presented"): "order",
    ("pay!", "short"): "order",
    ("pay!", "unknown"): "order",
    ("print!", "in_tray"): "key",
    ("print!", "spoiled"): "key",
    ("print!", "unknown"): "key",
    ("capture!", "done"): "payment",
}
"""What such a fact is about: said once more, it moves nothing."""
_BOOKINGS = {
    "keep?": lambda stock, record: stock.deposit.asked(record),
    "return_all?": lambda stock, record: stock.deposit.asked(record),
    "cassette.fill": Stock._filled,
    "hopper.fill": Stock._hopper_filled,
    "pay?": Stock._pay_asked,
    "pay.coins?": Stock._coins_asked,
    "box.swap": Stock._box_swapped,
    "roll.load": Stock._roll_loaded,
    "count": Stock._bin_emptied,
    "capture?": Stock._capture_asked,
    "claim.add": Stock._claimed,
    "unpaid.add": Stock._unpaid,
    "rounding": Stock._rounded,
    "sale.end": Stock._ended,
}


def fresh(values: Mapping[int, int], one_box: bool = False, coins: Mapping[int, int] | None = None) -> Stock:
    """The stock of a machine nobody has filled yet. `coins`: hopper -> face value in fen."""
    return Stock(dict(values), one_box=one_box, coins=CoinStock(dict(coins or {})))
