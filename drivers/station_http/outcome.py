"""What became of one call, as a value on its way from a lane into the driver. Pure."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from drivers.station_http.calls import Answer, Call
from drivers.station_http.codec import Malformed, moment
from kiosk.ports.fact import Fact

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call. `fact` None: nothing to say. `trouble` empty: the station answered.
    `skew_ms`: its clock minus ours, None when the answer does not say."""

    call: Call
    fact: Fact | None
    trouble: str = ""
    settled: bool = True
    skew_ms: int | None = None
    etag: str = ""


def understand(call: Call, answer: Answer, sent_ms: int, came_ms: int) -> Outcome:
    """The outcome of an answer; `sent_ms`, `came_ms` in wall time. An answer that breaks the sheet counts as none."""
    try:
        fact = call.hear(answer)
    except (ValueError, KeyError, TypeError) as error:
        log.warning("station_answer_unusable call=%s status=%d why=%s", call.name, answer.status, error)
        return Outcome(call, call.silence(str(error)), settled=False)
    if not answer.good and answer.status != 304:
        log.info("station_said_no call=%s status=%d code=%s", call.name, answer.status, answer.code)
    return Outcome(call, fact, skew_ms=_skew_ms(answer, (sent_ms + came_ms) // 2), etag=answer.etag)


def _skew_ms(answer: Answer, middle_ms: int) -> int | None:
    """Its clock minus ours at that moment; None when the answer does not say, or nothing that is a time."""
    if not answer.good or type(answer.body) is not dict or "time_ms" not in answer.body:
        return None
    try:
        return moment(answer.body, "time_ms") - middle_ms
    except Malformed as error:
        log.warning("station_time_unusable why=%s", error)
        return None


def unanswered(call: Call, trouble: str) -> Outcome:
    """The outcome of a call that got no answer; `trouble` is a short reason: `unreachable`, `timeout`, `cut`, `too_long`."""
    return Outcome(call, call.silence(trouble), trouble, settled=False)
