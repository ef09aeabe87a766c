"""Things are where they are, whatever their hint says, and there once."""

from __future__ import annotations

import pytest

from simulator.devices.matter import Matter, Note


def test_a_thing_is_moved_out_of_the_middle() -> None:
    matter = Matter()
    notes = [matter.new_note(100, "hand") for _ in range(5)]
    matter.move(notes[2], "box")
    assert matter.place("hand").things == [notes[0], notes[1], notes[3], notes[4]]
    assert matter.where(notes[2]) is matter.place("box")


def test_equal_things_are_not_mistaken_for_one_another() -> None:
    matter = Matter()
    twins = [Note("N1", 100), Note("N1", 100)]
    matter.place("hand").things += twins
    matter.move(twins[1], "box")
    assert matter.place("box").things[0] is twins[1]
    assert matter.place("hand").things[0] is twins[0]


def test_a_hint_that_is_wrong_is_not_believed() -> None:
    matter, other = Matter(), Matter()
    note = matter.new_note(100, "hand")
    matter.place("hand").things.clear()
    matter.place("floor").things.append(note)
    assert matter.where(note) is matter.place("floor")
    with pytest.raises(LookupError):
        other.where(note)


def test_everything_is_moved_oldest_first_and_a_full_place_stops_it() -> None:
    matter = Matter()
    notes = [matter.new_note(100 * n, "box") for n in range(1, 4)]
    matter.place("vault", capacity=2)
    with pytest.raises(OverflowError):
        matter.move_all("box", "vault")
    assert matter.place("vault").things == notes[:2]
    assert matter.place("box").things == notes[2:]
