"""The catalogues: complete, and refused with one clear line when they are not usable."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.errors import ConfigError
from kiosk.screen.check_texts import CHARSET, charset, foreign, problems, used_texts
from kiosk.screen.texts import LOCALE, Both, Msg, Say, Texts, read_catalogue
from tests.kiosk.screen.world import TEXTS

ROOT = Path(__file__).parents[3]
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
GOOD = HEAD + 'msgid "Hello {name}"\nmsgstr "你好 {name}"\n'


def test_every_text_of_the_program_is_in_the_catalogue_and_the_fonts_have_its_letters() -> None:
    assert problems() == []


def test_texts_are_found_in_the_source() -> None:
    used = {(text.context, text.text) for text in used_texts()}
    assert {
        ("", "Where would you like to go?"),
        ("money", "Change"),
        ("", "{n} ticket"),
        ("stepper", "Collect"),
    } <= used


@pytest.mark.parametrize("name", ["stations.yaml", "trains.yaml"])
def test_the_fonts_have_every_character_of_the_network(name: str) -> None:
    path = ROOT / "config" / "network" / name
    assert path.exists()
    assert foreign(path.read_text("utf-8"), charset(CHARSET)) == ""


def locale(tmp_path: Path, body: str | bytes) -> Path:
    folder = tmp_path / "zh_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "tvm.po").write_bytes(body if isinstance(body, bytes) else body.encode())
    return tmp_path


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (GOOD.replace("{name}\"\n", "{nom}\"\n").replace('id "Hello {nom}', 'id "Hello {name}'), "other fields"),
        (GOOD.replace("你好 {name}", "你好 {name"), "expected"),
        (GOOD.replace('msgid "Hello', '#, fuzzy\nmsgid "Hello'), "fuzzy"),
        (GOOD.replace('msgstr "你好 {name}"', 'msgstr ""'), "not translated"),
        (HEAD + 'msgid "Hello\nmsgstr "x"\n', "not a catalogue"),
        (b"\x00\xff\xfe binary rubbish", "not a catalogue"),
        ("", "no entries"),
    ],
)  # fmt: skip
def test_a_corrupt_catalogue_is_refused_with_one_line_that_names_it(
    tmp_path: Path, body: str | bytes, told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        Texts(locale(tmp_path, body))
    message = str(caught.value)
    assert "tvm.po" in message
    assert told in message
    assert "\n" not in message


def test_no_catalogue_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no catalogue"):
        Texts(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_catalogue(tmp_path / "none.po")


def test_several_files_make_one_language(tmp_path: Path) -> None:
    folder = locale(tmp_path, GOOD)
    more = HEAD + 'msgctxt "door"\nmsgid "Open"\nmsgstr "已打开"\n'
    (folder / "zh_CN" / "LC_MESSAGES" / "service.po").write_text(more, "utf-8")
    say = Say(Texts(folder), "zh")
    assert say("Hello {name}", name=Both("世界", "world")).main == "你好 世界"
    assert say("Open", "door").main == "已打开"
    assert say("Open").main == "Open"  # another context is another text


def test_main_is_the_language_in_use_and_small_the_other() -> None:
    assert (Say(TEXTS, "zh")("Back").main, Say(TEXTS, "zh")("Back").small) == ("返回", "Back")
    assert (Say(TEXTS, "en")("Back").main, Say(TEXTS, "en")("Back").small) == ("Back", "返回")


def test_plurals_follow_each_language() -> None:
    say = Say(TEXTS, "en")
    assert [say.plural("{n} ticket", "{n} tickets", n).main for n in (0, 1, 2)] == [
        "0 tickets",
        "1 ticket",
        "2 tickets",
    ]
    assert [say.plural("{n} ticket", "{n} tickets", n).small for n in (1, 2)] == ["车票 1 张", "车票 2 张"]


def test_an_unknown_text_is_said_in_english() -> None:
    assert Say(TEXTS, "zh").msg(Msg("Never translated {n}"), n=3).main == "Never translated 3"


def test_the_check_finds_stale_missing_and_foreign_texts(tmp_path: Path) -> None:
    source = tmp_path / "kiosk"
    source.mkdir()
    (source / "a.py").write_text('say("Hello {name}")\nsay("Only here ☃")\nsay.plural("{n} a", "{n} as", 2)\n', "utf-8")
    folder = locale(tmp_path / "locale", GOOD + '\nmsgid "Gone"\nmsgstr "没了"\n')
    told = "\n".join(problems(folder, source, CHARSET))
    for fault in ("no glyph for '☃'", "missing in zh_CN: ('', 'Only here ☃')", "stale: ('', 'Gone')", "('', '{n} a')"):
        assert fault in told
    assert "Hello" not in told


def test_the_check_tells_a_text_it_cannot_see(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("words = say(name)\nmore = look.say.plural(one, many, 2)\n", "utf-8")
    assert [text.where for text in used_texts(tmp_path) if "not a literal" in text.text] == ["a.py:1", "a.py:2"]


def test_the_committed_catalogue_is_chinese() -> None:
    assert (LOCALE / "zh_CN" / "LC_MESSAGES" / "tvm.po").exists()
