"""Keys and counts of encrypted packets, seen from the device (essp sheet, section 5).

Two numbers of the host and one secret of each side make half of a key, the other half is fixed and survives a power cut.
What is random comes through `Draw`. Decided here, the sheet is silent: both numbers have to be prime and the generator the
larger one; a number that cannot be used is answered *out of range*, one that comes before its time *cannot process*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from simulator.devices.essp.codes import ENCRYPTED, Answer
from simulator.devices.essp.wire import crc16

Draw = Callable[[int], int]
"""n -> a number 0..n-1."""

BLOCK = 16
HEAD, TAIL = 5, 2
"""LEN1 and COUNT before the payload, the inner CRC behind the padding."""
FACTORY_KEY = 0x0123456701234567
NUMBER = 8
COUNTS = 1 << 32
SECRETS = 1 << 32
_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def draws(seed: str) -> Draw:
    """Numbers that look random and are the same for the same seed."""
    made = 0

    def draw(choices: int) -> int:
        nonlocal made
        made += 1
        return int.from_bytes(hashlib.sha256(f"{seed} {made}".encode()).digest()[:16], "big") % choices

    return draw


def is_prime(number: int) -> bool:
    """Exact for 0..2^64-1 (Miller-Rabin with the witnesses that are enough for that)."""
    if number < 2 or any(number % prime == 0 and number != prime for prime in _WITNESSES):
        return False
    if number in _WITNESSES:
        return True
    twos = (number - 1 & 1 - number).bit_length() - 1
    return all(_passes(number, witness, twos) for witness in _WITNESSES)


def _passes(number: int, witness: int, twos: int) -> bool:
    power = pow(witness, number - 1 >> twos, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


class Session:
    """One negotiated key. `count` is what the next packet of the host has to carry."""

    def __init__(self, key: bytes, draw: Draw) -> None:
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())
        self._draw = draw
        self.count = 0

    def open(self, sealed: bytes) -> bytes | None:
        """The payload; None for a packet that is damaged inside, or whose count is not the one that is due."""
        if not sealed or len(sealed) % BLOCK:
            return None
        decryptor = self._cipher.decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        length = plain[0]
        if not 1 <= length <= len(plain) - HEAD - TAIL:
            return None
        if crc16(plain[:-TAIL]) != int.from_bytes(plain[-TAIL:], "little"):
            return None
        if int.from_bytes(plain[1:HEAD], "little") != self.count:
            return None
        return plain[HEAD : HEAD + length]

    def answer(self, payload: bytes) -> bytes:
        """The data of an answer, under the next count."""
        self.count = (self.count + 1) % COUNTS
        return self.seal(payload, self.count)

    def seal(self, payload: bytes, count: int, spoilt: int = 0) -> bytes:
        """The data of an encrypted packet; `spoilt` is put over its inner CRC."""
        plain = bytes([len(payload)]) + (count % COUNTS).to_bytes(4, "little") + payload
        plain += bytes(self._draw(256) for _ in range(-(len(plain) + TAIL) % BLOCK))
        plain += (crc16(plain) ^ spoilt).to_bytes(TAIL, "little")
        encryptor = self._cipher.encryptor()
        return bytes([ENCRYPTED]) + encryptor.update(plain) + encryptor.finalize()


class Keys:
    """`session` is None until both sides have exchanged their values; `fixed` alone survives a power cut."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.fixed = FACTORY_KEY
        self.forget()

    def forget(self) -> None:
        self.session: Session | None = None
        self._generator = self._modulus = 0

    def set_generator(self, number: int) -> Answer:
        """Begins anew: what was negotiated before is gone."""
        if not is_prime(number):
            return Answer.OUT_OF_RANGE
        self.forget()
        self._generator = number
        return Answer.OK

    def set_modulus(self, number: int) -> Answer:
        if not self._generator:
            return Answer.CANNOT_PROCESS
        if not is_prime(number) or number >= self._generator:
            return Answer.OUT_OF_RANGE
        self._modulus = number
        return Answer.OK

    def exchange(self, host_value: int) -> tuple[Answer, bytes]:
        """The device's own value, eight bytes; from then on the session stands, and counts from 0."""
        if not self._modulus:
            return Answer.CANNOT_PROCESS, b""
        if not 0 < host_value < self._modulus:
            return Answer.OUT_OF_RANGE, b""
        secret = self._draw(SECRETS)
        shared = pow(host_value, secret, self._modulus)
        key = self.fixed.to_bytes(NUMBER, "little") + shared.to_bytes(NUMBER, "little")
        self.session = Session(key, self._draw)
        return Answer.OK, pow(self._generator, secret, self._modulus).to_bytes(NUMBER, "little")
