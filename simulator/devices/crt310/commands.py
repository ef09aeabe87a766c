"""The commands, strictly (card reader sheet, section 1.2).

Decided here where the sheet is silent: too many or too few data bytes are refused 04, and while a card is drawn in every command
but questions and settings 02. As the maker's notes say: reset 32 lets the card out at the rear, and the head reads while a card
comes in, so that reading tracks moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.devices.crt310 import codes, stripe
from simulator.devices.crt310.chips import ChipCommands
from simulator.devices.crt310.codes import S1, Command, Manners, Refusal, Reply, Told, Unread, Why, want
from simulator.devices.crt310.contacts import Contacts
from simulator.devices.crt310.path import ABNORMAL, SENSORS, Path
from simulator.devices.motion import Motion
from simulator.devices.twin import Speeds

VERSION, OTHER_VERSION = b"CRT-310 V3.00", b"CRT-571 V1.10"
RESET_MS = 300
LEVEL_FREE, LEVEL_COVERED = 0x20, 0xD0

Handler = Callable[[int, bytes, int, Reply], None]
"""(PM, data, now_ms, reply). Raises Refusal."""


class Commands:
    """`obey` answers each command once, at once or later; `stop` gives up the one that was not answered yet."""

    def __init__(
        self,
        path: Path,
        sams: Sequence[Contacts],
        manners: Manners,
        faults: Callable[[], set[str]],
        played: Callable[[str], bool],
    ) -> None:
        self.serial = b"26110310"
        self.rate = 9_600
        self._path, self._manners, self._faults = path, manners, faults
        self._time = Motion(Speeds())  # chips and electronics keep real time
        self._chips = chips = ChipCommands(path, sams, self._time, faults, played)
        self._asked: tuple[int, int] | None = None
        self._handlers: dict[int, Handler] = {
            Command.STOP: self._stop,
            Command.CARD_IN: self._card_in,
            Command.RESET: self._reset,
            Command.ASK: self._ask,
            Command.RATE: self._rate,
            Command.TRACKS: self._tracks,
            Command.MOVE: self._at_rest(self._move),
            Command.SUPPLY: self._at_rest(chips.supply),
            Command.CHIP: self._at_rest(chips.chip),
            Command.SAM: self._at_rest(chips.sam),
        }

    def obey(self, content: bytes, now_ms: int, answer: Callable[[bytes, int], None]) -> None:
        """`content`: CM, PM and data. What is answered: the inside of a frame, and when."""
        command, head = content[0], content[:2]

        def reply(body: bytes | Why, at: int) -> None:
            answer(bytes([0x4E, command, body]) if isinstance(body, Why) else head + body, at)

        try:
            if "main_supply_off" in self._faults():
                raise Refusal(Why.ON_BACKUP)
            if command not in self._handlers:
                raise Refusal(Why.COMMAND)
            if len(head) < 2:
                raise Refusal(Why.PARAMETER)
            self._handlers[command](content[1], content[2:], now_ms, reply)
        except Refusal as refused:
            reply(refused.why, now_ms)

    def poll(self, now_ms: int) -> int | None:
        return self._time.advance(now_ms)

    def stop(self) -> None:
        self._time.stop()
        self._path.halt()

    def forget(self) -> None:
        """As without mains."""
        self.stop()
        self._asked = None
        self._path.set_up()
        self._chips.forget()

    def _at_rest(self, handler: Handler) -> Handler:
        """Only with a good supply, and not while a card is being drawn in."""

        def handle(what: int, data: bytes, now_ms: int, reply: Reply) -> None:
            self._demand_rest()
            handler(what, data, now_ms, reply)

        return handle

    def _demand_rest(self) -> None:
        if "supply_out_of_range" in self._faults():
            raise Refusal(Why.SUPPLY)
        if self._path.motion.moving():
            raise Refusal(Why.NOT_POSSIBLE)

    # -- reset and serial number

    def _reset(self, what: int, data: bytes, now_ms: int, reply: Reply) -> None:
        if what == 0x3A:
            want(data, 0)
            reply(bytes([Told.DONE, len(self.serial)]) + self.serial, now_ms)
        elif what == 0x3B:
            if not data or data[0] != len(data) - 1 or data[0] > codes.LONGEST_SERIAL:
                raise Refusal(Why.DATA)
            self.serial = data[1:]
            reply(bytes([Told.DONE]), now_ms)
        elif what in (0x30, 0x31, 0x32):
            want(data, 0)
            self._start(what, now_ms, reply)
        else:
            raise Refusal(Why.PARAMETER)

    def _start(self, what: int, now_ms: int, reply: Reply) -> None:
        """Settings are as after a start, whatever becomes of the card."""

        def ended(told: Told, at: int) -> None:
            done = told in (Told.DONE, Told.NO_CARD)
            version = OTHER_VERSION if "wrong_version" in self._faults() else VERSION
            self._time.start(RESET_MS, lambda ready: reply(version if done else Why.NOT_POSSIBLE, ready), at)

        self._demand_rest()
        self._path.set_up()
        self._asked = None
        if what == 0x30:
            ended(Told.DONE, now_ms)
        elif what == 0x31 and self._path.seen() is S1.LONG:
            self._path.clear_abnormal(S1.FRONT_FREE, now_ms, ended)
        else:
            self._path.move(S1.FRONT_FREE if what == 0x31 else S1.REAR_FREE, now_ms, ended)

    # -- questions and settings

    def _ask(self, what: int, data: bytes, now_ms: int, reply: Reply) -> None:
        if what not in (0x2E, 0x2F, 0x30, 0x31):
            raise Refusal(Why.PARAMETER)
        want(data, 0)
        path, covered = self._path, self._path.covered()
        if what == 0x30:
            reply(bytes([path.seen(), path.front, path.rear]), now_ms)
        elif what == 0x2F:
            told = [sensor in covered for sensor in range(SENSORS)] + [path.gate_open(), path.in_mouth()]
            reply(bytes(0x30 + each for each in told), now_ms)
        elif what == 0x2E:
            reply(bytes(LEVEL_COVERED if sensor in covered else LEVEL_FREE for sensor in range(SENSORS)), now_ms)
        else:
            self._demand_rest()
            self._chips.type_of(now_ms, reply)

    def _card_in(self, front: int, data: bytes, now_ms: int, reply: Reply) -> None:
        if front not in codes.FRONTS:
            raise Refusal(Why.PARAMETER)
        want(data, 1)
        if data[0] not in codes.REARS:
            raise Refusal(Why.PARAMETER)
        self._path.front, self._path.rear = codes.FRONTS[front], codes.REARS[data[0]]
        reply(bytes([Told.FAILED if self._manners.card_in_reversed else Told.DONE]), now_ms)

    def _stop(self, place: int, data: bytes, now_ms: int, reply: Reply) -> None:
        if place not in codes.STOPS:
            raise Refusal(Why.PARAMETER)
        want(data, 0)
        self._path.stop = codes.STOPS[place]
        reply(bytes([Told.DONE]), now_ms)

    def _rate(self, which: int, data: bytes, now_ms: int, reply: Reply) -> None:
        """The answer still comes at the old rate."""
        if which not in codes.RATES:
            raise Refusal(Why.PARAMETER)
        want(data, 0)
        reply(bytes([Told.DONE]), now_ms)
        self.rate = codes.RATES[which]

    # -- moves

    def _move(self, where: int, data: bytes, now_ms: int, reply: Reply) -> None:
        if where not in codes.MOVES and where != codes.MOVE_ABNORMAL:
            raise Refusal(Why.PARAMETER)
        want(data, 0)

        def done(told: Told, at: int) -> None:
            reply(bytes([told]), at)

        if where != codes.MOVE_ABNORMAL:
            self._path.move(codes.MOVES[where], now_ms, done)
        elif (seen := self._path.seen()) in ABNORMAL:
            to = S1.REAR_FREE if self._manners.abnormal_to_rear else S1.FRONT_FREE
            self._path.clear_abnormal(to, now_ms, done)
        else:
            done(Told.NO_CARD if seen is S1.NONE else Told.FAILED, now_ms)

    # -- tracks

    def _tracks(self, what: int, data: bytes, now_ms: int, reply: Reply) -> None:
        """What the head read when the card came in; 31 tells the last answer again."""
        if what not in (0x30, 0x31):
            raise Refusal(Why.PARAMETER)
        want(data, 2 if what == 0x30 else 0)
        if what == 0x30 and (data[0] not in (codes.ASCII, codes.BINARY) or data[1] not in codes.TRACKS_OF):
            raise Refusal(Why.PARAMETER)
        asked = (data[0], data[1]) if what == 0x30 else self._asked
        if self._path.seen() in ABNORMAL:
            raise Refusal(Why.ABNORMAL_CARD)
        if asked is None or self._path.buffer is None:
            raise Refusal(Why.NOT_POSSIBLE)
        self._asked = asked
        reply(b"".join(self._track(track, *asked) for track in stripe.TRACKS), now_ms)

    def _track(self, track: int, mode: int, which: int) -> bytes:
        """One track of the answer; a track nobody asked for is told as not read."""
        buffer = self._path.buffer or {}
        read = buffer.get(track, Unread.BLANK) if track in codes.TRACKS_OF[which] else Unread.NOT_READ
        if isinstance(read, Unread):
            how = codes.TRACK_OPEN if read is Unread.NOT_READ else codes.TRACK_BAD
            return bytes([codes.TRACK_BEGINS, how, read])
        told = read if mode == codes.BINARY else stripe.as_text(track, read)
        return bytes([codes.TRACK_BEGINS, codes.TRACK_GOOD]) + told
