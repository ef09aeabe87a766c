"""A claim slip that the paper ended under: the kiosk, the real driver and the twin, in virtual time."""

from __future__ import annotations

from typing import Any

from drivers.escpos.driver import EscPosPrinter
from kiosk.ports import note_dispenser as nd
from kiosk.ports import ticket_printer as tp
from kiosk.sale.book import S
from simulator.devices.escpos.usb import UsbEscPosPrinter
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from tests.kiosk.bench import Bench

SPAN_MS = 20_000


class Printer:
    """Driver and twin on one wire; a slip takes its time in a world of its own, its news come when it is over."""

    width_dots = 576

    def __init__(self, bench: Bench) -> None:
        self.matter = Matter()
        self.twin = UsbEscPosPrinter(self.matter, Speeds())
        self.driver = EscPosPrinter("slip_printer", bench.report)
        self.slips: list[str] = []
        self.now_ms = 1_000
        self.driver.link_up(self.now_ms)
        self.run()

    def run(self) -> None:
        end_ms = self.now_ms + SPAN_MS
        while self.now_ms < end_ms:
            wakes = [self.driver.poll(self.now_ms)]
            if sent := self.driver.take_output():
                self.twin.receive(sent, self.now_ms)
            wakes.append(self.twin.poll(self.now_ms))
            if said := self.twin.take_output():
                self.driver.receive(said, self.now_ms)
                wakes.append(self.now_ms)
            self.now_ms = max(self.now_ms + 1, min(wake for wake in (*wakes, end_ms) if wake is not None))

    def print_slip(self, slip: str, picture: tp.Picture) -> None:
        self.slips.append(slip)
        self.driver.print_slip(slip, tp.Picture(576, 400, bytes([0xA5]) * (72 * 400)))
        self.run()

    def printed(self) -> int:
        return sum(len(place) for place in self.matter.places.values() if place.name in ("slip.mouth", "floor"))


def slip_results(bench: Bench) -> list[str]:
    return [line["fact"]["result"] for line in bench.lines() if line["fact"]["kind"] == "slip!"]


def at_the_claim(fault: str) -> tuple[Bench, Printer]:
    bench: Any = Bench().up()
    printer = Printer(bench)
    bench.devices.slip_printer = printer
    bench.run()
    printer.twin.faults.add(fault)
    bench.dispenser.plan["pay"] = [lambda order, counts: nd.NotesUncertain(order, (), "link")]
    bench.to_paying().insert(10_000).touch("cancel")
    bench.run()
    assert bench.state is S.CLAIM
    return bench, printer


def test_a_slip_that_the_paper_ended_under_is_printed_again_under_its_code() -> None:
    bench, printer = at_the_claim("paper_out_mid_slip")
    assert slip_results(bench) == ["failed"]
    assert printer.printed() == 0
    bench.touch("slip_again")
    bench.run()
    assert slip_results(bench) == ["failed", "failed"]
    printer.twin.load_paper(printer.now_ms)
    printer.run()
    bench.run()
    bench.touch("slip_again")
    bench.run()
    assert slip_results(bench) == ["failed", "failed", "printed"]
    assert printer.slips == [printer.slips[0]] * 3
    assert printer.printed() == 2  # the rest of the first one was still in the printer: two copies of one claim
    claims = {intent["code"] for intent in bench.intents("claim.add")}
    assert claims == {printer.slips[0]}
    bench.touch("claim_done")
    assert bench.state is None


def test_a_claim_outlives_its_slip() -> None:
    bench, _ = at_the_claim("unrecoverable")
    assert slip_results(bench) == ["failed"]
    bench.touch("claim_done")
    assert bench.state is None
    assert len(bench.intents("claim.add")) == 1
