"""Pictures on disk: bounded, oldest out first, also over a restart; nothing that is no picture."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drivers.camera.frames import Frames

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


def picture(size: int) -> bytes:
    return PNG + bytes(size - len(PNG))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_oldest_go_when_there_is_no_more_room(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    frames = Frames(folder, 1_000)
    for n in range(5):
        frames.keep(f"e.{n}", picture(300))
    assert names(folder) == ["e.2.png", "e.3.png", "e.4.png"]
    for n, path in enumerate(sorted(folder.iterdir())):
        os.utime(path, (n, n))
    (folder / "e.9.new").write_bytes(b"half")
    Frames(folder, 1_000).keep("f.1", JPEG + bytes(397))
    assert names(folder) == ["e.3.png", "e.4.png", "f.1.jpg"]
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("name", "data"),
    [("e.1", b"no picture"), ("e.1", b""), ("../e", PNG), ("", PNG), ("e/1", PNG), ("e.1", picture(1_001))],
)
def test_what_cannot_be_kept_is_refused(name: str, data: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        Frames(tmp_path / "frames", 1_000).keep(name, data)
    assert not list(tmp_path.rglob("*.*g"))


def test_the_same_name_again_replaces_its_picture(tmp_path: Path) -> None:
    frames = Frames(tmp_path / "frames", 1_000)
    for _ in range(5):
        frames.keep("e.1", picture(300))
    assert names(tmp_path / "frames") == ["e.1.png"]
    frames.keep("e.2", picture(300))
    assert (tmp_path / "frames" / "e.1.png").exists()
