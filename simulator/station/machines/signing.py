"""The station's signature under everything that tells a machine what to do. Source: station-api sheet, "What the station says".

Ed25519 over the exact text that travels, with a prefix that no other use of the key has. The key lies beside the station's
memory; machines are provisioned with its public half.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PREFIX = b"tvm-station-1\n"
KEY_FILE = "signing.key"
SEED_BYTES = 32


class Signer:
    """Signs with the key that grows from `seed` (32 bytes). Equal texts get equal signatures."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, text: str) -> str:
        """128 hex digits."""
        return self._key.sign(PREFIX + text.encode()).hex()


def read_signer(folder: Path, fresh: Callable[[int], bytes]) -> Signer:
    """The key in `folder`, made of `fresh(32)` when there is none yet. Raises OSError; ValueError when it is no key."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(fresh(SEED_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    text = path.read_text(encoding="ascii").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError(f"{path}: not a key")
    return Signer(bytes.fromhex(text))
