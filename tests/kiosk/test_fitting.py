"""Models of the table that serve the newer places of a configuration: what is accepted, what is refused and with which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

import config
from config import ConfigError as FileError
from drivers.card_pay.driver import CardPay
from drivers.compose.payments import Payments
from drivers.lcdm.driver50 import Lcdm2000
from drivers.megatec.driver import Megatec
from drivers.nut.driver import Nut
from drivers.zvt.driver import Zvt
from kiosk.clock import VirtualClock
from kiosk.device_rules import check_devices
from kiosk.errors import ConfigError, LinkError
from kiosk.fitting import code_payment, drivers_of, payments_of
from kiosk.models import BAUD, model, pin_pad
from kiosk.parameters import PowerPolicy
from kiosk.ports.fact import Fact
from kiosk.ports.payment import Payment
from kiosk.ports.pin_pad import KeyRefused, WrappedKey
from kiosk.reactor import Link, Reactor
from kiosk.settings import Device, DeviceTable, read

FILE = """\
machine: {id: T01, station: BXP}
journal: journal
station: {url: "https://station:8620"}
screen: {socket: screen.sock}
devices:
  dispenser: {model: lcdm2000, link: /dev/a, parity: E, cassettes: {1: 500, 2: 1000}}
  ups: {model: megatec, link: /dev/b, baud: 2400, runtime_min: 15, battery_v: 12}
power: {off_s: 60, wait_ms: 30000, unknown_stops: true}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "machine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_dispenser_and_a_ups_are_read_from_the_file(tmp_path: Path) -> None:
    settings = read(written(tmp_path, FILE))
    check_devices(settings.devices)
    dispenser, ups = settings.devices.dispenser, settings.devices.ups
    assert dispenser is not None
    assert ups is not None
    assert (dispenser.parity, ups.baud, ups.runtime_min, ups.battery_v) == ("E", 2_400, 15, 12)
    assert settings.power == PowerPolicy(off_s=60, wait_ms=30_000, unknown_stops=True)


def test_a_policy_that_cannot_be_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="off_s"):
        read(written(tmp_path, FILE.replace("off_s: 60", "off_s: 5")))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (DeviceTable(dispenser=Device("f53", "a", parity="N")), "line of f53 is E"),
        (DeviceTable(Device("ebds", "a")), "parity: the line of ebds is E"),
        (DeviceTable(Device("ebds", "a", parity="E", poll_ms=50)), "ebds is polled each 100 to 200 ms, not 50"),
        (DeviceTable(Device("ebds", "a", parity="E", notes={0: 100})), "notes.0: ebds numbers its notes 1 to 127"),
        (DeviceTable(Device("ebds", "a", parity="E", notes={1: -5})), "more than 0 fen, not -5"),
        (DeviceTable(Device("ccnet", "a", notes={1: 500})), "notes: ccnet needs no note table"),
        (DeviceTable(dispenser=Device("f53", "a", parity="E", cassettes={5: 500})), "1 to 4 and no 5"),
        (DeviceTable(dispenser=Device("f56", "a", parity="E", cassettes={1: 700})), "knows the size of 100, 500"),
        (
            DeviceTable(dispenser=Device("lcdm1000", "a", cassettes={1: 500, 2: 1_000})),
            "lcdm1000 has cassette 1 and no",
        ),
        (DeviceTable(dispenser=Device("lcdm2000", "a", cassettes={3: 500})), "lcdm2000 has cassette 1, 2 and no"),
        (DeviceTable(ups=Device("escpos", "a")), "escpos is a slip_printer; here: megatec"),
        (DeviceTable(acceptor=Device("megatec", "a")), "megatec is a ups"),
        (DeviceTable(acceptor=Device("ccnet", "a", escrow=1)), "ccnet has no bulk escrow"),
        (DeviceTable(dispenser=Device("ccnet_b2b", "a")), "a part of devices.acceptor"),
        (DeviceTable(Device("ccnet_b2b", "a"), Device("ccnet_b2b", "b")), "with the same link"),
        (DeviceTable(Device("ccnet_b2b", "a"), Device("lcdm4000", "a")), "is the port of devices.acceptor"),
        (
            DeviceTable(Device("ccnet_b2b", "a", escrow=1), Device("ccnet_b2b", "a", cassettes={1: 100})),
            "1 is the bulk escrow",
        ),
    ],
)
def test_what_does_not_fit_is_refused(table: DeviceTable, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check_devices(table)


UNIT = Device("ccnet_b2b", "a", escrow=1, escrow_notes=60)


@pytest.mark.parametrize(
    ("dispenser", "depth", "recycled"),
    [
        (Device("ccnet_b2b", "a", cassettes={2: 100, 3: 1_000}), 60, (100, 1_000)),
        (Device("lcdm4000", "b", cassettes={1: 100}), 60, ()),
        (None, 60, ()),
    ],
)
def test_the_deposit_policy_follows_from_what_is_fitted(
    tmp_path: Path, dispenser: Device | None, depth: int, recycled: tuple[int, ...]
) -> None:
    """Values with a recycling cassette of the same unit are ours at once, all others come back themselves (decision 9)."""
    table = DeviceTable(UNIT, dispenser)
    check_devices(table)
    settings = replace(read(written(tmp_path, FILE)), devices=table)
    cash = settings.sale_policy.cash
    assert (cash.deposit_depth, cash.recycled_fen) == (depth, recycled)
    assert (cash.deposits(10_000), cash.deposits(100)) == (True, 100 not in recycled)
    plain = replace(settings, devices=DeviceTable(Device("ccnet", "a"), dispenser))
    assert plain.sale_policy == plain.sale


@pytest.mark.parametrize(("ours", "both"), [(True, 1), (False, 2)])
def test_one_unit_serves_two_ports(tmp_path: Path, ours: bool, both: int) -> None:
    """The unit is one participant on one link; another dispenser beside it is one of its own, with a presenter."""
    pays = Device("ccnet_b2b", "a", cassettes={2: 100}) if ours else Device("lcdm4000", "b", cassettes={1: 100})
    table = DeviceTable(UNIT, pays, cabinet=Device("cabinet_board", "c"))
    settings = replace(read(written(tmp_path, FILE)), devices=table)
    opened: list[str] = []

    def open_link(name: str, device: Device) -> Callable[[], Link]:
        opened.append(name)
        return lambda: pytest.fail("no link is opened before the loop runs")

    devices = drivers_of(settings, Reactor(VirtualClock(0, 0)), cast(Any, None), 3, open_link)
    assert len(opened) == both + 1
    assert devices.fitted() == {"acceptor", "dispenser", "cabinet"}
    assert devices.acceptor is not None
    assert devices.dispenser is not None
    assert (devices.acceptor.escrow_depth, devices.acceptor.bundle_notes) == (60, 20)
    assert dict(devices.dispenser.cassettes) == dict(pays.cassettes)


@pytest.mark.parametrize(("name", "cassettes"), [("lcdm1000", [1]), ("lcdm2000", [1, 2])])
def test_a_probe_takes_the_cassettes_that_there_are(name: str, cassettes: list[int]) -> None:
    made = model("probe", Device(name, "a", cassettes={1: 100, 2: 500, 3: 1_000, 4: 2_000}), lambda fact: None, 0)
    assert isinstance(made, Lcdm2000)
    assert (made.model, sorted(made.cassettes)) == (name, cassettes)


def test_a_ups_is_probed_at_its_own_line_rate() -> None:
    assert BAUD["megatec"] == 2_400
    assert isinstance(model("probe", Device("megatec", "a"), lambda fact: None, 0), Megatec)


SERVED = FILE.replace(
    "ups: {model: megatec, link: /dev/b, baud: 2400, runtime_min: 15, battery_v: 12}", "ups: {SERVED}"
)


def served(folder: Path, line: str) -> DeviceTable:
    return read(written(folder, SERVED.replace("SERVED", line))).devices


def test_a_ups_behind_a_server_is_ordered_with_the_password_of_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "ups.secret").write_text("tvm pw\nnot this\n", encoding="utf-8")
    table = served(tmp_path, "model: nut, link: 'tcp:127.0.0.1:3493', unit: hall, user: tvm, password_file: ups.secret")
    check_devices(table)
    assert table.ups is not None
    made = cast(Nut, model("ups", table.ups, lambda fact: None, 0))
    made.link_up(0)
    said = b""
    for now_ms in (0, 1):
        said += made.take_output()
        made.receive(b"OK\n", now_ms)
    assert said + made.take_output() == b'USERNAME "tvm"\nPASSWORD "tvm pw"\nLIST VAR hall\n'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("model: nut, link: /dev/b", "the server of nut is written tcp:HOST:PORT, not /dev/b"),
        ("model: nut, link: 'tcp:server:3493'", "not tcp:HOST:PORT with a numeric host"),
        ("model: nut, link: 'tcp:127.0.0.1:99999'", "no port has the number 99999"),
        ("model: nut, link: 'tcp:127.0.0.1:3493', unit: 'a b'", "'a b' is no name of a UPS"),
    ],
)
def test_a_server_that_cannot_be_one_is_refused(tmp_path: Path, line: str, why: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(why)):
        check_devices(served(tmp_path, line))


@pytest.mark.parametrize(("text", "why"), [(None, "No such file"), ("\n", "is empty")])
def test_a_password_that_cannot_be_read_is_said(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "ups.secret").write_text(text, encoding="utf-8")
    table = served(tmp_path, "model: nut, link: 'tcp:127.0.0.1:3493', user: tvm, password_file: ups.secret")
    assert table.ups is not None
    with pytest.raises(ConfigError, match=why):
        model("ups", table.ups, lambda fact: None, 0)


CODES = 'codes: {url: "http://127.0.0.1:8640", merchant: T01, key_file: codes.key}\n'


def test_phone_codes_are_read_from_the_file_and_fitted(tmp_path: Path) -> None:
    (tmp_path / "codes.key").write_text("00" * 32 + "\n", encoding="ascii")
    found = read(written(tmp_path, FILE + CODES)).codes
    assert found is not None
    clock = VirtualClock()
    driver = code_payment(found, Reactor(clock), clock)
    port: Payment = driver
    assert (port.ways, driver.name) == ({"code"}, "payment")
    driver.close(1.0)


@pytest.mark.parametrize(
    ("words", "other", "said"),
    [
        ("T01, key", '"T 01", key', "merchant"),
        ("http://127.0.0.1:8640", "provider", "is no address"),
        ("key_file", "key_fil", "key_file"),
    ],
)
def test_phone_codes_that_are_set_up_wrongly_are_refused(tmp_path: Path, words: str, other: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        read(written(tmp_path, FILE + CODES.replace(words, other)))


@pytest.mark.parametrize("key", ["", "00" * 31, "not hex", "é"])
def test_a_key_that_is_none_is_refused_by_name(tmp_path: Path, key: str) -> None:
    (tmp_path / "codes.key").write_text(key, encoding="utf-8")
    found = read(written(tmp_path, FILE + CODES)).codes
    assert found is not None
    clock = VirtualClock()
    with pytest.raises(ConfigError, match="key_file"):
        code_payment(found, Reactor(clock), clock)


def test_without_phone_codes_none_are_fitted(tmp_path: Path) -> None:
    assert read(written(tmp_path, FILE)).codes is None


CARDS = 'cards: {link: "tcp:127.0.0.1:8630", terminal: TVM00001, merchant: "898110048160001"}\n'
CARD_DEVICES = """\
  card_reader: {model: crt310, link: /dev/c}
  pin_pad: {model: zt598, link: /dev/d}
power"""
LAB = FILE.replace("BXP}", "BXP, environment: lab}").replace("power", CARD_DEVICES, 1)


def never(name: str, device: Device, baud: Callable[[], int] | None) -> Callable[[], Link]:
    """Links of devices that are not there."""

    def open_it() -> Link:
        raise LinkError(f"no {name} here")

    return open_it


def test_cards_are_read_from_the_file_and_fitted(tmp_path: Path) -> None:
    settings = read(written(tmp_path, LAB + CARDS))
    check_devices(settings.devices)
    clock = VirtualClock()
    reactor = Reactor(clock)
    fitted, codes = payments_of(settings, reactor, clock, never)
    assert isinstance(fitted, CardPay)
    port: Payment = fitted
    assert (port.ways, fitted.name, codes) == (set(), "payment", None)


def test_cards_and_codes_share_the_port(tmp_path: Path) -> None:
    (tmp_path / "codes.key").write_text("00" * 32 + "\n", encoding="ascii")
    settings = read(written(tmp_path, LAB + CARDS + CODES))
    clock = VirtualClock()
    fitted, codes = payments_of(settings, Reactor(clock), clock, never)
    assert isinstance(fitted, Payments)
    assert codes is not None
    assert codes.name == "codes"
    codes.close(1.0)


def test_a_machine_without_either_has_no_such_port(tmp_path: Path) -> None:
    clock = VirtualClock()
    assert payments_of(read(written(tmp_path, FILE)), Reactor(clock), clock, never) == (None, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ((LAB + CARDS).replace("environment: lab", "environment: production"), "UNCERTIFIED reference kernel works in"),
        (LAB, "nothing uses it: cards is not set"),
        (FILE + CARDS, "cards needs it"),
        ((LAB + CARDS).replace("tcp:127.0.0.1:8630", "bank:8630"), "cards: bank:8630: not tcp"),
        ((LAB + CARDS).replace("TVM00001", "TVM1"), "cards: a terminal has 8 characters"),
        ((LAB + CARDS).replace("zt598, link: /dev/d", "zt598, link: /dev/d, baud: 1201"), "1201"),
    ],
)
def test_cards_that_are_set_up_wrongly_are_refused(tmp_path: Path, text: str, why: str) -> None:
    settings = read(written(tmp_path, text))
    clock = VirtualClock()
    with pytest.raises(ConfigError, match=re.escape(why)):
        payments_of(settings, Reactor(clock), clock, never)


TERMINAL = 'terminal: {link: "tcp:127.0.0.1:20007", password_file: terminal.secret, terminal: "20260156"}\n'


@pytest.mark.parametrize("link", ["tcp:127.0.0.1:20007", "/dev/t"])
def test_a_terminal_takes_the_place_of_reader_pad_and_bank(tmp_path: Path, link: str) -> None:
    (tmp_path / "terminal.secret").write_text("123456\n", encoding="ascii")
    (tmp_path / "codes.key").write_text("00" * 32 + "\n", encoding="ascii")
    clock = VirtualClock()
    alone = read(written(tmp_path, FILE + TERMINAL.replace("tcp:127.0.0.1:20007", link)))
    asked: list[tuple[str, Device]] = []

    def noted(name: str, device: Device, baud: Callable[[], int] | None) -> Callable[[], Link]:
        asked.append((name, device))
        return never(name, device, baud)

    fitted, codes = payments_of(alone, Reactor(clock), clock, noted)
    assert isinstance(fitted, Zvt)
    assert asked == [("payment", Device("zvt", link))]
    assert (fitted.ways, fitted._account.password, codes) == (set(), 123_456, None)
    assert "123456" not in repr(fitted.__dict__)
    fitted, codes = payments_of(read(written(tmp_path, FILE + TERMINAL + CODES)), Reactor(clock), clock, noted)
    assert isinstance(fitted, Payments)
    assert codes is not None
    codes.close(1.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LAB + CARDS + TERMINAL, "terminal: cards is set, too"),
        (LAB + TERMINAL, "devices.card_reader: nothing uses it"),
        (FILE + TERMINAL.replace("tcp:127.0.0.1:20007", "usb:0416:5011"), "neither a serial port nor tcp"),
        (FILE + TERMINAL.replace("tcp:127.0.0.1:20007", "tcp:terminal:20007"), "not tcp:HOST:PORT"),
        (FILE + TERMINAL.replace("tcp:127.0.0.1:20007", "/dev/a"), "is the port of devices."),
        (FILE + TERMINAL.replace("terminal.secret", "nowhere.secret"), "terminal.password_file"),
        (FILE + TERMINAL.replace("terminal.secret", "short.secret"), "is not six digits"),
    ],
)
def test_a_terminal_that_is_set_up_wrongly_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "terminal.secret").write_text("123456\n", encoding="ascii")
    (tmp_path / "short.secret").write_text("98765\n", encoding="ascii")
    settings = read(written(tmp_path, text))
    clock = VirtualClock()
    with pytest.raises(ConfigError, match=re.escape(why)) as caught:
        payments_of(settings, Reactor(clock), clock, never)
    assert "98765" not in str(caught.value)


@pytest.mark.parametrize("wrong", ['terminal: "2026"', "repeats: 300", "currency: 0", "model: opi"])
def test_a_terminal_of_no_such_kind_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(config.ConfigError, match="terminal"):
        read(written(tmp_path, FILE + TERMINAL.replace('terminal: "20260156"', wrong)))


def test_published_keys_are_taken_in_the_lab_only() -> None:
    for lab in (True, False):
        facts: list[Fact] = []
        pad = pin_pad(Device("zt598", "a"), facts.append, lab)
        tpk = WrappedKey(bytes.fromhex("4706E740B9DDA29F138E973E39979F5C"), bytes.fromhex("27F14DD3"))
        pad.load_key("pin", tpk)
        assert facts == [KeyRefused("pin", "link" if lab else "test")]
