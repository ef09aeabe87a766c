"""A cabinet process and a real Chromium for the tests of the lab page."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[3]
CHROMIUM = Path("/usr/bin/chromium")
MISSING = "the lab page is not looked at: apt-get install chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE = (1_600, 1_000)
expect.set_options(timeout=30_000)  # a fact is waited for, and a slow computer is no failure


@contextmanager
def cabinet(directory: Path, *words: str) -> Iterator[str]:
    """The address of a cabinet that was just started."""
    command = [sys.executable, "-m", "simulator", "cabinet", "--dir", str(directory), *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().removeprefix("ready ").strip()
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(20)
    assert ended == 0


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened_page(browser: Browser, reduced_motion: bool = False) -> Iterator[Page]:
    """A page with a memory of its own; an error in its scripts, or one against the policy, fails the test at the end."""
    wrong: list[str] = []
    motion: Literal["reduce", "no-preference"] = "reduce" if reduced_motion else "no-preference"
    context = browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]}, reduced_motion=motion)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and "Policy" in said.text else None)
    try:
        yield page
    finally:
        context.close()
    assert wrong == []
