"""Who sits at the console: a session begins with a name and that person's token, and ends by itself.

Sessions live in memory: a station that starts again asks everybody again. Times in wall ms.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.station.machines.office import Person
from simulator.station.wire import Refused

SESSION_MS = 12 * 3_600_000
MOST_SESSIONS = 200
TRIES, TRIES_MS = 5, 60_000
"""So many wrong tokens of one name within a minute, then nobody of that name comes in until the minute is over."""


@dataclass(frozen=True, slots=True)
class Session:
    """`csrf` goes with every deed: another site can make a browser send the cookie, but cannot read this."""

    person: Person
    csrf: str
    until_ms: int


class Sessions:
    """`new_secret` makes what cannot be guessed."""

    def __init__(self, people: Mapping[str, Person], new_secret: Callable[[], str]) -> None:
        self._people, self._new_secret = people, new_secret
        self._open: dict[str, Session] = {}
        self._wrong: dict[str, list[int]] = {}

    def log_in(self, name: str, token: str, now_ms: int) -> tuple[str, Session]:
        """The cookie's value and the session. Refuses 401 unauthorized, 429 too_many."""
        person = self._people.get(name)
        wrong = [at_ms for at_ms in self._wrong.get(name, []) if at_ms > now_ms - TRIES_MS]
        if len(wrong) >= TRIES:
            raise Refused(429, "too_many", "too many wrong tokens; wait a minute")
        proven = hmac.compare_digest((person.token if person else "").encode(), token.encode())
        if person is None or not proven:
            if person is not None:  # of names that nobody has nothing is kept
                self._wrong[name] = [*wrong, now_ms]
            raise Refused(401, "unauthorized", "name and token do not belong together")
        self._wrong.pop(name, None)
        self._open = {cookie: each for cookie, each in self._open.items() if each.until_ms > now_ms}
        if len(self._open) >= MOST_SESSIONS:
            del self._open[next(iter(self._open))]
        cookie, session = self._new_secret(), Session(person, self._new_secret(), now_ms + SESSION_MS)
        self._open[cookie] = session
        return cookie, session

    def of(self, cookie: str, now_ms: int) -> Session:
        """Refuses 401 when the cookie opens nothing, or no longer."""
        session = self._open.get(cookie)
        if session is None or session.until_ms <= now_ms:
            raise Refused(401, "unauthorized", "nobody is logged in")
        return session

    def checked(self, cookie: str, csrf: str, now_ms: int) -> Session:
        """For a deed. Refuses 401, and 403 when it does not come from a page of this session."""
        session = self.of(cookie, now_ms)
        if not hmac.compare_digest(session.csrf.encode(), csrf.encode()):
            raise Refused(403, "foreign", "this did not come from a page of the console")
        return session

    def log_out(self, cookie: str) -> None:
        self._open.pop(cookie, None)
