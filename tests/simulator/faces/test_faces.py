"""The faces reach a browser, and hold every character that a page of ours shows: a missing one is an empty box."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from simulator.faces import FONTS, add_faces

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("simulator/lab/static", "simulator/replay/static", "simulator/station/console")


def asked(app: FastAPI, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://lab") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_a_browser_gets_the_style_and_each_face_it_names() -> None:
    app = FastAPI()
    add_faces(app, "/somewhere/faces")
    style = asked(app, "/somewhere/faces/faces.css")
    assert style.headers["content-type"].startswith("text/css")
    named = re.findall(r'url\("([^"]+)"\)', style.text)
    assert named == ["sans-400.otf", "sans-500.otf", "sans-700.otf"]
    for name in named:
        assert asked(app, f"/somewhere/faces/{name}").content[:4] == b"OTTO"


@pytest.mark.parametrize("folder", PAGES)
def test_the_faces_hold_what_the_pages_write(folder: str) -> None:
    held = set((FONTS / "charset.txt").read_text("utf-8"))
    files = [path for path in (ROOT / folder).rglob("*") if path.suffix in {".js", ".html", ".css", ".py"}]
    written = set("".join(path.read_text("utf-8") for path in files))
    assert files
    assert sorted(written - held - {"\n"}) == []
