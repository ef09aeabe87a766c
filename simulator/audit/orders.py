"""What the station ordered of the machine as a whole: obeyed once (5), sold under one set and an open mode only (12), and opened
by those of the set of operators in force only (14)."""

from __future__ import annotations

from simulator.audit.cases import Run
from simulator.audit.reading import Record

SHUT = frozenset({"query_only", "closed", "stopped", "emergency"})
SKEW_MS = 60_000
"""A machine goes by the station's clock; its own is at most so far from it while it sells."""
AT_REST = frozenset({"registers", "end_day", "restart", "settle"})
"""What waits for the end of a sale."""
UNNUMBERED = frozenset({"signature", "malformed"})


class Orders:
    """`sys.params` inside a sale is judged with the other terms of a sale."""

    HEARS = (
        "sys.command", "params.staged", "params.people", "params.media", "params.refused", "sys.params", "sale.start", "op.login",
        "op.act",
    )  # fmt: skip

    def __init__(self, run: Run) -> None:
        self._run = run
        self._answered = 0
        self._mode = "normal"
        self._heard = 0
        self._staged: dict[int, tuple[int, int]] = {}
        self._listed: dict[int, dict[str, int]] = {}  # version -> number -> end of the log-in, 0: none
        self._people: dict[str, int] | None = None  # in force; None: whom it was provisioned with

    def hear(self, fact: Record, wall_ms: int) -> None:
        match fact["kind"]:
            case "sys.command":
                self._command(fact)
            case "params.people":
                self._listed[fact["version"]] = {each["number"]: each["until_ms"] for each in fact["people"]}
                self._stage({**fact, "expires_ms": 0})
            case "params.staged" | "params.media":
                self._stage(fact)
            case "params.refused" if fact["reason"] not in UNNUMBERED:
                self._heard = max(self._heard, fact["version"])
            case "sys.params":
                self._activate(fact["version"], wall_ms)
                if fact["set"] == "operators":
                    self._people = self._listed.get(fact["version"])
            case "op.login":
                self._let_in(fact["operator"], wall_ms)
            case "op.act" if fact["second"]:
                self._let_in(fact["second"], wall_ms)
            case "sale.start" if self._mode in SHUT:
                self._run.say(12, f"a sale begins, and the station ordered {self._mode}")

    def _let_in(self, number: str, wall_ms: int) -> None:
        if self._people is None:
            return
        if number not in self._people:
            self._run.say(14, f"operator {number} is let in, and the set in force has nobody of that number", 0)
        elif 0 < self._people[number] <= wall_ms - SKEW_MS:
            self._run.say(14, f"operator {number} is let in after the end of the log-in", 0)

    def _command(self, fact: Record) -> None:
        if fact["reason"] in UNNUMBERED:
            if fact["outcome"] == "done":
                self._run.say(5, f"command {fact['seq']} is obeyed, and nobody signed it")
            return
        if fact["seq"] <= self._answered:
            self._run.say(5, f"command {fact['seq']} is answered after {self._answered} was")
        self._answered = max(self._answered, fact["seq"])
        if fact["outcome"] == "done" and fact["name"] in AT_REST and self._run.open:
            self._run.say(12, f"command {fact['name']} is obeyed inside a sale")
        if (fact["outcome"], fact["name"]) == ("done", "mode"):
            self._mode = fact["argument"]

    def _stage(self, fact: Record) -> None:
        if fact["version"] <= self._heard:
            self._run.say(12, f"set {fact['version']} is taken in after {self._heard} was heard")
        self._heard = max(self._heard, fact["version"])
        self._staged[fact["version"]] = fact["effective_ms"], fact["expires_ms"]

    def _activate(self, version: int, wall_ms: int) -> None:
        if version == 0:
            return
        if version not in self._staged:
            self._run.say(12, f"set {version} is in force and was never taken in")
            return
        effective_ms, expires_ms = self._staged[version]
        if wall_ms < effective_ms - SKEW_MS or 0 < expires_ms <= wall_ms - SKEW_MS:
            self._run.say(12, f"set {version} is in force outside its time")
