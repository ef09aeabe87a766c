"""The black box: bounded, short at rest, silent about PINs, readable up to a tear, and never in the machine's way."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from kiosk.blackbox import DIRECTORY, UNRECORDED, BlackBox, without_secrets
from kiosk.clock import VirtualClock
from kiosk.ports.cabinet import HelpPressed, PersonNear
from kiosk.ports.fact import DeviceReady
from kiosk.ports.screen import ScreenTouched
from kiosk.reactor import Reactor
from kiosk.repeats import Repeats
from kiosk.screen.values import Busy, Chrome, ServiceLogin, ServiceTask, Show, SignOff, Words, decode
from kiosk.settings import Settings
from simulator.replay import ring

MB = 1 << 20


class Bench:
    """A reactor that nobody turns, and a black box on it: the hooks are called as the loop would."""

    def __init__(self, directory: Path, limit_bytes: int = MB, boot: int = 4) -> None:
        self.directory = directory
        self.clock = VirtualClock(1_000, 1_795_329_000_000)
        self.reactor = Reactor(self.clock)
        self.seq = 7
        head = {"machine": "T01", "boot": boot, "settings": {}}
        self.box = BlackBox(
            directory / DIRECTORY, limit_bytes, head, lambda: self.seq, self.clock.wall_ms, lambda: (100, 500)
        )
        self.box.watch(self.reactor)

    def later(self, ms: int = 300) -> None:
        """The end of a turn, after some time."""
        self.clock.at(self.clock.mono_ms() + ms, lambda: None)
        self.clock.wait(None)
        self.reactor.now_ms = self.clock.mono_ms()
        self.reactor.turn_done(self.reactor.now_ms)

    def read(self) -> list[ring.Part]:
        return ring.read(self.directory)

    def size(self) -> int:
        return sum(path.stat().st_size for path in (self.directory / DIRECTORY).iterdir())


def kinds(part: ring.Part) -> list[str]:
    return [event.kind for event in part.events if event.kind != "known"]


def test_what_came_is_read_back_in_order_with_times_turn_and_record(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.reactor.linked("acceptor", "")
    bench.reactor.sent("acceptor", b"\x02\x03")
    bench.later(40)
    bench.reactor.received("acceptor", b"\x06")
    bench.reactor.received("acceptor", b"\x07")
    bench.reactor.heard(PersonNear(True))
    bench.reactor.asked()
    bench.box.show(Busy(Chrome(), Words("请稍候"), Words()))
    bench.reactor.linked("acceptor", "pulled")
    bench.box.close()
    (part,) = bench.read()
    assert kinds(part) == ["up", "sent", "received", "fact", "asked", "show", "down"]
    assert part.whole
    assert not part.torn
    assert part.events.pop(0).value == (100, 500)
    sent, received, fact = part.events[1:4]
    assert (sent.value, sent.mono_ms) == (b"\x02\x03", 1_000)
    assert (received.value, received.mono_ms) == (b"\x06\x07", 1_040)
    assert fact.value == {"kind": "person.near", "near": True}
    assert (fact.turn, fact.seq, fact.mono_ms, fact.wall_ms) == (1, 7, 1_040, bench.clock.wall_ms())
    assert "请稍候" in part.events[5].value


def test_polls_at_rest_are_told_as_so_many_times_the_same(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.reactor.linked("acceptor", "")
    for _ in range(3_000):  # five minutes of three chunks each
        bench.reactor.sent("acceptor", b"\x02\x03\x06\x33\xda\x81")
        bench.reactor.received("acceptor", b"\x02\x03\x06\x14\x67\xd4")
        bench.reactor.sent("acceptor", b"\x02\x03\x06\x00\xc2\x82")
        bench.later(100)
    bench.box.close()
    assert bench.size() < 1_500
    (part,) = bench.read()
    chunks = list(ring.chunks(part.events, "acceptor"))[1:]
    assert len(chunks) == 9_000
    assert [chunk[2][3] for chunk in chunks[-3:] if not isinstance(chunk, ring.Event)] == [0x33, 0x14, 0x00]
    assert chunks[-1][1] == 1_000 + 2_999 * 100  # type: ignore[index]


@given(
    wire=st.lists(st.tuples(st.booleans(), st.sampled_from([b"a", b"b", b"cc"]), st.integers(0, 50)), max_size=200),
    flushes=st.sets(st.integers(0, 199)),
)
def test_whatever_goes_over_a_link_comes_back_byte_for_byte(
    wire: list[tuple[bool, bytes, int]], flushes: set[int]
) -> None:
    lines: list[str] = []
    link, now_ms = Repeats("x", lines.append), 0
    for n, (out, data, ms) in enumerate(wire):
        now_ms += ms
        (link.sent if out else link.received)(data, now_ms)
        if n in flushes:
            link.flush()
    link.flush()
    cursor = ring._Cursor()
    events = [ring._event(line[0], line[2:], cursor) for line in lines]
    chunks = list(ring.chunks([event for event in events if event], "x"))
    for way, out in (("sent", True), ("received", False)):
        came = b"".join(chunk[2] for chunk in chunks if not isinstance(chunk, ring.Event) and chunk[0] == way)
        assert came == b"".join(data for each, data, _ in wire if each is out)


def test_the_ring_stays_within_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limit_bytes=200_000)
    for n in range(4_000):
        bench.reactor.heard(DeviceReady("acceptor", f"{hash((n, 1)):x}{hash((n, 2)):x}" * 4, str(n), ""))
        bench.later()
        assert n % 200 or bench.size() <= 200_000
    bench.box.close()
    assert bench.size() <= 200_000
    (part,) = bench.read()
    assert not part.whole
    versions = [int(event.value["version"]) for event in part.events if event.kind == "fact"]
    assert versions[-1] == 3_999
    assert versions == list(range(versions[0], 4_000))


def test_a_later_segment_says_again_what_still_holds(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limit_bytes=40_000)
    bench.reactor.heard(DeviceReady("dispenser", "lcdm4000", "1", "S1"))
    for n in range(2_000):
        bench.reactor.heard(ScreenTouched(f"{hash((n, 3)):x}" * 3, "screen"))
        bench.later()
    bench.box.close()
    (part,) = bench.read()
    assert not part.whole
    assert part.standing == [
        {"kind": "device.ready", "device": "dispenser", "model": "lcdm4000", "version": "1", "serial": "S1"}
    ]


def login(number: str) -> ServiceLogin:
    return ServiceLogin(Chrome(), Words(), (), Words(), number, Words(), 0, "number", (), Words(), Words(), None)  # type: ignore[arg-type]


def test_digits_of_a_log_in_are_not_written_down(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.box.show(login("24681357"))
    bench.reactor.heard(ScreenTouched("svc:digit:7", "screen"))
    bench.box.show(Busy(Chrome(), Words(), Words()))
    bench.reactor.heard(ScreenTouched("svc:digit:3", "screen"))
    bench.box.close()
    (part,) = bench.read()
    touches = [event.value["target"] for event in part.events if event.kind == "fact"]
    assert touches == ["svc:digit:*", "svc:digit:3"]
    first = decode(next(event.value for event in part.events if event.kind == "show").encode())
    assert isinstance(first, Show)
    assert isinstance(first.screen, ServiceLogin)
    assert first.screen.number == "********"


def task(typed: str, signing: bool) -> ServiceTask:
    people = (SignOff(Words("1001"), Words(), "ok"), SignOff(Words(), Words(), "tint" if signing else "off"))
    no = Words()
    return ServiceTask(Chrome(), no, no, "cassette", "", 0, (), (), (), no, no, typed, (), people, None)  # type: ignore[arg-type]


def test_digits_of_a_signature_are_not_written_down_and_those_of_a_count_are(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for screen, digit in ((task("25", False), "4"), (task("246813", True), "7"), (task("", False), "5")):
        bench.box.show(screen)
        bench.reactor.heard(ScreenTouched(f"svc:digit:{digit}", "screen"))
    bench.box.close()
    (part,) = bench.read()
    touches = [event.value["target"] for event in part.events if event.kind == "fact"]
    assert touches == ["svc:digit:4", "svc:digit:*", "svc:digit:5"]
    shown = [decode(event.value.encode()) for event in part.events if event.kind == "show"]
    typed = [show.screen.typed for show in shown if isinstance(show, Show) and isinstance(show.screen, ServiceTask)]
    assert typed == ["25", "******", ""]


@pytest.mark.parametrize("cut", [9, 40, 100])
def test_a_torn_file_is_read_up_to_the_tear(tmp_path: Path, cut: int) -> None:
    bench = Bench(tmp_path)
    for n in range(50):
        bench.reactor.heard(ScreenTouched(f"target{n}", "screen"))
        bench.later()
    bench.box.close()
    (path,) = (tmp_path / DIRECTORY).iterdir()
    path.write_bytes(path.read_bytes()[:-cut])
    (part,) = bench.read()
    targets = [event.value["target"] for event in part.events if event.kind == "fact"]
    assert targets == [f"target{n}" for n in range(len(targets))]
    assert 30 <= len(targets) < 50


def test_each_start_begins_a_file_of_its_own(tmp_path: Path) -> None:
    for boot in (1, 2):
        bench = Bench(tmp_path, boot=boot)
        bench.reactor.heard(HelpPressed())
        bench.box.close()
    parts = bench.read()
    assert [(part.boot, part.whole, kinds(part)) for part in parts] == [(1, True, ["fact"]), (2, True, ["fact"])]


def test_a_disk_that_fails_switches_it_off_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kiosk.blackbox.os.write", full)
    with caplog.at_level(logging.WARNING):
        for _ in range(10):
            bench.reactor.heard(HelpPressed())
            bench.reactor.sent("acceptor", b"1")
            bench.later()
    assert not bench.box.on
    assert [record.message for record in caplog.records if "black_box" in record.message] == [
        "black_box_off why=[Errno 28] No space left on device"
    ]
    bench.box.close()


def test_a_directory_that_cannot_be_made_is_no_reason_not_to_start(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "gone")
    bench.reactor.heard(HelpPressed())
    bench.later()
    assert not bench.box.on
    assert bench.read() == []


def test_who_listened_before_still_hears(tmp_path: Path) -> None:
    clock = VirtualClock()
    reactor, heard = Reactor(clock), list[str]()
    reactor.heard = lambda fact: heard.append(fact.kind)
    box = BlackBox(tmp_path / DIRECTORY, MB, {"boot": 1}, lambda: 0, clock.wall_ms)
    box.watch(reactor)
    reactor.heard(HelpPressed())
    assert heard == ["help.pressed"]
    box.close()


def test_the_configuration_bounds_it_and_can_switch_it_off() -> None:
    text = "machine: {id: T01, station: BXP}\njournal: j\nstation: {url: 'http://s'}\nscreen: {socket: s}\n"
    assert config.parse(text, Settings, "x").blackbox.enabled
    off = config.parse(text + "blackbox: {enabled: false, size_mb: 4}\n", Settings, "x").blackbox
    assert (off.enabled, off.size_mb) == (False, 4)
    with pytest.raises(config.ConfigError, match="size_mb"):
        config.parse(text + "blackbox: {size_mb: 0}\n", Settings, "x")


def test_no_password_and_no_byte_of_a_pin_pad_is_kept(tmp_path: Path) -> None:
    assert (
        without_secrets(b'USERNAME "tvm"\nPASSWORD "s3cret"\nLIST VAR ups\n')
        == b'USERNAME "tvm"\nPASSWORD *\nLIST VAR ups\n'
    )
    assert without_secrets(b"\x02PASSWORD\x03") == b"\x02PASSWORD\x03"
    assert {"pin_pad", "card_reader", "id_reader", "code_scanner"} <= UNRECORDED
