"""Orders to the station: what was asked and not answered is not asked again as an order (invariant 5, decision 48)."""

from __future__ import annotations

from simulator.audit.cases import Case, Run
from simulator.audit.reading import Record


class Stationed:
    """A lost confirmation is followed by a question (`state?`); only its answer "held" allows another `confirm?`."""

    HEARS = ("confirm!", "state!", "lock!")
    BOOKS = ("confirm?", "lock?")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._open: dict[str, str] = {}  # sale key -> confirm or lock that was not answered with "not done"
        run.leave.append(self._forget)

    def _forget(self, case: Case) -> None:
        self._open.pop(case.key, None)

    def hear(self, fact: Record) -> None:
        kind, result = fact["kind"], fact["result"]
        said_no = (kind == "confirm!" and result == "refused") or (
            kind == "state!" and result == "known" and fact["state"] in ("held", "expired")
        )
        if said_no and self._open.get(fact["sale"]) == "confirm?":
            del self._open[fact["sale"]]

    def book(self, intent: Record) -> None:
        key, kind = intent["key"], intent["kind"]
        if self._open.get(key) == kind:
            self._run.say(5, f"{kind} of {key} again, and no answer says that it was not done")
        self._open[key] = kind
