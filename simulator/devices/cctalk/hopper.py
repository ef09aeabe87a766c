"""One hopper of a bus: what it remembers, its mechanism and its commands, with and without power (cctalk sheet, 4.2 and 8.4)."""

from __future__ import annotations

import hashlib

from simulator.devices.cctalk.body import Body
from simulator.devices.cctalk.codes import Flag, Header
from simulator.devices.cctalk.commands import ACK, Commands
from simulator.devices.cctalk.faults import Switches
from simulator.devices.cctalk.memory import COUNT_RANGE, MOST, Memory
from simulator.devices.cctalk.settings import HopperSettings
from simulator.devices.cctalk.wire import BUSY, Reply
from simulator.devices.linkfaults import HasFaults
from simulator.devices.matter import Coin, Matter
from simulator.devices.twin import Speeds

BOOT_NOMINAL_MS = 600
RESET_NOMINAL_MS = 40
SLOW_MS = 180
ADDRESS_SLOT_MS = 4
ADDRESS_POLL_DEAF_MS = 1_200
COUNT_STEP_BACK = 10


class Hopper:
    """Awake when constructed, as a while after power-up. `owner` has the fault switches; nothing moves without mains."""

    def __init__(self, matter: Matter, speeds: Speeds, settings: HopperSettings, owner: HasFaults) -> None:
        self.settings = settings
        self.memory = Memory(settings.counted)
        self.switches = Switches(owner, settings.address)
        self.body = Body(matter, speeds, settings, self.memory, self.switches, self._collapse)
        self.commands = Commands(settings, self.body, self.switches)
        self._matter, self._speeds = matter, speeds
        self.powered = True
        self._deaf_until_ms = 0
        self._clashes = 0
        if settings.power_up_flag:
            self.body.flags.add(Flag.POWER_UP)

    @property
    def address(self) -> int:
        return self.commands.address

    def advance(self, now_ms: int) -> int | None:
        """Do what is due; answer when the next thing is (absolute ms)."""
        if not self.powered:
            return None
        due_ms = self.body.advance(now_ms)
        self.commands.watch(now_ms)
        return due_ms

    # -- the wire

    def awake(self, now_ms: int) -> bool:
        return self.powered and now_ms >= self._deaf_until_ms

    def obey(self, header: int, data: bytes, now_ms: int) -> Reply | None:
        """None is silence. Ask `awake` first."""
        if self.switches.plays("counter_wrap_next"):
            self.memory.event = MOST
        if not self.commands.silent and self.switches.plays("busy_next"):
            return Reply(header=BUSY)
        if header == Header.RESET and not data and not self.commands.silent:
            self._reset(now_ms)
            reply: Reply | None = ACK
        else:
            reply = self.commands.obey(header, data, now_ms)
        if reply is not None and self.switches.on("slow_reply"):
            return Reply(reply.data, reply.header, reply.late_ms + SLOW_MS)
        return reply

    def address_byte(self, header: int, now_ms: int) -> tuple[int, int] | None:
        """The bare byte that answers ADDRESS POLL or CLASH: (when, in absolute ms; the byte). A clash is drawn anew each time."""
        if header == Header.ADDRESS_POLL:
            self._deaf_until_ms = now_ms + ADDRESS_POLL_DEAF_MS
            return now_ms + ADDRESS_SLOT_MS * self.address, self.address
        if self.commands.silent:
            return None
        self._clashes += 1
        drawn = hashlib.sha256(self.commands.serial() + self._clashes.to_bytes(4, "little")).digest()[0]
        return now_ms + ADDRESS_SLOT_MS * drawn, self.address

    # -- power

    def power(self, on: bool, now_ms: int) -> None:
        if on == self.powered:
            return
        self.powered = on
        if on:
            self._wake(BOOT_NOMINAL_MS, now_ms)
        else:
            self._lose_power()

    def _lose_power(self) -> None:
        paying = self.body.paying
        self.body.cut()
        self.body.flags.clear()
        if self.switches.plays("supply_bounces_next"):
            self.memory.cut(paying=False)
        elif paying:
            self.body.flags.add(Flag.CUT_PAYING)
        if self.switches.plays("memory_torn_next"):
            self.memory.torn()
            self.body.flags.add(Flag.WRITE_TORN)
        if self.switches.plays("count_back_next"):
            self.memory.count = (self.memory.count - COUNT_STEP_BACK) % COUNT_RANGE
            self.body.flags.add(Flag.COUNTS_WRONG)
        if self.settings.power_up_flag:
            self.body.flags.add(Flag.POWER_UP)

    def _collapse(self, keeps_event: bool, now_ms: int) -> None:
        event = self.memory.event
        self.power(False, now_ms)
        self.power(True, now_ms)
        self.memory.event = event if keeps_event else 0

    def _reset(self, now_ms: int) -> None:
        """By command: what is latched is cleared, what was being paid is not paid any more."""
        self.body.halt(now_ms)
        self.memory.event = 0
        self.body.flags.clear()
        self._wake(RESET_NOMINAL_MS, now_ms)

    def _wake(self, nominal_ms: int, now_ms: int) -> None:
        self.commands.forget()
        self._deaf_until_ms = now_ms + self._speeds.motion_ms(nominal_ms)
        self.body.settle(self._deaf_until_ms)

    # -- hands

    def fill(self, value_fen: int, coins: int) -> None:
        """Pour new coins into the bowl."""
        for _ in range(coins):
            self._matter.new_coin(value_fen, self.body.bowl.name)

    def empty_bowl(self, to: str) -> int:
        """Pour out what is in the bowl; answers how many coins."""
        return self._matter.move_all(self.body.bowl.name, to)

    def clear_exit(self, to: str = "floor") -> list[Coin]:
        """A technician clears the exit; answers the coins that stuck there."""
        return self.body.clear_exit(to)
