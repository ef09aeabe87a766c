"""What the page tells of the passenger's money and of a power cut, from the movements of things alone.

Nobody asks the controller: a note belongs to the passenger or to the machine by where it lies (decision 1), and what became
of a note that was under way when the power went is seen by where it goes afterwards. An account begins with the first
note of a passenger and is kept until the next one begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from simulator.cabinet.cabinet import Cabinet
from simulator.cabinet.timeline import Event
from simulator.devices.matter import MONEY, Blank, Card, Coin, Matter, Note

RESTING = frozenset(
    {"hand", "vault", "box", "roll", "slip.roll", "floor", "dispenser.reject", "ticket.waste", "card.bin"}
)
"""Where things stay; cassettes and retract bins are told by their names."""

KINDS: dict[type, str] = {Note: "note", Coin: "coin", Blank: "ticket", Card: "card"}

GIVEN_FROM = frozenset({"change.tray", "change.cup", "ticket.slot", "slip.mouth"})
"""What leaves one of these for good ends an account: the next note begins another."""


def rests(place: str, escrows: Collection[str] = ()) -> bool:
    """Whether things lie there for good, with or without power. `escrows`: cassettes that hold a deposit, not change."""
    bowl = place.startswith("hopper.") and not place.endswith(".exit")
    return (
        place in RESTING
        or place.endswith(".retract")
        or bowl
        or (place.startswith("cassette.") and place not in escrows)
    )


@dataclass(slots=True)
class Account:
    """One passenger's dealings so far, in fen and pieces. `notes`: serial -> value of what was put in, `lies`: where it is."""

    number: int
    notes: dict[str, int] = field(default_factory=dict)
    lies: dict[str, str] = field(default_factory=dict)
    change_fen: int = 0
    retracted_fen: int = 0
    tickets: int = 0
    slips: int = 0
    over: bool = False


@dataclass(slots=True)
class Caught:
    """A thing that was under way when the power went, and where it has been since."""

    serial: str
    kind: str
    value_fen: int
    was: str
    since: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Outage:
    """`on_ms` None: the mains are still off. `after`: fen or pieces that came to a place since the mains are back."""

    off_ms: int
    on_ms: int | None = None
    caught: dict[str, Caught] = field(default_factory=dict)
    after: Counter[str] = field(default_factory=Counter)


class Story:
    """Hears every event of the cabinet's timeline; `look` tells as JSON values."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._matter: Matter = cabinet.world.matter
        self._timeline = cabinet.timeline
        self._power_kind = "mains" if cabinet.world.ups is None else "power"  # a UPS lives on when the mains are gone
        values = cabinet.world.settings.cassette_values_fen()
        self._escrows = {f"cassette.{number}" for number in range(1, 5) if number not in values}
        self._account: Account | None = None
        self._outage: Outage | None = None
        cabinet.timeline.heard.append(self._hear)

    def look(self) -> dict[str, Any]:
        return {"account": self._told_account(), "outage": self._told_outage()}

    def _hear(self) -> None:
        event = self._timeline.events[-1]
        if event["kind"] == self._power_kind:
            self._mains(event)
        elif event["kind"] == "move":
            self._count(event)
            self._follow(event)

    # -- the passenger's money

    def _count(self, event: Event) -> None:
        source, target, value_fen = event["from"], event["to"], event.get("value_fen", 0)
        if source == "hand" and target.startswith("acceptor."):
            self._current().notes[event["serial"]] = value_fen
        account = self._account
        if account is None:
            return
        if event["serial"] in account.notes:
            account.lies[event["serial"]] = target
        if target == "slip.mouth":
            account.over = True  # a slip is the last word: who comes next begins another
        bundle = (
            source == "acceptor.mouth" and event["serial"] not in account.notes
        )  # change comes out where notes go in
        if source not in GIVEN_FROM and not bundle:
            return
        if target == "hand":
            account.change_fen += value_fen
            account.tickets += event["thing"] == "ticket"
            account.slips += event["thing"] == "slip"
            account.over = True
        elif target.endswith(".retract"):
            account.retracted_fen += value_fen
            account.over = True

    def _current(self) -> Account:
        """The account a note put in now belongs to."""
        account = self._account
        if account is None or account.over or set(account.lies.values()) == {"hand"}:
            account = self._account = Account(1 if account is None else account.number + 1)
            if self._outage is not None and self._outage.on_ms is not None:
                self._outage = None  # the next passenger has come: that story is told
        return account

    def _told_account(self) -> dict[str, Any] | None:
        account = self._account
        if account is None:
            return None
        lies: Counter[str] = Counter()
        for serial, place in account.lies.items():
            lies[place] += account.notes[serial]
        return {
            "number": account.number,
            "inserted_fen": sum(account.notes.values()),
            "lies": dict(lies),
            "change_fen": account.change_fen,
            "retracted_fen": account.retracted_fen,
            "tickets": account.tickets,
            "slips": account.slips,
            "over": account.over,
        }

    # -- a power cut

    def _mains(self, event: Event) -> None:
        if event["on"]:
            if self._outage is not None and self._outage.on_ms is None:
                self._outage.on_ms = event["wall_ms"]
            return
        outage = self._outage = Outage(event["wall_ms"])
        for place in self._matter.places.values():
            for thing in [] if rests(place.name, self._escrows) else list(place):
                kind = KINDS.get(type(thing), "slip")
                value_fen = thing.value_fen if isinstance(thing, MONEY) else 0
                outage.caught[thing.serial] = Caught(thing.serial, kind, value_fen, place.name)

    def _follow(self, event: Event) -> None:
        outage = self._outage
        if outage is None:
            return
        caught = outage.caught.get(event["serial"])
        if caught is not None:
            if len(caught.since) < 12:
                caught.since.append(event["to"])
        elif outage.on_ms is not None and event["to"] in GIVEN_FROM | {"change.retract", "ticket.retract"}:
            outage.after[event["to"]] += event.get("value_fen", 1)

    def _told_outage(self) -> dict[str, Any] | None:
        outage = self._outage
        if outage is None:
            return None
        caught = [
            {"serial": one.serial, "kind": one.kind, "value_fen": one.value_fen, "was": one.was, "since": one.since}
            for one in outage.caught.values()
        ]
        return {"off_ms": outage.off_ms, "on_ms": outage.on_ms, "caught": caught, "after": dict(outage.after)}
