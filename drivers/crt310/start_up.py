"""How a reader is met: who it is, that its gate is shut, where a card is. Source: card-reader sheet, section 1.2.

The version is the answer to a reset that leaves a card where it is; nothing else names the device. A look, for `./tvm probe`, sets
nothing: after that reset it only asks.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.crt310.codec import RESET, SERIAL, Move, Refusal, parse_serial, parse_text
from drivers.crt310.line import MOVE_MS, Outcome, Request
from drivers.crt310.reader import EXPELLED, Reader, Script

MODEL = "crt310"
MARK = "CRT310"
"""In the version, without blanks and lines, whatever its capitals."""
LONGEST_TEXT = 40


@dataclass(frozen=True, slots=True)
class Found:
    """`right`: it calls itself what it should. `why`: why it is not met, empty when it is."""

    version: str = ""
    serial: str = ""
    right: bool = False
    why: str = ""


def _text(data: bytes) -> bool:
    return len(data) > 0


_RESET = Request("reset", RESET, _text, MOVE_MS)
_SERIAL = Request("serial", SERIAL, _text)


def meet(reader: Reader, look_only: bool) -> Script[Found]:
    """Answers what was found; `reader.lost` when nobody answered."""
    reply = yield from reader.ask(_RESET)
    if not reader.lost and reply.outcome is not Outcome.DONE:
        if reply.code == Refusal.ABNORMAL_CARD and not look_only:
            yield from reader.drive(Move.EXPEL, EXPELLED)
        reply = yield from reader.ask(_RESET)
    if reader.lost or reply.outcome is not Outcome.DONE:
        return Found(why=f"{reply.code:02X}" if reply.outcome is Outcome.REFUSED else "no version")
    version = parse_text(reply.data)[:LONGEST_TEXT]
    if MARK not in "".join(char for char in version.upper() if char.isalnum()):
        return Found(version)
    asked = yield from reader.ask(_SERIAL)
    serial = parse_serial(asked.data)[:LONGEST_TEXT] if asked.outcome is Outcome.DONE else ""
    why = "" if look_only else (yield from reader.shut_gate())
    yield from reader.look()
    return Found(version, serial, True, why)
