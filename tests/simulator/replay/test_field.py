"""Real processes on real ptys, then their journal again: the same steps, and the drivers say the same of the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.demo import main as demo
from simulator.replay.main import judge
from simulator.replay.source import open_incident


@pytest.mark.slow
def test_what_real_processes_did_comes_out_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory: Path = tmp_path_factory.mktemp("f") / "d"
    words = ["--headless", "--at", "09:00", "--sales", "2", "--seed", "3", "--dir", str(directory)]
    assert demo(words) == 0
    verdict = judge(open_incident(directory / "journal"))
    assert verdict.same
    assert verdict.sales == 2
    (rerun,) = verdict.reruns
    assert rerun.why_not == ""
    assert rerun.steps > 40
    links = {link.name: link for link in rerun.links}
    assert set(links) == {"acceptor", "cabinet", "dispenser", "slip_printer", "ticket_unit"}
    assert links["acceptor"].why_not == ""
    assert links["acceptor"].difference is None
    assert links["acceptor"].facts >= 5
