"""Records on their way to the station: one batch at a time, and patience when it does not answer."""

from typing import Any

import pytest

from kiosk.ports.station import Outbox, RecordsFailed, RecordsTaken
from kiosk.sync import LONGEST_WAIT_MS, SILENT_MS, Sync
from tests.outbox import SEGMENT, outbox

EPOCH = "7f3a91c2"
LINES = [f"{seq:08x} line" for seq in range(1, 1_201)]


class Paper:
    """The part of a station that uploads need; `sent` are (first seq, lines)."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int]] = []
        self.statuses: list[int] = []

    def send_records(self, epoch: str, first_seq: int, lines: Outbox) -> None:
        assert (epoch, lines.segment, lines.first_seq) == (EPOCH, SEGMENT, 1)
        self.sent.append((first_seq, len(lines.texts)))

    def put_status(self, state_seq: int, status: dict[str, Any]) -> None:
        self.statuses.append(state_seq)


def made(lines: int = 10) -> tuple[Paper, Sync]:
    paper = Paper()
    sync = Sync(paper, EPOCH, 0, lambda seq: outbox(LINES[seq:lines]), lambda most: most)  # type: ignore[arg-type]
    sync.written(lines)
    return paper, sync


def poll(sync: Sync, now_ms: int, idle: bool = True) -> int:
    return sync.poll(now_ms, idle, dict)


def test_one_batch_is_out_at_a_time_and_the_next_follows_its_answer() -> None:
    paper, sync = made(1_200)
    poll(sync, 0)
    poll(sync, 1_000)
    assert paper.sent == [(1, 500)]
    sync.hear(RecordsTaken(EPOCH, 500, 0, False), 1_100)
    poll(sync, 1_100)
    assert paper.sent == [(1, 500), (501, 500)]


def test_nothing_goes_up_while_a_sale_needs_the_link() -> None:
    paper, sync = made()
    poll(sync, 0, idle=False)
    assert paper.sent == []


def test_a_failed_upload_waits_longer_each_time_up_to_five_minutes_and_an_answer_ends_that() -> None:
    paper, sync = made()
    now_ms, waits = 0, list[int]()
    for count in range(1, 13):
        failed_ms = now_ms
        while len(paper.sent) < count:
            now_ms += 500
            poll(sync, now_ms)
        waits.append(now_ms - failed_ms)
        sync.hear(RecordsFailed(EPOCH, 1, "timeout"), now_ms)
    assert waits[:4] == [500, 2_000, 4_000, 8_000]
    assert waits[-1] == max(waits) == LONGEST_WAIT_MS
    sync.hear(RecordsTaken(EPOCH, 5, 0, False), now_ms)
    poll(sync, now_ms)
    assert paper.sent[-1] == (6, 5)


def test_an_upload_of_which_nothing_is_heard_is_sent_again() -> None:
    paper, sync = made()
    poll(sync, 0)
    poll(sync, SILENT_MS - 1)
    assert len(paper.sent) == 1
    poll(sync, SILENT_MS)
    assert paper.sent == [(1, 10), (1, 10)]


def test_a_gap_sends_us_back_and_a_fork_stops_everything() -> None:
    paper, sync = made()
    poll(sync, 0)
    sync.hear(RecordsTaken(EPOCH, 0, 4, False), 10)
    poll(sync, 10)
    assert paper.sent[-1] == (4, 7)
    sync.hear(RecordsTaken(EPOCH, 0, 0, True), 20)
    poll(sync, 1_000_000)
    assert sync.forked
    assert len(paper.sent) == 2


@pytest.mark.parametrize("news", [RecordsTaken(EPOCH, 11, 0, False), RecordsTaken(EPOCH, 0, 12, False)])
def test_a_station_that_knows_more_than_the_journal_means_that_lines_were_lost(news: RecordsTaken) -> None:
    """The alarm of reliability notes 2: a record that was acknowledged is missing here."""
    paper, sync = made()
    poll(sync, 0)
    sync.hear(news, 10)
    assert sync.forked
    poll(sync, 1_000_000)
    assert len(paper.sent) == 1


def test_a_batch_is_bounded_in_bytes_and_a_long_line_goes_alone() -> None:
    paper = Paper()
    lines = ["x" * 150_000, "y" * 150_000, "z"]
    sync = Sync(paper, EPOCH, 0, lambda seq: outbox(lines[seq:]), lambda most: most)  # type: ignore[arg-type]
    sync.written(3)
    poll(sync, 0)
    sync.hear(RecordsTaken(EPOCH, 1, 0, False), 10)
    poll(sync, 10)
    assert paper.sent == [(1, 1), (2, 2)]


def test_the_status_is_put_every_half_minute_also_during_a_sale() -> None:
    paper, sync = made()
    for now_ms in range(0, 90_001, 10_000):
        assert poll(sync, now_ms, idle=False) > now_ms
    assert paper.statuses == [1, 2, 3, 4]


def test_news_of_another_epoch_says_nothing_of_this_one() -> None:
    paper, sync = made()
    poll(sync, 0)
    sync.hear(RecordsTaken("other", 10, 0, False), 10)
    poll(sync, 20)
    assert (sync.acked, len(paper.sent)) == (0, 1)


def test_a_hint_is_given_once_a_minute_and_only_for_news() -> None:
    sync = Sync(Paper(), "e", 4, lambda seq: None, lambda most: 0)  # type: ignore[arg-type]
    assert sync.hint(0) is None
    sync.written(9)
    sync.hear(RecordsTaken("e", 9, 0, False), 0)
    assert sync.hint(1_000) == RecordsTaken("e", 9, 0, False)
    sync.hinted(10)
    sync.written(10)
    sync.hear(RecordsTaken("e", 10, 0, False), 2_000)
    assert sync.hint(100_000) is None
    sync.written(12)
    sync.hear(RecordsTaken("e", 12, 0, False), 100_000)
    assert sync.hint(60_999) is None
    assert sync.hint(61_000) == RecordsTaken("e", 12, 0, False)
