"""What can be touched: the names that `Key.target` carries and `Touched` answers.

One module, so that the journey, the controller and the views name the same things. A target with a value is
`name:value`: `station:SJP`, `letter:S`, `class:O`.
"""

from __future__ import annotations

# -- around every body
LANGUAGE = "language"
CONTRAST = "contrast"
LARGE_TEXT = "large_text"
BACK = "back"
HOME = "home"
HELP = "help"
CALL_STAFF = "call_staff"
MORE_TIME = "more_time"
SERVICE = "service"  # staff log-in
START = "start"

# -- home
DESTINATION = "destination"
TRAIN_NUMBER = "train_number"
NEXT_TRAINS = "next_trains"
ROUTE_MAP = "route_map"
FIXED = "fixed"
COLLECT = "collect"
REFUNDS = "refunds"

# -- what was bought elsewhere
TYPE_CODE = "type_code"
CODE = "code:"  # a digit of a code that is worth tickets: masked wherever touches are kept
ORDER = "order:"

# -- search
ORIGIN = "origin"
SWAP = "swap"
TRIP = "trip"
DATE = "date"
SHOW_TRAINS = "show_trains"
STATION = "station:"
PROVINCE = "province:"
LETTER = "letter:"
DIGIT = "digit:"
NUMBER = "number:"
TAB = "tab:"
CLEAR = "clear"
ERASE = "erase"
PREVIOUS = "previous"
NEXT = "next"
DAY = "day:"

# -- the route map
PLATE = "plate:"
PAN = "pan:"
ZOOM = "zoom:"
AREA = "area:"
LINE = "line:"
FROM = "from:"  # another station of the city
LISTED = "listed"  # the lines as a list, and back
GO = "go"

# -- trains and seats
TRAIN = "train:"
KIND = "kind:"
AVAILABLE = "available"
DEPARTS = "departs"
SORT = "sort"
CLASS = "class:"
PLUS = "plus:"
MINUS = "minus:"
WISH = "wish:"
HOLD = "hold"
AGREE = "agree"  # to what is offered instead
DECLINE = "decline"

# -- the sale: handed on by the journey, answered by the controller
PAY = "pay"
CANCEL = "cancel"
CHANGE_ORDER = "change_order"
PAY_CASH = "pay_cash"
PAY_CODE = "pay_code"
PAY_CARD = "pay_card"
PAY_SCAN = "pay_scan"
OTHER_WAY = "other_way"  # not by this card or phone after all
RECEIPT = "receipt"
SLIP_AGAIN = "slip_again"
CLAIM_DONE = "claim_done"
CONTINUE = "continue"  # after a restart: go on with the sale
MONEY_BACK = "money_back"  # after a restart: rather the money

PLAIN = frozenset(
    {
        LANGUAGE, CONTRAST, LARGE_TEXT, BACK, HOME, HELP, CALL_STAFF, MORE_TIME, SERVICE, START, DESTINATION,
        TRAIN_NUMBER, NEXT_TRAINS, ROUTE_MAP, FIXED, COLLECT, TYPE_CODE, REFUNDS, ORIGIN, SWAP, TRIP, DATE, SHOW_TRAINS, CLEAR,
        ERASE, PREVIOUS, NEXT, AVAILABLE, DEPARTS, SORT, HOLD, AGREE, DECLINE, LISTED, GO, PAY, CANCEL, CHANGE_ORDER,
        PAY_CASH, PAY_CODE, PAY_CARD, PAY_SCAN, OTHER_WAY, RECEIPT, SLIP_AGAIN, CLAIM_DONE, CONTINUE, MONEY_BACK,
    }
)  # fmt: skip
VALUED = frozenset(
    {
        STATION, PROVINCE, LETTER, DIGIT, NUMBER, TAB, DAY, TRAIN, KIND, CLASS, PLUS, MINUS, WISH, PLATE, PAN, ZOOM,
        AREA, LINE, FROM, CODE, ORDER,
    }
)  # fmt: skip
PAY_BY = {PAY_CASH: "cash", PAY_CARD: "card", PAY_CODE: "code", PAY_SCAN: "scan"}
"""Target -> the way to pay that it chooses."""
SALE = frozenset({PAY, CANCEL, CHANGE_ORDER, *PAY_BY, OTHER_WAY, RECEIPT, SLIP_AGAIN, CLAIM_DONE, CONTINUE, MONEY_BACK})
"""Touches that belong to a running sale."""


def split(target: str) -> tuple[str, str]:
    """(name, value): `station:SJP` is (`station:`, `SJP`), `back` is (`back`, ``)."""
    name, colon, value = target.partition(":")
    return name + colon, value


def known(target: str) -> bool:
    """Whether a target is one of these."""
    name, value = split(target)
    return name in PLAIN or (name in VALUED and bool(value))
