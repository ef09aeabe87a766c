"""A report as an answer. PDF takes up to a second to draw, for the faces are cut to what is used: it is drawn beside the loop that
serves the machines, from a value that nobody changes any more."""

from __future__ import annotations

import anyio
from starlette.responses import HTMLResponse, Response

from simulator.station.console.reports.as_csv import as_csv
from simulator.station.console.reports.as_html import as_html
from simulator.station.console.reports.content import Language, Report
from simulator.station.wire import Refused

POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store", "x-content-type-options": "nosniff"}


async def written(report: Report, kind: str, language: Language) -> Response:
    """`kind`: html, csv or pdf. Refuses 404 for another one."""
    name = f"business-day-{report.day}.{kind}"
    headers = {**PAGE_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    if kind == "html":
        return HTMLResponse(as_html(report, language), headers=PAGE_HEADERS)
    if kind == "csv":
        return Response(as_csv(report), headers=headers, media_type="text/csv; charset=utf-8")
    if kind == "pdf":
        return Response(
            await anyio.to_thread.run_sync(_pdf, report, language), headers=headers, media_type="application/pdf"
        )
    raise Refused(404, "no_such_call", f"no report is written as {kind}")


def _pdf(report: Report, language: Language) -> bytes:
    from simulator.station.console.reports.as_pdf import as_pdf  # it loads slowly, and most stations never print

    return as_pdf(report, language)
