"""Who may speak: one command at a time, its answer, and then the terminal as master until it says that it is over. Sans-I/O.

What the terminal asks in between is answered by who began the command; a terminal that goes on with something of a former life
is followed in the same way. A payment is never sent twice, and what was handed to the line may have arrived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, unique

from drivers.zvt import codec
from drivers.zvt.codec import Apdu, BadApdu, Info, parse_info
from drivers.zvt.line import Line
from drivers.zvt.open import Ended

ANSWER_MS = 5_000
FOREIGN_MS = 15_000
"""So long a terminal that goes on with something of a former life may be silent before it counts as over."""
ABORT_MS = 3_000


@unique
class Job(Enum):
    REGISTER = "who are you"
    DIAGNOSE = "do you reach your bank"
    ENQUIRE = "are you there"
    LAST = "what was the last payment"
    PAY = "take a payment"
    REVERSE = "take a payment back"
    CLOSE = "close the day"


LASTS_MS = {
    Job.REGISTER: 10_000,
    Job.DIAGNOSE: 90_000,
    Job.ENQUIRE: 10_000,
    Job.LAST: 15_000,
    Job.PAY: 24 * 3_600_000,  # the driver ends it
    Job.REVERSE: 60_000,
    Job.CLOSE: 300_000,
}
"""From the terminal's yes to its last word."""


@dataclass(slots=True)
class Asked:
    """The command under way. `taken`: the terminal said yes to it. `info`: the last result it told."""

    job: Job
    ended: Callable[[Ended], None]
    due_ms: int
    sent: bool = False
    taken: bool = False
    info: Info | None = None


class Dialog:
    """`told`: asked what to answer to a good result of a payment; `status`: what the passenger is asked; `ended` of `begin` is
    told the one end of the command. `foreign_over`: a payment of a former life came to its end, well (True) or aborted."""

    def __init__(
        self,
        serial: bool,
        told: Callable[[Info], Apdu],
        status: Callable[[int], None],
        foreign_over: Callable[[bool], None],
    ) -> None:
        self.line = Line(serial)
        self._told, self._status, self._foreign_over = told, status, foreign_over
        self.asked: Asked | None = None
        self.heard_ms = 0
        self._foreign_ms: int | None = None
        self._abort_ms: int | None = None

    @property
    def free(self) -> bool:
        """A command may be sent."""
        return self.asked is None and self._foreign_ms is None

    @property
    def foreign(self) -> bool:
        return self._foreign_ms is not None

    def begin(self, job: Job, apdu: Apdu, ended: Callable[[Ended], None], now_ms: int) -> None:
        self.asked = Asked(job, ended, now_ms + ANSWER_MS)
        self.line.say(apdu)

    def stop(self, now_ms: int) -> None:
        """Ask the terminal to give up what it does; said again until it ended. Only its own word ends it."""
        taken = self.asked is not None and self.asked.taken
        if (taken or self.foreign) and (self._abort_ms is None or now_ms >= self._abort_ms):
            self._abort_ms = now_ms + ABORT_MS
            self.line.say(Apdu(codec.ABORT))

    def stop_whatever_runs(self) -> None:
        """For a terminal that will not be registered: what a former life began ends; what was approved it tells."""
        self.line.say(Apdu(codec.ABORT))

    def give_up(self, now_ms: int) -> None:
        """The terminal is not believed to say how this ends any more; what it still says is followed."""
        self._foreign_ms = now_ms + ANSWER_MS
        self._end(Ended("silent"))

    def reset(self) -> None:
        """The line is new, or gone."""
        self._foreign_ms = self._abort_ms = None
        self._end(Ended("link"))
        self.line.clear()

    # -- bytes and time

    def take_output(self) -> bytes:
        made = self.line.take_output()
        if made and self.asked is not None:
            self.asked.sent = True
        return made

    def receive(self, data: bytes, now_ms: int) -> None:
        for apdu in self.line.receive(data, now_ms):
            if apdu.answers:
                self._answered(apdu, now_ms)
            else:
                self.heard_ms = now_ms
                self._spoken(apdu, now_ms)

    def poll(self, now_ms: int) -> None:
        self.line.poll(now_ms)
        if self.asked is not None and now_ms >= self.asked.due_ms:
            self._end(Ended("silent", info=self.asked.info))
        if self._foreign_ms is not None and now_ms >= self._foreign_ms:
            self._foreign_ms = self._abort_ms = None

    def wake_ms(self) -> int | None:
        due = (self.asked.due_ms if self.asked else None, self._foreign_ms, self._abort_ms)
        return min((at for at in due if at is not None), default=None)

    # -- inside

    def _answered(self, apdu: Apdu, now_ms: int) -> None:
        asked = self.asked
        if asked is None or asked.taken:
            return  # to a wish to abort; what became of it will be said, or the terminal has forgotten it
        self.heard_ms = now_ms
        if apdu.control == codec.ACK:
            asked.taken, asked.due_ms = True, now_ms + LASTS_MS[asked.job]
        else:
            self._end(Ended("refused", apdu.code))

    def _spoken(self, apdu: Apdu, now_ms: int) -> None:
        ours = self.asked is not None and self.asked.taken
        if apdu.control in (codec.DONE, codec.ABORTED):
            self._over(apdu)
        elif apdu.control == codec.RESULT:
            self.line.say(self._result(apdu, ours, now_ms))
        elif apdu.control in (codec.STATUS, codec.PRINT_LINE, codec.PRINT_BLOCK):
            if apdu.control == codec.STATUS and ours and apdu.data:
                self._status(apdu.data[0])
            elif not ours:
                self._follow(now_ms)
            self.line.say(Apdu(codec.ACK))
        else:
            self.line.say(Apdu(0x8400 | codec.UNSUPPORTED))

    def _result(self, apdu: Apdu, ours: bool, now_ms: int) -> Apdu:
        """The answer to a result."""
        try:
            info = parse_info(apdu.data)
        except BadApdu:
            info = Info()  # good or not, nobody can read it: never kept
        if not ours:
            self._follow(now_ms)
        asked = self.asked
        if ours and asked is not None:
            asked.info = info
            if asked.job is not Job.PAY:
                return Apdu(codec.ACK)
        return Apdu(codec.ACK) if info.result else self._told(info)

    def _follow(self, now_ms: int) -> None:
        """It goes on with something of a former life; a command that it has not answered is not heard."""
        self._foreign_ms = now_ms + FOREIGN_MS
        self._end(Ended("silent"))

    def _over(self, apdu: Apdu) -> None:
        self.line.say(Apdu(codec.ACK))
        done, asked = apdu.control == codec.DONE, self.asked
        if asked is not None and asked.taken:
            if done and asked.job in (Job.REGISTER, Job.ENQUIRE):
                asked.info = _info_of(apdu)
            self._abort_ms = None
            self._end(Ended("done" if done else "aborted", apdu.code, asked.info))
        else:
            self._foreign_ms = self._abort_ms = None
            self._foreign_over(done)

    def _end(self, ended: Ended) -> None:
        asked, self.asked = self.asked, None
        if asked is not None:
            asked.ended(ended)


def _info_of(apdu: Apdu) -> Info | None:
    try:
        return parse_info(apdu.data)
    except BadApdu:
        return None
