"""Who may load keys in clear: the two-step challenge (pin-pad sheet, section 5).

Decided here (docs/sheets/pin-pad-open-points.md): the challenge is the pad's random number under the key that the host named;
90 ends it after a TMK, 91 after the IMK; three wrong answers lock it for a minute; it lasts until the pad starts again.
"""

from __future__ import annotations

from simulator.devices import des
from simulator.devices.epp.codes import Code, Refusal, Use
from simulator.devices.epp.memory import Memory

TRIES, LOCKED_MS = 3, 60_000


class Authentication:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.forget()

    def forget(self) -> None:
        self.passed = False
        self._random: bytes | None = None
        self._asked: tuple[Use, bytes] | None = None
        self._wrong = 0
        self._locked_until_ms = 0

    def obey(self, what: int, given: bytes, now_ms: int) -> bytes:
        """One step; answers what the reply carries. `given` has 8 bytes. Raises Refusal."""
        if now_ms < self._locked_until_ms:
            raise Refusal(Code.AUTHENTICATION_LOCKED)
        if len(given) != des.BLOCK:
            raise Refusal(Code.COMMAND_LENGTH)
        if what == 0xA0:
            self._random = self._memory.noise(des.BLOCK)
            return self._random
        if what in (0x90, 0x91):
            return self._judge(Use.TMK if what == 0x90 else Use.IMK, given, now_ms)
        if what == 0x80 and self._memory.user_id is None:
            self._memory.user_id = given
            return b""
        return self._challenge(what, given)

    def _challenge(self, index: int, given: bytes) -> bytes:
        if self._random is None or given != self._random:
            raise Refusal(Code.AUTHENTICATION)
        key = self._memory.keys.use(index, Use.IMK, Use.TMK)
        challenge = key.encrypt(self._random)
        self._random, self._asked = None, (key.use, challenge)
        return challenge

    def _judge(self, use: Use, answer: bytes, now_ms: int) -> bytes:
        asked, self._asked = self._asked, None
        user_id = self._memory.user_id
        if asked is None or user_id is None or asked[0] is not use:
            raise Refusal(Code.AUTHENTICATION)
        if answer != des.encrypt(user_id, asked[1]):
            self._wrong += 1
            if self._wrong >= TRIES:
                self._wrong, self._locked_until_ms = 0, now_ms + LOCKED_MS
            raise Refusal(Code.AUTHENTICATION)
        self.passed, self._wrong = True, 0
        return des.encrypt(user_id, answer)
