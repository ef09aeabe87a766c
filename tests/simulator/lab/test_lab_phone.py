"""The lab page's phone, on a provider in memory: what it shows, what it pays, and that its money is where the books say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

from kiosk.screen import qr
from simulator.cabinet.refused import Refused
from simulator.lab.asking import Asker
from simulator.lab.phone import LabPhone
from simulator.lab.provider_switch import ProviderSwitch
from simulator.provider.faults import Faults, Ordered
from simulator.provider.payers import LAB_FEN, LAB_PAYERS
from simulator.provider.wire import Request, content_of
from tests.simulator.provider.helpers import Shop

AMOUNT_FEN = 3_800


class Line:
    """The provider's process without a process: its answers, and the switches of its line."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.faults = Faults()
        self.away = False

    def __bool__(self) -> bool:
        return True

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        if self.away:
            raise OSError("away")
        if path == "/lab/faults" and body is not None:
            if "on" in body:
                self.faults.switch_on(Ordered.parse(body["on"]))
            self.faults.switch_off(body.get("off", ""))
            return 200, {"on": [{"name": each.name} for each in self.faults.on()]}
        content = b"" if body is None else content_of(body)
        request = Request("GET" if body is None else "POST", path, {}, content)
        reply = self.shop.provider.handle(request, self.shop.now_ms, self.faults.behave(path))
        return reply.status, json.loads(reply.body)


class Clock:
    """So fast that nobody waits: two minutes and a half are over at once."""

    rate = 1e9

    def __init__(self, line: Line) -> None:
        self._line = line

    def mono_ms(self) -> int:
        return self._line.shop.now_ms

    def wall_at(self, mono_ms: int) -> int:
        return mono_ms


class Desk:
    def __init__(self) -> None:
        self.line = Line()
        self.told: list[tuple[str, int, str]] = []
        self.phone = LabPhone(self.line, Clock(self.line), lambda *words: self.told.append(words))

    async def scan(self, order: str = "T07.a.1.1") -> dict[str, Any]:
        return await self.do("scan", qr.rows(self.line.shop.create(order)))

    async def do(self, deed: str, code: tuple[str, ...] = ()) -> dict[str, Any]:
        seen = await self.phone.do(deed, code)
        assert seen is not None
        assert seen["conserved"]
        assert seen["balance_fen"] + seen["kept_fen"] == seen["opened_fen"] == LAB_FEN
        return seen


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def test_a_code_is_scanned_shown_paid_and_put_away() -> None:
    async def scene() -> None:
        desk = Desk()
        asked = await desk.scan()
        assert (asked["face"], asked["merchant"], asked["amount_fen"]) == ("asked", "T07", AMOUNT_FEN)
        assert desk.line.shop.told("query", order="T07.a.1.1")["seen"]
        paid = await desk.do("pay")
        assert (paid["face"], paid["reference"], paid["again"]) == ("paid", "P000000001", "")
        assert paid["booked"][0]["fen"] == -AMOUNT_FEN
        home = await desk.do("done")
        assert (home["face"], home["balance_fen"], home["kept_fen"]) == ("home", LAB_FEN - AMOUNT_FEN, AMOUNT_FEN)
        assert desk.told == [("scanned", AMOUNT_FEN, ""), ("paid", AMOUNT_FEN, "")]
        assert desk.line.shop.told("refund", order="T07.a.1.1", amount_fen=AMOUNT_FEN)["state"] == "refunded"
        await desk.phone.provider.refresh()
        assert desk.phone.look()["balance_fen"] == LAB_FEN  # type: ignore[index]
        assert desk.told[-1] == ("refunded", AMOUNT_FEN, "")

    run(scene())


def test_paid_twice_is_paid_once_and_the_phone_says_why() -> None:
    async def scene() -> None:
        desk = Desk()
        await desk.scan()
        paid = await desk.do("twice")
        assert (paid["face"], paid["again"]) == ("paid", "already_paid")
        assert paid["balance_fen"] == LAB_FEN - AMOUNT_FEN
        assert [each["code"] for each in desk.line.shop.ledger()["attempts"]] == ["already_paid"]

    run(scene())


def test_who_declines_has_paid_nothing_and_can_scan_again() -> None:
    async def scene() -> None:
        desk = Desk()
        await desk.scan()
        assert (await desk.do("decline"))["face"] == "home"
        with pytest.raises(Refused, match="scanned nothing"):
            await desk.phone.do("pay")
        assert (await desk.scan())["face"] == "asked"
        assert desk.line.shop.state("T07.a.1.1") == "waiting"

    run(scene())


def test_who_is_late_is_refused_when_the_code_is_over() -> None:
    async def scene() -> None:
        desk = Desk()
        code = qr.rows(desk.line.shop.create("T07.a.1.1"))
        await desk.do("scan", code)
        later = await desk.do("late")
        assert later["face"] == "later"
        assert later["left_ms"] == 150_000
        desk.line.shop.now_ms += 150_000
        while desk.phone.shown.face in ("later", "paying"):
            await asyncio.sleep(0)
        assert (desk.phone.shown.face, desk.phone.shown.why) == ("refused", "expired")
        assert desk.told[-1] == ("refused", AMOUNT_FEN, "expired")
        assert (await desk.do("scan", code))["why"] == "expired"

    run(scene())


def test_a_late_payment_does_not_disturb_what_the_phone_shows_by_then() -> None:
    async def scene() -> None:
        desk = Desk()
        await desk.scan()
        await desk.do("late")
        other = await desk.scan("T07.a.2.1")
        while len(desk.told) < 4:
            await asyncio.sleep(0)
        assert desk.told[-1] == ("paid", AMOUNT_FEN, "")
        assert other["face"] == desk.phone.shown.face == "asked"
        assert desk.line.shop.state("T07.a.1.1") == "paid"
        assert (await desk.do("pay"))["face"] == "paid"
        assert desk.line.shop.state("T07.a.2.1") == "paid"

    run(scene())


def test_what_is_booked_late_is_paid_when_it_stands_in_the_books() -> None:
    async def scene() -> None:
        desk = Desk()
        await desk.phone.provider.switch("late_payment", True)
        await desk.scan()
        assert (await desk.do("pay"))["face"] == "booking"
        desk.line.shop.now_ms += 200_000
        await desk.phone.provider.refresh()
        assert desk.phone.look()["face"] == "paid"  # type: ignore[index]

    run(scene())


def test_a_provider_that_is_away_is_said_and_nothing_is_lost() -> None:
    async def scene() -> None:
        desk = Desk()
        await desk.scan()
        desk.line.away = True
        seen = await desk.phone.do("pay")
        assert seen is not None
        assert (seen["face"], seen["why"], seen["there"]) == ("refused", "no_answer", False)
        with pytest.raises(OSError, match="away"):
            await desk.phone.provider.switch("slow", True)
        desk.line.away = False
        assert (await desk.do("done"))["there"]
        assert desk.line.shop.state("T07.a.1.1") == "waiting"

    run(scene())


@pytest.mark.parametrize("code", [(), ("101", "010"), ("1" * 21,) * 21])
def test_what_is_no_code_is_refused(code: tuple[str, ...]) -> None:
    async def scene() -> None:
        with pytest.raises(Refused, match="no code that a phone can read"):
            await Desk().phone.do("scan", code)

    run(scene())


def test_a_code_nobody_knows_is_shown_as_such() -> None:
    async def scene() -> None:
        desk = Desk()
        seen = await desk.do("scan", qr.rows("https://somewhere/else"))
        assert (seen["face"], seen["why"]) == ("refused", "no_such_code")

    run(scene())


def test_troubles_go_on_and_off_and_a_restarted_provider_has_none() -> None:
    async def scene() -> None:
        line = Line()
        switch = ProviderSwitch(line, LAB_PAYERS["lab"])
        assert switch.told()["conserved"]
        await switch.switch("silent", True)
        assert [each["name"] for each in switch.menu() if each["on"]] == ["silent"]
        line.faults = Faults()
        await switch.refresh()
        assert not any(switch.faults().values())
        switch.soon()
        switch.soon()

    run(scene())


def test_without_a_provider_there_is_no_phone() -> None:
    async def scene() -> None:
        phone = LabPhone(Asker(), Clock(Line()), lambda *words: None)
        assert phone.look() is None
        with pytest.raises(Refused, match="takes no phones"):
            await phone.do("scan")

    run(scene())


def test_an_answer_that_is_none_is_an_error() -> None:
    async def scene() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = await reader.readline()
            writer.write(b"" if b"/none" in asked else b"HTTP/1.1 200 OK\r\n\r\nnothing")
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        asker = Asker(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        assert asker
        for path, why in (("/none", "no answer"), ("/words", "no JSON")):
            with pytest.raises(OSError, match=why):
                await asker.ask(path)
        server.close()

    run(scene())
