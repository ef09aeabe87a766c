"""Settings for a directory that tells none: the usual values, with what the journal itself shows of the machine."""

from __future__ import annotations

from pathlib import Path

from kiosk.settings import Identity, ScreenLink, Settings, StationLink
from simulator.replay.source import Incident


def stand_in(found: Incident) -> Settings:
    return Settings(
        machine=Identity(found.identity.machine, "-", environment="lab"),
        journal=Path(),
        station=StationLink("http://127.0.0.1:1"),
        screen=ScreenLink(Path()),
    )
