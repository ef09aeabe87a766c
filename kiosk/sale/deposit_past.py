"""What a bulk escrow says after a restart, note by note, for deeds of the deposit without an outcome (decision 48).

The escrow is a stack: the last note that went in is the first to leave it. What still lies there is therefore the beginning
of what went in, and only values can be compared; when they do not fit nobody can say anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kiosk.ports.note_acceptor import (
    AcceptorPast,
    DepositKeepUncertain,
    DepositKept,
    DepositNotMoved,
    DepositPast,
    DepositPresented,
    DepositRetractUncertain,
    DepositReturnUncertain,
    DepositTaken,
    NoteDeposited,
    NoteOurs,
    NoteRecycled,
    NoteReturned,
)
from kiosk.sale.belief import SILENT, UNSURE, Belief
from kiosk.sale.book import Book
from kiosk.sale.lines import NoteLine

BOX, ESCROW = 0, -1
"""Places of `DepositPast.packed`; every other number is a cassette's."""
COUNTS_DIFFER = "counts differ"


def with_earlier(now: DepositPast | None, earlier: Sequence[DepositPast]) -> DepositPast | None:
    """What the unit says now, and what it said at starts whose recovery was cut short: a bundle that lay at the mouth then and is
    gone may have been taken or pulled back meanwhile, what fell into the box then lies there still, and what it had moved when it
    was cut it says once."""
    if now is None or not earlier:
        return now
    packed = tuple(pair for past in (*earlier, now) for pair in past.packed)
    mouths, mouth = {past.mouth for past in (*earlier, now)}, now.mouth
    if mouth != "notes" and mouths != {"empty"}:
        mouth = "box" if "box" in mouths else "unknown"
    cut = next((past for past in (now, *reversed(earlier)) if past.cut in ("keeping", "returning")), now)
    return replace(now, packed=packed, mouth=mouth, cut=cut.cut, moved=cut.moved)


def packed_belief(
    line: NoteLine, past: DepositPast, acceptor: AcceptorPast | None, book: Book, before: Mapping[str, int]
) -> Belief | None:
    """Where a note went that was on its way; None: the escrow proves nothing, the acceptor's counters may.

    `before`: counters of the intent's record. A unit that has counted a note twice holds more by its own word than went in;
    only what it said before the deed can be compared with what it says now.
    """
    for value_fen, place in past.packed:
        if value_fen == line.value_fen:
            return Belief(_at(line, place), "operation")
    if not past.contents_known:
        return None
    lay = Counter(note.value_fen for note in book.own_notes)
    more = Counter(past.contents) - lay
    grown = len(past.contents) - before.get("escrow", len(past.contents) - more.total())
    if more == {line.value_fen: 1} and grown == 1:
        return Belief(NoteDeposited(line.note, line.value_fen), "position")
    if grown == 0 and acceptor is not None and acceptor.position in ("path", "escrow"):
        return Belief(NoteReturned(line.note, line.value_fen), "position")
    return None


def _at(line: NoteLine, place: int) -> NoteOurs | NoteDeposited | NoteRecycled:
    if place == BOX:
        return NoteOurs(line.note, line.value_fen)
    if place == ESCROW:
        return NoteDeposited(line.note, line.value_fen)
    return NoteRecycled(line.note, line.value_fen, place)


def deposit_beliefs(book: Book, past: DepositPast | None, before: Mapping[str, Mapping[str, int]]) -> Iterator[Belief]:
    """One outcome for a deposit that was being kept or given back when the power failed. `before`: kind of intent -> counters of
    its record."""
    if keeping := book.notes_in_state("keeping"):
        yield _kept_or_not(keeping, _still_there(book, past), past, before.get("keep?", {}))
    if giving := book.notes_in_state("giving"):
        left, under = _still_there(book, past), len(book.notes_in_state("deposited"))
        there = None if left is None else max(0, left - under)
        yield from _given_or_not(giving, there, past, before.get("return_all?", {}))
    if out := book.notes_in_state("out"):
        yield from _out(out, past)


def _still_there(book: Book, past: DepositPast | None) -> int | None:
    """How many notes of the deposit lie in the escrow; None: it does not say, or they are not the ones that went in."""
    if past is None or not past.contents_known:
        return None
    went_in = [line.value_fen for line in book.own_notes if line.state != "out"]
    left = list(past.contents)
    return len(left) if left == went_in[: len(left)] else None


def _numbers(lines: Sequence[NoteLine]) -> tuple[int, ...]:
    return tuple(line.note for line in lines)


def _kept_or_not(
    lines: list[NoteLine], left: int | None, past: DepositPast | None, before: Mapping[str, int]
) -> Belief:
    if left is None or past is None:
        return Belief(DepositKeepUncertain(_numbers(lines), "power"), UNSURE)
    if between := _miscounted(lines, left, past, "keeping", before):
        return Belief(DepositKeepUncertain(_numbers(between), COUNTS_DIFFER), UNSURE)
    return Belief(DepositKept(_numbers(lines[left:])), "position")


def _miscounted(
    lines: list[NoteLine], left: int, past: DepositPast, cut: str, before: Mapping[str, int]
) -> list[NoteLine]:
    """What may have moved when the unit's words do not agree: what its escrow lacks of the notes that went in, what it says it
    moved when it was cut, and by how much less it holds than it said before the deed. One of them is wrong."""
    moved = {max(0, len(lines) - left)}
    if past.cut == cut:
        moved.add(len(past.moved))
    if "escrow" in before:
        moved.add(max(0, before["escrow"] - len(past.contents)))
    return lines[max(0, len(lines) - max(moved)) :] if len(moved) > 1 else []


def _given_or_not(
    lines: list[NoteLine], left: int | None, past: DepositPast | None, before: Mapping[str, int]
) -> Iterator[Belief]:
    """`left` of the bundle still lie in the escrow, the ones that went in first."""
    if left is None:
        yield Belief(DepositReturnUncertain(_numbers(lines), "power"), SILENT if past is None else UNSURE)
        return
    assert past is not None
    gone = lines[left:]
    if between := _miscounted(lines, left, past, "returning", before):
        yield Belief(DepositReturnUncertain(_numbers(between), COUNTS_DIFFER), UNSURE)
    elif not gone:
        yield Belief(DepositNotMoved(_numbers(lines), "power"), "position")
    elif past.mouth == "notes":
        yield Belief(DepositPresented(_numbers(gone)), "sensor")
    elif past.mouth == "box":
        yield Belief(DepositRetractUncertain(_numbers(gone), "power"), "operation")
    else:
        yield Belief(DepositReturnUncertain(_numbers(gone), "power"), "position")


def _out(lines: list[NoteLine], past: DepositPast | None) -> Iterator[Belief]:
    """They lay at the mouth: still there (then nothing is believed), pulled back by the unit, or taken."""
    if past is None:
        yield Belief(DepositReturnUncertain(_numbers(lines), "power"), SILENT)
    elif past.mouth == "box":
        yield Belief(DepositRetractUncertain(_numbers(lines), "power"), "operation")
    elif past.mouth == "unknown":
        yield Belief(DepositReturnUncertain(_numbers(lines), "power"), UNSURE)
    elif past.mouth == "empty":
        yield Belief(DepositTaken(_numbers(lines)), "sensor")
