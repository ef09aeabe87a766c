"""What a field directory holds: identity, the lines of the journal, the black box. Read only; nothing in it changes.

Unlike the machine itself this reader goes on where a seal is wrong, and says so: an incident is looked into, not believed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import config
from kiosk.errors import ConfigError
from kiosk.identity import FILE, MachineIdentity, read_identity
from kiosk.journal_lines import Keychain, Line
from kiosk.settings import Settings
from kiosk.storage import SUFFIX, unpacked
from simulator.replay.ring import Part, read


class Unusable(Exception):
    """The directory cannot be replayed; the text says why in one line."""


@dataclass(slots=True)
class Incident:
    """`segments`: name -> raw lines with LF, as far as the chain holds. `remarks`: what is odd about the files themselves.

    `unsealed`: the first record whose seal is not this machine's, 0 for none. `settings` None: nothing in DIR tells them.
    """

    directory: Path
    identity: MachineIdentity
    lines: list[Line] = field(default_factory=list)
    segments: dict[str, list[bytes]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unsealed: int = 0
    settings: Settings | None = None


def open_incident(directory: Path, settings: Path | None = None, to_seq: int = 0) -> Incident:
    """Read DIR. `settings`: the machine's configuration, for a directory without a black box. Raises Unusable."""
    if not directory.is_dir():
        raise Unusable(f"{directory}: no such directory")
    try:
        machine = json.loads((directory / FILE).read_text(encoding="utf-8"))["machine"]
        found = Incident(directory, read_identity(directory, machine))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{directory}: no identity of a machine in it ({FILE}): {error!r:.80}") from error
    except ConfigError as error:
        raise Unusable(str(error)) from error
    try:
        _journal(found, to_seq)
        found.parts = read(directory)
    except OSError as error:
        raise Unusable(f"{directory}: cannot be read: {error.strerror}") from error
    if not found.lines:
        raise Unusable(f"{directory}: the journal has no record")
    found.settings = _settings(found, settings)
    return found


def _journal(found: Incident, to_seq: int) -> None:
    chain, seq = 0, 0
    for path in sorted(found.directory.glob(f"*{SUFFIX}")):
        kept = found.segments.setdefault(path.name, [])
        keys = Keychain(found.identity.secret, path.name)
        for raw in unpacked(path.read_bytes()).splitlines(keepends=True):
            line, body = _line(raw, chain)
            if line is None or line.seq != seq + 1:
                found.remarks.append(f"{path.name}: readable up to record {seq}, torn after it")
                return
            head = json.loads(body)
            mac = head.pop("mac", "")
            sealed = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode(errors="backslashreplace")
            if keys.mac(chain, sealed) != mac and not found.unsealed:
                found.unsealed = line.seq
            chain, seq = crc32(body, chain), line.seq
            found.lines.append(line)
            kept.append(raw)
            if seq == to_seq:
                return


def _line(raw: bytes, chain: int) -> tuple[Line | None, bytes]:
    body = raw[9:-1]
    if not raw.endswith(b"\n") or raw[:8] != b"%08x" % crc32(body, chain):
        return None, body
    try:
        head: dict[str, Any] = json.loads(body)
        times = head["mono_ms"], head["wall_ms"]
        return Line(head["seq"], head["boot"], *times, head["fact"], tuple(head["intents"]), raw[:-1].decode()), body
    except (ValueError, KeyError, TypeError):
        return None, body


def _settings(found: Incident, path: Path | None) -> Settings | None:
    try:
        if path is not None:
            return config.load(path, Settings)
        if found.parts:
            text = re.sub(r'"(\d+)": ', r"\1: ", json.dumps(_told(found.parts[-1].head["settings"])))
            return config.parse(text, Settings, "black box")
    except (config.ConfigError, KeyError) as error:
        if path is not None:
            raise Unusable(str(error)) from error
        found.remarks.append(f"the settings in the black box cannot be used: {error}")
    return None


def _told(value: Any) -> Any:
    """Without what was not set, which a configuration does not name."""
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items() if item is not None}
    return value
