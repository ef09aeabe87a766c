"""Simulated cabinet board, register map version 2: doors, shutters, flaps, trays, lamps."""

from simulator.devices.cabinet_board.board import CabinetBoard

__all__ = ["CabinetBoard"]
