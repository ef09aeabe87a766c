"""The MAC of a line, made a second time (decision 13; `kiosk/journal.py` says the same from the writer's side).

HMAC-SHA256 cut to 16 bytes over the previous chain value (8 hex digits) and the body without its last key `mac`. The key is
HMAC(secret, "segment:" + name of the segment) and is hashed forward with SHA-256 after each record.
"""

from __future__ import annotations

import hashlib
import hmac

_HEAD, _DIGITS = b',"mac":"', 32
_TAIL = len(_HEAD) + _DIGITS + 2  # and the closing quote and brace


class Seal:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._key = b""

    def segment(self, name: str) -> None:
        self._key = hmac.digest(self._secret, b"segment:" + name.encode(), "sha256")

    def fits(self, chain: int, body: bytes) -> bool:
        """Whether the body, whose record follows the one with this chain value, carries its mac. Moves the key on."""
        if not self._key:
            return False
        cut = len(body) - _TAIL
        made = hmac.digest(self._key, b"%08x" % chain + body[:cut] + b"}", "sha256")[:16].hex()
        self._key = hashlib.sha256(self._key).digest()
        return body[cut : cut + len(_HEAD)] == _HEAD and body[-2 - _DIGITS : -2] == made.encode()
