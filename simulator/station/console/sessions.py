"""Who sits at the console: a session begins with a name and that person's token, and ends by itself.

Sessions live in memory: a station that starts again asks everybody again. Times in wall ms.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from simulator.station.machines.people import People, Person, refuse_locked
from simulator.station.wire import Refused

SESSION_MS = 12 * 3_600_000
MOST_SESSIONS = 200
TRIES, TRIES_MS = 5, 60_000
"""So many wrong tokens of one name within a minute, then nobody of that name comes in until the minute is over."""


@dataclass(frozen=True, slots=True)
class Session:
    """`csrf` goes with every deed: another site can make a browser send the cookie, but cannot read this. `token`: what was typed
    at the log-in; the office is asked with it, and hears at once when it has ended."""

    person: Person
    token: str
    csrf: str
    until_ms: int


class Sessions:
    """`new_secret` makes what cannot be guessed."""

    def __init__(self, people: People, new_secret: Callable[[], str]) -> None:
        self._people, self._new_secret = people, new_secret
        self._open: dict[str, Session] = {}
        self._wrong: dict[str, list[int]] = {}

    def log_in(self, name: str, token: str, now_ms: int) -> tuple[str, Session]:
        """The cookie's value and the session. Refuses 401 unauthorized, 403 locked, 429 too_many."""
        person = self._people.get(name)
        wrong = [at_ms for at_ms in self._wrong.get(name, []) if at_ms > now_ms - TRIES_MS]
        if len(wrong) >= TRIES:
            raise Refused(429, "too_many", "too many wrong tokens; wait a minute")
        if person is None or not person.proven_by(token):
            if person is not None:  # of names that nobody has nothing is kept
                self._wrong[name] = [*wrong, now_ms]
            raise Refused(401, "unauthorized", "name and token do not belong together")
        refuse_locked(person)
        self._wrong.pop(name, None)
        self._open = {cookie: each for cookie, each in self._open.items() if each.until_ms > now_ms}
        if len(self._open) >= MOST_SESSIONS:
            del self._open[next(iter(self._open))]
        cookie, session = self._new_secret(), Session(person, token, self._new_secret(), now_ms + SESSION_MS)
        self._open[cookie] = session
        return cookie, session

    def of(self, cookie: str, now_ms: int) -> Session:
        """The session, with the person as the office knows him now. Refuses 401 when the cookie opens nothing, or no longer: its
        time is over, the token was replaced, or the person locked."""
        session = self._open.get(cookie)
        if session is None or session.until_ms <= now_ms:
            raise Refused(401, "unauthorized", "nobody is logged in")
        now = self._people.get(session.person.name)
        if now is session.person:
            return session
        if now is None or now.locked or now.proof != session.person.proof:
            del self._open[cookie]
            raise Refused(401, "unauthorized", "this session has ended")
        session = self._open[cookie] = replace(session, person=now)
        return session

    def checked(self, cookie: str, csrf: str, now_ms: int) -> Session:
        """For a deed. Refuses 401, and 403 when it does not come from a page of this session."""
        session = self.of(cookie, now_ms)
        if not hmac.compare_digest(session.csrf.encode(), csrf.encode()):
            raise Refused(403, "foreign", "this did not come from a page of the console")
        return session

    def log_out(self, cookie: str) -> None:
        self._open.pop(cookie, None)
