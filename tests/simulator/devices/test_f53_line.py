"""Who may speak, what is said again and when it is given up (f53 sheet, sections 2, 4 and 10)."""

import pytest

from simulator.devices.f53.faults import LINE
from simulator.devices.linkfaults import LINK_FAULTS
from tests.simulator.devices.f53_host import ACK, ENQ, NAK, NOTHING, STATUS, Host, count_out, message, told

PAY = message(count_out(1))
ASKED = message(STATUS)


def answer_of(host: Host) -> bytes:
    """The device's whole frame, after its ENQ was heard; not acknowledged."""
    return host.raw(ACK)


def test_a_message_without_an_enq_is_not_heard() -> None:
    host = Host()
    assert host.raw(PAY) == b""
    assert host.lying() == (0, 0, 0)
    assert host.wait() == b""


def test_an_opened_exchange_stays_open_for_three_tries() -> None:
    for late_ms, said in ((14_999, ACK + ENQ), (15_000, b"")):
        host = Host()
        assert host.raw(ENQ) == ACK
        host.now += late_ms
        assert host.raw(PAY) == said


def test_an_enq_said_again_is_acknowledged_again() -> None:
    host = Host()
    assert host.raw(ENQ) == host.raw(ENQ) == ACK
    assert host.raw(ASKED) == ACK + ENQ


def test_a_spoilt_message_is_answered_nak_and_may_be_said_again() -> None:
    for at in (-1, -2, -3, -4, 5, 8):
        host = Host()
        spoilt = bytearray(PAY)
        spoilt[at] ^= 0x40
        assert host.raw(ENQ) == ACK
        assert host.raw(bytes(spoilt)) == NAK
        assert host.lying() == (0, 0, 0)
        assert host.raw(PAY) == ACK + ENQ
        assert told(answer_of(host)[4:-4]) == ([1, 0, 0, 0], NOTHING)


@pytest.mark.parametrize("length", [b"\x00\x00", b"\x01\x00", b"\xff\xff"])
def test_a_length_that_cannot_be_is_a_wrong_frame(length: bytes) -> None:
    host = Host()
    host.raw(ENQ)
    assert host.raw(b"\x10\x02" + length) == NAK


def test_a_dle_inside_the_data_is_ordinary() -> None:
    host = Host()
    assert host.ask(b"\x60\x10\x02\x10\x05\x1c")[:5] == b"\xf0\x10\x34\xe2\x00"


def test_half_a_message_is_forgotten_after_five_seconds_of_silence() -> None:
    host = Host()
    host.raw(ENQ)
    assert host.raw(PAY[:9]) == b""
    host.now += 4_999
    assert host.raw(b"") == b""
    host.now += 1
    assert host.raw(PAY) == ACK + ENQ


def test_its_enq_is_said_three_times_and_then_the_answer_is_given_up() -> None:
    host = Host()
    assert host.tell(STATUS) == ENQ
    for _ in range(2):
        begun = host.now
        assert host.wait() == ENQ
        assert host.now - begun == 5_000
    assert host.wait() == b""
    assert host.raw(ACK) == b""
    assert host.paid(1)[0] == 0


def test_its_message_is_said_three_times_and_then_given_up() -> None:
    host = Host()
    assert host.tell(STATUS) == ENQ
    said = answer_of(host)
    assert host.raw(NAK) == said
    begun = host.now
    assert host.wait() == said
    assert host.now - begun == 5_000
    assert host.raw(NAK) == b""
    assert host.wait() == b""
    assert host.paid(1)[0] == 0


def test_it_gives_way_when_both_want_to_speak_and_says_its_answer_afterwards() -> None:
    host = Host()
    assert host.tell(count_out(1)) == ENQ
    assert host.raw(ENQ) == ACK  # it has asked; the host asks too
    assert host.raw(ASKED) == ACK + ENQ
    assert answer_of(host)[4:7] == b"\xe0\x03\x99"
    assert host.raw(ACK) == ENQ
    assert answer_of(host)[4:7] == b"\x80\x01\x34"
    assert host.raw(ACK) == b""


def test_a_host_that_asked_and_then_says_nothing_gets_the_answer_in_the_end() -> None:
    host = Host()
    assert host.tell(STATUS) == ENQ
    assert host.raw(ENQ) == ACK
    begun = host.now
    assert host.wait() == ENQ
    assert host.now - begun == 15_000


def test_an_enq_instead_of_an_ack_to_its_message_ends_the_message() -> None:
    host = Host()
    assert host.tell(count_out(1)) == ENQ
    answer_of(host)
    assert host.raw(ENQ) == ACK
    assert host.raw(ASKED) == ACK + ENQ
    assert answer_of(host)[4:7] == b"\x80\x01\x34"


def test_a_message_that_comes_again_is_obeyed_again() -> None:
    """Trap 10.1: the ACK is lost, the host says its message again, and two bundles come."""
    host = Host(rate=1)
    host.now += 60_000
    host.twin.faults.add("frame_ack_lost_next")
    assert host.raw(ENQ) == ACK
    assert host.raw(PAY) == b""
    host.now += 1_000
    assert host.raw(PAY) == ACK
    assert told(host.hear())[0] == [1, 0, 0, 0]
    assert told(host.hear())[0] == [1, 0, 0, 0]
    assert host.lying() == (2, 0, 0)
    quiet = Host()
    quiet.twin.faults.add("frame_ack_lost_next")
    quiet.raw(ENQ)
    assert quiet.hear(quiet.raw(PAY))[1] == 3  # who waits for the answer gets it
    assert quiet.lying() == (1, 0, 0)
    assert quiet.raw(PAY) == b""  # the exchange is over


def test_no_more_than_four_messages_wait() -> None:
    host = Host(rate=1)
    host.now += 60_000
    assert host.raw(ENQ) == ACK
    assert [host.raw(PAY) for _ in range(6)] == [ACK] * 5 + [NAK]


def test_commands_are_heard_while_notes_move_and_obeyed_afterwards() -> None:
    host = Host(rate=1)
    host.now += 60_000
    host.tell(count_out(2))
    host.now += 100
    assert host.tell(STATUS) == b""
    assert host.wait() == ENQ
    assert answer_of(host)[5] == 3
    assert host.hear(host.raw(ACK))[1] == 1


# -- faults of the line


def enq_unheard_next(host: Host) -> None:
    assert host.raw(ENQ) == b""
    assert host.raw(ENQ) == ACK


def enq_ack_lost_next(host: Host) -> None:
    assert host.raw(ENQ) == b""
    assert host.raw(PAY) == ACK + ENQ  # it has heard


def nak_next(host: Host) -> None:
    host.raw(ENQ)
    assert host.raw(PAY) == NAK
    assert host.lying() == (0, 0, 0)
    assert host.raw(PAY) == ACK + ENQ
    assert host.lying() == (1, 0, 0)


def nak_lost_next(host: Host) -> None:
    host.raw(ENQ)
    assert host.raw(PAY) == b""
    assert host.lying() == (0, 0, 0)
    assert host.raw(PAY) == ACK + ENQ


def frame_ack_lost_next(host: Host) -> None:
    host.raw(ENQ)
    assert host.raw(PAY) == ENQ
    assert host.lying() == (1, 0, 0)


def answer_enq_lost_next(host: Host) -> None:
    assert host.tell(STATUS) == b""
    begun = host.now
    assert host.hear()[1] == 1
    assert host.now - begun == 5_000


def answer_ack_unheard_next(host: Host) -> None:
    assert host.tell(STATUS) == ENQ
    said = answer_of(host)
    assert host.raw(ACK) == b""
    assert host.wait() == said
    assert host.raw(ACK) == b""
    assert host.wait() == b""


def enq_collision_next(host: Host) -> None:
    assert host.raw(ENQ) == ENQ
    assert host.raw(ENQ) == ACK  # the host insists
    assert host.raw(ASKED) == ACK + ENQ
    assert answer_of(host)[4:7] == b"\x80\x01\x34"
    yielding = Host()
    yielding.twin.faults.add("enq_collision_next")
    assert yielding.raw(ENQ) == ENQ
    assert yielding.hear(ENQ)[1] == 2  # INITIALISE's answer once more
    assert yielding.paid(1)[0] == 0


def answer_after_39_s_next(host: Host) -> None:
    begun = host.now
    assert host.paid(1)[0] == 0
    assert host.now - begun == 39_000


def silence_before(host: Host) -> None:
    host.raw(ENQ)
    assert host.raw(PAY) == b""
    assert host.wait() == b""
    assert host.lying() == (0, 0, 0)


def silence_after(host: Host) -> None:
    assert host.tell(count_out(1)) == b""
    assert host.wait() == b""
    assert host.lying() == (1, 0, 0)


def late_reply(host: Host) -> None:
    assert host.tell(count_out(1)) == b""
    begun = host.now
    assert host.hear()[1] == 3
    assert host.now - begun == 41_000


def duplicate_reply(host: Host) -> None:
    assert host.tell(STATUS) == ENQ
    said = answer_of(host)
    assert said[: len(said) // 2] == said[len(said) // 2 :]


def reply_to_previous(host: Host) -> None:
    assert host.tell(STATUS) == ENQ
    assert answer_of(host)[5] == 2


def bit_flip(host: Host) -> None:
    host.tell(STATUS)
    spoilt = answer_of(host)
    host.twin.faults.clear()
    right = host.raw(NAK)
    assert sum((a ^ b).bit_count() for a, b in zip(spoilt, right, strict=True)) == 1
    assert right == message(right[4:-4])


def cut_frame(host: Host) -> None:
    host.tell(STATUS)
    assert len(answer_of(host)) == 32


def noise(host: Host) -> None:
    host.tell(STATUS)
    said = answer_of(host)
    assert said[:2] == b"\xff\x00"
    assert said[6:8] == b"\x10\x02"


def reset_by_itself(host: Host) -> None:
    host.raw(ENQ)
    assert host.raw(PAY) == b""
    host.twin.faults.clear()
    assert host.paid(1)[0] == 0xE0
    assert host.lying() == (0, 0, 0)


ITS_OWN = [enq_unheard_next, enq_ack_lost_next, nak_next, nak_lost_next, frame_ack_lost_next, answer_enq_lost_next]
ITS_OWN += [answer_ack_unheard_next, enq_collision_next, answer_after_39_s_next]
PLAYS = {play.__name__: play for play in ITS_OWN}
PLAYS |= {name: globals()[name] for name in LINK_FAULTS if not name.endswith("_once")}


def test_every_fault_of_the_line_is_tested() -> None:
    assert PLAYS.keys() == LINE.keys() | {name for name in LINK_FAULTS if not name.endswith("_once")}


@pytest.mark.parametrize("name", PLAYS)
def test_each_fault_of_the_line_shows(name: str) -> None:
    host = Host()
    host.twin.faults.add(name)
    PLAYS[name](host)
    assert (name in host.twin.faults) <= (not name.endswith("_next"))


@pytest.mark.parametrize("name", [name for name in LINK_FAULTS if name.endswith("_once")])
def test_link_faults_once_clear_themselves(name: str) -> None:
    host = Host()
    host.twin.faults.add(name)
    host.raw(ENQ)
    host.raw(ASKED)
    host.raw(ACK)
    assert name not in host.twin.faults
