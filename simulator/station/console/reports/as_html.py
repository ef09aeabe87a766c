"""The report as a page to read and to print; the words of a machine or a person never become markup (autoescape)."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulator.station.console.reports.content import Language, Report, amount, details, named, said, state_of

TEMPLATES = Path(__file__).resolve().parent
_PAGES = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


def as_html(report: Report, language: Language) -> str:
    """A whole page; it links the other two."""
    return _PAGES.get_template("report.html").render(
        report=report,
        language=language,
        state=said(state_of(report), language),
        say=lambda zh, en: said((zh, en), language),
        pair=lambda words: said(words, language),
        named=lambda name, kind="figures": said(named(name, kind), language),
        details=lambda parts: details(parts, language),
        amount=amount,
    )
