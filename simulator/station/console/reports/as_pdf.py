"""The report as PDF on A4, drawn with fpdf2 in the faces of the passenger screen, so that Chinese is there on every printer."""

from __future__ import annotations

from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from simulator.faces import FONTS
from simulator.station.console.reports.content import (
    Language,
    Pair,
    Report,
    Table,
    amount,
    details,
    named,
    said,
    state_of,
)

INK, MUTED, NAVY, LINE, SIGNAL, TINT = (11, 27, 51), (66, 80, 106), (10, 36, 80), (211, 220, 233), (255, 199, 44), 244
MARGIN_MM, LINE_MM = 16, 7.2
TITLE = ("营业日报告", "Business day report")
SUM, MACHINE = ("合计", "Sum"), ("机器", "Machine")


class _Page(FPDF):
    """Head and foot of each page."""

    def __init__(self, report: Report, language: Language) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self._report, self._language = report, language
        self.set_margins(MARGIN_MM, 34, MARGIN_MM)
        self.set_auto_page_break(True, 20)
        self.add_font("sans", "", FONTS / "sans-400.otf")
        self.add_font("sans", "B", FONTS / "sans-700.otf")
        self.set_creation_date(datetime.fromtimestamp((report.closed_ms or report.made_ms) / 1000, UTC))
        self.set_title(f"{said(TITLE, language)} {report.day}")

    def header(self) -> None:
        self.set_fill_color(*NAVY)
        self.rect(0, 0, self.w, 24, style="F")
        self.set_fill_color(*SIGNAL)
        self.rect(0, 24, self.w, 1.2, style="F")
        self.set_text_color(255)
        self.set_xy(MARGIN_MM, 5)
        self.set_font("sans", "B", 15)
        self.cell(0, 8, said(TITLE, self._language))
        self.set_xy(MARGIN_MM, 13)
        self.set_font("sans", "", 10)
        self.cell(0, 6, said(self._report.place, self._language))
        self.set_xy(MARGIN_MM, 5)
        self.set_font("sans", "B", 15)
        self.cell(0, 8, self._report.day, align=Align.R)
        self.set_xy(MARGIN_MM, 34)
        self.set_text_color(*INK)

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("sans", "", 8)
        self.set_text_color(*MUTED)
        self.cell(0, 6, said(state_of(self._report), self._language))
        self.set_x(MARGIN_MM)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align=Align.R)


def as_pdf(report: Report, language: Language) -> bytes:
    """Equal reports are equal bytes."""
    page = _Page(report, language)
    page.add_page()
    page.set_font("sans", "B", 11)
    page.cell(0, 8, said(state_of(report), language), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for table in report.tables:
        _figures(page, table, language)
    _differences(page, report, language)
    return bytes(page.output())


def _title(page: FPDF, text: str) -> None:
    if page.will_page_break(30):
        page.add_page()
    page.ln(4)
    page.set_font("sans", "B", 12)
    page.cell(0, 9, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font("sans", "", 9)
    page.set_draw_color(*LINE)


def _figures(page: FPDF, table: Table, language: Language) -> None:
    if not table.rows:
        return
    _title(page, said(table.title, language))
    heads = FontFace(emphasis="BOLD", color=MUTED, fill_color=(TINT, TINT, TINT + 8))
    with page.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=heads,
        line_height=LINE_MM - 1.4,
        padding=(0.7, 1.2),
        text_align=(Align.L, *[Align.R] * len(table.names)),
        col_widths=(18, *[27] * len(table.names)),
    ) as drawn:
        drawn.row([_stacked(MACHINE, language), *(_stacked(named(name), language) for name in table.names)])
        for machine, values in table.rows:
            drawn.row([machine, *(amount(*pair) for pair in zip(table.names, values, strict=True))])
        page.set_font("sans", "B", 9)
        drawn.row([said(SUM, language), *(amount(*pair) for pair in zip(table.names, table.sums, strict=True))])
        page.set_font("sans", "", 9)


def _stacked(words: Pair, language: Language) -> str:
    """Two languages one above the other: side by side they would break anywhere."""
    return "\n".join(dict.fromkeys(words)) if language == "both" else said(words, language)


def _differences(page: FPDF, report: Report, language: Language) -> None:
    count = len(report.differences)
    _title(page, said((f"差异 {count} 项" if count else "差异", f"Differences: {count}"), language))
    if not count:
        page.cell(0, LINE_MM, said(("一致，无差异", "In order: no differences"), language))
        page.ln(LINE_MM)
    else:
        with page.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            first_row_as_headings=False,
            line_height=LINE_MM - 1.4,
            text_align=(Align.R, Align.L, Align.L),
            col_widths=(9, 50, 119),
        ) as drawn:
            for number, (item, parts) in enumerate(report.differences, start=1):
                drawn.row([str(number), said(named(item, "items"), language), details(parts, language)])
    if report.late:
        _title(page, said(("日结后才报的售票", "Sales told after the close"), language))
        page.multi_cell(0, 6, ", ".join(report.late))
