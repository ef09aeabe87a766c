"""What must stand in no text: card numbers, track data, identity numbers, PINs (invariant 13).

A run of 13 to 19 digits is a card number when its check digit is right and its first digit is one that cards have. Times in
ms (`..._ms`), nonces, chain values, macs, ticket numbers and blank keys are no such runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_RUN = re.compile(rb"(?<![0-9A-Za-z.])[2-689](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])")
_TRACK = re.compile(rb"%B[0-9 ]{12,19}\^|;[0-9]{12,19}=|(?<![0-9A-Fa-f])[0-9]{13,19}[D=][0-9]{7,}")
_IDENTITY = re.compile(
    rb"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_FIELDS = tuple(
    f'"{name}":'.encode()
    for name in (
        "pin",
        "pan",
        "cvv",
        "cvc",
        "track",
        "track1",
        "track2",
        "track3",
        "id_number",
        "pin_block",
        "password",
    )
)
_LONG = re.compile(rb"[0-9](?:[ -]?[0-9]){11}")
_TIME = re.compile(rb'_ms":-?[0-9]+|"nonce":"[0-9a-f]*"')
_WEIGHTS, _CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


class Leaks:
    """`marked`: test values that were typed, dipped or read somewhere and may come out nowhere."""

    def __init__(self, marked: Iterable[str] = ()) -> None:
        words = sorted({word.encode() for word in marked if word}, key=len, reverse=True)
        self._marked = re.compile(b"|".join(re.escape(word) for word in words)) if words else None

    def find(self, text: bytes) -> str:
        """What leaks there, empty when nothing does; never the secret itself."""
        if self._marked is not None and self._marked.search(text):
            return "a marked test value"
        for name in _FIELDS:
            if name in text:
                return "a field for a secret"
        if not _LONG.search(text):
            return ""
        text = _TIME.sub(b"", text)
        if _TRACK.search(text):
            return "track data of a card"
        if any(_is_identity(found.group()) for found in _IDENTITY.finditer(text)):
            return "an identity number"
        if any(_is_card(found.group()) for found in _RUN.finditer(text)):
            return "a card number"
        return ""


def _is_card(run: bytes) -> bool:
    """The check digit of ISO/IEC 7812: every second digit from the right doubled, the sum a multiple of ten."""
    total = 0
    for place, digit in enumerate(int(chr(char)) for char in reversed(run) if 48 <= char <= 57):
        doubled = digit * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _is_identity(run: bytes) -> bool:
    """The check character of GB 11643."""
    total = sum(weight * int(chr(char)) for weight, char in zip(_WEIGHTS, run, strict=False))
    return chr(run[-1]).upper() == _CHECKS[total % 11]
