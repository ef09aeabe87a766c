"""Whether the station said it: Ed25519 over the exact text that came. Source: station-api sheet, "What the station says"."""

from __future__ import annotations

import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PREFIX = b"tvm-station-1\n"


class StationKey:
    """The public key that the machine was provisioned with, 64 hex digits; empty: nothing is believed."""

    def __init__(self, public: str) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)) if public else None

    def __bool__(self) -> bool:
        return self._key is not None

    def believes(self, text: str, signature: str) -> bool:
        """False for whatever the station did not sign; never raises."""
        if self._key is None or not re.fullmatch("[0-9a-f]{128}", signature):
            return False
        try:
            self._key.verify(bytes.fromhex(signature), PREFIX + text.encode())
        except (InvalidSignature, UnicodeEncodeError):
            return False
        return True
