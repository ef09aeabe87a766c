"""Who pays with a phone: the lab's people, what the provider thinks of them, and the code a phone shows.

A phone's code is 18 digits: 13, the payer's number, the second at which it was made, a proof that only this phone and the provider
can make (code-provider sheet, section 4; shape from the I/O board sheet, section 3).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

OPENED_FEN = 100_000_000
POOR_FEN = 100
LAB_FEN = 200_000
CONFIRM_OVER_FEN = 100_000
CODE_LIVES_S = 60
ROUND_S = 1_000_000
SHAPE = re.compile(r"13(\d{4})(\d{6})(\d{6})", re.ASCII)
SKEW_S = 30


@dataclass(frozen=True, slots=True)
class Payer:
    """`careful` confirms every scanned payment on the phone; others only amounts above `CONFIRM_OVER_FEN`."""

    name: str
    number: int
    shown: str
    opened_fen: int = OPENED_FEN
    careful: bool = False
    blocked: bool = False

    def needs_answer(self, amount_fen: int) -> bool:
        return self.careful or amount_fen > CONFIRM_OVER_FEN

    def code(self, now_ms: int) -> str:
        """What the phone shows at `now_ms`, good for a minute and once."""
        second = now_ms // 1_000 % ROUND_S
        return f"13{self.number:04}{second:06}{self._proof(second)}"

    def _proof(self, second: int) -> str:
        secret = hashlib.sha256(f"lab phone {self.name}".encode()).digest()
        proof = hmac.new(secret, f"{second:06}".encode(), hashlib.sha256).digest()
        return f"{int.from_bytes(proof[:8]) % ROUND_S:06}"

    def made(self, code: str, now_ms: int) -> str:
        """Empty when this phone made the code within the last minute, else why it is not taken."""
        match = SHAPE.fullmatch(code)
        if match is None or match[3] != self._proof(int(match[2])):
            return "declined"
        age_s = (now_ms // 1_000 - int(match[2])) % ROUND_S
        return "" if age_s <= CODE_LIVES_S or age_s >= ROUND_S - SKEW_S else "expired"


LAB_PAYERS = {
    payer.name: payer
    for payer in (
        Payer("good", 1, "王*"),
        Payer("poor", 2, "李*", opened_fen=POOR_FEN),
        Payer("careful", 3, "张*", careful=True),
        Payer("blocked", 4, "赵*", blocked=True),
        Payer("lab", 5, "陈*", opened_fen=LAB_FEN),
    )
}
"""Published test people: the lab's phones are theirs."""


def payer_of(code: str) -> Payer | None:
    """Whose phone a code names; None: nobody's, or no code of these."""
    match = SHAPE.fullmatch(code)
    number = int(match[1]) if match else 0
    return next((payer for payer in LAB_PAYERS.values() if payer.number == number), None)
