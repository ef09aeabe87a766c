"""Answers to people of the office about machines, parameters, money and each other. Source: station-api sheet, "The office"."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from simulator.station.machines.models import CommandName
from simulator.station.replies.parts import Epoch, Machine, Reply, Signed, Telecode, TicketNumber, Whole, absent

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,16}$")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Told = Annotated[str, Field(max_length=10**6)]
"""Whatever a machine wrote into its records."""


class EnrolledReply(Reply):
    """Token and seal are told here and nowhere else."""

    machine: Machine
    token: Annotated[str, Field(min_length=1)]
    seal: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    station_key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class GrantReply(Reply):
    machine: Machine
    granted: bool


class Quarantined(Reply):
    seq: Whole
    reason: str


class RegistersTold(Reply):
    """`differences`: name -> (said by the machine, folded here), at its last telling."""

    folded: dict[str, Signed]
    told_at_seq: Whole | None
    differences: dict[str, Annotated[list[Signed], Field(min_length=2, max_length=2)]]


class EpochTold(Reply):
    """`behind` null: the machine has not said how far it is. `sealed`: the MAC of each line is checked; null: nothing came yet."""

    epoch: Epoch
    acked: Whole
    sealed: bool | None
    behind: Whole | None
    age_ms: Whole | None
    quarantine: list[Quarantined]
    forks: list[Whole]
    registers: RegistersTold | None


class SetRefused(Reply):
    set: Told
    version: Signed
    reason: Told


class SetsOfMachine(Reply):
    active: dict[str, Signed]
    staged: dict[str, Signed]
    refused: list[SetRefused]


class CommandTold(Reply):
    """`outcome` and `why` as the machine tells them; until then waiting or expired."""

    seq: Whole
    name: CommandName
    argument: str
    reason: str
    by: Name
    issued_ms: Whole
    expires_ms: Whole
    outcome: Told
    why: Told


class BatchTold(Reply):
    """Cards of which the bank was told together: `count`, `amount_fen` as the machine told the bank, `own_count`, `own_fen` as its
    records come to here. `agrees`: these are the same, and the bank said so of its own, too."""

    batch: Told
    epoch: Epoch
    day: str
    wall_ms: Whole
    count: Signed
    amount_fen: Signed
    balanced: bool
    own_count: Whole
    own_fen: Signed
    agrees: bool


class MachineReply(Reply):
    """`status` as the machine told it last."""

    machine: Machine
    station: Telecode
    granted: bool
    status: dict[str, Any] | None
    epochs: list[EpochTold]
    parameters: SetsOfMachine
    commands: list[CommandTold]
    batches: list[BatchTold]


class MachinesReply(Reply):
    machines: list[MachineReply]


class OperatorTold(Reply):
    """Who may log in at machines; `until_ms` 0: no end."""

    number: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]
    name: str
    english: str
    role: Literal["maintainer", "cash", "supervisor"]
    until_ms: Whole


class OperatorChanged(Reply):
    number: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]
    what: Literal["added", "removed", "changed", "pin"]


class OperatorsReply(Reply):
    """`version` 0: no set was ever released."""

    version: Whole
    people: list[OperatorTold]


class PictureShown(Reply):
    """A picture of a set, as machines get it."""

    sha256: Hash
    bytes: Whole
    seconds: Whole
    caption: str
    caption_english: str


class NoticeTold(Reply):
    """`until_ms` 0: no end."""

    text: str
    english: str
    from_ms: Whole
    until_ms: Whole
    urgency: Literal["urgent", "important", "info"]


class PictureReply(Reply):
    sha256: Hash
    bytes: Whole
    width: Whole
    height: Whole


class PictureFile(PictureReply):
    """A picture that is here; `used`: a set or a draft names it."""

    name: str
    by: Name
    at_ms: Whole
    used: bool


class MediaReply(Reply):
    """`version` 0: no set was ever released."""

    version: Whole
    pictures: list[PictureShown]
    notices: list[NoticeTold]
    files: list[PictureFile]


class ContentReply(Reply):
    """`png`: base64."""

    sha256: Hash
    png: str


class RemovedReply(Reply):
    sha256: Hash


class VersionTold(Reply):
    """`released_by` empty: a draft; `on`: where it is in force. `body` of operators is empty: `people`, and `changed` against the
    version they were drafted from; nothing tells of a PIN but that it is another one. Of media too: `pictures` and `notices`."""

    name: str
    version: Whole
    body: dict[str, int]
    people: list[OperatorTold]
    changed: list[OperatorChanged]
    pictures: list[PictureShown]
    notices: list[NoticeTold]
    effective_ms: Whole
    expires_ms: Whole
    drafted_by: Name
    reason: str
    released_by: str
    released_ms: Whole
    on: list[Machine]


class ParametersReply(Reply):
    versions: list[VersionTold]


class SetReply(Reply):
    set: str
    version: Whole


class CommandReply(Reply):
    machine: Machine
    seq: Whole


# -- money


class ClaimSettled(Reply):
    kind: Literal["claim_settled"]
    at_ms: Whole
    code: Told
    amount_fen: Whole
    by: Name


class ClaimTold(Reply):
    code: Told
    machine: Machine
    day: str
    amount_fen: Signed
    settled: ClaimSettled | None


class ClaimsReply(Reply):
    claims: list[ClaimTold]


class SettledReply(Reply):
    code: str
    amount_fen: Whole


class UnpaidSettled(Reply):
    kind: Literal["unpaid_settled"]
    at_ms: Whole
    unpaid: str
    amount_fen: Whole
    reason: str
    by: Name


class UnpaidTold(Reply):
    """`tickets`: numbers of those that somebody holds or may hold."""

    unpaid: str
    machine: Machine
    day: str
    key: Told
    reference: Told
    amount_fen: Signed
    tickets: list[TicketNumber]
    settled: UnpaidSettled | None


class UnpaidReply(Reply):
    unpaid: list[UnpaidTold]


class UnpaidSettledReply(Reply):
    unpaid: str
    amount_fen: Whole


class BoxCounted(Reply):
    kind: Literal["box_counted"]
    at_ms: Whole
    box: str
    counted_fen: Whole
    by: Name


class BoxTold(Reply):
    """`counted` null while it is in transit."""

    box: str
    machine: Machine
    day: str
    expected_fen: Signed
    counted: BoxCounted | None


class BoxesReply(Reply):
    boxes: list[BoxTold]


class CountedReply(Reply):
    box: str
    counted_fen: Whole


# -- people and policies


class PersonTold(Reply):
    name: Name
    role: Literal["operator", "supervisor", "auditor"]
    locked: bool
    from_start: bool
    last_ms: Whole
    deeds: Whole


class ProposalTold(Reply):
    number: Whole
    what: Literal["enrol", "role", "token", "unlock"]
    person: Name
    role: Literal["operator", "supervisor", "auditor", ""]
    reason: str
    by: Name
    at_ms: Whole
    state: Literal["open", "agreed", "withdrawn"]
    answered_by: str
    answered_ms: Whole


class PeopleReply(Reply):
    people: list[PersonTold]
    proposals: list[ProposalTold]


class NumberReply(Reply):
    number: Annotated[Whole, Field(gt=0)]


class AgreedReply(Reply):
    """`token` of a newcomer, or a new one; told here and nowhere else."""

    number: Whole
    what: Literal["enrol", "role", "token", "unlock"]
    person: Name
    token: Annotated[str, Field(min_length=1)] = absent()


class LockedReply(Reply):
    person: Name
    locked: Literal[True]


class PolicyWords(Reply):
    """As it was drafted."""

    text_zh: str
    text_en: str
    begins: str
    ends: str
    bought_before: str
    refund_until: str
    cities: list[str]
    fee_percent: Annotated[int, Field(ge=0, le=100)]


class PolicyTold(Reply):
    """`holds`: released and not withdrawn."""

    number: Whole
    body: PolicyWords
    by: Name
    reason: str
    drafted_ms: Whole
    released_by: str
    released_ms: Whole
    withdrawn_by: str
    withdrawn_ms: Whole
    holds: bool


class PoliciesReply(Reply):
    policies: list[PolicyTold]
