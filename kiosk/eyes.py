"""Which events the camera looks at, and how a record and its picture find each other.

A picture is named after the journal line it belongs to, EPOCH.SEQ; the line's fact carries the name as `frame`, so that a
dispute over a sale leads from the record to the picture, and a folder of pictures back to the records. While a PIN is typed
nothing is taken and no record names a picture. Source: decision page 044.
"""

from __future__ import annotations

from kiosk.ports.camera import Camera
from kiosk.ports.fact import Fact
from kiosk.ports.payment import PaymentStep
from kiosk.records import Record

EVENTS = frozenset({
    "note.seen", "stack!", "return!", "keep!", "return_all!",
    "pay!", "deliver!", "taken!", "retract!", "dump!",
    "auth!", "capture!", "reverse!",
    "door", "box.moved", "op.login", "op.act",
})  # fmt: skip
"""Kinds of facts: money in, money and tickets out, cards and phones, doors and hands at the open cabinet."""

AFTER_PIN = frozenset({"auth!", "sale.start"})
"""Facts after which nobody types a PIN, whatever the last step of the payment was."""


class Eyes:
    """`marks`: a camera belongs to this machine, so that records name pictures; `camera` None: nobody takes them, as when an
    incident is run again."""

    def __init__(self, epoch: str = "", camera: Camera | None = None, marks: bool = False) -> None:
        self._epoch, self._camera, self._marks = epoch, camera, marks
        self._covered = False

    def hear(self, fact: Fact) -> None:
        """Before the fact is decided on and written."""
        if isinstance(fact, PaymentStep):
            self._cover(fact.step == "pin")
        elif fact.kind in AFTER_PIN:
            self._cover(False)

    def _cover(self, on: bool) -> None:
        if on != self._covered:
            self._covered = on
            if self._camera is not None:
                self._camera.cover(on)

    def marked(self, record: Record, seq: int) -> Record:
        """The record of a fact for line `seq`, with the name of its picture where one is taken."""
        if self._marks and not self._covered and record["kind"] in EVENTS:
            record["frame"] = f"{self._epoch}.{seq:08d}"
        return record

    def look(self, record: Record) -> None:
        """After its line is written."""
        if self._camera is not None and "frame" in record:
            self._camera.look(record["frame"])
