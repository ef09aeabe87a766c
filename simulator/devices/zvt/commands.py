"""What a cash register may order, and how strictly it is read: every command becomes a flow, or a code that refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.devices.zvt import codes, telling
from simulator.devices.zvt.card_run import CardRun, Order
from simulator.devices.zvt.codes import Code, Config, Control, Field
from simulator.devices.zvt.desk import Kind
from simulator.devices.zvt.fields import Malformed, number, parse
from simulator.devices.zvt.flow import Flow, Say
from simulator.devices.zvt.inside import Inside
from simulator.devices.zvt.settling import Settling

PASSWORD, CONFIG, CURRENCY = 3, 1, 2
CARD_DATA = (Field.EXPIRY, Field.PAN, Field.TRACK_2)
MOST_FEN = 5_000_000
"""The terminal's own limit for one payment."""
WITHOUT_REGISTRATION = (codes.REGISTRATION, codes.STATUS, codes.LOG_OFF)


class Refused(Exception):
    """The command is not obeyed: `code` is the instruction of the negative answer."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code:02X}")
        self.code = code


class Commands:
    def __init__(self, inside: Inside, in_block: bool) -> None:
        self._inside = inside
        self.settling = Settling(inside, in_block)
        self._card_run = CardRun(inside, self.settling, in_block)
        self._known: Mapping[Control, Callable[[bytes], Flow[None] | None]] = {
            codes.REGISTRATION: self._registration,
            codes.AUTHORISATION: self._authorisation,
            codes.LOG_OFF: self._log_off,
            codes.REPEAT_RECEIPT: self._repeat_receipt,
            codes.REVERSAL: self._reversal,
            codes.REFUND: self._refund,
            codes.END_OF_DAY: self._end_of_day,
            codes.DIAGNOSIS: self._diagnosis,
            codes.STATUS: self._status,
        }

    def flow_of(self, control: Control, data: bytes) -> Flow[None] | None:
        """What follows the acknowledgement, None when nothing does. Raises Refused; then nothing has changed."""
        if control not in self._known:
            raise Refused(Code.NOT_SUPPORTED)
        if self._inside.config is None and control not in WITHOUT_REGISTRATION:
            raise Refused(Code.NOT_REGISTERED)
        try:
            return self._known[control](data)
        except Malformed as error:
            raise Refused(Code.PROTOCOL) from error

    # -- the terminal itself

    def _registration(self, data: bytes) -> Flow[None]:
        rest = self._password(data)
        if len(rest) < CONFIG:
            raise Malformed("no configuration")
        config, rest = rest[0], rest[CONFIG:]
        if rest:
            asked = number(rest[:CURRENCY]) if len(rest) >= CURRENCY else -1
            parse(rest[CURRENCY:], (Field.SERVICE, Field.TLV))
            if asked < 0:
                raise Malformed("no currency")
            self._demand_currency(asked)
        self._inside.config = Config(config)
        return telling.completed(telling.state(self._inside))

    def _log_off(self, data: bytes) -> None:
        _demand_nothing(data)
        self._inside.config = None

    def _status(self, data: bytes) -> Flow[None]:
        """Password and service byte may be left out."""
        if data:
            parse(self._password(data), (Field.SERVICE, Field.TLV))
        memory = self._inside.memory
        batch = memory.closing or self._inside.has("batch_full")
        code = Code.OPEN_BATCH if batch else Code.NO_CONNECTION if memory.unsettled() else Code.GOOD
        if self._inside.has("reader_broken"):
            code = Code.READER_BROKEN
        return telling.completed(telling.state(self._inside, code))

    def _diagnosis(self, data: bytes) -> Flow[None]:
        parse(data, (Field.TLV,))
        return self.settling.diagnosis()

    # -- money

    def _authorisation(self, data: bytes) -> Flow[None]:
        allowed = (Field.AMOUNT, Field.CURRENCY, Field.KIND, Field.LIMIT, Field.REPEATS, Field.TLV, *CARD_DATA)
        given = parse(data, allowed)
        if any(tag in given for tag in CARD_DATA):
            raise Refused(Code.FORBIDDEN)
        limit_s = given.get(Field.LIMIT, b"\x1e")[0]
        repeats = given.get(Field.REPEATS, b"\0")[0]
        order = Order(Kind.PURCHASE, self._amount(given), repeats, limit_s * 1_000)
        return self._card_run.run(order)

    def _refund(self, data: bytes) -> Flow[None]:
        given = parse(self._password(data), (Field.AMOUNT, Field.CURRENCY, Field.KIND))
        return self._card_run.run(Order(Kind.REFUND, self._amount(given)))

    def _reversal(self, data: bytes) -> Flow[None]:
        given = parse(self._password(data), (Field.RECEIPT, Field.AMOUNT, Field.CURRENCY, Field.KIND))
        if Field.RECEIPT not in given:
            raise Malformed("no receipt number")
        if Field.CURRENCY in given:
            self._demand_currency(number(given[Field.CURRENCY]))
        amount_fen = number(given[Field.AMOUNT]) if Field.AMOUNT in given else None
        return self.settling.reverse(number(given[Field.RECEIPT]), amount_fen)

    def _end_of_day(self, data: bytes) -> Flow[None]:
        _demand_nothing(self._password(data))
        return self.settling.end_of_day()

    def _repeat_receipt(self, data: bytes) -> Flow[None]:
        """06 20, of the public documents: how the last transaction came out."""
        parse(self._password(data), (Field.SERVICE, Field.TLV))
        return self._last_result()

    def _last_result(self) -> Flow[None]:
        entries = self._inside.memory.entries
        if not entries:
            yield from telling.aborted(Code.NOT_REVERSIBLE)
            return
        last = entries[-1]
        yield Say(telling.result(self._inside, last, telling.code_of(last), last.kept_fen))
        yield from telling.completed()

    # -- what they have in common

    def _password(self, data: bytes) -> bytes:
        """What stands behind it. Raises Refused, Malformed."""
        if len(data) < PASSWORD:
            raise Malformed("no password")
        number(data[:PASSWORD])
        if data[:PASSWORD].hex() != self._inside.memory.password:
            raise Refused(Code.WRONG_PASSWORD)
        return data[PASSWORD:]

    def _amount(self, given: Mapping[int, bytes]) -> int:
        if Field.AMOUNT not in given:
            raise Malformed("no amount")
        if Field.CURRENCY in given:
            self._demand_currency(number(given[Field.CURRENCY]))
        amount_fen = number(given[Field.AMOUNT])
        if amount_fen == 0:
            raise Malformed("an amount of nothing")
        if amount_fen > MOST_FEN:
            raise Refused(Code.TOO_MUCH)
        return amount_fen

    def _demand_currency(self, asked: int) -> None:
        if asked != telling.currency(self._inside):
            raise Refused(Code.WRONG_CURRENCY)


def _demand_nothing(data: bytes) -> None:
    if data:
        raise Malformed("more than there should be")
