"""The journal of record: one line is one atomic step, a fact and the intents it caused, synced before any intent leaves.

    c52e28ab {"seq":311,"epoch":"7f3a91c2","boot":4,"mono_ms":…,"wall_ms":…,"fact":{…},"intents":[…],"mac":"…"}

8 hex digits of a CRC-32 chained over all bodies, a blank, one JSON object, LF (decision 11). `mac`: HMAC-SHA256 cut to 16
bytes over the previous chain value and the body without `mac`; its key starts from the machine's secret at each segment and
is hashed forward after each record (decision 13). Chain and seq run on over segments. Source: reliability notes 2.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from kiosk.errors import JournalError
from kiosk.ports.station import Outbox
from kiosk.records import Record
from kiosk.storage import RESERVE_BYTES, ROOM_BYTES, SUFFIX, Storage

MAC_BYTES = 16
BATCH_LINES = 500
HEAD = re.compile(rb'[0-9a-f]{8} \{"seq":')


@dataclass(frozen=True, slots=True)
class Line:
    """One step read back. `text` is the line without its LF, as the station gets it."""

    seq: int
    boot: int
    mono_ms: int
    wall_ms: int
    fact: Record
    intents: tuple[Record, ...]
    text: str


class Keychain:
    """The MAC key of the record to come: derived per segment, hashed forward, the old one forgotten."""

    def __init__(self, secret: bytes, segment: str) -> None:
        self._key = hmac.digest(secret, b"segment:" + segment.encode(), "sha256")

    def mac(self, chain: int, body: bytes) -> str:
        made = hmac.digest(self._key, b"%08x" % chain + body, "sha256")[:MAC_BYTES].hex()
        self._key = hashlib.sha256(self._key).digest()
        return made


def _sealed(mac: str) -> bytes:
    """The end of a body: `mac` is its last key, and covers the body as it is without it."""
    return b',"mac":"%b"}' % mac.encode()


_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _json(value: Any) -> bytes:
    """One line whatever stands in it: half a surrogate pair from a foreign text becomes its JSON escape."""
    return _ENCODER.encode(value).encode(errors="backslashreplace")


class Journal:
    """Open, read back, append. `epoch` and `secret` come from the machine's identity (decision 15)."""

    def __init__(self, storage: Storage, epoch: str, secret: bytes, hear: Callable[[Line], None] | None = None) -> None:
        """Reads all segments. `hear` is given each line as it is read, and none is kept: there may be millions; without it they
        stand in `lines`. Raises JournalError for a journal of another epoch, a forged record or a hole in the past.

        Only the last line may be damaged (each was synced before the next): it is kept aside as `tail-BOOT.bad`.
        """
        self._storage, self.epoch, self._secret = storage, epoch, secret
        self.seq = 0
        self.boot = 0
        self._chain = 0
        self.damaged_bytes = 0
        self.lines: list[Line] = []
        self._failed = False
        self._first_seq: dict[str, int] = {}
        try:
            self._segments = storage.segments()
            for line in self._load():
                (hear or self.lines.append)(line)
        except OSError as error:
            raise JournalError(f"the journal cannot be read: {error}") from error
        self.boot += 1

    # -- reading

    def _load(self) -> Iterator[Line]:
        for index, name in enumerate(self._segments):
            data, good = self._storage.read(name), 0
            self._keys = Keychain(self._secret, name)
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

    def _verified(self, raw: bytes) -> Line | None:
        """The line, or None where the chain ends. Raises JournalError for what cannot be an honest power cut."""
        if not raw.endswith(b"\n") or raw[8:9] != b" ":
            return None
        body = raw[9:-1]
        chain = crc32(body, self._chain)
        if raw[:8] != b"%08x" % chain:
            return None
        try:
            return self._believed(body, chain, raw)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise JournalError(f"record {self.seq + 1} is not one this machine wrote: {error}") from error

    def _believed(self, body: bytes, chain: int, raw: bytes) -> Line:
        head = json.loads(body)
        mac = head.pop("mac")
        if head["epoch"] != self.epoch:
            raise JournalError(f"a journal of epoch {head['epoch']}, this machine's is {self.epoch}")
        plain = body[: -len(_sealed(mac))] + b"}"
        if head["seq"] != self.seq + 1 or not hmac.compare_digest(mac, self._keys.mac(self._chain, plain)):
            raise JournalError(f"record {head['seq']} after {self.seq} is not one this machine wrote")
        self.seq, self.boot, self._chain = head["seq"], head["boot"], chain
        times = head["mono_ms"], head["wall_ms"]
        return Line(self.seq, self.boot, *times, head["fact"], tuple(head["intents"]), raw[:-1].decode())

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
            name = f"{int(newest[:6] or 0) + 1:06d}-{business_day}{SUFFIX}"
            self._storage.begin(name)
        except OSError as error:
            raise JournalError(f"the journal cannot be opened for writing: {error}") from error
        self._segments.append(name)
        self._keys = Keychain(self._secret, name)

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
        body = plain[:-1] + _sealed(self._keys.mac(self._chain, plain))
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
            first = self._first_seq.get(name)
            if first is None or first > seq + 1:
                continue
            if seq >= self.seq:
                return None
            try:
                raw = self._storage.read(name).splitlines()
            except OSError as error:
                raise JournalError(f"{name}: {error}") from error
            chosen = raw[seq + 1 - first :][:BATCH_LINES]
            return Outbox(name, first, tuple(line.decode() for line in chosen))
        return None

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
