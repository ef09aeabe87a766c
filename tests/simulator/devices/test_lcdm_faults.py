"""Each fault switch of the dispenser twin shows, and no note is ever made or lost."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.lcdm.faults import FAULTS
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.lcdm_host import ACK, EOT, LAST, NAK, PURGE, SERIAL, STATUS, Host, command, dispense


def outcome(host: Host, payload: bytes) -> tuple[int, tuple[int, int]]:
    """Error, and EXIT and REJECT of cassette 1."""
    answer = host.ask(payload)
    return answer[0] - 0x20, host.out(answer)[0]


def stuck(host: Host, error: int, sensors: int) -> None:
    assert outcome(host, dispense(3)) == (error, (0, 0))
    assert host.count("dispenser.path") == 1
    assert host.ask(STATUS)[1] == 0x20 | sensors
    assert host.error(dispense(1)) == 0x0B


def short_pick_next(host: Host) -> None:
    assert outcome(host, dispense(2)) == (0x01, (0, 0))
    assert outcome(host, dispense(2)) == (0x00, (2, 0))


def double_pick_next(host: Host) -> None:
    assert outcome(host, dispense(2)) == (0x00, (2, 2))
    assert host.count("dispenser.reject") == 2


def double_pick_passed_next(host: Host) -> None:
    assert outcome(host, dispense(2)) == (0x07, (1, 0))
    assert host.count("change.tray") == 2


def low_sensor_blind(host: Host) -> None:
    host.ask(dispense(20))
    assert host.ask(STATUS)[2] == 0x20
    host.twin.faults.clear()
    assert host.ask(STATUS)[2] == 0x28


def near_end_mode(host: Host) -> None:
    assert host.error(dispense(10)) == 0
    assert host.error(dispense(1)) == 0x25


def reject_next(host: Host) -> None:
    assert outcome(host, dispense(2)) == (0x00, (2, 1))


def reject_all(host: Host) -> None:
    assert outcome(host, dispense(2)) == (0x0D, (0, 11))
    assert host.count("dispenser.reject") == 11


def reject_full(host: Host) -> None:
    host.twin.faults.add("reject_next")
    assert outcome(host, dispense(1)) == (0x02, (0, 0))
    assert host.count("dispenser.path") == 1


def reject_ejected_next(host: Host) -> None:
    assert outcome(host, dispense(1)) == (0x06, (0, 1))
    assert host.count("change.tray") == 1


def reject_tray_missing(host: Host) -> None:
    assert outcome(host, dispense(1)) == (0x26, (0, 0))


def note_left_at_exit_next(host: Host) -> None:
    stuck(host, 0x05, 0b1000)
    answer = host.ask(PURGE)
    assert host.out(answer)[0] == (1, 0)
    assert host.count("change.tray") == 1


def jam_chk_dvt_next(host: Host) -> None:
    stuck(host, 0x02, 0b0011)
    answer = host.ask(PURGE)
    assert host.out(answer)[0] == (0, 1)
    assert host.error(dispense(1)) == 0


def jam_dvt_ejt_next(host: Host) -> None:
    stuck(host, 0x03, 0b0100)
    assert len(host.twin.clear_path("vault")) == 1
    assert host.error(dispense(1)) == 0


def jam_ejt_exit_next(host: Host) -> None:
    stuck(host, 0x04, 0b1100)


def jam_after_last_next(host: Host) -> None:
    assert outcome(host, dispense(3)) == (0x0A, (3, 0))
    assert host.count("change.tray") == 3


def purge_fails(host: Host) -> None:
    assert host.error(PURGE) == 0x0E


def wrong_cassette_next(host: Host) -> None:
    assert outcome(host, dispense(2)) == (0x41, (0, 0))
    assert host.matter.place("change.tray").value_fen() == 500


def cassettes_swapped(host: Host) -> None:
    assert outcome(host, dispense(2)) == (0x00, (2, 0))
    assert host.matter.place("change.tray").value_fen() == 1_000


def last_result_lost(host: Host) -> None:
    host.ask(dispense(2))
    assert host.ask(LAST)[0] == 0x52
    host.twin.power(False, host.now)
    host.twin.power(True, host.now)
    assert host.ask(LAST)[0] == 0x20


def sensor_dirty(host: Host) -> None:
    assert host.error(STATUS) == host.error(dispense(1)) == 0x20


def solenoid_failed(host: Host) -> None:
    assert host.error(dispense(1)) == 0x22


def motor_failed(host: Host) -> None:
    assert host.error(PURGE) == 0x23


def answer_after_59_s_next(host: Host) -> None:
    begun = host.now
    assert outcome(host, dispense(1)) == (0, (1, 0))
    assert host.now - begun == 59_000


def nak_next(host: Host) -> None:
    assert host.raw(command(dispense(1))) == NAK
    assert host.count("change.tray") == 0


def ack_lost_next(host: Host) -> None:
    assert host.raw(command(STATUS))[:1] == b"\x01"


def ack_late_next(host: Host) -> None:
    assert host.raw(command(STATUS)) == b""
    begun = host.now
    assert host.wait()[:1] == ACK
    assert host.now - begun == 1_000


def response_lost_next(host: Host) -> None:
    assert host.raw(command(dispense(1))) == ACK
    assert host.wait() == b""
    assert host.count("change.tray") == 1


def eot_missing_next(host: Host) -> None:
    host.raw(command(STATUS))
    assert host.raw(ACK) == b""
    assert host.error(STATUS) == 0


def counter_wrap_next(host: Host) -> None:
    assert host.ask(SERIAL)[1] == 0x20 + 95
    host.ask(dispense(1))
    assert host.ask(SERIAL)[1] == 0x20


def silence_before(host: Host) -> None:
    assert host.raw(command(dispense(1))) == b""
    assert host.count("change.tray") == 0


def silence_after(host: Host) -> None:
    assert host.raw(command(dispense(1))) == b""
    assert host.wait() == b""
    assert host.count("change.tray") == 1


def late_reply(host: Host) -> None:
    begun = host.now
    assert host.raw(command(STATUS)) == ACK
    assert host.wait()[:1] == b"\x01"
    assert host.now - begun == 61_000


def duplicate_reply(host: Host) -> None:
    answer = host.raw(command(STATUS))[1:]
    assert answer[:24] == answer[24:]


def reply_to_previous(host: Host) -> None:
    host.ask(STATUS)
    assert host.raw(command(LAST))[4] == 0x50


def bit_flip(host: Host) -> None:
    spoilt = host.raw(command(b"\x5d"))[1:]
    right = bytes.fromhex("01 30 02 5D 20 31 32 33 34 03 49")
    assert sum((a ^ b).bit_count() for a, b in zip(spoilt, right, strict=True)) == 1
    host.twin.faults.clear()
    assert host.raw(NAK) == right
    assert host.raw(ACK) == EOT


def cut_frame(host: Host) -> None:
    assert len(host.raw(command(STATUS))) == 1 + 12


def noise(host: Host) -> None:
    heard = host.raw(command(STATUS))[1:]
    assert heard[0] == 0xFF
    assert heard[-24:-20] == b"\x01\x30\x02\x50"


def reset_by_itself(host: Host) -> None:
    assert host.raw(command(dispense(1))) == b""
    assert host.count("change.tray") == 0


PLAYS: dict[str, Callable[[Host], None]] = {
    name: globals()[name] for name in (*FAULTS, *(name for name in LINK_FAULTS if not name.endswith("_once")))
}


@pytest.mark.parametrize("name", PLAYS)
def test_each_switch_shows(name: str) -> None:
    host = Host()
    host.twin.faults.add(name)
    PLAYS[name](host)
    assert (name in host.twin.faults) <= (not name.endswith("_next"))


def test_link_faults_once_clear_themselves() -> None:
    for name in (name for name in LINK_FAULTS if name.endswith("_once")):
        host = Host()
        host.ask(LAST)
        usual = host.raw(command(STATUS))
        host.raw(ACK)
        host.twin.faults.add(name)
        assert host.raw(command(STATUS)) != usual or name == "reply_to_previous_once"
        assert name not in host.twin.faults


def test_every_fault_has_a_sentence() -> None:
    names = Host().twin.fault_names()
    assert set(PLAYS) <= set(names)
    assert all(sentence.endswith(".") for sentence in names.values())


ACTS = st.one_of(
    st.sampled_from(
        [STATUS, PURGE, LAST, SERIAL, b"\x58\x32", dispense(2, 1), dispense(0, 0, 9, 9), dispense(3, code=0x53)]
    ),
    st.sampled_from(["ack", "nak", "cut", "cassette", "tray", "clear"]),
    st.sampled_from(sorted({**FAULTS, **LINK_FAULTS})),
    st.integers(0, 70_000),
)


@settings(max_examples=150, deadline=None)
@given(acts=st.lists(ACTS, max_size=40), rate=st.sampled_from([0, 1, 10]))
def test_notes_are_neither_made_nor_lost(acts: list[bytes | str | int], rate: float) -> None:
    host = Host(rate=rate, notes=12)
    everything = sorted(note.serial for place in host.matter.places.values() for note in place.notes())
    hands: dict[str, Callable[[], object]] = {
        "ack": lambda: host.raw(ACK),
        "nak": lambda: host.raw(NAK),
        "cut": lambda: (host.twin.power(False, host.now), host.twin.power(True, host.now)),
        "cassette": lambda: host.twin.body.fitted.__setitem__(2, not host.twin.body.fitted[2]),
        "tray": lambda: host.matter.move_all("change.tray", "hand"),
        "clear": lambda: host.twin.clear_path(),
    }
    for act in acts:
        if isinstance(act, bytes):
            host.raw(command(act))
        elif isinstance(act, int):
            host.now += act
        elif act in hands:
            hands[act]()
        else:
            host.twin.faults ^= {act}
        host.twin.poll(host.now)
        lying = sorted(note.serial for place in host.matter.places.values() for note in place.notes())
        assert lying == everything


@settings(max_examples=100, deadline=None)
@given(
    asked=st.lists(st.integers(0, 12), min_size=4, max_size=4).filter(any),
    faults=st.sets(st.sampled_from(["reject_next", "double_pick_next", "short_pick_next", "jam_after_last_next"])),
)
def test_exit_and_reject_counts_are_what_lies_there(asked: list[int], faults: set[str]) -> None:
    host = Host(notes=12)
    host.twin.faults |= faults
    counts = host.out(host.ask(dispense(*asked)))
    assert sum(out for out, _ in counts) == host.count("change.tray")
    assert sum(rejected for _, rejected in counts) == host.count("dispenser.reject")
    assert [12 - out - rejected for out, rejected in counts] == [host.count(f"cassette.{n}") for n in range(1, 5)]
