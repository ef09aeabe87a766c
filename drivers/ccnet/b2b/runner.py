"""Runs one script at a time: hands it the replies to what it asked, and nothing else."""

from __future__ import annotations

from collections import deque

from drivers.ccnet.b2b.bundle import Ended
from drivers.ccnet.b2b.requests import Script
from drivers.ccnet.line import POLL, Kind, Reply, Request


class Runner:
    """`run`, `hear` and `give_up` answer how the script ended, None while it goes on."""

    def __init__(self) -> None:
        self._script: Script[Ended] | None = None
        self._step: Request | None = None
        self._sent = False  # the step is on the wire, or may be
        self._late: deque[Reply] = deque()

    @property
    def active(self) -> bool:
        return self._script is not None

    @property
    def due(self) -> Request | None:
        """What to send next; None while an answer is awaited."""
        return None if self._sent else self._step

    def sent(self, request: Request) -> None:
        self._sent = self._sent or request is self._step

    def run(self, script: Script[Ended]) -> Ended | None:
        self._script = script
        self._late.clear()
        return self._next(None)

    def drop(self) -> None:
        """Only for what may always be started again."""
        self._script, self._step, self._sent = None, None, False

    def hear(self, reply: Reply, news: bool) -> Ended | None:
        """`news`: the reply is a status. One that comes while something else was asked has been acknowledged and does not
        come again: the next POLL of the script gets it."""
        if self._sent and reply.request is self._step:
            return self._next(reply)
        if news:
            self._late.append(reply)
        return None

    def give_up(self) -> Ended | None:
        """No link: a command that was not sent was not carried out, one that was sent may have been."""
        if self._step is None:
            return None
        moves = not self._step.answer_bytes
        return self._next(Reply(self._step, Kind.REFUSED if moves and not self._sent else Kind.SILENT))

    def interrupted(self) -> Ended | None:
        """A new link: the answer that was awaited will not come on it."""
        return self.give_up() if self._sent else None

    def _next(self, reply: Reply | None) -> Ended | None:
        script = self._script
        assert script is not None
        try:
            self._step = next(script) if reply is None else script.send(reply)
            while self._step is POLL and self._late:
                self._step = script.send(self._late.popleft())
        except StopIteration as end:
            self.drop()
            ended: Ended = end.value
            return ended
        self._sent = False
        return None
