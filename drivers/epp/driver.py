"""Encrypting PIN pad ZT588/ZT598. Sans-I/O. It carries no certificate: that belongs to the hardware.

Source: pin-pad sheet. The line moves frames and keys (`line.py`), an entry is one PIN (`entry.py`), `keys.py` knows the work keys,
`start_up.py` meets the pad; here they take turns, one command at a time. Between orders the pad is asked how it is: that is how
a tamper is heard of.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from enum import Enum, unique

from drivers.epp.codec import BLANK, FORMATS, INPUT_OPEN, STATUS, Code, Press, parse_information, parse_status
from drivers.epp.entry import CLOSE_INPUT, Entry, Phase, PinStyle, Wish
from drivers.epp.errands import Errand, Errands
from drivers.epp.keys import Keys, Places, is_published, load
from drivers.epp.line import SENDS, Heard, Line, News, Outcome, Reply, Request, short
from drivers.epp.macs import MacRule, make
from drivers.epp.plain import PlainInput
from drivers.epp.security import Security
from drivers.epp.start_up import ABSENT_MS, ASK, SEARCH_MS, Meeting
from drivers.raised import Raised
from kiosk.faults import FaultCode
from kiosk.ports.fact import DeviceReady, Fact, Report
from kiosk.ports.pin_pad import (
    LEAST_DIGITS,
    LONGEST_S,
    MOST_DIGITS,
    KeyRefused,
    KeyState,
    KeyUncertain,
    MacFailed,
    PadKeys,
    Pan,
    PinBlock,
    PinFailed,
    PlainClosed,
    Slot,
    WrappedKey,
)

STYLES: dict[str, PinStyle] = {"zt588": "at_start", "zt598": "at_fetch"}
"""Model -> how entries were driven on it by those who had one (section 4)."""
PIN_SLOTS: dict[int, Slot] = {0: "pin", 3: "pin", 4: "pin_aes"}
"""ISO 9564-1 format -> key it is made with."""
LOOK = Request("status", STATUS, short)
LOOKS = 2
LOOK_MS = 2_000  # how often an idle pad is asked how it is
NOISE_BYTES = 3


@unique
class Stage(Enum):
    DOWN = "no link"
    MEETING = "not yet known"
    WORKING = "known"


class Epp:
    """Participant and PinPad.

    `model`: one of STYLES. `places`: where the site keeps its keys. `pin_style`: whether key, format and card are said at the
    start of an entry or with the fetch; nothing: as with that model. `mac_rule`: unionpay, or CBC over the whole message.
    `baud`: the rate the pad is brought to, wherever it is found. `test_keys`: published keys are taken (lab only).
    `look_only`: nothing is set, closed or changed, for a probe.
    """

    pin_formats: Collection[int] = tuple(FORMATS)

    def __init__(
        self,
        name: str,
        report: Report,
        *,
        model: str = "zt598",
        places: Places | None = None,
        pin_style: PinStyle | None = None,
        mac_rule: MacRule = "unionpay",
        baud: int = 9_600,
        test_keys: bool = False,
        look_only: bool = False,
    ) -> None:
        self.name = name
        self._report = report
        self._places = places or Places()
        self._model, self._mac_rule = model, mac_rule
        self._pin_style = pin_style or STYLES[model]
        self._test_keys, self._look_only = test_keys, look_only
        self._line = Line()
        self._keys = Keys()
        self._meeting = Meeting(self._places, self._keys, baud, look_only)
        self._told_keys: tuple[KeyState, ...] | None = None
        self._faults = Raised(name, report)
        self._stage = Stage.DOWN
        self._entry: Entry | None = None
        self._plain = PlainInput(report)
        self._errands = Errands(report, self._errand_done)
        self._close_stray = False
        self._security = Security(report, self._faults)
        self._restart_wanted = False
        self._look = LOOK
        self._look_ms = 0  # when it is asked next

    # -- the port

    def can_take_pins(self, format: int) -> bool:
        slot = PIN_SLOTS.get(format)
        return self._works and self._keys.verified("mac") and slot is not None and self._keys.verified(slot)

    def load_key(self, slot: Slot, key: WrappedKey) -> None:
        reason = "test" if is_published(key) and not self._test_keys else self._why_not()
        if reason:
            self._report(KeyRefused(slot, reason))
            return

        def abandoned(why: str, begun: bool) -> Fact:
            return KeyUncertain(slot) if begun else KeyRefused(slot, why)

        self._errands.add(Errand(load(self._places, self._keys, slot, key), abandoned))

    def start_pin(self, entry: int, pan: Pan, *, format: int, least: int, most: int, limit_s: int) -> None:
        known = format in FORMATS and LEAST_DIGITS <= least <= most <= MOST_DIGITS and 1 <= limit_s <= LONGEST_S
        reason = self._why_not()
        if not reason and not known:
            reason = "request"
        if not reason and not self._keys.verified(PIN_SLOTS[format]):
            reason = "keys"
        if not reason and self._typing:
            reason = "busy"
        if reason:
            self._report(PinFailed(entry, reason))
            return
        self._plain.want(False, "pin")
        wish = Wish(entry, pan, self._places.of(PIN_SLOTS[format]), format, least, most, limit_s)
        self._entry = Entry(wish, self._pin_style, self._report)

    def cancel_pin(self, entry: int) -> None:
        if self._entry is not None and self._entry.number == entry:
            self._entry.cancel()

    def take_block(self, entry: int) -> PinBlock | None:
        own = self._entry is not None and self._entry.number == entry and not self._typing
        return self._entry.take_block() if self._entry is not None and own else None

    def mac(self, order: int, message: bytes) -> None:
        reason = self._why_not()
        if reason:
            self._report(MacFailed(order, reason))
            return
        self._errands.add(Errand(self._mac(order, message), lambda why, begun: MacFailed(order, why)))

    def _mac(self, order: int, message: bytes) -> Generator[Request, Reply, Fact]:
        """Which key there is counts when its turn has come."""
        size = self._keys.sizes.get("mac", 0)
        return (yield from make(order, message, self._mac_rule, self._places.mac, size))

    def plain_input(self, on: bool) -> None:
        reason = self._why_not() or ("pin" if self._typing else "")
        if on and reason:
            self._report(PlainClosed(reason))
        else:
            self._plain.want(on)

    def _why_not(self) -> str:
        """Why no order is taken now; empty when one is."""
        if self._security.tamper:
            return "tamper"
        return {Stage.DOWN: "link", Stage.MEETING: "silent"}.get(self._stage, "")

    @property
    def _works(self) -> bool:
        return self._stage is Stage.WORKING and self._security.tamper is None

    @property
    def _typing(self) -> bool:
        return self._entry is not None and self._entry.phase is not Phase.OVER

    # -- service and probe

    def restart(self) -> None:
        """People have loaded the keys anew, or mended it: a security event is over, and the pad is met again."""
        self._restart_wanted = True

    @property
    def ready(self) -> bool:
        """It said who it is, or that it does not say so any more."""
        return self._stage is Stage.WORKING

    def line_baud(self) -> int:
        """The rate at which the link has to send what comes next."""
        return self._meeting.baud

    def probe_lines(self) -> list[str]:
        """Identity, state and keys; one fact a line."""
        lines = [f"model {self._model}", f"stage {self._stage.value}", f"baud {self._meeting.baud}"]
        if (found := self._meeting.found) is not None:
            lines += [f"pad {found.model} hardware {found.hardware} software {found.software}", f"serial {found.tail}"]
            lines += [f"text {found.text}".rstrip(), f"settings {found.settings.hex().upper()}"]
            lines += [f"blank {found.blank}", f"input open {found.input_open}"]
        lines += [f"key {key.slot} {key.state} {key.check}".rstrip() for key in self._keys.states]
        if self._security.tamper:
            lines.append(f"tamper {self._security.tamper.cause} {self._security.tamper.code}")
        return lines + self._faults.lines()

    # -- the participant

    def link_up(self, now_ms: int) -> None:
        self._faults.clear(FaultCode.LINK_LOST)
        self._meet(now_ms, "link")

    def link_lost(self, why: str, now_ms: int) -> None:
        self._meet(now_ms, "link")
        self._stage = Stage.DOWN
        self._faults.clear(FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
        self._faults.set(FaultCode.LINK_LOST, True, why)

    def take_output(self) -> bytes:
        return self._line.take_output()

    def receive(self, data: bytes, now_ms: int) -> None:
        if self._stage is not Stage.DOWN:
            self._hear(self._line.receive(data, now_ms), now_ms)

    def poll(self, now_ms: int) -> int | None:
        if self._restart_wanted:
            self._restart(now_ms)
        if self._stage is Stage.DOWN:
            return None
        self._hear(self._line.poll(now_ms), now_ms)
        if self._entry:
            self._entry.poll(now_ms)
        self._plain.poll(now_ms)
        if self._line.idle:
            self._send_next(now_ms)
        return self._wake_ms(now_ms)

    def _wake_ms(self, now_ms: int) -> int:
        due = [self._line.free_at(), self._plain.wake_ms(), self._entry.wake_ms() if self._entry else None]
        if self._line.idle and self._stage is Stage.MEETING:
            due.append(self._meeting.due_ms)
        elif self._line.idle and self._may_look:
            due.append(self._look_ms)
        return max(now_ms + 1, min((at for at in due if at is not None), default=now_ms + LOOK_MS))

    # -- what to send

    def _send_next(self, now_ms: int) -> None:
        if self._stage is Stage.WORKING:
            request = self._next_request(now_ms)
            if request is not None:
                self._line.send(request, now_ms, sends=LOOKS if request is LOOK else SENDS)
        elif (request := self._meeting.next(now_ms)) is not None:
            if self._meeting.searching:
                self._line.send(request, now_ms, answer_ms=SEARCH_MS, sends=1)
            else:
                self._line.send(request, now_ms)

    def _next_request(self, now_ms: int) -> Request | None:
        """What runs is ended first; then a PIN, then other orders, then a look."""
        if self._errands.under_way is not None:
            return self._errands.under_way
        if self._typing and self._entry is not None:
            return self._plain.next() or self._entry.next()
        if self._close_stray:
            return CLOSE_INPUT
        if (request := self._errands.begin()) is not None:
            return request
        return self._plain.next() or (self._look if self._may_look and now_ms >= self._look_ms else None)

    @property
    def _may_look(self) -> bool:
        """Not while somebody types: what a question does to open input nobody wrote down."""
        return not (self._typing or self._plain.open)

    def _errand_done(self) -> None:
        if self._keys.sizes:
            self._security.keyed()
        self._tell_keys()

    # -- what came back

    def _hear(self, heard: list[Heard], now_ms: int) -> None:
        for item in heard:
            if isinstance(item, Press):
                self._press(item.byte)
            elif isinstance(item, News):
                if item.code == Code.TIMED_OUT and self._entry:
                    self._entry.timed_out()
                self._watch(item.code)
            else:
                self._reply(item, now_ms)

    def _press(self, byte: int) -> None:
        if self._typing and self._entry is not None and not self._plain.open:
            self._entry.key(byte)
        else:
            self._plain.key(byte)

    def _reply(self, reply: Reply, now_ms: int) -> None:
        self._watch(reply.code)
        if self._stage is Stage.MEETING:
            self._meeting.replied(reply, now_ms)
            self._met(now_ms)
        elif reply.outcome is Outcome.SILENT and reply.request is LOOK:
            self._look, self._look_ms = ASK, now_ms  # is it gone, or does it not know the question?
        elif reply.outcome is Outcome.SILENT and reply.request.repeatable:
            self._faults.set(FaultCode.NO_ANSWER, True)
            self._meet(now_ms, "silent")
        else:
            self._worked(reply, now_ms)

    def _worked(self, reply: Reply, now_ms: int) -> None:
        self._look_ms = now_ms + LOOK_MS
        request = reply.request
        if request is self._errands.under_way:
            self._errands.replied(reply)
        elif request is LOOK or request is ASK:
            self._looked(reply)
        elif self._close_stray and request is CLOSE_INPUT:
            self._close_stray = False
        elif self._plain.expects(request):
            self._plain.replied(reply, now_ms)
        elif self._entry is not None:
            self._entry.replied(reply, now_ms)

    def _looked(self, reply: Reply) -> None:
        """An answer of the pad that was only asked how it is. One that does not know the question is asked who it is."""
        if reply.outcome is not Outcome.DONE:
            self._look = ASK if reply.code in (Code.OTHER, Code.BAD_PARAMETER) else self._look
            return
        found = parse_information(reply.data) if reply.request is ASK else None
        bits = found.settings[0] if found else parse_status(reply.data)
        if bits is not None:
            self._close_stray = bool(bits & INPUT_OPEN) and self._may_look and not self._look_only
            if bits & BLANK:
                self._watch(Code.NO_IMK)

    def _watch(self, code: int) -> None:
        """A security event ends everything but what the pad is just answering."""
        if not self._security.watch(code):
            return
        self._keys.forget()
        if self._entry:
            self._entry.fail("tamper")
        self._errands.drop_waiting("tamper")
        self._plain.want(False, "tamper")
        self._tell_keys()

    # -- meeting it, and losing it

    def _meet(self, now_ms: int, why: str, after_ms: int = 0) -> None:
        """Begin anew with whatever is there; what was under way is over, and no key counts until it is loaded again."""
        self._stage = Stage.MEETING
        if self._typing and self._entry is not None:
            self._entry.lost(why)
        self._errands.lost(why)
        self._plain.lost(why)
        self._keys.forget()
        if self._told_keys is not None:
            self._tell_keys()
        self._close_stray = False
        self._security.met()
        self._line.restart(now_ms)
        self._meeting.begin(now_ms, after_ms)

    def _met(self, now_ms: int) -> None:
        meeting = self._meeting
        if meeting.absent:
            wrong = self._line.noise >= NOISE_BYTES or FaultCode.WRONG_DEVICE in self._faults
            self._faults.set(FaultCode.WRONG_DEVICE, wrong, "noise")
            self._faults.set(FaultCode.NO_ANSWER, not wrong)
        if not meeting.met:
            return
        self._faults.clear(FaultCode.NO_ANSWER)
        if meeting.found is None and self._security.tamper is None:
            code = meeting.code
            self._faults.set(FaultCode.WRONG_DEVICE if not code else FaultCode.DEVICE_FAILURE, True, f"{code:02X}")
            self._meet(now_ms, "silent", ABSENT_MS)
            return
        self._faults.clear(FaultCode.WRONG_DEVICE)
        self._stage, self._look, self._look_ms = Stage.WORKING, LOOK, now_ms + LOOK_MS
        self._tell_keys(always=True)
        if meeting.found is not None and self._security.tamper is None:
            self._faults.clear(FaultCode.DEVICE_FAILURE)
            self._report(DeviceReady(self.name, self._model, meeting.found.software, meeting.found.tail))

    def _restart(self, now_ms: int) -> None:
        self._restart_wanted = False
        self._security.mended()
        if self._stage is not Stage.DOWN:
            self._meet(now_ms, "silent")

    def _tell_keys(self, always: bool = False) -> None:
        if always or self._keys.states != self._told_keys:
            self._told_keys = self._keys.states
            self._report(PadKeys(self._told_keys))
