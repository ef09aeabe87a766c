"""The eSSP twin's line against the essp sheet: golden exchanges, sequence bit, keys, commands."""

from collections.abc import Callable, Iterable

import pytest

from simulator.devices.essp import EsspValidator
from simulator.devices.matter import Matter
from simulator.devices.twin import Speeds
from simulator.devices.validator import Kind
from tests.simulator.devices.cash_golden import read as golden_file
from tests.simulator.devices.essp_host import (
    ALL_CHANNELS,
    DISABLE,
    ENABLE,
    FIXED,
    GENERATOR,
    HOLD,
    MODULUS,
    POLL,
    RESET,
    SYNC,
    Host,
    keyed,
    packet,
    read,
    sealed,
)

GOLDEN = golden_file("essp.txt")
OK, KEY_NOT_SET, CANNOT, UNKNOWN, WRONG, RANGE, FAIL = b"\xf0", b"\xfa", b"\xf5", b"\xf2", b"\xf3", b"\xf4", b"\xf8"


def golden(name: str) -> bytes:
    return GOLDEN[name][0][1]


def sheet_draws(numbers: Iterable[int]) -> Callable[[int], int]:
    """The sheet's own secret, and zeros as padding."""
    secrets = iter(numbers)
    return lambda choices: 0 if choices == 256 else next(secrets)


def up(rate: float = 0, **more: object) -> Host:
    """A unit whose start is over, and nothing was said to it."""
    host = Host(rate=rate, **more)
    host.twin.poll(0)
    host.twin.poll(2_000)
    return host


# -- golden packets


def test_golden_start_and_a_note_that_is_read() -> None:
    host = up(rate=1)
    wanted = [line for line in GOLDEN["start"] if line[0] == "dev"]
    said: list[bytes] = []
    for _, ask, note in (line for line in GOLDEN["start"] if line[0] == "host"):
        host.now += 200
        if note == "poll":
            if len(said) == 4:  # F1 is told by a poll before the sheet's first
                assert host.raw(golden("poll-0")) == packet(0x00, b"\xf0\xf1")
                host.bit = 0x00
                host.ask(b"\x0a")
                host.insert(10)
            said.append(host.raw(ask))
        elif note == "setup":
            assert read(host.raw(ask))[1][0] == 0xF0
        else:
            said.append(host.raw(ask))
    assert said[:5] == [line[1] for line in wanted]
    host.now += 1_000
    assert host.raw(golden("poll-0")) == golden("escrow-3-0")


def test_golden_events_of_one_note() -> None:
    host = up(rate=1)
    assert host.raw(golden("sync")) == golden("ok-1")
    assert host.raw(golden("poll-0")) == packet(0, b"\xf0\xf1\xe8")
    assert host.raw(golden("disable-1")) == golden("ok-1")
    assert host.raw(golden("poll-0")) == golden("disabled-0")
    assert host.raw(golden("enable-1")) == golden("ok-1")
    assert host.raw(golden("inhibits-all-on-0")) == golden("ok-0")
    assert host.raw(golden("poll-1")) == packet(0x80, OK)
    host.insert(10)
    assert host.raw(golden("poll-0")) == golden("reading-0")
    host.now += 1_000
    assert host.raw(golden("enable-1")) == golden("ok-1")
    assert host.raw(golden("hold-0")) == golden("ok-0")
    assert host.raw(golden("poll-1")) == packet(0x80, b"\xf0\xef\x03")
    assert host.raw(golden("poll-0")) == golden("stacking-0")
    host.now += 1_000
    assert host.raw(golden("poll-1")) == golden("credit-3-1")
    host.now += 300
    assert host.raw(golden("poll-0")) == packet(0, b"\xf0\xeb")
    host.insert(10)
    host.now += 1_000
    assert host.raw(golden("enable-1")) == golden("ok-1")
    assert host.raw(golden("poll-0")) == golden("escrow-3-0")
    assert host.raw(golden("reject-1")) == golden("ok-1")
    assert host.raw(golden("poll-0")) == packet(0, b"\xf0\xed")
    assert host.raw(golden("protocol-7-1")) == golden("ok-1")
    assert host.raw(golden("reset-0")) == golden("ok-0")
    assert host.raw(golden("sync")) == b"", "it starts again, and is silent"
    host.now += 2_000
    assert host.raw(golden("sync")) == golden("ok-1")
    assert host.raw(golden("enable-0")) == golden("ok-0")
    host.bit = 0x00
    host.ask(ALL_CHANNELS)
    host.raw(golden("protocol-6-0"))
    assert host.raw(golden("poll-1")) == packet(0x80, b"\xf0\xf1\xe1\x03")


def test_golden_slave_reset_alone() -> None:
    host = up()
    host.raw(golden("enable-1"))
    host.raw(golden("inhibits-all-on-0"))
    assert host.raw(golden("poll-1")) == golden("slave-reset-1")


def test_golden_encrypted_exchange() -> None:
    host = up(draw=sheet_draws([0x5678]))
    lines, said = GOLDEN["encryption"], []
    for number, ((_, ask, _), (_, answer, _)) in enumerate(zip(lines[::2], lines[1::2], strict=True)):
        if number == 4:  # the sheet's unit is enabled and has told of its start
            host.raw(golden("sync"))
            host.bit = 0x80
            for data in (ALL_CHANNELS, ENABLE, POLL):
                host.ask(data)
        if number == 5:
            host.insert(20)
        said.append((host.raw(ask), answer))
    assert [heard for heard, _ in said] == [wanted for _, wanted in said]


def test_golden_key_not_set() -> None:
    host = up()
    host.raw(golden("poll-0"))
    assert host.raw(GOLDEN["encryption"][8][1]) == golden("key-not-set-1")


# -- sequence bit


def test_the_same_bit_again_is_answered_word_for_word_and_not_obeyed() -> None:
    host = Host(rate=0)
    host.start()
    note = host.insert()
    first = host.poll()
    assert first == "ef 03"
    assert [host.poll(repeat=True) for _ in range(20)] == [first] * 20
    assert host.where(note) == "acceptor.escrow", "a repeated POLL is no further POLL"
    assert host.twin.manners["repeated"] == 20
    assert host.poll() == "cc"
    assert host.where(note) == "box"


def test_an_event_is_told_once_and_lost_with_a_new_bit() -> None:
    """Traps 2 and 3 of the sheet."""
    host = Host(rate=0)
    host.start()
    host.stacking()
    host.twin.faults.add("silence_after_once")
    assert host.say(POLL) == b""
    assert host.poll(repeat=True) == "ee 03 eb"
    host.stacking()
    host.twin.faults.add("silence_after_once")
    assert host.say(POLL) == b""
    assert host.poll() == ""


def test_a_fresh_poll_after_a_lost_one_buys_the_note() -> None:
    """Trap 1 of the sheet."""
    host = Host(rate=0)
    host.start()
    note = host.insert()
    host.twin.faults.add("silence_after_once")
    assert host.say(POLL) == b""
    assert host.poll() == "cc"
    assert host.where(note) == "box"


def test_sync_begins_anew_and_is_obeyed_each_time() -> None:
    host = Host(rate=0)
    host.start()
    for _ in range(3):
        assert host.ask(SYNC) == OK
    assert host.poll() == ""
    assert host.raw(packet(0x80, DISABLE)) == packet(0x80, OK)
    host.bit = 0x80
    assert host.poll() == "e8"
    assert host.raw(packet(0x80, b"\x05"))[3] > 1
    assert host.raw(packet(0x00, SYNC)) == packet(0x00, CANNOT)


def test_after_a_start_either_bit_will_do() -> None:
    for bit in (0x00, 0x80):
        assert up().raw(packet(bit, POLL)) == packet(bit, b"\xf0\xf1\xe8")


def test_other_addresses_and_damaged_packets_are_not_answered() -> None:
    host = up()
    assert host.raw(packet(0x90, SYNC)) == b""
    assert host.raw(golden("sync")[:-1] + b"\x83") == b""
    assert host.twin.manners["damaged"] == 1
    assert up(address=0x10).raw(packet(0x90, SYNC)) == packet(0x90, OK)


# -- keys


def test_everything_but_sync_may_be_encrypted() -> None:
    host = keyed()
    note = host.insert(50)
    assert host.poll() == "ef 05"
    assert host.ask(HOLD) == OK
    assert host.poll() == "cc"
    assert host.poll() == "ee 05 eb"
    assert host.where(note) == "box"
    assert len(host.ask(b"\x05")) > 50
    assert host.ask(b"\x11" + b"\x00") == WRONG
    assert read(host.say(sealed(host.key, host.count, SYNC)))[1][0] == 0x7E
    assert host.ask(SYNC) == OK


def test_a_repeated_encrypted_packet_has_the_same_count_and_the_stored_answer() -> None:
    host = keyed()
    host.insert()
    wire = packet(host.bit ^ 0x80, sealed(host.key, host.count, POLL))
    assert host.raw(wire) == host.raw(wire) != b""


@pytest.mark.parametrize("count", [1, 5, 2**32 - 1])
def test_a_wrong_count_is_silence(count: int) -> None:
    host = keyed()
    assert host.say(sealed(host.key, count, DISABLE)) == b""
    assert host.twin.manners["dropped"] == 1
    assert host.twin.slot_open
    host.bit ^= 0x80
    assert host.poll() == ""


def test_a_wrong_key_is_silence_and_a_lost_question_costs_no_count() -> None:
    host = keyed()
    right, host.key = host.key, FIXED + bytes(8)
    assert host.say(sealed(host.key, 0, POLL)) == b""
    host.key = right
    host.bit ^= 0x80
    host.twin.faults.add("silence_before_once")
    assert host.say(sealed(host.key, 0, POLL)) == b""
    assert host.poll(repeat=True) == ""


def test_a_restarted_host_without_new_keys_meets_silence() -> None:
    """Trap 5 of the sheet."""
    host = keyed()
    host.poll()
    host.poll()
    assert host.ask(SYNC) == OK
    assert host.say(sealed(host.key, 0, POLL)) == b""
    host.bit ^= 0x80
    host.exchange_keys()
    assert host.poll() == ""


def test_power_and_reset_forget_the_keys() -> None:
    host = keyed()
    host.cut()
    host.greet()
    assert read(host.say(sealed(host.key, host.count, POLL)))[1] == KEY_NOT_SET
    host.exchange_keys()
    assert host.ask(RESET) == OK
    host.encrypts = False
    host.greet()
    assert read(host.say(sealed(host.key, host.count, POLL)))[1] == KEY_NOT_SET


@pytest.mark.parametrize("command", ["33", "38", "3b", "3c", "3d", "3f", "44", "46", "52", "56", "57", "60"])
def test_commands_that_must_be_encrypted(command: str) -> None:
    host = Host(rate=0)
    host.start()
    assert host.ask(bytes.fromhex(command)) == KEY_NOT_SET
    host.exchange_keys()
    host.encrypts = False
    assert host.ask(bytes.fromhex(command)) == CANNOT
    host.encrypts = True
    assert host.ask(bytes.fromhex(command)) == {"56": OK, "57": CANNOT, "60": WRONG}.get(command, UNKNOWN)


def test_keys_are_exchanged_in_order_and_with_primes() -> None:
    host = Host(rate=0)
    host.start()
    prime = (13).to_bytes(8, "little")
    assert host.ask(b"\x4c" + prime) == CANNOT
    assert host.ask(b"\x4b" + prime) == CANNOT
    assert host.ask(b"\x4a" + (15).to_bytes(8, "little")) == RANGE
    assert host.ask(b"\x4a" + prime) == OK
    for wrong in (12, 13, 17):
        assert host.ask(b"\x4b" + wrong.to_bytes(8, "little")) == RANGE
    assert host.ask(b"\x4b" + (11).to_bytes(8, "little")) == OK
    for wrong in (0, 11):
        assert host.ask(b"\x4c" + wrong.to_bytes(8, "little")) == RANGE
    assert host.ask(b"\x4c\x05") == WRONG
    assert host.ask(b"\x4c" + (5).to_bytes(8, "little"))[:1] == OK


def test_the_fixed_key_can_be_changed_and_survives_the_power() -> None:
    host = keyed()
    other = bytes(range(8))
    assert host.ask(b"\x60" + other) == OK
    assert host.poll() == "", "this session goes on"
    host.cut()
    host.start()
    host.exchange_keys()
    assert host.say(sealed(host.key, 0, POLL)) == b""
    host.bit ^= 0x80
    host.key = other + host.key[8:]
    assert host.poll() == ""
    assert host.ask(b"\x61") == OK
    host.exchange_keys()
    assert host.poll() == ""


def test_secrets_and_padding_come_from_what_is_given() -> None:
    drawn: list[int] = []

    def draw(choices: int) -> int:
        drawn.append(choices)
        return len(drawn)

    host = Host(rate=0, draw=draw)
    host.start()
    host.exchange_keys()
    assert drawn == [2**32]
    host.poll()
    assert drawn[1:] == [256] * 8
    assert GENERATOR > MODULUS


# -- commands


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("07 00", WRONG), ("01 00", WRONG), ("02 ff", WRONG), ("06", WRONG), ("06 00", FAIL), ("06 08", FAIL),
        ("08", CANNOT), ("18", CANNOT), ("ff", UNKNOWN), ("22", UNKNOWN), ("23", UNKNOWN), ("35", UNKNOWN),
        ("45 00", UNKNOWN), ("4d 00 00", UNKNOWN), ("5c 00", UNKNOWN), ("03", OK), ("04", OK), ("54 00 00 ff 00", OK),
        ("59", OK), ("61", OK),
    ],
)  # fmt: skip
def test_answers_to_commands_that_move_nothing(command: str, answer: bytes) -> None:
    host = Host(rate=0)
    host.start()
    assert host.ask(bytes.fromhex(command)) == answer
    assert host.twin.slot_open


def test_setup_says_the_note_table_and_from_protocol_6_on_in_full() -> None:
    host = Host(rate=0)
    host.start()
    told = host.ask(b"\x05")
    assert told[:9] == b"\xf0\x00" + told[2:6] + b"CNY"
    assert told[9:12] == b"\x00\x00\x01"
    assert told[12:19] == bytes([6, 1, 5, 10, 20, 50, 100])
    assert told[25:28] == b"\x00\x00\x64"
    assert told[28] == 6
    assert told[29:47] == b"CNY" * 6
    assert [int.from_bytes(told[at : at + 4], "little") for at in range(47, 71, 4)] == [1, 5, 10, 20, 50, 100]
    assert len(told) == 71
    assert host.ask(b"\x06\x05") == OK
    assert host.ask(b"\x05") == told[:28] + b"\x05"


def test_the_unit_says_what_it_is() -> None:
    host = Host(rate=0, serial=0x01020304)
    host.start()
    assert host.ask(b"\x0c") == b"\xf0\x01\x02\x03\x04"
    assert host.ask(b"\x0d") == b"\xf0\x00" + b"0412" + b"CNY" + b"\x00\x00\x01" + b"\x06"
    assert host.ask(b"\x0e") == bytes([0xF0, 6, 1, 5, 10, 20, 50, 100])
    assert host.ask(b"\x0f") == bytes([0xF0, 6, 2, 2, 2, 2, 2, 2])
    for command in (b"\x20", b"\x21", b"\x4f"):
        assert host.ask(command)[:1] == OK


def test_sixteen_channels_and_no_more() -> None:
    many = tuple(Kind(yuan * 100) for yuan in range(1, 17))
    host = Host(rate=0, note_table=many)
    host.start()
    host.exchange_keys()
    assert len(host.ask(b"\x05")) == 1 + 1 + 4 + 3 + 3 + 1 + 32 + 3 + 1 + 48 + 64
    with pytest.raises(ValueError, match="17 channels"):
        EsspValidator(Matter(), Speeds(), (*many, Kind(1_700)))
    with pytest.raises(ValueError, match="150 fen"):
        EsspValidator(Matter(), Speeds(), (Kind(150),))
