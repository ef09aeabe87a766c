"""Which application of the card is used: its own list first, then the terminal's by name. Source: EMV sheet, section 4 (2 to 4).

The machine shows no choice of applications: what asks for the passenger's consent first is left out, as for a terminal that cannot
ask, and of the others the one of highest priority is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.emv.port import TerminalData
from drivers.emv.talk import OK, Answer, Refusal, Steps, Talk
from drivers.emv.tlv import TlvError, inside, objects, unique

PSE = b"1PAY.SYS.DDF01"
MOST_RECORDS = 16
MOST_NEXT = 4
CARD_BLOCKED, APPLICATION_BLOCKED, NO_RECORD = 0x6A81, 0x6283, 0x6A83
CONSENT = 0x80
AID_BYTES = range(5, 17)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`rank`: 1 is first, 16 has none."""

    aid: bytes
    rank: int


def candidates(talk: Talk, terminal: TerminalData) -> Steps:
    """list[Candidate], best first. Raises Refusal, TlvError."""
    known = [bytes.fromhex(aid) for aid in terminal.applications]
    answer: Answer = yield from select(talk, PSE)
    if answer.status == CARD_BLOCKED:
        raise Refusal("card")
    found: list[Candidate] = []
    if answer.status == OK:
        found = yield from _listed(talk, answer.data, known)
    if not found:
        found = yield from _by_name(talk, known)
    return sorted(found, key=lambda each: each.rank)


def select(talk: Talk, name: bytes, following: bool = False) -> Steps:
    """Answer to SELECT by name; `following`: the next one of that name."""
    return (yield from talk.command("00A40402" if following else "00A40400", name))


def control_information(data: bytes) -> dict[str, bytes]:
    """What an application says of itself when it is selected: the name under 84, beside it what stands in A5. Raises TlvError."""
    outer = unique(objects(inside(data, "6F")))
    if "84" not in outer:
        raise TlvError("no name")
    return {**unique(objects(outer.get("A5", b""))), "84": outer["84"]}


def _listed(talk: Talk, data: bytes, known: list[bytes]) -> Steps:
    file = control_information(data).get("88", b"")
    if len(file) != 1 or not 1 <= file[0] <= 10:
        raise TlvError("no file of the list")
    found: list[Candidate] = []
    for number in range(1, MOST_RECORDS + 1):
        answer: Answer = yield from talk.command(f"00B2{number:02X}{file[0] << 3 | 4:02X}")
        if answer.status == NO_RECORD:
            return found
        for tag, entry in objects(inside(answer.good(), "70")):
            if tag == "61":
                found += _entry(unique(objects(entry)), known)
    raise TlvError("a list without an end")


def _entry(entry: dict[str, bytes], known: list[bytes]) -> list[Candidate]:
    aid = entry.get("4F", b"")
    ours = len(aid) in AID_BYTES and any(aid.startswith(each) for each in known)
    return [Candidate(aid, _rank(entry))] if ours and not _asks_consent(entry) else []


def _by_name(talk: Talk, known: list[bytes]) -> Steps:
    found: list[Candidate] = []
    for aid in known:
        for turn in range(MOST_NEXT):
            answer: Answer = yield from select(talk, aid, following=turn > 0)
            if answer.status == CARD_BLOCKED:
                raise Refusal("card")
            if answer.status not in (OK, APPLICATION_BLOCKED):
                break
            information = control_information(answer.data)
            if not information["84"].startswith(aid) or len(information["84"]) not in AID_BYTES:
                raise TlvError("another application than was asked for")
            if answer.status == OK and not _asks_consent(information):
                found.append(Candidate(information["84"], _rank(information)))
            if information["84"] == aid:
                break
    return found


def _rank(entry: dict[str, bytes]) -> int:
    priority = entry.get("87", b"\0")[:1]
    return (priority[0] & 0x0F if priority else 0) or 16


def _asks_consent(entry: dict[str, bytes]) -> bool:
    return bool(entry.get("87", b"")[:1] and entry["87"][0] & CONSENT)
