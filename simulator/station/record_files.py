"""The machines' records on disk, one append-only file per machine and epoch, line by line as they came.

Where a stream begins to be of another journal segment, its mark stands before the line, on the same one: one write, nothing a crash
could part. A torn last line was never acknowledged: it is cut off, and the machine sends it again. Source: settled question 42.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from simulator.station.folder import sync, sync_folders
from simulator.station.store import StoreError
from simulator.station.wire import Step

QUARANTINE_MARK = "#"
SEGMENT_MARK = "@"
MARK = re.compile(r"@([0-9a-f]{16}) ([A-Za-z0-9._-]{0,64}) ([0-9]{1,13}) (.*)", re.DOTALL)
"""Print of the seal, name of the segment, its first seq, the line as kept."""
SAFE_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")

Stream = tuple[str, str]
"""Machine and epoch."""


class RecordFiles:
    """The files under `folder`. A line *as kept* stands on a line of its own (see `kept`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Stream, BinaryIO] = {}

    def streams(self) -> list[Stream]:
        return sorted((path.parent.name, path.stem) for path in self._folder.glob("*/*.jsonl"))

    def read(self, stream: Stream) -> list[str]:
        """All lines as kept; none when there is no such file. Cuts a torn tail."""
        path = self._path(stream)
        lines = []
        for _, line, cut in whole_lines(path):
            if not line.endswith(b"\n") and cut is not None:
                os.truncate(path, cut)
                break
            lines.append(line[:-1].decode())
        return lines

    def lines(self, stream: Stream, first: int, last: int) -> list[str]:
        """Lines `first` to `last` as the machine sent them; fewer when there are no such."""
        if not (all(SAFE_NAME.fullmatch(name) for name in stream) and self._path(stream).exists()):
            return []
        with self._path(stream).open("rb") as file:
            return [plain(line[:-1].decode()) for line in islice(file, first - 1, last)]

    def append(self, stream: Stream, lines: Iterable[str]) -> None:
        """Durable when it returns; `lines` as kept. Raises StoreError for names that no file can have, OSError."""
        if not all(SAFE_NAME.fullmatch(name) for name in stream):
            raise StoreError(f"machine {stream[0]!r}, epoch {stream[1]!r}: no file can have this name")
        if stream not in self._files:
            path = self._path(stream)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[stream] = path.open("ab")
            sync_folders(path.parent, self._folder, self._folder.parent)
        file = self._files[stream]
        file.write("".join(f"{line}\n" for line in lines).encode())
        sync(file)

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _path(self, stream: Stream) -> Path:
        return self._folder / stream[0] / f"{stream[1]}.jsonl"


def kept(line: str, mark: Sequence[Any] = ()) -> str:
    """The machine's line as it came; one that would not stand on a line of its own as a JSON string after a mark. `mark`: print,
    segment and first seq, from this line on."""
    simple = line.isprintable() and not line.startswith((QUARANTINE_MARK, SEGMENT_MARK))
    told = line if simple else QUARANTINE_MARK + json.dumps(line)
    return " ".join((SEGMENT_MARK + mark[0], mark[1], str(mark[2]), told)) if mark else told


def plain(line: str) -> str:
    """The machine's line out of one as kept."""
    if marked := MARK.fullmatch(line):
        line = marked[4]
    return str(json.loads(line[1:])) if line.startswith(QUARANTINE_MARK) else line


def as_kept(step: Step) -> list[str]:
    """The lines of a `records` step as they are kept."""
    marks = step.get("marks", {})
    return [kept(line, marks.get(str(seq), ())) for seq, line in enumerate(step["lines"], step["first_seq"])]


def as_step(stream: Stream, lines: Sequence[str]) -> Step:
    """All that came of a stream, as one step; `lines` as kept."""
    step: Step = {"kind": "records", "machine": stream[0], "epoch": stream[1], "first_seq": 1}
    step["lines"] = [plain(line) for line in lines]
    found = {seq: MARK.fullmatch(line) for seq, line in enumerate(lines, 1) if line.startswith(SEGMENT_MARK)}
    if marks := {str(seq): [mark[1], mark[2], int(mark[3])] for seq, mark in found.items() if mark}:
        step["marks"] = marks
    return step


def whole_lines(path: Path) -> Iterator[tuple[int, bytes, int | None]]:
    """Line number, line with its LF, and for the last line the offset at which it begins: where a torn tail is cut."""
    content = path.read_bytes() if path.exists() else b""
    offset, number = 0, 0
    while offset < len(content):
        number += 1
        end = content.find(b"\n", offset) + 1 or len(content)
        yield number, content[offset:end], offset if end == len(content) else None
        offset = end
