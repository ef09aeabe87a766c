"""Answers to a machine about itself: log-on, records, inbox, the clock, the network. Source: station-api sheet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.station.replies.parts import Code, Epoch, Reply, Telecode, TrainNumber, Whole


class Limits(Reply):
    max_tickets: Whole
    sale_days: Whole
    sale_closes_before_ms: Whole
    lock_ms: Whole
    lock_max_ms: Whole
    renew_ms: Whole


class SessionReply(Reply):
    """`known_epochs` more than one: the machine's journal was lost and begun anew."""

    grant: Literal[True]
    time_ms: Whole
    poll_ms: Whole
    station: Telecode
    limits: Limits
    known_epochs: Annotated[list[Epoch], Field(min_length=1)]


class TimeReply(Reply):
    time_ms: Whole


class AckedReply(Reply):
    """The highest seq below which no record is missing."""

    acked: Whole


class Signed(Reply):
    """What stands in `text` is JSON; `signature` is the station's under its bytes."""

    text: str
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class InboxReply(Reply):
    commands: list[Signed]
    sets: list[Signed]


class StationTold(Reply):
    telecode: Telecode
    name: str
    pinyin: str
    pinyin_toned: str
    initials: str
    english: str
    city: str
    province: str
    province_english: str


class ClassTold(Reply):
    code: Code
    name: str
    english: str


class PassengerTold(ClassTold):
    rule: str
    rule_english: str


class NetworkReply(Reply):
    """`version` is a digest of the rest, and the ETag."""

    version: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    stations: list[StationTold]
    hot: list[Telecode]
    classes: list[ClassTold]
    passengers: list[PassengerTold]
    trains: list[TrainNumber]
