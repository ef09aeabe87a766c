"""The card path: gate, rollers, six sensors, the head at the gate, contacts in the middle and a bin behind the rear.

A card is somewhere, whatever the sensors see of it; the reader knows only what they see (S1, card reader sheet, section 1.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum, unique

from simulator.devices.crt310 import stripe
from simulator.devices.crt310.codes import REAR_ALLOWED, S1, Facing, Front, Manners, Refusal, Told, Unread, Why
from simulator.devices.crt310.contacts import Contacts
from simulator.devices.crt310.faults import STRIPE_FAULTS
from simulator.devices.matter import Card, Matter
from simulator.devices.motion import Motion
from simulator.devices.twin import Speeds

READER, BIN = "card.reader", "card.bin"
STEP_MS = 200  # from one spot to the next
DRAW_MS = 1_200  # from the gate over the head to the middle
STALL_MS = 1_500  # until a motor that moves nothing is given up

Done = Callable[[Told, int], None]
"""How a move ended, and when."""


@unique
class Spot(IntEnum):
    """Where the card really is, from the front to the rear."""

    FRONT_FREE = 0
    FRONT_HELD = 1
    HALF_IN = 2
    INSIDE = 3
    CONTACTS = 4
    HALF_REAR = 5
    REAR_HELD = 6
    REAR_FREE = 7


COVERED: Mapping[Spot, frozenset[int]] = {
    Spot.FRONT_FREE: frozenset({0}),
    Spot.FRONT_HELD: frozenset({0, 1}),
    Spot.HALF_IN: frozenset({1, 2}),
    Spot.INSIDE: frozenset({2, 3}),
    Spot.CONTACTS: frozenset({2, 3}),
    Spot.HALF_REAR: frozenset({3, 4}),
    Spot.REAR_HELD: frozenset({4, 5}),
    Spot.REAR_FREE: frozenset({5}),
}
SENSORS = 6
_SEEN = {
    frozenset[int](): S1.NONE, COVERED[Spot.FRONT_FREE]: S1.FRONT_FREE, COVERED[Spot.FRONT_HELD]: S1.FRONT_HELD,
    COVERED[Spot.HALF_IN]: S1.FRONT_HELD, COVERED[Spot.INSIDE]: S1.INSIDE, COVERED[Spot.HALF_REAR]: S1.REAR_HELD,
    COVERED[Spot.REAR_HELD]: S1.REAR_HELD, COVERED[Spot.REAR_FREE]: S1.REAR_FREE,
}  # fmt: skip
_FOREIGN, _BLIND = 1, 2  # the sensor behind the gate, and the first in the middle
ABNORMAL = (S1.LONG, S1.SHORT)
FREE = (S1.FRONT_FREE, S1.REAR_FREE)
JAMS = ("jam_drawn_in", "jam_ejected", "jam_captured")


class Path:
    """`faults` names what is switched on, `played` asks for a one-shot switch and clears it.

    After a start entry is allowed by the switch and at the rear, and a card stops inside: as the maker's notes say.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        manners: Manners,
        faults: Callable[[], set[str]],
        played: Callable[[str], bool],
    ) -> None:
        self.motion = Motion(speeds)
        self.contacts = Contacts()
        self.spot: Spot | None = None
        self.facing = Facing.RIGHT
        self._matter, self._manners = matter, manners
        self._faults, self._played = faults, played
        self._yields_until_ms: int | None = None
        self.set_up()

    def set_up(self) -> None:
        """What a start and a reset leave behind."""
        self.front, self.rear, self.stop = Front.SWITCH, REAR_ALLOWED, S1.INSIDE
        self.contacts.supply(on=False)
        self.buffer: dict[int, bytes | Unread] | None = None

    @property
    def card(self) -> Card | None:
        return next(iter(self._matter.place(READER).cards()), None)

    # -- what the reader sees

    def covered(self) -> frozenset[int]:
        """Numbers of the sensors that see something, 0 at the mouth."""
        faults, covered = self._faults(), self._shadow()
        covered |= {_FOREIGN} if "foreign_object" in faults else set()
        covered |= {0} if "front_sensor_stuck" in faults else set()
        covered |= {SENSORS - 1} if "rear_sensor_stuck" in faults else set()
        return frozenset(covered - ({_BLIND} if "middle_sensor_blind" in faults else set()))

    def seen(self) -> S1:
        """S1. The reader knows by itself whether it has lowered the contacts."""
        covered = self.covered()
        seen = _SEEN.get(covered, S1.LONG if len(covered) > 1 else S1.SHORT)
        return S1.CONTACTS if seen is S1.INSIDE and self.spot is Spot.CONTACTS else seen

    def gate_open(self) -> bool:
        """The shutter lets something through, or is held open by it."""
        return self.in_mouth() or self.spot is Spot.HALF_IN or "gate_stuck_open" in self._faults()

    def in_mouth(self) -> bool:
        """The switch at the gate is pressed."""
        return self.spot in (Spot.FRONT_FREE, Spot.FRONT_HELD)

    def _shadow(self) -> set[int]:
        if self.spot is None or self.card is None:
            return set()
        covered = set(COVERED[self.spot])
        if self.card.size == "short":
            return {min(covered)}
        if self.card.size == "long" and self.spot is not Spot.FRONT_FREE:
            return covered | {min(max(covered) + 1, SENSORS - 1), max(min(covered) - 1, 0)}
        return covered

    # -- what comes in

    def draw_in(self, card: Card, facing: Facing, now_ms: int) -> None:
        """The gate has opened for it; it may still be pulled back while its first half goes in."""
        self.lay(card, facing)
        if "motor_dead" not in self._faults():
            self.pull_in(now_ms)

    def pull_in(self, now_ms: int) -> None:
        """A card in the mouth has pressed the switch."""
        self.spot = Spot.HALF_IN
        self._yields_until_ms = now_ms + self.motion.speeds.motion_ms(DRAW_MS) // 2
        self.motion.start(DRAW_MS, self._drawn, now_ms)

    def draw_in_rear(self, card: Card, now_ms: int) -> None:
        """Nothing is read: the head is at the gate."""
        self.lay(card, Facing.RIGHT)
        self.spot = Spot.HALF_REAR
        self.motion.start(DRAW_MS, lambda at: self._arrive(Spot.HALF_REAR, Spot[self.stop.name], _nobody, at), now_ms)

    def lay(self, card: Card, facing: Facing) -> None:
        """Into the mouth, and no further."""
        self._matter.move(card, READER)
        self.facing, self.spot, self.buffer = facing, Spot.FRONT_FREE, None

    def let_go(self, now_ms: int, to: str) -> str | None:
        """A hand pulls at the card; None when it has it, else why not."""
        card = self.card
        if card is None or self.spot is None or self.spot > Spot.HALF_IN:
            return "no card can be reached"
        if self.spot is Spot.FRONT_HELD and not self._manners.lets_go:
            return "the rollers hold the card"
        if self.spot is Spot.HALF_IN and (self._yields_until_ms is None or now_ms >= self._yields_until_ms):
            return "the rollers hold the card"
        if self._yields_until_ms is not None:
            self.motion.stop()  # it was being drawn in; a motor that obeys an order turns on
        self._leave(card, to)
        return None

    def clear(self, to: str) -> list[Card]:
        """A technician opens the path and takes out what is in it; none while the motor runs."""
        card = self.card
        if card is None or self.motion.moving():
            return []
        self._leave(card, to)
        return [card]

    def _drawn(self, now_ms: int) -> None:
        self._yields_until_ms = None
        card = self.card
        if card is None or "jam_drawn_in" in self._faults():
            return
        self.buffer = {track: self._read(card, track) for track in stripe.TRACKS}
        if card.size == "long":  # what is seen to be too long goes back at once
            self.motion.start(DRAW_MS, lambda at: self._arrive(Spot.INSIDE, Spot.FRONT_FREE, _nobody, at), now_ms)
        elif card.size == "short":
            self.spot = Spot.INSIDE  # it slips off the rollers
        else:
            self._arrive(Spot.FRONT_HELD, Spot[self.stop.name], _nobody, now_ms)

    def _read(self, card: Card, track: int) -> bytes | Unread:
        characters = card.stripe.get(track, b"") if self.facing is Facing.RIGHT else b""
        how = next((code for name, code in STRIPE_FAULTS.items() if name in self._faults()), None)
        if how is Unread.NOT_READ:
            return how
        return stripe.read(track, characters if how is None else stripe.spoilt(track, characters, how))

    # -- moves

    def move(self, target: S1, now_ms: int, done: Done) -> None:
        """Ends in `done` with how it ended. Raises Refusal for what is no normal card."""
        seen, spot = self.seen(), Spot[target.name]
        if seen in ABNORMAL:
            raise Refusal(Why.ABNORMAL_CARD)
        if seen is S1.NONE:
            done(Told.NO_CARD, now_ms)
        elif self.spot is spot:
            done(Told.DONE, now_ms)
        elif seen in FREE and not self._manners.takes_back:
            done(Told.ELSEWHERE, now_ms)
        else:
            self._roll(spot, now_ms, done)

    def clear_abnormal(self, target: S1, now_ms: int, done: Done) -> None:
        """A card that is too long goes out; what is too short for the rollers, or no card, does not."""
        if self.card is None or self.card.size == "short":
            self.motion.start(STALL_MS, lambda at: done(Told.FAILED, at), now_ms)
        else:
            self._roll(Spot[target.name], now_ms, done)

    def can_give_up(self) -> bool:
        """A card lies inside and could come out at the front."""
        held = self.spot is not None and Spot.FRONT_FREE < self.spot < Spot.REAR_FREE
        return held and not self.motion.moving() and not self._stuck(self.spot or Spot.INSIDE)

    def give_up(self, now_ms: int) -> None:
        """Out with it, without an order."""
        self._roll(Spot.FRONT_FREE, now_ms, _nobody)

    def halt(self) -> None:
        """The motor stops, and the card lies where it is."""
        self.motion.stop()
        self._yields_until_ms = None

    def _roll(self, to: Spot, now_ms: int, done: Done) -> None:
        start = self.spot
        if start is None or self._stuck(start):
            self.motion.start(STALL_MS, lambda at: done(Told.FAILED, at), now_ms)
            return
        if self._played("rollers_slip_next"):
            self.motion.start(STEP_MS, lambda at: done(Told.DONE, at), now_ms)
            return
        self.contacts.touch(None)
        self.spot = _between(start, to)
        self.motion.start(STEP_MS * abs(to - start), lambda at: self._arrive(start, to, done, at), now_ms)

    def _stuck(self, spot: Spot) -> bool:
        faults = self._faults()
        half = spot in (Spot.HALF_IN, Spot.HALF_REAR)
        return "motor_dead" in faults or "foreign_object" in faults or (half and any(jam in faults for jam in JAMS))

    def _arrive(self, start: Spot, to: Spot, done: Done, now_ms: int) -> None:
        card = self.card
        if card is None or self._jams(start, to):
            done(Told.FAILED, now_ms)
            return
        if to is Spot.REAR_FREE and self._falls(card):
            done(Told.DONE, now_ms)
            return
        self.spot = to
        if to is Spot.CONTACTS:
            self.contacts.touch(card.chip if self.facing is Facing.RIGHT else None)
        done(Told.FAILED if to is Spot.REAR_FREE else Told.DONE, now_ms)

    def _jams(self, start: Spot, to: Spot) -> bool:
        faults = self._faults()
        if to <= Spot.FRONT_HELD < start:
            return "jam_ejected" in faults or "gate_stuck_shut" in faults
        if to >= Spot.REAR_HELD > start:
            return "jam_captured" in faults
        return to > start <= Spot.HALF_IN and "jam_drawn_in" in faults

    def _falls(self, card: Card) -> bool:
        """Into the bin, unless that is full: then it hangs out at the rear."""
        if "bin_full" in self._faults():
            return False
        try:
            self._leave(card, BIN)
        except OverflowError:
            return False
        return True

    def _leave(self, card: Card, to: str) -> None:
        self._matter.move(card, to)
        self.contacts.touch(None)
        self.spot, self.buffer, self._yields_until_ms = None, None, None


def _between(start: Spot, to: Spot) -> Spot:
    """Where a card is while it moves, and stays when the motor stops."""
    near, far = min(start, to), max(start, to)
    if far <= Spot.FRONT_HELD or near >= Spot.REAR_HELD:
        return start
    if near <= Spot.HALF_IN:
        return Spot.HALF_IN
    return Spot.HALF_REAR if far > Spot.CONTACTS else Spot.INSIDE


def _nobody(told: Told, now_ms: int) -> None:
    """No command waits for the end of this motion."""
