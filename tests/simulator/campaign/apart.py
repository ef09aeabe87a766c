"""Campaigns of the tests, judged in a process of their own.

Each crash point is a fork, and a fork costs what the process weighs: a test worker that has read every test is three times as
heavy as the campaign's own command.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from simulator.campaign.judge import Campaign, Verdict
from simulator.campaign.pool import Progress
from simulator.campaign.work import Work


def judged(work: Work) -> Verdict:
    """All of `work` on all cores; the verdict holds every violation."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_judged, work).result()


def _judged(work: Work) -> Verdict:
    return Campaign(work, os.cpu_count() or 1).run(Progress(0, work.noun, lambda line: None))
