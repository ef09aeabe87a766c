"""Mains or battery, as it is believed: a word counts when it was heard twice in a row, low at once; silence is no mains failure.

Source: ups sheet, section 2.6; docs/decisions/026.
"""

from __future__ import annotations

from kiosk.ports.fact import Report
from kiosk.ports.ups import MainsStrayed, PowerDip, PowerSeen

ROWS = 2  # answers in a row that count
NEWS_PCT = 10
MAINS_MV = (198_000, 242_000)
"""220 V within 10 per cent (TVM-032)."""
MAINS_MHZ = (48_000, 52_000)
"""50 Hz within 4 per cent (TVM-032)."""


class Believed:
    """Told each answer of the unit (`heard`, `tell`, `mains`), and its silence (`unknown`); reports what is news."""

    def __init__(self, report: Report, poll_ms: int) -> None:
        self._report = report
        self._poll_ms = poll_ms
        self._rows = 0  # answers in a row that say otherwise than what is believed
        self._battery = False  # what is believed
        self._since_ms = self._row_ms = 0  # when the first and the last of them came
        self._astray_rows = 0
        self._astray = False
        self.said: PowerSeen | None = None

    @property
    def known(self) -> bool:
        return self.said is not None and self.said.source != "unknown"

    def begin(self) -> None:
        """Another link: what was heard before is no row with what comes."""
        self._rows = self._astray_rows = 0

    def heard(self, battery: bool, low: bool, now_ms: int) -> None:
        """One answer."""
        if battery == self._battery:
            self._dip_over(now_ms)
            return
        self._row(now_ms)
        if self._rows >= ROWS or (battery and low):
            self._battery, self._rows = battery, 0

    def _row(self, now_ms: int) -> None:
        """One more answer in a row; questions that follow each other at once, as at a start, are one look at the mains."""
        if self._rows == 0:
            self._since_ms = now_ms
        elif now_ms - self._row_ms < self._poll_ms // 2:
            return
        self._rows += 1
        self._row_ms = now_ms

    def _dip_over(self, now_ms: int) -> None:
        if self._rows and not self._battery:
            self._report(PowerDip(now_ms - self._since_ms))
        self._rows = 0

    def tell(self, low: bool, charge_pct: int, runtime_s: int) -> None:
        """What is believed now, with what the same answer said of the battery."""
        if self._rows and not self.known:
            return  # first word of a unit that may be on battery: the second decides
        said, seen = self.said, PowerSeen("battery" if self._battery else "mains", low, charge_pct, runtime_s)
        same = said is not None and (said.source, said.low) == (seen.source, seen.low)
        if said is None or not same or abs(seen.charge_pct - said.charge_pct) >= NEWS_PCT:
            self.said = seen
            self._report(seen)

    def mains(self, volts_mv: int, frequency_mhz: int) -> None:
        """What comes out of the wall, -1 for what the unit does not measure. Without mains nothing strays: that is a failure."""
        here = volts_mv > 0
        astray = here and not (_within(volts_mv, MAINS_MV) and _within(frequency_mhz, MAINS_MHZ))
        if astray == self._astray or not here:
            self._astray_rows = 0
            return
        self._astray_rows += 1
        if self._astray_rows >= ROWS:
            self._astray, self._astray_rows = astray, 0
            self._report(MainsStrayed(astray, volts_mv, frequency_mhz))

    def unknown(self) -> None:
        """No link, or no answer."""
        self._rows = self._astray_rows = 0
        if self.said is None or self.said.source != "unknown":
            self.said = PowerSeen("unknown", False, -1, -1)
            self._report(self.said)


def _within(value: int, limits: tuple[int, int]) -> bool:
    return value < 0 or limits[0] <= value <= limits[1]
