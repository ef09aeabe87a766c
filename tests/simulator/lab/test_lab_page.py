"""The lab page: its files are all here, nothing comes from elsewhere, and it obeys the house's sizes, colours and words."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from simulator.acquirer.faults import FAULTS as BANK_FAULTS
from simulator.cabinet.settings import CabinetSettings, CoinSettings
from simulator.lab.bank import BANK
from simulator.lab.pages import STATIC
from simulator.lab.provider_switch import PROVIDER
from simulator.provider.faults import FAULTS
from tests.simulator.cabinet.bench import Bench

FILES = sorted(STATIC.iterdir())
STYLES = "".join(path.read_text() for path in FILES if path.suffix == ".css")
PAGE = (STATIC / "index.html").read_text()


def test_every_file_the_page_names_is_in_its_folder() -> None:
    bench = Bench()
    page = bench.call("GET", "/").text
    names = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    scripts = [path for path in FILES if path.suffix == ".js"]
    for script in scripts:
        names += [f"/static/{name}" for name in re.findall(r'from "\./([^"]+)"', script.read_text())]
    assert len(names) >= 8
    for name in names:
        assert bench.call("GET", name).status_code == 200, name
    assert "/faces/faces.css" in re.findall(r'href="([^"]+)"', page)


def test_nothing_comes_from_elsewhere() -> None:
    bench = Bench()
    policy = bench.call("GET", "/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    for path in FILES:
        foreign = [url for url in re.findall(r"https?://[^\s\"')]+", path.read_text()) if "www.w3.org" not in url]
        assert foreign == [], path.name


def test_text_is_never_smaller_than_14_px_and_the_two_languages_stand_side_by_side() -> None:
    sizes = [int(size) for size in re.findall(r"font(?:-size)?:[^;}]*?(\d+)px", STYLES)]
    assert sizes
    assert min(sizes) >= 14
    for title in re.findall(r"<h2[^>]*>(.*?)</h2>", PAGE):
        assert re.search(r"[\u4e00-\u9fff]", title), title
        assert 'lang="en"' in title, title


def test_colours_are_those_of_the_passenger_screen() -> None:
    for token in ("#0B1B33", "#42506A", "#EBF0F7", "#0A3D91", "#0B4BB0", "#0A2450", "#FFC72C", "#0A5C36", "#9B1520"):
        assert token in STYLES


def test_no_script_and_no_style_stands_in_the_page_itself() -> None:
    assert re.findall(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", PAGE) == []


@pytest.mark.parametrize(
    "settings",
    [
        CabinetSettings(),
        CabinetSettings(acceptor="bill_to_bill", ups=True),
        CabinetSettings(ups=True),
        CabinetSettings(cards=("good",)),
        CabinetSettings(terminal=("good",)),
        CabinetSettings(hoppers=(CoinSettings(50), CoinSettings(100)), documents=("woman",)),
    ],
)
def test_every_fault_of_every_machine_has_chinese_words(settings: CabinetSettings) -> None:
    words = (STATIC / "faultwords.js").read_text()
    known = set(re.findall(r"\b([a-z][a-z0-9_]+): \"", words))
    faults: dict[str, Iterable[str]] = {
        **Bench(settings).get("/api/state")["faults"],
        PROVIDER: FAULTS,
        BANK: BANK_FAULTS,
    }
    for device, names in faults.items():
        plain = {name.partition("@")[0] for name in names}
        missing = [name for name in plain if name.removesuffix("_once") not in known and name not in known]
        assert missing == [], device


def test_every_module_is_one_idea_of_a_readable_length() -> None:
    for path in FILES:
        assert len(path.read_text().splitlines()) <= 250, path.name
