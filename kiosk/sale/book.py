"""What is known of one sale: its order, every note, every ticket, every pay order, every claim. Counting happens here only.

The table's guards and the screen read this book; `Sale.feed` writes it. All amounts in fen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, unique

from kiosk.ports.trips import LockedPlace, Order
from kiosk.sale.change import PaidIn
from kiosk.sale.lines import CHARGED, ChargeLine, Claim, CoinLine, NoteLine, PayLine, TicketLine


@unique
class S(Enum):
    """Where a sale stands. The value is said in the diagram and in the log."""

    NEW = "nothing asked yet"
    LOCKING = "asking the station to hold the places"
    REVIEWING = "places held; the passenger checks the order"
    CHOOSING = "places held and agreed; how is it to be paid?"
    AUTHORISING = "a card or a phone is asked for the whole amount"
    COLLECTING = "taking notes"
    CLOSING = "no more notes; the last one comes to rest"
    CONFIRMING = "paid; asking the station to confirm"
    ASKING = "the answer was lost; asking the station what it knows"
    KEEPING = "the bulk escrow empties into the box: the passenger's notes become ours"
    PRINTING = "confirmed; tickets fall into the tray"
    DUMPING = "no good ticket; the tray is emptied into the waste bin"
    DELIVERING = "the bundle moves to the slot"
    TICKETS_OUT = "the bundle waits to be taken"
    TICKETS_AGAIN = "after a restart the slot is opened again before the bundle"
    TICKETS_BACK = "the forgotten bundle is pulled back"
    GIVING_BACK = "a bundle of the passenger's own notes moves to the mouth"
    OWN_OUT = "the passenger's own notes wait at the mouth"
    PAYING = "notes are counted out: change or refund"
    COINS = "coins fall into the cup"
    CHANGE_OUT = "notes wait to be taken"
    CHANGE_AGAIN = "after a restart the outlet is opened again before the notes"
    CHANGE_BACK = "forgotten notes are pulled back"
    CAPTURING = "the passenger has the tickets; what was approved becomes ours"
    REVERSING = "no ticket was handed over; what was approved goes back"
    SLIP = "the claim slip is printed"
    CLAIM = "the claim is on the screen"
    RESUMING = "after a restart something is owed; is anybody here?"
    ENDED = "nobody owes anybody anything that is not written down"


@dataclass(slots=True)
class Book:
    """One sale. `number` counts within the epoch; `key` is `machine.epoch.sale`; `language` is zh or en."""

    number: int
    key: str
    language: str
    order: Order
    state: S = S.NEW
    pickup: str = ""  # number of the order that was bought elsewhere: nothing is to be paid; empty: a sale
    fares: dict[tuple[str, str], int] = field(default_factory=dict)  # of such an order: (coach, place) -> fen
    places: tuple[LockedPlace, ...] = ()
    price_fen: int = 0
    rounding_fen: int = 0  # due − price; negative is in the passenger's favour
    rounding_step_fen: int = 100
    agreed: bool = False  # order, price and rules were accepted
    confirms: int = 0  # how often the station was asked to confirm
    given_up: bool = False  # the places were released, or all of the sale voided
    lock_until_ms: int = 0
    lock_limit_ms: int = 0
    last_minute_ms: int = 0  # so long before the lock ends nobody begins to pay by card or phone; real time
    lock_span_ms: int = 0
    notes: list[NoteLine] = field(default_factory=list)
    charged_out: bool = False  # cards and phones were tried as often as one sale may
    accepted_fen: tuple[int, ...] = ()
    refused: dict[int, str] = field(default_factory=dict)  # face value -> no_change, not_coverable, too_many, unknown
    last_refusal: str = ""
    keeps: int = 0  # how often the deposit was told to fall into the box
    not_given: bool = False  # the unit refused to give the deposit back
    unplaced_fen: int = 0  # ours and inside, but nobody can say in which part; not booked yet
    stuck_blank: bool = False  # a blank that is booked as spent sticks in the unit: it voids it at its next power-up
    drawn_in: bool = False  # a note went into the slot, and nothing has been heard of it since
    tickets: list[TicketLine] = field(default_factory=list)
    blanks_asked: int = 0
    pays: list[PayLine] = field(default_factory=list)
    coins: list[CoinLine] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    way: str = ""  # cash, card, code or scan, as it was chosen last; empty before
    charges: list[ChargeLine] = field(default_factory=list)
    charge_until_ms: int = 0  # so long an outcome of the last payment is waited for
    # passenger, service, screen, acceptor, timeout, lock_expired, closed, note, station, refused, print, restart, payment
    why_ending: str = ""
    not_sold: str = ""  # the station's code when it refused to confirm: expired, voided, price_changed or another one
    deposit_forgotten: bool = (
        False  # own notes that came back were not taken: why they are owed, whatever ended the order
    )
    receipt: str = "none"  # none, wanted, printing, printed, failed
    slip_waits: bool = False  # it is printed when the receipt is out
    confirmed: bool = False
    asks_anew: bool = False  # confirmed before a restart, and the station is asked whether it still holds
    station_state: str = ""  # last answer to "what do you know of this sale"
    absent: bool = False  # nobody took what lay out, or the machine was restarted: no more money to an empty bay
    contrast: bool = False
    large_text: bool = False
    unattended: bool = False  # the passenger is gone: codes are not for the eyes of whoever comes next
    no_more_notes: bool = False  # the last minute of the lock runs
    patience_until_ms: int = 0  # idle limit; 0 = none runs
    patience_span_ms: int = 0
    take_until_ms: int = 0
    answer_until_ms: int = 0
    ask_again_ms: int = 0
    resume_until_ms: int = 0
    resume_span_ms: int = 0  # people's time
    resume_open: bool = False  # after a short pause: whoever is here may be asked (rule O)
    pause_ms: int = 0  # people's time the last restart took
    lived_ms: int = 0  # monotonic ms of the sale's last fact, in the time of this start

    @property
    def due_fen(self) -> int:
        """What the passenger is asked for: the price of all places, rounded (decision 3)."""
        return self.price_fen + self.rounding_fen

    def _sum(self, *states: str) -> int:
        return sum(line.value_fen for line in self.notes if line.state in states)

    @property
    def ours_fen(self) -> int:
        """Credited: stacked or kept."""
        return self._sum("ours")

    @property
    def deposit_fen(self) -> int:
        """In the bulk escrow or on its way into the box: paid in, and not ours."""
        return self._sum("deposited", "keeping")

    @property
    def paid_in_fen(self) -> int:
        """What counts towards the price."""
        return self.ours_fen + self.deposit_fen + self.charged_fen

    @property
    def charge(self) -> ChargeLine | None:
        """The last payment that was begun."""
        return self.charges[-1] if self.charges else None

    @property
    def charged_fen(self) -> int:
        """By card or phone: approved, and not taken back."""
        return sum(line.amount_fen for line in self.charges if line.state in CHARGED)

    @property
    def kept_fen(self) -> int:
        """What should have gone back, and the other side refuses: owed."""
        return sum(line.amount_fen for line in self.charges if line.state == "kept")

    @property
    def charge_last_ms(self) -> int:
        """Monotonic moment until which a card or a phone may pay: what is left of the lock must suffice for the station's yes."""
        return self.lock_until_ms - self.last_minute_ms

    @property
    def unpaid_fen(self) -> int:
        """What was given, or is promised on a claim, for a payment that came to nothing: the passenger owes it; never below 0."""
        if all(line.state != "contested" for line in self.charges):
            return 0
        came_in = self.ours_fen + self.charged_fen + self.kept_fen + self.uncertain_in_fen
        given = self.fare_of(self.tickets_in("taken", "presented", "in_tray"))
        return max(0, given + self.paid_out_fen + self.claims_fen - came_in)

    @property
    def may_be_out(self) -> bool:
        """A ticket is in somebody's hand, or may be."""
        return any(ticket.state == "taken" or ticket.maybe_out for ticket in self.tickets)

    @property
    def slip_lines(self) -> list[Claim | ChargeLine]:
        """Everything that has a code of its own for a slip."""
        return [*self.claims, *self.charges]

    @property
    def receipt_name(self) -> str:
        """Names the receipt to the printer. No code of a claim: those are letters and digits."""
        return f"receipt-{self.number}"

    @property
    def on_slip(self) -> list[Claim | ChargeLine]:
        """What a slip has to tell of now."""
        return [*self.claims, *self.going_back]

    @property
    def going_back(self) -> list[ChargeLine]:
        """Payments whose reversal nobody has answered for certain."""
        return [line for line in self.charges if line.state == "reversing"]

    @property
    def put_in_fen(self) -> int:
        """What the passenger has put in and not had back, whoever's it is by now; uncertain notes are not among it."""
        return self.ours_fen + sum(line.value_fen for line in self.own_notes)

    @property
    def own_notes(self) -> list[NoteLine]:
        """The deposit: notes that are still the passenger's after several were put in, in the order in which they went in."""
        return self.notes_in_state("deposited", "keeping", "giving", "out")

    @property
    def uncertain_in_fen(self) -> int:
        """Jammed or unknown notes: a claim up to their value."""
        return self._sum("jammed", "unknown")

    @property
    def held_fen(self) -> int:
        return self._sum("held", "moving", "returning")

    @property
    def missing_fen(self) -> int:
        """Still to pay; never below 0."""
        return max(0, self.due_fen - self.paid_in_fen)

    @property
    def given_fen(self) -> int:
        """What the passenger has paid so far, however, and not had back."""
        return self.put_in_fen + self.charged_fen

    @property
    def moving_note(self) -> NoteLine | None:
        """The one note that is in escrow or on its way, if any."""
        return next((line for line in self.notes if line.state in ("held", "moving", "returning")), None)

    @property
    def paid_in(self) -> PaidIn:
        """What counts against the limits of one order; what was given back does not."""
        ours, deposited = self.notes_in_state("ours"), self.notes_in_state("deposited", "keeping")
        return PaidIn(self.ours_fen, self.deposit_fen, len(ours), len(deposited))

    def notes_in_state(self, *states: str) -> list[NoteLine]:
        return [line for line in self.notes if line.state in states]

    def note(self, number: int) -> NoteLine | None:
        return next((line for line in self.notes if line.note == number), None)

    def tickets_in(self, *states: str) -> list[TicketLine]:
        return [ticket for ticket in self.tickets if ticket.state in states]

    @property
    def delivered_fen(self) -> int:
        """Fare of the tickets that the passenger has or is still to get; all of it once the station confirmed."""
        return self.fare_of(self.tickets_in("waiting", "printing", "in_tray", "presented", "taken"))

    def fare_of(self, tickets: Iterable[TicketLine]) -> int:
        """Rounded fare of some of the tickets; all of them cost exactly `due_fen` (decision 3)."""
        chosen = list(tickets)
        if not chosen:
            return 0
        total = sum(ticket.place.price_fen for ticket in chosen)
        if len(chosen) == len(self.tickets):
            return total + self.rounding_fen
        step = self.rounding_step_fen
        return total - total % step if self.rounding_fen <= 0 else total + -total % step

    @property
    def paid_out_fen(self) -> int:
        """What the passenger has or may take now, coins too; retracted and uncertain notes are not among it."""
        coins_fen = sum(line.out_fen for line in self.coins)
        return coins_fen + sum(pay.out_fen for pay in self.pays if pay.state in ("out", "taken"))

    @property
    def orders(self) -> set[int]:
        """Numbers of everything that was ordered to be paid out."""
        return {pay.order for pay in self.pays} | {line.order for line in self.coins}

    @property
    def failures(self) -> set[str]:
        """Why orders were short or refused; empty for one that was not."""
        return {pay.reason for pay in self.pays} | {line.reason for line in self.coins}

    @property
    def claims_fen(self) -> int:
        return sum(claim.amount_fen for claim in self.claims)

    @property
    def owed_fen(self) -> int:
        """What the machine owes now and has neither given nor written down; never below 0."""
        taken_in = self.ours_fen + self.charged_fen + self.kept_fen + self.uncertain_in_fen
        return max(0, taken_in - self.delivered_fen - self.paid_out_fen - self.claims_fen)

    @property
    def can_go_on(self) -> bool:
        """Tickets may still come of it: no reason to end it, and none of them is lost, out or doubtful."""
        if self.why_ending or self.given_up or self.claims or not self.agreed or not self.places:
            return False
        if self.confirmed:
            return bool(self.tickets) and len(self.tickets_in("waiting", "in_tray")) == len(self.tickets)
        return self.paid_in_fen > 0 or bool(self.pickup)

    def as_bought(self, place: LockedPlace) -> LockedPlace:
        """The place with the price that stands on its ticket."""
        fare_fen = self.fares.get((place.coach, place.place), place.price_fen)
        return replace(place, price_fen=fare_fen) if self.pickup else place

    @property
    def lies_out(self) -> str:
        """The outlet in which something lies that nobody has taken: tickets, change; empty: none."""
        if self.tickets_in("presented"):
            return "tickets"
        return "change" if any(pay.state == "out" for pay in self.pays) else ""

    def went_away(self) -> None:
        """Nobody took what lay out: nothing more is laid out, and nobody is asked (decision 003)."""
        self.absent, self.resume_open = True, False

    @property
    def final_rounding_fen(self) -> int:
        """Rounding of what was really delivered: fare asked minus the sum of its prices."""
        good = self.tickets_in("taken", "presented", "in_tray")
        return self.fare_of(good) - sum(ticket.place.price_fen for ticket in good)
