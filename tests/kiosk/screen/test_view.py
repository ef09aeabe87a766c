"""Laws of every screen in both languages: words, keys, the way over the socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from kiosk.sale.book import S
from kiosk.screen import targets as T
from kiosk.screen.values import (
    SCREENS,
    Key,
    Show,
    Words,
    decode,
    encode,
    keys_of,
)  # fmt: skip
from kiosk.screen.view import JOURNEY, SALE, view
from tests.kiosk.screen.seen import SHOWN
from tests.kiosk.screen.world import (
    all_shown,
    steps,
)  # fmt: skip

ALL = [(language, name) for language in ("zh", "en") for name in all_shown(language)]
ONE_SIDED = {"language_key", "letters", "digits", "found", "cells"}
NUMBER = ".cards.key.words"  # a train number is the same in all languages
LANGUAGE_NAMES = (Words("English", "英语"), Words("中文", "Chinese"))  # each in its own script
HANZI = re.compile(r"[\u4e00-\u9fff]")


def words_in(value: Any, path: str = "") -> Iterator[tuple[str, Words]]:
    if isinstance(value, Words):
        yield path, value
    elif isinstance(value, tuple):
        for item in value:
            yield from words_in(item, path)
    elif is_dataclass(value):
        for part in fields(value):
            yield from words_in(getattr(value, part.name), f"{path}.{part.name}")


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_screen_goes_over_the_socket_unchanged(language: str, name: str) -> None:
    screen = view(SHOWN[language][name])
    assert decode(encode(Show(7, screen))) == Show(7, screen)


@pytest.mark.parametrize(("language", "name"), ALL)
def test_words_stand_in_both_languages_or_in_none(language: str, name: str) -> None:
    screen = view(SHOWN[language][name])
    told = 0
    for path, words in words_in(screen):
        if any(part in ONE_SIDED for part in path.split(".")) or path == NUMBER or words in LANGUAGE_NAMES:
            continue
        assert bool(words.main) == bool(words.small), f"{path}: {words}"
        if words.main and HANZI.search(words.main + words.small):
            chinese, english = (words.main, words.small) if language == "zh" else (words.small, words.main)
            told += 1
            if path != ".chrome.machine":
                assert HANZI.search(chinese), f"{path}: {words}"
                assert not HANZI.search(english), f"{path}: {words}"
    assert told > 2


@pytest.mark.parametrize("name", sorted(SHOWN["zh"]))
def test_the_language_key_swaps_main_and_small_and_nothing_else(name: str) -> None:
    zh = SHOWN["zh"][name]
    en = replace(zh, journey=replace(zh.journey, language="en"))
    one, other = dict(enumerate(words_in(view(zh)))), dict(enumerate(words_in(view(en))))
    assert len(one) == len(other)
    for at, (path, words) in one.items():
        if (
            any(part in {*ONE_SIDED, "machine"} for part in path.split("."))
            or path == NUMBER
            or words in LANGUAGE_NAMES
        ):
            continue
        assert other[at][1] == Words(words.small, words.main), path
    assert [key.target for key in keys_of(view(zh))] == [key.target for key in keys_of(view(en))]


@pytest.mark.parametrize(("language", "name"), ALL)
def test_every_key_is_known_named_and_says_why_it_is_off(language: str, name: str) -> None:
    screen = view(SHOWN[language][name])
    for key in every_key(screen):
        if not key.target:
            continue
        assert T.known(key.target), key.target
        assert key.words.main or key.icon
        assert key.enabled or key.why.main, f"{key.target} is off without a reason"
    primary = [key for key in screen.chrome.footer if key.role == "primary"]
    assert len(primary) <= 1
    assert len({key.target for key in screen.chrome.footer}) == len(screen.chrome.footer)


def every_key(value: Any) -> Iterator[Key]:
    if isinstance(value, Key):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from every_key(item)
    elif is_dataclass(value):
        for part in fields(value):
            yield from every_key(getattr(value, part.name))


def test_every_kind_of_passenger_screen_is_met() -> None:
    met = {view(each).kind for each in SHOWN["zh"].values()}
    assert met == {kind for kind in SCREENS if not kind.startswith("svc.")}


def test_each_sale_state_and_step_has_its_screen() -> None:
    assert set(SALE) == set(S) - {S.NEW, S.ENDED}
    assert set(JOURNEY) == {state.step for state in steps("zh").values()} - {"sale"}
