"""Every screen times every key: a row of the flow table, or a written reason why there is none; and no row without a key."""

from __future__ import annotations

import pytest

from kiosk.journey.flow import COMMON, FLOW, Journey
from kiosk.screen import targets as T
from kiosk.screen.values import keys_of
from kiosk.screen.view import view
from tests.kiosk.screen.world import shown, steps

EVERYWHERE = frozenset({T.LANGUAGE, T.CONTRAST, T.LARGE_TEXT, T.CALL_STAFF, T.SERVICE})
"""Answered before the table is asked, on every screen."""
ALONE = ("attract", "thanks")
"""Steps without the common rows: nothing is under way that could be left or prolonged."""
NOT_HERE = "its key is on no picture of this screen"
SALE = "belongs to a running sale: the journey hands it on"
QUIET: dict[tuple[str, str], str] = {
    ("attract", T.HELP): "help is open on every screen of the machine, whatever keys it shows",
    ("thanks", T.START): "whoever comes next need not wait for the end of the thanks",
    ("thanks", T.HOME): "whoever comes next need not wait for the end of the thanks",
    ("home", T.TRIP): "the way is open; no picture of home has room for its key",
    ("home", T.COLLECT): "only on a machine with a scanner or an identity reader",
    ("home", T.BACK): "a keypad's back key means home there",
    ("home", T.HOME): "a keypad's home key means home there",
    ("search.train", T.LETTER): "letters of a keyboard are counted as one",
    ("station", T.LETTER): "letters of a keyboard are counted as one",
    ("station", T.PREVIOUS): "only behind the first page",
    ("trains", T.PREVIOUS): "only behind the first page",
    ("search.fromto", T.SWAP): "only when the origin may be chosen and both are",
    ("search.fromto", T.SHOW_TRAINS): "only when both stations are chosen",
    ("search.map", T.NEXT): "only before the last page of a list",
    ("search.map", T.FROM): "only when another station of the city helps",
    ("search.map", T.PREVIOUS): "only behind the first page of a list",
    ("next", T.PREVIOUS): "only behind the first page",
    ("next", T.NEXT): "only before the last page",
    ("next", T.SHOW_TRAINS): "only while the station does not answer",
    ("seat", T.SHOW_TRAINS): "the way back to the list is open; pictures show it as Back",
}
COMMON_QUIET = {
    T.MORE_TIME: "only in the warning before the idle time is over",
    T.HELP: "help is open on every screen of the machine, whatever keys it shows",
}
TARGETS = sorted(T.PLAIN | T.VALUED)


def row(step: str, target: str) -> str:
    """What the table says; empty: nothing."""
    return FLOW[step].get(target) or ("" if step in ALONE else COMMON.get(target, ""))


def keys() -> dict[str, set[str]]:
    """Step -> targets of the keys that some picture of it shows, in both languages."""
    found: dict[str, set[str]] = {step: set() for step in FLOW}
    for language in ("zh", "en"):
        for state in steps(language).values():
            if state.step in FLOW and not state.help:
                found[state.step] |= {T.split(key.target)[0] for key in keys_of(view(shown(state)))}
    return found


KEYS = keys()


def reason(step: str, target: str) -> str:
    """Why there is no row; empty: there has to be one."""
    if target in EVERYWHERE:
        return "answered on every screen, before the table"
    if target in T.SALE:
        return SALE
    if target in KEYS[step] or (step, target) in QUIET or (step not in ALONE and target in COMMON_QUIET):
        return ""
    return NOT_HERE


@pytest.mark.parametrize("step", FLOW)
def test_each_key_has_a_row_or_a_reason_and_never_both(step: str) -> None:
    for target in TARGETS:
        why, found = reason(step, target), row(step, target)
        assert bool(found) != bool(why), f"{target} on {step}: row {found!r}, reason {why!r}"


def test_no_reason_is_out_of_date() -> None:
    """What a picture shows needs no excuse."""
    assert [entry for entry in QUIET if entry[1] in KEYS[entry[0]]] == []


def test_every_deed_of_the_table_is_a_method_of_the_journey() -> None:
    deeds = {deed for rows in (*FLOW.values(), COMMON) for deed in rows.values()}
    assert deeds
    assert all(callable(getattr(Journey, f"_{deed}", None)) for deed in deeds)


def test_every_picture_of_the_journey_belongs_to_a_step_of_the_table() -> None:
    assert {state.step for state in steps("zh").values()} == {*FLOW, "sale"}
