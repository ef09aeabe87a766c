"""Everything a screen may depend on, as one value: the controller fills it in, `kiosk.screen.view` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from kiosk.journey.search import StationIndex
from kiosk.journey.state import JourneySettings, JourneyState
from kiosk.media_set import MediaNotice, MediaPicture
from kiosk.partial import Service
from kiosk.ports.payment import PaymentStep
from kiosk.ports.trips import Limits, Network
from kiosk.sale.book import Book
from kiosk.screen.formats import Clock
from kiosk.screen.texts import Both, Texts
from kiosk.screen.values import Screen, value

NO_WORDS = Both("", "")
NOTE_VALUES_FEN = (10_000, 5_000, 2_000, 1_000, 500, 100)


@value
class Elsewhere:
    """Where to go when this machine cannot sell: another machine, a counter, the phone."""

    icon: str
    level: str  # ok, tint
    title: Both
    line: Both
    note: Both = NO_WORDS


@value
class MachineSeen:
    """What config says of the machine. `station`: telecode of where it stands; `window`: where claims are paid."""

    id: str
    station: str
    help_line: str = "12306"
    window: str = "1"
    claim_days: int = 30
    take_ms: int = 40_000
    ticket_ms: int = 4_500  # a ticket, roughly: for "about n s left"
    elsewhere: tuple[Elsewhere, ...] = ()
    bulletin: Both = NO_WORDS


@value
class ModeSeen:
    """The effective mode as the passenger meets it.

    `reason` (with `sells` False): closed, fault, offline, cash_full, door_open, no_paper, no_mains, remote_stop, emergency,
    starting.
    `why`: fault codes such as E41. `cash`: ok, part_change, no_change, off. `cash_limit_fen`: highest price payable in
    cash, None without a limit. `charges`: fitted ways beside cash (card, code, scan), `charge`: ok, none, lost, reversal.
    `pickups`: how an order can be picked up: scan, card, type. `services`: each with why it is not there (`kiosk.partial`).
    `told_ms`: when staff were told, `back_ms`: when it is expected to work again (0: unknown).
    """

    sells: bool
    reason: str = ""
    why: tuple[str, ...] = ()
    cash: str = "ok"
    cash_limit_fen: int | None = None
    slips: bool = True
    told_ms: int = 0
    back_ms: int = 0
    charges: tuple[str, ...] = ()
    pickups: tuple[str, ...] = ()
    charge: str = "none"
    services: tuple[Service, ...] = ()

    @property
    def other_ways(self) -> tuple[str, ...]:
        """How an order can be paid now without a note."""
        there = self.charges if self.charge == "ok" else ()
        return tuple(way for way in there if self.service(way).state != "off")

    @property
    def only_cash_up_to_fen(self) -> int | None:
        """The highest price that can be paid at all; None without a limit."""
        return None if self.other_ways else self.cash_limit_fen

    def service(self, name: str) -> Service:
        """What is known of one; nothing to explain where nothing was said."""
        return next((one for one in self.services if one.name == name), Service(name, "ok"))

    @property
    def fitted_ways(self) -> tuple[str, ...]:
        """Ways beside cash that are here, working or not."""
        lost = {one.name for one in self.services if one.state == "off" and one.name in ("card", "code", "scan")}
        return tuple(way for way in ("card", "code", "scan") if way in self.charges or way in lost)

    @property
    def no_way(self) -> bool:
        return self.cash == "off" and not self.other_ways


@value
class HelpSeen:
    """The help call: none, calling, coming. `at_ms`: wall time of the call."""

    call: str = "none"
    at_ms: int = 0


@value
class MediaSeen:
    """What the station has put on the waiting page: pictures that are here, and notices of now, most urgent first."""

    pictures: tuple[MediaPicture, ...] = ()
    notices: tuple[MediaNotice, ...] = ()


@value
class Shown:
    """State of the whole machine as far as a screen shows it. `now_wall_ms` is the shared clock, `now_mono_ms` real time, as in
    `Book` and `JourneyState`; `rate`: people's ms per real ms (decision 38).

    `cassettes`: cassette number -> face value in fen. `same_notes`: a cancel returns the very same notes (decision 2), but
    for the values of `recycled_fen` (decision 9).
    `note_moving`: something is being read in the slot.
    `on_battery`: the mains have failed; a sale that is paid goes on. `charge_step`: what a card or phone asks of the passenger,
    of whatever payment. `coins_fen`: face values of the coins that change can be paid in.
    """

    now_wall_ms: int
    now_mono_ms: int
    machine: MachineSeen
    mode: ModeSeen
    journey: JourneyState
    settings: JourneySettings
    texts: Texts
    clock: Clock
    network: Network | None = None
    index: StationIndex | None = None
    limits: Limits | None = None
    sale: Book | None = None
    rate: float = 1.0
    note_values_fen: tuple[int, ...] = NOTE_VALUES_FEN
    same_notes: bool = False
    recycled_fen: tuple[int, ...] = ()
    note_moving: bool = False
    cassettes: Mapping[int, int] = field(default_factory=dict)
    help: HelpSeen = HelpSeen()
    service_screen: Screen | None = None
    on_battery: bool = False
    charge_step: PaymentStep | None = None
    coins_fen: tuple[int, ...] = ()
    media: MediaSeen = MediaSeen()
