"""When touches came and when pixels were on the display, in microseconds of the monotonic clock: what the bench reads.

One JSON line an event: `{"us":…,"press":[x,y]}`, `{"us":…,"release":[x,y]}`, `{"us":…,"show":rev}` when a value came, and
`{"us":…,"present":px,"paint":us,"rev":…,"whole":…}` when changed pixels are on the display: how many, how long painting
took, which value they hold in full (it may still slide in), which one has come to rest. After the first picture of a value
`{"us":…,"keys_of":rev,"keys":{target:[x,y,w,h]}}` says where it can be touched. Off unless asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pygame

from kiosk.screen.values import Show
from kiosk.ui.events import Event, Pressed, Received, Released
from kiosk.ui.session import Session


class Trace:
    """Raises OSError when the file cannot be written."""

    def __init__(self, path: Path, now_us: Callable[[], int]) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1 << 16)
        self._now_us = now_us
        self._told_rev = 0

    def _write(self, us: int, **event: Any) -> None:
        self._file.write(json.dumps({"us": us, **event}, separators=(",", ":")) + "\n")

    def took(self, event: Event) -> None:
        match event:
            case Pressed(x, y):
                self._write(self._now_us(), press=[x, y])
            case Released(x, y):
                self._write(self._now_us(), release=[x, y])
            case Received(Show() as show):
                self._write(self._now_us(), show=show.rev)

    def presented(self, rects: Sequence[pygame.Rect], began_us: int, session: Session) -> None:
        """Changed rectangles have just reached the display; `began_us`: when painting them began."""
        if not rects:
            return
        us, rev = self._now_us(), session.drawn_rev
        pixels = sum(rect.w * rect.h for rect in rects)
        self._write(us, present=pixels, paint=us - began_us, rev=rev, whole=session.painted_rev)
        if rev != self._told_rev:
            self._told_rev = rev
            self._write(us, keys_of=rev, keys={node.target: list(node.area) for node in session.keys})
        self._file.flush()

    def close(self) -> None:
        self._file.close()
