"""The tables of the board and what works behind them without a controller: watchdog, siren, debounce (map version 2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.devices.cabinet_board import contacts as n
from simulator.devices.cabinet_board.body import PARTS, Body
from simulator.devices.cabinet_board.contacts import LATCH_WATCHDOG, Contacts
from simulator.devices.cabinet_board.server import COILS
from simulator.devices.twin import Speeds

BOARD_TYPE, FIRMWARE_BCD, MAP_VERSION = 0x5456, 0x0105, 2
BY_POWER, BY_RESET_LINE = 1, 3
DEFAULTS = (0, 0, 0, 30, 800, 30, 180, 0x0802, 20, 100)
WATCHDOG_S, KICK, CLEAR_LATCH, RUN_10MS, NEAR_MM, LEAVE_100MS, SIREN_S, FAIL_SAFE, DEBOUNCE, NEAR_DEBOUNCE = range(10)
KICK_WORD = 0x55AA
SIREN_COIL, FAN_COIL = 7, 12
DOOR_BITS = 0x000F
CLIMATE = (250, 450, 2_400)  # 25.0 degrees, 45.0 %, 24.00 V
HOT = 620
LIGHT_LEVEL = 300


class Tables:
    """Coils, inputs and registers as `server.Memory`. Only the alarm latch outlives a start.

    Debounce and watchdog are real time; the siren's limit and the delay of "person gone" go with the speeds.
    """

    def __init__(self, body: Body, speeds: Speeds, has: Callable[[str], bool]) -> None:
        self._body, self._speeds, self._has = body, speeds, has
        self.contacts = Contacts()
        self.crc_errors = 0
        self.starts = self.looks = 0  # for who watches from inside: times started, times advanced
        self._written = True  # to, since the last advance
        self._due_ms: int | None = None
        self._now_ms = 0
        self.start(BY_POWER, None)

    def start(self, cause: int, now_ms: int | None) -> None:
        """Everything but the latch begins anew. `now_ms` None: the clock starts at the first look."""
        self.starts += 1
        self._written = True
        self.coils = [False] * COILS
        self._holding = list(DEFAULTS)
        self._trips, self._tripped = 0, False
        self._cause, self._started_ms, self._kicked_ms = cause, now_ms, now_ms or 0
        self._siren_until_ms: int | None = None  # rung by the board itself
        self._coil_siren_until_ms: int | None = None
        self.contacts.settle(self._raw(now_ms or 0))

    def advance(self, now_ms: int, touched: bool = True) -> int | None:
        """Watchdog, motors, contacts; answers when something is due next.

        `touched` False: nobody and nothing touched the cabinet since the last time. Before the next thing is due, and with
        nothing written to the tables, all is then as it was.
        """
        self.looks += 1
        self._now_ms = now_ms
        if not touched and not self._written and (self._due_ms is None or now_ms < self._due_ms):
            return self._due_ms
        self._written = False
        self._due_ms = self._advanced(now_ms)
        return self._due_ms

    def _advanced(self, now_ms: int) -> int | None:
        if self._started_ms is None:
            self._started_ms = now_ms
            self.contacts.settle(self._raw(now_ms))
        self._watch(now_ms)
        self._body.advance(self.coils, self._holding[RUN_10MS] * 10, now_ms)
        self._look(now_ms)
        dues = (
            self._body.due_ms(now_ms),
            self.contacts.due_ms(*self._delays()),
            self._watchdog_due_ms(),
            self._siren_until_ms,
            self._coil_siren_until_ms,
        )
        return min((due for due in dues if due is not None), default=None)

    def _watchdog_due_ms(self) -> int | None:
        seconds = self._holding[WATCHDOG_S]
        return self._kicked_ms + seconds * 1_000 if seconds and not self._tripped else None

    def _watch(self, now_ms: int) -> None:
        due = self._watchdog_due_ms()
        if due is None or now_ms < due:
            return
        self._tripped, self._trips = True, (self._trips + 1) & 0xFFFF
        self.contacts.latch |= LATCH_WATCHDOG
        mask = self._holding[FAIL_SAFE]
        self.write_coils(0, [bool(mask >> number & 1) for number in range(COILS)])  # shutters and flaps close

    def _delays(self) -> tuple[int, int, int]:
        leave_ms = self._speeds.motion_ms(self._holding[LEAVE_100MS] * 100)
        return self._holding[DEBOUNCE], self._holding[NEAR_DEBOUNCE], leave_ms

    def _raw(self, now_ms: int) -> list[bool]:
        shaken = bool(self.contacts.latch >> n.VIBRATION & 1)
        return self._body.contacts(self.coils[FAN_COIL], self._siren_on(), shaken, self._holding[NEAR_MM], now_ms)

    def _look(self, now_ms: int) -> None:
        """Read the contacts. A door opened without the key rings the siren, controller or not, until the limit,
        the key, or the clearing of a door's latch bit.
        """
        for until in ("_siren_until_ms", "_coil_siren_until_ms"):
            due = getattr(self, until)
            if due is not None and now_ms >= due:
                setattr(self, until, None)
        rang = self._siren_on()
        changed = self.contacts.update(self._raw(now_ms), now_ms, *self._delays())
        if self.contacts.state[n.KEY]:
            self._siren_until_ms = None
        elif any(number in n.DOORS and not self.contacts.state[number] for number in changed):
            self._siren_until_ms = now_ms + self._siren_ms()
        if self._siren_on() is not rang:
            self.contacts.update(self._raw(now_ms), now_ms, *self._delays())  # its read-back

    def _siren_ms(self) -> int:
        return self._speeds.motion_ms(self._holding[SIREN_S] * 1_000)

    def _siren_on(self) -> bool:
        return self._siren_until_ms is not None or self._coil_siren_until_ms is not None

    @property
    def trips(self) -> int:
        """Times the watchdog tripped since the start."""
        return self._trips

    @property
    def cause(self) -> int:
        """Why it started last (BY_POWER, BY_RESET_LINE)."""
        return self._cause

    # -- the tables of the sheet (server.Memory) -----------------------------------------------------------------

    def read_coils(self) -> Sequence[bool]:
        return self.coils

    def read_inputs(self) -> Sequence[bool]:
        return self.contacts.state

    def read_holding(self) -> Sequence[int]:
        return self._holding

    def read_input_registers(self) -> Sequence[int]:
        uptime_s = (self._now_ms - (self._started_ms or 0)) // 1_000
        switches = self._body.switches
        climate = (HOT, *CLIMATE[1:]) if self._has("too_hot") else CLIMATE
        version = 1 if self._has("map_version_1") else MAP_VERSION
        return [
            *(BOARD_TYPE, FIRMWARE_BCD, version, uptime_s & 0xFFFF, uptime_s >> 16 & 0xFFFF),
            *(*climate, switches.loop_mv, switches.distance_mm, LIGHT_LEVEL),
            *(self.contacts.events, self.contacts.latch, self._cause, self._trips, self.crc_errors & 0xFFFF),
            *(word for part in PARTS for word in self._tag_words(part)),
        ]

    def _tag_words(self, part: str) -> list[int]:
        seated = part != "box" or self._body.switches.box_seated
        text = (self._body.tags[part] if seated else "").encode("ascii").ljust(8, b"\0")
        return [int.from_bytes(text[at : at + 2], "big") for at in range(0, 8, 2)]

    def write_coils(self, first: int, values: Sequence[bool]) -> None:
        self._written = True
        self.coils[first : first + len(values)] = values
        if first <= SIREN_COIL < first + len(values):
            on = self.coils[SIREN_COIL]
            self._coil_siren_until_ms = self._now_ms + self._siren_ms() if on else None

    def write_holding(self, first: int, values: Sequence[int]) -> None:
        self._written = True
        for register, value in enumerate(values, first):
            if register == KICK:
                if value == KICK_WORD and not self._has("kick_ignored"):
                    self._kicked_ms, self._tripped = self._now_ms, False
            elif register == CLEAR_LATCH:
                self.contacts.latch &= ~value
                if value & DOOR_BITS:
                    self._siren_until_ms = None
            else:
                self._holding[register] = value
                if register == WATCHDOG_S:
                    self._kicked_ms, self._tripped = self._now_ms, False
