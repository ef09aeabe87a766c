"""Threads of the controller, all of them: calls that must wait run here, their answers come back through a mailbox.

A worker takes jobs one after the other. The loop never waits for it: it selects on `Mailbox.fileno()` and empties the
mailbox. Nothing but the queue of jobs and the mailbox is shared between threads; a job gets values and answers a value.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Lock = threading.Lock
"""For what two workers of one link share."""


class Mailbox(Generic[Item]):
    """Values on their way from worker threads into the loop, in order of arrival."""

    def __init__(self) -> None:
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._items: deque[Item] = deque()
        self._lock = threading.Lock()
        self._closed = False

    def fileno(self) -> int:
        """Readable while something lies in the mailbox."""
        return self._wake

    def put(self, item: Item) -> None:
        """From any thread. After `close` the item is dropped."""
        with self._lock:
            if self._closed:
                return
            self._items.append(item)
            os.eventfd_write(self._wake, 1)

    def drain(self) -> list[Item]:
        """What came since the last call; never waits."""
        with self._lock:
            if not self._closed:
                with suppress(BlockingIOError):
                    os.eventfd_read(self._wake)
            items = list(self._items)
            self._items.clear()
        return items

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._items.clear()
                os.close(self._wake)


@dataclass(frozen=True, slots=True)
class _Job(Generic[Item]):
    work: Callable[[], Item]
    on_error: Callable[[Exception], Item]
    token: str


class Worker(Generic[Item]):
    """One thread. Every job submitted ends as one item in the mailbox, unless it was forgotten before."""

    def __init__(self, name: str, mailbox: Mailbox[Item]) -> None:
        self.name = name
        self._mailbox = mailbox
        self._jobs: deque[_Job[Item]] = deque()
        self._forgotten: set[str] = set()
        self._running = ""
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Item], on_error: Callable[[Exception], Item], token: str = "") -> None:
        """Run `work` after what was submitted before; what it returns, or `on_error` makes of what it raises, is posted.

        `token` names the job for `forget`. After `close` nothing is taken any more.
        """
        with self._changed:
            if self._closing:
                return
            self._jobs.append(_Job(work, on_error, token))
            self._changed.notify()

    def forget(self, token: str) -> None:
        """Nobody waits for jobs of that token any more: those not begun are dropped, the running one's answer too."""
        with self._changed:
            self._jobs = deque(job for job in self._jobs if job.token != token)
            if self._running == token:
                self._forgotten.add(token)

    def pending(self) -> int:
        """Jobs that are waiting or running."""
        with self._changed:
            return len(self._jobs) + bool(self._running)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Drop what waits, end after the running job. False: it still runs; the thread ends with the process then."""
        with self._changed:
            self._closing = True
            self._jobs.clear()
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _next(self) -> _Job[Item] | None:
        with self._changed:
            while not self._jobs and not self._closing:
                self._changed.wait()
            if self._closing:
                return None
            job = self._jobs.popleft()
            self._running = job.token or "-"
            return job

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                item = self._outcome(job)
            except Exception:  # an answer to an error that is itself wrong must not end the thread
                log.exception("worker_job_lost worker=%s token=%s", self.name, job.token)
                item = None
            with self._changed:
                self._running = ""
                dropped = job.token in self._forgotten
                self._forgotten.discard(job.token)
                if item is not None and not dropped and not self._closing:
                    self._mailbox.put(item)

    def _outcome(self, job: _Job[Item]) -> Item:
        try:
            return job.work()
        except Exception as error:
            return job.on_error(error)
