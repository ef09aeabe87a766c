"""Journal lines as they are handed over, for tests that care for the handing over and not for the journal."""

from collections.abc import Iterable

from kiosk.ports.station import Outbox

SEGMENT = "000001-2026-11-22.journal"


def outbox(texts: Iterable[str]) -> Outbox:
    """Of the first segment of an epoch."""
    return Outbox(SEGMENT, 1, tuple(texts))
