"""Disks to write a journal on: in memory, and in every kind of trouble."""

from __future__ import annotations

import errno

from kiosk.storage import PACKED, ROOM_BYTES, packed_of, unpacked


class MemoryDisk:
    """Keeps what was appended; `synced` is what a power cut leaves for certain. Trouble is switched on by its name.

    `full` (no space left), `read_only`, `sync_fails`, `half` (a write that stops in the middle).
    """

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.synced: dict[str, int] = {}
        self.tails: dict[str, bytes] = {}
        self.trouble = ""
        self.free = 10 * ROOM_BYTES
        self.reserve = True
        self.writes = 0
        self._name = ""

    def segments(self) -> list[str]:
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        return unpacked(bytes(self.files[name]))

    def packed(self, name: str) -> bool:
        return bytes(self.files[name][: len(PACKED)]) in (PACKED, b"")

    def pack(self, name: str) -> None:
        if self.trouble:
            raise OSError(errno.EIO, self.trouble)
        self.files[name] = bytearray(packed_of(bytes(self.files[name])))
        self.synced[name] = len(self.files[name])

    def begin(self, name: str) -> None:
        if self.trouble in ("full", "read_only"):
            raise OSError(errno.EROFS if self.trouble == "read_only" else errno.ENOSPC, self.trouble)
        assert name not in self.files
        self.files[name] = bytearray()
        self.synced[name] = 0
        self._name = name

    def resume(self, name: str) -> None:
        if self.trouble == "read_only":
            raise OSError(errno.EROFS, self.trouble)
        self._name = name

    def append(self, data: bytes) -> None:
        self.writes += 1
        if self.trouble == "half":
            self.files[self._name] += data[: len(data) // 2]
            raise OSError(errno.ENOSPC, "only half of it was written")
        if self.trouble in ("full", "read_only"):
            raise OSError(errno.ENOSPC, self.trouble)
        self.files[self._name] += data

    def sync(self) -> None:
        if self.trouble == "sync_fails":
            raise OSError(errno.EIO, self.trouble)
        self.synced[self._name] = len(self.files[self._name])

    def cut(self, name: str, size: int, tail_name: str) -> None:
        self.tails[tail_name] = bytes(self.files[name][size:])
        del self.files[name][size:]
        self.synced[name] = size

    def free_bytes(self) -> int:
        if self.trouble == "no_answer":
            raise OSError(errno.EIO, self.trouble)
        return self.free

    def release_reserve(self) -> None:
        self.reserve = False
