"""Every call of the station computer: what is sent, and which fact each answer, or none, becomes. Pure.

Source: station-api sheet. A deed without a usable answer is uncertain: it may have happened. Only an answer that says no
in the sheet's words (409) is a refusal; a 401, a 5xx or noise after a money deed proves nothing about an earlier try.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from drivers.station_http import codec
from drivers.station_http.codec import Malformed
from kiosk.ports.fact import Fact
from kiosk.ports.station import (
    ConfirmRefused,
    ConfirmUncertain,
    InboxFailed,
    InboxHeard,
    LockRefused,
    LockReleased,
    LockRenewed,
    LockUncertain,
    MediaFailed,
    MediaHeld,
    NetworkKnown,
    OrdersFailed,
    OrdersFound,
    Outbox,
    PlacesLocked,
    PrintedReported,
    RecordsFailed,
    RecordsTaken,
    RenewFailed,
    SaleConfirmed,
    SaleStateKnown,
    SaleStateUnknown,
    SessionGranted,
    SessionRefused,
    TrainsFailed,
    TrainsListed,
    TrainStops,
    VoidReported,
)
from kiosk.ports.trips import LockedPlace, Order

STATES = ("none", "held", "expired", "released", "confirmed", "printed", "voided")
_ENCODER = json.JSONEncoder(ensure_ascii=False)
AGAIN = (401, 403, 408, 425, 429)
"""Answers to a deed that may be another one later: the token renewed, the station less busy."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, parsed JSON (None: no or broken JSON) and ETag of a reply."""

    status: int
    body: Any = None
    etag: str = ""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The station's error code, or one made from the status."""
        code = self.body.get("error") if type(self.body) is dict else None
        return code if type(code) is str and code else f"http_{self.status}"


@dataclass(frozen=True, slots=True)
class Call:
    """`hear` makes the fact of an answer (raises Malformed), `silence` the one of none, with the reason; None: nothing
    to say. A `question` changes nothing at the station and may be asked twice. `waits_ms`: so long it may hold its
    answer back. What a body holds may be a code or a document: nobody prints it."""

    name: str
    method: str
    path: str
    hear: Callable[[Answer], Fact | None]
    silence: Callable[[str], Fact | None]
    body: Any = field(default=None, repr=False)
    question: bool = False
    etag: str = ""
    sale: str = ""
    waits_ms: int = 0

    def once_more(self, silence: str) -> bool:
        """Whether it is asked again at once: a question cut off on a kept-alive connection, which the station may have closed."""
        return self.question and silence == "cut"

    def content(self) -> bytes | None:
        """The body as it is sent; None: no body."""
        return None if self.body is None else _ENCODER.encode(self.body).encode()


def _good(answer: Answer) -> Any:
    if not answer.good:
        raise Malformed(answer.code)
    return answer.body


def open_session(machine: str, epoch: str, software: str, boot: int, clock_ms: int) -> Call:
    def hear(answer: Answer) -> Fact:
        if answer.status == 401:
            return SessionRefused("bad_token")
        if 400 <= answer.status < 500:
            return SessionRefused(answer.code)
        body = _good(answer)
        if not codec.get(body, "grant", bool):
            return SessionRefused("no_grant")
        return SessionGranted(
            codec.get(body, "station", str),
            codec.moment(body, "time_ms"),
            codec.limits(codec.get(body, "limits", dict)),
        )

    body = {"epoch": epoch, "software": software, "boot": boot, "clock_ms": clock_ms}
    path = f"/v1/devices/{quote(machine, safe='')}/sessions"
    return Call("session", "POST", path, hear, lambda reason: None, body)


def ask_time() -> Call:
    def hear(answer: Answer) -> None:
        codec.moment(_good(answer), "time_ms")

    return Call("time", "GET", "/v1/time", hear, lambda reason: None, question=True)


def ask_network(etag: str, known: NetworkKnown | None) -> Call:
    def hear(answer: Answer) -> Fact | None:
        if answer.status == 304:
            return known
        return NetworkKnown(codec.network(_good(answer)))

    return Call("network", "GET", "/v1/network", hear, lambda reason: None, question=True, etag=etag)


def ask_trains(request: int, origin: str, destination: str, date: str, train: str) -> Call:
    def hear(answer: Answer) -> Fact:
        if 400 <= answer.status < 500:
            return TrainsFailed(request, answer.code)
        body = _good(answer)
        return TrainsListed(request, codec.moment(body, "at_ms"), codec.offers(body))

    body = {"origin": origin, "destination": destination, "date": date, **({"train": train} if train else {})}
    silence = lambda reason: TrainsFailed(request, reason)
    return Call("trains", "POST", "/v1/availability:query", hear, silence, body, question=True)


def ask_stops(request: int, train: str, date: str) -> Call:
    def hear(answer: Answer) -> Fact:
        if answer.status == 404:
            return TrainStops(request, train, ())
        return TrainStops(request, train, codec.stops(_good(answer)))

    path = f"/v1/trains/{quote(train, safe='')}?date={quote(date, safe='')}"
    return Call("stops", "GET", path, hear, lambda reason: TrainsFailed(request, reason), question=True)


def find_orders(machine: str, request: int, code: str, document: str) -> Call:
    def hear(answer: Answer) -> Fact:
        if 400 <= answer.status < 500:
            return OrdersFailed(request, answer.code)
        return OrdersFound(request, codec.orders(_good(answer)))

    body = {"machine": machine, **({"code": code} if code else {"document": document})}
    silence = lambda reason: OrdersFailed(request, reason)
    return Call("orders", "POST", "/v1/orders:find", hear, silence, body, question=True)


def lock(machine: str, sale: str, order: Order) -> Call:
    wanted = len(order.passengers)
    return _lock("/v1/locks", codec.lock_body(machine, sale, order), sale, lambda body: codec.places(body, wanted))


def collect(machine: str, sale: str, number: str, most: int) -> Call:
    path = f"/v1/orders/{quote(number, safe='')}:collect"
    return _lock(path, {"machine": machine, "key": sale}, sale, lambda body: codec.left_of_order(body, most))


def _lock(path: str, asked: dict[str, Any], sale: str, places: Callable[[Any], tuple[LockedPlace, ...]]) -> Call:
    def hear(answer: Answer) -> Fact:
        if 400 <= answer.status < 500 and answer.status != 408:
            left = answer.body.get("left", 0) if type(answer.body) is dict else 0
            return LockRefused(sale, answer.code, left if type(left) is int and left >= 0 else 0)
        body = _good(answer)
        if codec.get(body, "key", str) != sale or codec.get(body, "state", str) != "held":
            raise Malformed("not the lock that was asked for")
        return PlacesLocked(
            sale,
            places(body),
            codec.amount(body, "total_fen"),
            codec.amount(body, "remaining_ms"),
            codec.longest_ms(body),
        )

    silence = lambda reason: LockUncertain(sale, reason)
    return Call("lock", "POST", path, hear, silence, asked, sale=sale)


def renew(sale: str, note: int) -> Call:
    def hear(answer: Answer) -> Fact:
        if answer.status == 409:
            return RenewFailed(sale, answer.code)
        return LockRenewed(sale, codec.amount(_good(answer), "remaining_ms"))

    silence = lambda reason: RenewFailed(sale, reason)
    return Call("renew", "POST", f"/v1/locks/{quote(sale, safe='')}:renew", hear, silence, {"note": note}, sale=sale)


def _answered(answer: Answer) -> None:
    """Any answer that would be the same tomorrow settles a deed the station keeps by its key."""
    if not answer.good and (answer.status >= 500 or answer.status < 400 or answer.status in AGAIN):
        raise Malformed(answer.code)


def release(sale: str) -> Call:
    def hear(answer: Answer) -> Fact:
        _answered(answer)
        return LockReleased(sale, certain=True)

    silence = lambda reason: LockReleased(sale, certain=False)
    return Call("release", "POST", f"/v1/locks/{quote(sale, safe='')}:release", hear, silence, {}, sale=sale)


def confirm(sale: str, total_fen: int, rounding_fen: int, cash_fen: int, card_fen: int = 0) -> Call:
    def hear(answer: Answer) -> Fact:
        if answer.status == 409:
            return ConfirmRefused(sale, answer.code)
        body = _good(answer)
        if codec.get(body, "state", str) != "confirmed" or not (tickets := codec.tickets(body)):
            raise Malformed("not a confirmation")
        return SaleConfirmed(sale, tickets)

    paid = {"cash_fen": cash_fen, "card_fen": card_fen}
    body = {"total_fen": total_fen, "rounding_fen": rounding_fen, "paid": paid}
    silence = lambda reason: ConfirmUncertain(sale, reason)
    return Call("confirm", "POST", f"/v1/locks/{quote(sale, safe='')}:confirm", hear, silence, body, sale=sale)


def ask_state(sale: str) -> Call:
    def hear(answer: Answer) -> Fact:
        body = _good(answer)
        state = codec.get(body, "state", str)
        if codec.get(body, "key", str) != sale or state not in STATES:
            raise Malformed(f"state {state} of {sale}")
        tickets = codec.tickets(body) if body.get("tickets") is not None else ()
        if state == "confirmed" and not tickets:
            raise Malformed("confirmed without tickets")
        return SaleStateKnown(sale, state, tickets)

    silence = lambda reason: SaleStateUnknown(sale, reason)
    return Call("state", "GET", f"/v1/sales/{quote(sale, safe='')}", hear, silence, question=True, sale=sale)


def printed(sale: str, tickets: Sequence[tuple[int, str, str, str]]) -> Call:
    def hear(answer: Answer) -> Fact:
        _answered(answer)
        return PrintedReported(sale, certain=True)

    body = {"tickets": [{"place": i, "number": n, "blank": blank, "state": s} for i, n, blank, s in tickets]}
    silence = lambda reason: PrintedReported(sale, certain=False)
    return Call("printed", "POST", f"/v1/sales/{quote(sale, safe='')}:printed", hear, silence, body, sale=sale)


def void(sale: str, places: Sequence[int] | None, reason: str) -> Call:
    def hear(answer: Answer) -> Fact:
        _answered(answer)
        return VoidReported(sale, certain=True)

    body = {"places": None if places is None else list(places), "reason": reason}
    silence = lambda why: VoidReported(sale, certain=False)
    return Call("void", "POST", f"/v1/sales/{quote(sale, safe='')}:void", hear, silence, body, sale=sale)


def send_records(machine: str, epoch: str, first_seq: int, lines: Outbox) -> Call:
    def hear(answer: Answer) -> Fact:
        if answer.status == 409 and answer.code == "gap":
            return RecordsTaken(epoch, 0, codec.amount(answer.body, "expected"), fork=False)
        if answer.status == 409 and answer.code == "fork":
            return RecordsTaken(epoch, 0, 0, fork=True)
        return RecordsTaken(epoch, codec.amount(_good(answer), "acked"), 0, fork=False)

    segment = {"name": lines.segment, "first_seq": lines.first_seq}
    body = {"epoch": epoch, "first_seq": first_seq, "lines": list(lines.texts), "segment": segment}
    silence = lambda reason: RecordsFailed(epoch, first_seq, reason)
    return Call("records", "POST", f"/v1/devices/{quote(machine, safe='')}/records", hear, silence, body)


def put_status(machine: str, state_seq: int, status: dict[str, Any]) -> Call:
    body = {"state_seq": state_seq, **status}
    path = f"/v1/devices/{quote(machine, safe='')}/status"
    return Call("status", "PUT", path, lambda answer: None, lambda reason: None, body)


def ask_inbox(machine: str, after: int, have: int, wait_ms: int) -> Call:
    def hear(answer: Answer) -> Fact:
        if answer.code == "no_grant" and answer.status == 403:
            return InboxFailed("no_grant")
        body = _good(answer)
        return InboxHeard(codec.signed(body, "commands"), codec.signed(body, "sets"))

    path = f"/v1/devices/{quote(machine, safe='')}/inbox?after={after}&have={have}&wait_ms={wait_ms}"
    return Call("inbox", "GET", path, hear, InboxFailed, question=True, waits_ms=wait_ms)


def fetch_media(sha256: str, keep: Callable[[bytes], MediaHeld | MediaFailed]) -> Call:
    def hear(answer: Answer) -> Fact:
        if 400 <= answer.status < 500:
            return MediaFailed(sha256, answer.code)
        return keep(codec.packed(_good(answer), "png"))

    silence = lambda reason: MediaFailed(sha256, reason)
    return Call("media", "GET", f"/v1/media/{quote(sha256, safe='')}", hear, silence, question=True)
