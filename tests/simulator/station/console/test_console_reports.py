"""A business day as HTML, CSV and PDF: three ways to write the same close down, to the fen."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument
from starlette.responses import Response

from simulator.station.console.reports.as_csv import as_csv
from simulator.station.console.reports.as_html import as_html
from simulator.station.console.reports.as_pdf import as_pdf
from simulator.station.console.reports.content import Report, amount, named, report_of, words
from simulator.station.console.reports.written import written
from simulator.station.http import build_app
from simulator.station.shell import StationShell
from simulator.station.wire import Refused
from tests.simulator.station.console.test_console_pages import CLOCK, Browser
from tests.simulator.station.helpers import NOON, body_of, key, small_world
from tests.simulator.station.machines.desk import Desk
from tests.simulator.station.machines.test_days import DAY, ended, fact, registers, sell
from tests.simulator.station.memories import Memory

PLACE = ("北京西", "Beijing West")


def seen(desk: Desk) -> dict[str, Any]:
    return body_of(desk.office(f"days/{DAY}"))


@pytest.fixture
def desk() -> Desk:
    """Two sales, one that the machine never told of, a claim, a box in transit, and registers that differ."""
    desk = Desk(small_world())
    price, note = sell(desk, 1), fact("stack!", result="stacked", note=1, value_fen=10_000)
    sell(desk, 2, card=True)
    swap = {"kind": "box.swap", "notes": [[10_000, 3]], "counted": 3, "tag": "B2"}
    claim = {"kind": "claim.add", "sale": 3, "code": "=C-1", "amount_fen": 950, "exact": True, "reason": "jam"}
    desk.tell(*ended(1, price, 10_000, 10_000 - price), note, ({"kind": "op.act"}, [swap, claim]))
    desk.tell(registers(notes_in=2))
    return desk


def lines_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(report).decode("utf-8-sig"))))


def fen(yuan: str) -> int:
    whole, _, part = yuan.lstrip("-").partition(".")
    assert len(part) == 2
    return (int(whole) * 100 + int(part)) * (-1 if yuan.startswith("-") else 1)


def figures_of(report: Report) -> dict[tuple[str, str, str], int]:
    """(side, machine, figure) -> value, out of the CSV text."""
    sides = ("station", "machines")
    return {
        (line["part"], line["machine"], line["figure"]): fen(line["value"]) if line["unit"] == "yuan" else int(line["value"])
        for line in lines_of(report)
        if line["part"] in sides
    }  # fmt: skip


class Cells(HTMLParser):
    """The text of each row of each table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        self._in = self._in or tag in ("td", "th")
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = self._in and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._in:
            self.rows[-1][-1] += data


def rows_of(report: Report) -> list[list[str]]:
    cells = Cells()
    cells.feed(as_html(report, "en"))
    return [[" ".join(cell.split()) for cell in row] for row in cells.rows]


def pages_of(pdf: bytes) -> list[str]:
    """What a reader that knows nothing of us finds on each page; where a cell was broken into lines they are put together."""
    return [page.get_textpage().get_text_range().replace("\r\n", " ") for page in PdfDocument(pdf)]


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))


def test_every_figure_of_the_close_stands_in_it_to_the_fen(desk: Desk) -> None:
    closed = body_of(desk.office(f"days/{DAY}:close", {}))
    found = figures_of(report_of(seen(desk), PLACE, NOON))
    for side, of in (("station", closed["station"]), ("machines", closed["machines"])):
        for machine, figures in of.items():
            for name, value in figures.items():
                assert found[side, machine, name] == value, name
        for name in {name for figures in of.values() for name in figures}:
            assert found[side, "*", name] == sum(figures.get(name, 0) for figures in of.values()), name
    assert found["station", "*", "cash_fen"] + found["station", "*", "card_fen"] == found["station", "*", "sold_fen"]
    assert found["station", "*", "cash_fen"] > 0
    assert found["station", "*", "card_fen"] > 0


def test_each_difference_stands_in_all_three(desk: Desk) -> None:
    report = report_of(seen(desk), PLACE, NOON)
    kinds = [item["item"] for item in seen(desk)["items"]]
    assert {"sale_unreported", "captured", "claim_open", "box_in_transit", "register"} <= set(kinds)
    told = [line for line in lines_of(report) if line["part"].startswith("difference")]
    assert [line["machine"] for line in {line["part"]: line for line in told}.values()] == kinds
    page, pdf = as_html(report, "both"), text_of(as_pdf(report, "both"))
    for kind in kinds:
        for word in named(kind, "items"):
            assert word in page
            assert word in pdf
    assert "¥9.50" in pdf
    assert "¥300.00" in page


def test_html_and_pdf_have_the_figures_of_the_csv(desk: Desk) -> None:
    report = report_of(seen(desk), PLACE, NOON)
    sums = [["Sum", *(amount(*pair) for pair in zip(table.names, table.sums, strict=True))] for table in report.tables]
    rows = rows_of(report)
    assert [row for row in rows if row[0] == "Sum"] == sums
    pdf = text_of(as_pdf(report, "en"))
    for row in sums:
        for value in row[1:]:
            assert value in pdf


def test_chinese_is_in_the_pdf_and_a_language_alone_is_alone(desk: Desk) -> None:
    report = report_of(seen(desk), PLACE, NOON)
    both, chinese, english = (text_of(as_pdf(report, language)) for language in ("both", "zh", "en"))
    for word in ("营业日报告", "北京西", "车站所售", "合计", "欠款未结"):
        assert word in both
        assert word in chinese
        assert word not in english
    assert "Business day report" not in chinese
    assert not re.search(r"[\u4e00-\u9fff]", as_html(report, "en"))
    assert as_pdf(report, "zh") == as_pdf(report, "zh")


def test_a_day_is_provisional_until_it_is_closed_and_says_by_whom(desk: Desk) -> None:
    before = report_of(seen(desk), PLACE, NOON)
    desk.office(f"days/{DAY}:close", {}, "bo")
    desk.tell(*ended(9, 500, 500))
    after = report_of(seen(desk), PLACE, NOON + 60_000)
    assert "Not closed: provisional, as of 2026-11-21 12:00" in as_html(before, "en")
    assert "Closed by bo, 2026-11-21 12:00" in as_html(after, "en")
    assert after.late == (key(9),)
    assert key(9) in as_html(after, "en") + str(lines_of(after))
    assert key(9) in text_of(as_pdf(after, "en"))
    assert before.tables == after.tables


def test_words_of_a_machine_are_no_markup_and_no_formula(desk: Desk) -> None:
    shown = seen(desk)
    shown["items"].append({"item": "claim_open", "machine": "<script>x</script>", "code": "=1+1", "amount_fen": -100})
    report = report_of(shown, PLACE, NOON)
    assert "<script>" not in as_html(report, "both")
    told = [line for line in lines_of(report) if line["figure"] == "code"]
    assert {line["value"] for line in told} == {"'=C-1", "'=1+1"}
    assert [line["value"] for line in lines_of(report) if line["figure"] == "amount_fen"][-1] == "-1.00"
    assert as_pdf(report, "both").startswith(b"%PDF")


def test_a_hundred_machines_fill_pages_with_heads_and_one_sum(desk: Desk) -> None:
    shown = seen(desk)
    shown["station"] = {f"T{n:03}": {"sales": n, "tickets": n, "sold_fen": n * 50, "card_fen": 0} for n in range(100)}
    pages = pages_of(as_pdf(report_of(shown, PLACE, NOON), "both"))
    assert len(pages) >= 3
    assert all(DAY in page and f"/ {len(pages)}" in page for page in pages)
    assert amount("sold_fen", 50 * sum(range(100))) in " ".join(pages)


NAMES = st.text("abc_", min_size=1, max_size=6).map(lambda name: f"{name}_fen")
SIDES = st.dictionaries(st.sampled_from(["T01", "T02", "T03"]), st.dictionaries(NAMES, st.integers(-9_999, 10**9)))


@settings(max_examples=60)
@given(station=SIDES, machines=SIDES)
def test_no_figure_is_lost_and_each_sum_is_its_columns(station: dict[str, Any], machines: dict[str, Any]) -> None:
    day = {"day": DAY, "by": "", "closed": False, "items": [], "late": [], "station": station, "machines": machines}
    found = figures_of(report_of(day, PLACE, NOON))
    for side, of in (("station", station), ("machines", machines)):
        for machine, figures in of.items():
            for name, value in figures.items():
                assert found[side, machine, name] == value
    for (side, machine, name), value in found.items():
        if machine == "*":
            assert value == sum(
                other for (of, at, called), other in found.items() if (of, called) == (side, name) and at != "*"
            )


def test_what_a_page_says_has_words_in_two_languages() -> None:
    assert all(len(pair) == 2 and all(pair) for of in words().values() for pair in of.values())
    items = {"sale", "sale_unreported", "sale_unknown", "captured", "register", "no_registers", "claim_open", "claim",
             "box_in_transit", "box", "fork", "quarantine", "damaged"}  # fmt: skip
    assert items <= set(words()["items"])


def test_the_console_hands_out_reports_to_who_is_logged_in(desk: Desk, tmp_path: Path, memory: Memory) -> None:
    store = memory.open(tmp_path)
    browser = Browser(build_app(StationShell(desk.station, store, CLOCK, lambda reason: None), None))
    path = f"/console/report/{DAY}"
    assert browser.ask("GET", f"{path}.pdf").status_code == 401
    browser.log_in("ann")
    page = browser.ask("GET", f"{path}.html?lang=zh")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "营业日报告" in page.text
    for name in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text):
        assert browser.ask("GET", name).status_code == 200, name
    pdf = browser.ask("GET", f"{path}.pdf?lang=both")
    assert pdf.headers["content-type"] == "application/pdf"
    assert f'filename="business-day-{DAY}.pdf"' in pdf.headers["content-disposition"]
    assert "北京西" in text_of(pdf.content)
    assert browser.ask("GET", f"{path}.csv").content.startswith(b"\xef\xbb\xbfday,part")
    for wrong, status in ((f"{path}.xls", 404), (f"{path}.pdf?lang=fr", 400), ("/console/report/soon.pdf", 400)):
        assert browser.ask("GET", wrong).status_code == status, wrong
    store.close()


def test_another_kind_is_refused() -> None:
    async def asked() -> Response:
        return await written(Report(PLACE, DAY, NOON, "", 0, (), (), ()), "docx", "en")

    with pytest.raises(Refused, match="404"):
        anyio.run(asked)
