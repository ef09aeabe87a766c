"""Calls and their paths: which deed answers a method and a path. Used by the machines' side and by the office's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from simulator.station.wire import Answer


@dataclass(frozen=True, slots=True)
class Route:
    """One call of a sheet. `status`: what it answers when all is well. `errors` are the codes it may answer beyond the common ones
    (`described.COMMON`). `waits`: with `wait_ms` in its query an answer without news is held back until there is some. `etag`: it
    may be asked whether anything changed. `reply`: what it answers when all is well; nothing checks it while the station serves."""

    method: str
    path: str
    deed: Callable[..., Answer]
    summary: str
    body: type[BaseModel] | None = None
    errors: tuple[tuple[int, str], ...] = ()
    query: tuple[str, ...] = ()
    waits: bool = False
    status: tuple[int, ...] = (200,)
    etag: bool = False
    reply: type[BaseModel] | None = None


class Table:
    """Routes by method and head of the path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes: dict[tuple[str, str], list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            self._routes.setdefault((route.method, _head(route.path)), []).append((_path_pattern(route.path), route))

    def find(self, method: str, path: str) -> Iterator[tuple[Route, Mapping[str, str]]]:
        """The routes that fit, with the names in the path."""
        for pattern, route in self._routes.get((method, _head(path)), ()):
            match = pattern.fullmatch(path)
            if match:
                yield route, match.groupdict()


def _head(path: str) -> str:
    """`/v1/locks/{key}:renew` -> `/v1/locks`: no route has a name in it."""
    return "/".join(path.split("/", 3)[:3])


def _path_pattern(path: str) -> re.Pattern[str]:
    """`/v1/locks/{key}:renew` as a pattern; a name stands for anything without a slash or a colon."""
    literal = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(f"(?P<{part}>[^/:]+)" if odd % 2 else re.escape(part) for odd, part in enumerate(literal))
    )
