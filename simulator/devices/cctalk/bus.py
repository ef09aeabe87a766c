"""A ccTalk bus with its hoppers, as one twin: everybody hears every byte, one is meant, and the host hears itself.

Source: cctalk sheet, sections 2, 3, 4.1 and 4.2. The echo is the adapter's: it comes without the hoppers' mains too. What
several say at the same moment pulls the one wire down together: the host reads the bits of all, ANDed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.devices.cctalk import wire
from simulator.devices.cctalk.codes import Header
from simulator.devices.cctalk.faults import BUS, HOPPER
from simulator.devices.cctalk.hopper import Hopper
from simulator.devices.cctalk.settings import HopperSettings
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds

GAP_MS = 25  # the shorter of the two the sheet gives
LATE_MS = 1_500  # hosts wait a second at most
IDLE_BYTE = 0xFF


@dataclass(frozen=True, slots=True)
class Saying:
    due_ms: int
    header: int
    said: bytes


class CctalkBus:
    """Fits `Twin`. `echo` False is an adapter that hides the host's own bytes from it. Hoppers may share an address: the line
    then does to their answers what a wire does.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        hoppers: Sequence[HopperSettings] = (HopperSettings(),),
        *,
        echo: bool = True,
        gap_ms: int = GAP_MS,
    ) -> None:
        if len({each.number for each in hoppers}) != len(hoppers):
            raise ValueError("two hoppers have the same number")
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_MS)
        self.hoppers = [Hopper(matter, speeds, settings, self) for settings in hoppers]
        self.echo = echo
        self._ear = wire.Ear(gap_ms)
        self._sayings: list[Saying] = []
        self._power = True
        self._menu = {**HOPPER, **self._menu_of_each(), **BUS, **LINK_FAULTS}

    def _menu_of_each(self) -> dict[str, str]:
        """With several hoppers each has the switches for itself, too."""
        addresses = sorted({each.settings.address for each in self.hoppers}) if len(self.hoppers) > 1 else []
        return {
            f"{name}@{address}": f"Hopper at address {address} only. {sentence}"
            for address in addresses
            for name, sentence in HOPPER.items()
        }

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return self._menu

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not data:
            return
        if "line_held" in self.faults:
            self.link.say(bytes(len(data)))
            return
        self._echo(data)
        if not self._power:
            return
        for heard in self._ear.feed(data, now_ms):
            for hopper in self.hoppers:
                self._hear(hopper, heard, now_ms)
            self._advance(now_ms)
        self._speak(now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        wakes = (self._advance(now_ms), self._speak(now_ms), self.link.poll(now_ms))
        return min((wake for wake in wakes if wake is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        """Mains of all hoppers; one alone loses it by `hoppers[n].power`."""
        if on == self._power:
            return
        self._power = on
        self._ear.clear()
        self._sayings.clear()
        self.link.clear()
        for hopper in self.hoppers:
            hopper.power(on, now_ms)

    def busy(self) -> bool:
        return self._power and any(hopper.body.moving() for hopper in self.hoppers)

    @property
    def powered(self) -> bool:
        return self._power

    def _advance(self, now_ms: int) -> int | None:
        wakes = [hopper.advance(now_ms) for hopper in self.hoppers]
        return min((wake for wake in wakes if wake is not None), default=None)

    # -- the wire

    def _echo(self, data: bytes) -> None:
        if not self.echo or "echo_missing" in self.faults:
            return
        if self._plays("echo_cut_next"):
            data = data[: len(data) // 2]
        elif self._plays("echo_wrong_next"):
            data = data[:-1] + bytes([data[-1] ^ 0x40])
        self.link.say(data)

    def _hear(self, hopper: Hopper, heard: bytes, now_ms: int) -> None:
        request = wire.understood(heard, hopper.settings.with_crc)
        if request is None or request.to not in (hopper.address, wire.BROADCAST) or not hopper.awake(now_ms):
            return
        if not self.link.hears(request.header):
            return
        if self.link.resets(request.header):
            hopper.power(False, now_ms)
            hopper.power(True, now_ms)
        elif request.header in (Header.ADDRESS_POLL, Header.CLASH):
            self._tell_address(hopper, request, now_ms)
        else:
            self._obey(hopper, request, now_ms)

    def _tell_address(self, hopper: Hopper, request: wire.Request, now_ms: int) -> None:
        """Everybody is asked for an address at once, or those on one address whether they are several."""
        if request.data or (request.to == wire.BROADCAST) != (request.header == Header.ADDRESS_POLL):
            return
        if (answer := hopper.address_byte(request.header, now_ms)) is not None:
            self._sayings.append(Saying(answer[0], request.header, bytes([answer[1]])))

    def _obey(self, hopper: Hopper, request: wire.Request, now_ms: int) -> None:
        source = hopper.address if request.to != wire.BROADCAST else wire.BROADCAST  # before the address changes
        reply = hopper.obey(request.header, request.data, now_ms)
        if reply is None:
            return
        data = reply.data
        if len(data) > 1 and hopper.switches.plays("bytes_swapped_next"):
            data = _swapped(data)
        said = wire.frame(wire.HOST, source, reply.header, data, hopper.settings.with_crc)
        due_ms = now_ms + hopper.settings.reply_ms + reply.late_ms
        self._sayings.append(Saying(due_ms, request.header, said))

    def _speak(self, now_ms: int) -> int | None:
        """Say what is due; answer when the next is (absolute ms)."""
        due = sorted({saying.due_ms for saying in self._sayings if saying.due_ms <= now_ms})
        for due_ms in due:
            together = [saying for saying in self._sayings if saying.due_ms == due_ms]
            self.link.send(_on_one_wire([saying.said for saying in together]), due_ms, together[0].header)
        if due:
            self._sayings = [saying for saying in self._sayings if saying.due_ms > now_ms]
        return min((saying.due_ms for saying in self._sayings), default=None)

    def _plays(self, name: str) -> bool:
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True


def _on_one_wire(frames: Sequence[bytes]) -> bytes:
    """What the host reads of frames that begin at the same moment."""
    read = bytearray([IDLE_BYTE] * max(len(frame) for frame in frames))
    for frame in frames:
        for at, byte in enumerate(frame):
            read[at] &= byte
    return bytes(read)


def _swapped(data: bytes) -> bytes:
    """The first two neighbours that differ, in each other's place: the sum stays the same."""
    for at in range(len(data) - 1):
        if data[at] != data[at + 1]:
            return data[:at] + bytes([data[at + 1], data[at]]) + data[at + 2 :]
    return data
