"""Who this machine is: epoch, secret, operators. Made once by `provision`, read by every start (decision 15, 49).

The file lies beside the journal, mode 0600. `run` refuses a directory without it: never a silent new epoch.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kiosk.errors import ConfigError
from kiosk.storage import SUFFIX

FILE = "identity.json"
FIRST_SEGMENT = "000000-provisioned.journal"
"""An empty segment made with the identity: a directory without any has lost its journal."""
SECRET_BYTES = 32
KEY = re.compile("[0-9a-f]{64}")
ROLES = ("maintainer", "cash", "supervisor")
_hasher = PasswordHasher(time_cost=5, memory_cost=7_168, parallelism=1)
"""As strong as two rounds over 19 MiB, which a log-in would leave in the controller's memory for good."""


@dataclass(frozen=True, slots=True)
class Operator:
    """`pin_hash`: argon2id. `role`: maintainer (paper and faults), cash (money too), supervisor (signs as second). `until_ms`: the
    log-in ends then, wall ms; 0: never."""

    number: str
    name: str
    english: str
    role: str
    pin_hash: str
    until_ms: int = 0

    def ended(self, wall_ms: int) -> bool:
        return 0 < self.until_ms <= wall_ms

    def knows(self, pin: str) -> bool:
        """Whether `pin` is the right one; takes some 50 ms on purpose."""
        try:
            return bool(_hasher.verify(self.pin_hash, pin))
        except (Argon2Error, InvalidHashError):
            return False


@dataclass(frozen=True, slots=True)
class MachineIdentity:
    """`epoch`: 8 hex digits, new with every journal. `secret`: 32 bytes for MAC and claim codes; the seal, if the
    station gave one at enrolment. `token`: the station's.
    `station_key`: its public key, 64 hex digits; empty: the machine takes no orders."""

    machine: str
    epoch: str
    secret: bytes
    token: str
    operators: tuple[Operator, ...]
    station_key: str = ""


def new_operator(number: str, name: str, english: str, role: str, pin: str) -> Operator:
    """Raises ConfigError for a role nobody has, or a number or PIN that cannot be typed."""
    if role not in ROLES:
        raise ConfigError(f"operator {number}: role {role!r} is none of {', '.join(ROLES)}")
    if not (re.fullmatch("[0-9]{4,8}", number) and re.fullmatch("[0-9]{4,8}", pin)):
        raise ConfigError(f"operator {number}: number and PIN are 4 to 8 digits")
    return Operator(number, name, english, role, _hasher.hash(pin))


def provision(
    directory: Path, machine: str, token: str, operators: Sequence[Operator], station_key: str = "", seal: str = ""
) -> MachineIdentity:
    """Make a new identity in an empty or new directory; `seal`: 64 hex digits that the station told at enrolment, which checks
    the journal's MACs with it; without one the secret is nobody else's. Raises ConfigError when an identity is there already,
    the directory is not empty, or key or seal are none."""
    if station_key and not KEY.fullmatch(station_key):
        raise ConfigError("the station's key is 64 digits 0-9 a-f")
    if seal and not KEY.fullmatch(seal):
        raise ConfigError("the seal is 64 digits 0-9 a-f")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigError(f"{directory}: not empty; a machine is provisioned once, into a new directory")
        secret = bytes.fromhex(seal) or secrets.token_bytes(SECRET_BYTES)
        made = MachineIdentity(machine, secrets.token_hex(4), secret, token, tuple(operators), station_key)
        body = {**asdict(made), "secret": made.secret.hex()}
        _write(directory / FIRST_SEGMENT, "")
        _write(directory / FILE, json.dumps(body, ensure_ascii=False, indent=1))
        _sync(directory)
    except OSError as error:
        raise ConfigError(f"{directory}: {error.strerror}") from error
    return made


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_identity(directory: Path, machine: str) -> MachineIdentity:
    """Raises ConfigError when nobody provisioned this directory, it is another machine's, or its journal is not there."""
    path = directory / FILE
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        operators = tuple(Operator(**entry) for entry in raw["operators"])
        secret, key = bytes.fromhex(raw["secret"]), raw.get("station_key", "")
        found = MachineIdentity(raw["machine"], raw["epoch"], secret, raw["token"], operators, key)
    except FileNotFoundError as error:
        raise ConfigError(f"{directory}: no identity; run `./tvm provision {directory}` first") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}: not an identity: {error}") from error
    texts = (found.machine, found.epoch, found.token, found.station_key)
    epoch = all(isinstance(text, str) for text in texts) and re.fullmatch("[0-9a-f]{8}", found.epoch)
    if not epoch or len(found.secret) != SECRET_BYTES or (found.station_key and not KEY.fullmatch(found.station_key)):
        raise ConfigError(f"{path}: not an identity: epoch, secret or key are not what provision makes")
    if found.machine != machine:
        raise ConfigError(f"{path}: this journal is of machine {found.machine}, the configuration says {machine}")
    if not any(directory.glob(f"*{SUFFIX}")):
        raise ConfigError(f"{directory}: the journal is gone; a machine without its past is provisioned anew")
    return found


def nonce() -> str:
    """A fresh random text for the record of a start: what enters the chain cannot have been written before."""
    return secrets.token_hex(8)
