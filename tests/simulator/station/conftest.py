"""Fixtures for all tests of the station."""

from __future__ import annotations

from tests.simulator.station.memories import memory, postgres, server

__all__ = ["memory", "postgres", "server"]
