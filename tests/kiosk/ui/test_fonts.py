"""The font files: size, coverage, tabular figures, and what happens when one is damaged."""

from __future__ import annotations

from pathlib import Path

import pygame
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from kiosk.ui.text import FILES, FONTS, Faces, FontError

CHARSET = (FONTS / "charset.txt").read_text("utf-8").rstrip("\n")
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _fonts() -> None:
    pygame.font.init()


@pytest.mark.parametrize("name", FILES.values())
def test_every_character_of_the_list_has_a_glyph(name: str) -> None:
    known = TTFont(str(FONTS / name)).getBestCmap()
    assert [char for char in CHARSET if ord(char) not in known] == []


@pytest.mark.parametrize("name", FILES.values())
def test_a_file_stays_below_two_megabytes(name: str) -> None:
    assert (FONTS / name).stat().st_size < 2_000_000


@pytest.mark.parametrize("name", FILES.values())
def test_figures_are_tabular(name: str) -> None:
    face = TTFont(str(FONTS / name))
    known, widths = face.getBestCmap(), face["hmtx"]
    assert len({widths[known[ord(digit)]][0] for digit in "0123456789"}) == 1


def test_the_list_covers_what_the_machine_may_show() -> None:
    level_one = {bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)}
    latin = {chr(code) for code in range(0x20, 0x7F)}
    assert (level_one | latin | set("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü¥×·−→–—‘’“”…")) - set(CHARSET) == set()


@pytest.mark.parametrize("path", sorted((ROOT / "config" / "network").glob("*.yaml")), ids=lambda path: path.name)
def test_names_of_the_network_can_be_written(path: Path) -> None:
    assert set(path.read_text("utf-8")) - set(CHARSET) - {"\n"} == set()


def test_the_licence_lies_beside_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text("utf-8").upper()


@pytest.mark.parametrize("damage", ["missing", "cut", "noise"])
def test_a_damaged_font_is_named_in_one_line(tmp_path: Path, damage: str) -> None:
    for name in FILES.values():
        (tmp_path / name).write_bytes((FONTS / name).read_bytes())
    broken = tmp_path / FILES[500]
    if damage == "missing":
        broken.unlink()
    elif damage == "cut":
        broken.write_bytes(broken.read_bytes()[:200])
    else:
        broken.write_bytes(b"no font at all" * 100)
    with pytest.raises(FontError) as caught:
        Faces(tmp_path)
    assert FILES[500] in str(caught.value)
    assert "\n" not in str(caught.value)
