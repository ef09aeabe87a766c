"""The journal of record: one line is one atomic step, a fact and the intents it caused, synced before any intent leaves.

What a line looks like stands in `kiosk.journal_lines`. A start reads from the newest state line on. Source: reliability notes 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zlib import crc32

from kiosk.errors import JournalError
from kiosk.journal_lines import STATE, Line, Lines, sealed
from kiosk.ports.station import Outbox
from kiosk.records import Record
from kiosk.storage import RESERVE_BYTES, ROOM_BYTES, SUFFIX, Storage

BATCH_LINES = 500
HEAD = re.compile(rb'[0-9a-f]{8} \{"seq":')


_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _json(value: Any) -> bytes:
    """One line whatever stands in it: half a surrogate pair from a foreign text becomes its JSON escape."""
    return _ENCODER.encode(value).encode(errors="backslashreplace")


class Journal(Lines):
    """Open, read back, append. `epoch` and `secret` come from the machine's identity (decision 15)."""

    def __init__(
        self,
        storage: Storage,
        epoch: str,
        secret: bytes,
        hear: Callable[[Line], None] | None = None,
        fits: Callable[[Record], bool] = lambda fact: True,
    ) -> None:
        """Reads the segments from the newest on that begins with a state line that `fits`. `hear` is given each line as it is read,
        and none is kept; without it they stand in `lines`. Raises JournalError for a journal of another epoch, a forged record or
        a hole.

        Only the last line may be damaged (each was synced before the next): it is kept aside as `tail-BOOT.bad`.
        """
        super().__init__(epoch, secret)
        self._storage = storage
        self.damaged_bytes = 0
        self._begin = 0  # index of the segment at which reading began
        self.lines: list[Line] = []
        self._failed = False
        self._first_seq: dict[str, int] = {}
        try:
            self._segments = storage.segments()
            self._begin = self._newest_state(fits)
            self.turned = self.seq  # so many lines a state line stands for
            self._plain = [name for name in self._segments[: self._begin] if not storage.packed(name)]
            for line in self._load():
                (hear or self.lines.append)(line)
        except OSError as error:
            raise JournalError(f"the journal cannot be read: {error}") from error
        self.boot += 1

    # -- reading

    def _newest_state(self, fits: Callable[[Record], bool]) -> int:
        """Index of the newest segment that begins with such a line, 0 when none does. What stands before it is not read."""
        for index in range(len(self._segments) - 1, -1, -1):
            name = self._segments[index]
            line = self._stand_before(name, self._storage.read(name))
            if line is not None and fits(line.fact):
                return index
        self.seq = self._chain = 0
        return 0

    def _load(self) -> Iterator[Line]:
        for index, name in enumerate(self._segments[self._begin :], self._begin):
            data, good = self._storage.read(name), 0
            self._enter(name)
            for raw in data.splitlines(keepends=True):
                line = self._verified(raw)
                if line is None:
                    break
                good += len(raw)
                self._first_seq.setdefault(name, line.seq)
                yield line
            if good < len(data):
                if index != len(self._segments) - 1 or self._skips(data[good:]):
                    raise JournalError(f"{name}: damaged after byte {good}, and later records exist")
                self.damaged_bytes = len(data) - good
                self._make_room()
                self._storage.cut(name, good, f"tail-{self.boot + 1}.bad")

    def _skips(self, tail: bytes) -> bool:
        """Whether another record stands in the tail than the one to come: no power cut does that, lines are missing.

        Garbage with line feeds in it is no record; a record's head stands nowhere inside of an honest one.
        """
        return HEAD.search(tail, 1) is not None or self._numbered_otherwise(tail)

    def _numbered_otherwise(self, tail: bytes) -> bool:
        try:
            return bool(json.loads(tail[9:])["seq"] != self.seq + 1)
        except (ValueError, KeyError, TypeError):
            return False

    def again(self) -> Iterator[Line]:
        """From where the start read to the newest line, verified anew; more may be written meanwhile, but not by whoever takes a
        line from here. Raises JournalError for what was not written by this journal."""
        reader, index, at = Lines(self.epoch, self._secret), self._begin, 0
        if reader._stand_before(self._segments[index], self._read(self._segments[index])) is None or not self.turned:
            reader = Lines(self.epoch, self._secret)
            reader._enter(self._segments[index])
        while reader.seq < self.seq:
            name = self._segments[index]
            data = self._read(name)[at:]
            for raw in data.splitlines(keepends=True):
                line = reader._verified(raw)
                if line is None:
                    raise JournalError(f"{name}: damaged after record {reader.seq}")
                yield line
            at += len(data)
            if not data:  # all of it was read before
                index, at = index + 1, 0
                if index == len(self._segments):
                    raise JournalError(f"{name}: ends at record {reader.seq}, {self.seq} were written")
                reader._enter(self._segments[index])

    def _read(self, name: str) -> bytes:
        try:
            return self._storage.read(name)
        except OSError as error:
            raise JournalError(f"{name}: {error}") from error

    # -- writing

    def begin_segment(self, business_day: str) -> None:
        """Start the segment of a business day (`YYYY-MM-DD`), or go on in the newest one when it is that day's."""
        if self._failed:
            raise JournalError("the journal failed before: no segment is begun behind a line that may be torn")
        newest = self._segments[-1] if self._segments else ""
        try:
            if newest.endswith(f"-{business_day}{SUFFIX}"):
                self._storage.resume(newest)
                return
            self._begin_another(business_day)
        except OSError as error:
            raise JournalError(f"the journal cannot be opened for writing: {error}") from error

    def _begin_another(self, business_day: str) -> None:
        newest = self._segments[-1] if self._segments else ""
        name = f"{int(newest[:6] or 0) + 1:06d}-{business_day}{SUFFIX}"
        self._storage.begin(name)
        self._segments.append(name)
        self._enter(name)

    def turn(self, business_day: str, mono_ms: int, wall_ms: int, state: Record) -> Line:
        """Begin a segment with a state line: a start after it reads nothing before. Raises JournalError as `write`."""
        if self._failed:
            raise JournalError("the journal failed before: nothing more is written")
        try:
            self._begin_another(business_day)
        except OSError as error:
            self._failed = True
            raise JournalError(f"no segment could be begun: {error}") from error
        line = self.write(mono_ms, wall_ms, {"kind": STATE, "after": self.head, **state}, ())
        before, self._begin, self.turned = self._begin, len(self._segments) - 1, line.seq - 1
        self._plain += self._segments[before : self._begin]
        return line

    def pack_one(self) -> bool:
        """Pack the oldest plain segment that no start reads any more. False: there is none. Raises JournalError when it could not
        be packed: then it lies there as before, and is left so until the next start."""
        if not self._plain:
            return False
        name = self._plain.pop(0)
        try:
            self._storage.pack(name)
        except OSError as error:
            raise JournalError(f"{name} is not packed: {error}") from error
        return True

    def write(self, mono_ms: int, wall_ms: int, fact: Record, intents: Sequence[Record]) -> Line:
        """Append one step and sync it. Raises JournalError on any trouble: the program ends, reads back and never retries.

        On a full disk the reserve is given back first, so that a running sale can be finished (reliability notes 2).
        """
        if self._failed:
            raise JournalError("the journal failed before: nothing more is written")
        head = {
            "seq": self.seq + 1,
            "epoch": self.epoch,
            "boot": self.boot,
            "mono_ms": mono_ms,
            "wall_ms": wall_ms,
            "fact": fact,
            "intents": list(intents),
        }
        plain = _json(head)
        body = plain[:-1] + sealed(self._keys.mac(self._chain, plain))
        chain = crc32(body, self._chain)
        raw = b"%08x %b\n" % (chain, body)
        try:
            self._make_room()
            self._storage.append(raw)
            self._storage.sync()
        except OSError as error:
            self._failed = True
            raise JournalError(f"record {self.seq + 1} could not be made durable: {error}") from error
        self._chain, self.seq = chain, self.seq + 1
        self._first_seq.setdefault(self._segments[-1], self.seq)
        return Line(self.seq, self.boot, mono_ms, wall_ms, fact, tuple(intents), raw[:-1].decode())

    def _make_room(self) -> None:
        if self._storage.free_bytes() < RESERVE_BYTES:
            self._storage.release_reserve()

    def texts_after(self, seq: int) -> Outbox | None:
        """Lines after `seq` as written, oldest first, of one segment; None when there are none. Raises JournalError when
        unreadable."""
        for name in reversed(self._segments):
            first = self._first_of(name)
            if first is None or first > seq + 1:
                continue
            if seq >= self.seq:
                return None
            raw = self._read(name).splitlines()
            chosen = raw[seq + 1 - first :][:BATCH_LINES]
            return Outbox(name, first, tuple(line.decode() for line in chosen))
        return None

    def _first_of(self, name: str) -> int | None:
        """Number of the first line of a segment; None while it has none. Of what the start did not read it is looked up."""
        if name not in self._first_seq and name in self._segments[: self._begin]:
            first = self._read(name).partition(b"\n")[0]
            try:
                self._first_seq[name] = int(json.loads(first[9:])["seq"]) if first else 0
            except (ValueError, KeyError, TypeError) as error:
                raise JournalError(f"{name}: {error}") from error
        return self._first_seq.get(name) or None

    def has_room(self) -> bool:
        """False: too little space left to begin a sale."""
        try:
            return self._storage.free_bytes() >= ROOM_BYTES
        except OSError:
            return False

    @property
    def head(self) -> str:
        """The chain value of the last line, as printed on slips."""
        return f"{self._chain:08x}"
