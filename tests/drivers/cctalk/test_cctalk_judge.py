from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cctalk.codec import Status, next_event
from drivers.cctalk.flags import Flags
from drivers.cctalk.judge import Counters, Hint, Reading, Verdict, counters_of, judge
from drivers.dispensing.outcome import Ending

SERIAL = 12345678
OK = b"\x80\x00"
FULL, SHORT, REFUSED, UNKNOWN = Ending.FULL, Ending.SHORT, Ending.REFUSED, Ending.UNKNOWN


def before(event: int = 1, paid: int = 5, unpaid: int = 0, count: int | None = 1005) -> Counters:
    return Counters(SERIAL, event, paid, unpaid, count)


def now(event: int, paid: int, unpaid: int, count: int | None, flags: bytes = OK, serial: int = SERIAL) -> Reading:
    return Reading(serial, Status(event, 0, paid, unpaid), count, Flags(flags))


ROWS = [
    ("never taken", before(), now(1, 5, 0, 1005), Verdict(REFUSED, "other", 0, 0, untaken=True)),
    ("all five (11.3)", before(), now(2, 5, 0, 1010), Verdict(FULL, "", 5, 5)),
    ("refused, the NAK was lost (11.3)", before(), now(2, 5, 0, 1005), Verdict(REFUSED, "other", 0, 0)),
    ("empty (11.5)", before(3, 5, 0, 1010), now(4, 2, 3, 1012, b"\x02\x00"), Verdict(SHORT, "empty", 2, 2)),
    ("jam (11.5)", before(), now(2, 2, 3, 1007, b"\x05\x00"), Verdict(SHORT, "jam", 2, 2)),
    ("empty at once", before(), now(2, 0, 5, 1005, b"\x02\x00"), Verdict(SHORT, "empty", 0, 0)),
    ("empty, unpaid is not kept", before(), now(2, 2, 0, 1007, b"\x02\x00"), Verdict(SHORT, "empty", 2, 2)),
    ("no count, unpaid is not kept", before(count=None), now(2, 2, 0, None), Verdict(UNKNOWN, "other", 0, 5)),
    ("exit", before(), now(2, 2, 3, 1007, b"\x20\x00"), Verdict(UNKNOWN, "exit", 1, 3)),
    ("exit behind the last", before(), now(2, 5, 0, 1010, b"\x08\x00"), Verdict(UNKNOWN, "exit", 4, 5)),
    ("light", before(), now(2, 2, 3, 1007, b"\x00\x01"), Verdict(UNKNOWN, "miscounted 0001", 0, 5)),
    ("counter wraps", before(255), now(1, 5, 0, 1010), Verdict(FULL, "", 5, 5)),
    ("cut after two (11.6)", before(4, 2, 3, 1012), now(0, 2, 3, 1014), Verdict(UNKNOWN, "power", 2, 3)),
    ("the supply bounced (11.6)", before(4, 2, 3, 1012), now(0, 2, 0, 1014), Verdict(UNKNOWN, "power", 2, 3)),
    ("it never arrived (11.6)", before(4, 2, 3, 1012), now(0, 2, 0, 1012), Verdict(UNKNOWN, "power", 0, 1)),
    ("cut behind the last", before(4, 2, 3, 1012), now(0, 5, 0, 1017), Verdict(FULL, "", 5, 5)),
    ("cut before the first", before(4, 2, 3, 1012), now(0, 0, 5, 1012), Verdict(UNKNOWN, "power", 0, 1)),
    ("fresh, untaken", before(0), now(0, 5, 0, 1005), Verdict(REFUSED, "other", 0, 0, untaken=True)),
    ("fresh, cut after one", before(0), now(0, 1, 4, 1006), Verdict(UNKNOWN, "power", 1, 2)),
    ("fresh, taken", before(0), now(1, 5, 0, 1010), Verdict(FULL, "", 5, 5)),
    ("two further", before(), now(3, 5, 0, 1010), Verdict(UNKNOWN, "other", 0, 5)),
    ("another hopper", before(), now(2, 5, 0, 1010, serial=9), Verdict(UNKNOWN, "other", 0, 5)),
    ("counts are damaged", before(), now(2, 5, 0, 1010, b"\x80\x40"), Verdict(UNKNOWN, "other", 0, 5)),
    ("the count fell", before(), now(2, 5, 0, 1004), Verdict(UNKNOWN, "other", 0, 5)),
    ("one more than asked", before(), now(2, 6, 0, 1011), Verdict(UNKNOWN, "miscounted", 5, 6)),
    ("one more than asked, then power", before(4), now(0, 6, 0, 1011), Verdict(UNKNOWN, "miscounted", 5, 6)),
    ("more than paid", before(4), now(0, 5, 0, 1011), Verdict(UNKNOWN, "power", 0, 5)),
    ("paid and count disagree", before(), now(2, 4, 1, 1008), Verdict(UNKNOWN, "other", 0, 5)),
    ("no count: taken", before(count=None), now(2, 4, 1, None), Verdict(SHORT, "other", 4, 4)),
    ("no count: as before", before(count=None), now(2, 5, 0, None), Verdict(UNKNOWN, "other", 0, 5)),
    ("no count: untaken", before(count=None), now(1, 5, 0, None), Verdict(REFUSED, "other", 0, 0, untaken=True)),
    ("no count: fresh", before(0, count=None), now(0, 5, 0, None), Verdict(UNKNOWN, "other", 0, 5)),
    ("no count: cut, as before", before(4, count=None), now(0, 5, 0, None), Verdict(UNKNOWN, "power", 0, 5)),
    ("no count: cut", before(4, count=None), now(0, 2, 3, None), Verdict(UNKNOWN, "power", 2, 3)),
]


@pytest.mark.parametrize(("then", "found", "verdict"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_every_row_of_the_sheet_has_its_verdict(then: Counters, found: Reading, verdict: Verdict) -> None:
    assert judge(5, then, found) == verdict


def test_a_hint_never_outweighs_the_counters() -> None:
    for hint in Hint:
        assert judge(5, before(), now(2, 5, 0, 1010), hint).ending is FULL
    assert judge(5, before(), now(1, 5, 0, 1005), Hint.ACCEPTED).ending is UNKNOWN
    assert judge(5, before(), now(2, 5, 0, 1005), Hint.ACCEPTED).ending is UNKNOWN
    assert judge(5, before(), now(1, 5, 0, 1005), Hint.REFUSED) == Verdict(REFUSED, "other", 0, 0)
    assert judge(5, before(), now(2, 0, 5, 1005), Hint.REFUSED).ending is REFUSED


def test_without_a_count_a_hint_says_whose_the_picture_is() -> None:
    assert judge(5, before(count=None), now(2, 5, 0, None), Hint.ACCEPTED).ending is FULL
    assert judge(5, before(count=None), now(2, 5, 0, None), Hint.REFUSED).ending is REFUSED


def test_what_we_stopped_ourselves_is_known_although_its_counter_is_lost() -> None:
    assert judge(5, before(4), now(0, 2, 3, 1007), Hint.ACCEPTED, stopped=True) == Verdict(SHORT, "stopped", 2, 2)


def test_only_a_record_of_a_hopper_is_read() -> None:
    assert counters_of(before().record()) == before()
    assert counters_of(before(count=None).record()) == before(count=None)
    assert counters_of({"transaction": 4}) is None


def cut(then: Counters, asked: int, fell: int, uncounted: int, bounced: bool) -> tuple[Reading, int]:
    """A power cut after so many counted coins, and one that crossed the exit with nobody to count it."""
    assert then.count is not None
    reading = now(0, fell, 0 if bounced else asked - fell, then.count + fell)
    return reading, min(asked, fell + uncounted)


THEN = st.builds(before, st.integers(0, 255), st.integers(0, 9), st.integers(0, 9), st.integers(0, 5_000))


@given(then=THEN, asked=st.integers(1, 9), data=st.data())
def test_whatever_happened_the_verdict_holds_what_fell(then: Counters, asked: int, data: st.DataObject) -> None:
    assert then.count is not None
    fell = data.draw(st.integers(0, asked))
    what = data.draw(st.sampled_from(["done", "stopped short", "refused", "refused uncounted", "cut"]))
    truth = fell
    if what == "cut" and (then.event, fell, then.paid) != (0, 0, 0):
        found, truth = cut(then, asked, fell, data.draw(st.integers(0, 1)), data.draw(st.booleans()))
    elif what.startswith("refused"):
        event = next_event(then.event) if what == "refused" else then.event
        found, truth = now(event, then.paid, then.unpaid, then.count), 0
    else:
        found = now(next_event(then.event), fell, asked - fell, then.count + fell)
    verdict = judge(asked, then, found)
    assert verdict.least <= truth <= verdict.most <= asked
    if verdict.ending is not UNKNOWN:
        assert verdict.least == verdict.most
    if verdict.untaken:
        assert truth == 0
