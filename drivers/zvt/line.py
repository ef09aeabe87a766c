"""The machine's end of the terminal's line: messages in and out, whatever the line is. Sans-I/O.

On a serial line a good frame is acknowledged and a damaged one asked for again; what our side said last is said again when the
terminal wants it. Nothing here knows what a message means.
"""

from __future__ import annotations

import logging

from drivers.zvt.codec import Apdu, encode
from drivers.zvt.frames import ACK, NAK, BareDecoder, SerialDecoder, Signal, framed

log = logging.getLogger(__name__)
GAP_MS = 1_000
SENDS = 4
"""Once, and again as often as the terminal wants it."""


class Line:
    """`serial`: frames with a check; else bare messages, as on TCP."""

    def __init__(self, serial: bool) -> None:
        self._serial = serial
        self._decoder: SerialDecoder | BareDecoder = SerialDecoder() if serial else BareDecoder()
        self._output = bytearray()
        self._last, self._sends = b"", 0
        self._heard_ms = 0

    def clear(self) -> None:
        self._decoder.clear()
        self._output.clear()
        self._last = b""

    @property
    def unsent(self) -> bool:
        """Something waits to be handed to the line."""
        return bool(self._output)

    def say(self, apdu: Apdu) -> None:
        self._last, self._sends = framed(apdu) if self._serial else encode(apdu), 1
        self._output += self._last

    def take_output(self) -> bytes:
        made = bytes(self._output)
        self._output.clear()
        return made

    def receive(self, data: bytes, now_ms: int) -> list[Apdu]:
        """Whole messages, in order."""
        self.poll(now_ms)
        self._heard_ms = now_ms
        found: list[Apdu] = []
        for each in self._decoder.feed(data):
            if isinstance(each, Apdu):
                found.append(each)
                self._output += ACK if self._serial else b""
            elif each is Signal.DAMAGED:
                log.info("frame_damaged")
                self._output += NAK
            elif self._last and self._sends < SENDS:
                self._sends += 1
                self._output += self._last
        return found

    def poll(self, now_ms: int) -> None:
        """A frame that does not go on is none."""
        if self._decoder.midway and now_ms - self._heard_ms >= GAP_MS:
            self._decoder.clear()
            if self._serial:
                self._output += NAK
