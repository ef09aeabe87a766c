"""The machine as a whole: effective mode = command AND health AND stock AND schedule, each with its reason.

Pure: `effective` reads what is known and answers one `Mode`. Rows are tried in the order of how much they stop; all reasons
are kept, so that the technician and the station see every one, the passenger the first. Source: station-protocol 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.faults import DEVICE_ABILITY, Ability, Fault, FaultCode
from kiosk.parameters import MachinePolicy
from kiosk.partial import Service, services
from kiosk.sale.change import CashPolicy, cash_limit_fen
from kiosk.stock import Stock

STOPPING = (
    "emergency", "starting", "maintenance", "remote_stop", "door_open", "tamper", "no_mains", "journal", "clock", "closed",
    "no_paper", "fault", "offline", "no_grant",
)  # fmt: skip
"""Reasons that put the machine out of service, most important first: each has its own screen."""


@dataclass(slots=True)
class Known:
    """Everything the mode follows from. `station`: unknown, online, lost, refused. `command` of the station: normal, no_notes,
    query_only, closed, stopped, emergency; `after_hours`: its schedule says closed.

    Made after each fact, and not frozen because that is twice as fast.
    """

    faults: tuple[Fault, ...]
    ready: frozenset[str]
    fitted: frozenset[str]
    stock: Stock
    station: str
    command: str = "normal"
    after_hours: bool = False
    starting: bool = False
    service: bool = False
    doors_open: bool = False
    mains: bool = True
    power_sure: bool = True
    screen: bool = True
    journal_room: bool = True
    clock_valid: bool = True
    network_known: bool = True
    skew_ms: int = 0  # station clock minus ours
    charges: tuple[str, ...] = ()  # ways to pay that the payment adapter has now: card, code, scan
    reversing: bool = False  # a payment is still to go back
    fitted_ways: tuple[str, ...] = ()  # ways to pay that the payment adapter was fitted for


@dataclass(frozen=True, slots=True)
class Mode:
    """`name`: normal, query_only, or the first stopping reason. `cash`: ok, off; `change`: ok, low, none. `charge`: why cards and
    phones cannot be used: none (not fitted), lost, reversal (one is still to go back); ok. `ways`: how an order can be paid now.

    `reasons` in order of weight; `code` of the fault a person should quote, empty when none. `cash_limit_fen`: up to which
    price cash works. `services`: each by itself, with its own reason (`kiosk.partial`). `pickups`: how an order that was bought
    elsewhere can be picked up: scan, card, type; empty: not here.
    """

    name: str
    reasons: tuple[str, ...]
    sells: bool
    cash: str
    change: str
    cash_limit_fen: int
    slips: bool
    code: str = ""
    charge: str = "none"
    ways: tuple[str, ...] = ("cash",)
    pickups: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()

    @property
    def out_of_service(self) -> bool:
        return self.name in STOPPING


class Modes:
    """The mode, worked out again only when something that it follows from has changed: most facts change nothing of that."""

    def __init__(self, machine: MachinePolicy, cash: CashPolicy) -> None:
        self._machine, self._cash = machine, cash
        self._read: tuple[Known, tuple[object, ...]] | None = None
        self._mode: Mode | None = None

    @property
    def after_hours(self) -> bool:
        """Whether the schedule said closed when the mode was worked out last."""
        return self._read is not None and self._read[0].after_hours

    def of(self, known: Known) -> Mode:
        """The books are one mutable value, so what is read of them is compared apart."""
        read = known, known.stock.read_by_mode()
        if self._mode is None or read != self._read:
            self._read, self._mode = read, effective(known, self._machine, self._cash)
        return self._mode


def effective(known: Known, machine: MachinePolicy, cash: CashPolicy) -> Mode:
    """The mode now. Never raises; a machine nobody filled sells nothing and says why (decision 17)."""
    lost = {fault.ability for fault in known.faults}
    silent = DEVICE_ABILITY.keys() - (known.fitted & known.ready)
    stopping = _stopping(known, lost, silent, machine)
    limit = cash_limit_fen(known.stock.payable(), cash)
    no_cash = _no_cash(known, lost, silent, machine, limit)
    charge = _charge(known, lost, silent)
    query_only = ("remote_query",) if known.command == "query_only" else ()
    pickups = () if query_only else _pickups(known, lost, silent)
    charges = tuple(way for way in known.charges if way != "scan" or "scan" in pickups) if charge == "ok" else ()
    ways = () if query_only else (*(() if no_cash else ("cash",)), *charges)
    low = any(count <= machine.cassette_low for count in known.stock.cassettes.values())
    nothing = limit == 0 or (cash.deposit_depth > 0 and not any(known.stock.payable().values()))
    change = "none" if Ability.CHANGE in lost or "dispenser" in silent or nothing else "low" if low else "ok"
    warnings = _warnings(known, lost, machine)
    name = stopping[0] if stopping else "normal" if ways else "pickup_only" if pickups else "query_only"
    facts = {*query_only, *no_cash, *_partly(known, lost, silent, charge, change, bool(no_cash))}
    worst = next((fault for fault in known.faults if fault.ability is not Ability.NONE), None)
    return Mode(
        name=name,
        reasons=(*stopping, *query_only, *no_cash, *_NO_CHARGE.get(charge, ()), *warnings),
        sells=not stopping and bool(ways),
        cash="off" if no_cash or stopping or query_only else "ok",
        change=change,
        cash_limit_fen=0 if no_cash else limit,
        slips=Ability.SLIPS not in lost and "slip_printer" not in silent,
        code=fault_code(worst) if worst else "",
        charge=charge,
        ways=() if stopping else ways,
        pickups=() if stopping else pickups,
        services=services(stopping[0] if stopping else "", facts, _made_for(known)),
    )


def _made_for(known: Known) -> set[str]:
    """Services that this machine was fitted for: one that takes notes is one that sells, whatever of it is gone now."""
    ways = {*known.fitted_ways, *known.charges}
    made = {"cash", *ways}
    if known.fitted & {"code_scanner", "id_reader"}:
        made.add("pickup")
    if "slip_printer" in known.fitted:
        made.add("slips")
    return made


def _partly(known: Known, lost: set[Ability], silent: set[str], charge: str, change: str, no_cash: bool) -> set[str]:
    """Facts that take one service away, or a part of it."""
    readers = {"no_scanner": "code_scanner", "no_id_reader": "id_reader"}
    gone = {
        fact
        for fact, device in readers.items()
        if device in known.fitted and (DEVICE_ABILITY[device] in lost or device in silent)
    }
    if gone and known.fitted & set(readers.values()) <= {readers[fact] for fact in gone}:
        gone.add("typed_only")
    facts = gone | {"no_slips"} if Ability.SLIPS in lost or "slip_printer" in silent else gone
    if not no_cash and change != "ok":
        facts = facts | {"exact_only" if change == "none" else "change_low"}
    if charge == "reversal":
        return facts | {"reversal_open"}
    working = known.charges if charge == "ok" else ()
    return facts | {f"no_{way}" for way in known.fitted_ways if way not in working}


_NO_CHARGE = {"lost": ("no_payment",), "reversal": ("reversal_open",)}


def _pickups(known: Known, lost: set[Ability], silent: set[str]) -> tuple[str, ...]:
    """A machine that was fitted for it hands out orders: a fault of one reader leaves the other, of both the keys on the screen."""
    fitted = known.fitted & {"code_scanner", "id_reader"}
    works = {
        "scan": Ability.SCAN not in lost and "code_scanner" not in silent,
        "card": Ability.IDENTITY not in lost and "id_reader" not in silent,
        "type": bool(fitted),
    }
    return tuple(way for way, there in works.items() if there)


def _charge(known: Known, lost: set[Ability], silent: set[str]) -> str:
    """Nothing new is begun while a payment is still to go back: cash goes on (decision page 036)."""
    if not known.charges and "payment" not in known.fitted:
        return "none"
    if not known.charges or Ability.CHARGE in lost or "payment" in silent:
        return "lost"
    return "reversal" if known.reversing else "ok"


def fault_code(fault: Fault) -> str:
    """The code of a fault as people quote it, such as E21."""
    return FaultCode[fault.code].code


def _stopping(known: Known, lost: set[Ability], silent: set[str], machine: MachinePolicy) -> tuple[str, ...]:
    codes = {fault.code for fault in known.faults}
    no_paper, tamper = "PAPER_OUT" in codes, "TAMPER" in codes
    holds = {
        "emergency": known.command == "emergency",
        "starting": known.starting,
        "maintenance": known.service,
        "remote_stop": known.command == "stopped",
        "door_open": known.doors_open,
        "tamper": tamper,
        "no_mains": not known.mains,
        "journal": not known.journal_room,
        "clock": not known.clock_valid or abs(known.skew_ms) > machine.skew_stop_ms,
        "closed": known.command == "closed" or known.after_hours,
        "no_paper": no_paper or (known.stock.roll <= 0 and known.stock.ever_counted),
        "fault": (Ability.TICKETS in lost and not no_paper)
        or (Ability.SELL in lost and not tamper)
        or bool(silent & {"ticket_unit", "cabinet"})
        or not known.screen
        or not known.power_sure,
        "offline": known.station in ("lost", "unknown") or not known.network_known,
        "no_grant": known.station == "refused",
    }
    return tuple(reason for reason in STOPPING if holds[reason])


def _no_cash(known: Known, lost: set[Ability], silent: set[str], machine: MachinePolicy, limit: int) -> tuple[str, ...]:
    """Why notes cannot be taken."""
    reasons = ["remote_no_notes"] if known.command == "no_notes" else []
    if not known.stock.ever_counted:
        reasons.append("never_counted")
    if known.stock.box_notes >= machine.box_capacity or any(fault.code == "BOX_FULL" for fault in known.faults):
        reasons.append("cash_full")
    elif Ability.NOTES_IN in lost or "acceptor" in silent or known.stock.deposit.stuck:
        reasons.append("no_acceptor")
    if Ability.CHANGE in lost or "dispenser" in silent:
        reasons.append("no_dispenser")  # a cancel could not be paid back (decision 2)
    elif limit == 0 and known.stock.ever_counted:
        reasons.append("no_change")
    return tuple(reasons)


def _warnings(known: Known, lost: set[Ability], machine: MachinePolicy) -> tuple[str, ...]:
    reasons = []
    if Ability.SLIPS in lost:
        reasons.append("no_slips")
    if known.stock.box_notes >= machine.box_near_full:
        reasons.append("box_near_full")
    if 0 < known.stock.roll <= machine.roll_low:
        reasons.append("roll_low")
    if any(count <= machine.cassette_low for count in known.stock.cassettes.values()):
        reasons.append("change_low")
    return tuple(reasons)
