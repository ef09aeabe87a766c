"""The keys, as the chip keeps them: in by a command, used for what they are for, never out (pin-pad sheet, sections 3 and 6).

Decided here (docs/sheets/pin-pad-open-points.md): masters have 16 or 24 bytes; a key is not longer than the one that protects
it; every byte has odd parity, but for AES; no value serves two uses, or a PIN key would be loaded once more as a data key.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from simulator.devices import des
from simulator.devices.epp.codes import MASTERS, Code, Refusal, Use

INDEXES = range(0x01, 0xFF)
CHECK_BYTES = 4
"""Of a check value, as a reply carries it (section 11)."""


class Key:
    """`value` has 8, 16 or 24 bytes. Shows its use only."""

    __slots__ = ("use", "value")

    def __init__(self, use: Use, value: bytes) -> None:
        self.use, self.value = use, value

    def __repr__(self) -> str:
        return f"Key({self.use.name}, {len(self.value)} bytes)"

    def encrypt(self, data: bytes) -> bytes:
        """Whole blocks of the key's own cipher, each on its own."""
        if self.use is not Use.PIN_AES:
            return des.encrypt(self.value, data)
        encryptor = Cipher(AES(self.value), modes.ECB()).encryptor()
        return encryptor.update(data) + encryptor.finalize()

    def check_value(self) -> bytes:
        """Zero bytes encrypted, one block of them."""
        return self.encrypt(bytes(16 if self.use is Use.PIN_AES else des.BLOCK))


class KeyStore:
    """Index -> key, in battery-backed memory."""

    def __init__(self) -> None:
        self._keys: dict[int, Key] = {}

    def __repr__(self) -> str:
        return f"KeyStore({self._keys!r})"

    # -- what may be told

    @property
    def blank(self) -> bool:
        return not self.has(Use.IMK)

    def has(self, use: Use) -> bool:
        return any(key.use is use for key in self._keys.values())

    def held(self) -> Mapping[int, Use]:
        """Index -> use of every key there is."""
        return {index: key.use for index, key in self._keys.items()}

    def use(self, index: int, *uses: Use) -> Key:
        """The key there, for one of these uses. Raises Refusal."""
        self._check_index(index)
        if self.blank:
            raise Refusal(Code.NO_IMK)
        if Use.IMK not in uses and not self.has(Use.TMK):
            raise Refusal(Code.NO_TMK)
        key = self._keys.get(index)
        if key is None or key.use not in uses:
            raise Refusal(Code.KEY_USE)
        return key

    # -- in and away

    def load_plain(self, index: int, use: Use, value: bytes) -> Key:
        """Masters only. Raises Refusal."""
        self._check_index(index)
        if use not in MASTERS:
            raise Refusal(Code.PARAMETER)
        if use is Use.TMK and self.blank:
            raise Refusal(Code.NO_IMK)
        return self._store(index, Key(use, value))

    def load_wrapped(self, protecting: int, index: int, use: Use, cryptogram: bytes) -> Key:
        """A TMK under the IMK, a work key under a TMK. Raises Refusal."""
        self._check_index(index)
        if use is Use.IMK:
            raise Refusal(Code.PARAMETER)
        master = self.use(protecting, Use.IMK if use is Use.TMK else Use.TMK)
        if len(cryptogram) > len(master.value):
            raise Refusal(Code.KEY_LENGTH)
        return self._store(index, Key(use, des.decrypt(master.value, cryptogram)))

    def erase(self, index: int) -> None:
        """Also when nothing is there: a host may ask again when it heard no answer. Raises Refusal."""
        self._check_index(index)
        self._keys.pop(index, None)

    def wipe(self) -> None:
        self._keys.clear()

    def lose(self, *uses: Use) -> None:
        self._keys = {index: key for index, key in self._keys.items() if key.use not in uses}

    def spoil(self, index: int) -> Key:
        """A bit of the key is turned over where it lies, parity and all."""
        key = self._keys[index]
        self._keys[index] = Key(key.use, bytes([key.value[0] ^ 0x06]) + key.value[1:])
        return self._keys[index]

    def _check_index(self, index: int) -> None:
        if index not in INDEXES:
            raise Refusal(Code.KEY_INDEX)

    def _store(self, index: int, key: Key) -> Key:
        if len(key.value) == 8 and (key.use in MASTERS or key.use is Use.PIN_AES):
            raise Refusal(Code.KEY_LENGTH)
        if key.use is not Use.PIN_AES and des.odd_parity(key.value) != key.value:
            raise Refusal(Code.KEY_PARITY)
        if any(other.value == key.value and other.use is not key.use for other in self._keys.values()):
            raise Refusal(Code.KEY_USE)
        self._keys[index] = key
        return key
