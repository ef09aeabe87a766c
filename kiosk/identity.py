"""Who this machine is: epoch, secret, operators. Made once by `provision`, read by every start (decision 15, 49).

The file lies beside the journal, mode 0600. `run` refuses a directory without it: never a silent new epoch.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kiosk.errors import ConfigError

FILE = "identity.json"
ROLES = ("maintainer", "cash", "supervisor")
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True, slots=True)
class Operator:
    """`pin_hash`: argon2id. `role`: maintainer (paper and faults), cash (money too), supervisor (signs as second)."""

    number: str
    name: str
    english: str
    role: str
    pin_hash: str

    def knows(self, pin: str) -> bool:
        """Whether `pin` is the right one; takes some 50 ms on purpose."""
        try:
            return bool(_hasher.verify(self.pin_hash, pin))
        except (Argon2Error, InvalidHashError):
            return False


@dataclass(frozen=True, slots=True)
class MachineIdentity:
    """`epoch`: 8 hex digits, new with every journal. `secret`: 32 bytes for MAC and claim codes. `token`: the station's."""

    machine: str
    epoch: str
    secret: bytes
    token: str
    operators: tuple[Operator, ...]


def new_operator(number: str, name: str, english: str, role: str, pin: str) -> Operator:
    """Raises ConfigError for a role nobody has, or a number or PIN that cannot be typed."""
    if role not in ROLES:
        raise ConfigError(f"operator {number}: role {role!r} is none of {', '.join(ROLES)}")
    if not (number.isdigit() and 4 <= len(number) <= 8 and pin.isdigit() and 4 <= len(pin) <= 8):
        raise ConfigError(f"operator {number}: number and PIN are 4 to 8 digits")
    return Operator(number, name, english, role, _hasher.hash(pin))


def provision(directory: Path, machine: str, token: str, operators: Sequence[Operator]) -> MachineIdentity:
    """Make a new identity in an empty or new directory. Raises ConfigError when one is there already, or it is not empty."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigError(f"{directory}: not empty; a machine is provisioned once, into a new directory")
        made = MachineIdentity(machine, secrets.token_hex(4), secrets.token_bytes(32), token, tuple(operators))
        body = {**asdict(made), "secret": made.secret.hex()}
        handle = os.open(directory / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(body, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(f"{directory}: {error.strerror}") from error
    return made


def read_identity(directory: Path, machine: str) -> MachineIdentity:
    """Raises ConfigError when nobody provisioned this directory, or it is another machine's."""
    path = directory / FILE
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        operators = tuple(Operator(**entry) for entry in raw["operators"])
        found = MachineIdentity(raw["machine"], raw["epoch"], bytes.fromhex(raw["secret"]), raw["token"], operators)
    except FileNotFoundError as error:
        raise ConfigError(f"{directory}: no identity; run `./tvm provision {directory}` first") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}: not an identity: {error}") from error
    if found.machine != machine:
        raise ConfigError(f"{path}: this journal is of machine {found.machine}, the configuration says {machine}")
    return found


def nonce() -> str:
    """A fresh random text for the record of a start: what enters the chain cannot have been written before."""
    return secrets.token_hex(8)
