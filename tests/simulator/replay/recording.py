"""A field directory made in virtual time: a real controller on recording devices, its journal and black box on a disk."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast
from zlib import crc32

from kiosk import vocabulary
from kiosk.assembly import Outside, assemble
from kiosk.blackbox import DIRECTORY, BlackBox
from kiosk.clock import VirtualClock
from kiosk.deeds import Devices
from kiosk.identity import MachineIdentity, provision, read_identity
from kiosk.journal import Journal
from kiosk.journal_lines import Keychain
from kiosk.ports.cabinet import CabinetSeen
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.screen import ScreenTouched
from kiosk.reactor import Reactor
from kiosk.records import record_of
from kiosk.screen.texts import Texts
from kiosk.service_records import CassetteFill, RollLoad
from kiosk.settings import CameraLink, Device, DeviceTable, Identity, ScreenLink, Settings, StationLink
from kiosk.storage import FileStorage
from simulator.audit.reading import lines_in, segments_in
from tests.kiosk.bench import (
    PEOPLE,
    FakeAcceptor,
    FakeCabinet,
    FakeDispenser,
    FakeSlipPrinter,
    FakeStation,
    FakeTicketUnit,
)
from tests.kiosk.sale.samples import VALUES
from tests.kiosk.screen.world import MONO_MS, WALL_MS

DAY = "2026-11-21"


def settings_of(directory: Path, camera: CameraLink | None = None) -> Settings:
    def device(model: str, link: str, cassettes: dict[int, int] | None = None) -> Device:
        return Device(model, str(directory / link), cassettes=cassettes or {})

    table = DeviceTable(
        device("ccnet", "a"), device("lcdm4000", "d", dict(VALUES)), device("ttpm", "t"), device("cabinet_board", "c"),
        device("escpos", "s"),
    )  # fmt: skip
    return Settings(
        Identity("T01", "BXP", environment="lab"), directory, StationLink("http://127.0.0.1:1"),
        ScreenLink(directory / "screen"), table, camera=camera,
    )  # fmt: skip


class Still:
    def randint(self, least: int, most: int) -> int:
        return least


class Recording:
    """One start of a machine that was filled before. `box` False: its black box is off. `before`: the start whose power failed.
    `camera`: its records name pictures. `station_key`: of the office that it hears."""

    def __init__(
        self,
        directory: Path,
        box: bool = True,
        before: Recording | None = None,
        camera: CameraLink | None = None,
        station_key: str = "",
    ) -> None:
        vocabulary.learn()
        self.directory = directory
        later_ms = before.clock.mono_ms() + 20_000 - MONO_MS if before else 0
        self.clock: VirtualClock = VirtualClock(MONO_MS + later_ms, WALL_MS + later_ms)
        if before is None:
            self._fill(provision(directory, "T01", "token", PEOPLE, station_key))
        identity = read_identity(directory, "T01")
        self.storage = FileStorage(directory)
        self.reactor: Reactor
        outside = Outside(
            self.clock, self.storage, self._fit, self._show, cast("Any", Still()), Texts(), None, nonce=lambda: "00" * 8
        )
        self.settings = settings_of(directory, camera)
        self.made = assemble(self.settings, identity, outside)
        self.box: BlackBox | None = None
        if box:
            head = {
                "machine": "T01", "boot": self.made.journal.boot, "rate": 1.0,
                "settings": json.loads(json.dumps(_plain(self.settings), default=str)),
            }  # fmt: skip
            self.box = BlackBox(
                directory / DIRECTORY, 1 << 20, head, lambda: self.made.journal.seq, self.clock.wall_ms,
                lambda: self.acceptor.values_fen,
            )  # fmt: skip
            self.box.watch(self.reactor)
        if before is not None:
            self.station.states, self.station.places = before.station.states, before.station.places
        self.made.controller.begin()

    def _fill(self, identity: MachineIdentity) -> None:
        storage = FileStorage(self.directory)
        journal = Journal(storage, identity.epoch, identity.secret)
        journal.begin_segment(DAY)
        fact = {"kind": "op.act", "operator": "1001", "second": "1002", "act": "fill", "place": ""}
        intents = [record_of(CassetteFill(number, value, 0, 300)) for number, value in VALUES.items()]
        journal.write(0, WALL_MS - 1_000, fact, [*intents, record_of(RollLoad(0, 600))])
        storage.close()

    def _fit(self, reactor: Reactor, boot: int) -> Devices:
        self.reactor = reactor
        bench = cast("Any", self)
        self.station = FakeStation(bench)
        self.acceptor, self.unit = FakeAcceptor(bench), FakeTicketUnit(bench)
        self.dispenser, self.slips = FakeDispenser(bench), FakeSlipPrinter(bench)
        return Devices(self.station, self.acceptor, self.dispenser, self.unit, self.slips, FakeCabinet())

    def _show(self, screen: Any) -> None:
        if self.box is not None:
            self.box.show(screen)

    # -- what the recording devices ask of their bench

    def report(self, fact: Fact) -> None:
        self.reactor.report(fact)

    def on_disk(self) -> str:
        return b"".join(lines_in(path) for path in segments_in(self.directory)).decode()

    @property
    def sale_number(self) -> int:
        sale = self.made.controller.sale
        return sale.book.number if sale else 0

    # -- what happens

    def wait(self, by_ms: int = 200) -> Recording:
        until, here = self.clock.mono_ms() + by_ms, [True]
        self.clock.at(until, here.clear)
        while here:
            self.reactor.turn()
        return self

    def touch(self, *targets: str) -> Recording:
        for target in targets:
            self.report(ScreenTouched(target, "screen"))
            self.wait()
        return self

    def up(self) -> Recording:
        for device in (self.acceptor, self.dispenser, self.unit):
            device.recall()
        self.report(CabinetSeen((), True, True, ()))
        for name in ("acceptor", "cabinet", "dispenser", "slip_printer", "ticket_unit"):
            self.report(DeviceReady(name, "m", "1", "s"))
        return self.wait()

    def sale(self, *values_fen: int) -> Recording:
        """One seat for ¥152.5, paid with these notes."""
        self.touch("start", "station:WHN", "train:K598", "hold", "pay")
        for value_fen in values_fen:
            assert self.acceptor.insert(value_fen)
            self.wait()
        return self

    def log_in(self, number: str, pin: str) -> Recording:
        """Or sign: what is typed into the number field, then into the PIN field."""
        for typed in (number, pin):
            self.touch(*(f"svc:digit:{digit}" for digit in typed), "svc:enter")
        return self

    def end(self) -> Path:
        """Told to stop; answers the directory."""
        self.made.controller.stop("SIGTERM")
        self.wait()
        return self.cut()

    def cut(self) -> Path:
        if self.box is not None:
            self.box.close()
        self.storage.close()
        if self.made.controller.sale is not None:
            self.made.controller.sale.close()
        return self.directory


def good_day(directory: Path, box: bool = True) -> Path:
    """A sale with change, one that is cancelled, one whose change nobody takes."""
    made = Recording(directory, box).up()
    made.sale(10_000, 5_000, 500)
    made.unit.take()
    made.wait(1_000)
    made.dispenser.take()
    made.wait(5_000)
    made.sale(10_000).touch("cancel").wait(1_000)
    made.dispenser.take()
    made.wait(5_000)
    made.sale(10_000, 10_000)
    made.unit.take()
    made.wait(120_000)
    return made.end()


def doctor(directory: Path, seq: int, old: str, new: str) -> None:
    """Change one record and repair chain and seals after it, as somebody would who holds the machine's secret."""
    secret = read_identity(directory, "T01").secret
    chain = 0
    for path in sorted(directory.glob("*.journal")):
        keys, made = Keychain(secret, path.name), bytearray()
        for raw in path.read_bytes().splitlines():
            text = raw[9:].decode()
            head = json.loads(text.replace(old, new) if json.loads(text)["seq"] == seq else text)
            head.pop("mac")
            sealed = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
            head["mac"] = keys.mac(chain, sealed)
            body = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
            chain = crc32(body, chain)
            made += b"%08x %b\n" % (chain, body)
        path.write_bytes(made)


def digest(directory: Path) -> str:
    """Everything in a directory, so that a test can see that nothing changed."""
    made = hmac.new(b"", digestmod="sha256")
    for path in sorted(directory.rglob("*")):
        made.update(f"{path.relative_to(directory)} {path.stat().st_mtime_ns}".encode())
        made.update(path.read_bytes() if path.is_file() else b"")
    return made.hexdigest()


def _plain(settings: Settings) -> Any:
    return asdict(settings)
