"""Every fault of the ticket unit's menu changes what the host or the auditor sees."""

import pytest

from simulator.devices.linkfaults import LINK_FAULTS
from simulator.devices.ttpm.faults import UNIT_FAULTS
from tests.simulator.devices.ttpm_host import Host

GOOD = b"\x06\x80\x06\x02"
CASES: dict[str, tuple[bytes, dict[str, int]]] = {
    "paper_out": (b"\x15P", {"roll": 5}),
    "paper_out_loading": (b"\x151", {"roll": 5}),
    "paper_out_encoding": (b"\x151", {"roll": 4, "ticket.waste": 1}),
    "paper_out_printing": (b"\x06\x80\x151", {"roll": 4, "ticket.waste": 1}),
    "jam_loading": (b"\x152", {"roll": 5}),
    "jam": (b"\x06\x80\x157", {"roll": 4, "printer.path": 1}),
    "jam_ejecting": (GOOD + b"\x157", {"roll": 4, "printer.path": 1}),
    "cutter_4": (GOOD + b"\x154", {"roll": 4, "printer.path": 1}),
    "cutter_5": (GOOD + b"\x155", {"roll": 4, "printer.path": 1}),
    "cutter_6": (GOOD + b"\x156", {"roll": 4, "printer.path": 1}),
    "verify_fail": (b"\x159", {"roll": 2, "ticket.waste": 3}),
    "verify_fail_1st": (GOOD, {"roll": 3, "ticket.waste": 1, "ticket.tray": 1}),
    "verify_fail_track2": (b"\x158", {"roll": 2, "ticket.waste": 3}),
    "blank_number_jump": (GOOD, {"roll": 3, "ticket.waste": 1, "ticket.tray": 1}),
    "cover_open": (b"\x15X", {"roll": 5}),
    "critical": (b"\x15X", {"roll": 5}),
    "ack_without_ticket": (GOOD, {"roll": 4, "floor": 1}),
}


@pytest.mark.parametrize("fault", CASES)
def test_a_ticket_under_a_fault(fault: str) -> None:
    host = Host(rate=0)
    host.start()
    assert host.line("!M123") == b"\x06\x00"
    host.twin.faults = {fault}
    answer, where = CASES[fault]
    assert host.order() == answer
    assert host.where() == where
    assert host.total() == 5


@pytest.mark.parametrize(("fault", "spoiled"), [("verify_fail_2nd", 1), ("verify_fail_3rd", 2)])
def test_the_kth_blank_fails(fault: str, spoiled: int) -> None:
    host = Host(rate=0)
    host.start()
    host.twin.faults = {fault}
    for _ in range(3):
        assert host.order() == GOOD
    assert [blank.state for blank in host.blanks[:4]] == ["void" if n == spoiled else "good" for n in range(4)]


@pytest.mark.parametrize(("fault", "ms"), [("slow_4900", 4_900), ("slow_5100", 5_100), ("slow_16000", 16_000)])
def test_a_slow_unit(fault: str, ms: int) -> None:
    host = Host()
    host.start()
    host.twin.faults = {fault}
    host.order()
    host.wait(ms - 1)
    assert host.twin.busy()
    host.wait(1)
    assert host.where()["ticket.tray"] == 1


def test_one_try_more_costs_time_but_no_blank() -> None:
    host = Host()
    host.start()
    host.twin.faults = {"verify_fail_once"}
    host.order()
    host.wait(4_500)
    assert host.twin.busy()
    host.wait(900)
    assert host.where() == {"roll": 4, "ticket.tray": 1}
    host.order("!P0E")
    host.wait(30_000)
    assert host.where() == {"roll": 1, "ticket.tray": 1, "ticket.waste": 3}


def test_a_hot_head_pauses_until_it_cools() -> None:
    host = Host()
    host.start()
    host.twin.faults = {"head_hot"}
    host.order()
    assert host.wait(60_000) == b"\x06\x80"
    assert host.raw(b"\x05")[2] == 95
    host.twin.faults.clear()
    host.wait(2_000)
    assert host.where() == {"roll": 4, "ticket.tray": 1}


def test_the_unit_resets_itself_in_the_middle_of_a_ticket() -> None:
    host = Host()
    host.start()
    host.twin.faults = {"reset_mid_ticket"}
    host.order()
    assert host.wait(4_500) == b"\x06\x80"
    host.twin.faults.clear()
    assert host.wait(20_000) == b"\x15G"
    assert host.where() == {"roll": 4, "ticket.waste": 1}


def test_unreadable_stripes_flat_batteries_and_old_firmware() -> None:
    host = Host(rate=0)
    host.start()
    host.line("!J|ABC")
    host.line("!P1E")
    host.twin.faults = {"unreadable"}
    assert host.line("!D 1") == b"\x15A"
    host.twin.faults = {"old_firmware"}
    assert host.line("!U") == b"TTPM3 2.07\r\n"
    assert host.raw(b"!F G 0 0 8 1 2 6cdbfd72\r\n\x00\xff\r\n") == b"\x15?"
    host.twin.faults = {"battery_flat"}
    host.line("!P1E")
    assert host.line("!Y") == b"tickets=1 voided=0\r\n"
    host.twin.power(False, host.now)
    host.twin.power(True, host.now)
    assert host.line("!Y") == b"tickets=0 voided=0\r\n"


def test_front_entry_faults() -> None:
    host = Host()
    host.start()
    host.twin.faults = {"front_blocked"}
    assert host.line("!L3") == b"\x15D"
    host.twin.faults = {"front_feeder"}
    assert host.line("!L3") == b"\x15E"


def test_status_shows_lifted_head_and_cutter() -> None:
    host = Host()
    host.twin.faults = {"cover_open", "cutter_6", "paper_out"}
    assert host.raw(b"\x05")[1] == 0


@pytest.mark.parametrize("fault", sorted(LINK_FAULTS))
def test_link_faults_are_wired(fault: str) -> None:
    sound, broken = Host(rate=0), Host(rate=0)
    for host in (sound, broken):
        host.start()
        host.line("!U")
    broken.twin.faults = {fault}
    assert broken.line("!Y") != sound.line("!Y")
    assert broken.line("!V") == sound.line("!V") or not fault.endswith("_once") or "reset" in fault


def test_the_menu_has_a_sentence_for_each_fault_and_a_test_for_each_name() -> None:
    names = Host().twin.fault_names()
    assert set(names) == {*UNIT_FAULTS, *LINK_FAULTS}
    assert all(sentence.endswith(".") for sentence in names.values())
    elsewhere = "verify_fail_2nd verify_fail_3rd verify_fail_once unreadable head_hot reset_mid_ticket slow_4900"
    elsewhere += " slow_5100 slow_16000 battery_flat front_blocked front_feeder old_firmware"
    assert {*CASES, *elsewhere.split()} == set(UNIT_FAULTS)
