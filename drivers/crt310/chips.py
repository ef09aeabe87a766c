"""Orders to a chip, in the card or in a SAM slot, and to the stripe. Source: card-reader sheet, section 1.2.

An APDU is sent once. A chip that did not answer one is not talked to again before it was reset: nobody knows what it has done.
"""

from __future__ import annotations

from drivers.crt310.codec import (
    CHIP_COLD,
    CHIP_WARM,
    MOST_APDU,
    MOST_SAM_APDU,
    SUPPLY_OFF,
    SUPPLY_ON,
    TRACKS_ASCII,
    ChipReply,
    Letter,
    Move,
    Track,
    apdu_command,
    parse_chip,
    parse_tracks,
    sam_reset,
)
from drivers.crt310.line import APDU_MS, CHIP_MS, Outcome, Reply, Request
from drivers.crt310.reader import HELD, Reader, Script, letter, refused, said
from kiosk.ports.card_reader import (
    APDU_BYTES,
    CardBytes,
    ChipAnswered,
    ChipFailed,
    ChipOff,
    ChipReady,
    TracksFailed,
    TracksRead,
)
from kiosk.ports.fact import Fact

READS = 2
STATUS_WORD = 2
LETTERS: dict[int, str] = {Letter.FAILED: "mute", Letter.NO_CARD: "no_card", Letter.ELSEWHERE: "elsewhere"}


def _of_sam(data: bytes, slot: int) -> bytes:
    """Whether a reply repeats the slot the sheet leaves open."""
    return data[1:] if data[:1] == bytes([0x2F + slot]) else data


def _parsed(reply: Reply, sam: int) -> ChipReply | None:
    return parse_chip(_of_sam(reply.data, sam) if sam else reply.data)


def _chip_request(name: str, command: bytes, answer_ms: int, sam: int) -> Request:
    return Request(name, command, lambda data: parse_chip(_of_sam(data, sam) if sam else data) is not None, answer_ms)


def power(reader: Reader, order: int, sam: int, warm: bool) -> Script[Fact]:
    why = "" if sam else (yield from _contacts(reader))
    if why:
        return ChipFailed(order, why)
    again = warm and not sam and 0 in reader.protocols
    reader.protocols.pop(sam, None)
    if not sam and not again:
        reader.powered = True
        reply = yield from reader.ask(Request("supply on", SUPPLY_ON, letter))
        if why := said(reply):
            return ChipFailed(order, why)
    command = sam_reset(sam) if sam else CHIP_WARM if again else CHIP_COLD
    reply = yield from reader.ask(_chip_request("chip reset", command, CHIP_MS, sam))
    found = _parsed(reply, sam) if reply.outcome is Outcome.DONE else None
    if found is None or not found.answer:
        return ChipFailed(order, _why(reply, found))
    reader.protocols[sam] = found.letter - Letter.DONE
    reader.counts.add("chips")
    reader.answer.keep(order, CardBytes(found.answer))
    return ChipReady(order, reader.protocols[sam])


def _contacts(reader: Reader) -> Script[str]:
    """Why the card is not at the contacts; empty when it is."""
    yield from reader.look()
    if reader.lost:
        return "silent"
    if reader.place not in HELD:
        return "foreign" if reader.place == "strange" else "no_card"
    if reader.place == "chip":
        return ""
    reader.protocols.pop(0, None)
    return (yield from reader.drive(Move.CHIP, ("chip",)))[0]


def _why(reply: Reply, found: ChipReply | None) -> str:
    if reply.outcome is Outcome.REFUSED:
        return refused(reply.code)
    return "silent" if found is None else LETTERS.get(found.letter, "garbled")


def power_off(reader: Reader, order: int) -> Script[Fact]:
    reader.protocols.pop(0, None)
    reader.powered = False
    reply = yield from reader.ask(Request("supply off", SUPPLY_OFF, letter))
    why = said(reply)
    return ChipFailed(order, why) if why and why != "no_card" else ChipOff(order)


def exchange(reader: Reader, order: int, apdu: CardBytes, sam: int) -> Script[Fact]:
    reader.answer.forget()
    protocol = reader.protocols.get(sam)
    if protocol is None:
        return ChipFailed(order, "power")
    if len(apdu) not in APDU_BYTES or len(apdu) > (MOST_SAM_APDU if sam else MOST_APDU):
        return ChipFailed(order, "request")
    command = apdu_command(protocol, apdu.reveal(), sam)
    reply = yield from reader.ask(_chip_request("apdu", command, APDU_MS, sam))
    found = _parsed(reply, sam) if reply.outcome is Outcome.DONE else None
    if found is None or len(found.answer) < STATUS_WORD:
        reader.protocols.pop(sam, None)
        return ChipFailed(order, _why(reply, found))
    reader.counts.add("apdus")
    reader.answer.keep(order, CardBytes(found.answer))
    return ChipAnswered(order)


def read_tracks(reader: Reader, order: int) -> Script[Fact]:
    """Reading moves nothing a passenger would notice, so it is done again when the status says that the card is still in."""
    reader.tracks.forget()
    for _ in range(READS):
        yield from reader.look()
        if reader.place not in HELD or reader.lost:
            return TracksFailed(order, "silent" if reader.lost else "no_card")
        reply = yield from reader.ask(
            Request("tracks", TRACKS_ASCII, lambda data: letter(data) or parse_tracks(data) is not None, CHIP_MS)
        )
        if reply.outcome is Outcome.REFUSED:
            return TracksFailed(order, refused(reply.code))
        if reply.outcome is not Outcome.DONE:
            continue
        tracks = parse_tracks(reply.data)
        if tracks is None:
            return TracksFailed(order, said(reply) or "garbled")
        reader.counts.add("tracks")
        reader.tracks.keep(order, tuple(_kept(track) for track in tracks))
        return TracksRead(order, tuple(track.state for track in tracks))
    return TracksFailed(order, "silent")


def _kept(track: Track) -> CardBytes | None:
    return CardBytes(track.text) if track.state == "read" else None
