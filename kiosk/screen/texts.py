"""Words in two languages. The source text is English, with `{fields}`; other languages come from catalogues.

Catalogues are `*.po` files in `locale/<language>/LC_MESSAGES/`, read and compiled in memory at start; plurals and contexts
go through `gettext`. A catalogue that cannot be used stops the start with one line that names the file; a missing entry
shows the English text (the test of the catalogues does not let it come that far).
"""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from kiosk.errors import ConfigError
from kiosk.screen.values import Words, value

LOCALE = Path(__file__).parent / "locale"
LINE = re.compile(r'\s*(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d+\])?)\s+)?"([^"\\]|\\.)*"\s*)?')
"""What a line of a catalogue may be. Babel reads more than that, and so would read a damaged file without a word."""
LANGUAGES = {"zh": "zh_CN"}
"""Language code of the screen -> catalogue; English needs none."""


@value
class Both:
    """One thing in both languages: a name, a date, a duration."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Msg(NamedTuple):
    """A source text that stands in a table and is said later (`Say.msg`); the check of the catalogues finds it here."""

    text: str
    context: str = ""


Value = str | int | Both


def fields_of(text: str) -> frozenset[str]:
    """Names of the `{fields}` in a text. Raises ValueError when the braces do not fit."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def entries(catalog: Catalog) -> Iterator[tuple[Message, tuple[str, ...], tuple[str, ...]]]:
    """Every entry but the header: (entry, source forms, translated forms)."""
    for message in catalog:
        if message.id:
            yield message, _forms(message.id), _forms(message.string or "")


def _forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def faults_of(catalog: Catalog) -> Iterator[str]:
    """What is wrong inside a catalogue: fuzzy or empty entries, fields that are not those of the source."""
    for message, source, translated in entries(catalog):
        name = repr(source[0])
        if message.fuzzy:
            yield f"fuzzy: {name}"
        if not translated or not all(translated):
            yield f"not translated: {name}"
            continue
        try:
            wanted = frozenset[str]().union(*map(fields_of, source))
            wrong = [form for form in translated if fields_of(form) != wanted]
        except ValueError as error:
            yield f"{error}: {name}"
            continue
        if wrong:
            yield f"other fields than the source: {name}"


def read_catalogue(path: Path) -> Catalog:
    """One `.po` file. Raises ConfigError when it is unreadable, not a catalogue, or has an entry that would not work."""
    try:
        data = path.read_bytes()
        for at, line in enumerate(data.decode("utf-8").splitlines(), 1):
            if not LINE.fullmatch(line):
                raise ConfigError(f"{path}: not a catalogue: line {at} cannot be read")
        catalog = read_po(BytesIO(data), abort_invalid=True)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (PoFileError, UnicodeError, ValueError) as error:
        raise ConfigError(f"{path}: not a catalogue: {' '.join(str(error).split())}") from error
    if not any(True for _ in entries(catalog)):
        raise ConfigError(f"{path}: not a catalogue: no entries")
    for fault in faults_of(catalog):
        raise ConfigError(f"{path}: {fault}")
    return catalog


def compiled(paths: list[Path]) -> gettext.GNUTranslations:
    """All files of one language as one set of translations."""
    whole: Catalog | None = None
    for path in paths:
        catalog = read_catalogue(path)
        if whole is None:
            whole = catalog
            continue
        for message, _, _ in entries(catalog):
            whole[message.id] = message
    buffer = BytesIO()
    write_mo(buffer, whole or Catalog())
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


class Texts:
    """All languages, loaded. `directory` holds `<catalogue>/LC_MESSAGES/*.po`."""

    def __init__(self, directory: Path = LOCALE) -> None:
        self._sets: dict[str, gettext.NullTranslations] = {"en": gettext.NullTranslations()}
        for language, folder in LANGUAGES.items():
            paths = sorted((directory / folder / "LC_MESSAGES").glob("*.po"))
            if not paths:
                raise ConfigError(f"{directory / folder}: no catalogue (*.po) for {language}")
            self._sets[language] = compiled(paths)
        self._plain: dict[str, dict[tuple[str, str], Words]] = {"zh": {}, "en": {}}

    def plain(self, language: str) -> dict[tuple[str, str], Words]:
        """Texts without fields, looked up before, by text and context: most of what a screen says never changes."""
        return self._plain.setdefault(language, {})

    def text(self, language: str, message: Msg, fields: Mapping[str, Value]) -> str:
        """One text in one language, its fields filled in."""
        found = self._sets.get(language, self._sets["en"])
        said = found.pgettext(message.context, message.text) if message.context else found.gettext(message.text)
        return _filled(said, language, fields)

    def plural(self, language: str, one: str, many: str, n: int, fields: Mapping[str, Value]) -> str:
        found = self._sets.get(language, self._sets["en"])
        return _filled(found.ngettext(one, many, n), language, {"n": n, **fields})


def _filled(text: str, language: str, fields: Mapping[str, Value]) -> str:
    if "{" not in text:
        return text
    return text.format(**{k: v.of(language) if isinstance(v, Both) else v for k, v in fields.items()})


@lru_cache(maxsize=4096)
def _said(texts: Texts, language: str, other: str, message: Msg, fields: tuple[tuple[str, Value], ...]) -> Words:
    """A text in both languages. Kept, for most of what a screen says it has said before; catalogues never change."""
    given = dict(fields)
    return Words(texts.text(language, message, given), texts.text(other, message, given))


class Say:
    """Texts for one state of the language key: `main` in the language in use, `small` in the other."""

    def __init__(self, texts: Texts, language: str) -> None:
        self._texts = texts
        self.language = language
        self.other = "en" if language == "zh" else "zh"
        self._plain = texts.plain(language)

    def __call__(self, text: str, /, context: str = "", **fields: Value) -> Words:
        """Words of a source text; fields may be `Both`, which differ by language."""
        found = self._plain.get((text, context)) if not fields else None
        return found or self.msg(Msg(text, context), **fields)

    def msg(self, message: Msg, /, **fields: Value) -> Words:
        if fields:
            return _said(self._texts, self.language, self.other, message, tuple(fields.items()))
        found = self._plain.get(message)
        if found is None:
            found = self._plain[message] = _said(self._texts, self.language, self.other, message, ())
        return found

    def plural(self, one: str, many: str, n: int, /, **fields: Value) -> Words:
        """As the number asks; `{n}` is filled in."""
        texts = self._texts
        return Words(texts.plural(self.language, one, many, n, fields), texts.plural(self.other, one, many, n, fields))

    def both(self, name: Both) -> Words:
        """A name of both languages; one that is the same in both is said once."""
        main, small = name.of(self.language), name.of(self.other)
        return Words(main, small if small != main else "")

    def text(self, text: str, /, context: str = "", **fields: Value) -> Both:
        """A source text as a field of another text."""
        message = Msg(text, context)
        return Both(self._texts.text("zh", message, fields), self._texts.text("en", message, fields))
