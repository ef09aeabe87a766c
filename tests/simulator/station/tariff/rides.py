"""Short ways to ask the station's tariff for a price, and where the published tables lie when they are there."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

from simulator.station.tariff.book import TARIFF_DIR, our_tariff
from simulator.station.tariff.data import Conditioning, Supplement
from simulator.station.tariff.engine import ADULT, price_of
from simulator.station.tariff.ordinary import FareSection, OrdinaryRide
from simulator.station.tariff.price import Price

DATA = Path(os.environ.get("TVM_TEST_DATA") or Path(__file__).parents[5] / "shared" / "data")
LADDER = DATA / "cn-fares-2016" / "published_fares_by_distance_band.csv"
TRAINS = DATA / "cn-fares-2016" / "sample_trains_2016-10.csv"

IN_2012, IN_2016 = date(2012, 12, 31), date(2016, 10, 1)


def ride(
    km: int, seat_class: str = "hard_seat", supplement: Supplement = "fast", aircon: Conditioning = "new"
) -> OrdinaryRide:
    return OrdinaryRide((FareSection(km),), supplement, aircon, seat_class)


def price(wanted: OrdinaryRide, passenger: str = ADULT, on: date = IN_2016) -> Price:
    return price_of(our_tariff(), wanted, passenger, on)


def fen(wanted: OrdinaryRide, passenger: str = ADULT, on: date = IN_2016) -> int:
    return price(wanted, passenger, on).total_fen


def copy_of_tariff(folder: Path, **changes: tuple[str, str]) -> Path:
    """The station's rule files in another folder, each named one with a text replaced (it must stand there)."""
    target = folder / "tariff"
    shutil.copytree(TARIFF_DIR, target)
    for name, (old, new) in changes.items():
        file = target / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target
