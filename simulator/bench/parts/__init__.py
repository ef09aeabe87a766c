"""The parts of the bench: each measures some rows of the table."""

from __future__ import annotations

from collections.abc import Callable

from simulator.bench.bench import Bench
from simulator.bench.figures import Figure
from simulator.bench.parts.campaign import measure_campaign
from simulator.bench.parts.devices import measure_devices
from simulator.bench.parts.gtfs import measure_gtfs
from simulator.bench.parts.idle import measure_idle
from simulator.bench.parts.lab import measure_lab
from simulator.bench.parts.paint import measure_paint
from simulator.bench.parts.people import measure_people
from simulator.bench.parts.postgres import measure_postgres
from simulator.bench.parts.sales import measure_sales
from simulator.bench.parts.seats import measure_seats
from simulator.bench.parts.start import measure_start
from simulator.bench.parts.station import measure_station
from simulator.bench.parts.wires import measure_wires

MEASURES: dict[str, Callable[[Bench], list[Figure]]] = {
    "sales": measure_sales,
    "idle": measure_idle,
    "paint": measure_paint,
    "start": measure_start,
    "lab": measure_lab,
    "station": lambda bench: [
        *measure_seats(bench),
        *measure_wires(bench),
        *measure_postgres(bench),
        *measure_station(bench),
    ],
    "devices": measure_devices,
    "gtfs": measure_gtfs,
    "people": measure_people,
    "campaign": measure_campaign,
}
"""In the order in which they run: the later ones use the machine of the first, and leave it worse."""
