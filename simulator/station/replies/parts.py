"""What answers have in common. An answer has these names and no others; nothing here runs while the station serves.

Amounts in fen, times in wall ms of the station's clock. Source: station-api sheet.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.station.models import Epoch as Epoch
from simulator.station.models import IsoDate as IsoDate
from simulator.station.models import Key as Key
from simulator.station.models import Machine as Machine
from simulator.station.models import Telecode as Telecode
from simulator.station.models import TicketNumber as TicketNumber
from simulator.station.models import TrainNumber as TrainNumber

Whole = Annotated[int, Field(ge=0, le=10**15)]
"""A count, a time, an amount that is never below 0."""
Signed = Annotated[int, Field(ge=-(10**15), le=10**15)]
"""An amount that may go either way; also whatever a machine's records say."""
Share = Annotated[float, Field(ge=0, le=1)]
Clock = Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
"""The short name of a class, a kind of passenger, a rule."""
State = Literal["none", "held", "confirmed", "printed", "voided", "released", "expired"]
BackTo = Literal["means_of_payment", "cash_at_station"]


def _never_null(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def absent() -> Any:
    """The default of a name that may be missing; where it stands it has its type, and is never null."""
    return Field(default=None, json_schema_extra=_never_null)


class Reply(BaseModel):
    """Strict both ways: a name too many is as wrong as one too few."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Both(Reply):
    """A text in two languages."""

    zh: str
    en: str


class Reason(Reply):
    """One line of a trace: which rule in which version did what; `amount_fen` null: it moves no money."""

    rule: str
    version: int
    did: str
    text: Both
    amount_fen: Signed | None
