"""The lab page open in a real browser: how many pictures a second it shows of a sale, and what that costs the controller.

The same passenger buys the same tickets twice, without and with the page. The controller never talks to a
browser; what it pays for one is what the figure says. Needs Chromium, and playwright of the tests' requirements.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from simulator.bench import process
from simulator.bench.bench import Bench
from simulator.bench.figures import Figure, measured, skipped
from simulator.bench.machine import Machine
from simulator.passenger.person import Kind, Plan
from simulator.rig import RigError

NAMES = ("lab_pictures", "lab_cost")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WANTED = "needs a browser; on Debian: apt-get install chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE = (1_600, 1_000)
LIVE_MS = 15_000
SETTLE_MS = 1_000
TURNS = (False, True)
"""Whether the page is open, sale by sale."""
SAME_MS = 40
"""Regions drawn within so long are one picture: the mirror sends the next one after 100 ms."""
MOVING_MS = 400
"""A longer pause between two pictures is a screen that stands still."""
COUNTER = """
window.drawn = [];
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...what) {
  draw.apply(this, what);
  if (this.canvas.id === "screen") window.drawn.push(performance.now());
};
"""


def measure_lab(bench: Bench) -> list[Figure]:
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        return skipped(NAMES, WANTED)
    machine = bench.machine("lab")
    shares: dict[bool, list[float]] = {False: [], True: []}
    drawn_ms, told = list[float](), list[str]()
    for number, watched in enumerate(TURNS, start=1):
        bench.say(f"lab: sale {number} of {len(TURNS)}, {'with' if watched else 'without'} the page")
        machine.rig.wait_until_free()
        if watched:
            with _page(machine, program) as drawn:
                outcome, share = _sale(bench, machine)
                drawn_ms += drawn()
        else:
            outcome, share = _sale(bench, machine)
        shares[watched].append(share)
        told.append(outcome)
    bench.end("lab")
    cost = [more - less for more, less in zip(shares[True], shares[False], strict=True)]
    without, opened = (", ".join(f"{share:.2f}" for share in shares[each]) for each in (False, True))
    pauses = pauses_of(drawn_ms)
    pictures = f"{len(pauses)} pauses between pictures, the longest {max(pauses, default=0):.0f} ms; " + ", ".join(told)
    return [
        measured("lab_pictures", [1_000 * len(pauses) / sum(pauses)] if pauses else [], pictures),
        measured("lab_cost", cost, f"without {without}; with the page {opened} % of a core"),
    ]


def pauses_of(drawn_ms: Sequence[float]) -> list[float]:
    """ms between the pictures of a moving screen. `drawn_ms`: when each region was drawn."""
    starts = list[float]()
    for at_ms in drawn_ms:
        if not starts or at_ms - starts[-1] >= SAME_MS:
            starts.append(at_ms)
    return [after - before for before, after in pairwise(starts) if after - before <= MOVING_MS]


def _sale(bench: Bench, machine: Machine) -> tuple[str, float]:
    """How the visit ended, and per cent of a core that the controller used."""
    machine.serve(SETTLE_MS)
    pid = machine.pid("controller")
    begun_ns, begun_us = process.cpu_ns(pid), bench.clock.mono_us()
    account = machine.visit(Plan(Kind.EXACT, tickets=1, budget_fen=40_000), bench.dice_for("lab"))
    passed_us = bench.clock.mono_us() - begun_us
    return account.outcome, (process.cpu_ns(pid) - begun_ns) / passed_us / 10


@contextmanager
def _page(machine: Machine, program: str) -> Iterator[Callable[[], list[float]]]:
    """The lab page in a browser without a window, once it shows the screen."""
    from playwright.sync_api import (  # of the tests' requirements: the machine itself never has it
        Error,
        sync_playwright,
    )

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
            page.add_init_script(COUNTER)
            page.goto(machine.rig.lab_url)
            page.locator("#screen[data-pictures]").wait_for(timeout=LIVE_MS)
            page.evaluate("window.drawn.length = 0")
            yield lambda: [float(at_ms) for at_ms in page.evaluate("window.drawn")]
        except Error as error:
            raise RigError(f"the lab page: {error}") from error
        finally:
            browser.close()
