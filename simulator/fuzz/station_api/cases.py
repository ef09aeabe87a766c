"""One call at a time, made up by schemathesis from the OpenAPI file, and what every answer is held to.

Half of the calls that fit the file get values that mean something here (a sale's key, a ticket's number, a date on sale): made-up
ones never come beyond "not found".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction, load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Err
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks as openapi

from simulator.fuzz.station_api.stage import DAYS, EPOCH, KEYS, PEOPLE, PICTURE, TOKENS, Heard, Stage, lines
from simulator.station.machines.office import PATH as OFFICE

BASE = "http://station"
CHECKS: Sequence[CheckFunction] = (
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
)
SENT = ("method", "url", "params", "json", "data", "headers")
SENSIBLE = 5
"""So many calls of each that fits the file."""
WRONG = "token-of-nobody"
OLD_AND_FAR = ["0001-01-01", "9999-12-31", "2026-02-30", "20261122", "2026-W47-6"]


class Api:
    """All calls of a stage."""

    def __init__(self, stage: Stage) -> None:
        load_all_checks()
        self._stage = stage
        told = json.loads(stage.ask("GET", "/openapi.json", {}, b"").content)
        self._schema = schemathesis.openapi.from_dict(told)
        self._random = Random(0)
        self.asked: dict[str, Counter[int]] = {}
        """How often each status was heard, by call."""

    def operations(self) -> Iterator[APIOperation[Any, Any, Any, Any]]:
        for each in self._schema.get_all_operations():
            if isinstance(each, Err):
                raise each.err()
            yield each.ok()

    def fuzz(self, operation: APIOperation[Any, Any, Any, Any], examples: int, seed: int | None = None) -> None:
        """So many calls that fit the file and as many that do not. Raises what a check says of the smallest case; without a seed
        the cases are always the same."""
        self._stage.refill()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
                continue

            @settings(
                max_examples=examples,
                derandomize=seed is None,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink),
            )
            @given(case=operation.as_strategy(generation_mode=mode), dice=st.integers(0, 2**32))
            def play(case: Any, dice: int) -> None:
                self.play(case, Random(dice))

            if seed is not None:
                from hypothesis import seed as seeded

                seeded(seed)(play)()
            else:
                play()

    def play(self, case: Any, dice: Random) -> None:
        """Ask as it is, and judge the answer; what fits also with values that mean something here."""
        if case.meta.generation.mode.is_negative:
            _make_known(case, dice, self._stage)  # or it would be refused for the machine that does not exist
            self._ask(case, dice, sure=True)
            return
        self._ask(case, dice)
        made_up = deepcopy((case.path_parameters, case.query, case.body))
        for number in range(SENSIBLE):
            case.path_parameters, case.query, case.body = deepcopy(made_up)
            _make_sense(case, dice, self._stage, usual=number == 0)
            self._ask(case, dice)

    def _ask(self, case: Any, dice: Random, sure: bool = False) -> None:
        """`sure`: by somebody who may."""
        if "wait_ms" in (case.query or {}):
            case.query["wait_ms"] = str(case.query["wait_ms"])[:1]  # nobody waits here for half a minute
        kwargs = case.as_transport_kwargs(base_url=BASE)
        asked = requests.Request(**{name: value for name, value in kwargs.items() if name in SENT}).prepare()
        asked.headers.pop("Authorization", None)
        token = _token(asked.path_url, dice, sure)
        if token:
            asked.headers["Authorization"] = f"Bearer {token}"
        body = asked.body.encode() if isinstance(asked.body, str) else asked.body or b""
        heard = self._stage.ask(asked.method or "", asked.path_url, dict(asked.headers), body)
        self.asked.setdefault(case.operation.label, Counter())[heard.status] += 1
        try:
            case.validate_response(_response(asked, heard), checks=list(CHECKS))
        except BaseExceptionGroup as several:  # schemathesis's own kind is no Exception
            raise AssertionError("\n".join(str(each) for each in several.exceptions)) from several
        judge(heard)


def judge(heard: Heard) -> None:
    """What holds of every answer: not the server's fault, and JSON that any reader reads."""
    assert heard.status < 500, heard
    if heard.content:
        json.loads(heard.content, parse_constant=_no_number)


def _no_number(text: str) -> None:
    raise AssertionError(f"{text} is no JSON")


def _response(asked: requests.PreparedRequest, heard: Heard) -> Response:
    headers = {name: [value] for name, value in heard.headers.items()}
    return Response(heard.status, headers, heard.content, asked, 0.0, False, encoding="utf-8")


def _can_be_wrong(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    return bool(operation.body) or bool(operation.path_parameters) or bool(operation.query)


def _token(path: str, dice: Random, sure: bool) -> str:
    """Mostly somebody who may ask; sometimes another, a wrong one or none."""
    people = [person.token for person in PEOPLE.values()]
    ours, others = (people, [*TOKENS.values()]) if path.startswith(OFFICE) else ([*TOKENS.values()], people)
    first = dice.choice(people[:2]) if path.startswith(OFFICE) else TOKENS["T07"]
    return first if sure else dice.choice([first] * 40 + ours + [others[0], WRONG, ""])


def _known(path: str, dice: Random, stage: Stage, usual: bool) -> dict[str, list[Any]]:
    """Values of this station by the name of a field; `usual`: what is asked every day."""
    values = _values(dice, stage)
    if usual:
        values = {name: some[:1] for name, some in values.items()}
        if path.endswith("/exchange-offers"):
            values |= _exchangeable(stage)
    values |= _of_the_office(path, stage)
    fitting = _fitting(path, stage)
    if fitting and (usual or dice.random() < 0.8):
        values["key"] = fitting
    return values


def _exchangeable(stage: Stage) -> dict[str, list[Any]]:
    """A ticket that nobody has brought back, and another ride from where it begins: by chance they seldom meet."""
    sales, train, origin, destination, seat_class = stage.shell.station.sales, *RIDES[0]
    fresh = [
        number
        for number, (key, place) in sales.delivered.items()
        if (sale := sales.by_key[key]).exchange is None
        and sale.run is not None
        and sale.run.train == train
        and place not in sale.refunded | sale.exchanged
    ]
    ride = {"train": train, "origin": origin, "destination": destination, "class": seat_class, "date": DAYS[1]}
    return {name: [value] for name, value in ride.items()} | {"tickets": [[number] for number in fresh[-2:]]}


def _make_sense(case: Any, dice: Random, stage: Stage, usual: bool) -> None:
    """Values of this station instead of made-up ones, most of which belong together."""
    values, sales = _known(case.operation.path, dice, stage, usual), stage.shell.station.sales.by_key
    _put(case.path_parameters, values, dice)
    _put(case.query, values, dice)
    if not isinstance(case.body, dict):
        return
    sale = sales.get(str((case.path_parameters or {}).get("key", "")))
    if sale is not None and sale.run is not None and dice.random() < 0.8:
        due_fen = sale.exchange["due_fen"] if sale.exchange else sale.total_fen
        values |= {
            "total_fen": [due_fen],
            "due_fen": [due_fen],
            "cash_fen": [max(0, due_fen)],
            "rounding_fen": [0, -50],
        }
        states = ("delivered", "retracted", "void", "unknown")
        values["tickets"] = [
            [{"place": place, "number": three[0], "blank": "E1", "state": dice.choice(states)}]
            for place, three in enumerate(sale.numbers)
        ] or [[]]
    case.body = _replaced(case.body, values, dice)
    if "what" in case.body:  # somebody is enrolled in a role
        case.body.setdefault("role", "operator")
    if {"code", "document"} <= set(case.body):  # a find takes one of them
        del case.body[dice.choice(["document", "code"])]
    if "lines" in case.body:
        case.body |= {"epoch": EPOCH, "first_seq": _next_seq(stage), "lines": _told(dice, stage)}
        case.body["segment"] = dice.choice([None, {"name": "000001-2026-11-21.journal", "first_seq": 1}])


def _of_the_office(path: str, stage: Stage) -> dict[str, list[Any]]:
    """Numbers there are those of what waits for a second person. Nobody whose token is used here is locked out."""
    station, found = stage.shell.station, dict[str, list[Any]]()
    if path.startswith(f"{OFFICE}people"):
        found = {"person": [f"p{len(station.people.proposals)}", "olga"], "what": ["enrol"], "role": ["operator"]}
    if path.endswith(":lock"):
        found["person"] = ["olga"]
    if "/proposals/{number}" in path:
        found["number"] = [str(number) for number, one in station.people.proposals.items() if one.state == "open"]
    if path == f"{OFFICE}operators":
        boss = {
            "number": "2001",
            "name": "赵敏",
            "english": "Zhao Min",
            "role": "supervisor",
            "until_ms": 0,
            "pin": "864209",
        }
        found = {"change": [[boss]], "remove": [[]]}
    if "media" in path:
        notice = {"text": "演练", "english": "drill", "from_ms": 0, "until_ms": 0, "urgency": "info"}
        found = {"png": [PICTURE], "pictures": [[]], "notices": [[notice], []], "expires_ms": [0]}
        found["sha256"] = list(station.machines.pictures.by_hash)
    if path.startswith(f"{OFFICE}policies"):
        found = {
            "begins": ["2026-11-21T20:00", "", "20:00"],
            "ends": ["", "2026-11-22T02:00"],
            "cities": [[], ["武汉"]],
        }
        found |= {"bought_before": ["", "2026-11-21T19:00"], "refund_until": [""]}
        waiting = "withdrawn_by" if path.endswith(":withdraw") else "released_by"
        found["number"] = [
            str(number) for number, one in station.policies.by_number.items() if not getattr(one, waiting)
        ]
    if path.startswith(f"{OFFICE}changes"):
        found = {"train": ["K598"], "date": [DAYS[2], DAYS[2], DAYS[3]], "class": ["hard_seat"], "like": ["01"]}
        found |= {
            "kind": ["places"],
            "last": [""],
            "count": [1, 2],
        }  # a run that is cancelled would stop every other call
        waiting = "withdrawn_by" if path.endswith(":withdraw") else "released_by"
        found["number"] = [
            str(number) for number, one in station.changes.by_number.items() if not getattr(one, waiting)
        ]
    return {name: some for name, some in found.items() if some}


def _make_known(case: Any, dice: Random, stage: Stage) -> None:
    """The path of a wrong call leads to something, unless the path is what is wrong."""
    of_path = case.meta.components.get(ParameterLocation.PATH)
    if of_path is not None and not of_path.mode.is_negative:
        _put(case.path_parameters, _known(case.operation.path, dice, stage, usual=True), dice)


def _put(holder: Any, values: dict[str, list[Any]], dice: Random) -> None:
    for name in list(holder or ()):
        if name in values:
            holder[name] = dice.choice(values[name])


def _fitting(path: str, stage: Stage) -> list[str]:
    """Keys of what takes the deed of this path now."""
    sales = stage.shell.station.sales
    if "/refund-offers/" in path:
        return [key for key, refund in sales.refunds.items() if not refund.done]
    state, exchanged = BEFORE.get(path.rpartition(":")[2]), "/exchange-offers/" in path
    return [
        key
        for key, sale in sales.by_key.items()
        if "{key}" in path
        and state in (None, sale.state)
        and key.startswith("T07.")
        and (not exchanged or sale.exchange)
    ]


BEFORE = {"renew": "held", "confirm": "held", "printed": "confirmed"}
"""The state in which a sale takes a deed."""


def _replaced(body: dict[str, Any], values: dict[str, list[Any]], dice: Random) -> dict[str, Any]:
    """Most of the names that are known here; nested bodies too."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if name in values and dice.random() < 0.95:
            found[name] = dice.choice(values[name])
        elif isinstance(value, dict):
            found[name] = _replaced(value, values, dice)
        else:  # JSON schema takes 1.0 for an integer, the station does not
            found[name] = int(value) if isinstance(value, float) and value.is_integer() else value
    return found


RIDES = [("K598", "BXP", "WCN", "hard_seat")] * 4 + [
    ("G1", "VNP", "AOH", "second"),
    ("K598", "WCN", "BXP", "hard_seat"),
]


def _values(dice: Random, stage: Stage) -> dict[str, list[Any]]:
    """What each name may be: mostly one thing that fits the others, sometimes another."""
    sales = stage.shell.station.sales
    dues = [refund.step["refund_fen"] for refund in sales.refunds.values()][-4:]
    days = [*DAYS[:3]] * 6 + DAYS + OLD_AND_FAR
    fresh = f"T07.{EPOCH}.{dice.randrange(100, 9_999)}"
    numbers = dice.sample(list(sales.delivered), 4)
    train, origin, destination, seat_class = dice.choice(RIDES)
    return {
        "id": ["T07"],
        "machine": ["T07"] * 12 + ["T08", "T99"],
        "key": [*[fresh] * 60, *KEYS, *list(sales.by_key)[-4:], *list(sales.refunds)[-4:]],
        "epoch": [EPOCH],
        "number": ["K598", "G1"],
        "train": [train],
        "date": days,
        "day": days,
        "origin": [origin] * 9 + ["SHH"],
        "destination": [destination] * 9 + ["SHH"],
        "class": [seat_class] * 9 + ["hard_sleeper"],
        "passengers": [["adult"], ["adult", "child"], ["student"]],
        "wish": ["none", "window", "together", "standing"],
        "coach": ["01", "05"],
        "tickets": [*[[number] for number in numbers], numbers[:2], ["Z999999"]],
        "document": [None, "ABCD1234"],
        "order": ["E100000001"],
        "code": [stage.code, "C-1"],
        "wait_ms": ["0", "1"],
        "refund_fen": dues or [0],
        "card_fen": [0],
        "rounding_fen": [0],
        "set": ["operating"],
        "version": ["1", "2", *[str(stage.shell.station.machines.sets.next_version() - 1)] * 4],
        "to_version": [1, 2],
        "body": [{"take_ms": 30_000}, {"opens_min": 0, "closes_min": 60}, {"take_ms": 1}],
        "box": [f"T07.{EPOCH}.1"],
        "unpaid": [f"T07.{EPOCH}.1.1"],
        "station": ["BXP", "XXX"],
        "name": ["mode", "end_day", "registers", "settle"],
        "argument": ["closed", "", *days],
    }


def _next_seq(stage: Stage) -> int:
    return stage.shell.station.records.acked("T07", EPOCH) + 1


def _told(dice: Random, stage: Stage) -> list[str]:
    """Journal lines that are well formed, of facts that are not: what a machine with a defect might say."""
    stream = stage.shell.station.records.streams[("T07", EPOCH)]
    records: list[Any] = [(_fact(dice, FACTS), [_fact(dice, INTENTS)]) for _ in range(dice.randrange(1, 4))]
    return lines(*records, first=stream.acked + 1, chain=stream.chain or 0)


FACTS: dict[str, tuple[str, ...]] = {
    "sale.start": ("number", "key"),
    "stack!": ("result", "note", "value_fen"),
    "capture!": ("result", "payment"),
    "sys.command": ("seq", "name", "argument", "outcome", "reason"),
    "sys.params": ("set", "version", "why"),
    "params.staged": ("set", "version"),
    "params.people": ("set", "version"),
    "params.media": ("set", "version"),
    "params.refused": ("set", "version", "reason"),
}
INTENTS: dict[str, tuple[str, ...]] = {
    "sale.end": ("sale", "outcome", "ours_fen", "delivered_fen", "paid_out_fen", "claims_fen", "rounding_fen"),
    "auth?": ("payment", "amount_fen"),
    "claim.add": ("sale", "code", "amount_fen"),
    "unpaid.add": ("sale", "payment", "amount_fen", "reference"),
    "box.swap": ("notes", "tag"),
    "registers": ("day", "values"),
}
THINGS: list[Any] = [
    0,
    1,
    3,
    -5,
    10**30,
    1.5,
    True,
    None,
    "",
    "done",
    "stacked",
    "2026-11-21",
    [],
    [1],
    [[1, 2]],
    [["a", 1]],
    {},
]


def _fact(dice: Random, known: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    kind = dice.choice(list(known))
    return {"kind": kind} | {name: dice.choice(THINGS) for name in known[kind] if dice.random() < 0.95}
