"""What the board is asked and told again and again, the most urgent first. Source: io-board sheet 2.1, 2.5."""

from __future__ import annotations

from dataclasses import replace

from drivers.cabinet_board import codec
from drivers.cabinet_board.codec import Request

MEASURE_EVERY_MS, COMPARE_EVERY_MS, TAGS_EVERY_MS = 1_000, 10_000, 10_000

READ_INPUTS, READ_COILS = codec.read_inputs(), codec.read_coils()
READ_IDENTITY = codec.read_input_registers("identity", 0, 3)
READ_MEASURES = codec.read_input_registers("measures", 0, codec.MEASURES)
READ_TAGS = codec.read_input_registers("tags", codec.TAGS_FROM, 4 * len(codec.TAG_PARTS))
READ_BOX_TAG = codec.read_input_registers("box_tag", codec.TAGS_FROM, 4)
KICK = codec.write_register("kick", codec.KICK, codec.KICK_WORD)
SYNC = codec.read_holding_registers("sync", 0, 1)
OTHER_SYNC = replace(READ_INPUTS, what="sync")


class Rounds:
    """When each question comes round. The watchdog is kicked four times in its time `watchdog_s`."""

    def __init__(self, poll_ms: int, watchdog_s: int) -> None:
        self._every_ms = {
            KICK: watchdog_s * 1_000 // 4,
            READ_INPUTS: poll_ms,
            READ_MEASURES: MEASURE_EVERY_MS,
            READ_COILS: COMPARE_EVERY_MS,
            READ_TAGS: TAGS_EVERY_MS,
        }
        self._due_ms = dict.fromkeys(self._every_ms, 0)

    def start(self, now_ms: int) -> None:
        """All were just asked, but for the coils: an order given while the set-up was on its way is in no frame yet."""
        self._due_ms = {request: now_ms + every_ms for request, every_ms in self._every_ms.items()}
        self.soon(READ_COILS, now_ms)

    def soon(self, request: Request, now_ms: int) -> None:
        self._due_ms[request] = now_ms

    def next(self, now_ms: int) -> Request | None:
        """What is due now; it comes round again."""
        request = next((request for request, due_ms in self._due_ms.items() if due_ms <= now_ms), None)
        return self._take(request, now_ms) if request is not None else None

    def starved(self, request: Request, now_ms: int) -> Request | None:
        """That question, when it is late by a whole round."""
        late = self._due_ms[request] + self._every_ms[request] <= now_ms
        return self._take(request, now_ms) if late else None

    def _take(self, request: Request, now_ms: int) -> Request:
        self._due_ms[request] = now_ms + self._every_ms[request]
        return request

    def wake_ms(self) -> int:
        return min(self._due_ms.values())
