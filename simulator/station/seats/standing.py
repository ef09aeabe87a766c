"""Standing tickets: room per coach and per segment, and the coach with the lowest load. Source: seat inventory, section 6.

The capacity of a segment is a hard rule of sale: no trip across a full segment, whoever asks. Every buyer counts as travelling, in
the order of arrival; luggage and people who change places are not in the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

SEATS_PER_ROW, STANDING_PER_ROW, STANDING_AT_ENDS = 5, 2, 16


def coach_capacity(rows: int) -> int:
    """People in a seat coach: five seats and two in the aisle per row, eight at each end."""
    return (SEATS_PER_ROW + STANDING_PER_ROW) * rows + STANDING_AT_ENDS


def train_capacity(seat_coaches: int, rows: int, berth_coaches: int, berths: int) -> int:
    """People in a train; a berth coach takes as many as it has berths."""
    return seat_coaches * coach_capacity(rows) + berth_coaches * berths


class Standing:
    """`per_coach`: room in each coach; `per_segment`: room in all of them, one number per segment."""

    __slots__ = ("loads", "per_coach", "per_segment", "tickets")

    def __init__(self, per_coach: Sequence[int], per_segment: Sequence[int]) -> None:
        self.per_coach, self.per_segment = tuple(per_coach), tuple(per_segment)
        self.loads = [[0] * len(per_segment) for _ in per_coach]
        self.tickets = 0

    def copy(self) -> Standing:
        other = copy(self)
        other.loads = [list(loads) for loads in self.loads]
        return other

    def without_room(self, coaches: int) -> None:
        """So many coaches in all: nobody stands in those that came later."""
        more = coaches - len(self.per_coach)
        self.per_coach += (0,) * more
        self.loads += [[0] * len(self.per_segment) for _ in range(more)]

    def on_board(self) -> list[int]:
        """Standing passengers per segment, in all coaches."""
        return [sum(loads) for loads in zip(*self.loads, strict=True)] or [0] * len(self.per_segment)

    def left(self, a: int, b: int) -> int:
        """How many more may ride from stop `a` to stop `b`."""
        fullest = min(room - load for room, load in zip(self.per_segment[a:b], self.on_board()[a:b], strict=True))
        return max(0, min(fullest, sum(max(0, room) for room in self._rooms(a, b))))

    def left_by_coach(self, a: int, b: int) -> list[int]:
        """How many more may ride in each coach, the segments' room left aside."""
        return [max(0, room) for room in self._rooms(a, b)]

    def choose(self, a: int, b: int, wanted: int) -> list[int] | None:
        """A coach for each of `wanted` people: always the one with the lowest peak over the trip; None when there is no room."""
        if self.left(a, b) < wanted:
            return None
        peaks = [max(loads[a:b]) for loads in self.loads]
        chosen = []
        for _ in range(wanted):
            coach = min((peak, index) for index, peak in enumerate(peaks) if peak < self.per_coach[index])[1]
            peaks[coach] += 1
            chosen.append(coach)
        return chosen

    def fits(self, coaches: Sequence[int], a: int, b: int) -> bool:
        """Whether there is room for one person more per coach named, in these very coaches."""
        rooms = self._rooms(a, b)
        return self.left(a, b) >= len(coaches) and all(rooms[each] >= coaches.count(each) for each in coaches)

    def add(self, coaches: Sequence[int], a: int, b: int, count: int = 1) -> None:
        """`count` people more for each coach named; -1 takes one back."""
        self.tickets += count * len(coaches)
        for coach in coaches:
            loads = self.loads[coach]
            for segment in range(a, b):
                loads[segment] += count

    def _rooms(self, a: int, b: int) -> list[int]:
        return [room - max(loads[a:b]) for room, loads in zip(self.per_coach, self.loads, strict=True)]
