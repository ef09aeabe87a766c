"""Stations, classes, passengers and bounds of sale, read from the YAML files of `config/network/`.

An unknown key, a missing one or a wrong type names the file and the place and refuses the start.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import config

NETWORK_DIR = Path(__file__).resolve().parents[2] / "config" / "network"


class NetworkError(Exception):
    """The network data cannot be used as it is: which file, where, why."""


class Row(BaseModel):
    """A mapping of the files: only these keys, only these types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, data: Any) -> Any:
        known = [part.alias or name for name, part in cls.model_fields.items()]
        for key in data if isinstance(data, dict) else ():
            if key not in known:
                near = get_close_matches(str(key), known, n=1, cutoff=0.5)
                raise ValueError(f"{key}: unknown key; " + (f"did you mean {near[0]}?" if near else ", ".join(known)))
        return data


class StationRow(Row):
    name: str
    pinyin: str
    english: str
    city: str
    province: str


class StationsFile(Row):
    provinces: dict[str, str]
    hot: list[str]
    stations: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], StationRow]


class SeatClass(Row):
    """A class of seats or berths; `levels` in order of preference, for berths only."""

    code: str
    name: str
    english: str
    layout: Literal["rows", "numbered", "berths"]
    levels: list[Literal["lower", "middle", "upper"]] = []


class ClassesFile(Row):
    classes: list[SeatClass]


class PassengerKind(Row):
    code: str
    name: str
    english: str
    rule: str
    rule_english: str


class PassengersFile(Row):
    passengers: list[PassengerKind]


class SaleRules(Row):
    """Bounds of an order and of a lock; milliseconds of the station's wall clock. `place_choice`: which of the free places an
    order gets; it may change from one start to the next."""

    max_tickets: Annotated[int, Field(ge=1, le=50)]
    sale_days: Annotated[int, Field(ge=1, le=365)]
    sale_closes_before_ms: Annotated[int, Field(ge=0)]
    lock_ms: Annotated[int, Field(gt=0)]
    renew_ms: Annotated[int, Field(gt=0)]
    lock_max_ms: Annotated[int, Field(gt=0)]
    confirm_grace_ms: Annotated[int, Field(ge=0)]
    poll_ms: Annotated[int, Field(gt=0)]
    place_choice: Literal["exact_gap", "first_fit", "best_fit"] = "exact_gap"


FileModel = TypeVar("FileModel", bound=BaseModel)


def read_yaml(path: Path, model: type[FileModel]) -> FileModel:
    """One YAML file as `model`. Raises NetworkError with file and place; an unknown key names the nearest known one."""
    try:
        return model.model_validate(config.load(path, Any))
    except config.ConfigError as error:
        raise NetworkError(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        raise NetworkError(": ".join(part for part in (str(path), place, why) if part)) from error


@dataclass(frozen=True, slots=True)
class Station:
    """One station; `pinyin` and `initials` without tones for searching, `pinyin_toned` by syllable for reading aloud."""

    telecode: str
    name: str
    pinyin: str
    pinyin_toned: str
    initials: str
    english: str
    city: str
    province: str
    province_english: str


@dataclass(frozen=True, slots=True)
class Network:
    """What machines are told of the network, apart from the trains themselves."""

    stations: Mapping[str, Station]
    hot: tuple[str, ...]
    classes: Mapping[str, SeatClass]
    passengers: tuple[PassengerKind, ...]
    rules: SaleRules

    def describe(self, trains: list[str]) -> dict[str, Any]:
        """The answer of `GET /v1/network`; `version` is a digest of the rest."""
        told: dict[str, Any] = {
            "stations": [
                {field: getattr(station, field) for field in Station.__slots__} for station in self.stations.values()
            ],
            "hot": list(self.hot),
            "classes": [{"code": c.code, "name": c.name, "english": c.english} for c in self.classes.values()],
            "passengers": [kind.model_dump() for kind in self.passengers],
            "trains": trains,
        }
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return {"version": hashlib.sha256(text.encode()).hexdigest()[:16], **told}


def plain_pinyin(toned: str) -> str:
    """Toned syllables as they are typed: `luò hé` -> `luohe`; ü is typed v."""
    v_for_u = unicodedata.normalize("NFD", toned).replace("u\u0308", "v")
    return "".join(letter for letter in v_for_u if letter.isascii() and letter.isalpha()).lower()


def load_network(folder: Path = NETWORK_DIR) -> Network:
    """Read and cross-check stations, classes, passengers and sale rules. Raises NetworkError."""
    file = read_yaml(folder / "stations.yaml", StationsFile)
    stations = {code: _station(code, row, file.provinces, folder) for code, row in file.stations.items()}
    for code in file.hot:
        if code not in stations:
            raise NetworkError(f"{folder / 'stations.yaml'}: hot: no station {code}")
    return Network(
        stations=stations,
        hot=tuple(file.hot),
        classes={row.code: row for row in read_yaml(folder / "classes.yaml", ClassesFile).classes},
        passengers=tuple(read_yaml(folder / "passengers.yaml", PassengersFile).passengers),
        rules=read_yaml(folder / "sale.yaml", SaleRules),
    )


def _station(code: str, row: StationRow, provinces: Mapping[str, str], folder: Path) -> Station:
    if row.province not in provinces:
        raise NetworkError(f"{folder / 'stations.yaml'}: {code}: province {row.province} has no English name")
    if len(row.pinyin.split()) != len(row.name):
        raise NetworkError(f"{folder / 'stations.yaml'}: {code}: {row.name} needs one syllable per character")
    return Station(
        telecode=code,
        name=row.name,
        pinyin=plain_pinyin(row.pinyin),
        pinyin_toned=row.pinyin,
        initials="".join(plain_pinyin(syllable)[0] for syllable in row.pinyin.split()),
        english=row.english,
        city=row.city,
        province=row.province,
        province_english=provinces[row.province],
    )
