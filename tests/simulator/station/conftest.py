"""Fixtures for all tests of the station."""

from __future__ import annotations

from tests.simulator.station.held_to_file import every_answer_stands_in_the_file
from tests.simulator.station.memories import memory, postgres, server

__all__ = ["every_answer_stands_in_the_file", "memory", "postgres", "server"]
