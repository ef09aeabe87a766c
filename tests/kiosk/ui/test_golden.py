"""Golden pictures at half size (ui-guide section 12.2). Rewritten only with `TVM_REWRITE_GOLDEN=1`, on purpose."""

from __future__ import annotations

import os
from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageChops

from kiosk.screen.values import SCREENS
from kiosk.ui.stage import Stage
from tests.kiosk.ui.samples import samples
from tests.kiosk.ui.samples_journey import samples_journey
from tests.kiosk.ui.shots import canvas, themed

GOLDEN = Path(__file__).parents[2] / "golden" / "screens"
REWRITE = os.environ.get("TVM_REWRITE_GOLDEN") == "1"
SURFACE = canvas()
STAGE = Stage(SURFACE)
SAMPLES = {language: samples(language) for language in ("zh", "en")}
CONTRAST = (
    "home",
    "trains",
    "review",
    "pay.cash",
    "pay.choice",
    "pay.code",
    "pay.card",
    "take",
    "receipt",
    "oos",
    "svc.menu",
)
CASES = [(name, "zh", "day") for name in SAMPLES["zh"]]
CASES += [(name, "en", "day") for name in SAMPLES["en"] if name in SCREENS]  # variants: in one language only
CASES += [(name, "zh", "contrast") for name in CONTRAST if name in SAMPLES["zh"]]
CASES += [(name, "en", "day") for name in samples_journey("en") if name not in SCREENS]
CASES += [(name, language, "contrast") for name in samples_journey("zh") for language in ("zh", "en")]
CASES += [(name, "en", "day") for name in ("trains-long", "trains-query")]
CASES += [(name, "en", "day") for name in ("seat-standing", "review-standing")]
HALF = (540, 960)
OFF, BLOCK, BLOCK_SHARE, ALL_SHARE = 24, 16, 0.25, 0.001
COLORS = 96


def picture(name: str, language: str, theme: str) -> Image.Image:
    STAGE.show(themed(SAMPLES[language][name], theme))
    half = pygame.transform.smoothscale(SURFACE, HALF)
    return Image.frombytes("RGB", HALF, pygame.image.tobytes(half, "RGB"))


def paletted(image: Image.Image) -> Image.Image:
    """The same with few colours, each pixel at the nearest of them."""
    return image.quantize(
        palette=image.quantize(COLORS, method=Image.Quantize.MAXCOVERAGE, kmeans=2), dither=Image.Dither.NONE
    )


def difference(seen: Image.Image, golden: Image.Image) -> tuple[float, float]:
    """Share of pixels that are off in the worst block, and in the whole picture."""
    bands = ImageChops.difference(seen, golden).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    off = worst.point(lambda value: 255 if value > OFF else 0)
    blocks = off.reduce(BLOCK)
    most = max(level for level, count in enumerate(blocks.histogram()) if count)
    return most / 255, off.histogram()[255] / (HALF[0] * HALF[1])


@pytest.mark.parametrize(("name", "language", "theme"), CASES, ids=lambda value: str(value))
def test_the_screen_looks_as_agreed(name: str, language: str, theme: str) -> None:
    seen, path = picture(name, language, theme), GOLDEN / f"{name}-{language}-{theme}.png"
    if REWRITE:
        path.parent.mkdir(parents=True, exist_ok=True)
        paletted(seen).save(path, optimize=True)
    with Image.open(path) as file:
        worst, share = difference(seen, file.convert("RGB"))
    assert worst <= BLOCK_SHARE
    assert share <= ALL_SHARE


def test_goldens_stay_small_and_belong_to_a_sample() -> None:
    files = list(GOLDEN.glob("*.png"))
    assert sum(file.stat().st_size for file in files) < 8_000_000
    assert {file.stem for file in files} == {f"{name}-{language}-{theme}" for name, language, theme in CASES}


def test_the_comparison_sees_a_missing_word() -> None:
    seen = picture("home", "zh", "day")
    other = seen.copy()
    other.paste((255, 255, 255), (110, 350, 250, 380))
    worst, share = difference(other, seen)
    assert worst > BLOCK_SHARE
    assert share > ALL_SHARE
