"""Power fails after every line of typical sales, before and after the deeds of the line, once and twice in a row.

Every device says what it can, or nothing, or only that it is there; somebody goes on, wants the money back, or has left.
At the end what the passenger put in and got is compared with hands on the devices, not only with the journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from kiosk.ports import note_acceptor as na
from kiosk.ports import note_dispenser as nd
from kiosk.ports import ticket_printer as tp
from kiosk.ports.cabinet import CabinetSeen, DoorMoved
from kiosk.ports.fact import DeviceReady
from kiosk.ports.screen import ScreenLost
from kiosk.ports.station import StationBack
from kiosk.sale.book import S
from kiosk.screen import targets as T
from tests.kiosk.bench import Bench
from tests.kiosk.test_controller import even, let_go

FARE_FEN = 15_250


class PowerCut(Exception):
    """The disk has just written its last line."""


def arm(bench: Bench, lines: int, durable: bool) -> None:
    """Power fails after so many more lines: as soon as the last is durable, or when the next would be written."""
    disk, left = bench.disk, [lines]
    append, sync = disk.append, disk.sync

    def last_append(data: bytes) -> None:
        if left[0] <= 0:
            raise PowerCut
        append(data)

    def last_sync() -> None:
        sync()
        left[0] -= 1
        if durable and left[0] == 0:
            raise PowerCut

    disk.append, disk.sync = last_append, last_sync  # type: ignore[method-assign]


# -- what devices say


def truth(bench: Bench) -> None:
    bench.up()


def mute(bench: Bench) -> None:
    """The devices are there and say nothing of the past."""
    bench.report(CabinetSeen((), True, True, ()))
    bench.say(*(DeviceReady(name, "m", "1", "s") for name in sorted(bench.devices.fitted())))


def blank(bench: Bench) -> None:
    """Firmware without memory and counters, sensors that do not answer."""
    bench.report(na.AcceptorPast("unknown", 0, False, ()))
    bench.report(nd.DispenserPast("unknown", (), "", "unknown", ()))
    bench.report(tp.PrinterPast("", False, "unknown", "unknown", ()))
    mute(bench)


WORDS = {word.__name__: word for word in (truth, mute, blank)}

# -- what people do


def single(bench: Bench) -> None:
    bench.to_paying().insert(10_000, 5_000, 100, 100)


def several(bench: Bench) -> None:
    bench.touch("start", "station:WHN", "train:K598", "plus:adult", "hold", "pay")
    bench.insert(10_000, 10_000, 10_000, 500)


def overpaid(bench: Bench) -> None:
    bench.to_paying().insert(10_000, 5_000, 500)


def cancelled(bench: Bench) -> None:
    bench.to_paying().insert(10_000).touch("cancel")


def timed_out(bench: Bench) -> None:
    bench.to_paying().insert(2_000, 2_000).wait(91_000)


SCENES = {scene.__name__: scene for scene in (single, several, overpaid, cancelled, timed_out)}


def to_the_end(bench: Bench, answer: str = "") -> None:
    """Hands take what comes out; `answer` is the key that is touched when the machine asks, empty: nobody is there."""
    for _ in range(100):
        let_go(bench)
        if bench.state is None:
            return
        if bench.state is S.TICKETS_OUT and bench.unit.slot and answer:
            bench.unit.take()
        elif bench.state is S.CHANGE_OUT and bench.dispenser.outlet and answer:
            bench.dispenser.take()
        elif bench.state is S.RESUMING and answer:
            bench.touch(answer)
        elif bench.state is S.CLAIM and answer:
            bench.touch(T.CLAIM_DONE)
        else:
            bench.wait(10_000)
        bench.run()
    raise AssertionError(f"the sale stays in {bench.state}")


def play(scene: Callable[[Bench], None], bench: Bench) -> None:
    scene(bench)
    to_the_end(bench, "nothing is asked without a restart")


# -- what must be true


def sums_agree(bench: Bench) -> None:
    """Nobody loses a yuan: what the hands have, and what is owed in writing, is what lies in the box."""
    even(bench)
    put_in = sum(bench.acceptor.inside())
    rounding = sum(intent["rounding_fen"] for intent in bench.intents("rounding"))
    claims = bench.intents("claim.add")
    fares = len(bench.unit.hands) * FARE_FEN
    got = fares + bench.dispenser.hands_fen + sum(claim["amount_fen"] for claim in claims)
    if all(claim["exact"] for claim in claims):
        assert put_in == got + rounding
    else:
        assert put_in <= got + rounding + (50 if fares and not rounding else 0)


def nothing_twice(bench: Bench) -> None:
    named = {"stack?": "note", "print?": "blank", "pay?": "order", "deliver?": "sale", "claim.add": "code"}
    for kind, name in named.items():
        said = Counter(intent[name] for intent in bench.intents(kind))
        assert not said or max(said.values()) == 1, f"{kind} {said}"
    assert len(bench.intents("sale.end")) == len(bench.intents("sale.open"))


def lines_of(scene: Callable[[Bench], None]) -> int:
    bench = Bench().up()
    before = len(bench.lines())
    play(scene, bench)
    sums_agree(bench)
    return len(bench.lines()) - before


def cut_in(scene: Callable[[Bench], None], line: int, durable: bool) -> Bench | None:
    """A bench whose power failed after that line of the scene; None when the scene is shorter."""
    bench = Bench().up()
    arm(bench, line, durable)
    try:
        play(scene, bench)
    except PowerCut:
        return bench
    return None


def wake(bench: Bench, word: str, answer: str) -> Bench:
    WORDS[word](bench)
    to_the_end(bench, answer)
    return bench


@pytest.mark.parametrize(
    ("word", "answer"),
    [("truth", T.CONTINUE), ("truth", T.MONEY_BACK), ("truth", ""), ("mute", T.CONTINUE), ("blank", "")],
)
@pytest.mark.parametrize("scene", SCENES)
def test_power_may_fail_after_every_line(scene: str, word: str, answer: str) -> None:
    for line in range(1, lines_of(SCENES[scene]) + 1):
        for durable in (True, False):
            cut = cut_in(SCENES[scene], line, durable)
            if cut is None:
                continue
            bench = wake(cut.power_cut(), word, answer)
            sums_agree(bench)
            nothing_twice(bench)
            assert bench.acceptor.escrow is None


@pytest.mark.slow
@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("scene", ["several", "overpaid", "cancelled"])
def test_power_may_fail_again_at_every_line_of_the_recovery(scene: str, durable: bool) -> None:
    for line in range(2, lines_of(SCENES[scene]) + 1, 3):
        again, whole = 0, False
        while not whole:
            again += 1
            cut = cut_in(SCENES[scene], line, durable)
            if cut is None:
                break
            bench = cut.power_cut()
            arm(bench, again, durable)
            try:
                wake(bench, "truth", T.CONTINUE)
                whole = True
            except PowerCut:
                bench = wake(bench.power_cut(), "truth", T.CONTINUE)
            sums_agree(bench)
            nothing_twice(bench)


@pytest.mark.parametrize("scene", SCENES)
def test_a_replay_of_the_recovered_journal_gives_the_same(scene: str) -> None:
    """A machine that starts on it finds no open sale, the same stock, and nothing to complain about."""
    for line in range(1, lines_of(SCENES[scene]) + 1, 2):
        cut = cut_in(SCENES[scene], line, True)
        assert cut is not None
        bench = wake(cut.power_cut(), "truth", T.CONTINUE)
        again = bench.power_cut()
        assert again.past.sale is None
        assert again.past.stock == bench.controller.stock


# -- row by row


def stopped(scene: Callable[[Bench], None], state: S) -> Bench:
    """Power failed on the line that led into `state`, before its deeds."""
    for line in range(1, 60):
        cut = cut_in(scene, line, True)
        assert cut is not None, f"the scene never comes to {state}"
        if cut.controller.sale is not None and cut.controller.sale.book.state is state:
            return cut
    raise AssertionError(f"the scene never comes to {state}")


def test_row_0_an_order_without_a_note_is_closed_and_its_places_released() -> None:
    bench = wake(stopped(single, S.COLLECTING).power_cut(), "truth", T.CONTINUE)
    end = bench.intents("sale.end")[0]
    assert (end["outcome"], end["claims_fen"]) == ("cancelled", 0)
    assert [intent["key"] for intent in bench.intents("release?")] == [bench.intents("sale.open")[0]["key"]]
    assert bench.station.states[end_key(bench)] == "released"
    assert S.RESUMING.name not in bench.shown


def end_key(bench: Bench) -> str:
    return str(bench.intents("sale.open")[-1]["key"])


def test_rows_4_and_5_whoever_is_here_goes_on_and_gets_the_tickets() -> None:
    for scene, state in ((single, S.CONFIRMING), (overpaid, S.PRINTING), (several, S.PRINTING)):
        bench = wake(stopped(scene, state).power_cut(), "truth", T.CONTINUE)
        assert bench.intents("sale.end")[0]["outcome"] == "sold"
        assert S.RESUMING.name in bench.shown


def test_row_4_more_notes_go_in_after_the_pause() -> None:
    bench = Bench().up().to_paying().insert(10_000).power_cut().up()
    assert bench.state is S.RESUMING
    assert bench.acceptor.accepts == ()
    bench.touch(T.CONTINUE)
    assert bench.state is S.COLLECTING
    bench.insert(5_000, 500)
    to_the_end(bench, "a hand")
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    sums_agree(bench)


def test_who_reads_english_in_high_contrast_does_so_after_the_pause() -> None:
    """Chosen before the sale or in it, and once more while the machine asks how to go on."""
    bench = Bench().up().touch(T.CONTRAST).to_paying().insert(10_000).touch(T.LANGUAGE).power_cut().up()
    assert bench.state is S.RESUMING
    look = bench.controller.journey.state
    assert (look.language, look.contrast, look.large_text) == ("en", True, False)
    bench = bench.touch(T.LARGE_TEXT).power_cut().up()
    look = bench.controller.journey.state
    assert (look.language, look.contrast, look.large_text) == ("en", True, True)
    to_the_end(bench.touch(T.CONTINUE).insert(5_000, 500), "a hand")
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    sums_agree(bench)


@pytest.mark.parametrize(("position", "owed"), [("jam", [10_000]), ("unknown", [10_000]), ("path", [])])
def test_a_note_drawn_in_before_a_cancel_is_claimed_when_it_stays_inside(position: str, owed: list[int]) -> None:
    """It was never recognised: the sale is paying back already, and the note is in no line but that it moved."""
    bench = Bench().up().to_paying().insert(1_000)
    bench.dispenser.hold = {"pay"}
    bench.say(na.NoteMoving()).touch("cancel")
    assert bench.state is S.PAYING
    bench = bench.power_cut()
    bench.acceptor.position = position
    bench.up()
    to_the_end(bench, T.CONTINUE)
    assert [claim["amount_fen"] for claim in bench.intents("claim.add")] == owed
    end = bench.intents("sale.end")[0]
    assert (end["paid_out_fen"], end["claims_fen"]) == (1_000, sum(owed))


def test_row_10_what_lies_out_is_opened_again_for_whoever_is_here() -> None:
    bench = Bench().up()
    overpaid(bench)
    assert bench.state is S.TICKETS_OUT
    bench = bench.power_cut().up()
    assert bench.state is S.RESUMING
    assert bench.unit.orders == []
    bench.touch(T.CONTINUE)
    assert bench.state is S.TICKETS_OUT
    assert bench.unit.orders == [("reopen", bench.sale_number)]
    bench.unit.take()
    bench.run()
    assert bench.state is S.CHANGE_OUT
    bench = bench.power_cut().up()
    assert bench.state is S.RESUMING
    bench.touch(T.CONTINUE)
    assert bench.state is S.CHANGE_OUT
    bench.dispenser.take()
    bench.run()
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    assert [len(bench.intents(kind)) for kind in ("deliver?", "pay?", "reopen?")] == [1, 1, 2]
    sums_agree(bench)


def test_row_10_an_opened_outlet_waits_as_long_as_ever_and_then_it_is_pulled_back() -> None:
    bench = Bench().up()
    overpaid(bench)
    bench = bench.power_cut().up().touch(T.CONTINUE)
    assert bench.state is S.TICKETS_OUT
    bench.wait(41_000)
    assert len(bench.unit.back) == 1
    to_the_end(bench)
    assert bench.intents("sale.end")[0]["outcome"] == "claim"
    sums_agree(bench)


@pytest.mark.parametrize("later_ms", [5_000, 61_000])
def test_row_10_nothing_is_opened_for_an_empty_bay(later_ms: int) -> None:
    bench = Bench().up()
    overpaid(bench)
    bench = bench.power_cut(later_ms=later_ms).up()
    assert bench.state is (S.RESUMING if later_ms < 60_000 else S.TICKETS_OUT)
    bench.wait(41_000)
    assert len(bench.unit.back) == 1
    to_the_end(bench)
    assert bench.intents("reopen?") == []
    assert bench.intents("sale.end")[0]["outcome"] == "claim"
    sums_agree(bench)


def test_row_10_a_slot_that_stays_shut_is_emptied() -> None:
    bench = Bench().up()
    overpaid(bench)
    bench = bench.power_cut().up()
    bench.unit.plan["reopen"] = [lambda bundle: tp.SlotStayedShut(bundle, "shutter")]
    bench.touch(T.CONTINUE)
    assert len(bench.unit.back) == 1
    to_the_end(bench, "a hand")
    assert bench.intents("sale.end")[0]["outcome"] == "claim"
    sums_agree(bench)


def test_row_10_the_power_may_fail_while_it_opens() -> None:
    bench = Bench().up()
    overpaid(bench)
    bench = bench.power_cut().up()
    bench.unit.hold = {"reopen"}
    bench.touch(T.CONTINUE)
    assert bench.state is S.TICKETS_AGAIN
    bench = bench.power_cut().up()
    assert bench.state is S.RESUMING
    bench.touch(T.CONTINUE)
    assert bench.state is S.TICKETS_OUT
    to_the_end(bench, "a hand")
    assert bench.intents("sale.end")[0]["outcome"] == "sold"
    sums_agree(bench)


@pytest.mark.parametrize("told", [True, False])
def test_a_clock_that_lost_the_hour_of_the_power_cut_does_not_call_it_short(told: bool) -> None:
    """Whoever stands here now is somebody else; the station knows how late it is, as soon as it has been heard."""
    bench = Bench().up().to_paying().insert(10_000).power_cut(later_ms=3_610_000)
    bench.clock.step_wall(-3_600_000)
    if told:
        bench.say(StationBack(3_600_000))
    bench.up()
    recovered = [line["fact"] for line in bench.lines() if line["fact"].get("result") == "end"][-1]
    assert recovered["pause_ms"] == (3_610_000 if told else 10_000)
    assert bench.state is (S.CLAIM if told else S.RESUMING)
    assert bench.dispenser.orders == []


@pytest.mark.parametrize("later_ms", [5_000, 61_000])
def test_who_touches_after_a_power_cut_does_not_keep_the_claim_on_the_screen(later_ms: int) -> None:
    """The next in the queue taps about: the claim of somebody who is gone leaves the screen at its time."""
    bench = Bench().up().to_paying().insert(10_000).power_cut(later_ms=later_ms).up()
    if later_ms < 60_000:
        bench.wait(41_000)  # nobody says that he is here
    assert bench.state is S.CLAIM
    sale = bench.controller.sale
    assert sale is not None
    until_ms = sale.book.patience_until_ms
    assert until_ms > bench.clock.mono_ms()
    while bench.state is S.CLAIM:
        assert bench.clock.mono_ms() <= until_ms
        bench.touch(T.HELP, T.LANGUAGE, T.MORE_TIME, "nothing").wait(2_000)
    assert bench.intents("sale.end")[-1]["outcome"] == "claim"


def test_who_reads_the_own_claim_may_touch_and_read_on() -> None:
    bench = Bench().up().to_paying()
    bench.acceptor.plan["stack"] = [na.NoteUncertain]
    bench.insert(10_000)
    assert bench.state is S.CLAIM
    sale = bench.controller.sale
    assert sale is not None
    until_ms = sale.book.patience_until_ms
    bench.wait(5_000).touch(T.HELP)
    assert sale.book.patience_until_ms == until_ms + 5_000


def test_rule_o_is_for_short_pauses_only() -> None:
    for later_ms, asked in ((59_000, True), (61_000, False)):
        bench = Bench().up().to_paying().insert(10_000).power_cut(later_ms=later_ms).up()
        assert (bench.state is S.RESUMING) is asked
        to_the_end(bench)
        sums_agree(bench)


def test_pauses_add_up_when_the_power_fails_while_it_asks() -> None:
    bench = Bench().up().to_paying().insert(10_000).power_cut(later_ms=25_000).up()
    bench.wait(10_000)
    bench = bench.power_cut(later_ms=20_000).up()
    assert bench.state is S.RESUMING
    bench = bench.power_cut(later_ms=20_000).up()
    assert bench.state is S.SLIP or bench.intents("claim.add")


def test_a_clock_that_went_back_asks_nobody() -> None:
    bench = Bench().up().to_paying().insert(10_000).power_cut()
    bench.clock.step_wall(-3_600_000)
    bench.up()
    recovered = [line["fact"] for line in bench.lines() if line["fact"].get("result") == "end"]
    assert recovered[-1]["pause_ms"] == -1
    assert [claim["amount_fen"] for claim in bench.intents("claim.add")] == [10_000]


def test_an_open_door_or_a_dark_screen_ends_the_question() -> None:
    for trouble in (DoorMoved("outer", True, False), ScreenLost()):
        bench = Bench().up().to_paying().insert(10_000).power_cut().up()
        bench.say(trouble)
        assert [claim["amount_fen"] for claim in bench.intents("claim.add")] == [10_000]
        assert bench.dispenser.orders == []


def test_who_opens_the_door_while_the_machine_starts_is_no_passenger() -> None:
    bench = Bench().up().to_paying().insert(10_000).power_cut()
    bench.say(DoorMoved("outer", True, False))
    bench.say(*(DeviceReady(name, "m", "1", "s") for name in sorted(bench.devices.fitted())))
    assert [claim["amount_fen"] for claim in bench.intents("claim.add")] == [10_000]
    assert bench.dispenser.orders == []


def test_a_machine_that_cannot_sell_any_more_gives_the_money_back_to_whoever_goes_on() -> None:
    bench = Bench().up().to_paying().insert(10_000).power_cut(without={"ticket_unit"}).up()
    assert bench.state is S.RESUMING
    bench.touch(T.CONTINUE)
    assert bench.state is S.CHANGE_OUT
    assert len(bench.intents("pay?")) == 1


def test_the_end_of_the_recovery_is_written_with_its_reasons() -> None:
    cut = stopped(single, S.PRINTING)
    bench = cut.power_cut().up()
    end = next(line["fact"] for line in bench.lines() if line["fact"].get("result") == "end")
    assert [believed["why"] for believed in end["believed"]] == ["sensor"]
    assert end["believed"][0]["what"].startswith("print! spoiled ")


def returns(bench: Bench) -> list[tuple[str, int]]:
    """Outcomes of notes on their way back: (result, note)."""
    return [
        (line["fact"]["result"], line["fact"]["note"]) for line in bench.lines() if line["fact"]["kind"] == "return!"
    ]


@pytest.mark.parametrize(("word", "result"), [("truth", "returned"), ("mute", "unknown"), ("blank", "unknown")])
def test_a_note_of_no_sale_on_its_way_back_has_an_outcome_after_a_power_cut(word: str, result: str) -> None:
    """It had come when its sale was over; what nobody can say of it is a claim, as in a sale."""
    bench = Bench().up()
    arm(bench, 1, durable=True)
    bench.acceptor.force(2_000)
    with pytest.raises(PowerCut):
        bench.run()
    assert returns(bench) == []
    note = bench.intents("return?")[0]["note"]
    woken = bench.power_cut()
    WORDS[word](woken)
    woken.wait(40_000)
    assert returns(woken) == [(result, note)]
    assert [claim["amount_fen"] for claim in woken.intents("claim.add")] == ([2_000] if result == "unknown" else [])
    again = woken.power_cut()
    WORDS[word](again)
    again.wait(40_000)
    assert returns(again) == [(result, note)]
