"""What a mains loss means for the machine: which step comes next while the battery carries it. Pure: time comes as an argument.

Source: ups sheet, section 4; reliability notes 3 (mains lost); TVM-056, TVM-086; docs/decisions/026. No new sale and no new note;
a sale without the whole price ends with its money back, a paid one goes on; when nobody is served any more the unit is told to
switch off and to come back with the mains, and the program stops. Mains that return before go on with no restart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.parameters import PowerPolicy
from kiosk.ports.fact import Fact
from kiosk.ports.ups import OffFailed, OffSet, PowerSeen, PowerSource
from kiosk.sale.book import S
from kiosk.sale.facts import Cancelled, PatienceOver, TakeOver
from kiosk.sale.sale import Sale
from kiosk.system_facts import PowerTurned, Stopped, SwitchOff

UNPAID = (S.LOCKING, S.REVIEWING, S.CHOOSING, S.RESUMING)
"""Nothing is finished there that could not begin anew: a restart's question ends as if nobody had answered."""
EARLY: dict[S, type[Fact]] = {S.TICKETS_OUT: TakeOver, S.CHANGE_OUT: TakeOver, S.CLAIM: PatienceOver}
"""Where only a person is waited for: when time is up, their own time-out comes early."""
LOOK_MS = 1_000


def _nothing() -> None:
    """No deed follows."""


@dataclass(frozen=True, slots=True)
class PowerStep:
    """One line of the journal: `to_sale` it is a fact of the running sale; `deed` follows it. The last one is `Stopped`."""

    fact: Fact
    intents: tuple[SwitchOff, ...] = ()
    to_sale: bool = False
    deed: Callable[[], None] = _nothing


@dataclass(slots=True)
class Power:
    """`ups` None: none is fitted; then the cabinet's switch says when to stop selling, and nothing is ever switched off here.

    `rate`: people's time per real time, for the lab. All moments are monotonic ms.
    """

    ups: PowerSource | None = None
    policy: PowerPolicy = field(default_factory=PowerPolicy)
    rate: float = 1.0
    on_battery: bool = False
    _low: bool = False
    _unknown_ms: int | None = None  # since when nobody knows
    _until_ms: int = 0  # end of the time budget of a sale
    _idle_ms: int | None = None  # since when on battery and without a sale
    _off: str = ""  # "", asked, set, failed
    _again_ms: int = 0
    _words: list[PowerTurned] = field(default_factory=list)
    _stopped: bool = False
    _sure: bool = True
    _seen: tuple[S | None, int] = (None, 0)  # the state of the sale, and since when

    # -- facts

    def hear(self, fact: Fact, now_ms: int) -> None:
        match fact:
            case PowerSeen():
                self._power(fact, now_ms)
            case OffSet() if self._off == "asked":
                self._off = "set"
            case OffFailed() if self._off == "asked":
                self._off, self._again_ms = "failed", now_ms + self._real(self.policy.again_ms)

    def _power(self, seen: PowerSeen, now_ms: int) -> None:
        if seen.source == "unknown":
            self._unknown_ms = now_ms if self._unknown_ms is None else self._unknown_ms
            return
        self._unknown_ms = None
        battery = seen.source == "battery"
        if battery and not self.on_battery:
            self._until_ms, self._seen = now_ms + self._real(self.policy.limit_ms), (None, 0)
            self._words.append(PowerTurned("lost", seen.charge_pct, seen.runtime_s))
        elif self.on_battery and not battery:
            self._idle_ms = None
            self._words.append(PowerTurned("back", seen.charge_pct, seen.runtime_s))
        if seen.low and not self._low:
            self._words.append(PowerTurned("low", seen.charge_pct, seen.runtime_s))
        self.on_battery, self._low = battery, seen.low
        if battery:
            self._shorten(seen, now_ms)

    def _shorten(self, seen: PowerSeen, now_ms: int) -> None:
        if seen.low:
            self._until_ms = min(self._until_ms, now_ms + self._real(self.policy.low_ms))
        elif seen.runtime_s >= 0:
            left_ms = max(0, seen.runtime_s * 1_000 - self.policy.reserve_ms)
            self._until_ms = min(self._until_ms, now_ms + self._real(left_ms))

    def _real(self, people_ms: int) -> int:
        return round(people_ms / self.rate)

    # -- what follows

    def sure(self, now_ms: int) -> bool:
        """False: nobody has known for too long where the power comes from, and the parameters say that this stops sales."""
        if self._unknown_ms is None or not self.policy.unknown_stops:
            return True
        return now_ms < self._unknown_ms + self._real(self.policy.unknown_ms)

    def unsettled(self, now_ms: int) -> bool:
        """Once, when `sure` says something else than before."""
        before, self._sure = self._sure, self.sure(now_ms)
        return before != self._sure

    def step(self, now_ms: int, sale: Sale | None, *, busy: bool) -> PowerStep | None:
        """The next step, or None. `busy`: the program is starting, or a technician is at work: neither is cut off."""
        if self._words:
            return PowerStep(self._words.pop(0))
        if not self.on_battery:
            return self._stay()
        if sale is not None:
            self._idle_ms = None
            fact = None if busy else self._for_sale(sale, now_ms)
            return PowerStep(fact, to_sale=True) if fact is not None else None
        return None if busy or self.ups is None else self._without_sale(self.ups, now_ms)

    def _stay(self) -> PowerStep | None:
        if not self._off or self.ups is None:
            return None
        self._off, self._stopped = "", False
        return PowerStep(PowerTurned("stay", -1, -1), deed=self.ups.stay_on)

    def _for_sale(self, sale: Sale, now_ms: int) -> Fact | None:
        """A note that is moving comes to rest first, while there is time: it may make the price whole."""
        late = now_ms >= self._until_ms
        if sale.state is S.AUTHORISING and sale.may_withdraw():
            return Cancelled("power")
        if sale.state in UNPAID or (sale.state is S.COLLECTING and (late or not sale.note_moves())):
            return Cancelled("power")
        if sale.state is not self._seen[0]:
            self._seen = sale.state, now_ms
        fair_ms = self._seen[1] + self._real(self.policy.low_ms)  # what has only just come out can still be taken
        early = EARLY.get(sale.state) if late and now_ms >= fair_ms else None
        return early() if early is not None else None

    def _without_sale(self, ups: PowerSource, now_ms: int) -> PowerStep | None:
        """A machine that could not be switched off waits: stopped for good it would stay dark when the mains return."""
        if self._off == "set":
            if self._stopped:
                return None
            self._stopped = True
            return PowerStep(Stopped("power"))
        self._idle_ms = now_ms if self._idle_ms is None else self._idle_ms
        if self._off == "asked" or now_ms < self._switch_off_ms(self._idle_ms):
            return None
        self._off = "asked"
        off_s = self.policy.off_s
        return PowerStep(PowerTurned("off", -1, -1), (SwitchOff(off_s),), deed=lambda: ups.switch_off(off_s))

    def _switch_off_ms(self, idle_ms: int) -> int:
        """Mains that are back soon cost nobody a restart; a battery that is nearly empty does not wait for them."""
        wanted_ms = min(idle_ms + self._real(self.policy.wait_ms), max(idle_ms, self._until_ms))
        return max(wanted_ms, self._again_ms)

    def wakes(self, now_ms: int) -> list[int]:
        """When to be asked again though nothing is heard."""
        wakes = [now_ms + LOOK_MS] if self.on_battery else []
        if self._unknown_ms is not None:
            end_ms = self._unknown_ms + self._real(self.policy.unknown_ms)
            wakes += [end_ms] if end_ms > now_ms else []
        return wakes
