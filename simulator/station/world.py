"""The data a station works with: network, timetable, prices, rules. Read once, shared by all stations of a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from simulator.station.allotted import NOTHING_MORE, Allotted, load_allotted
from simulator.station.network import NETWORK_DIR, Network, load_network
from simulator.station.prices import Prices, load_prices
from simulator.station.rules.book import RuleBook, the_rules
from simulator.station.timetable import Timetable
from simulator.station.trains import load_timetable


@dataclass(frozen=True, eq=False)
class World:
    """The data a station works with; nothing here changes while it runs, so that many stations may share it."""

    network: Network
    timetable: Timetable
    prices: Prices
    allotted: Allotted = NOTHING_MORE

    @cached_property
    def description(self) -> Mapping[str, Any]:
        """The answer of `GET /v1/network`."""
        return self.network.describe(list(self.timetable.by_number))

    @cached_property
    def rules(self) -> RuleBook:
        """The rules of refunds and rebooking. Raises ConfigError: who starts a station asks once."""
        return the_rules()

    @classmethod
    def load(cls, folder: Path = NETWORK_DIR) -> World:
        """Read `config/network/`. Raises NetworkError."""
        network = load_network(folder)
        timetable, prices = load_timetable(network, folder), load_prices(folder)
        for train in timetable.trains.values():
            prices.check(train)
        return cls(network, timetable, prices, load_allotted(folder, network, timetable))
