"""A validator as its cabinet knows it: mains, hands and fault switches, whatever wire it speaks on.

A family adds what it hears and says; the cabinet, its technician and the passengers need no more than this.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping

from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Matter, Note
from simulator.devices.validator.mechanism import Mechanism


class Validator(ABC):
    """Fits `Twin` but for `receive`. A family sets `body`; `menu` are its faults, those of any link come on top.

    `manners` counts what a rude host did.
    """

    body: Mechanism

    def __init__(self, matter: Matter, menu: Mapping[str, str]) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self)
        self.manners: Counter[str] = Counter()
        self._menu = {**menu, **LINK_FAULTS}
        self._matter = matter
        self._power = True

    # -- what a family fills in

    @abstractmethod
    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the host, in pieces of any size."""

    @abstractmethod
    def _forget(self) -> None:
        """Power is gone: what the wire and its orders remember is lost, `link` too."""

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return self._menu

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        wakes = (self.body.advance(now_ms), self.link.poll(now_ms))
        return min((wake for wake in wakes if wake is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._power:
            return
        self._power = on
        self._forget()
        self.body.wake()

    def busy(self) -> bool:
        return self._power and self.body.moving()

    @property
    def on(self) -> bool:
        """It has mains."""
        return self._power

    # -- hands

    @property
    def slot_open(self) -> bool:
        """True when a note pushed in now would be drawn in."""
        return self._power and self.body.open()

    def insert(self, note: Note | str, now_ms: int) -> str | None:
        """Push a note (or its serial) of the place `hand` into the slot: None when drawn in, else why it was not."""
        if not self._power:
            return "the device is off"
        self.body.advance(now_ms)
        if isinstance(note, str):
            found = [other for other in self.body.hand.notes() if other.serial == note]
            if not found:
                return "the note is not in the hand"
            note = found[0]
        refusal = self.body.insert(note, now_ms)
        self.body.advance(now_ms)
        return refusal

    def take_returned(self, now_ms: int) -> list[Note]:
        """The passenger takes what sticks out of the slot into the hand; answers the notes taken, maybe none."""
        self.poll(now_ms)
        return self.body.take_returned(now_ms)

    def remove_box(self, now_ms: int, empty: bool = False) -> int:
        """Pull the box out; `empty` carries its notes to the vault. Answers how many notes went."""
        self.body.remove_box(now_ms)
        return self._matter.move_all("box", "vault") if empty else 0

    def refit_box(self, now_ms: int) -> None:
        """Push a box in."""
        self.body.refit_box(now_ms)

    def clear_jam(self, to: str = "floor") -> list[Note]:
        """A technician takes the jammed note out."""
        return self.body.clear_jam(to)

    # -- switches

    def _played(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
