"""The faces of the passenger screen, served to browsers and set in reports: a computer without Chinese ones would show empty boxes.

A page links `faces.css` below the path it was given here and names the family "Machine Sans" first.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

FONTS = Path(__file__).resolve().parents[2] / "kiosk" / "ui" / "fonts"
"""`sans-400.otf`, `sans-500.otf`, `sans-700.otf` and their licence; which characters they hold is in `charset.txt`."""
STYLE = Path(__file__).parent / "faces.css"


def add_faces(app: FastAPI, at: str) -> None:
    """`at`: a path without a slash at its end; below it lie `faces.css` and the files it names."""

    @app.get(f"{at}/faces.css", include_in_schema=False)
    async def style() -> Response:
        return FileResponse(STYLE)

    app.mount(at, StaticFiles(directory=FONTS), name=at)
