"""What the unit keeps for us between two packets: events until they are acknowledged, and how many notes it has stacked.

Source: essp sheet, sections 6 (56 to 58) and 12 (trap 2); reliability notes 3 (C).
"""

from __future__ import annotations

from drivers.essp.line import EVENT_ACK, Kind, Reply

COUNTER_END = 1 << 32


class Acknowledged:
    """Events of POLL WITH ACK, which are told again until EVENT ACK arrived. `due`: it has to be sent."""

    def __init__(self) -> None:
        self._told = b""  # while nobody knows whether the unit heard of our having read it
        self.due = False

    def unread(self, data: bytes) -> bytes:
        """What of the events in an answer was not told before; the first ones may be repeated by a new session."""
        again = len(self._told) if data.startswith(self._told) else 0
        self._told, self.due = data, bool(data)
        return data[again:]

    def replied(self, reply: Reply) -> None:
        if reply.request is EVENT_ACK and reply.kind in (Kind.DONE, Kind.REFUSED):
            self._told, self.due = b"", False


class Counter:
    """The life counter of stacked notes, 0..2**32-1 and over its end. Not `fresh`: a note has moved since it was read."""

    def __init__(self) -> None:
        self._stacked: int | None = None
        self._before: int | None = None  # what it was before the note under way was accepted
        self.fresh = True

    @property
    def value(self) -> int | None:
        """None: the unit does not count, or it was not read since the last note; an older count would count that one twice."""
        return self._stacked if self.fresh else None

    def read(self, stacked: int | None) -> None:
        self._stacked, self._before, self.fresh = stacked, None, True

    def accepted(self) -> None:
        """A note was ordered away; until the counter is read again, what it rises by is this note."""
        self._before, self.fresh = self.value, False

    def rise(self, stacked: int | None) -> int | None:
        """How many notes fell since the one under way was accepted; None when nobody knows."""
        return None if stacked is None or self._before is None else (stacked - self._before) % COUNTER_END
