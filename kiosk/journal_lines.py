"""Lines of the journal read back and verified: chain, order, epoch, seal. A *state line* stands for all lines before it.

    c52e28ab {"seq":311,"epoch":"7f3a91c2","boot":4,"mono_ms":…,"wall_ms":…,"fact":{…},"intents":[…],"mac":"…"}

8 hex digits of a CRC-32 chained over all bodies, a blank, one JSON object, LF (decision 11). `mac`: HMAC-SHA256 cut to 16
bytes over the previous chain value and the body without `mac`; its key starts from the machine's secret at each segment and
is hashed forward after each record (decision 13). Chain and seq run on over segments. Source: reliability notes 2.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from zlib import crc32

from kiosk.errors import JournalError
from kiosk.records import Record

MAC_BYTES = 16
HEAD_BYTES = 300
"""The kind of a line's fact stands in its first ones."""
STATE = "sys.state"
"""Kind of a state line: the first of its segment, with the chain value before it as `after` (decision page 078)."""


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


def sealed(mac: str) -> bytes:
    """The end of a body: `mac` is its last key, and covers the body as it is without it."""
    return b',"mac":"%b"}' % mac.encode()


class Lines:
    """Where a reader stands: after which line, in which segment."""

    def __init__(self, epoch: str, secret: bytes) -> None:
        self.epoch, self._secret = epoch, secret
        self.seq = self.boot = 0
        self._chain = 0
        self._keys = Keychain(secret, "")

    def _enter(self, segment: str) -> None:
        """The lines to come stand in this segment."""
        self._keys = Keychain(self._secret, segment)

    def _stand_before(self, segment: str, data: bytes) -> Line | None:
        """The state line with which the segment begins; the reader stands just before it then. What is torn or forged is none."""
        raw = data[: data.find(b"\n") + 1]
        line = None
        self.seq, self._chain, self.boot = 0, 0, 0
        if STATE.encode() not in raw[:HEAD_BYTES]:
            return None
        try:
            head = json.loads(raw[9:])
            if head["fact"]["kind"] != STATE:
                return None
            seq, chain = head["seq"] - 1, int(head["fact"]["after"], 16)
            self.seq, self._chain = seq, chain
            self._enter(segment)
            line = self._verified(raw)
        except (ValueError, KeyError, TypeError, JournalError):
            line = None
        self.seq, self._chain, self.boot = (seq, chain, 0) if line is not None else (0, 0, 0)
        self._enter(segment)
        return line

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
        plain = body[: -len(sealed(mac))] + b"}"
        if head["seq"] != self.seq + 1 or not hmac.compare_digest(mac, self._keys.mac(self._chain, plain)):
            raise JournalError(f"record {head['seq']} after {self.seq} is not one this machine wrote")
        self.seq, self.boot, self._chain = head["seq"], head["boot"], chain
        times = head["mono_ms"], head["wall_ms"]
        return Line(self.seq, self.boot, *times, head["fact"], tuple(head["intents"]), raw[:-1].decode())
