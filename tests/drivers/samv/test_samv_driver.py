from __future__ import annotations

from random import Random

import pytest

from drivers.samv.driver import Samv
from kiosk.faults import Fault
from kiosk.ports.fact import DeviceReady, Fact
from kiosk.ports.id_reader import IdAgain, IdCardSeen, IdDocument, IdNotRead, IdRead, IdSearching
from kiosk.records import record_of
from tests.drivers.samv.samv_script import ROWS, Reader, card, with_field

READ = [IdSearching(1), IdCardSeen(1), IdRead(1)]


def test_it_says_who_it_is() -> None:
    reader = Reader()
    driver = reader.driver()
    reader.run(50)
    assert reader.facts == [DeviceReady("id_reader", "samv", "", "05.01-20153631-0000012345-0000123456")]
    assert reader.heard == ["status", "number"]
    assert "sam 05.01-20153631-0000012345-0000123456" in driver.probe_lines()


def test_without_an_order_no_card_is_looked_for() -> None:
    reader = Reader(lying=True)
    driver = reader.ready()
    reader.run(10_000)
    assert set(reader.heard) == {"status"}
    assert driver.take_document(0) is None


@pytest.mark.parametrize("cut", [1, 7, 10_000])
def test_a_card_is_read_once_and_its_document_given_away_once(cut: int) -> None:
    reader = Reader(lying=True, cut=cut)
    driver = reader.ready()
    driver.look(1)
    reader.run(2_000)
    assert reader.facts == READ
    assert reader.heard[:3] == ["find", "select", "read"]
    assert "find" not in reader.heard[3:]
    assert driver.take_document(2) is None
    document = driver.take_document(1)
    assert document is not None
    assert (document.name, document.number) == ("李测试", "11010519491231002X")
    assert driver.take_document(1) is None


def test_it_looks_each_300_ms_until_the_limit() -> None:
    reader = Reader()
    driver = reader.ready()
    driver.look(1, 3_000)
    reader.run(4_000)
    assert reader.facts == [IdSearching(1), IdNotRead(1, "timed_out")]
    assert reader.heard.count("find") == 10


def test_the_card_has_to_be_lifted_before_the_next_order_reads_one() -> None:
    reader = Reader(lying=True)
    driver = reader.ready()
    driver.look(1)
    reader.run(1_000)
    driver.look(2)
    reader.run(1_000)
    assert reader.facts == [*READ, IdSearching(2)]
    reader.lift()
    reader.lying = True
    reader.run(1_000)
    assert reader.facts[-2:] == [IdCardSeen(2), IdRead(2)]


def test_a_reader_that_was_without_power_does_not_read_the_same_card_again() -> None:
    reader = Reader(lying=True)
    driver = reader.ready()
    driver.look(1)
    reader.run(1_000)
    reader.dead = True
    reader.run(800)
    reader.dead = reader.quiet = False  # its field was off: it finds the card anew
    driver.look(2)
    reader.run(2_000)
    assert reader.facts == [*READ, IdSearching(2), IdAgain(2, "lift")]
    reader.lift()
    reader.run(600)
    reader.lying = True
    reader.run(600)
    assert reader.facts[-1] == IdRead(2)


def test_a_pulled_plug_does_not_read_the_same_card_again() -> None:
    reader = Reader(lying=True)
    driver = reader.ready()
    driver.look(1)
    reader.run(1_000)
    driver.link_lost("unplugged", reader.now_ms)
    reader.quiet = False
    driver.link_up(reader.now_ms)
    driver.look(2)
    reader.run(1_000)
    assert reader.facts[-1] == IdAgain(2, "lift")


def test_stopped_it_forgets_what_was_on_its_way() -> None:
    reader = Reader(lying=True)
    driver = reader.ready()
    reader.after["select"] = lambda: driver.stop(1)
    driver.look(1)
    reader.run(1_000)
    assert reader.facts == [IdSearching(1), IdCardSeen(1), IdNotRead(1, "asked")]
    assert driver.take_document(1) is None
    driver.stop(1)
    reader.run(100)
    assert reader.facts[-1] == IdNotRead(1, "asked")


def test_what_an_earlier_order_asked_is_no_answer_for_the_next() -> None:
    reader = Reader(lying=True)
    driver = reader.ready()
    driver.look(1)
    while "read" not in reader.heard:
        reader.script["read"] = [b""]
        reader.run(1)
    driver.look(2)
    driver.poll(reader.now_ms)
    driver.receive(card(), reader.now_ms)
    assert driver.take_document(1) is None
    assert driver.take_document(2) is None
    assert reader.facts[-2:] == [IdNotRead(1, "replaced"), IdSearching(2)]


def test_forget_leaves_nothing() -> None:
    reader = Reader(lying=True)
    driver = reader.ready()
    driver.look(1)
    reader.run(1_000)
    driver.forget()
    assert driver.take_document(1) is None
    driver.look(2)
    driver.poll(reader.now_ms)
    driver.receive(card()[:700], reader.now_ms)
    driver.forget()
    reader.run(10)
    assert reader.facts[-1] == IdNotRead(2, "asked")
    assert "李".encode("utf-16-le") not in bytes(driver._line._decoder._held)


@pytest.mark.parametrize(
    ("command", "answer", "reason"),
    [
        ("select", ROWS["not-selected"], "moved"),
        ("select", ROWS["kind"], "kind"),
        ("read", ROWS["not-read"], "moved"),
        ("read", card(with_field(5, "110105194912310021")), "number"),
        ("read", card(with_field(3, "00000000")), "unreadable"),
    ],
)
def test_a_card_that_cannot_be_read_is_told_once_and_tried_again(command: str, answer: bytes, reason: str) -> None:
    reader = Reader(lying=True, script={command: [answer, answer]})
    driver = reader.ready()
    driver.look(1)
    reader.run(3_000)
    assert reader.facts == [IdSearching(1), IdCardSeen(1), IdAgain(1, reason), IdRead(1)]


@pytest.mark.parametrize("hurt", [b"", card()[:-1], card()[:300], card()[:-1] + b"\x00", ROWS["our-checksum"]])
def test_a_read_that_was_hurt_is_asked_again_of_the_same_card(hurt: bytes) -> None:
    """Without another find: the card is quiet by now, and would have to be lifted."""
    reader = Reader(lying=True, script={"read": [hurt, hurt]})
    driver = reader.ready()
    driver.look(1)
    reader.run(9_000)
    assert reader.facts == READ
    assert [name for name in reader.heard if name in ("find", "read")] == ["find", "read", "read", "read"]


def test_a_read_that_is_always_hurt_is_told() -> None:
    reader = Reader(lying=True, script={"read": [card()[:400]] * 3})
    driver = reader.ready()
    driver.look(1)
    reader.run(4_000)
    assert IdAgain(1, "damaged") in reader.facts


def test_silence_is_a_fault_and_ends_the_order() -> None:
    reader = Reader()
    driver = reader.ready()
    driver.look(1)
    reader.run(500)
    reader.dead = True
    reader.run(6_000)
    assert reader.faults() == [("NO_ANSWER", True, "")]
    assert reader.news() == [IdSearching(1), IdNotRead(1, "silent")]
    assert not driver.can_read
    driver.look(2)
    reader.run(50)
    assert reader.facts[-1] == IdNotRead(2, "silent")
    reader.dead = False
    reader.run(4_000)
    assert reader.faults()[-1] == ("NO_ANSWER", False, "")
    assert driver.can_read
    assert "reset" in reader.heard


def test_another_device_is_not_believed() -> None:
    reader = Reader(script={name: [b"\x02OK\x03"] * 9 for name in ("status", "reset", "number")})
    driver = reader.driver()
    reader.run(6_000)
    assert reader.faults() == [("WRONG_DEVICE", True, "")]
    assert not driver.ready


def test_a_failed_self_test_is_a_fault_until_it_is_well() -> None:
    reader = Reader(script={"status": [ROWS["self-test"]] * 2})
    driver = reader.driver()
    driver.look(1)
    reader.run(500)
    assert reader.facts == [Fault("id_reader", "DEVICE_FAILURE", True, "status 60"), IdNotRead(1, "failed")]
    reader.run(3_000)
    assert reader.faults()[-1] == ("DEVICE_FAILURE", False, "status 60")
    assert driver.can_read


def test_a_module_without_a_key_is_a_fault_until_it_finds_again() -> None:
    reader = Reader(lying=True, script={"find": [ROWS["no-key"]]})
    driver = reader.ready()
    driver.look(1)
    reader.run(3_000)
    assert reader.faults() == [("DEVICE_FAILURE", True, "find 66")]
    assert reader.news() == [IdSearching(1), IdNotRead(1, "failed")]
    assert not driver.can_read
    driver.look(2)
    reader.run(1_000)
    assert reader.faults()[-1] == ("DEVICE_FAILURE", False, "find 66")
    assert reader.facts[-1] == IdRead(2)


def test_a_pulled_plug_ends_the_order() -> None:
    reader = Reader()
    driver = reader.ready()
    driver.look(1)
    reader.run(100)
    driver.link_lost("unplugged", reader.now_ms)
    assert driver.poll(reader.now_ms) is None
    assert reader.facts == [IdSearching(1), Fault("id_reader", "LINK_LOST", True, "unplugged"), IdNotRead(1, "link")]
    driver.look(2)
    driver.poll(reader.now_ms)
    assert reader.facts[-1] == IdNotRead(2, "link")
    driver.link_up(reader.now_ms)
    reader.run(100)
    assert driver.can_read


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_line_does_every_order_ends_once_and_no_fact_tells_a_name(seed: int) -> None:
    dice, reader = Random(seed), Reader(cut=5)
    driver = reader.driver()
    order = 0
    for _ in range(120):
        deed = dice.randrange(9)
        if deed == 0:
            order += 1
            driver.look(order, dice.choice((1, 700, 5_000)))
        elif deed == 1:
            driver.stop(order)
        elif deed == 2:
            driver.receive(
                dice.choice((card()[: dice.randrange(1_296)], ROWS["found"], dice.randbytes(9))), reader.now_ms
            )
        elif deed == 3:
            reader.lift() if reader.lying else setattr(reader, "lying", True)
        elif deed == 4:
            reader.dead = dice.random() < 0.3
        elif deed == 5:
            driver.link_lost("pulled", reader.now_ms)
            driver.link_up(reader.now_ms)
        elif deed == 6:
            reader.script[dice.choice(("find", "select", "read", "status"))] = [dice.choice(list(ROWS.values()))]
        elif deed == 7:
            _judge(driver, order)
        reader.run(dice.choice((1, 100, 900)))
    reader.dead = False
    reader.run(20_000)
    ends = [fact.order for fact in reader.facts if isinstance(fact, IdRead | IdNotRead)]
    assert ends == list(range(1, order + 1))
    assert not any("李" in str(record_of(fact)) for fact in _records(reader.facts))


def _judge(driver: Samv, order: int) -> None:
    document = driver.take_document(order)
    assert document is None or isinstance(document, IdDocument)
    assert driver.take_document(order) is None


def _records(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.kind.startswith("id")]
