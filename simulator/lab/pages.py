"""The lab page and its files; all of them and their faces are the project's own, nothing comes from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from simulator.faces import add_faces

STATIC = Path(__file__).parent / "static"
POLICY = "default-src 'self'; img-src 'self' blob:; style-src 'self'; script-src 'self'; frame-ancestors 'none'"


def add_pages(app: FastAPI) -> None:
    """`/` and `/static/...`."""

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
        return FileResponse(STATIC / "index.html", headers=headers)

    add_faces(app, "/faces")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
