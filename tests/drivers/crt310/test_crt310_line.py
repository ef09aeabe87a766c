"""Frame, ACK, ENQ, reply: what is sent when, and what counts as an answer. Golden bytes of the sheet, section 1.3."""

from __future__ import annotations

from drivers.crt310.codec import CHIP_COLD, STATUS, Signal, parse_chip, parse_status
from drivers.crt310.line import APDU_MS, GAP_MS, SIGNAL_MS, TRIES, Line, Outcome, Reply, Request
from tests.drivers.crt310.crt310_script import GOLDEN, framed

LOOK = Request("status", STATUS, lambda data: parse_status(data) is not None)
CHIP = Request("chip reset", CHIP_COLD, lambda data: parse_chip(data) is not None, APDU_MS)
EOT, ENQ, ACK, NAK = (bytes([signal]) for signal in (Signal.EOT, Signal.ENQ, Signal.ACK, Signal.NAK))


def offered(request: Request = LOOK) -> Line:
    """The frame is out."""
    line = Line(9_600, 0)
    line.send(request, 0)
    assert line.take_output() == EOT
    assert line.receive(EOT, 1) is None
    return line


def asked(request: Request = LOOK) -> Line:
    """The ENQ is out."""
    line = offered(request)
    line.take_output()
    assert line.receive(ACK, 2) is None
    assert line.take_output() == ENQ
    return line


def outcome(reply: Reply | None) -> tuple[Outcome, int, bytes] | None:
    return (reply.outcome, reply.code, reply.data) if reply else None


def test_an_exchange_of_the_sheet_byte_for_byte() -> None:
    line = offered()
    assert line.take_output() == GOLDEN["status"]
    assert line.receive(ACK, 5) is None
    assert line.take_output() == ENQ
    assert outcome(line.receive(GOLDEN["no-card-refused"], 9)) == (Outcome.DONE, 0, b"NNN")
    assert line.idle
    assert line.take_output() == b""
    line.send(CHIP, 10)
    assert line.take_output() == GOLDEN["chip-reset"], "after a good reply no EOT is needed"
    line.receive(ACK, 11)
    assert outcome(line.receive(GOLDEN["not-possible"], 12)) == (Outcome.REFUSED, 2, b"")


def test_what_comes_before_its_time_is_no_answer() -> None:
    line = Line(9_600, 0)
    line.send(LOOK, 0)
    assert line.receive(GOLDEN["no-card-refused"] + ACK, 1) is None
    assert line.take_output() == EOT
    line.receive(EOT, 2)
    assert line.receive(GOLDEN["no-card-refused"], 3) is None
    assert line.take_output() == GOLDEN["status"]
    line.receive(ACK, 4)
    assert line.receive(framed(b"\x31\x30\x4a\x4e\x4e"), 5) is not None


def test_what_answers_another_command_is_no_answer() -> None:
    line = asked()
    assert line.receive(GOLDEN["not-possible"], 3) is None
    assert line.receive(GOLDEN["ejected"], 4) is None
    assert line.receive(framed(b"\x31\x30ABC"), 5) is None
    assert line.receive(framed(b"\x4e\x31\x02\x00"), 5) is None
    assert line.noise == 4
    assert outcome(line.receive(GOLDEN["no-card-refused"], 6)) == (Outcome.DONE, 0, b"NNN")
    assert line.noise == 0


def test_after_a_silence_all_that_is_old_is_cleared_away_first() -> None:
    line = asked(CHIP)
    assert line.poll(APDU_MS - 1) is None
    assert outcome(line.poll(APDU_MS + 10)) == (Outcome.SILENT, 0, b"")
    assert line.take_output() == b"", "nothing goes twice after the ENQ"
    line.send(CHIP, APDU_MS + 20)
    assert line.take_output() == EOT
    assert line.receive(GOLDEN["chip-answer"], APDU_MS + 30) is None
    line.receive(EOT, APDU_MS + 31)
    assert line.take_output() == GOLDEN["chip-reset"]


def test_a_nak_is_answered_at_once_and_not_for_ever() -> None:
    line = offered()
    for _ in range(TRIES - 1):
        assert line.take_output() == GOLDEN["status"]
        assert line.receive(NAK, 5) is None
    assert line.take_output() == GOLDEN["status"]
    assert outcome(line.receive(NAK, 6)) == (Outcome.UNHEARD, 0, b"")


def test_without_an_ack_there_is_never_an_enq() -> None:
    line = offered()
    now_ms, reply, sent = 1, None, b""
    while reply is None:
        sent += (said := line.take_output())
        if said == EOT:
            line.receive(EOT, now_ms)
            continue
        now_ms += SIGNAL_MS + 20
        reply = line.poll(now_ms)
    assert reply.outcome is Outcome.UNHEARD
    assert sent == GOLDEN["status"] + (EOT + GOLDEN["status"]) * (TRIES - 1)


def test_a_reply_that_has_begun_is_waited_for() -> None:
    line = asked()
    whole = GOLDEN["no-card-refused"]
    line.receive(whole[:6], 990)
    assert line.poll(1_010) is None
    assert outcome(line.receive(whole[6:], 1_050)) == (Outcome.DONE, 0, b"NNN")


def test_but_not_for_one_that_stops_in_the_middle() -> None:
    line = asked()
    line.receive(GOLDEN["no-card-refused"][:6], 990)
    assert line.poll(1_010) is None
    assert outcome(line.poll(990 + GAP_MS)) == (Outcome.SILENT, 0, b"")


def test_a_slow_line_takes_its_time() -> None:
    slow = Line(1_200, 0)
    slow.send(LOOK, 0)
    slow.receive(EOT, 1)
    assert slow.poll(SIGNAL_MS + 40) is None
    assert slow.take_output() == EOT + GOLDEN["status"], "seven bytes are still on their way"
    assert slow.poll(SIGNAL_MS + 70) is None
    assert slow.take_output() == EOT


def test_an_echo_nobody_asked_for_is_nothing() -> None:
    line = asked()
    assert line.receive(EOT + ACK + NAK, 3) is None
    assert line.take_output() == b""
    assert line.receive(GOLDEN["no-card-refused"], 4) is not None
