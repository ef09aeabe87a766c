"""Screens as they were, as PNG: a child process with the real stage paints them (decision 31), the last ones are kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import OrderedDict

MOST_KEPT = 60


class Painter:
    """Starts its child at the first picture. Calls must not overlap."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def png(self, line: str) -> bytes:
        """The picture of an encoded Show; empty when it cannot be painted."""
        if line not in self._kept:
            self._kept[line] = self._paint(line)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(line)
        return self._kept[line]

    def _paint(self, line: str) -> bytes:
        child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(line.encode() + b"\n")
            child.stdin.flush()
            size = int(json.loads(child.stdout.readline())["n"])
            return child.stdout.read(size)
        except (OSError, ValueError):
            self.close()  # the next picture gets a new one
            return b""

    def _start(self) -> subprocess.Popen[bytes]:
        env = {**os.environ, "SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
        command = [sys.executable, "-m", "kiosk.ui.still"]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        return self._child

    def close(self) -> None:
        if self._child is not None:
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()
            self._child.terminate()
            self._child.wait()
            self._child = None
