"""`./tvm replay DIR`: a field incident again, in virtual time; 0 the same came out, 1 a difference, 2 DIR cannot be used."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.settings import Settings
from simulator.replay.judged import Difference, Rerun, Verdict
from simulator.replay.past import judge_past
from simulator.replay.rerun import Rerunner
from simulator.replay.ring import Part
from simulator.replay.source import Incident, Unusable, open_incident
from simulator.replay.stand_in import stand_in

WIDEST = 600
"""Characters of a difference that are printed of each side."""


def main(argv: Sequence[str]) -> int:
    given = _options(argv)
    try:
        found = open_incident(given.dir, given.config, given.to)
    except Unusable as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    with _quiet():
        verdict = judge(found, given.to)
    lines = list(told(found, verdict))
    print("\n".join(lines), flush=True)
    if given.serve is not None:
        from simulator.replay.page import serve

        return _served(lambda: serve(found, verdict, lines, given.serve), 0 if verdict.same else 1)
    return 0 if verdict.same else 1


@contextmanager
def _quiet() -> Iterator[None]:
    """What the controller had to say is in its log of then."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _served(serve: Callable[[], None], status: int) -> int:
    try:
        serve()
    except OSError as error:
        print(f"replay: the page cannot be served: {error}", file=sys.stderr)
        return 2
    return status


def judge(found: Incident, to_seq: int = 0) -> Verdict:
    """All that can be judged of an incident."""
    settings = found.settings or stand_in(found)
    verdict = judge_past(found, settings, rate_of(found))
    for part in found.parts:
        if found.settings is not None and part.head["seq"] <= found.lines[-1].seq:
            verdict.reruns.append(Rerunner(found, part, found.settings, to_seq).run())
    return verdict


def rate_of(found: Incident) -> float:
    """People's time per real time, as the last start wrote it down."""
    boots = [line.fact for line in found.lines if line.fact["kind"] == "sys.boot"]
    return float(boots[-1].get("clock_rate", 10)) / 10 if boots else 1.0


def told(found: Incident, verdict: Verdict) -> Iterable[str]:
    """The verdict in lines."""
    settings = found.settings or stand_in(found)
    first, last = found.lines[0], found.lines[-1]
    yield f"machine {found.identity.machine} epoch {found.identity.epoch}: records {first.seq} to {last.seq}, " + (
        f"{_at(first.wall_ms, settings)} to {_at(last.wall_ms, settings)}, {last.boot} starts"
    )
    yield from (f"  {remark}" for remark in found.remarks)
    if found.settings is None:
        yield "  no settings in DIR: the usual ones are taken; --config FILE says better ones"
    if verdict.unsealed:
        yield f"DIFFERENT seal: record {verdict.unsealed} is not sealed by this machine"
    yield from _step(f"journal: {verdict.sales} sales fed again to record {verdict.last_seq}", verdict.difference)
    if not found.parts:
        yield "black box: none; touches, screens and bytes are not known"
    for part in found.parts:
        yield _box(part, settings)
        for rerun in verdict.reruns:
            if rerun.boot == part.boot and bool(rerun.why_not) != part.whole:
                yield from _rerun(rerun)
    odd = f"; the bytes of {', '.join(verdict.odd_links)} tell something else" if verdict.odd_links else ""
    yield ("the same came out" if verdict.same else "something else came out") + odd


def _rerun(rerun: Rerun) -> Iterable[str]:
    if rerun.why_not:
        yield f"  not run again: {rerun.why_not}"
        return
    title = f"start {rerun.boot}: {rerun.steps} steps run again, records {rerun.first_seq} to {rerun.last_seq}"
    yield from _step(title, rerun.difference)
    yield f"  screens: {rerun.screens} of {rerun.shown} came out alike"
    for link in rerun.links:
        if link.why_not:
            yield f"  bytes of {link.name}: not judged, {link.why_not}"
        else:
            yield from _step(f"  bytes of {link.name}: {link.facts} facts", link.difference)


def _step(title: str, difference: Difference | None) -> Iterable[str]:
    if difference is None:
        yield f"{title}: same"
        return
    yield f"{title}: DIFFERENT at record {difference.seq}"
    yield f"    stands:   {difference.stands:.{WIDEST}}"
    yield f"    came out: {difference.came_out:.{WIDEST}}"


def _box(part: Part, settings: Settings) -> str:
    if not part.events:
        return f"black box, start {part.boot}: empty"
    first, last = part.events[0], part.events[-1]
    begins = "from its beginning" if part.whole else f"from record {first.seq}"
    span = f"{_at(first.wall_ms, settings)} to {_at(last.wall_ms, settings)}"
    return f"black box, start {part.boot}: {begins} to record {last.seq}, {span}{', torn at its end' * part.torn}"


def _at(wall_ms: int, settings: Settings) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(settings.machine.timezone)):%Y-%m-%d %H:%M:%S}"


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tvm replay", description="run a field incident again and look at it")
    parser.add_argument("dir", type=Path, metavar="DIR", help="a journal directory, or a copy of one")
    parser.add_argument("--to", type=int, default=0, metavar="SEQ", help="up to this record of the journal")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration then, when no black box tells it")
    parser.add_argument(
        "--serve", type=int, nargs="?", const=0, metavar="PORT", help="open its page (default: a free port)"
    )
    given = parser.parse_args(argv)
    if given.to < 0:
        parser.error(f"--to {given.to} is no record")
    return given
