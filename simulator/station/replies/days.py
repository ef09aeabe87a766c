"""The close of a business day as it is answered: sums of both sides, and each difference with its own names. Source: station-api
sheet, "Close of a day".
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.station.replies.parts import Epoch, IsoDate, Machine, Reply, Signed, Whole

Told = Annotated[str, Field(max_length=10**6)]
Sums = dict[str, dict[str, Signed]]
"""Machine -> figure -> fen or pieces."""


class SaleItem(Reply):
    item: Literal["sale"]
    key: Told
    station_fen: Whole
    machine_fen: Signed


class UnreportedItem(Reply):
    item: Literal["sale_unreported"]
    key: Told
    station_fen: Whole


class UnknownItem(Reply):
    item: Literal["sale_unknown"]
    key: Told
    machine_fen: Signed


class ReturnItem(Reply):
    """Money that went back: both sides say another sum."""

    item: Literal["refund", "exchange"]
    key: Told
    sale: Told
    station_fen: Whole
    machine_fen: Signed


class RefundUnreportedItem(Reply):
    item: Literal["refund_unreported"]
    key: Told
    sale: Told
    station_fen: Whole


class CapturedItem(Reply):
    item: Literal["captured"]
    machine: Machine
    station_fen: Whole
    machine_fen: Signed


class BatchItem(Reply):
    """A batch of cards as the machine told it to the bank, and as its records come to here; `balanced` is the bank's word."""

    item: Literal["batch"]
    machine: Machine
    batch: str
    machine_fen: Signed
    station_fen: Signed
    balanced: bool


class ClaimOpenItem(Reply):
    item: Literal["claim_open"]
    machine: Machine
    code: Told
    amount_fen: Signed


class ClaimItem(Reply):
    item: Literal["claim"]
    code: Told
    machine_fen: Signed
    window_fen: Whole


class UnpaidOpenItem(Reply):
    item: Literal["unpaid_open"]
    machine: Machine
    key: Told
    reference: Told
    amount_fen: Signed


class UnpaidItem(Reply):
    item: Literal["unpaid"]
    machine: Machine
    key: Told
    reference: Told
    amount_fen: Signed
    got_fen: Whole


class BoxInTransitItem(Reply):
    item: Literal["box_in_transit"]
    box: str
    expected_fen: Signed


class BoxItem(Reply):
    item: Literal["box"]
    box: str
    expected_fen: Signed
    counted_fen: Whole


class RegisterItem(Reply):
    item: Literal["register"]
    machine: Machine
    name: Told
    said: Signed
    folded: Signed


class NoRegistersItem(Reply):
    item: Literal["no_registers"]
    machine: Machine
    epoch: Epoch


class ForkItem(Reply):
    item: Literal["fork"]
    machine: Machine
    epoch: Epoch
    seq: Whole


class QuarantineItem(Reply):
    item: Literal["quarantine"]
    machine: Machine
    epoch: Epoch
    first_seq: Whole
    last_seq: Whole
    reason: str


class DamagedItem(Reply):
    item: Literal["damaged"]
    machine: Machine
    epoch: Epoch
    seq: Whole


Item = Annotated[
    SaleItem
    | UnreportedItem
    | UnknownItem
    | ReturnItem
    | RefundUnreportedItem
    | CapturedItem
    | BatchItem
    | ClaimOpenItem
    | ClaimItem
    | UnpaidOpenItem
    | UnpaidItem
    | BoxInTransitItem
    | BoxItem
    | RegisterItem
    | NoRegistersItem
    | ForkItem
    | QuarantineItem
    | DamagedItem,
    Field(discriminator="item"),
]


class CloseReply(Reply):
    """`upto`: how far each epoch was read, `machine.epoch` -> seq."""

    kind: Literal["day_closed"]
    at_ms: Whole
    day: IsoDate
    by: str
    upto: dict[str, Signed]
    machines: Sums
    station: Sums
    items: list[Item]
    in_order: bool


class DayReply(CloseReply):
    """`closed` false: what a close would say now; `late`: sales that were told after it."""

    closed: bool
    late: list[Told]
