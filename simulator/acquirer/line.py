"""The host's line: TCP on the loopback address, faults of time and of bytes.

An answer leaves after the ledger has it; when the ledger fails, nothing is answered any more and the host stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any

from simulator.acquirer.faults import Behaviour, Faults
from simulator.acquirer.fields import HEAD_BYTES
from simulator.acquirer.frames import Framer, LineError, framed
from simulator.acquirer.host import Acquirer, Answer

log = logging.getLogger("acquirer")

READ_BYTES = 4_096


class Hangup(Exception):
    """Close the connection; the text is for the log."""


class Line:
    """Serves connections until `stop` is called with the reason (by itself: when the ledger fails)."""

    def __init__(
        self, acquirer: Acquirer, faults: Faults, wall_ms: Callable[[], int], stop: Callable[[str], None]
    ) -> None:
        self._acquirer = acquirer
        self._faults = faults
        self._wall_ms = wall_ms
        self._stop = stop
        self._ended = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its first byte to its last; whatever comes, the host goes on.

        What is held up happens although the terminal is gone: its bytes are on their way.
        """
        framer = Framer()
        held: list[asyncio.Task[None]] = []
        try:
            while received := await reader.read(READ_BYTES):
                for frame in framer.feed(received):
                    if later := await self._exchange(frame, writer):
                        held.append(asyncio.create_task(_quietly(later)))
        except (Hangup, LineError) as ended:
            log.warning("line_closed reason=%s", ended)
        except (ConnectionError, TimeoutError) as error:
            log.info("line_lost reason=%s", error)
        finally:
            await asyncio.gather(*held)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, frame: bytes, writer: asyncio.StreamWriter) -> Coroutine[Any, Any, None] | None:
        """Done at once, or answered with what is left to do when its time has come: others go on meanwhile."""
        behaviour = self._faults.behave(frame[HEAD_BYTES : HEAD_BYTES + 2].hex())
        if "down" in behaviour:
            raise Hangup("down on order")
        if "silent" in behaviour:
            return None
        if behaviour.hold_ms:
            return self._held_up(frame, behaviour, writer)
        answer = self._answer(frame, behaviour)
        if behaviour.delay_ms:
            return _late(answer, behaviour, writer)
        await _send(answer, behaviour, writer)
        return None

    async def _held_up(self, frame: bytes, behaviour: Behaviour, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(behaviour.hold_ms / 1_000)
        await _late(self._answer(frame, behaviour), behaviour, writer)

    def _answer(self, frame: bytes, behaviour: Behaviour) -> bytes:
        """What goes out, and it is on disk. Raises Hangup."""
        answer = self._booked(frame, behaviour)
        if answer.frame is None:
            raise Hangup(answer.why)
        if answer.why:
            log.warning("declined mti=%s code=%s why=%s", answer.mti, answer.code, answer.why)
        return framed(answer.frame)

    def _booked(self, frame: bytes, behaviour: Behaviour) -> Answer:
        if self._ended:
            raise Hangup("the ledger has failed")
        try:
            return self._acquirer.handle(frame, self._wall_ms(), behaviour)
        except sqlite3.Error as error:
            self._ended = True
            self._stop(f"cannot store: {error}")
            raise Hangup("the ledger has failed") from error


async def _quietly(later: Coroutine[Any, Any, None]) -> None:
    try:
        await later
    except (Hangup, ConnectionError) as ended:
        log.info("line_lost reason=%s", ended)


async def _late(answer: bytes, behaviour: Behaviour, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(behaviour.delay_ms / 1_000)
    await _send(answer, behaviour, writer)


async def _send(answer: bytes, behaviour: Behaviour, writer: asyncio.StreamWriter) -> None:
    if "answer_lost" in behaviour:
        return
    if "cut" in behaviour:
        writer.write(answer[: len(answer) // 2])
        await writer.drain()
        raise Hangup("cut on order")
    if "split" in behaviour:
        for byte in answer:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        return
    writer.write(answer * (2 if "doubled" in behaviour else 1))
    await writer.drain()
