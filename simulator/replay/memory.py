"""A journal's disk in memory: the records before one start are on it, each new line is handed on."""

from __future__ import annotations

import json
from collections.abc import Callable

from kiosk.journal_lines import Line
from simulator.replay.source import Incident

PLENTY_BYTES = 1 << 40


class Memory:
    """Implements `kiosk.storage.Storage`. `written(line)` hears every line as it is appended."""

    def __init__(self, segments: dict[str, bytearray], written: Callable[[Line], None]) -> None:
        self._segments, self._written = segments, written
        self._open = ""

    @classmethod
    def before(cls, found: Incident, boot: int, written: Callable[[Line], None]) -> Memory:
        """What stood on the disk when start number `boot` read it."""
        segments: dict[str, bytearray] = {}
        boots = {line.text: line.boot for line in found.lines}
        for name, raws in found.segments.items():
            earlier = [raw for raw in raws if boots[raw[:-1].decode()] < boot]
            if earlier or not raws:
                segments[name] = bytearray(b"".join(earlier))
        return cls(segments, written)

    def segments(self) -> list[str]:
        return sorted(self._segments)

    def read(self, name: str) -> bytes:
        return bytes(self._segments[name])

    def packed(self, name: str) -> bool:
        """Nothing is written there that anybody would want to be smaller."""
        return True

    def pack(self, name: str) -> None:
        """It is as it was."""

    def begin(self, name: str) -> None:
        self._segments[name] = bytearray()
        self._open = name

    def resume(self, name: str) -> None:
        self._open = name

    def append(self, data: bytes) -> None:
        self._segments[self._open] += data
        head = json.loads(data[9:])
        times = head["mono_ms"], head["wall_ms"]
        self._written(Line(head["seq"], head["boot"], *times, head["fact"], tuple(head["intents"]), data[:-1].decode()))

    def sync(self) -> None:
        """Memory is as durable as it will ever be."""

    def cut(self, name: str, size: int, tail_name: str) -> None:
        del self._segments[name][size:]

    def free_bytes(self) -> int:
        return PLENTY_BYTES

    def release_reserve(self) -> None:
        """There is none."""
