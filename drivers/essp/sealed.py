"""The key exchange and the encrypted packets of eSSP. Source: essp sheet, section 5.

Sixty-four bits of Diffie-Hellman and a published fixed key keep out line noise and a careless hand, not an attacker: the
gain is that a late or repeated answer never passes for a new one, and that events are acknowledged (56, 57).
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from drivers.essp.codec import crc16

MARK = 0x7E
FACTORY_KEY = 0x0123456701234567
GENERATOR, MODULUS = 2_147_483_647, 2_147_483_579
"""Two primes below 2**31, whose products fit into the 64 bits that devices calculate with; (MODULUS - 1) / 2 is prime too."""
NUMBER_BYTES = 8
BLOCK = 16
AROUND = 7  # LEN1, COUNT4 and CRC2
COUNTS = 1 << 32

Draw = Callable[[int], bytes]
"""So many random bytes."""


def number(value: int) -> bytes:
    """DATA of the three exchange commands: 8 bytes, least significant first."""
    return value.to_bytes(NUMBER_BYTES, "little")


class Exchange:
    """The host's half of one key exchange: what to send, and the session that follows from the answer."""

    def __init__(self, draw: Draw, generator: int = GENERATOR, modulus: int = MODULUS, fixed_key: int = FACTORY_KEY):
        """`generator` > `modulus`, both primes below 2**64. Raises ValueError for another order: the caller's bug."""
        if not 4 < modulus < generator < 1 << 64:
            raise ValueError(f"generator {generator} and modulus {modulus}: 4 < modulus < generator < 2**64")
        self.generator, self.modulus = generator, modulus
        self._draw, self._fixed_key = draw, fixed_key
        self._secret = 2 + int.from_bytes(draw(NUMBER_BYTES), "little") % (modulus - 4)
        self.value = pow(generator, self._secret, modulus)

    def agreed(self, answer: bytes) -> Session | None:
        """`answer`: the device's value as it was sent. None when nobody can have calculated it."""
        theirs = int.from_bytes(answer, "little")
        if len(answer) != NUMBER_BYTES or not 1 <= theirs < self.modulus:
            return None
        return Session(number(self._fixed_key) + number(pow(theirs, self._secret, self.modulus)), self._draw)


class Session:
    """Both directions of one key. `count`: of the next packet sent; an answer to it carries the next number."""

    def __init__(self, key: bytes, draw: Draw) -> None:
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())
        self._draw = draw
        self.count = 0

    def seal(self, payload: bytes) -> bytes:
        """DATA of the packet with that command (0 to 248 bytes); the same count until an answer was opened."""
        padding = self._draw(-(len(payload) + AROUND) % BLOCK)
        body = bytes([len(payload)]) + self.count.to_bytes(4, "little") + payload + padding
        encryptor = self._cipher.encryptor()
        return bytes([MARK]) + encryptor.update(body + crc16(body)) + encryptor.finalize()

    def open(self, data: bytes) -> bytes | None:
        """The payload of an answer; None for one with another key, a wrong inner CRC or another count."""
        block = data[1:]
        if not block or data[0] != MARK or len(block) % BLOCK:
            return None
        decryptor = self._cipher.decryptor()
        body = decryptor.update(block) + decryptor.finalize()
        if crc16(body[:-2]) != body[-2:] or body[0] > len(body) - AROUND:
            return None
        expected = (self.count + 1) % COUNTS
        if int.from_bytes(body[1:5], "little") != expected:
            return None
        self.count = expected
        return body[5 : 5 + body[0]]
