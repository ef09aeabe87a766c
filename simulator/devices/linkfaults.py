"""What can go wrong between a device and its host, once for all twins (reliability notes 5, row "any link").

A twin asks `hears` before it does a command, sends every answer through `send`, and passes `poll` and `take_output` on.
Each fault has two names: `bit_flip` plays as long as it is switched on, `bit_flip_once` plays once and clears itself.
With `targets` the faults touch only answers to these command codes: silence after STACK, say, and not after each poll.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

NOISE = bytes([0xFF, 0x00, 0x02, 0x04, 0x01, 0x7E])
"""Junk that holds the opening bytes of several protocols, so that a reader has to find its feet again."""

OTHER_WORDS = b"NO SUCH COMMAND\r\n"
"""What another device says to whatever it hears."""

_FAULTS = {
    "silence_before": "The host's command is lost on the way: nothing is done, nothing is answered.",
    "silence_after": "The command is done, but the answer is lost.",
    "late_reply": "The answer comes only after the host's deadline.",
    "duplicate_reply": "Every answer comes twice.",
    "reply_to_previous": "The answer to the previous command comes in place of the right one.",
    "bit_flip": "One bit of the answer is turned over.",
    "cut_frame": "The second half of the answer is missing.",
    "noise": "Junk bytes come before the answer.",
    "reset_by_itself": "The device starts again as after a power cut when it hears a command, and does not answer it.",
}

LINK_FAULTS: Mapping[str, str] = {
    **_FAULTS,
    **{f"{name}_once": f"Once: {sentence[0].lower()}{sentence[1:]}" for name, sentence in _FAULTS.items()},
}
"""Fault name -> one sentence. Names that end in `_once` clear themselves after they have been played."""


class HasFaults(Protocol):
    """The twin that the helper works for; its set may be replaced at any time."""

    faults: set[str]


class LinkFaults:
    """Outgoing bytes of one twin, spoilt as its fault switches say. `late_ms` is how late a late answer is."""

    def __init__(self, owner: HasFaults, late_ms: int = 6_000) -> None:
        self.targets: set[int] = set()  # empty: every command
        self.late_ms = late_ms
        self._owner = owner
        self._previous = b""
        self._late: list[tuple[int, bytes]] = []
        self._out = bytearray()

    def plays(self, name: str, command: int | None = None) -> bool:
        """True when this fault is to be played now; a one-shot switch is cleared by the question."""
        if not self._owner.faults:
            return False
        if self.targets and command not in self.targets:
            return False
        if name in self._owner.faults:
            return True
        if f"{name}_once" in self._owner.faults:
            self._owner.faults.discard(f"{name}_once")
            return True
        return False

    def understood(self) -> bool:
        """False when what came is noise to what stands there: it listens at another speed (`wrong_baud`), or is another device
        (`another_device`), which says so."""
        if "wrong_baud" in self._owner.faults:
            return False
        if "another_device" in self._owner.faults:
            self.say(OTHER_WORDS)
            return False
        return True

    def hears(self, command: int | None = None) -> bool:
        """False when the command got lost before the device could obey it."""
        return not self.plays("silence_before", command)

    def resets(self, command: int | None = None) -> bool:
        """True when the device is to power-cycle itself instead of obeying; the twin does that."""
        return self.plays("reset_by_itself", command)

    def send(self, answer: bytes, now_ms: int, command: int | None = None) -> None:
        """Hand one whole answer to the line; what arrives at the host may be less, more, later or something else."""
        stale, self._previous = self._previous, answer
        if not self._owner.faults:  # nearly always, and asked for every answer of every device
            self._out += answer
            return
        if self.plays("silence_after", command):
            return
        if stale and self.plays("reply_to_previous", command):
            answer = stale
        if answer and self.plays("bit_flip", command):
            middle = len(answer) // 2
            answer = answer[:middle] + bytes([answer[middle] ^ 0x10]) + answer[middle + 1 :]
        if self.plays("cut_frame", command):
            answer = answer[: len(answer) // 2]
        if self.plays("noise", command):
            answer = NOISE + answer
        if self.plays("duplicate_reply", command):
            answer += answer
        if self.plays("late_reply", command):
            self._late.append((now_ms + self.late_ms, answer))
        else:
            self._out += answer

    def say(self, byte: bytes) -> None:
        """Hand a control byte to the line as it is: only whole answers are spoilt."""
        self._out += byte

    def poll(self, now_ms: int) -> int | None:
        """Release what was late; answer when the next late answer is due (absolute ms), None when there is none."""
        if not self._late:
            return None
        for due_ms, answer in self._late:
            if due_ms <= now_ms:
                self._out += answer
        self._late = [(due_ms, answer) for due_ms, answer in self._late if due_ms > now_ms]
        return min((due_ms for due_ms, _ in self._late), default=None)

    def take_output(self) -> bytes:
        out, self._out = bytes(self._out), bytearray()
        return out

    def clear(self) -> None:
        """Power is gone: nothing that was not yet on the line will come."""
        self._previous = b""
        self._late.clear()
        self._out.clear()
