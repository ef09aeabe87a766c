"""Payments by card and phone: each is begun once, and captured or taken back; the other side's ledger says the same (2, 5).

What is captured pays for tickets that were handed over; what goes back pays for none. A payment that the other side keeps is
owed like any other money. One that it refuses to capture came to nothing: what was given for it is told, fen by fen, as unpaid,
and only what was paid there once may come to nothing so.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.audit.cases import OURS, ChargeTrack, Run
from simulator.audit.reading import Record

Payments = Mapping[int, tuple[str, int, int]]
"""The other side's books: payment -> (open, paid, closed, captured, reversed or kept; amount in fen; how often it was paid)."""

OPEN = ("asked", "approved", "unknown")
ENDS = {
    ("capture!", "done"): "captured",
    ("capture!", "refused"): "contested",
    ("reverse!", "done"): "reversed",
    ("reverse!", "refused"): "kept",
}


class Charges:
    """`tracks` of all payments of the journal, by number."""

    HEARS = ("auth!", "auth.past", "capture!", "reverse!", "batch!", "sys.recover", "sys.command")
    BOOKS = ("auth?", "capture?", "reverse?", "unpaid.add", "print?", "deliver?", "reopen?")

    def __init__(self, run: Run) -> None:
        self._run = run
        self.tracks: dict[int, ChargeTrack] = {}
        self._ordered: set[int] = set()  # cards that were there when the office ordered a settlement
        self._told: set[int] = set()  # those that were in a batch of which the bank was told

    def hear(self, fact: Record) -> None:
        if fact["kind"] == "sys.recover":
            self._recovers(fact)
            return
        if fact["kind"] == "batch!":
            self._settled(fact)
            return
        if fact["kind"] == "sys.command":
            if (fact["name"], fact["outcome"]) == ("settle", "done"):
                self._ordered |= {track.payment for track in self.tracks.values() if track.way == "card"}
            return
        track = self.tracks.get(fact["payment"])
        if track is None:
            return  # the pairs have said that nobody asked for it
        kind, result = fact["kind"], fact["result"]
        if kind == "auth.past":
            track.doubtful = "" if result == "stands" else track.doubtful or "since that was doubted"
            return
        if kind == "auth!":
            track.reference = fact.get("reference", "")
            if track.state == "asked":
                track.state = result
            elif track.state == "declined" and result == "approved":
                track.late = True  # it was said for certain that nothing was paid
            return
        if kind[:-1] != track.deed or track.end:
            return
        track.end = ENDS.get((kind, result), "")
        if track.end == "kept":
            self._kept(track)
        elif track.end == "contested":
            self._contested(track)

    def _settled(self, fact: Record) -> None:
        """What the bank was told of a batch is what was captured of it, or kept there, by the journal; and it says the same."""
        batch = [track for track in self.tracks.values() if track.reference.startswith(fact["begins"])]
        self._told |= {track.payment for track in batch}
        there = [track for track in batch if track.end in ("captured", "kept")]
        sums = len(there), sum(track.amount_fen for track in there)
        if sums != (fact["count"], fact["amount_fen"]):
            told = f"{fact['count']} payments, {fact['amount_fen']} fen"
            self._run.say(2, f"the bank was told {told} of {fact['begins']}, and it was {sums[0]}, {sums[1]} fen", 0)
        if not fact["balanced"]:
            self._run.say(2, f"the bank has other sums of {fact['begins']} than it was told", 0)

    def _recovers(self, fact: Record) -> None:
        """What was approved before has to be asked after before anything more is given for it."""
        case = self._run.case(fact["sale"]) if fact["result"] == "begin" else None
        for track in case.charges if case is not None else ():
            track.doubtful = "after the restart" if track.state == "approved" and not track.deed else ""

    def _given(self, intent: Record) -> None:
        case = self._run.case(intent["sale"])
        for track in case.charges if case is not None and intent.get("outlet") != "change" else ():
            if track.doubtful and not track.deed:
                self._run.say(
                    4,
                    f"{intent['kind']}, and nobody said {track.doubtful} that payment {track.payment} stands",
                    track.sale,
                )

    def _kept(self, track: ChargeTrack) -> None:
        """It counts in the account of its sale, or is owed at once."""
        case = self._run.case(track.sale)
        if case is not None and not case.outcome:
            track.counts = True
        else:
            self._run.late[-track.payment] = track.amount_fen

    def _contested(self, track: ChargeTrack) -> None:
        """It pays for nothing any more. Of a sale that is over, where it was counted, all of it is told at once."""
        case = self._run.case(track.sale)
        track.counts = False
        if case is None or case.outcome:
            self._run.unpaid[track.payment] = track.amount_fen

    def _unpaid(self, intent: Record) -> None:
        run, track = self._run, self.tracks.get(intent["payment"])
        if track is None or track.end != "contested":
            run.say(2, f"payment {intent['payment']} is told as unpaid, and it is not", intent["sale"])
            return
        if track.unpaid_fen or not 0 < intent["amount_fen"] <= track.amount_fen:
            run.say(2, f"payment {track.payment} is told as unpaid twice, or over its amount", track.sale)
        if run.unpaid.pop(track.payment, intent["amount_fen"]) != intent["amount_fen"]:
            run.say(2, f"payment {track.payment} is told as unpaid in part, and all of it was counted", track.sale)
        track.unpaid_fen += intent["amount_fen"]

    def book(self, intent: Record) -> None:
        if intent["kind"] in ("print?", "deliver?", "reopen?"):
            self._given(intent)
            return
        if intent["kind"] == "unpaid.add":
            self._unpaid(intent)
            return
        if intent["kind"] == "auth?":
            self._begun(intent)
            return
        run, number = self._run, intent["payment"]
        track = self.tracks.get(number)
        if track is None:
            run.say(6, f"{intent['kind']} of payment {number}, which was never begun", intent["sale"])
        elif intent["amount_fen"] != track.amount_fen:
            run.say(2, f"{intent['kind']} of payment {number} is about another amount than its auth?", track.sale)
        elif intent["kind"] == "capture?":
            self._captured(track)
        else:
            self._reversed(track)

    def _begun(self, intent: Record) -> None:
        run, number, sale = self._run, intent["payment"], intent["sale"]
        if number in self.tracks:
            run.say(5, f"payment {number} is begun a second time", sale)
        case = run.case(sale)
        for other in case.charges if case is not None else ():
            if other.state in OPEN and other.end != "reversed":
                run.say(5, f"payment {number} is begun while {other.payment} is {other.state}", sale)
        if any(note.state in OURS for note in run.notes_of(sale)):
            run.say(2, f"payment {number} is begun, and notes of the same sale are in", sale)
        track = self.tracks[number] = ChargeTrack(number, sale, intent["amount_fen"], way=intent["way"])
        if case is not None:
            case.charges.append(track)

    def _captured(self, track: ChargeTrack) -> None:
        run, case = self._run, self._run.case(track.sale)
        if track.deed == "reverse":
            run.say(5, f"payment {track.payment} is captured after it was told to go back", track.sale)
        if track.state != "approved":
            run.say(2, f"payment {track.payment} is captured, and it is {track.state}", track.sale)
        if not track.deed and case is not None and not case.bundle:
            run.say(4, f"payment {track.payment} is captured, and no ticket was handed over", track.sale)
        track.deed, track.counts = "capture", True

    def _reversed(self, track: ChargeTrack) -> None:
        if track.deed == "capture":
            self._run.say(5, f"payment {track.payment} is to go back after it was captured", track.sale)
        if track.late and track.end:
            track.end = ""
        track.deed = "reverse"

    def at_end(self, sale: int) -> None:
        case = self._run.case(sale)
        for track in case.charges if case is not None else ():
            if track.state in OPEN and not track.deed:
                self._run.say(
                    2, f"the sale ended, and payment {track.payment} is neither captured nor to go back", sale
                )

    # -- the other side

    @property
    def captured_fen(self) -> int:
        """What came in without notes, and is booked as ours."""
        return sum(track.amount_fen for track in self.tracks.values() if track.counts)

    @property
    def unsettled(self) -> int:
        """Payments that were told to be captured or to go back, and whose end nobody has said."""
        return sum(bool(track.deed) and not track.end for track in self.tracks.values())

    def compare(self, ledger: Payments, settled: bool) -> None:
        """`settled`: the machine had time to ask until it was answered."""
        for number, (state, amount_fen, times) in ledger.items():
            self._other(number, state, amount_fen, times, settled)
        for track in self.tracks.values():
            state, _, times = ledger.get(track.payment, ("none", 0, 0))
            sure = settled or bool(track.end)
            if track.unpaid_fen and not times:
                self._run.say(
                    2, f"tickets were given for payment {track.payment}, which was never paid there", track.sale
                )
            if track.end == "contested" and state == "captured":
                self._run.say(2, f"payment {track.payment} is captured there, and here it came to nothing", track.sale)
            elif track.deed == "capture" and track.end != "contested" and sure and state != "captured":
                self._run.say(2, f"payment {track.payment} is booked as ours, and there it is {state}", track.sale)
            if track.end == "reversed" and state in ("paid", "captured", "kept"):
                self._run.say(2, f"payment {track.payment} went back, and there it is {state}", track.sale)
            there = track.end in ("captured", "kept") and track.reference
            if settled and there and track.payment in self._ordered - self._told:
                self._run.say(
                    10, f"the office ordered payment {track.payment} settled, and the bank was never told", track.sale
                )
            if settled and track.deed == "reverse" and not track.end:
                self._run.say(10, f"payment {track.payment} has not gone back after a quiet time", track.sale)

    def _other(self, number: int, state: str, amount_fen: int, times: int, settled: bool) -> None:
        run, track = self._run, self.tracks.get(number)
        if times > 1:
            run.say(5, f"payment {number} was paid {times} times", 0)
        if track is None:
            if times:
                run.say(6, f"payment {number} was paid, and the journal does not know it", 0)
            return
        if times and amount_fen != track.amount_fen:
            run.say(2, f"payment {number} is of {amount_fen} fen there, here of {track.amount_fen}", track.sale)
        if state == "captured" and track.deed != "capture":
            run.say(2, f"payment {number} is captured there, and not booked here", track.sale)
        elif state == "kept" and settled and track.end != "kept":
            run.say(2, f"payment {number} is kept there, and not owed here", track.sale)
        elif state == "paid" and settled:
            run.say(2, f"payment {number} is paid there, and neither captured nor taken back", track.sale)
