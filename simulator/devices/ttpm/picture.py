"""The face of a ticket blank as a picture that people can look at."""

from __future__ import annotations

from simulator.devices.dots import png
from simulator.devices.matter import Blank

WHOLE = (688, 432)


def picture(blank: Blank) -> bytes:
    """PNG of the face, 688 x 432 dots; a blank that was never printed is white paper."""
    if not blank.face or 0 in blank.face_size:
        return png(b"", WHOLE)
    return png(blank.face, blank.face_size)
