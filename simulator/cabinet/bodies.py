"""What the API takes in: strict bodies, unknown keys and wrong types refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.cabinet.technician import Technician

Door = Literal["outer", "safe", "tickets", "change"]
Device = Literal[
    "acceptor",
    "dispenser",
    "ticket_unit",
    "cabinet",
    "slip_printer",
    "ups",
    "card_reader",
    "pin_pad",
    "hopper",
    "terminal",
    "code_scanner",
    "id_reader",
]
ValueFen = Literal[100, 500, 1_000, 2_000, 5_000, 10_000]
Answer = dict[str, Any]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class InsertBody(Body):
    value_fen: ValueFen
    genuine: bool = True


class GiveBody(Body):
    value_fen: ValueFen
    count: int = Field(ge=1, le=1_000)
    genuine: bool = True


class TakeBody(Body):
    outlet: Literal["change", "coins", "tickets", "slip", "mouth"]


class FaultBody(Body):
    device: Device | Literal["provider", "bank"]
    name: str = Field(min_length=1, max_length=64)
    on: bool


class DoorBody(Body):
    door: Door
    open: bool
    key: bool = False


class NearBody(Body):
    near: bool


class MainsBody(Body):
    on: bool


class StationBody(Body):
    name: Literal["down", "slow"]
    on: bool


class PhoneBody(Body):
    """`code`: rows of modules of what the phone is held to."""

    do: Literal["scan", "pay", "twice", "late", "decline", "done"]
    code: list[Annotated[str, Field(max_length=60, pattern=r"^[01]+$")]] = Field(default_factory=list, max_length=60)


class CardBody(Body):
    """`name`: of the card that is inserted; for the others it says nothing."""

    do: Literal["insert", "take", "push"]
    name: str = Field(default="", max_length=32)


class KeyBody(Body):
    """One key of the PIN pad."""

    key: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "enter", "clear", "cancel"]


class HoldBody(Body):
    """`name`: the order of a paper, or a card of the drawer; for `away` it says nothing."""

    what: Literal["paper", "document", "away"]
    name: str = Field(default="", max_length=32)


class OrderBody(Body):
    """`document`: the card of the drawer it is made out to, empty: nobody's."""

    tickets: int = Field(default=1, ge=1, le=5)
    document: str = Field(default="", max_length=32)


class PaperBody(Body):
    """A copy of a paper that lies beside another machine."""

    order: str = Field(pattern=r"^E[0-9]{9}$")
    code: str = Field(pattern=r"^[0-9]{12}$")
    paper: str = Field(pattern=r"^TVM1:[0-9]{12}$")
    train: str = Field(max_length=16)
    date: str = Field(max_length=10)
    origin: str = Field(max_length=8)
    destination: str = Field(max_length=8)
    depart: str = Field(max_length=5)
    route: str = Field(max_length=80)
    route_english: str = Field(max_length=160)
    tickets: int = Field(ge=1, le=5)
    document: str = Field(default="", max_length=32)


class EmptyBody(Body):
    """A call that needs no words."""


class OpenAct(Body):
    act: Literal["open"]
    door: Door = "outer"
    key: bool = True

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.open_door(self.door, self.key, now_ms)


class CloseAct(Body):
    act: Literal["close"]
    door: Door = "outer"

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.close_door(self.door, now_ms)


class FillAct(Body):
    act: Literal["fill"]
    cassette: int = Field(ge=1, le=4)
    notes: int = Field(ge=1, le=5_000)

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.fill(self.cassette, self.notes)


class EmptyAct(Body):
    act: Literal["empty"]
    cassette: int = Field(ge=1, le=4)

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.empty(self.cassette)


class FillHopperAct(Body):
    act: Literal["fill_hopper"]
    hopper: int = Field(ge=1, le=8)
    coins: int = Field(ge=1, le=5_000)

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.fill_hopper(self.hopper, self.coins)


class EmptyHopperAct(Body):
    act: Literal["empty_hopper"]
    hopper: int = Field(ge=1, le=8)

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.empty_hopper(self.hopper)


class LoadRollAct(Body):
    act: Literal["load_roll"]
    blanks: int = Field(ge=1, le=5_000)

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.load_roll(self.blanks)


class LoadPaperAct(Body):
    act: Literal["load_paper"]

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.load_paper(now_ms)


class SwapBoxAct(Body):
    act: Literal["swap_box"]
    tag: str = Field(default="", max_length=8, pattern=r"^[\x20-\x7e]*$")

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.swap_box(self.tag, now_ms)


class EmptyBinAct(Body):
    act: Literal["empty_bin"]
    bin: Literal["reject", "change_retract", "ticket_retract", "waste", "floor"]

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.empty_bin(self.bin)


class HandOutCardsAct(Body):
    act: Literal["hand_out_cards"]

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.hand_out_cards()


class ClearJamAct(Body):
    act: Literal["clear_jam"]
    device: Device

    def do(self, technician: Technician, now_ms: int) -> Answer:
        return technician.clear_jam(self.device, now_ms)


ServiceBody = Annotated[
    OpenAct
    | CloseAct
    | FillAct
    | EmptyAct
    | FillHopperAct
    | EmptyHopperAct
    | LoadRollAct
    | LoadPaperAct
    | SwapBoxAct
    | EmptyBinAct
    | HandOutCardsAct
    | ClearJamAct,
    Field(discriminator="act"),
]
