"""What Python's collector of cycles looks through in a station: not what was there at the start, and what came since seldom.

A station's sales stay, and hold no cycles; with the thresholds Python begins with, a fifth of a lock's time went into looking
through them, and now and then a whole pass kept every machine waiting. What does make cycles (a refusal with its traceback, a
connection that ended) is small and is found a little later.
"""

from __future__ import annotations

import gc

THRESHOLDS = (50_000, 20, 100)
"""Objects to a young pass, young passes to a middle one, middle ones to a whole one; Python begins with 700, 10, 10."""


def settle() -> None:
    """Called once, when all that was kept has been read."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
