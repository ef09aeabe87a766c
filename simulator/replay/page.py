"""The page of a replay: steps, the screen of each, the bytes around it. On the loopback address; everything from here."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI, HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from simulator.faces import add_faces
from simulator.lab.pages import POLICY
from simulator.lab.pages import STATIC as LAB_STATIC
from simulator.replay.judged import Difference, Verdict
from simulator.replay.painter import Painter
from simulator.replay.source import Incident
from simulator.replay.timeline import Timeline
from simulator.web import Server, listen

STATIC = Path(__file__).parent / "static"
FRAMES, FRAME_KINDS = "frames", (".png", ".jpg")
"""Where the camera's pictures lie beside the journal, and what they may be."""


def build_app(found: Incident, verdict: Verdict, told: list[str]) -> FastAPI:
    """`told`: the verdict as the command prints it. `app.state.painter` is closed by who serves."""
    app = FastAPI(title="replay", docs_url=None, redoc_url=None, openapi_url=None)
    timeline, painter = Timeline(found, verdict), Painter()
    app.state.painter = painter
    zone = found.settings.machine.timezone if found.settings else "Asia/Shanghai"

    @app.get("/")
    async def index() -> Response:
        headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
        return FileResponse(STATIC / "index.html", headers=headers)

    @app.get("/api/incident")
    async def incident() -> dict[str, Any]:
        """Everything but pictures and bytes."""
        return {
            "machine": found.identity.machine,
            "epoch": found.identity.epoch,
            "same": verdict.same,
            "odd_links": verdict.odd_links,
            "told": told,
            "differs": sorted(each.seq for each in _differences(verdict)),
            "links": timeline.links,
            "screens": len(timeline.screens),
            "moments": [
                {**asdict(moment), "at": _clock(moment.wall_ms, zone), "day": _day(moment.wall_ms, zone)}
                for moment in timeline.moments
            ],
        }

    @app.get("/api/bytes/{number}/{link}")
    async def bytes_near(number: int, link: str) -> list[dict[str, Any]]:
        """Chunks around a moment: ms from it, direction, hex."""
        if not 0 <= number < len(timeline.moments) or link not in timeline.links:
            raise HTTPException(404, "no such moment or link")
        moment = timeline.moments[number]
        return [
            {"ms": at_ms - moment.mono_ms, "way": way, "hex": data[:256].hex(), "size": len(data)}
            for way, at_ms, data in timeline.near(moment, link)
        ]

    @app.get("/screen/{number}.png")
    async def screen(number: int) -> Response:
        if not 0 <= number < len(timeline.screens):
            raise HTTPException(404, "no such screen")
        png = painter.png(timeline.screens[number])  # nobody else waits: one page, one picture at a time
        if not png:
            raise HTTPException(404, "this screen cannot be painted")
        return Response(png, media_type="image/png", headers={"cache-control": "max-age=3600"})

    @app.get("/frame/{number}")
    async def frame(number: int) -> Response:
        """The camera's picture of a moment, while it is still kept; names come from the journal and are no paths."""
        name = timeline.moments[number].frame if 0 <= number < len(timeline.moments) else ""
        for suffix in FRAME_KINDS if re.fullmatch(r"[A-Za-z0-9.-]+", name) else ():
            if (path := found.directory / FRAMES / f"{name}{suffix}").is_file():
                return FileResponse(path)
        raise HTTPException(404, "no picture was taken, or it is no longer kept")

    add_faces(app, "/faces")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.mount("/lab", StaticFiles(directory=LAB_STATIC), name="lab")
    return app


def _differences(verdict: Verdict) -> list[Difference]:
    found = [verdict.difference, *(rerun.difference for rerun in verdict.reruns)]
    return [difference for difference in found if difference is not None]


def _clock(wall_ms: int, zone: str) -> str:
    moment = datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(zone))
    return f"{moment:%H:%M:%S}.{wall_ms % 1000:03d}"


def _day(wall_ms: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(zone)):%Y-%m-%d}"


def serve(found: Incident, verdict: Verdict, told: list[str], port: int) -> None:
    """Until SIGINT or SIGTERM. Raises OSError when the port is taken."""
    app = build_app(found, verdict, told)
    listener = listen(port)
    try:
        Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")).run(sockets=[listener])
    finally:
        app.state.painter.close()
        listener.close()
