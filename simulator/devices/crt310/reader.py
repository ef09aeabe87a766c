"""The reader on its line, in its front and in somebody's hands.

The dialogue (card reader sheet, section 1.1): a frame is answered ACK or NAK; ENQ makes the reader do it and answer; EOT cancels
and is echoed. Decided here where the sheet is silent: a frame waits three seconds for its ENQ, a newer one takes its place; while a
command is under way every other is refused 02; EOT stops the motor where it is. Nothing that the twin tells anybody but the host
holds a track or a command to a chip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from simulator.devices.crt310.codes import ACK, ENQ, EOT, NAK, REAR_ALLOWED, SAM_SLOTS, Facing, Front, Manners, Why
from simulator.devices.crt310.commands import Commands
from simulator.devices.crt310.contacts import Chip, Contacts
from simulator.devices.crt310.faults import FAULTS, STRIPE_MENU
from simulator.devices.crt310.path import BIN, READER, Path, Spot
from simulator.devices.crt310.wire import Ear, Heard, frame
from simulator.devices.linkfaults import LINK_FAULTS, LinkFaults
from simulator.devices.matter import Card, Matter
from simulator.devices.twin import Speeds

LATE_MS = 21_000  # decided here: no host waits longer than 20,000 for a card to move
SPLIT_MS = 60
ENQ_WAIT_MS = 3_000
BOOT_MS = 500
BACKUP_MS = 1_000
BIN_CAPACITY = 10


class Crt310:
    """Fits `Twin`. `insert`, `take`, `push` are a passenger's hands, `clear_path` and `empty_bin` a technician's.

    A card lies in `hand`, then in the place `card.reader`, then in `hand` again or in `card.bin`. `sams`: slot 0..7 -> its
    chip. `host_rate`: the rate at which the host listens now, None when the line knows none.
    """

    def __init__(
        self,
        matter: Matter,
        speeds: Speeds,
        *,
        manners: Manners | None = None,
        sams: Mapping[int, Chip] | None = None,
        bin_capacity: int = BIN_CAPACITY,
        hand: str = "hand",
    ) -> None:
        self.faults: set[str] = set()
        self.link = LinkFaults(self, late_ms=LATE_MS)
        self.bad_manners: Counter[str] = Counter()
        self.host_rate: int | None = None
        self._matter, self._hand = matter, hand
        self._manners = manners or Manners()
        matter.place(READER)
        matter.place(BIN, bin_capacity)
        self._path = Path(matter, speeds, self._manners, lambda: self.faults, self._played)
        chips = [Contacts((sams or {}).get(slot)) for slot in range(len(SAM_SLOTS))]
        self._commands = Commands(self._path, chips, self._manners, lambda: self.faults, self._played)
        self._ear = Ear()
        self._power = True
        self._waiting: tuple[bytes, int] | None = None  # a command, and until when its ENQ may come
        self._under_way: bytes | None = None
        self._later: list[tuple[int, bytes]] = []
        self._deaf_until_ms = 0
        self._backup_ms: int | None = None  # when the main supply went
        self._gave_up = False

    # -- Twin

    def fault_names(self) -> Mapping[str, str]:
        return {**FAULTS, **STRIPE_MENU, **LINK_FAULTS}

    def receive(self, data: bytes, now_ms: int) -> None:
        self.poll(now_ms)
        if not self._power or now_ms < self._deaf_until_ms or not self._understood():
            return
        for heard in self._ear.feed(data, now_ms):
            if now_ms >= self._deaf_until_ms:
                self._hear(heard, now_ms)
                self.poll(now_ms)

    def poll(self, now_ms: int) -> int | None:
        if not self._power:
            return None
        self._run_down(now_ms)
        self._path.motion.advance(now_ms)
        chip_ms = self._commands.poll(now_ms)
        while self._later and self._later[0][0] <= now_ms:
            self.link.say(self._later.pop(0)[1])
        if self._waiting is not None and self._waiting[1] <= now_ms:
            self._drop_waiting()
        dues = [self._path.motion.advance(now_ms), chip_ms, self.link.poll(now_ms), self._backup_due()]
        dues += [due for due, _ in self._later] + ([self._waiting[1]] if self._waiting else [])
        return min((due for due in dues if due is not None), default=None)

    def take_output(self) -> bytes:
        return self.link.take_output()

    def power(self, on: bool, now_ms: int) -> None:
        if on == self._power:
            return
        self._power = on
        self._forget()
        self._deaf_until_ms = now_ms + BOOT_MS if on else 0

    def busy(self) -> bool:
        return self._power and self._path.motion.moving()

    # -- hands

    def insert(self, card: Card, now_ms: int, facing: Facing = Facing.RIGHT) -> str | None:
        """A card of the hand is pushed at the gate: None when it went in, if only into the mouth; else why it did not."""
        self.poll(now_ms)
        if self._path.card is not None or self._path.motion.moving() or "foreign_object" in self.faults:
            return "something is in the way"
        if self._shut():
            if "gate_stuck_open" not in self.faults:
                return "the gate is shut"
            self._path.lay(card, facing)
            return None
        if self._path.front is not Front.SWITCH and (facing is not Facing.RIGHT or not any(card.stripe.values())):
            return "the gate stays shut: it feels no stripe"
        self._path.draw_in(card, facing, now_ms)
        self.poll(now_ms)
        return None

    def push(self, now_ms: int) -> str | None:
        """A card that lies in the mouth is pushed in again; None when the reader draws it in."""
        self.poll(now_ms)
        if self._path.spot is not Spot.FRONT_FREE or self._path.motion.moving():
            return "no card lies in the mouth"
        if self._shut() or "motor_dead" in self.faults:
            return "the reader does not draw it in"
        self._path.pull_in(now_ms)
        self.poll(now_ms)
        return None

    def insert_rear(self, card: Card, now_ms: int) -> str | None:
        """From the staff side: None when it went in, else why it did not."""
        self.poll(now_ms)
        if self._path.card is not None or self._path.motion.moving():
            return "something is in the way"
        if not self._power or self._path.rear != REAR_ALLOWED or self.faults & {"main_supply_off", "motor_dead"}:
            return "the rollers do not turn"
        self._path.draw_in_rear(card, now_ms)
        self.poll(now_ms)
        return None

    def take(self, now_ms: int) -> str | None:
        """Pull at the card, in the mouth or while its first half goes in: None when the hand has it, else why not."""
        self.poll(now_ms)
        return self._path.let_go(now_ms, self._hand)

    def clear_path(self, now_ms: int, to: str = "floor") -> list[Card]:
        """Take out what sticks in the reader; nothing while its motor runs."""
        self.poll(now_ms)
        return self._path.clear(to)

    def empty_bin(self, to: str = "floor") -> int:
        """Take all captured cards, and one that hangs out at the rear; answers how many."""
        hanging = self._path.clear(to) if self._path.spot is Spot.REAR_FREE else []
        return len(hanging) + self._matter.move_all(BIN, to)

    # -- what can be seen from outside

    @property
    def gate_open(self) -> bool:
        """A card would be drawn in now, of one kind or another."""
        return self._path.card is None and not self._shut()

    @property
    def sticks_out(self) -> Card | None:
        """The card that a hand could take."""
        return self._path.card if self._path.in_mouth() else None

    @property
    def inside(self) -> Card | None:
        """The card that is in the reader, wherever."""
        return self._path.card

    @property
    def spot(self) -> Spot | None:
        return self._path.spot

    @property
    def rate(self) -> int:
        return self._commands.rate

    # -- the line

    def _hear(self, heard: Heard, now_ms: int) -> None:
        if heard == ENQ:
            self._enquired(now_ms)
        elif heard == EOT:
            self._cancelled()
        elif isinstance(heard, bytes):
            self._framed(heard, now_ms)
        else:
            self.bad_manners["damaged"] += 1
            self.link.say(bytes([NAK]))

    def _framed(self, content: bytes, now_ms: int) -> None:
        command = content[0]
        if not self.link.hears(command):
            return
        if self.link.resets(command):
            self.power(False, now_ms)
            self.power(True, now_ms)
            return
        if self._played("nak_next"):
            self.link.say(bytes([NAK]))
            return
        if self._waiting is not None:
            self._drop_waiting()
        self._waiting = (content, now_ms + ENQ_WAIT_MS)
        if self._played("ack_garbled_next"):
            self.link.say(bytes([ACK ^ 0x40]))
        elif not self._played("ack_lost_next"):
            self.link.say(bytes([ACK]))

    def _enquired(self, now_ms: int) -> None:
        if self._played("enq_lost_next"):
            return
        if self._waiting is None:
            self.bad_manners["enq_for_nothing"] += 1
            return
        content, self._waiting = self._waiting[0], None
        if self._under_way is not None:
            self.bad_manners["while_busy"] += 1
            self._send(bytes([0x4E, content[0], Why.NOT_POSSIBLE]), now_ms, content[0])
            return
        self._under_way = content
        self._commands.obey(content, now_ms, self._answer)

    def _cancelled(self) -> None:
        if self._played("eot_lost_next"):
            return
        self._waiting = None
        if self._under_way is not None:
            self._under_way = None
            self._commands.stop()
        self.link.say(bytes([EOT]))

    def _answer(self, content: bytes, now_ms: int) -> None:
        if self._under_way is not None:
            command, self._under_way = self._under_way[0], None
            self._send(content, now_ms, command)

    def _send(self, content: bytes, now_ms: int, command: int) -> None:
        answer = frame(content)
        if "split_reply" in self.faults:
            half = len(answer) // 2
            self.link.send(answer[:half], now_ms, command)
            self._later.append((now_ms + SPLIT_MS, answer[half:]))
        else:
            self.link.send(answer, now_ms, command)

    def _drop_waiting(self) -> None:
        self.bad_manners["no_enq"] += 1
        self._waiting = None

    def _understood(self) -> bool:
        return "wrong_rate" not in self.faults and self.host_rate in (None, self.rate)

    # -- inside

    def _shut(self) -> bool:
        """The gate does not open for any card."""
        refused = not self._power or self._path.front is Front.REFUSED
        return refused or bool(self.faults & {"gate_stuck_shut", "main_supply_off", "supply_out_of_range"})

    def _run_down(self, now_ms: int) -> None:
        """The backup carries one more move, when the reader is set so: the card comes out a second after the mains went."""
        if "main_supply_off" not in self.faults:
            self._backup_ms, self._gave_up = None, False
        elif self._backup_ms is None:
            self._backup_ms = now_ms
        elif (due_ms := self._backup_due()) is not None and due_ms <= now_ms:
            self._gave_up = True
            self._path.give_up(now_ms)

    def _backup_due(self) -> int | None:
        """When it will give the card back; once the mains are gone it tries that once."""
        able = self._manners.ejects_on_backup and not self._gave_up and self._path.can_give_up()
        return self._backup_ms + BACKUP_MS if able and self._backup_ms is not None else None

    def _forget(self) -> None:
        self._ear.clear()
        self.link.clear()
        self._later.clear()
        self._commands.forget()
        self._waiting = self._under_way = None

    def _played(self, name: str) -> bool:
        """One-shot switches: playing clears them."""
        if name not in self.faults:
            return False
        self.faults.discard(name)
        return True
