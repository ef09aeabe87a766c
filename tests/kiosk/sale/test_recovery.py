"""After a power cut: what the devices can prove is believed, nothing is repeated, what nobody knows becomes a claim."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.errors import JournalError
from kiosk.journal_lines import Line
from kiosk.past import fold
from kiosk.ports.note_acceptor import (
    AcceptorPast,
    NoteHeld,
    NoteJammed,
    NoteOurs,
    NoteReturned,
    NoteReturnUncertain,
    NoteUncertain,
)
from kiosk.ports.note_dispenser import (
    ChangeRetractUncertain,
    ChangeTaken,
    DispenserPast,
    NotesPresented,
    NotesRefused,
    NotesShort,
    NotesUncertain,
)
from kiosk.ports.ticket_printer import (
    DeliverUncertain,
    PrinterPast,
    TicketInTray,
    TicketRetractUncertain,
    TicketSpoiled,
    TicketsPresented,
    TicketsTaken,
    TicketUncertain,
    TrayDumped,
)
from kiosk.records import record_of
from kiosk.sale import facts as sf
from kiosk.sale.book import S
from kiosk.sale.lines import PayLine
from kiosk.sale.recovery import Told, believe, risen
from kiosk.system_facts import RecoveryBegan
from tests.kiosk.sale.samples import KEY, VALUES, Player, confirmed
from tests.kiosk.sale.test_sale import (
    IN_TRAY,
    LOST,
    NOBODY_KNOWS,
    SPOILED,
    collecting,
    in_state,
    paid,
    pay,
    printing,
    with_change,
)
from tests.kiosk.sale.world import World

SILENT = Told()
CALM = Told(
    AcceptorPast("none", 0, False, (("stacked", 7),)),
    DispenserPast("pay", (), "30", "empty", (("transaction", 3),)),
    PrinterPast("", False, "empty", "empty", ()),
)
FULL = Told(
    AcceptorPast("stacker", 0, True, (("stacked", 8),)),
    DispenserPast("unknown", (), "", "notes", ()),
    PrinterPast("", False, "tickets", "tickets", ()),
)


def note(position: str, credited: bool = False, stacked: int | None = None) -> Told:
    counters = (("stacked", stacked),) if stacked is not None else ()
    return Told(acceptor=AcceptorPast(position, 0, credited, counters))


def printer(last_key: str = "", voided: bool = False, tray: str = "unknown", slot: str = "unknown") -> Told:
    return Told(printer=PrinterPast(last_key, voided, tray, slot, ()))


def dispenser(
    counts: tuple[tuple[int, int, int], ...] = (), outlet: str = "unknown", transaction: int = 4, last: str = "pay"
) -> Told:
    return Told(dispenser=DispenserPast(last, counts, "30", outlet, (("transaction", transaction),)))


# -- notes


def moving() -> World:
    world = collecting(World())
    world.insert(10000)
    return world


def returning() -> World:
    world = moving()
    world.answer("stack?1")
    world.feed(sf.LastMinute())
    world.insert(10000)
    assert world.book.notes[-1].state == "returning"
    return world


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        (note("stacker", credited=True), NoteOurs(1, 10000)),
        (note("none", stacked=8), NoteOurs(1, 10000)),
        (note("stacker", stacked=8), NoteOurs(1, 10000)),
        (note("jam"), NoteJammed(1, 10000)),
        (note("escrow"), NoteReturned(1, 10000)),
        (note("path", stacked=7), NoteReturned(1, 10000)),
        (note("none", stacked=7), NoteReturned(1, 10000)),
        (note("none"), NoteUncertain(1, 10000)),
        (note("stacker", stacked=7), NoteUncertain(1, 10000)),
        (note("unknown"), NoteUncertain(1, 10000)),
        (SILENT, NoteUncertain(1, 10000)),
    ],
)
def test_a_note_that_was_to_be_stacked(told: Told, fact: object) -> None:
    world = moving()
    assert believe(world.book, told, {"stack?": {"stacked": 7}}) == [fact]


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        (note("none", stacked=7), NoteReturned(2, 10000)),
        (note("escrow"), NoteReturned(2, 10000)),
        (note("none"), NoteReturned(2, 10000)),
        (note("none", stacked=8), NoteOurs(2, 10000)),
        (note("stacker", credited=True), NoteOurs(2, 10000)),
        (note("jam"), NoteReturnUncertain(2, 10000)),
        (SILENT, NoteReturnUncertain(2, 10000)),
    ],
)
def test_a_note_that_was_to_go_back(told: Told, fact: object) -> None:
    world = returning()
    assert believe(world.book, told, {"return?": {"stacked": 7}}) == [fact]


def test_counters_of_an_earlier_note_prove_nothing() -> None:
    world = pay(collecting(World()), 1000)
    world.insert(10000)
    line = world.lines[-1]
    plain = tuple({key: value for key, value in intent.items() if key != "counters"} for intent in line.intents)
    world.lines[-1] = Line(line.seq, 1, line.mono_ms, line.wall_ms, line.fact, plain, "")
    past = world.folded()
    assert past.before["stack?"] == {}
    assert believe(world.book, note("none", stacked=8), past.before) == [NoteUncertain(2, 10000)]


# -- tickets


def test_the_blank_under_way() -> None:
    world = printing()
    key = world.book.tickets[0].keys[0]
    assert believe(world.book, printer(key), {}) == [TicketInTray(key)]
    assert believe(world.book, printer("old", voided=True), {}) == [TicketSpoiled(key, 1, "power")]
    assert believe(world.book, printer("old", tray="empty"), {}) == [TicketSpoiled(key, 0, "power")]
    assert believe(world.book, printer("old", tray="tickets"), {}) == [TicketUncertain(key, "power")]
    assert believe(world.book, SILENT, {}) == [TicketUncertain(key, "power")]


@pytest.mark.parametrize(
    ("state", "tray", "slot", "facts"),
    [
        (S.DELIVERING, "empty", "tickets", [TicketsPresented(1)]),
        (S.DELIVERING, "empty", "empty", [TicketsTaken(1)]),
        (S.DELIVERING, "tickets", "empty", []),
        (S.DELIVERING, "unknown", "unknown", [DeliverUncertain(1, "power")]),
        (S.DELIVERING, "tickets", "tickets", [DeliverUncertain(1, "power")]),
        (S.DUMPING, "empty", "empty", [TrayDumped(1)]),
        (S.DUMPING, "tickets", "empty", []),
        (S.TICKETS_OUT, "empty", "empty", [TicketsTaken(1)]),
        (S.TICKETS_OUT, "empty", "tickets", []),
        (S.TICKETS_BACK, "empty", "empty", [TicketRetractUncertain(1, "power")]),
        (S.TICKETS_BACK, "empty", "tickets", []),
    ],
)
def test_where_the_bundle_lies(state: S, tray: str, slot: str, facts: list[object]) -> None:
    world = in_state(state)
    assert believe(world.book, printer(tray=tray, slot=slot), {}) == facts


# -- payments


def test_a_payment_is_believed_with_its_counter_only() -> None:
    world = with_change()
    before = {"pay?": {"transaction": 3}}
    asked = world.book.pays[-1].asked
    whole = tuple((cassette, notes, 0) for cassette, notes in asked)
    order = world.book.pays[-1].order
    unknown = [NotesUncertain(order, (), "power")]
    assert believe(world.book, dispenser(whole), before) == [NotesPresented(order, whole)]
    assert believe(world.book, dispenser(whole, outlet="empty"), before) == [
        NotesPresented(order, whole),
        ChangeTaken(order),
    ]
    part = ((asked[0][0], 1, 1),)
    assert believe(world.book, dispenser(part), before) == [NotesShort(order, part, "other")]
    assert believe(world.book, dispenser(whole, transaction=3), before) == unknown
    assert believe(world.book, dispenser(whole), {}) == unknown
    assert believe(world.book, dispenser(whole, last="purge"), before) == unknown
    assert believe(world.book, dispenser(((asked[0][0], asked[0][1] + 1, 0),)), before) == unknown
    assert believe(world.book, SILENT, before) == unknown


def test_a_payment_is_believed_when_the_cassettes_lack_just_that() -> None:
    """A unit without a counter of operations that counts its cassettes (Bill-to-Bill)."""
    world = in_state(S.PAYING)
    order, asked = world.book.pays[0].order, world.book.pays[0].asked
    before = {"pay?": {f"cassette.{number}": 50 for number in VALUES}}
    whole = tuple((cassette, notes, 0) for cassette, notes in asked)
    unknown = [NotesUncertain(order, (), "power")]

    def told(counts: tuple[tuple[int, int, int], ...], last: str = "pay", more: int = 0) -> Told:
        left = {f"cassette.{number}": 50 for number in VALUES}
        for number, out, _ in counts:
            left[f"cassette.{number}"] -= out + more
        return Told(dispenser=DispenserPast(last, counts if last == "pay" else (), "3C", "notes", tuple(left.items())))

    assert believe(world.book, told(whole), before) == [NotesPresented(order, whole)]
    part = ((asked[0][0], asked[0][1] - 1, 0),)
    assert believe(world.book, told(part), before) == [NotesShort(order, part, "other")]
    assert believe(world.book, told((), "none"), before) == [NotesRefused(order, "power")]
    assert believe(world.book, told(whole, "none"), before) == unknown
    assert believe(world.book, told(whole, more=1), before) == unknown
    earlier = PayLine(order - 1, asked, 100, "taken")
    world.book.pays.insert(0, earlier)
    assert believe(world.book, told(whole), before) == unknown, "counts of before the bundle that went out first"
    world.book.pays.remove(earlier)
    assert believe(world.book, told(whole), {}) == unknown


def test_an_unknown_payment_locks_the_cassettes_after_a_restart_too() -> None:
    world = with_change()
    world.restart(SILENT)
    assert world.stock.payable() == {}
    world.to_the_end()


def test_notes_that_lay_out_were_taken_or_nobody_knows_whether_the_retract_was_faster() -> None:
    out, back = in_state(S.CHANGE_OUT), in_state(S.CHANGE_BACK)
    order = out.book.pays[-1].order
    assert believe(out.book, dispenser(outlet="empty"), {}) == [ChangeTaken(order)]
    assert believe(out.book, dispenser(outlet="notes"), {}) == []
    assert believe(back.book, dispenser(outlet="empty"), {}) == [ChangeRetractUncertain(order, "power")]


# -- what follows


LONG_MS, SHORT_MS = 61_000, 5_000


def after_restart(world: World, told: Told = SILENT, pause_ms: int = LONG_MS) -> World:
    world.restart(told, pause_ms=pause_ms)
    return world


def test_tickets_in_the_tray_are_dumped_voided_and_claimed() -> None:
    world = printing()
    world.answer("print?", IN_TRAY)
    after_restart(world, printer(world.book.tickets[1].keys[0]))
    assert world.sale.state is S.DUMPING
    made = world.answer("dump?")
    assert [intent.kind for intent in made] == ["ticket.void", "ticket.void", "void?", "claim.add", "slip?"]
    assert world.book.claims_fen == 30500


def test_tickets_in_the_slot_are_waited_for_and_then_pulled_back() -> None:
    world = after_restart(in_state(S.TICKETS_OUT), printer(tray="empty", slot="tickets"))
    assert world.sale.state is S.TICKETS_OUT
    assert world.book.take_until_ms == world.now_ms + world.policy.take_ms
    assert world.pending == {}
    world.time_out()
    assert world.sale.state is S.TICKETS_BACK
    assert "retract?" in world.pending


def test_notes_in_the_outlet_are_waited_for_and_then_pulled_back() -> None:
    world = after_restart(in_state(S.CHANGE_OUT), dispenser(outlet="notes"))
    assert world.sale.state is S.CHANGE_OUT
    world.time_out()
    assert world.sale.state is S.CHANGE_BACK


@pytest.mark.parametrize("state", [S.TICKETS_BACK, S.CHANGE_BACK])
def test_a_retract_under_way_goes_on(state: S) -> None:
    world = after_restart(in_state(state), FULL)
    assert world.sale.state is state
    assert "retract?" in world.pending


def test_a_sale_without_money_is_closed_and_its_places_released() -> None:
    world = World()
    world.answer("lock?")
    made_state = after_restart(world).sale.state
    assert made_state is S.ENDED
    assert [intent["kind"] for intent in world.lines[-1].intents] == ["release?", "sale.end"]
    assert world.lines[-1].intents[-1]["outcome"] == "cancelled"


def test_an_open_question_for_places_is_settled_by_a_void_of_its_key() -> None:
    """Held or not: what the station knows of the key ends (decision 48)."""
    world = after_restart(World())
    assert [intent["kind"] for intent in world.lines[-1].intents] == ["void?", "sale.end"]


def test_an_open_confirmation_is_voided_by_key_and_all_is_owed() -> None:
    world = after_restart(paid())
    assert world.book.claims_fen == 30500
    assert {"void?", "claim.add", "slip?"} <= {intent["kind"] for intent in world.lines[-1].intents}


def test_a_slip_under_way_is_printed_again_under_its_code() -> None:
    world = in_state(S.SLIP)
    code = world.book.claims[0].code
    after_restart(world)
    assert world.sale.state is S.SLIP
    slips = [intent for intent in world.lines[-1].intents if intent["kind"] == "slip?"]
    assert [intent["slip"] for intent in slips] == [code]
    assert not [intent for intent in world.lines[-1].intents if intent["kind"] == "claim.add"]


def test_a_printed_claim_is_not_printed_again() -> None:
    world = in_state(S.CLAIM)
    after_restart(world)
    assert world.ended


# -- at every line

SCENES: dict[str, Callable[[], World]] = {
    "sold": lambda: with_change(),
    "spoiled": lambda: _spoiled(),
    "unknown ticket": lambda: _unknown(),
    "not taken": lambda: _not_taken(),
    "cancelled": lambda: _cancelled(),
    "asked": lambda: _asked(),
    "note lost": lambda: _note_lost(),
    "late note": lambda: _late_note(),
}


def _spoiled() -> World:
    world = printing()
    world.answer("print?")
    for _ in range(3):
        world.answer("print?", SPOILED)
    return world


def _unknown() -> World:
    world = printing()
    world.answer("print?")
    world.answer("print?", NOBODY_KNOWS)
    return world


def _not_taken() -> World:
    world = in_state(S.TICKETS_OUT)
    world.time_out()
    return world


def _cancelled() -> World:
    world = pay(collecting(World()), 10000, 2000)
    world.feed(sf.Cancelled("passenger"))
    return world


def _asked() -> World:
    world = paid()
    world.answer("confirm?", LOST)
    world.answer("state?", 2)
    return world


def _note_lost() -> World:
    world = pay(collecting(World()), 10000)
    world.insert(2000)
    world.answer("stack?2", 3)
    return world


def _late_note() -> World:
    world = in_state(S.TICKETS_OUT)
    world.insert(2000)
    return world


@pytest.mark.parametrize("told", [SILENT, CALM, FULL], ids=["silent", "calm", "full"])
@pytest.mark.parametrize("scene", SCENES)
def test_power_may_fail_after_every_line(scene: str, told: Told) -> None:
    world = SCENES[scene]()
    world.to_the_end_with_hands()
    lines = list(world.lines)
    assert len(lines) > 6
    for cut in range(1, len(lines)):
        again = world.after(lines[:cut])
        orders = set(again.account.orders)
        again.restart(told)
        again.to_the_end()
        new = {what for what, _ in again.account.orders - orders}
        assert not new & {"stack?", "print?", "deliver?", "pay?"}, f"{scene}: line {cut} is followed by {new}"


@pytest.mark.parametrize("scene", SCENES)
def test_power_may_fail_twice(scene: str) -> None:
    world = SCENES[scene]()
    lines = list(world.lines)
    for cut in range(1, len(lines) + 1):
        once = world.after(lines[:cut])
        once.restart(SILENT)
        if once.ended:
            continue
        for second in range(cut + 1, len(once.lines) + 1):
            twice = world.after(once.lines[:second])
            twice.restart(CALM)
            twice.to_the_end()


# -- reading the past


def test_a_journal_written_by_other_code_is_refused() -> None:
    world = collecting(World())
    line = world.lines[0]
    other = Line(1, 1, line.mono_ms, line.wall_ms, line.fact, (line.intents[0],), "")
    with pytest.raises(JournalError, match="record 1 does not replay"):
        fold([other, *world.lines[1:]], world._filled(), world.context)


def test_a_sale_that_ended_is_not_decided_again() -> None:
    """An update may decide otherwise; it installs only while no sale is open."""
    world = with_change()
    world.to_the_end_with_hands()
    assert world.ended
    line = world.lines[0]
    other = Line(1, 1, line.mono_ms, line.wall_ms, line.fact, (line.intents[0],), "")
    past = fold([other, *world.lines[1:]], world._filled(), world.context)
    assert (past.sale, past.sales) == (None, 1)
    assert past.stock == world.stock


def test_an_unknown_kind_in_an_open_sale_is_refused() -> None:
    world = collecting(World())
    strange = Line(4, 1, 0, 0, {"kind": "acquirer!", "result": "ok"}, (), "")
    with pytest.raises(JournalError, match="unknown kind"):
        fold([*world.lines, strange], world._filled(), world.context)


def test_facts_of_other_sales_and_of_devices_are_passed_over() -> None:
    world = collecting(World())
    lines = list(world.lines)
    for fact in (RecoveryBegan(1, "COLLECTING", ()),):
        lines.append(Line(len(lines) + 1, 2, 0, 0, record_of(fact), (), ""))
    past = fold(lines, world._filled(), world.context)
    assert past.recovering
    assert past.sale is not None
    assert past.sales == 1
    past.sale.close()


def test_reports_without_an_answer_are_remembered_oldest_first() -> None:
    def line(fact: dict[str, object], *intents: dict[str, object]) -> Line:
        return Line(1, 1, 0, 0, fact, intents, "")

    def void(*places: int) -> dict[str, object]:
        return {"kind": "void?", "sale": 1, "key": KEY, "places": list(places), "reason": "print"}

    answered = {"kind": "void!", "result": "done", "sale": KEY, "certain": True}
    unsure = {**answered, "certain": False}
    other = {"kind": "help", "where": "screen"}
    world = World()
    world.close()
    lines = [line(other, void(0)), line(other, void(1)), line(unsure), line(answered)]
    past = fold(lines, world._filled(), world.context)
    assert past.undone == {("void?", KEY): [void(1)]}
    assert fold([*lines, line(answered)], world._filled(), world.context).undone == {}


def test_a_blank_voided_at_power_up_is_counted_by_the_units_own_counter() -> None:
    """The unit need not say NAK G to anybody: its counter of voided blanks rose since the intent."""
    player = Player(passengers=1).to_collecting()
    for note in (1, 2):
        player.feed(NoteHeld(note, 10_000))
        player.feed(NoteOurs(note, 10_000))
    player.feed(confirmed(1))
    key = player.sale.book.tickets[0].keys[0]
    past = PrinterPast("", False, "empty", "empty", (("tickets", 4), ("voided", 3)))
    before = {"print?": {"tickets": 4, "voided": 2}}
    assert believe(player.sale.book, Told(printer=past), before) == [TicketSpoiled(key, 1, "power")]


def test_a_blank_that_jammed_while_no_program_ran_is_spent_once() -> None:
    """The unit was not restarted: no counter moved, but it says that a blank sticks in it."""
    world, before = printing(), {"print?": {"tickets": 4, "voided": 2}}
    key = world.book.tickets[0].keys[0]
    still = PrinterPast("old", False, "empty", "empty", (("tickets", 4), ("voided", 2)))
    stuck = Told(printer=still, blank_stuck=True)
    assert believe(world.book, stuck, before) == [TicketSpoiled(key, 1, "jam")]
    assert believe(world.book, Told(printer=printer("old").printer, blank_stuck=True), {}) == [
        TicketSpoiled(key, 1, "jam")
    ]
    assert believe(world.book, Told(printer=printer(key, tray="tickets").printer, blank_stuck=True), {}) == [
        TicketUncertain(key, "power")
    ], "those in the tray may be the ones before it"
    world.book.stuck_blank = True  # the one before it stuck there already
    assert believe(world.book, stuck, before) == [TicketSpoiled(key, 0, "power")]


# -- counters


@pytest.mark.parametrize(
    ("before", "after", "rise"),
    [
        (7, 7, 0), (7, 8, 1), (65_535, 0, 1), (65_534, 1, 3), (95, 0, 1), (223, 0, 1), (255, 1, 2), (999_999_999, 0, 1),
        (7, 900, None), (500, 0, None), (7, 6, None), (2**32 - 1, 2, 3),
    ],
)  # fmt: skip
def test_a_life_counter_is_compared_over_its_end(before: int, after: int, rise: int | None) -> None:
    assert risen(before, after) == rise


def test_a_note_is_believed_when_its_counter_began_again() -> None:
    world = moving()
    assert believe(world.book, note("none", stacked=0), {"stack?": {"stacked": 65_535}}) == [NoteOurs(1, 10000)]
    assert believe(world.book, note("none", stacked=0), {"stack?": {"stacked": 500}}) == [NoteUncertain(1, 10000)]


def test_a_payment_is_believed_when_its_counter_began_again() -> None:
    world = with_change()
    order, asked = world.book.pays[-1].order, world.book.pays[-1].asked
    whole = tuple((cassette, notes, 0) for cassette, notes in asked)
    before = {"pay?": {"transaction": 95}}
    assert believe(world.book, dispenser(whole, transaction=0), before) == [NotesPresented(order, whole)]


def test_a_blank_is_not_begun_when_neither_counter_moved_though_others_lie_in_the_tray() -> None:
    world = printing()
    world.answer("print?", IN_TRAY)
    key = world.book.tickets[1].keys[0]
    before = {"print?": {"tickets": 4, "voided": 2}}
    still = PrinterPast("other", False, "tickets", "empty", (("tickets", 4), ("voided", 2)))
    moved = PrinterPast("other", False, "tickets", "empty", (("tickets", 5), ("voided", 2)))
    assert believe(world.book, Told(printer=still), before) == [TicketSpoiled(key, 0, "power")]
    assert believe(world.book, Told(printer=moved), before) == [TicketUncertain(key, "power")]


def test_a_ticket_that_the_unit_made_and_the_tray_does_not_hold_is_unknown() -> None:
    world = printing()
    key = world.book.tickets[0].keys[0]
    assert believe(world.book, printer(key, tray="empty"), {}) == [TicketUncertain(key, "power")]


# -- rule O


def asked(world: World, told: Told = CALM) -> World:
    """Power failed for a moment, and something is owed."""
    after_restart(world, told, SHORT_MS)
    assert world.sale.state is S.RESUMING
    return world


def test_the_end_of_a_recovery_says_what_was_believed_and_why() -> None:
    world = after_restart(moving(), note("none", stacked=8))
    assert world.lines[-1].fact["believed"] == [{"what": "stack! stacked 1", "why": "counter"}]
    world = after_restart(with_change())
    assert world.lines[-1].fact["believed"] == [{"what": f"pay! unknown {world.book.pays[0].order}", "why": "silent"}]


def test_after_a_long_pause_or_with_a_clock_that_went_back_nobody_is_asked() -> None:
    for pause_ms in (LONG_MS, -1):
        world = after_restart(paid(), CALM, pause_ms)
        assert world.sale.state is S.SLIP
        assert world.book.claims_fen == 30500


def test_a_part_of_the_price_is_in_and_more_may_be_put_in_when_the_places_are_still_held() -> None:
    world = asked(pay(collecting(World()), 10000))
    assert [intent.kind for intent in world.feed(sf.Continued())] == ["state?"]
    world.station_says("held")
    assert world.sale.state is S.COLLECTING
    assert "renew?1" in world.pending
    pay(world, 10000, 10000, 1000)
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "sold"


@pytest.mark.parametrize("state", ["none", "expired", "released", "voided"])
def test_when_the_places_are_gone_the_money_comes_back(state: str) -> None:
    for scene in (pay(collecting(World()), 10000), paid()):
        world = asked(scene)
        world.feed(sf.Continued())
        world.station_says(state)
        assert world.sale.state is S.PAYING
        world.to_the_end_with_hands()
        assert world.lines[-1].intents[-1]["outcome"] == "refunded"


def test_paid_up_is_confirmed_and_printed() -> None:
    world = asked(paid())
    world.feed(sf.Continued())
    made = world.station_says("held")
    assert [intent.kind for intent in made] == ["confirm?"]
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "sold"


def test_confirmed_is_printed_and_what_lies_in_the_tray_is_not_printed_again() -> None:
    world = printing()
    world.answer("print?", IN_TRAY)
    asked(world, printer(world.book.tickets[1].keys[0], tray="tickets"))
    world.feed(sf.Continued())
    made = world.station_says("confirmed")
    assert [intent.kind for intent in made] == ["deliver?"]
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "sold"


def test_a_station_that_knows_nothing_of_a_confirmed_sale_gets_no_tickets_out() -> None:
    world = printing()
    world.answer("print?", IN_TRAY)
    asked(world, printer(world.book.tickets[1].keys[0], tray="tickets"))
    world.feed(sf.Continued())
    world.station_says("none")
    assert world.sale.state is S.DUMPING
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "refunded"


@pytest.mark.parametrize("tickets", [0, 1])
def test_a_silent_station_ends_it_after_its_time_and_the_money_comes_back(tickets: int) -> None:
    world = printing() if tickets else paid()
    if tickets:
        world.answer("print?", IN_TRAY)
    key = world.book.tickets[1].keys[0] if tickets else ""
    asked(world, printer(key, tray="tickets") if tickets else CALM)
    world.feed(sf.Continued())
    world.to_the_end_with_hands(but="state?")
    assert world.lines[-1].intents[-1]["outcome"] == "refunded"


@pytest.mark.parametrize("scene", [lambda: pay(collecting(World()), 10000), paid, lambda: printing()])
def test_whoever_wants_the_money_gets_the_money(scene: Callable[[], World]) -> None:
    world = scene()
    if world.sale.state is S.PRINTING:
        world.restart(printer("other", tray="empty"))
        assert world.sale.state is S.RESUMING
    else:
        asked(world)
    world.feed(sf.MoneyBack())
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "refunded"
    assert not world.book.claims


def test_nobody_answers_and_nothing_moves() -> None:
    world = asked(paid())
    world.time_out()
    assert world.sale.state is S.SLIP
    assert world.book.claims_fen == 30500


@pytest.mark.parametrize("by", ["service", "screen", "mode"])
def test_a_door_or_a_dark_screen_is_as_nobody(by: str) -> None:
    world = asked(paid())
    world.feed(sf.Cancelled(by))
    assert world.sale.state is S.SLIP


def test_change_is_paid_when_somebody_is_there() -> None:
    world = pay(collecting(World()), 10000, 10000, 10000, 2000)
    for question in ("confirm?", "print?", "print?", "deliver?"):
        world.answer(question)
    assert world.sale.state is S.TICKETS_OUT
    asked(world, printer(tray="empty", slot="empty"))
    assert not world.book.can_go_on
    assert not [kind for kind, _ in world.account.orders if kind == "pay?"]
    world.feed(sf.Continued())
    assert world.sale.state is S.PAYING
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "sold"


def test_tickets_that_were_forgotten_mean_that_nobody_is_asked() -> None:
    world = after_restart(in_state(S.TICKETS_OUT), printer(tray="empty", slot="tickets"), SHORT_MS)
    assert world.sale.state is S.RESUMING
    world.time_out()
    assert world.sale.state is S.TICKETS_BACK
    world.answer("retract?")
    assert world.sale.state is S.SLIP


def test_a_doubtful_ticket_is_dumped_first_and_then_the_money_offered() -> None:
    world = after_restart(printing(), printer("old", tray="tickets"), SHORT_MS)
    assert world.sale.state is S.DUMPING
    world.answer("dump?")
    assert world.sale.state is S.RESUMING
    world.feed(sf.Continued())
    world.to_the_end_with_hands()
    assert world.lines[-1].intents[-1]["outcome"] == "refunded"


def test_a_bundle_that_may_be_in_a_hand_stays_unknown_though_the_tray_is_dumped() -> None:
    world = after_restart(in_state(S.DELIVERING))
    assert world.sale.state is S.DUMPING
    world.answer("dump?")
    assert {ticket.state for ticket in world.book.tickets} == {"unknown"}
    assert world.book.owed_fen == 0


def test_an_uncertain_payment_asks_nobody() -> None:
    world = after_restart(with_change(), SILENT, SHORT_MS)
    assert world.sale.state is S.SLIP


def test_the_lock_runs_on_while_the_power_is_out() -> None:
    world = pay(collecting(World()), 10000)
    left = world.book.lock_until_ms - world.now_ms
    asked(world)
    assert world.book.lock_until_ms - world.now_ms == left - SHORT_MS


def test_the_question_may_be_cut_short_and_is_asked_again() -> None:
    world = asked(paid())
    asked(world)
    after_restart(world, CALM, LONG_MS)
    assert world.sale.state is S.SLIP


def test_a_late_note_that_is_lost_makes_it_a_matter_of_money() -> None:
    world = asked(paid())
    assert world.book.can_go_on
    world.insert(2000)
    number = world.book.notes[-1].note
    world.feed(NoteReturnUncertain(number, 2000))
    assert not world.book.can_go_on
    world.feed(sf.Continued())
    assert world.sale.state is S.PAYING
    world.to_the_end_with_hands()


@pytest.mark.parametrize("state", [S.TICKETS_OUT, S.CHANGE_OUT])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_lies_behind_a_shut_outlet_is_opened_for_whoever_is_here(state: S, which: int) -> None:
    """Opened and taken; empty already; or it stays shut and is pulled back."""
    told = printer(tray="empty", slot="tickets") if state is S.TICKETS_OUT else dispenser(outlet="notes")
    world = after_restart(in_state(state), told, SHORT_MS)
    assert world.sale.state is S.RESUMING
    assert world.pending == {}
    world.feed(sf.Continued())
    again = {S.TICKETS_OUT: S.TICKETS_AGAIN, S.CHANGE_OUT: S.CHANGE_AGAIN}[state]
    assert world.sale.state is again
    world.answer("reopen?", which)
    back = {S.TICKETS_OUT: S.TICKETS_BACK, S.CHANGE_OUT: S.CHANGE_BACK}[state]
    if which != 1:
        assert world.sale.state is (state, None, back)[which]
    world.to_the_end_with_hands()
    outcome = world.lines[-1].intents[-1]["outcome"]
    assert world.ended
    assert (outcome == "claim") is (which == 2)


@pytest.mark.parametrize("by", ["service", "screen", "mode"])
def test_nothing_is_opened_when_the_question_is_broken_off(by: str) -> None:
    world = after_restart(in_state(S.CHANGE_OUT), dispenser(outlet="notes"), SHORT_MS)
    world.feed(sf.Cancelled(by))
    assert world.sale.state is S.CHANGE_BACK
    assert "reopen?" not in world.pending
