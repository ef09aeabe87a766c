"""What devices are told because of where things stand: which notes to take, the entry's shutter, the lamps.

None of it moves money, so none of it is journaled; all of it follows from sale and mode, and is said only when it changes
or when a device began anew.
"""

from __future__ import annotations

from collections.abc import Collection

from kiosk.deeds import Devices
from kiosk.modes import Mode
from kiosk.sale.book import S
from kiosk.sale.sale import Sale

ENTRY_OPEN = (S.COLLECTING, S.CLOSING, S.GIVING_BACK, S.OWN_OUT)
"""Notes go in, or the passenger's own come out there again."""
CHANGE_COMES = (S.PAYING, S.CHANGE_OUT, S.CHANGE_AGAIN, S.CHANGE_BACK)
"""Change comes out, lies there or is pulled back: through the entry, where one unit takes notes and pays."""


class Standing:
    """`change_at_entry`: what is paid comes out where notes go in."""

    def __init__(self, devices: Devices, change_at_entry: bool = False) -> None:
        self._devices = devices
        self._entry_open = (*ENTRY_OPEN, *CHANGE_COMES) if change_at_entry else ENTRY_OPEN
        self._change_lamp = "notes" if change_at_entry else "change"
        self._accepted: tuple[int, ...] | None = None
        self._shutter: bool | None = None
        self._lamps: dict[str, bool] = {}

    def forget(self, device: str) -> None:
        """A device that began anew does not know what it was told before."""
        if device == "acceptor":
            self._accepted = None
        elif device == "cabinet":
            self._shutter, self._lamps = None, {}

    def follow(self, sale: Sale | None, mode: Mode, ready: Collection[str]) -> None:
        """Tell what changed to the devices that are `ready`; the others hear it when they are."""
        accepted = sale.book.accepted_fen if sale is not None else ()
        acceptor, cabinet = self._devices.acceptor, self._devices.cabinet
        if accepted != self._accepted and acceptor is not None and "acceptor" in ready:
            self._accepted = accepted
            acceptor.accept_only(accepted)
        if cabinet is None or "cabinet" not in ready:
            return
        entry = sale is not None and sale.state in self._entry_open
        if entry != self._shutter:
            self._shutter = entry
            cabinet.entry_shutter(entry)
        lamps = _lamps(sale.state if sale is not None else None, mode)
        if self._change_lamp != "change" and lamps["change"]:
            lamps |= {self._change_lamp: True, "change": False}
        for name, on in lamps.items():
            if self._lamps.get(name) != on:
                cabinet.lamp(name, on)
        self._lamps = lamps


def _lamps(state: S | None, mode: Mode) -> dict[str, bool]:
    return {
        "green": mode.sells,
        "red": mode.out_of_service,
        "notes": state in (S.COLLECTING, S.GIVING_BACK, S.OWN_OUT),
        "tickets": state in (S.DELIVERING, S.TICKETS_OUT, S.TICKETS_AGAIN),
        "change": state in (S.CHANGE_OUT, S.CHANGE_AGAIN, S.COINS),
    }
