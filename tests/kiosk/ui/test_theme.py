"""Every ratio of ui-guide section 4, computed from the token files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.ui.theme import Theme, ThemeError, channels, load_theme, luminance, mixed, ratio

DAY, CONTRAST = load_theme("day"), load_theme("contrast")
TEXT_PAIRS = [
    ("ink", "surface"), ("ink", "bg"), ("muted", "surface"), ("muted", "bg"), ("brand", "surface"), ("brand", "tint"),
    ("ink", "tint"), ("white", "action"), ("white", "action_top"), ("white", "navy"), ("pale", "navy"), ("white", "panel"),
    ("ink", "signal"), ("ok", "surface"), ("ok_dark", "ok_tint"), ("warn", "warn_tint"), ("warn", "surface"),
    ("danger", "surface"), ("danger", "bg"), ("danger_dark", "danger_tint"), ("disabled", "disabled_ground"),
    ("disabled", "faded"), ("disabled", "surface"), ("on_train", "train_g"), ("on_train", "train_d"),
    ("on_train", "train_other"), ("on_now", "action"), ("on_done", "ok"), ("note_100", "surface"), ("note_50", "surface"),
    ("note_20", "surface"), ("note_10", "surface"), ("note_5", "surface"), ("note_1", "surface"),
]  # fmt: skip
EDGE_PAIRS = [("edge", "surface"), ("action", "surface"), ("danger", "surface"), ("ok", "surface"), ("action", "bg")]
WRITTEN_ON_CONTRAST_ONLY = {("ink", "signal"), ("white", "action"), ("white", "action_top")}


@pytest.mark.parametrize("theme", [DAY, CONTRAST], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_stands_out_seven_to_one(theme: Theme, ink: str, ground: str) -> None:
    if theme is CONTRAST and (ink, ground) in WRITTEN_ON_CONTRAST_ONLY:
        ink = "black"  # yellow surfaces carry black text there
    assert ratio(theme.color(ink), theme.color(ground)) >= 7


@pytest.mark.parametrize("theme", [DAY, CONTRAST], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_stand_out_three_to_one(theme: Theme, edge: str, ground: str) -> None:
    assert ratio(theme.color(edge), theme.color(ground)) >= 3


@pytest.mark.parametrize("theme", [DAY, CONTRAST], ids=lambda theme: theme.name)
def test_what_is_written_on_a_skin_can_be_read(theme: Theme) -> None:
    weak = [
        (name, kind, round(ratio(color, ground), 2))
        for name, skin in theme.skins.items()
        for kind, color in (("ink", skin.ink), ("second", skin.second))
        for ground in {skin.top, skin.bottom}
        if ratio(color, ground) < (6.5 if name == "header" else 7)  # the header's bright end carries only white
    ]
    assert weak == []


def test_both_themes_know_the_same_skins_and_colours() -> None:
    assert set(DAY.skins) == set(CONTRAST.skins)
    assert set(DAY.colors) <= set(CONTRAST.colors)


def test_high_contrast_has_no_shadow_gradient_or_picture() -> None:
    assert not CONTRAST.motion
    assert not CONTRAST.pictures
    assert [name for name, skin in CONTRAST.skins.items() if skin.elevation or skin.top != skin.bottom] == []


def test_a_missing_theme_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ThemeError, match=r"day\.toml"):
        load_theme("day", tmp_path)


@pytest.mark.parametrize(
    "text", ["motion = ", "[color]\nink = '#000000'", "motion = true\npictures = true\n[color]\n[skin.a]\n"]
)
def test_a_broken_theme_file_gives_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "day.toml").write_text(text, "utf-8")
    with pytest.raises(ThemeError) as caught:
        load_theme("day", tmp_path)
    assert "\n" not in str(caught.value)


def test_colour_arithmetic() -> None:
    assert channels("#0B1B33") == (11, 27, 51, 255)
    assert channels("#071836B8")[3] == 0xB8
    assert mixed("#000000", "#FFFFFF", 0.5) == "#808080"
    assert luminance("#FFFFFF") == pytest.approx(1)
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21)
