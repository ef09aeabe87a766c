"""Bodies of the office's side of the station API, parsed strictly. Source: station-api sheet, "The office"."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.station.models import Fen, IsoDate, Machine, Short, Strict, Telecode, WallMs

SET_NAME = r"^[a-z]{1,16}$"
CommandName = Literal["mode", "registers", "end_day", "restart", "settle"]
MODES = ("normal", "no_notes", "query_only", "closed", "stopped", "emergency")


class EnrolBody(Strict):
    machine: Machine
    station: Telecode


class DraftBody(Strict):
    """`expires_ms` 0: until another one takes over."""

    set: Annotated[str, Field(pattern=SET_NAME)]
    body: Annotated[dict[str, int], Field(min_length=1, max_length=40)]
    effective_ms: WallMs
    expires_ms: WallMs
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class RollbackBody(Strict):
    to_version: Annotated[int, Field(ge=1, le=10**9)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class CommandBody(Strict):
    """`argument`: the mode, or the business day; empty where the name says it all."""

    machine: Machine
    name: CommandName
    argument: Annotated[str, Field(max_length=20)] = ""
    valid_ms: Annotated[int, Field(ge=1_000, le=7 * 86_400_000)]
    reason: Annotated[str, Field(max_length=200)] = ""


class SettleBody(Strict):
    amount_fen: Fen


class UnpaidBody(Strict):
    """What was got in the end for a payment that came to nothing; 0: nothing, and the railway bears it. `unpaid` is
    machine.epoch.seq.payment of the record that told of it."""

    unpaid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9]{1,32}\.[1-9][0-9]{0,11}\.[0-9]{1,9}$")]
    amount_fen: Fen
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class CountBody(Strict):
    """What people found in a box that left a machine. `box` is machine.epoch.seq of the record of its going."""

    box: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9]{1,32}\.[1-9][0-9]{0,11}$")]
    counted_fen: Fen


class CloseBody(Strict):
    pass


Day = IsoDate
Code = Short
