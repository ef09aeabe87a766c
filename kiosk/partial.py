"""Partial service: which of the machine's services there is now, and why each other one is not. One table of facts by services.

A fact is something that `kiosk.modes` found true (`no_change`, `no_scanner`); its row names the services that it takes away
or leaves in part, and says why the others go on. The first row that holds for a service gives its reason. What passengers
are told stands in `kiosk.screen.views.partial` under the same names. Source: issue 5, item 9; decision page 056.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

SERVICES = ("cash", "card", "code", "scan", "pickup", "slips")
"""Notes; a card; a code that we show; a code that a phone shows; orders bought elsewhere; what is owed on paper."""

State = Literal["ok", "part", "off", "none"]
OFF: State = "off"
PART: State = "part"
PAYING = ("cash", "card", "code", "scan")


@dataclass(frozen=True, slots=True)
class Service:
    """`state`: ok, part (it works, not as usual), off, none (this machine was not made for it). `why`: a row of the table, empty
    where there is nothing to explain."""

    name: str
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`takes`: service -> what is left of it. `others`: why the services that are not named go on; empty when all are."""

    takes: Mapping[str, State]
    others: str = ""


def _off(*services: str) -> Mapping[str, State]:
    return dict.fromkeys(services, OFF)


TABLE: Mapping[str, Row] = {
    "remote_query": Row(_off(*PAYING, "pickup"), "what is owed from before is still put on paper"),
    "remote_no_notes": Row(_off("cash"), "the station forbids notes: no other way brings any, an order is paid already"),
    "never_counted": Row(_off("cash"), "only change needs to know what lies in the cassettes"),
    "cash_full": Row(_off("cash"), "nothing else falls into the note box"),
    "no_acceptor": Row(_off("cash"), "nothing else goes through the note slot"),
    "no_dispenser": Row(_off("cash"), "who pays otherwise or has paid gets no change, and what is taken back goes back there"),
    "no_change": Row(_off("cash"), "who pays otherwise or has paid gets no change"),
    "exact_only": Row({"cash": PART}, "who pays otherwise or has paid gets no change"),
    "change_low": Row({"cash": PART}, "who pays otherwise or has paid gets no change"),
    "reversal_open": Row(_off("card", "code", "scan"), "notes wait for no bank, and a pick-up asks for no money"),
    "typed_only": Row({"pickup": PART}, "only a pick-up can be typed"),
    "no_scanner": Row(
        {**_off("scan"), "pickup": PART}, "cards and our own codes are read by somebody else; notes and slips by nobody"
    ),
    "no_card": Row(_off("card"), "phones are asked by another adapter; the rest asks no bank"),
    "no_code": Row(_off("code"), "cards are asked by another adapter; the rest asks no provider"),
    "no_scan": Row(_off("scan"), "cards are asked by another adapter; the scanner itself still reads orders"),
    "no_id_reader": Row({"pickup": PART}, "nobody shows an identity card to buy or to be paid"),
    "no_slips": Row(_off("slips"), "what would stand on a slip is shown on the screen and kept at the station (decision 33)"),
}  # fmt: skip
"""Fact -> what it leaves, the most important first."""


def services(stopping: str, facts: Collection[str], fitted: Collection[str]) -> tuple[Service, ...]:
    """All services now. `stopping`: why the whole machine is out of service, empty when it is not: then nothing is offered but what
    is owed on paper. `fitted`: services this machine was made for. Raises KeyError for a fact without a row."""
    unknown = set(facts) - TABLE.keys()
    if unknown:
        raise KeyError(f"no row for {', '.join(sorted(unknown))}")
    return tuple(_service(name, stopping, facts) if name in fitted else Service(name, "none") for name in SERVICES)


def _service(name: str, stopping: str, facts: Collection[str]) -> Service:
    if stopping and name != "slips":
        return Service(name, "off", stopping)
    for fact, row in TABLE.items():
        if fact in facts and name in row.takes:
            return Service(name, row.takes[name], fact)
    return Service(name, "ok")


def told(found: Collection[Service]) -> dict[str, str]:
    """For the station: service -> ok, or why it is not; those that are not fitted are left out."""
    return {one.name: one.why or one.state for one in found if one.state != "none"}
