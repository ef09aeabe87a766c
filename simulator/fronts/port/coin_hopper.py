"""Coin hoppers of one bus at port level: the twins' mechanism and memory, facts of `CoinHopper`, no bytes.

Source: cctalk sheet, sections 7 and 8. An order is believed by what the hopper counts when it stands still. Played are all faults
of the mechanism and of its memory; those of the wire's manners (`busy_next`, `slow_reply`, `bytes_swapped_next`, the echo's,
`counter_wrap_next`) and of the level sensors have no meaning here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.faults import FaultCode
from kiosk.ports.coin_hopper import CoinsPaid, CoinsRefused, CoinsShort, CoinsUncertain, HopperPast
from kiosk.ports.fact import DeviceReady, Fact, Report
from simulator.devices.cctalk import CctalkBus
from simulator.devices.cctalk.codes import BLOCKING, Flag, Header
from simulator.devices.cctalk.hopper import Hopper
from simulator.fronts.port.hopper_paid import Counted, Found, outcome, reason_of
from simulator.fronts.port.linkless import Linkless
from simulator.fronts.port.raised import Faults

FIND_MS = 800
WATCH_MS = 2_000
LOOK_MS = 100
STILL_MS = 250
DOUBT_MS = 60_000
SENDS = 3
ANOTHER = 1_000
"""Serial number of a hopper that was put in its place, above its own."""


@dataclass(slots=True)
class Deed:
    """An order and how far it got. `open`: coins may fall since. `seen_ms`: when it was last looked at."""

    order: int
    asked: int
    before: Counted | None
    ours: bool
    open: bool = False
    sends: int = 0
    seen_ms: int | None = None
    fell: int = 0
    last: Counted | None = None
    due_ms: int = 0


class HopperFront:
    """`CoinHopper` of one hopper; the bus gives it its time."""

    max_coins = 255

    def __init__(self, number: int, value_fen: int, report: Report, bus: CctalkBus, hopper: Hopper) -> None:
        self.number, self.value_fen = number, value_fen
        self._name, self._report = f"hopper.{number}", report
        self._bus, self._hopper = bus, hopper
        self._faults = Faults(self._name, report)
        self._found, self._find_ms = False, -1
        self._deed: Deed | None = None
        self._restart = False
        self._watch_ms = self._now_ms = 0
        self._plugged = True
        self._known: Counted | None = None

    # -- the port

    @property
    def counters(self) -> Mapping[str, int]:
        return self._known.record() if self._known else {}

    def pay(self, order: int, coins: int) -> None:
        if not self._found or self._deed is not None or self._known is None:
            self._report(CoinsRefused(order, self.number, "other"))
            return
        self._deed = Deed(order, coins, self._known, ours=True)

    def settle(self, order: int, coins: int, before: Mapping[str, int]) -> None:
        self._deed = Deed(order, coins, Counted.of(before), ours=False, open=True)

    def stop(self) -> None:
        self._hopper.body.halt(self._now_ms)

    def recall(self) -> None:
        self._report(HopperPast(self.number, tuple(self.counters.items())))

    def restart(self) -> None:
        """A technician has mended it."""
        self._restart = True

    # -- time

    def step(self, now_ms: int, plugged: bool) -> int:
        """What is due; answers when to be asked again."""
        self._now_ms, self._plugged = now_ms, plugged
        heard = plugged and self._hopper.awake(now_ms)
        self._find(heard)
        if self._deed is not None:
            self._go_on(self._deed, heard)
        if self._restart and heard and self._deed is None:
            self._restart = False
            self._hopper.obey(Header.RESET, b"", now_ms)
        if self._found and heard and self._deed is None and now_ms >= self._watch_ms:
            self._watch()
        wakes = [self._watch_ms if self._found else now_ms + FIND_MS]
        if self._deed is not None:
            wakes.append(self._deed.due_ms)
        return max(now_ms + 1, min(wakes))

    def _find(self, heard: bool) -> None:
        self._faults.set(FaultCode.LINK_LOST, not self._plugged)
        if not heard:
            self._found, self._find_ms = self._found and self._plugged, -1
            if not self._plugged and self._deed is not None and not self._deed.open:
                self._end(self._deed, CoinsRefused(self._deed.order, self.number, "other"))
        elif not self._found:
            if self._find_ms < 0:
                self._find_ms = self._now_ms + FIND_MS
            if self._now_ms >= self._find_ms:
                self._found = True
                self._watch()
                self.recall()
                self._report(DeviceReady(self._name, "hopper", "1", str(self._read().serial)))

    def _watch(self) -> None:
        self._watch_ms = self._now_ms + WATCH_MS
        self._hopper.body.look(self._now_ms)
        self._known = self._read()
        self._faults.set(FaultCode.DEVICE_FAILURE, self._blocked(), "flags")

    def _blocked(self) -> bool:
        return bool(self._hopper.body.flags & (BLOCKING | {Flag.COUNTS_WRONG, Flag.WRITE_TORN}))

    def _read(self) -> Counted:
        memory, swapped = self._hopper.memory, self._hopper.switches.on("swapped")
        return Counted(
            self._hopper.settings.serial + ANOTHER * swapped, memory.event, memory.paid, memory.unpaid, memory.count
        )

    # -- an order

    def _go_on(self, deed: Deed, heard: bool) -> None:
        now_ms = self._now_ms
        deed.seen_ms = now_ms if deed.seen_ms is None else deed.seen_ms
        if now_ms - deed.seen_ms >= DOUBT_MS:
            never = CoinsRefused(deed.order, self.number, "no answer")
            self._end(deed, self._unknown(deed, deed.fell, deed.asked, "no answer") if deed.open else never)
        elif not heard or not self._found:
            deed.due_ms, deed.last = now_ms + LOOK_MS, None
        elif not deed.open:
            self._send(deed)
        elif now_ms >= deed.due_ms:
            self._look(deed)

    def _send(self, deed: Deed) -> None:
        """Once, and only while its record is true; lost on the way, it is sent again when the counters prove that."""
        self._hopper.body.look(self._now_ms)
        if self._read() != deed.before:
            self._end(deed, CoinsRefused(deed.order, self.number, "other"))
            return
        if self._blocked():
            self._end(deed, CoinsRefused(deed.order, self.number, reason_of(self._hopper.body.flags)))
            return
        deed.open, deed.seen_ms, deed.due_ms, deed.last = True, self._now_ms, self._now_ms + LOOK_MS, None
        deed.sends += 1
        if not self._bus.link.hears(Header.DISPENSE):
            return
        if self._bus.link.resets(Header.DISPENSE):
            self._hopper.power(False, self._now_ms)
            self._hopper.power(True, self._now_ms)
            return
        self._bus.link.plays("silence_after", Header.DISPENSE)  # its answer is a hint only
        self._hopper.body.pay(deed.asked, self._now_ms)

    def _look(self, deed: Deed) -> None:
        memory = self._hopper.memory
        if self._hopper.body.paying or memory.remaining:
            deed.fell = max(deed.fell, memory.paid) if deed.ours else deed.fell
            deed.seen_ms, deed.due_ms, deed.last = self._now_ms, self._now_ms + LOOK_MS, None
            return
        now = self._read()
        deed.seen_ms = self._now_ms
        if deed.last != now:
            deed.last, deed.due_ms = now, self._now_ms + STILL_MS
            return
        self._judge(deed, now)

    def _judge(self, deed: Deed, now: Counted) -> None:
        if deed.before is None:
            self._end(deed, self._unknown(deed, 0, deed.asked, "other"))
            return
        found = outcome(deed.asked, deed.before, now, self._hopper.body.flags)
        if found.untaken and deed.ours and deed.sends < SENDS:
            deed.open = False
            return
        if found.untaken and not deed.ours and not deed.before.event:
            found = Found("unknown", 0, 1, "power")  # at 0 it was before, and a cut leaves it at 0
        order, number = deed.order, self.number
        facts: Mapping[str, Fact] = {
            "full": CoinsPaid(order, number, found.most),
            "short": CoinsShort(order, number, found.most, found.reason),
            "refused": CoinsRefused(order, number, found.reason),
            "unknown": self._unknown(deed, found.least, found.most, found.reason),
        }
        self._end(deed, facts[found.ending])

    def _unknown(self, deed: Deed, least: int, most: int, reason: str) -> CoinsUncertain:
        return CoinsUncertain(deed.order, self.number, least, most, reason)

    def _end(self, deed: Deed, fact: Fact) -> None:
        self._deed = None
        if self._found:
            self._watch()
        self._report(fact)


class CoinsFront(Linkless):
    """Participant; `hoppers`, by number, are the ports. `values_fen`: number -> face value."""

    def __init__(self, name: str, report: Report, bus: CctalkBus, values_fen: Mapping[int, int]) -> None:
        self.name, self._bus = name, bus
        self._plugged = True
        by_number = {hopper.settings.number: hopper for hopper in bus.hoppers}
        self.hoppers: Mapping[int, HopperFront] = {
            number: HopperFront(number, fen, report, bus, by_number[number]) for number, fen in values_fen.items()
        }

    def poll(self, now_ms: int) -> int | None:
        self._bus.poll(now_ms)
        wakes = [hopper.step(now_ms, self._plugged) for hopper in self.hoppers.values()]
        due_ms = self._bus.poll(now_ms)
        return min([*wakes, *([due_ms] if due_ms is not None else [])])

    def unplug(self) -> None:
        self._plugged = False

    def replug(self) -> None:
        self._plugged = True
