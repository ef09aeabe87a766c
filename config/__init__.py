"""Configuration files: YAML read into frozen dataclasses, strictly (a leaf: standard library and yaml only).

A dataclass says what a file may hold; field names are the keys and carry their unit last (`take_ms`, `cancel_cover_fen`).
Known field types: int, float, str, bool, Path, Enum (written by member name), Literal, `X | None`, tuples, mappings with
str or int keys, nested dataclasses and Any (plain YAML data); a union of types is tried in order. A range is declared as
`Annotated[int, Range(1, 60_000)]`; what only the whole can know is checked in `__post_init__` by raising ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

Kind = TypeVar("Kind")
LONGEST_FILE = 4 << 20
_TAGS = {"map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same language, ten times as fast


class ConfigError(Exception):
    """A file that cannot be used; the text names file, line and key and says what would be right."""


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest value allowed, both included; for text and lists the length. None: no bound."""

    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return f"{'-∞' if self.low is None else self.low}..{'∞' if self.high is None else self.high}"


def load(path: Path, kind: type[Kind]) -> Kind:
    """The file at `path` as a `kind` (a dataclass). Raises ConfigError for anything that is not exactly that."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > LONGEST_FILE:
        raise ConfigError(f"{path}: {len(data)} bytes are no configuration (at most {LONGEST_FILE})")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from error
    return parse(text, kind, str(path))


def parse(text: str, kind: type[Kind], source: str) -> Kind:
    """As `load`, from text; `source` names it in errors."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{source}:{line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{source}: not YAML: {error}") from error
    if node is None:
        node = yaml.MappingNode("tag:yaml.org,2002:map", [], yaml.Mark(source, 0, 0, 0, None, 0))
    reader = _Reader(source)
    reader.refuse_tricks(node)
    built: Kind = reader.build(kind, node, "")
    return built


@dataclass(frozen=True, slots=True)
class _Reader:
    source: str

    def wrong(self, node: yaml.Node, key: str, why: str) -> ConfigError:
        at = f"{self.source}:{node.start_mark.line + 1}"
        return ConfigError(f"{at}: {key}: {why}" if key else f"{at}: {why}")

    def refuse_tricks(self, root: yaml.Node) -> None:
        """Aliases and tags: `*name` would let a file hold itself, or grow without bound; a setting is written where it counts."""
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                raise self.wrong(node, "", "anchors and aliases are not used here")
            seen.add(id(node))
            if isinstance(node, yaml.MappingNode):
                waiting += [part for pair in node.value for part in pair]
            elif isinstance(node, yaml.SequenceNode):
                waiting += node.value
            if node.tag.rpartition(":")[2] not in _TAGS:
                raise self.wrong(node, "", f"tag {node.tag} is not used here")

    def build(self, kind: Any, node: yaml.Node, key: str) -> Any:
        """`node` as a `kind`; `key` is the dotted way to it."""
        origin, args = get_origin(kind), get_args(kind)
        if origin is Annotated:
            value = self.build(args[0], node, key)
            for bound in args[1:]:
                self._check_range(bound, value, node, key)
            return value
        if origin in (Union, UnionType):
            return self._union(args, node, key)
        if origin is Literal:
            return self._literal(args, node, key)
        if origin is tuple:
            return self._tuple(args, node, key)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(args, node, key)
        if kind is Any:
            return self._plain(node, key)
        if is_dataclass(kind) and isinstance(kind, type):
            return self._dataclass(kind, node, key)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind[self._literal(tuple(kind.__members__), node, key)]
        return self._scalar(kind, node, key)

    def _check_range(self, bound: Any, value: Any, node: yaml.Node, key: str) -> None:
        if not isinstance(bound, Range):
            return
        size = value if isinstance(value, int | float) else len(value)
        if (bound.low is not None and size < bound.low) or (bound.high is not None and size > bound.high):
            raise self.wrong(node, key, f"{size} is not within {bound}")

    def _scalar(self, kind: Any, node: yaml.Node, key: str) -> Any:
        value = self._plain(node, key)
        if kind is float and type(value) is int:
            return float(value)
        if kind is Path and type(value) is str:
            return Path(value)
        if type(value) is not kind:
            hint = "; put it in quotes" if kind is str and isinstance(node, yaml.ScalarNode) and node.value else ""
            raise self.wrong(node, key, f"{_name(kind)} expected, {_told(node, value)} found{hint}")
        return value

    def _union(self, args: tuple[Any, ...], node: yaml.Node, key: str) -> Any:
        if type(None) in args and node.tag == "tag:yaml.org,2002:null":
            return None
        choices = [choice for choice in args if choice is not type(None)]
        errors = []
        for choice in choices:
            try:
                return self.build(choice, node, key)
            except ConfigError as error:
                errors.append(error)
        if len(choices) == 1:
            raise errors[0]
        raise self.wrong(node, key, "none of " + ", ".join(_name(choice) for choice in choices) + " fits")

    def _literal(self, allowed: tuple[Any, ...], node: yaml.Node, key: str) -> Any:
        value = self._plain(node, key)
        if not any(value == choice and type(value) is type(choice) for choice in allowed):
            near = _nearest(str(value), [str(choice) for choice in allowed])
            raise self.wrong(
                node, key, f"{_told(node, value)} is none of {', '.join(str(choice) for choice in allowed)}{near}"
            )
        return value

    def _tuple(self, args: tuple[Any, ...], node: yaml.Node, key: str) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.wrong(node, key, "a list expected")
        items = node.value
        kinds = [args[0]] * len(items) if args[-1] is Ellipsis else list(args)
        if len(kinds) != len(items):
            raise self.wrong(node, key, f"{len(kinds)} entries expected, {len(items)} found")
        return tuple(
            self.build(kind, item, f"{key}[{at}]") for at, (kind, item) in enumerate(zip(kinds, items, strict=True))
        )

    def _pairs(self, node: yaml.Node, key: str, kind: Any = str) -> list[tuple[Any, yaml.Node, yaml.Node]]:
        """(key, its node, node of the value); a key that stands twice is refused, the later one would win in silence.

        A key that should be text is taken as it is written: `on` and `no` are words there, not truth values.
        """
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(node, key, "keys with values expected")
        found: dict[Any, tuple[Any, yaml.Node, yaml.Node]] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode):
                raise self.wrong(name_node, key, "a key is one word or number")
            name = name_node.value if kind is str else self.build(kind, name_node, _way(key, name_node.value))
            if name in found:
                raise self.wrong(name_node, _way(key, name), "stands twice")
            found[name] = (name, name_node, value_node)
        return list(found.values())

    def _mapping(self, args: tuple[Any, ...], node: yaml.Node, key: str) -> dict[Any, Any]:
        key_kind, value_kind = args
        return {
            name: self.build(value_kind, value_node, _way(key, name))
            for name, _, value_node in self._pairs(node, key, key_kind)
        }

    def _dataclass(self, kind: type[Any], node: yaml.Node, key: str) -> Any:
        hints = get_type_hints(kind, include_extras=True)
        parts = {part.name: part for part in fields(kind) if part.init}
        given = {}
        for name, name_node, value_node in self._pairs(node, key):
            if name not in parts:
                raise self.wrong(name_node, _way(key, name), f"unknown key{_nearest(str(name), list(parts))}")
            given[name] = self.build(hints[name], value_node, _way(key, name))
        for name, part in parts.items():
            if name not in given and part.default is MISSING and part.default_factory is MISSING:
                raise self.wrong(node, _way(key, name), "is missing")
        try:
            return kind(**given)
        except ValueError as error:
            raise self.wrong(node, key, str(error)) from error

    def _plain(self, node: yaml.Node, key: str) -> Any:
        """Plain data of a node, with YAML's safe types."""
        if isinstance(node, yaml.MappingNode):
            pairs = self._pairs(node, key, Any)
            return {name: self._plain(value_node, _way(key, name)) for name, _, value_node in pairs}
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, key) for item in node.value]
        try:
            return _SAFE.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            raise self.wrong(node, key, f"not a value: {getattr(error, 'problem', None) or error}") from error


class _Safe(yaml.constructor.SafeConstructor):
    """Makes a scalar out of its node; keeps nothing between two calls."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        self.constructed_objects.clear()
        return super().construct_object(node, deep)


_SAFE = _Safe()


def _way(key: str, name: Any) -> str:
    return f"{key}.{name}" if key else str(name)


def _name(kind: Any) -> str:
    words = {int: "a whole number", float: "a number", str: "text", bool: "true or false", Path: "a path"}
    return words.get(kind) or getattr(kind, "__name__", None) or str(kind)


def _told(node: yaml.Node, value: Any) -> str:
    return repr(node.value) if isinstance(node, yaml.ScalarNode) else f"a {type(value).__name__}"


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known: {', '.join(sorted(known))}"
