"""Where a sale may go: every row of its machine, flat. Rows of one fact and state are tried from top to bottom.

`when` names a guard of `Sale` that only reads the book, `do` an action that only adds intents; counting was done before
(`kiosk.sale.count`). No row: `NoRow`, a bug. A test multiplies states by facts and wants a row or a written reason for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kiosk.ports.coin_hopper import CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain
from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import (
    DepositKeepUncertain,
    DepositKept,
    DepositNotMoved,
    DepositPresented,
    DepositPulledBack,
    DepositRetractUncertain,
    DepositReturnUncertain,
    DepositTaken,
    NoteDeposited,
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
    NoteRecycled,
    NoteRefused,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from kiosk.ports.note_dispenser import (
    ChangeRetracted,
    ChangeRetractUncertain,
    ChangeTaken,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
    TrayReopened,
    TrayStayedShut,
)
from kiosk.ports.payment import (
    CaptureRefused,
    CaptureUncertain,
    PaymentApproved,
    PaymentCaptured,
    PaymentDeclined,
    PaymentGone,
    PaymentReversed,
    PaymentStands,
    PaymentUncertain,
    ReverseRefused,
    ReverseUncertain,
    StandingUncertain,
)
from kiosk.ports.receipt_printer import SlipFailed, SlipPrinted
from kiosk.ports.station import (
    ConfirmRefused,
    ConfirmUncertain,
    LockRefused,
    LockReleased,
    LockRenewed,
    LockUncertain,
    PlacesLocked,
    PrintedReported,
    RenewFailed,
    SaleConfirmed,
    SaleStateKnown,
    SaleStateUnknown,
    VoidReported,
)
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    DumpUncertain,
    SlotReopened,
    SlotStayedShut,
    TicketInTray,
    TicketRefused,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketsPresented,
    TicketsRetracted,
    TicketsTaken,
    TicketUncertain,
    TrayDumped,
)
from kiosk.sale.book import S
from kiosk.sale.facts import (
    Agreed,
    AgreedToChoose,
    AnswerOver,
    AskAgain,
    Cancelled,
    ClaimSeen,
    Continued,
    LastMinute,
    LockOver,
    LookChosen,
    MoneyBack,
    OtherWay,
    PatienceOver,
    PayBy,
    PaymentOver,
    PickupStarted,
    ReceiptAsked,
    Restarted,
    ResumeOver,
    SaleStarted,
    SlipAgain,
    TakeOver,
)
from kiosk.sale.paper import RECEIPT_NOW, RECEIPT_STATES, TICKETS_COME

Row = dict[str, Any]
Facts = type[Fact] | Iterable[type[Fact]]
AFTER_START: list[S] = [state for state in S if state not in (S.NEW, S.ENDED)]
SLIP_STATES = [S.SLIP, S.CLAIM]
OUT = [S.TICKETS_OUT, S.TICKETS_AGAIN, S.TICKETS_BACK]
CHANGE = [S.CHANGE_OUT, S.CHANGE_AGAIN, S.CHANGE_BACK]


def but(*states: S) -> list[S]:
    """All states of a running sale but these."""
    return [state for state in AFTER_START if state not in states]


def on(facts: Facts, source: S | Sequence[S], dest: S | None, do: str = "", when: str = "") -> list[Row]:
    """Rows for one or several facts. `dest` None: the state stays. `do`: actions of `Sale`, in order, a blank between them."""
    kinds = [facts] if isinstance(facts, type) else list(facts)
    return [
        {
            "trigger": kind.__name__,
            "source": source if isinstance(source, S) else list(source),
            "dest": dest,
            "before": do.split(),
            "conditions": [when] if when else [],
        }
        for kind in kinds
    ]


def settle(facts: Facts, source: S | Sequence[S], first: str = "", asks: bool = False) -> list[Row]:
    """After `first`: a payment goes back or becomes ours; a deposit goes back; what is owed is paid, notes before coins; what
    cannot be becomes a claim; the last note comes to rest; the sale ends.

    `asks`: a state that a restart leads to: there money is paid only to somebody who says that he is here (rule O).
    """
    ask = on(facts, source, S.RESUMING, do=f"{first} book_claims", when="may_ask") if asks else []
    return [
        *on(facts, source, S.REVERSING, do=f"{first} reverse", when="must_reverse"),
        *on(facts, source, S.CAPTURING, do=f"{first} capture", when="must_capture"),
        *on(facts, source, S.GIVING_BACK, do=f"{first} give_deposit_back", when="may_give_back"),
        *on(facts, source, S.PAYING, do=f"{first} pay_owed", when="can_pay"),
        *on(facts, source, S.COINS, do=f"{first} pay_coins", when="can_pay_coins"),
        *ask,
        *on(facts, source, S.KEEPING, do=f"{first} keep_deposit", when="must_keep"),
        *on(facts, source, S.SLIP, do=f"{first} claim_rest", when="owes"),
        *on(facts, source, S.CLOSING, do=first, when="note_moves"),
        *on(facts, source, S.ENDED, do=f"{first} end"),
    ]


def stop(facts: Facts, source: S | Sequence[S], first: str = "") -> list[Row]:
    """No sale comes of it: the last note comes to rest first, then the places are released and the money goes back."""
    return [
        *on(facts, source, S.CLOSING, do=f"{first} let_note_rest", when="note_moves"),
        *settle(facts, source, first=f"{first} release"),
    ]


CREDITED = (NoteOurs, NoteRecycled)
PUT_IN = (*CREDITED, NoteDeposited)
KEPT_OR_NOT = (DepositKept, DepositKeepUncertain)
GIVEN_OR_NOT = (DepositTaken, DepositPulledBack, DepositRetractUncertain, DepositReturnUncertain)
BAD_NOTE = (NoteJammed, NoteUncertain, NoteReturnUncertain)
NOT_PRINTED = (TicketSpoiled, TicketRefused)
PRINTED_OR_NOT = (TicketInTray, *NOT_PRINTED, TicketUncertain)
PAID_OR_NOT = (NotesPresented, NotesShort, NotesUncertain, NotesRefused)
FELL_OR_NOT = (CoinsPaid, CoinsShort, CoinsUncertain, CoinsRefused)
CHANGE_GONE = (ChangeTaken, ChangeRetracted, ChangeRetractUncertain)
NOBODY = (MoneyBack, ResumeOver, Cancelled)
BEFORE = [S.LOCKING, S.REVIEWING, S.CHOOSING]
"""No note is asked for yet."""
CAPTURED_OR_NOT = (PaymentCaptured, CaptureUncertain, CaptureRefused)
REVERSED_OR_NOT = (PaymentReversed, ReverseUncertain)

TABLE: list[Row] = [
    # -- the places
    *on((SaleStarted, PickupStarted), S.NEW, S.LOCKING, do="open_and_lock"),
    *on(PlacesLocked, S.LOCKING, S.REVIEWING),
    *settle(LockRefused, S.LOCKING),
    *settle((LockUncertain, Cancelled), S.LOCKING, first="void_sale"),
    *on(Agreed, S.REVIEWING, S.CONFIRMING, do="confirm", when="nothing_to_pay"),
    *on(Agreed, S.REVIEWING, S.COLLECTING, when="may_take_cash"),
    *on(AgreedToChoose, S.REVIEWING, S.CONFIRMING, do="confirm", when="nothing_to_pay"),
    *on(AgreedToChoose, S.REVIEWING, S.CHOOSING, when="may_take_cash"),
    *stop((Agreed, AgreedToChoose), S.REVIEWING, first="say_closed"),
    *stop((Cancelled, PatienceOver, LockOver), S.REVIEWING),
    *on(PUT_IN, BEFORE, None),
    *on(BAD_NOTE, BEFORE, None, do="book_claims"),
    # -- card or phone: one owner of the whole sum (decision page 036)
    *on(PayBy, [S.REVIEWING, S.CHOOSING], S.CONFIRMING, do="confirm", when="nothing_to_pay"),
    *on(PayBy, [S.REVIEWING, S.CHOOSING, S.COLLECTING], S.AUTHORISING, do="authorise", when="may_charge"),
    *on(PayBy, [S.REVIEWING, S.CHOOSING], S.COLLECTING, when="may_collect"),
    *on(PayBy, S.REVIEWING, S.CHOOSING, when="may_take_cash"),
    *on(PayBy, S.CHOOSING, None, when="may_take_cash"),
    *on(PayBy, S.COLLECTING, None),
    *stop(PayBy, [S.REVIEWING, S.CHOOSING], first="say_closed"),
    *stop((Cancelled, PatienceOver, LockOver), S.CHOOSING),
    *on(PaymentApproved, AFTER_START, None, do="reverse_stray", when="charge_stray"),
    *on((PaymentApproved, PaymentDeclined, PaymentUncertain), S.AUTHORISING, None, when="still_charging"),
    *on(PaymentApproved, S.AUTHORISING, S.CONFIRMING, do="confirm", when="charge_welcome"),
    *on(PaymentDeclined, S.AUTHORISING, S.CHOOSING, when="may_choose_again"),
    *stop(PaymentDeclined, S.AUTHORISING, first="say_closed"),
    *on((PaymentApproved, PaymentUncertain, PaymentOver), S.AUTHORISING, S.REVERSING, do="release reverse"),
    *on((OtherWay, Cancelled, LockOver), S.AUTHORISING, None, do="withdraw", when="may_withdraw"),
    *on((OtherWay, Cancelled, LockOver), S.AUTHORISING, None),
    *on((*CAPTURED_OR_NOT, PaymentOver), S.CAPTURING, S.DUMPING, do="dump", when="tray_waits"),
    *settle((*CAPTURED_OR_NOT, PaymentOver), S.CAPTURING),
    *settle((*REVERSED_OR_NOT, ReverseRefused, PaymentOver), S.REVERSING),
    # -- notes
    *on(NoteHeld, S.COLLECTING, None, do="stack_note", when="note_welcome"),
    *on(PUT_IN, S.COLLECTING, S.CONFIRMING, do="confirm", when="paid_up"),
    *on(PUT_IN, S.COLLECTING, None, do="renew_lock"),
    *on(LastMinute, S.COLLECTING, None),
    *stop((Cancelled, PatienceOver, LockOver), S.COLLECTING),
    *settle(BAD_NOTE, S.COLLECTING, first="release"),
    *on(PUT_IN, S.CLOSING, S.CONFIRMING, do="confirm", when="paid_in_time"),
    *stop((*PUT_IN, NoteReturned), S.CLOSING),
    *settle(BAD_NOTE, S.CLOSING, first="release"),
    # -- the station's yes
    *on(SaleConfirmed, S.ASKING, None, when="asks_anew"),  # the old yes said twice: whether it still holds is asked
    *on((SaleConfirmed, SaleStateKnown), S.ASKING, S.DUMPING, do="dump", when="lapsed_in_tray"),
    *on(SaleConfirmed, [S.CONFIRMING, S.ASKING], S.REVERSING, do="void_sale reverse", when="payment_lapsed"),
    *on(SaleStateKnown, S.ASKING, S.REVERSING, do="void_sale reverse", when="payment_lapsed"),
    *on(SaleConfirmed, [S.CONFIRMING, S.ASKING], S.KEEPING, do="keep_deposit", when="confirmed_with_deposit"),
    *on(SaleConfirmed, [S.CONFIRMING, S.ASKING], S.PRINTING, do="print_next", when="is_confirmed"),
    *on(SaleConfirmed, S.CONFIRMING, S.ASKING, do="ask_state"),  # a yes without numbers for all places
    *settle(ConfirmRefused, S.CONFIRMING, first="release"),
    *on(ConfirmUncertain, S.CONFIRMING, S.ASKING, do="ask_state", when="first_doubt"),
    *on(ConfirmUncertain, S.CONFIRMING, S.ASKING),
    *on(SaleStateKnown, S.ASKING, S.KEEPING, do="keep_deposit", when="sold_with_deposit"),
    *on(SaleStateKnown, S.ASKING, S.DELIVERING, do="deliver", when="sold_and_complete"),
    *on(SaleStateKnown, S.ASKING, S.PRINTING, do="print_next", when="sold_there"),
    *on(SaleStateKnown, S.ASKING, S.CONFIRMING, do="confirm", when="held_and_paid"),
    *on(SaleStateKnown, S.ASKING, S.COLLECTING, do="go_on_collecting", when="held_and_open"),
    *on((SaleStateKnown, AnswerOver), S.ASKING, S.DUMPING, do="dump", when="tray_has_tickets"),
    *settle(SaleStateKnown, S.ASKING, first="say_closed void_sale"),
    *on(SaleStateUnknown, S.ASKING, None),
    *on(AskAgain, S.ASKING, None, do="ask_state"),
    *settle(AnswerOver, [S.CONFIRMING, S.ASKING], first="void_sale"),
    # -- the deposit: ours as a whole before anything is printed, or back to the passenger (decision 1)
    *on(KEPT_OR_NOT, S.KEEPING, None, when="still_keeping"),  # said twice
    *on(KEPT_OR_NOT, S.KEEPING, None, do="keep_deposit", when="keep_again"),
    *on(KEPT_OR_NOT, S.KEEPING, S.PRINTING, do="print_next", when="kept_and_sold"),
    *settle(KEPT_OR_NOT, S.KEEPING),
    *on(DepositPresented, S.GIVING_BACK, S.OWN_OUT, when="own_notes_out"),
    *on(DepositPresented, S.GIVING_BACK, None),
    *on((DepositNotMoved, *GIVEN_OR_NOT), S.GIVING_BACK, None, when="still_giving"),
    *on(GIVEN_OR_NOT, S.OWN_OUT, None, when="still_giving"),
    *settle(DepositNotMoved, S.GIVING_BACK),
    *settle(GIVEN_OR_NOT, [S.GIVING_BACK, S.OWN_OUT], asks=True),
    # -- tickets
    *on(PRINTED_OR_NOT, S.PRINTING, None, when="still_printing"),  # said twice, or about another blank
    *on((TicketInTray, *NOT_PRINTED), S.PRINTING, S.DUMPING, do="dump", when="lapsed_in_tray"),
    *on((TicketInTray, *NOT_PRINTED), S.PRINTING, None, do="print_next", when="more_to_print"),
    *on(TicketInTray, S.PRINTING, S.DELIVERING, do="deliver"),
    *on(NOT_PRINTED, S.PRINTING, S.DELIVERING, do="void_failed deliver", when="deliver_partly"),
    *on(NOT_PRINTED, S.PRINTING, S.DUMPING, do="dump", when="tray_has_tickets"),
    *settle(NOT_PRINTED, S.PRINTING, first="void_sale"),
    *on(TicketUncertain, S.PRINTING, S.DUMPING, do="dump"),  # it may lie in the tray: never twice, never handed over
    *settle((TrayDumped, DumpUncertain), S.DUMPING, first="void_sale", asks=True),
    *on(TicketsPresented, S.DELIVERING, S.TICKETS_OUT, do="print_receipt", when="receipt_wanted"),
    *on(TicketsPresented, S.DELIVERING, S.TICKETS_OUT),
    *settle(DeliverUncertain, S.DELIVERING, first="void_sale"),
    *settle(TicketsTaken, [S.DELIVERING, *OUT], asks=True),
    *on(TakeOver, S.TICKETS_OUT, S.TICKETS_BACK, do="retract_tickets"),
    *settle((TicketsRetracted, TicketRetractUncertain), [S.DELIVERING, *OUT], first="void_sale"),
    # -- money out
    *on(PAID_OR_NOT, S.PAYING, None, when="still_paying"),
    *on((NotesPresented, NotesShort), S.PAYING, S.CHANGE_OUT, when="change_lies_out"),
    *settle(PAID_OR_NOT, S.PAYING),
    *on(FELL_OR_NOT, S.COINS, None, when="still_dropping"),
    *settle(FELL_OR_NOT, S.COINS),
    *on(CHANGE_GONE, CHANGE, None, when="change_lies_out"),
    *settle(CHANGE_GONE, CHANGE, asks=True),
    *on(TakeOver, S.CHANGE_OUT, S.CHANGE_BACK, do="retract_change"),
    # -- a receipt: wished for while tickets are printed, or asked for when they lie out or are in the hand
    *on(ReceiptAsked, TICKETS_COME, None, do="want_receipt", when="receipt_can_follow"),
    *on(ReceiptAsked, RECEIPT_NOW, None, do="print_receipt", when="receipt_due"),
    *on(ReceiptAsked, RECEIPT_STATES, None),
    *on(LookChosen, AFTER_START, None),
    # -- what is owed
    *on((SlipPrinted, SlipFailed), S.SLIP, None, do="order_slip", when="slip_waits"),
    *on((SlipPrinted, SlipFailed), S.SLIP, S.CLAIM),
    *on(SlipAgain, S.CLAIM, S.SLIP, do="print_slip"),
    *settle((ClaimSeen, PatienceOver), S.CLAIM),
    *on((*CREDITED, *BAD_NOTE, ReverseRefused), SLIP_STATES, S.SLIP, do="claim_rest"),
    *on(NoteDeposited, SLIP_STATES, S.KEEPING, do="keep_deposit", when="must_keep"),
    *on(NoteDeposited, SLIP_STATES, None),
    # -- what comes late, in any state: back, or counted and owed, never silence (decision 8)
    *on(NoteHeld, AFTER_START, None, do="return_note", when="note_held"),
    *on(NoteHeld, AFTER_START, None),  # said twice
    *on(PUT_IN, but(*BEFORE, S.COLLECTING, S.CLOSING, *SLIP_STATES), None),
    *on(BAD_NOTE, but(*BEFORE, S.COLLECTING, S.CLOSING, *SLIP_STATES), None, do="book_claims"),
    *on(NoteReturned, but(S.CLOSING), None),
    *on((NoteMoving, NoteRefused), AFTER_START, None),
    # -- answers that nobody waits for any more: counted where they still count, and nothing follows
    *on((LockRenewed, RenewFailed, LockReleased, VoidReported, PrintedReported), AFTER_START, None),
    *on((PlacesLocked, LockRefused, LockUncertain), but(S.LOCKING), None),
    *on(SaleConfirmed, but(S.CONFIRMING), None),
    *on((ConfirmRefused, ConfirmUncertain), but(S.CONFIRMING), None),
    *on((SaleStateKnown, SaleStateUnknown), but(S.ASKING), None),
    *on(KEPT_OR_NOT, but(S.KEEPING), None),
    *on((DepositPresented, DepositNotMoved), but(S.GIVING_BACK), None),
    *on(GIVEN_OR_NOT, but(S.GIVING_BACK, S.OWN_OUT), None),
    *on(PRINTED_OR_NOT, but(S.PRINTING), None),
    *on((TrayDumped, DumpUncertain), but(S.DUMPING), None),
    *on((TicketsPresented, DeliverUncertain), but(S.DELIVERING), None),
    *on((TicketsTaken, TicketsRetracted, TicketRetractUncertain), but(S.DELIVERING, *OUT), None),
    *on((SlotReopened, SlotStayedShut), but(S.TICKETS_AGAIN), None),
    *on((TrayReopened, TrayStayedShut), but(S.CHANGE_AGAIN), None),
    *on(PAID_OR_NOT, but(S.PAYING), None),
    *on(FELL_OR_NOT, but(S.COINS), None),
    *on(CHANGE_GONE, but(*CHANGE), None),
    *on((SlipPrinted, SlipFailed), but(S.SLIP), None),
    *on((PaymentApproved, PaymentDeclined, PaymentUncertain), but(S.AUTHORISING), None),
    *on(CAPTURED_OR_NOT, but(S.CAPTURING), None),
    *on(REVERSED_OR_NOT, but(S.REVERSING), None),
    *on(ReverseRefused, but(S.REVERSING, *SLIP_STATES), None, do="book_claims"),
    *on(
        (PaymentStands, PaymentGone, StandingUncertain), AFTER_START, None
    ),  # counted: the next word about a ticket asks
    # paid, or ending already: too late to cancel
    *on(Cancelled, but(*BEFORE, S.COLLECTING, S.AUTHORISING, S.RESUMING), None),
    # -- after a restart: nothing is repeated, what is uncertain is claimed (reliability notes 3)
    *on(Restarted, AFTER_START, S.CAPTURING, do="capture", when="capture_first"),
    *on(Restarted, but(S.TICKETS_BACK), S.TICKETS_BACK, do="retract_tickets", when="unpaid_lie_out"),
    *on(Restarted, S.TICKETS_BACK, None, do="retract_tickets", when="tickets_lie_out"),
    *on(Restarted, S.CHANGE_BACK, None, do="retract_change", when="change_lies_out"),
    *on(Restarted, AFTER_START, S.OWN_OUT, when="own_notes_out"),  # the unit itself pulls them back in the end
    *on(Restarted, AFTER_START, S.RESUMING, when="may_reopen"),  # out of reach until somebody is there
    *on(
        Restarted, but(S.TICKETS_BACK), S.TICKETS_OUT, when="tickets_lie_out"
    ),  # it still lies there: wait, then retract
    *on(Restarted, but(S.CHANGE_BACK), S.CHANGE_OUT, when="change_lies_out"),
    *on(Restarted, AFTER_START, S.RESUMING, when="may_go_on"),
    *on(Restarted, AFTER_START, S.DUMPING, do="dump", when="tray_has_tickets"),
    *settle(Restarted, AFTER_START, first="let_go", asks=True),
    # -- rule O: whoever is here says how to go on; nobody: a claim
    *on(Continued, S.RESUMING, S.TICKETS_AGAIN, do="reopen_tickets", when="tickets_lie_out"),
    *on(Continued, S.RESUMING, S.CHANGE_AGAIN, do="reopen_change", when="change_lies_out"),
    *on(NOBODY, S.RESUMING, S.TICKETS_BACK, do="retract_tickets", when="tickets_lie_out"),
    *on(NOBODY, S.RESUMING, S.CHANGE_BACK, do="retract_change", when="change_lies_out"),
    *on(SlotReopened, S.TICKETS_AGAIN, S.TICKETS_OUT),
    *on(SlotStayedShut, S.TICKETS_AGAIN, S.TICKETS_BACK, do="retract_tickets"),
    *on(TrayReopened, S.CHANGE_AGAIN, S.CHANGE_OUT),
    *on(TrayStayedShut, S.CHANGE_AGAIN, S.CHANGE_BACK, do="retract_change"),
    *on(Continued, S.RESUMING, S.ASKING, do="ask_state", when="goes_on"),
    *on((Continued, *NOBODY), S.RESUMING, S.DUMPING, do="dump", when="tray_has_tickets"),
    *settle((Continued, *NOBODY), S.RESUMING, first="let_go"),
]
