"""The check of the catalogues: every text the program says is there, translated, with its fields, in letters the fonts have.

`python -m kiosk.screen.check_texts` prints what is wrong and ends 1; a test calls `problems`. Texts are found in the source:
the literals given to `say(...)`, `say.text(...)`, `say.plural(...)` and `Msg(...)`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import read_po

from kiosk.screen.texts import LANGUAGES, LOCALE, entries, faults_of, fields_of

KIOSK = Path(__file__).parents[1]
CHARSET = KIOSK / "ui" / "fonts" / "charset.txt"
HIDDEN = "(a text that is not a literal: say it as Msg)"
"""Stands for a text the check cannot see; it is in no catalogue, so it is told as missing."""


class Used(NamedTuple):
    """A text as the source says it; `plural` is empty for plain ones."""

    context: str
    text: str
    plural: str
    where: str


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _used_in(call: ast.Call, where: str) -> Iterator[Used]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    of_say = (isinstance(owner, ast.Name) and owner.id == "say") or (
        isinstance(owner, ast.Attribute) and owner.attr == "say"
    )
    args = [_literal(arg) for arg in call.args]
    if name == "plural" and of_say and len(args) >= 2:
        yield Used("", args[0] or HIDDEN, args[1] or HIDDEN, where)
    elif args and (name in ("say", "Msg") or (name == "text" and of_say)):
        context = next((_literal(word.value) for word in call.keywords if word.arg == "context"), None)
        yield Used((args[1] if len(args) > 1 else context) or "", args[0] or HIDDEN, "", where)


def used_texts(root: Path = KIOSK) -> list[Used]:
    """Every text in the source under `root`."""
    found: list[Used] = []
    for path in sorted(root.rglob("*.py")):
        if path.name == "texts.py":  # it says what others give it
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            if isinstance(node, ast.Call):
                found += _used_in(node, f"{path.relative_to(root)}:{node.lineno}")
    return found


def foreign(text: str, charset: frozenset[str]) -> str:
    """Characters of `text` that the fonts lack."""
    return "".join(sorted({char for char in text if char not in charset and char != "\n"}))


def charset(path: Path = CHARSET) -> frozenset[str]:
    """What the fonts cover."""
    return frozenset(path.read_text("utf-8")) - {"\n"}


def problems(locale: Path = LOCALE, root: Path = KIOSK, fonts: Path = CHARSET) -> list[str]:
    """One line per fault; empty when all is well. Missing, stale, fuzzy, wrong fields, characters without a glyph."""
    used = used_texts(root)
    told: list[str] = []
    known_chars = charset(fonts)
    for text in used:
        try:
            fields_of(text.text)
        except ValueError as error:
            told.append(f"{text.where}: {error}: {text.text!r}")
        if lacking := foreign(text.text + text.plural, known_chars):
            told.append(f"{text.where}: no glyph for {lacking!r}")
    for folder in LANGUAGES.values():
        seen: dict[tuple[str, str, str], Path] = {}
        for path in sorted((locale / folder / "LC_MESSAGES").glob("*.po")):
            with path.open("rb") as file:
                catalog = read_po(file)
            told += [f"{path.name}: {fault}" for fault in faults_of(catalog)]
            told += [f"{path.name}: obsolete: {name!r}" for name in catalog.obsolete]
            for message, source, translated in entries(catalog):
                key = (message.context or "", source[0], source[1] if len(source) > 1 else "")
                if key in seen:
                    told.append(f"{path.name}: also in {seen[key].name}: {source[0]!r}")
                seen[key] = path
                if lacking := foreign("".join(translated), known_chars):
                    told.append(f"{path.name}: no glyph for {lacking!r} in {source[0]!r}")
        wanted = {(text.context, text.text, text.plural): text.where for text in used}
        told += [f"{where}: missing in {folder}: {key[:2]}" for key, where in wanted.items() if key not in seen]
        told += [f"{path.name}: stale: {key[:2]}" for key, path in seen.items() if key not in wanted]
    return told


def main() -> int:
    found = problems()
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
