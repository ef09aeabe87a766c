"""What the controller is made of: one value that assembly fills in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.clock import Clock
from kiosk.deeds import Deeds
from kiosk.eyes import Eyes
from kiosk.journal import Journal
from kiosk.journey.flow import Journey
from kiosk.media import Media
from kiosk.office import Office
from kiosk.parameters import MachinePolicy, SalePolicy
from kiosk.past import Past
from kiosk.power import Power
from kiosk.sale.sale import SaleContext
from kiosk.service import Service
from kiosk.sync import Sync
from kiosk.turning import Turning
from kiosk.versions import Versions
from kiosk.watch import Watch


@dataclass(slots=True)
class Parts:
    """Everything the controller is made of; assembly fills it in."""

    clock: Clock
    journal: Journal
    past: Past
    context: SaleContext  # with the policy of the set in force
    machine_policy: MachinePolicy
    deeds: Deeds
    journey: Journey
    service: Service
    sync: Sync
    watch: Watch
    day_of: Callable[[int], str]  # wall ms -> the calendar day at the station
    restart: Callable[[str], None]
    office: Office
    base_policy: SalePolicy  # of the configuration alone
    power: Power = field(default_factory=Power)
    eyes: Eyes = field(default_factory=Eyes)
    media: Media = field(default_factory=Media)
    turning: Turning | None = None  # None: the journal is never turned
    versions: Versions = field(default_factory=Versions)
    on_stop: Callable[[], None] = field(default=lambda: None)
