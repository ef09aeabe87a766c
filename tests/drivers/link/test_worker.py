"""Worker threads and their mailbox: every job has one answer, in order, and the loop never waits."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator

import pytest

from drivers.link.worker import Mailbox, Worker

PATIENCE_S = 20.0


@pytest.fixture
def mailbox() -> Iterator[Mailbox[str]]:
    box: Mailbox[str] = Mailbox()
    yield box
    box.close()


@pytest.fixture
def worker(mailbox: Mailbox[str]) -> Iterator[Worker[str]]:
    made = Worker("test", mailbox)
    yield made
    made.close(PATIENCE_S)


def wait_for(mailbox: Mailbox[str], count: int) -> list[str]:
    heard: list[str] = []
    while len(heard) < count:
        assert select.select([mailbox], [], [], PATIENCE_S)[0], f"only {heard} came"
        heard += mailbox.drain()
    return heard


def broken() -> str:
    raise OSError("cable cut")


def silent(error: Exception) -> str:
    return f"error: {error}"


def test_answers_come_in_the_order_of_the_jobs(mailbox: Mailbox[str], worker: Worker[str]) -> None:
    for number in range(50):
        worker.submit(lambda number=number: str(number), silent)  # type: ignore[misc]
    assert wait_for(mailbox, 50) == [str(number) for number in range(50)]


def test_an_exception_becomes_the_answer_and_the_next_job_runs(mailbox: Mailbox[str], worker: Worker[str]) -> None:
    worker.submit(broken, silent)
    worker.submit(lambda: "well", silent)
    assert wait_for(mailbox, 2) == ["error: cable cut", "well"]


def test_a_wrong_answer_to_an_error_does_not_end_the_thread(mailbox: Mailbox[str], worker: Worker[str]) -> None:
    def worse(error: Exception) -> str:
        raise ValueError("worse")

    worker.submit(broken, worse)
    worker.submit(lambda: "well", silent)
    assert wait_for(mailbox, 1) == ["well"]


def test_the_mailbox_is_readable_only_while_something_is_in_it(mailbox: Mailbox[str]) -> None:
    assert not select.select([mailbox], [], [], 0)[0]
    mailbox.put("one")
    mailbox.put("two")
    assert select.select([mailbox], [], [], 0)[0]
    assert mailbox.drain() == ["one", "two"]
    assert not select.select([mailbox], [], [], 0)[0]
    assert mailbox.drain() == []


def test_forgotten_jobs_answer_nothing(mailbox: Mailbox[str], worker: Worker[str]) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go.wait(PATIENCE_S)
        return "late"

    worker.submit(slow, silent, "sale-1")
    worker.submit(lambda: "never begun", silent, "sale-1")
    worker.submit(lambda: "other", silent, "sale-2")
    assert begun.wait(PATIENCE_S)
    assert worker.pending() == 3
    worker.forget("sale-1")
    worker.submit(lambda: "again", silent, "sale-1")
    go.set()
    assert wait_for(mailbox, 2) == ["other", "again"]


def test_close_drops_what_waits_and_takes_nothing_more(mailbox: Mailbox[str]) -> None:
    worker = Worker("closing", mailbox)
    begun, go = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go.wait(PATIENCE_S)
        return "late"

    worker.submit(slow, silent)
    worker.submit(lambda: "never", silent)
    assert begun.wait(PATIENCE_S)
    assert not worker.close(0.0)
    go.set()
    assert worker.close(PATIENCE_S)
    worker.submit(lambda: "after", silent)
    assert mailbox.drain() == []
    assert worker.pending() == 0


def test_a_closed_mailbox_swallows_late_items() -> None:
    box: Mailbox[str] = Mailbox()
    box.put("one")
    box.close()
    box.put("two")
    box.close()
    assert box.drain() == []
