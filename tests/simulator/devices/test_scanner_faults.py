"""Every fault of the code scanner twin does what its sentence says (reliability notes 5; io-board sheet, section 3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.devices.linkfaults import LINK_FAULTS, NOISE, OTHER_WORDS
from simulator.devices.scanner import Maker
from simulator.devices.scanner.faults import FAULTS
from simulator.devices.scanner.scanner import LATE_MS
from tests.simulator.devices.scanner_host import MENU, OFF, ON, ORDER, READ_MS, TICKET, Host

CODE = b"TVM1:123\r"


def faulty(*names: str) -> Host:
    """Lit, with nothing before the window."""
    host = Host()
    host.scanner.faults |= set(names)
    assert host.raw(ON) == b""
    return host


def next_code(host: Host) -> bytes:
    """What comes of one code held there for two seconds, after a trigger."""
    wire = host.raw(ON)
    assert host.show(for_ms=2_000) is None
    return wire + host.wait(2_000)


def test_every_fault_has_a_sentence() -> None:
    menu = Host().scanner.fault_names()
    assert set(menu) == set(FAULTS) | set(LINK_FAULTS)
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in menu.values())
    assert all(menu[name].startswith("Once: ") for name in FAULTS if name.endswith("_next"))


def test_a_blind_scanner_reads_nothing_and_answers() -> None:
    host = faulty("blind")
    assert next_code(host) == b""
    assert host.menu("TRGMOD?.") == b"TRGMOD0\x06."
    host.scanner.faults.clear()
    assert next_code(host) == CODE


def test_a_stuck_trigger_reads_twice_a_second_whatever_the_host_says() -> None:
    host = Host()
    host.scanner.faults = {"stuck_trigger"}
    host.raw(OFF)
    host.show()
    assert host.wait(READ_MS) == CODE
    assert host.wait(3_000) == CODE * 4  # 500 ms of rest and 120 ms of reading
    assert host.raw(OFF) == b""
    host.take()
    assert host.wait(3_000) == b""
    host.scanner.faults.clear()
    host.show()
    assert host.wait(3_000) == b""


@pytest.mark.parametrize(
    ("fault", "wire"),
    [
        ("misread_next", b"TVM1;123\r"),
        ("code_cut_off_next", b"TVM1"),
        ("code_twice_next", CODE * 2),
        ("lost_bytes_next", b"TVM13\r"),
        ("overlong_next", b"A" * 600 + CODE),
        ("no_suffix_next", b"TVM1:123"),
    ],
)
def test_a_code_that_is_spoilt_once(fault: str, wire: bytes) -> None:
    host = faulty(fault)
    assert next_code(host) == wire
    assert host.scanner.faults == set()
    assert next_code(host) == CODE


def test_a_wrong_suffix_lasts() -> None:
    host = faulty("wrong_suffix")
    assert next_code(host) == b"TVM1:123\n"
    assert next_code(host) == b"TVM1:123\n"


def test_an_old_code_comes_by_itself() -> None:
    host = faulty()
    assert next_code(host) == CODE
    host.scanner.faults = {"code_by_itself_next"}
    assert host.wait(5_000) == b""
    assert host.raw(OFF) == CODE
    assert host.raw(OFF) == b""


def test_nothing_comes_by_itself_when_nothing_was_read() -> None:
    host = faulty("code_by_itself_next")
    assert host.raw(OFF) == b""
    assert host.scanner.faults == {"code_by_itself_next"}


def test_a_code_in_two_pieces_and_a_slow_one() -> None:
    host = faulty("split_code")
    host.show()
    assert host.wait(READ_MS) == CODE[:4]
    assert host.wait(59) == b""
    assert host.wait(1) == CODE[4:]
    host.take()
    host.scanner.faults = {"slow_codes"}
    host.raw(ON)
    host.show()
    assert host.wait(READ_MS + 699) == b""
    assert host.wait(1) == CODE


def test_a_slow_code_does_not_outlive_a_power_cut() -> None:
    host = faulty("slow_codes")
    host.show()
    assert host.wait(READ_MS + 100) == b""
    host.scanner.power(False, host.now)
    host.scanner.power(True, host.now)
    assert host.wait(10_000) == b""


def test_settings_that_got_lost() -> None:
    host = Host()
    host.menu("TRGSTO1000.")
    host.scanner.faults = {"settings_lost_next"}
    assert host.menu("TRGSTO?.") == b"TRGSTO1000\x06."
    host.restart()
    assert host.menu("TRGSTO?.") == b"TRGSTO30000\x06."
    assert next_code(host) == b"TVM1:123"
    assert host.scanner.faults == set()


def test_settings_that_are_refused() -> None:
    host = Host()
    host.scanner.faults = {"settings_refused"}
    assert host.menu("TRGMOD3.") == b"TRGMOD3\x15."
    assert host.menu("SUFCA2;NOSUCH!") == b"SUFCA2\x15;NOSUCH\x05!"
    assert host.menu("TRGMOD?.") == b"TRGMOD0\x06."
    assert host.menu("REVINF.").endswith(b"REVINF\x06.")
    assert next_code(host) == CODE


def test_a_wrong_line_rate_hears_nothing_and_tells_junk() -> None:
    host = faulty("wrong_baud")
    assert host.menu("REVINF.") == b""
    assert set(next_code(host)) <= set(NOISE)
    host.scanner.faults.clear()
    assert next_code(host) == CODE


def test_another_device_says_its_own_words() -> None:
    host = Host()
    host.scanner.faults = {"another_device"}
    assert host.raw(MENU + b"REVINF.") == OTHER_WORDS
    assert host.raw(ON) == OTHER_WORDS
    host.show()
    assert host.wait(5_000) == b""


# -- any link (reliability notes 5)


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize(
    ("fault", "wire"),
    [
        ("silence_after", b""),
        ("duplicate_reply", CODE * 2),
        ("noise", NOISE + CODE),
        ("cut_frame", CODE[:4]),
        ("bit_flip", b"TVM1*123\r"),
    ],
)
def test_the_line_lies_about_a_code(fault: str, wire: bytes, *, once: bool) -> None:
    host = faulty(f"{fault}_once" if once else fault)
    assert next_code(host) == wire
    assert next_code(host) == (CODE if once else wire)


def test_the_line_lies_about_an_answer() -> None:
    host = Host()
    answer = b"TRGMOD0\x06."
    host.scanner.faults = {"silence_before_once"}
    assert host.menu("TRGMOD3!") == b""
    assert host.menu("TRGMOD?.") == answer
    host.scanner.faults = {"silence_after_once"}
    assert host.menu("TRGSTO500!") == b""
    assert host.menu("TRGSTO?.") == b"TRGSTO500\x06."
    host.scanner.faults = {"reply_to_previous_once"}
    assert host.menu("TRGMOD?.") == b"TRGSTO500\x06."
    host.scanner.faults = {"late_reply_once"}
    assert host.menu("TRGMOD?.") == b""
    assert host.wait(LATE_MS - 1) == b""
    assert host.wait(1) == answer


def test_a_lost_trigger_is_dark() -> None:
    host = Host()
    host.scanner.faults = {"silence_before_once"}
    assert host.raw(ON) == b""
    assert not host.scanner.lit
    host.raw(ON)
    assert host.scanner.lit


def test_a_scanner_that_starts_again_by_itself_forgets_what_was_not_stored() -> None:
    host = Host()
    host.menu("TRGMOD3!")
    host.scanner.faults = {"reset_by_itself_once"}
    assert host.menu("TRGMOD?.") == b""
    host.wait(1_000)
    assert host.menu("TRGMOD?.") == b"TRGMOD0\x06."


# -- whatever is done to it

ACTS = st.one_of(
    st.sampled_from([ON, OFF, MENU, b"E", b"D", b"R", MENU + b"TRGMOD3!", MENU + b"TRGMOD0.", MENU + b"REVINF."]),
    st.binary(max_size=12),
    st.builds(lambda text: MENU + text.encode(), st.text("TRGMODSUFBK2990D0123;?.!", max_size=20)),
    st.sampled_from(sorted(set(FAULTS) | set(LINK_FAULTS))),
    st.sampled_from(["show", "take", "power"]),
    st.integers(0, 4_000),
)


@settings(max_examples=80, deadline=None)
@given(acts=st.lists(ACTS, max_size=30), maker=st.sampled_from(Maker), rate=st.sampled_from([0.0, 1.0]))
def test_it_stands_and_tells_only_codes_that_were_held_there(
    acts: list[bytes | str | int], maker: Maker, rate: float
) -> None:
    host, wire, shown = Host(maker, rate=rate), b"", False
    for act in acts:
        if isinstance(act, bytes):
            wire += host.raw(act)
        elif isinstance(act, int):
            wire += host.wait(act)
        elif act == "show":
            host.show()
            shown = True
        elif act == "take":
            host.take()
        elif act == "power":
            host.restart()
        else:
            host.scanner.faults ^= {act}
    assert shown or ORDER.content not in wire
    assert TICKET.content not in wire


@settings(max_examples=60, deadline=None)
@given(
    acts=st.lists(st.sampled_from([ON, OFF, "show", "take", 50, 200, 40_000]), max_size=30),
    rate=st.sampled_from([0.0, 1.0]),
)
def test_in_manual_mode_there_is_at_most_one_code_for_a_trigger(acts: list[bytes | str | int], rate: float) -> None:
    host, wire, triggers = Host(rate=rate), b"", 0
    for act in acts:
        if isinstance(act, bytes):
            triggers += act == ON
            wire += host.raw(act)
        elif isinstance(act, int):
            wire += host.wait(act)
        elif act == "show":
            host.show()
        else:
            host.take()
    wire += host.wait(1_000)
    assert wire == CODE * wire.count(CODE)
    assert wire.count(CODE) <= triggers
