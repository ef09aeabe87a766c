"""A disk that forgets and tears what was not synced: the journal's storage in a simulated machine.

What was written since the last sync lies in 512-byte sectors; at a power cut each of them is kept, lost or garbled, whatever
became of its neighbours, and the file may or may not have grown. Making, unlinking and cutting a file counts as unsynced
too; any later sync makes earlier changes of the directory durable, as ext4 does. Bytes of a sector that were durable before
stay as they are when the sector is written again (what SQLite calls powersafe overwrite); without that promise no file of
lines can keep its last one. The steps are those of `kiosk.storage.FileStorage`. Source: reliability notes 2 and 6.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from random import Random

from kiosk.storage import PACKED, RESERVE_BYTES, ROOM_BYTES, SUFFIX, packed_of, unpacked

SECTOR_BYTES = 512
KEPT, LOST = 0.5, 0.75
"""Fate of an unsynced sector by one throw in 0..1: below `KEPT`, below `LOST`, else garbled."""
RESERVE = "reserve"
FOLD_PIECES = 32
_EMPTY = bytes(RESERVE_BYTES)


class PowerCut(BaseException):
    """The power fails here; nothing more reaches the disk until `SectorDisk.crash`."""


class CutAt:
    """An `on_step` hook: the power fails at the `count`-th step of that name, or of any name, counted from 1."""

    def __init__(self, count: int, name: str = "") -> None:
        self._left, self._name = count, name

    def __call__(self, name: str) -> None:
        if not self._name or name == self._name:
            self._left -= 1
            if self._left == 0:
                raise PowerCut(name)


class _File:
    """Content in pieces, oldest first. The first `settled` pieces, `durable` bytes, survive; `size` is what a reader sees.

    `doubts`: ranges of a failed sync, which a later sync does not write again. `before`: as it was before an unsynced cut.
    """

    __slots__ = ("before", "doubts", "durable", "pieces", "settled", "size")

    def __init__(self, data: bytes = b"") -> None:
        self.pieces = [data]
        self.settled = 1
        self.durable = self.size = len(data)
        self.doubts: list[tuple[int, int]] = []
        self.before: _File | None = None

    def copy(self) -> _File:
        """Few pieces, all shared; a long file is joined again only when what was added is worth it."""
        if self.settled > FOLD_PIECES:
            added = b"".join(self.pieces[1 : self.settled])
            folded = [self.pieces[0], added] if len(added) < len(self.pieces[0]) >> 2 else [self.pieces[0] + added]
            self.pieces[: self.settled] = folded
            self.settled = len(folded)
        made = _File.__new__(_File)
        made.pieces, made.settled, made.durable, made.size = self.pieces[:], self.settled, self.durable, self.size
        made.doubts, made.before = self.doubts[:], self.before
        return made

    def read(self) -> bytes:
        data = b"".join(self.pieces)
        if self.settled == len(self.pieces):
            self.pieces, self.settled = [data], 1
        return data

    def truncate(self, size: int) -> None:
        before, data = self.copy(), self.read()[:size]
        self.durable, self.size = min(self.durable, size), len(data)
        self.pieces, self.settled = [data[: self.durable], data[self.durable :]], 1
        self.doubts = [(start, min(end, size)) for start, end in self.doubts if start < size]
        self.before = self.before or before

    def survivor(self, dice: Random) -> _File:
        """What is found after the power cut."""
        if self.before is not None and dice.random() < 0.5:
            return self.before.copy().survivor(dice)  # copies of this disk share it
        self.before = None
        fresh = b"".join(self.pieces[self.settled :])
        if fresh:
            torn = _sectors(fresh[: _grown(self.durable, len(fresh), dice)], self.durable, dice)
            self.pieces[self.settled :] = [torn]
            self.size = self.durable + len(torn)
        self.spoil([(start, end) for start, end in self.doubts if end <= self.durable], dice)
        self.settled, self.durable = len(self.pieces), self.size
        return self

    def spoil(self, ranges: list[tuple[int, int]], dice: Random) -> None:
        """What a failed sync should have written is there or not, sector by sector."""
        if ranges:
            data = bytearray(b"".join(self.pieces))
            for start, end in ranges:
                data[start:end] = _sectors(bytes(data[start:end]), start, dice)
            self.pieces, self.settled = [bytes(data)], 1
        self.doubts = []


def _grown(start: int, length: int, dice: Random) -> int:
    """By how much the file grew: not at all, up to the edge of some sector, or in full."""
    throw = dice.random()
    if throw < 0.25:
        return 0
    if throw < 0.5:
        first, last = start // SECTOR_BYTES + 1, (start + length - 1) // SECTOR_BYTES
        return dice.randint(first, last) * SECTOR_BYTES - start if first <= last else 0
    return length


def _sectors(data: bytes, start: int, dice: Random) -> bytes:
    """`data`, written from byte `start` of a file on and not synced, as each sector's fate leaves it."""
    found, at = [], 0
    while at < len(data):
        end = min(len(data), at + SECTOR_BYTES - (start + at) % SECTOR_BYTES)
        throw = dice.random()
        found.append(data[at:end] if throw < KEPT else bytes(end - at) if throw < LOST else dice.randbytes(end - at))
        at = end
    return b"".join(found)


class SectorDisk:
    """Fits `kiosk.storage.Storage`; shows only what the machine's own directory would.

    `on_step(name)` is called after each thing done and may raise PowerCut: `append` (line k is written, not synced), `sync`
    (it is durable), and around them `reserve`, `create`, `directory` (a segment begun), `tail`, `tail sync`, `truncate`,
    `truncate sync`, `directory` (a tail cut off), `unlink` (the reserve given back). `appends` and `syncs` count them.

    Faults: `sync_errors` (how many of the next syncs fail; what they should have written is on the disk or not), `read_only`,
    `fill` (disk full), `slow_sync_ms` (passed to `pass_ms` at each sync), `rot`. `lies`: syncs do nothing at all.
    """

    def __init__(self, capacity_bytes: int = 16 * ROOM_BYTES, lies: bool = False) -> None:
        self.on_step: Callable[[str], None] | None = None
        self.pass_ms: Callable[[int], None] | None = None
        self.sync_errors = self.slow_sync_ms = 0
        self.read_only = False
        self.lies = lies
        self.appends = self.syncs = 0
        self.capacity_bytes = capacity_bytes
        self.used_bytes = 0
        self.last = b""
        """What was appended last."""
        self.dirty = False
        """Something was appended and no sync of it has returned: nothing may leave the machine now."""
        self._files: dict[str, _File] = {}
        self._entries: list[tuple[str, _File | None]] = []  # unsynced changes of the directory: name, what was there
        self._open: _File | None = None
        self._off = False

    # -- Storage

    def segments(self) -> list[str]:
        return sorted(name for name in self._files if name.endswith(SUFFIX))

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError, as the real one."""
        return unpacked(self._file(name).read())

    def packed(self, name: str) -> bool:
        return self._file(name).read()[: len(PACKED)] in (PACKED, b"")

    def pack(self, name: str) -> None:
        """Renaming is one change of the directory: it is there after a power cut, or it is not."""
        self._writable()
        was, made = self._file(name), _File()
        data = packed_of(self.read(name))
        if len(data) > self.free_bytes():
            raise OSError(errno.ENOSPC, name)
        self._put(made, data)
        self._step("pack")
        self._settle(made)
        self._step("pack sync")
        self._entries.append((name, was))
        self._files[name] = made
        self.used_bytes -= was.size
        self._step("rename")
        self._sync_directory()

    def begin(self, name: str) -> None:
        self._writable()
        if name in self._files:
            raise FileExistsError(errno.EEXIST, name)
        if RESERVE not in self._files and self.free_bytes() >= RESERVE_BYTES:
            self._enter(RESERVE, _File(_EMPTY))
            self._step("reserve")
        self._open = self._enter(name, _File())
        self._step("create")
        self._sync_directory()

    def resume(self, name: str) -> None:
        self._writable()
        self._open = self._file(name)

    def append(self, data: bytes) -> None:
        """A full disk takes what fits and raises OSError, a closed or read-only one takes nothing."""
        if self._off or self.read_only:
            self._writable()
        file = self._open
        if file is None:
            raise OSError(errno.EBADF, "no segment is open")
        size = len(data)
        if self.used_bytes + size > self.capacity_bytes:
            self._put(file, data[: self.free_bytes()])
            self.dirty = True
            raise OSError(errno.ENOSPC, "not all of it was written")
        file.pieces.append(data)
        file.size += size
        self.used_bytes += size
        self.dirty = True
        self.appends += 1
        self.last = data
        if self.on_step is not None:
            self._step("append")

    def sync(self) -> None:
        file = self._open
        if file is None:
            raise OSError(errno.EBADF, "no segment is open")
        self._settle(file)
        self.dirty = bool(file.doubts)
        self.syncs += 1
        if self.on_step is not None:
            self._step("sync")

    def cut(self, name: str, size: int, tail_name: str) -> None:
        self._writable()
        file = self._file(name)
        aside = file.read()[size:]
        tail = self._files.get(tail_name) or self._enter(tail_name, _File())
        if len(aside) > self.free_bytes():
            raise OSError(errno.ENOSPC, tail_name)
        self._put(tail, aside)
        self._step("tail")
        self._settle(tail)
        self._step("tail sync")
        self.used_bytes -= file.size - size
        file.truncate(size)
        self._step("truncate")
        self._settle(file)
        self._step("truncate sync")
        self._sync_directory()

    def free_bytes(self) -> int:
        return max(0, self.capacity_bytes - self.used_bytes)

    def release_reserve(self) -> None:
        if RESERVE in self._files:
            self._writable()
            file = self._files.pop(RESERVE)
            self._entries.append((RESERVE, file))
            self.used_bytes -= file.size
            self._step("unlink")

    # -- what the world does to it

    def crash(self, dice: Random) -> None:
        """The power is gone; what this leaves is what a new program finds. Fault switches and hooks stay as they are."""
        for name, was in reversed(self._entries):
            if dice.random() < 0.5:
                if was is None:
                    self._files.pop(name, None)
                else:
                    self._files[name] = was.copy()
        self._files = {name: file.survivor(dice) for name, file in self._files.items()}
        self._forget()

    def reopen(self, dice: Random) -> None:
        """The program ended and starts anew, the power stayed. Raises OSError when it cannot be synced.

        As the real storage does at its start: write out what is in memory, then look at what the disk really holds.
        """
        for file in self._files.values():
            if file.size > file.durable or file.before is not None:
                self._settle(file)
            file.spoil(file.doubts, dice)
        self._settle(_File())
        self._forget()

    def fill(self, leave_bytes: int = 0) -> None:
        """Somebody else's data takes all the room but `leave_bytes`. The reserve can still be given back."""
        self.capacity_bytes = self.used_bytes + leave_bytes

    def rot(self, name: str, at: int, flip: int = 0x01) -> None:
        """Bits of the byte `at` of a file at rest turn over; `flip` 1..255. Raises IndexError beyond the end."""
        file = self._file(name)
        data = bytearray(file.read())
        data[at] ^= flip
        rotten = _File(bytes(data))
        file.pieces, file.settled, file.durable, file.doubts = rotten.pieces, 1, rotten.durable, []

    def files(self) -> list[str]:
        """All names, segments and tails and the reserve."""
        return sorted(self._files)

    def copy(self) -> SectorDisk:
        """Another disk with the same content, unsynced things and switches, and no hooks; contents are shared."""
        made = SectorDisk(self.capacity_bytes, self.lies)
        made.sync_errors, made.slow_sync_ms, made.read_only = self.sync_errors, self.slow_sync_ms, self.read_only
        made.appends, made.syncs, made.used_bytes = self.appends, self.syncs, self.used_bytes
        made.last, made.dirty, made._off, made._entries = self.last, self.dirty, self._off, self._entries[:]
        for name, file in self._files.items():
            made._files[name] = copied = file.copy()
            if file is self._open:
                made._open = copied
        return made

    # -- inside

    def _writable(self) -> None:
        if self._off:
            raise PowerCut("the power is gone already")
        if self.read_only:
            raise OSError(errno.EROFS, "read-only file system")

    def _file(self, name: str) -> _File:
        if name not in self._files:
            raise FileNotFoundError(errno.ENOENT, name)
        return self._files[name]

    def _enter(self, name: str, file: _File) -> _File:
        self._entries.append((name, self._files.get(name)))
        self._files[name] = file
        self.used_bytes += file.size
        return file

    def _put(self, file: _File, data: bytes) -> None:
        file.pieces.append(data)
        file.size += len(data)
        self.used_bytes += len(data)

    def _settle(self, file: _File) -> None:
        """Everything of the file and every earlier change of the directory is durable. Raises OSError."""
        if self._off:
            raise PowerCut("the power is gone already")
        if self.slow_sync_ms and self.pass_ms is not None:
            self.pass_ms(self.slow_sync_ms)
        if self.sync_errors > 0:
            self.sync_errors -= 1
            if file.size > file.durable:
                file.doubts.append((file.durable, file.size))
            raise OSError(errno.EIO, "the disk does not take it")
        if self.lies:
            return
        file.settled, file.durable, file.before = len(file.pieces), file.size, None
        if self._entries:
            self._entries.clear()

    def _sync_directory(self) -> None:
        self._settle(_File())
        self._step("directory")

    def _step(self, name: str) -> None:
        if self.on_step is not None:
            try:
                self.on_step(name)
            except PowerCut:
                self._off = True
                raise

    def _forget(self) -> None:
        """What only the program and its kernel knew is gone."""
        self._entries.clear()
        self._open, self._off, self.last, self.dirty = None, False, b"", False
        self.used_bytes = sum(file.size for file in self._files.values())
