"""Facts about the program and the machine that are not a device's: boot, recovery, stop, parameters, help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kiosk.identity import Operator
from kiosk.media_set import MediaNotice, MediaPicture
from kiosk.ports.fact import Fact
from kiosk.sale.intents import Intent


@dataclass(frozen=True, slots=True)
class Booted(Fact):
    """A new start. `nonce` is fresh and enters the chain; `damaged_bytes` were cut off the tail."""

    kind: ClassVar[str] = "sys.boot"
    machine: str
    nonce: str
    version: str
    damaged_bytes: int
    clock_rate: int  # people's time per real time, times 10: 10 on a real machine


@dataclass(frozen=True, slots=True)
class RecoveryBegan(Fact):
    """A sale was open. Facts of that sale that follow are believed, not decided on, until `sys.recover end`."""

    kind: ClassVar[str] = "sys.recover"
    result: ClassVar[str] = "begin"
    sale: int
    state: str
    silent: tuple[str, ...]  # devices that did not answer in time


@dataclass(frozen=True, slots=True)
class Stopped(Fact):
    kind: ClassVar[str] = "sys.stop"
    why: str


@dataclass(frozen=True, slots=True)
class PowerTurned(Fact):
    """`what`: lost, low, back (as a UPS confirmed it, with its charge and run time, -1 when it cannot be said), off (the machine is
    to be switched off), stay (that is taken back)."""

    kind: ClassVar[str] = "sys.power"
    what: str
    charge_pct: int
    runtime_s: int


@dataclass(frozen=True, slots=True)
class SwitchOff(Intent):
    """The UPS cuts the power after `off_s` seconds and gives it again with the mains."""

    kind: ClassVar[str] = "ups.off?"
    off_s: int


@dataclass(frozen=True, slots=True)
class StaffCalled(Fact):
    """The help key, on the screen or the cabinet."""

    kind: ClassVar[str] = "help"
    where: str


@dataclass(frozen=True, slots=True)
class PaymentDue(Fact):
    """A payment waits to be captured or to go back, and nobody has answered: it is asked for once more."""

    kind: ClassVar[str] = "payment.due"
    payment: int


@dataclass(frozen=True, slots=True)
class CommandAnswered(Fact):
    """What became of a command of the station. `outcome`: done, refused; `reason` of a refusal: expired, signature, machine,
    unknown, argument, malformed; of `settle` also unsupported and nothing. The record is the answer; of `settle` it says that the
    bank will be told, and `batch!` says what it came to."""

    kind: ClassVar[str] = "sys.command"
    seq: int
    name: str
    argument: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegistersTold(Intent):
    """The audit registers as they stand with this line; `day` is the business day they close or stand for."""

    kind: ClassVar[str] = "registers"
    day: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ParametersStaged(Fact):
    """A released set that fits this machine waits for its time. `expires_ms` 0: never."""

    kind: ClassVar[str] = "params.staged"
    set: str
    version: int
    effective_ms: int
    expires_ms: int
    body: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OperatorsStaged(Fact):
    """The same of who may log in at the open cabinet. It never expires."""

    kind: ClassVar[str] = "params.people"
    set: str
    version: int
    effective_ms: int
    people: tuple[Operator, ...]


@dataclass(frozen=True, slots=True)
class MediaStaged(Fact):
    """The same of what the waiting page shows: the list, not the pictures themselves."""

    kind: ClassVar[str] = "params.media"
    set: str
    version: int
    effective_ms: int
    expires_ms: int
    pictures: tuple[MediaPicture, ...]
    notices: tuple[MediaNotice, ...]


@dataclass(frozen=True, slots=True)
class ParametersRefused(Fact):
    """A set that is not taken in; the one before stays. `version` 0: nobody can say which it was."""

    kind: ClassVar[str] = "params.refused"
    set: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class ParametersActive(Fact):
    """From this line on sales are opened with this version, people log in or the waiting page goes by it; 0 is the configuration
    alone. `why`: effective, expired."""

    kind: ClassVar[str] = "sys.params"
    set: str
    version: int
    why: str
