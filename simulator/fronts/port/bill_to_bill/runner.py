"""Runs one script at a time: it gets the answers to what it asked, and nothing else."""

from __future__ import annotations

from simulator.fronts.port.acceptor_line import Heard
from simulator.fronts.port.bill_to_bill.bundle import Ended
from simulator.fronts.port.bill_to_bill.line import Answer, Script, Send, Step


class Runner:
    """`run`, `answer` and `give_up` say how the script ended, None while it goes on."""

    def __init__(self) -> None:
        self._script: Script[Ended] | None = None
        self._step: Step = None

    @property
    def active(self) -> bool:
        return self._script is not None

    @property
    def command(self) -> Send | None:
        """What to send now; None: the next status is awaited, or nothing runs."""
        return self._step

    def drop(self) -> None:
        self._script, self._step = None, None

    def run(self, script: Script[Ended]) -> Ended | None:
        self._script = script
        return self._go(None)

    def answer(self, answer: Answer) -> Ended | None:
        return self._go(answer)

    def give_up(self) -> Ended | None:
        """No line: what was not sent was not done, what was to be heard was not heard."""
        return self._go(Heard.REFUSED if self._step is not None else None)

    def _go(self, answer: Answer) -> Ended | None:
        script = self._script
        if script is None:
            return None
        try:
            self._step = script.send(answer)
        except StopIteration as end:
            self.drop()
            ended: Ended = end.value
            return ended
        return None
