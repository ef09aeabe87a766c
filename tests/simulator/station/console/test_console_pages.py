"""The console over HTTP without a socket: who comes in, what a page may do, and that every deed is the office's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from simulator.clock import SharedClock
from simulator.station.console import sight
from simulator.station.console.course import moment
from simulator.station.console.pages import STATIC
from simulator.station.console.sessions import SESSION_MS, TRIES, TRIES_MS, Sessions
from simulator.station.core import Station
from simulator.station.http import build_app
from simulator.station.machines.office import Person
from simulator.station.machines.people import People
from simulator.station.shell import StationShell
from simulator.station.store import Store
from simulator.station.wire import Refused, Request
from tests.simulator.station.helpers import ENROLLED, EPOCH, NOON, TOMORROW, key, lock_body, small_world
from tests.simulator.station.machines.desk import PEOPLE, SIGNER, Desk
from tests.simulator.station.machines.test_days import Line, ended, fact
from tests.simulator.station.memories import Memory

CLOCK = SharedClock(1.0, NOON, SharedClock.starting_now().base_mono_ms)
STAFF = {
    **PEOPLE,
    "olga": Person("olga", "token-of-olga", "operator"),
    "cy": Person("cy", "token-of-cy", "auditor"),
}
DRAFT = {"set": "operating", "body": {"take_ms": 30_000}, "effective_ms": 0, "expires_ms": 0, "reason": "a test"}
COMMAND = {"machine": "T07", "name": "mode", "argument": "closed", "valid_ms": 60_000, "reason": "cleaning"}


def fact_lines(count: int) -> list[Line]:
    return [fact("timer") for _ in range(count)]


TOLD = {"state_seq": 1, "mode": "normal", "reasons": [], "faults": [], "roll": 90, "limits": {"roll_low": 50}}


class Browser:
    """Keeps its cookie, and says the page's secret with what it posts unless it is told another."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._cookies = httpx.Cookies()
        self.csrf = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1", cookies=self._cookies
            ) as client:
                answer = await client.request(method, path, json=body, headers={"x-console": self.csrf, **headers})
                self._cookies = client.cookies
                return answer

        return anyio.run(send)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", f"/console/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        answer = self.ask("POST", f"/console/{path}", body)
        return answer.status_code, answer.json()

    def log_in(self, name: str) -> Browser:
        status, said = self.post("login", {"name": name, "token": STAFF[name].token})
        assert (status, said["name"]) == (200, name)
        self.csrf = said["csrf"]
        return self


@pytest.fixture
def store(tmp_path: Path, memory: Memory) -> Iterator[Store]:
    kept = memory.open(tmp_path)
    yield kept
    kept.close()


@pytest.fixture
def shell(store: Store) -> StationShell:
    station = Station(small_world(), ENROLLED, signer=SIGNER, people=STAFF)
    return StationShell(station, store, CLOCK, lambda reason: None)


@pytest.fixture
def app(shell: StationShell) -> Any:
    return build_app(shell, None)


@pytest.fixture
def browser(app: Any) -> Browser:
    return Browser(app)


def test_every_file_the_page_names_is_served_and_none_comes_from_elsewhere(browser: Browser) -> None:
    page = browser.ask("GET", "/console/")
    names = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    modules = [found for file in STATIC.glob("*.js") for found in re.findall(r'from "\./([^"]+)"', file.read_text())]
    assert len(names) >= 4
    for name in (*names, *(f"/console/static/{module}" for module in set(modules))):
        assert browser.ask("GET", name).status_code == 200, name
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert browser.ask("GET", "/").headers["location"] == "/console/"


def test_nothing_is_seen_or_done_by_who_is_not_logged_in(browser: Browser) -> None:
    for path in ("me", "see/overview", "see/trail", "office/machines", "events"):
        assert browser.ask("GET", f"/console/{path}").status_code == 401, path
    assert browser.post("office/commands", COMMAND)[0] == 401
    assert browser.post("login", {"name": "ann", "token": "token-of-bo"})[0] == 401


def test_a_cookie_alone_does_nothing_and_a_log_in_is_no_form(browser: Browser) -> None:
    browser.log_in("ann")
    assert browser.get("me")["role"] == "supervisor"
    foreign = browser.ask("POST", "/console/office/commands", COMMAND, **{"x-console": "guessed"})
    assert (foreign.status_code, foreign.json()["error"]) == (403, "foreign")
    form = browser.ask("POST", "/console/login", {"name": "ann"}, **{"content-type": "text/plain"})
    assert (form.status_code, form.json()["error"]) == (415, "not_json")
    assert browser.post("logout", {})[0] == 200
    assert browser.ask("GET", "/console/me").status_code == 401


def test_the_cookie_is_for_the_browser_alone(browser: Browser) -> None:
    answer = browser.ask("POST", "/console/login", {"name": "ann", "token": "token-of-ann"})
    told = answer.headers["set-cookie"].lower()
    assert all(word in told for word in ("httponly", "samesite=strict", "path=/console"))
    assert "token-of-ann" not in answer.text + told


def test_a_session_ends_by_itself_and_guesses_are_counted() -> None:
    secrets = iter(f"secret-{n}" for n in range(20))
    sessions = Sessions(People(STAFF), lambda: next(secrets))
    cookie, session = sessions.log_in("ann", "token-of-ann", NOON)
    assert sessions.of(cookie, NOON + SESSION_MS - 1) is session
    with pytest.raises(Refused, match="401"):
        sessions.of(cookie, NOON + SESSION_MS)
    for _ in range(TRIES):
        with pytest.raises(Refused, match="401"):
            sessions.log_in("ann", "wrong", NOON)
    with pytest.raises(Refused, match="429"):
        sessions.log_in("ann", "token-of-ann", NOON)
    assert sessions.log_in("bo", "token-of-bo", NOON)[1].person.name == "bo"
    assert sessions.log_in("ann", "token-of-ann", NOON + TRIES_MS)[1].person.name == "ann"
    for name in ("nobody", ""):
        with pytest.raises(Refused, match="401"):
            sessions.log_in(name, "", NOON)


def test_who_is_locked_is_out_with_the_next_look_and_a_role_holds_in_an_open_session(app: Any) -> None:
    ann, bo, olga, cy = (Browser(app).log_in(name) for name in ("ann", "bo", "olga", "cy"))
    assert olga.get("me")["role"] == "operator"
    proposal = {"what": "role", "person": "cy", "role": "supervisor", "reason": "a test"}
    assert ann.post("office/people:propose", proposal) == (201, {"number": 1})
    assert bo.post("office/proposals/1:agree", {})[0] == 200
    assert (cy.get("me")["role"], cy.post("office/parameters", DRAFT)[0]) == ("supervisor", 201)
    assert ann.post("office/people/olga:lock", {"reason": "lost"})[0] == 200
    assert olga.ask("GET", "/console/see/overview").status_code == 401
    assert olga.post("login", {"name": "olga", "token": "token-of-olga"})[1]["error"] == "locked"
    assert bo.post("office/people:propose", {"what": "token", "person": "ann", "role": "", "reason": "x"})[0] == 201
    token = cy.post("office/proposals/2:agree", {})[1]["token"]
    assert ann.ask("GET", "/console/me").status_code == 401
    assert ann.post("login", {"name": "ann", "token": token})[0] == 200
    assert [entry["kind"] for entry in bo.get("see/trail?by=cy")["entries"]] == ["person_agreed", "set_drafted"]


def test_two_persons_release_and_each_step_stands_in_the_trail(browser: Browser) -> None:
    ann = browser.log_in("ann")
    assert ann.post("office/parameters", DRAFT) == (201, {"set": "operating", "version": 1})
    assert ann.post("office/parameters/operating/1:release", {})[1]["error"] == "same_person"
    assert ann.log_in("bo").post("office/parameters/operating/1:release", {})[0] == 200
    assert ann.post("office/commands", COMMAND) == (201, {"machine": "T07", "seq": 1})
    assert ann.post("office/days/2026-11-21:close", {})[0] == 201
    assert ann.post("office/machines/T08:revoke", {})[0] == 200
    trail = [(entry["by"], entry["kind"]) for entry in ann.get("see/trail")["entries"]]
    assert trail == [
        ("bo", "revoked"), ("bo", "day_closed"), ("bo", "commanded"), ("bo", "set_released"), ("ann", "set_drafted"),
    ]  # fmt: skip
    assert ann.get("see/trail")["entries"][2]["what"]["reason"] == "cleaning"


def test_the_trail_is_the_same_after_a_restart(shell: StationShell, browser: Browser, store: Store) -> None:
    browser.log_in("ann").post("office/parameters", DRAFT)
    browser.post("office/machines", {"machine": "T30", "station": "BXP"})
    again = Station(small_world(), ENROLLED, signer=SIGNER, people=STAFF)
    for step in store.replay():
        again.apply(step)
    assert again.machines.trail.last(9) == shell.station.machines.trail.last(9) == browser.get("see/trail")["entries"]
    assert again.copy().machines.trail.last(9) == again.machines.trail.last(9)
    assert "digest" not in str(again.machines.trail.last(9))


@pytest.mark.parametrize(("name", "may"), [("ann", (201, 201)), ("olga", (201, 403)), ("cy", (403, 403))])
def test_a_role_bounds_what_a_person_does_and_not_what_he_sees(
    browser: Browser, name: str, may: tuple[int, int]
) -> None:
    person = browser.log_in(name)
    assert (person.post("office/commands", COMMAND)[0], person.post("office/parameters", DRAFT)[0]) == may
    assert person.get("office/parameters")["versions"] is not None
    refused = [said["error"] for status, said in [person.post("office/days/2026-11-21:close", {})] if status == 403]
    assert refused == ([] if name == "ann" else ["not_your_role"])


def test_a_machine_shows_its_mode_its_stock_and_what_it_sold(browser: Browser) -> None:
    machine, person = {"authorization": "Bearer secret-7"}, browser.log_in("ann")
    before = {one["machine"]: one["state"] for one in person.get("see/overview")["machines"]}
    assert before == {"T07": "unknown", "T08": "unknown", "T09": "revoked"}
    status = {"state_seq": 1, "mode": "fault", "reasons": ["fault"], "faults": ["acceptor:NOTE_JAM"], "roll": 90}
    assert person.ask("PUT", "/v1/devices/T07/status", status, **machine).status_code == 200
    price = person.ask("POST", "/v1/locks", lock_body(1), **machine).json()["total_fen"]
    half = {"total_fen": price, "rounding_fen": 0, "paid": {"cash_fen": price - 100, "card_fen": 100}}
    assert person.ask("POST", f"/v1/locks/{key(1)}:confirm", half, **machine).status_code == 200
    told = person.get("see/overview")
    one = told["machines"][0]
    assert (one["state"], one["silent"], one["sales"], one["sold_fen"]) == ("fault", False, 1, price)
    assert one["status"]["faults"] == ["acceptor:NOTE_JAM"]
    assert (sum(told["chart"]["cash_fen"]), sum(told["chart"]["card_fen"])) == (price - 100, 100)
    assert [sale["key"] for sale in person.get("see/sales")["sales"]] == [key(1)]


@pytest.mark.parametrize(("rate", "late_ms"), [(1.0, 120_000), (10.0, 1_200_000)])
def test_a_machine_is_not_there_when_it_was_not_heard_for_two_real_minutes(
    store: Store, rate: float, late_ms: int
) -> None:
    desk = Desk(small_world())
    assert desk.ask("PUT", "/v1/devices/T07/status", {**TOLD}).status == 200
    today = sight.Today(desk.station)
    for after_ms, silent in ((late_ms, False), (late_ms + 1, True)):
        card = sight.overview(desk.station, today, NOON + after_ms, rate)["machines"][0]
        assert (card["silent"], card["state"]) == (silent, "silent" if silent else "normal")


def test_a_fast_clock_is_known_to_the_pages(store: Store) -> None:
    """The whole way: a machine that was heard a real minute ago is there at ten times the speed."""
    fast = SharedClock(10.0, NOON, SharedClock.starting_now().base_mono_ms - 60_000)
    station = Station(small_world(), ENROLLED, signer=SIGNER, people=STAFF)
    station.handle(Request("PUT", "/v1/devices/T07/status", {}, json.dumps(TOLD).encode(), "secret-7"), NOON)
    person = Browser(build_app(StationShell(station, store, fast, lambda reason: None), None)).log_in("ann")
    seen = person.get("see/overview")
    assert seen["now_ms"] - NOON >= 600_000
    assert seen["machines"][0]["state"] == "normal"
    ahead = person.get("see/outlook?machine=T07")["machines"]
    assert [one["machine"] for one in ahead] == ["T07"]
    assert len(person.get("see/outlook")["machines"]) == 3


def test_a_sale_shows_its_course_and_the_map_its_place(store: Store) -> None:
    desk = Desk(small_world())
    assert desk.ask("POST", "/v1/locks", lock_body(1, destination="BDP")).status == 201
    desk.tell(*fact_lines(3), *ended(1, 100, 100), *fact_lines(1))
    store.append(desk.steps)
    shell = StationShell(desk.station, store, CLOCK, lambda reason: None)
    person = Browser(build_app(shell, None)).log_in("ann")
    sale = person.get(f"see/sale?key={key(1)}")
    assert [(moment["seq"], moment["fact"]) for moment in sale["moments"]] == [(4, "sale.start"), (5, "timer")]
    assert sale["moments"][1]["intents"] == ["sale.end"]
    assert (sale["state"], sale["ended"]["outcome"]) == ("held", "sold")
    train = person.get("see/trains?begins=k")["trains"][0]
    places = person.get(f"see/seats?train={train['key']}&date={TOMORROW}&class=hard_seat")
    assert sorted(place["is"] for place in places["places"]) == ["ffff", "ffff", "hfff"]
    assert places["metrics"]["vacancy"] == pytest.approx(11 / 12)
    assert places["metrics"]["poor"] is True
    ride = f"train={train['key']}&date={TOMORROW}&class=hard_seat"
    at = next(at for at, place in enumerate(places["places"]) if place["is"][0] == "h")
    why = person.get(f"see/why?{ride}&trip={at}-0-4")
    assert (why["rule"], why["instead"]) == ("held", None)
    assert [[end[1] for end in one] for one in why["between"]] == [["Beijing West", "Baoding"]]
    assert person.get(f"see/why?{ride}&trip={at}-1-4")["rule"] == "offered"
    other = person.get(f"see/why?{ride}&trip={(at + 1) % 3}-1-4")
    assert (other["rule"], other["instead"]["name"]) == ("not_best", places["places"][at]["name"])
    assert person.get(f"see/why?{ride}&trip=99-0-4")["rule"] == "no_such_place"
    for trip in ("", "1", "0-2-2", "0-0-5", "0--1-2"):
        assert person.ask("GET", f"/console/see/why?{ride}&trip={trip}").status_code == 400, trip
    for wrong in ("see/seats?train=X1&date=2026-11-22&class=hard_seat", "see/sale?key=T07.x.1", "see/nothing"):
        assert person.ask("GET", f"/console/{wrong}").status_code == 404, wrong
    assert person.ask("GET", f"/console/see/seats?train={train['key']}&date=soon&class=hard_seat").status_code == 400


@pytest.mark.parametrize("line", ["", "no line", "00000000 {}", '00000000 {"fact":7,"intents":[]}', "00000000 {"])
def test_a_line_that_cannot_be_read_is_a_moment_all_the_same(line: str) -> None:
    assert moment(7, line) == {"seq": 7, "at_ms": 0, "fact": "unreadable", "told": {}, "intents": []}


def test_what_a_sale_in_progress_has_told_is_its_course_so_far() -> None:
    desk = Desk(small_world())
    desk.tell(*ended(1, 100, 100), fact("sale.start", number=2, key=key(2)), *fact_lines(2))
    told = desk.station.machines.told["T07", EPOCH]
    assert [told.lines_of(key(number)) for number in (1, 2, 3)] == [(1, 2), (3, 5), (0, 0)]


def test_who_waits_for_changes_hears_each_and_is_let_go_at_the_end(shell: StationShell) -> None:
    async def listens() -> list[int]:
        heard = []
        async with anyio.create_task_group() as group:

            async def wait() -> None:
                heard.append(await shell.changed(0, 30))
                heard.append(await shell.changed(1, 30))

            group.start_soon(wait)
            await anyio.lowlevel.checkpoint()
            shell.order_elsewhere(b"{}")  # refused: nothing has changed
            status = b'{"state_seq":1,"mode":"normal","reasons":[],"faults":[]}'
            shell.serve(Request("PUT", "/v1/devices/T07/status", {}, status, "secret-7"))
            while not heard:
                await anyio.lowlevel.checkpoint()
            shell.leave()
        return heard

    assert anyio.run(listens) == [1, 1]
