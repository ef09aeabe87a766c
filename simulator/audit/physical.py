"""The physical count against the books: what lies where, piece by piece (invariants 1, 3 and 4).

`resting` False: devices move, or facts are on their way. Then what has an order and no outcome yet may lie on either side
of it, and what is on its way through the acceptor is not judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.audit.books import LARGEST_NOTE_FEN, Books
from simulator.audit.cases import Case, Run
from simulator.audit.coins import CUP, Coins
from simulator.audit.escrow import STACKER, check_escrow, escrow_places, held_inside_fen, incoming, inner_places
from simulator.audit.outside import Outside
from simulator.audit.tally import Tally

STUCK = ("acceptor.path", "acceptor.escrow", "acceptor.jam", STACKER)
TRIES = 4
"""Blanks one print order may spend before its outcome is told."""
PASSENGERS = ("hand", "acceptor.mouth", "acceptor.path", "acceptor.escrow", CUP)


@dataclass(slots=True)
class Parts:
    run: Run
    books: Books
    tally: Tally
    outside: Outside
    coins: Coins


def compare(parts: Parts, resting: bool = True) -> None:
    """Adds a violation for each difference that no open unknown covers."""
    run, tally = parts.run, parts.tally
    _box(parts, resting)
    check_escrow(run, parts.books, tally)
    _dispenser(parts)
    parts.coins.compare(tally)
    _papers(parts)
    _passengers(parts, resting)
    _tickets_outside(parts)
    tally.check_fates(run.now.notes if run.now is not None else ())
    if resting:
        _agree_again(parts)


def _agree_again(parts: Parts) -> None:
    """With no unknown left, what passengers hold is known: old bounds do not widen the checks of days to come."""
    books, tally = parts.books, parts.tally
    if not tally.pieces(*STUCK, *escrow_places(books, tally)):
        books.acceptor_is_empty()
    if books.paper_is_counted():
        books.tickets_agree(tally.paper("ticket.tray"), tally.paper("ticket.slot"), parts.outside.pieces)
        parts.outside.bad.clear()
    if not (parts.run.open or parts.run.restless) and books.nothing_unknown() and parts.coins.sure() and tally.watched:
        parts.coins.taken_fen = parts.coins.ever_doubt_fen = 0
        books.ever_out_doubt_fen = books.found_fen = books.lost_fen = 0
        tally.given_fen = tally.worth(*PASSENGERS, *inner_places(books, tally)) + books.stacked_fen - books.taken_fen
        books.delivered = parts.outside.pieces


def _box(parts: Parts, resting: bool) -> None:
    """The box, and at rest what sticks in the acceptor: each note that no record explains must be one that is in doubt."""
    run, books, tally = parts.run, parts.books, parts.tally
    there = tally.at("box")
    held = Counter(note.value_fen for note in run.held_notes())
    unexplained: dict[int, int] = {}
    fell_fen = _change_in_box_fen(parts)
    for value_fen in {*there, *books.box} if "box" not in tally.touched else ():
        more = there[value_fen] - books.box[value_fen]
        if more and not 0 <= more <= books.box_doubt[value_fen] + held[value_fen] + fell_fen // value_fen:
            run.say(3, f"box: {there[value_fen]} notes of {value_fen} fen, the books say {books.box[value_fen]}", 0)
        if more > 0:
            unexplained[value_fen] = more
    if not resting or not tally.pieces(*STUCK):
        return
    stuck = tally.at(*STUCK)
    doubt = books.box_doubt | books.in_doubt  # the same notes: they lie in the one place or in the other
    strange = Counter(unexplained) + stuck - held - doubt
    strange -= _fallen(strange & Counter(unexplained), fell_fen)
    if run.bulk and _worth(strange) <= books.path_doubt_fen:
        return  # change jams there as well
    if not _covered(strange, books.guesses_fen()):
        told = ", ".join(f"{pieces} notes of {value} fen" for value, pieces in sorted((+stuck).items()))
        run.say(3, f"acceptor: {told} stick in it, and no record explains them", 0)


def _worth(notes: Mapping[int, int]) -> int:
    return sum(value_fen * pieces for value_fen, pieces in notes.items())


def _fallen(notes: Counter[int], most_fen: int) -> Counter[int]:
    """Those of `notes` in the box that are change which was not taken, of which there is `most_fen` at most: small notes first."""
    fallen = Counter[int]()
    for value_fen in sorted(notes):
        fallen[value_fen] = min(notes[value_fen], (most_fen - _worth(fallen)) // value_fen)
    return fallen


def _change_in_box_fen(parts: Parts) -> int:
    """A unit with a bulk escrow pays out of the mouth, and has no other bin for what was not taken there."""
    books = parts.books
    return books.fell_fen + books.lying_out()[1] + sum(books.open_pays_fen()) if parts.run.bulk else 0


def _covered(notes: Counter[int], most_fen: list[int]) -> bool:
    """Whether each note can be another one of those of which only the most is known, largest first."""
    values = sorted(notes.elements(), reverse=True)
    return len(values) <= len(most_fen) and all(value <= most for value, most in zip(values, most_fen, strict=False))


def _dispenser(parts: Parts) -> None:
    run, books, tally = parts.run, parts.books, parts.tally
    open_fen = sum(books.open_pays_fen())
    bound = books.out_doubt_fen + open_fen
    by_hand = bool(tally.touched)
    coming = incoming(run, books)
    for cassette, booked in books.cassettes.items():
        place = f"cassette.{cassette}"
        there = tally.pieces(place)
        if 0 < there - booked <= coming[books.values[cassette]]:
            continue
        if there != booked and place not in tally.touched and not (bound and there < booked):
            run.say(3, f"cassette {cassette}: {there} notes, the books say {booked}", 0)
    reject, reject_fen = tally.pieces("dispenser.reject"), tally.worth("dispenser.reject")
    path_fen = max(0, tally.worth("dispenser.path") - held_inside_fen(run, books))
    if not (bound or by_hand):
        told, more_fen = (reject, reject_fen) == (books.reject, books.reject_fen), reject_fen - books.reject_fen
        if not told and not -books.reject_doubt_fen <= more_fen <= books.reject_doubt_fen + books.thrown_fen:
            run.say(3, f"reject bin: {reject} notes, the books say {books.reject}", 0)
        if path_fen > books.path_doubt_fen:
            run.say(3, f"dispenser: {path_fen} fen stick in it, and no record explains them", 0)
    elif not by_hand:
        booked_fen = sum(books.values.get(cassette, 0) * pieces for cassette, pieces in books.cassettes.items())
        gone_fen = booked_fen + books.reject_fen - path_fen - reject_fen
        gone_fen -= tally.worth(*(f"cassette.{cassette}" for cassette in books.cassettes))
        counted_fen = path_fen + max(
            0, reject_fen - books.reject_fen
        )  # a count may have taken these off the books since
        counted_fen += sum(value * pieces for value, pieces in coming.items())
        if not -counted_fen <= gone_fen <= bound - path_fen + _never_rejected_fen(books, reject_fen):
            run.say(3, f"dispenser: {gone_fen + path_fen} fen are gone, at most {bound} are unknown", 0)
    _outlets(parts, open_fen)


def _never_rejected_fen(books: Books, reject_fen: int) -> int:
    """What a failed device said to have thrown into the reject bin and did not, of orders whose cassettes were counted since."""
    earlier_fen = max(0, books.reject_doubt_fen - books.out_doubt_fen)
    return min(earlier_fen, max(0, books.reject_fen - reject_fen))


def _outlets(parts: Parts, open_fen: int) -> None:
    """What was presented lies in the tray, with the passenger, or in the bin, until somebody says which.

    Of a payment that nobody can tell of, notes may lie in the tray; the bin gets them with what is pulled back, not otherwise.
    """
    run, books, tally = parts.run, parts.books, parts.tally
    _, out_fen = books.lying_out()
    spread_fen = out_fen if run.open else 0
    pulled_fen = max(books.bin_doubt_fen, books.tray_doubt_fen if spread_fen else 0)
    pulled_fen += max(books.retract_doubt_fen, books.left_fen if spread_fen else 0)
    laid_fen = books.tray_doubt_fen + open_fen + books.left_fen
    if run.bulk:
        return  # its outlet is the mouth, and its bin the box
    for name, place, booked, less_fen, more_fen in (
        ("change tray", "change.tray", books.tray_fen, spread_fen + books.reached_fen, laid_fen),
        (
            "change retract bin",
            "change.retract",
            books.change_retract_fen,
            0,
            spread_fen + pulled_fen,
        ),
    ):
        there = tally.worth(place)
        if place not in tally.touched and not booked - less_fen <= there <= booked + more_fen:
            run.say(3, f"{name}: {there} fen, the books say {booked} (unknown {more_fen})", 0)


def _papers(parts: Parts) -> None:
    run, books, tally = parts.run, parts.books, parts.tally
    case = run.now
    printing = sum(blank.state == "asked" for blank in case.blanks) if case is not None else 0
    handed, carried = _on_their_way(case), books.carried
    for name, places, booked, less, more in (
        ("roll", ("roll",), books.roll, printing * TRIES, 0),
        ("waste", ("ticket.waste", "printer.path"), books.waste, 0, printing * TRIES + handed + carried["waste"]),
        ("ticket_retract", ("ticket.retract",), books.ticket_retract, 0, handed),
        ("tray", ("ticket.tray", "ticket.slot"), books.tray + books.slot, handed + carried["tray"], printing),
    ):
        if tally.touched.intersection(places):
            continue
        there, doubt = tally.paper(*places), books.doubt[name]
        if not booked - less - doubt <= there <= booked + more + doubt:
            run.say(3, f"{name}: {there} blanks or tickets, the books say {booked} (doubt {doubt})", 0)


def _on_their_way(case: Case | None) -> int:
    """Tickets of the tray and the slot that a hand, a flap or the belt may have taken, with no outcome yet."""
    if case is None:
        return 0
    return sum(blank.state in ("in_tray", "unknown") for blank in case.blanks)


def _passengers(parts: Parts, resting: bool) -> None:
    """What passengers hold: what they brought, less what was stacked, and the notes they took."""
    run, books, tally = parts.run, parts.books, parts.tally
    held = tally.worth(*PASSENGERS, *inner_places(books, tally)) + (0 if resting else tally.worth("acceptor.jam"))
    expected = tally.given_fen - books.stacked_fen + books.taken_fen + parts.coins.taken_fen
    open_fen = sum(note.value_fen for note in run.held_notes())
    in_doubt_fen = sum(value * pieces for value, pieces in books.in_doubt.items()) + sum(books.stuck_fen)
    in_doubt_fen += books.lost_fen + books.swallowed * LARGEST_NOTE_FEN
    in_doubt_fen += 0 if tally.watched else books.found_fen  # who watched saw what staff took out, note by note
    lowest, highest = expected - in_doubt_fen - open_fen, expected + books.ever_out_doubt_fen
    highest += books.open_pays_fen()[0] + parts.coins.open_fen() + parts.coins.ever_doubt_fen
    highest += books.lying_out()[1] if run.open else 0
    highest += sum(value * pieces for value, pieces in books.inside.items())
    if not lowest <= held <= highest:
        run.say(1, f"the passengers hold {held} fen, the records say {lowest} to {highest}", 0)


def _tickets_outside(parts: Parts) -> None:
    run, books, outside = parts.run, parts.books, parts.outside
    case = run.now
    going = case is not None and bool(case.bundle) and not case.delivered
    if not going:
        for number in outside.unexplained():
            run.say(4, f"a passenger holds ticket {number}, which was never delivered", 0)
        if outside.not_seen and not books.doubt["hand"] and parts.tally.watched:
            run.say(4, f"tickets {', '.join(sorted(outside.not_seen)[:5])} were delivered, and nobody holds them", 0)
        more = 0
    else:
        more = len(case.bundle) if case is not None else 0
    if outside.bad and not books.doubt["hand"]:
        serial, state = next(iter(outside.bad.items()))
        run.say(4, f"a passenger holds blank {serial}, which is {state}", 0)
    doubt = books.doubt["hand"]
    if not books.delivered - doubt <= outside.pieces <= books.delivered + doubt + more:
        run.say(4, f"passengers hold {outside.pieces} tickets, {books.delivered} were delivered", 0)
