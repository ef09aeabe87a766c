"""Where a sale may go: every row of its machine, flat. Rows of one fact and state are tried from top to bottom.

`when` names a guard of `Sale` that only reads the book, `do` an action that only adds intents; counting was done before
(`kiosk.sale.count`). No row: `NoRow`, a bug. A test multiplies states by facts and wants a row or a written reason for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kiosk.ports.fact import Fact
from kiosk.ports.note_acceptor import (
    NoteHeld,
    NoteJammed,
    NoteMoving,
    NoteOurs,
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
    AnswerOver,
    AskAgain,
    Cancelled,
    ClaimSeen,
    LastMinute,
    LockOver,
    PatienceOver,
    Restarted,
    SaleStarted,
    SlipAgain,
    TakeOver,
)

Row = dict[str, Any]
Facts = type[Fact] | Iterable[type[Fact]]
AFTER_START: list[S] = [state for state in S if state not in (S.NEW, S.ENDED)]
WITH_MONEY: list[S] = [state for state in AFTER_START if state not in (S.LOCKING, S.REVIEWING)]
NO_NOTES: list[S] = [state for state in S if state is not S.COLLECTING]


def on(facts: Facts, source: S | Sequence[S], dest: S | None, do: str = "", when: str = "") -> list[Row]:
    """Rows for one or several facts. `dest` None: the state stays."""
    kinds = [facts] if isinstance(facts, type) else list(facts)
    return [
        {
            "trigger": kind.__name__,
            "source": source if isinstance(source, S) else list(source),
            "dest": dest,
            "before": [do] if do else [],
            "conditions": [when] if when else [],
        }
        for kind in kinds
    ]


def settle(facts: Facts, source: S | Sequence[S]) -> list[Row]:
    """What is owed is paid; what cannot be paid becomes a claim; then the sale ends."""
    return [
        *on(facts, source, S.PAYING, do="pay_owed", when="can_pay"),
        *on(facts, source, S.SLIP, do="claim_rest", when="owes"),
        *on(facts, source, S.ENDED, do="end"),
    ]


def stop(facts: Facts, source: S | Sequence[S]) -> list[Row]:
    """No sale comes of it: the last note comes to rest, the places are released, the money goes back."""
    return [
        *on(facts, source, S.CLOSING, do="let_note_rest", when="note_moves"),
        *on(facts, source, S.PAYING, do="release_and_pay", when="can_pay"),
        *on(facts, source, S.SLIP, do="release_and_claim", when="owes"),
        *on(facts, source, S.ENDED, do="release_and_end"),
    ]


BAD_NOTE = (NoteJammed, NoteUncertain, NoteReturnUncertain)
NOT_PRINTED = (TicketSpoiled, TicketRefused)

TABLE: list[Row] = [
    # -- the places
    *on(SaleStarted, S.NEW, S.LOCKING, do="open_and_lock"),
    *on(PlacesLocked, S.LOCKING, S.REVIEWING),
    *on(LockRefused, S.LOCKING, S.ENDED, do="end"),
    *on(LockUncertain, S.LOCKING, S.ENDED, do="void_and_end"),
    *on(Agreed, S.REVIEWING, S.COLLECTING, when="may_take_cash"),
    *on(Agreed, S.REVIEWING, S.ENDED, do="release_and_end"),
    *on((Cancelled, PatienceOver, LockOver), S.REVIEWING, S.ENDED, do="release_and_end"),
    *on(Cancelled, S.LOCKING, S.ENDED, do="void_and_end"),
    # -- notes
    *on(NoteHeld, S.COLLECTING, None, do="stack_note", when="note_welcome"),
    *on(NoteHeld, S.COLLECTING, None, do="return_note"),
    *on(NoteOurs, S.COLLECTING, S.CONFIRMING, do="confirm", when="paid_up"),
    *on(NoteOurs, S.COLLECTING, None, do="renew_lock"),
    *on((NoteMoving, NoteRefused, NoteReturned, LastMinute), S.COLLECTING, None),
    *stop((Cancelled, PatienceOver, LockOver), S.COLLECTING),
    *on(BAD_NOTE, S.COLLECTING, S.PAYING, do="release_and_pay", when="can_pay"),
    *on(BAD_NOTE, S.COLLECTING, S.SLIP, do="release_and_claim"),
    *on(NoteOurs, S.CLOSING, S.CONFIRMING, do="confirm", when="paid_in_time"),
    *stop((NoteOurs, NoteReturned), S.CLOSING),
    *on(BAD_NOTE, S.CLOSING, S.PAYING, do="release_and_pay", when="can_pay"),
    *on(BAD_NOTE, S.CLOSING, S.SLIP, do="release_and_claim"),
    *on((NoteMoving, NoteRefused, Cancelled, PatienceOver, LockOver, LastMinute), S.CLOSING, None),
    # -- the station's yes
    *on(SaleConfirmed, S.CONFIRMING, S.PRINTING, do="print_next"),
    *on(ConfirmRefused, S.CONFIRMING, S.PAYING, do="release_and_pay", when="can_pay"),
    *on(ConfirmRefused, S.CONFIRMING, S.SLIP, do="release_and_claim"),
    *on(ConfirmUncertain, S.CONFIRMING, S.ASKING, do="ask_state"),
    *on(SaleStateKnown, S.ASKING, S.PRINTING, do="print_next", when="is_confirmed"),
    *on(SaleStateKnown, S.ASKING, S.CONFIRMING, do="confirm", when="is_still_held"),
    *on(SaleStateKnown, S.ASKING, S.PAYING, do="void_and_pay", when="can_pay"),
    *on(SaleStateKnown, S.ASKING, S.SLIP, do="void_and_claim"),
    *on(SaleStateUnknown, S.ASKING, None),
    *on(AskAgain, S.ASKING, None, do="ask_state"),
    *on(AnswerOver, [S.CONFIRMING, S.ASKING], S.PAYING, do="void_and_pay", when="can_pay"),
    *on(AnswerOver, [S.CONFIRMING, S.ASKING], S.SLIP, do="void_and_claim"),
    # -- tickets
    *on(TicketInTray, S.PRINTING, None, do="print_next", when="more_to_print"),
    *on(TicketInTray, S.PRINTING, S.DELIVERING, do="deliver"),
    *on(NOT_PRINTED, S.PRINTING, None, do="print_next", when="more_to_print"),
    *on(NOT_PRINTED, S.PRINTING, S.DELIVERING, do="void_failed_and_deliver", when="deliver_partly"),
    *on(NOT_PRINTED, S.PRINTING, S.DUMPING, do="dump", when="tray_has_tickets"),
    *on(NOT_PRINTED, S.PRINTING, S.PAYING, do="void_and_pay", when="can_pay"),
    *on(NOT_PRINTED, S.PRINTING, S.SLIP, do="void_and_claim"),
    *on(TicketUncertain, S.PRINTING, S.DUMPING, do="dump"),  # it may lie in the tray: never twice, never handed over
    *on((TrayDumped, DumpUncertain), S.DUMPING, S.PAYING, do="void_and_pay", when="can_pay"),
    *on((TrayDumped, DumpUncertain), S.DUMPING, S.SLIP, do="void_and_claim", when="owes"),
    *on((TrayDumped, DumpUncertain), S.DUMPING, S.ENDED, do="void_and_end"),
    *on(TicketsPresented, S.DELIVERING, S.TICKETS_OUT),
    *on(DeliverUncertain, S.DELIVERING, S.PAYING, do="void_unknown_and_pay", when="can_pay"),
    *on(DeliverUncertain, S.DELIVERING, S.SLIP, do="void_unknown_and_claim"),
    *settle(TicketsTaken, [S.TICKETS_OUT, S.TICKETS_BACK]),
    *on(TakeOver, S.TICKETS_OUT, S.TICKETS_BACK, do="retract_tickets"),
    *on((TicketsRetracted, TicketRetractUncertain), [S.TICKETS_OUT, S.TICKETS_BACK], S.SLIP, do="void_back_and_claim"),
    # -- money out
    *on(NotesPresented, S.PAYING, S.CHANGE_OUT),
    *on(NotesShort, S.PAYING, S.CHANGE_OUT, when="some_out"),
    *settle((NotesShort, NotesUncertain, NotesRefused), S.PAYING),
    *settle(ChangeTaken, [S.CHANGE_OUT, S.CHANGE_BACK]),
    *on(TakeOver, S.CHANGE_OUT, S.CHANGE_BACK, do="retract_change"),
    *settle((ChangeRetracted, ChangeRetractUncertain), [S.CHANGE_OUT, S.CHANGE_BACK]),
    # -- what is owed
    *on((SlipPrinted, SlipFailed), S.SLIP, S.CLAIM),
    *on(SlipAgain, S.CLAIM, S.SLIP, do="print_slip"),
    *on((ClaimSeen, PatienceOver), S.CLAIM, S.ENDED, do="end"),
    *on(NoteOurs, [S.SLIP, S.CLAIM], S.SLIP, do="claim_rest"),
    # -- what comes late, in any state: back, or counted and owed, never silence (decision 8)
    *on(NoteHeld, NO_NOTES, None, do="return_note"),
    *on(NoteOurs, [state for state in WITH_MONEY if state not in (S.COLLECTING, S.CLOSING, S.SLIP, S.CLAIM)], None),
    *on(BAD_NOTE, [state for state in WITH_MONEY if state not in (S.COLLECTING, S.CLOSING)], None, do="book_claims"),
    *on((NoteReturned, NoteMoving, NoteRefused), [s for s in AFTER_START if s not in (S.COLLECTING, S.CLOSING)], None),
    *on((LockRenewed, LockReleased, VoidReported, PrintedReported), AFTER_START, None),
    *on(RenewFailed, AFTER_START, None),
    *on((SaleStateKnown, SaleStateUnknown), [state for state in AFTER_START if state is not S.ASKING], None),
    *on((SaleConfirmed, ConfirmRefused, ConfirmUncertain), [s for s in AFTER_START if s is not S.CONFIRMING], None),
    *on(Cancelled, [s for s in WITH_MONEY if s not in (S.COLLECTING, S.CLOSING)], None),  # paid: too late to cancel
    # -- after a restart: nothing is repeated, what is uncertain is claimed (reliability notes 3)
    *on(Restarted, AFTER_START, S.DUMPING, do="dump", when="tray_has_tickets"),
    *on(Restarted, AFTER_START, S.TICKETS_BACK, do="retract_tickets", when="tickets_lie_out"),
    *on(Restarted, AFTER_START, S.CHANGE_BACK, do="retract_change", when="change_lies_out"),
    *on(Restarted, AFTER_START, S.SLIP, do="void_and_claim", when="owes"),
    *on(Restarted, AFTER_START, S.ENDED, do="void_and_end"),
]
