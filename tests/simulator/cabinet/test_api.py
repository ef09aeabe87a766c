"""The cabinet's API, in process: what hands can do, what is refused, and what can be seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.cabinet.bench import SETTINGS, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def refused(bench: Bench, path: str, body: Any, status: int, code: str) -> str:
    answer = bench.post(path, body)
    assert (answer.status_code, answer.json()["error"]) == (status, code), answer.text
    return str(answer.json()["detail"])


# -- where everything is at first


def test_the_machine_is_empty_and_everything_lies_outside(bench: Bench) -> None:
    state = bench.get("/api/state")
    lying = {name: place["things"] for name, place in state["places"].items() if place["things"]}
    assert lying == {"hand": 7, "vault": 160 + 80}
    assert state["total"] == {
        "notes": 167,
        "coins": 0,
        "value_fen": 60 * 100 + 40 * 500 + 40_000 + 100_000 + 22_300,
        "conserved": True,
        "brought_fen": 188_300,
    }
    assert state["hand"] == {"100": 3, "1000": 2, "10000": 2}
    assert state["doors"] == {"outer": False, "safe": False, "tickets": False, "change": False}
    assert state["mains"] is True
    assert state["busy"] == []


def test_every_device_has_its_menu_of_faults(bench: Bench) -> None:
    menu = bench.get("/api/faults")
    assert set(menu) == {"acceptor", "dispenser", "ticket_unit", "cabinet", "slip_printer"}
    assert all(len(faults) > 10 and not any(fault["on"] for fault in faults) for faults in menu.values())


# -- notes in


def test_a_note_does_not_enter_through_a_closed_shutter(bench: Bench) -> None:
    refused(bench, "/api/insert", {"value_fen": 10_000}, 409, "entry_closed")
    assert bench.things("hand") == 7


def test_a_note_enters_and_comes_to_escrow_and_to_the_box(bench: Bench) -> None:
    bench.ready_for_notes()
    assert bench.get("/api/state")["slot_open"] is True
    answer = bench.post("/api/insert", {"value_fen": 10_000})
    assert answer.status_code == 200
    assert bench.get("/api/state")["busy"] == ["acceptor"]
    bench.wait(150)
    assert bench.get("/api/state")["places"]["acceptor.escrow"]["notes"] == {"10000": 1}
    bench.ccnet(0x35)
    bench.wait(150)
    ledger = bench.get("/api/ledger")
    assert {"serial": answer.json()["serial"], "value_fen": 10_000, "place": "box"} in ledger["notes"]


def test_a_returned_note_can_be_taken_from_the_mouth(bench: Bench) -> None:
    bench.ready_for_notes()
    bench.post("/api/insert", {"value_fen": 100})
    bench.wait(150)
    bench.ccnet(0x36)
    bench.wait(150)
    assert bench.get("/api/state")["outlets"]["mouth"] == {"things": 1, "open": True}
    taken = bench.post("/api/take", {"outlet": "mouth"}).json()
    assert (taken["taken"], taken["notes_fen"], taken["why"]) == (1, [100], "")
    assert bench.things("hand") == 7


def test_a_second_note_finds_the_slot_closed(bench: Bench) -> None:
    bench.ready_for_notes()
    bench.post("/api/insert", {"value_fen": 100})
    assert "slot is closed" in refused(bench, "/api/insert", {"value_fen": 100}, 409, "not_drawn_in")


def test_a_note_that_is_not_in_the_hand_is_named(bench: Bench) -> None:
    assert "5000 fen" in refused(bench, "/api/insert", {"value_fen": 5_000}, 409, "no_such_note")


def test_a_false_note_is_refused_by_the_validator(bench: Bench) -> None:
    bench.post("/api/give", {"value_fen": 5_000, "count": 1, "genuine": False})
    bench.ready_for_notes()
    assert bench.post("/api/insert", {"value_fen": 5_000, "genuine": False}).status_code == 200
    bench.wait(400)
    assert bench.get("/api/state")["outlets"]["mouth"]["things"] == 1


def test_only_give_makes_notes(bench: Bench) -> None:
    assert bench.post("/api/give", {"value_fen": 5_000, "count": 3}).status_code == 200
    state = bench.get("/api/state")
    assert (state["hand"]["5000"], state["total"]["notes"], state["total"]["conserved"]) == (3, 170, True)
    assert {"place": "hand", "value_fen": 5_000, "count": 3} in bench.get("/api/ledger")["origins"]


# -- things out


def fill_and_drop(bench: Bench) -> None:
    """Two tens into the change tray and a printed ticket into the slot, as devices would."""
    matter = bench.world.matter
    for note in [note for note in matter.place("vault").notes() if note.value_fen == 1_000][:2]:
        matter.move(note, "change.tray")
    blank = matter.place("vault").blanks()[0]
    blank.state, blank.stripe = "good", {1: "RT1D0123456"}
    matter.move(blank, "ticket.slot")


def test_closed_openings_give_nothing_and_say_so(bench: Bench) -> None:
    fill_and_drop(bench)
    assert bench.post("/api/take", {"outlet": "change"}).json() == {
        "outlet": "change",
        "taken": 0,
        "notes_fen": [],
        "coins_fen": [],
        "value_fen": 0,
        "tickets": 0,
        "slips": 0,
        "why": "closed",
    }
    assert bench.post("/api/take", {"outlet": "slip"}).json()["why"] == "empty"
    assert bench.things("change.tray") == 2


def test_open_outlets_give_what_lies_there(bench: Bench) -> None:
    fill_and_drop(bench)
    bench.coil(16, True)
    bench.coil(18, True)
    change = bench.post("/api/take", {"outlet": "change"}).json()
    assert (change["notes_fen"], change["value_fen"]) == ([1_000, 1_000], 2_000)
    assert bench.post("/api/take", {"outlet": "tickets"}).json()["tickets"] == 1
    assert bench.post("/api/take", {"outlet": "change"}).json()["why"] == "empty"
    assert bench.get("/api/state")["shutters"]["change_shutter"] == "open"


def test_papers_can_be_looked_at(bench: Bench) -> None:
    fill_and_drop(bench)
    slip = bench.world.matter.new_slip("slip.mouth")
    slip.rows, slip.width = bytes(72 * 20), 576
    (ticket,) = bench.get("/api/tickets")
    assert (ticket["place"], ticket["state"], ticket["stripe"]) == ("ticket.slot", "good", {"1": "RT1D0123456"})
    (shown,) = bench.get("/api/slips")
    for path in (ticket["face"], shown["picture"]):
        answer = bench.call("GET", path)
        assert answer.headers["content-type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")
    assert bench.call("GET", "/api/tickets/B999999.png").status_code == 404
    assert bench.post("/api/take", {"outlet": "slip"}).json()["slips"] == 1


# -- the technician


def test_a_closed_cabinet_lets_no_hand_in(bench: Bench) -> None:
    for body in ({"act": "fill", "cassette": 1, "notes": 5}, {"act": "load_roll", "blanks": 5}, {"act": "swap_box"}):
        refused(bench, "/api/service", body, 409, "door_closed")


def test_cassettes_are_filled_from_the_vault_and_emptied_into_it(bench: Bench) -> None:
    bench.open_up()
    filled = bench.post("/api/service", {"act": "fill", "cassette": 2, "notes": 30}).json()
    assert (filled["place"], filled["before"], filled["after"], filled["value_fen"]) == ("cassette.2", 0, 30, 500)
    detail = refused(bench, "/api/service", {"act": "fill", "cassette": 2, "notes": 30}, 409, "vault_short")
    assert "10 notes of 500 fen" in detail
    assert bench.post("/api/service", {"act": "empty", "cassette": 2}).json()["before"] == 30
    assert bench.things("vault") == 240
    refused(bench, "/api/service", {"act": "fill", "cassette": 5, "notes": 1}, 400, "bad_request")


def test_a_roll_takes_the_rest_of_the_old_one_away(bench: Bench) -> None:
    bench.open_up()
    assert bench.post("/api/service", {"act": "load_roll", "blanks": 50}).json()["after"] == 50
    again = bench.post("/api/service", {"act": "load_roll", "blanks": 70}).json()
    assert (again["before"], again["after"], bench.things("roll")) == (50, 70, 70)
    refused(bench, "/api/service", {"act": "load_roll", "blanks": 81}, 409, "vault_short")
    refused(bench, "/api/service", {"act": "load_roll", "blanks": 1_501}, 409, "too_many")


def test_the_box_is_away_for_a_while_and_comes_back_with_a_new_tag(bench: Bench) -> None:
    bench.ready_for_notes()
    bench.post("/api/insert", {"value_fen": 10_000})
    bench.wait(150)
    bench.ccnet(0x35)
    bench.wait(150)
    bench.open_up()
    swapped = bench.post("/api/service", {"act": "swap_box"}).json()
    assert (swapped["before"], swapped["value_fen"], swapped["tag"]) == (1, 10_000, "BOX-0002")
    assert bench.get("/api/state")["box"]["seated"] is False
    refused(bench, "/api/service", {"act": "swap_box"}, 409, "no_box")
    bench.wait(500)
    assert bench.get("/api/state")["box"] == {"seated": True, "tag": "BOX-0002"}
    assert bench.things("box") == 0


def test_bins_and_jams_are_cleared(bench: Bench) -> None:
    bench.open_up()
    bench.ready_for_notes()
    bench.post("/api/fault", {"device": "acceptor", "name": "jam_in_path_next", "on": True})
    bench.post("/api/insert", {"value_fen": 10_000})
    bench.wait(150)
    assert bench.things("acceptor.jam") == 1
    assert bench.post("/api/service", {"act": "clear_jam", "device": "acceptor"}).json()["notes"] == 1
    bench.post("/api/fault", {"device": "ticket_unit", "name": "jam", "on": True})
    cleared = bench.post("/api/service", {"act": "clear_jam", "device": "ticket_unit"}).json()
    assert cleared["repaired"] == ["jam"]
    assert bench.get("/api/state")["faults"]["ticket_unit"]["jam"] is False
    fill_and_drop(bench)
    bench.world.matter.move_all("change.tray", "change.retract")
    emptied = bench.post("/api/service", {"act": "empty_bin", "bin": "change_retract"}).json()
    assert (emptied["before"], emptied["value_fen"]) == (2, 2_000)
    assert bench.post("/api/service", {"act": "load_paper"}).status_code == 200


def test_a_hand_keeps_out_of_a_moving_device(bench: Bench) -> None:
    bench.ready_for_notes()
    bench.open_up()
    bench.post("/api/insert", {"value_fen": 100})
    refused(bench, "/api/service", {"act": "swap_box"}, 409, "moving")


def test_the_outer_door_closes_last(bench: Bench) -> None:
    bench.open_up()
    bench.post("/api/door", {"door": "safe", "open": True, "key": True})
    assert bench.get("/api/state")["key"] is True
    refused(bench, "/api/service", {"act": "close", "door": "outer"}, 409, "door_in_the_way")
    bench.post("/api/service", {"act": "close", "door": "safe"})
    bench.post("/api/door", {"door": "outer", "open": False})
    assert not any(bench.get("/api/state")["doors"].values())


# -- faults, sensors, mains


def test_a_fault_goes_on_and_off_and_a_wrong_name_gets_a_hint(bench: Bench) -> None:
    assert bench.post("/api/fault", {"device": "dispenser", "name": "reject_all", "on": True}).json()["on"] is True
    assert bench.get("/api/state")["faults"]["dispenser"]["reject_all"] is True
    bench.post("/api/fault", {"device": "dispenser", "name": "reject_all", "on": False})
    assert bench.get("/api/state")["faults"]["dispenser"]["reject_all"] is False
    detail = refused(
        bench, "/api/fault", {"device": "dispenser", "name": "reject_al", "on": True}, 400, "no_such_fault"
    )
    assert "reject_all" in detail


def test_near_and_help_reach_the_board(bench: Bench) -> None:
    bench.post("/api/near", {"near": True})
    bench.post("/api/help", {})
    assert bench.get("/api/state")["near"] is True
    assert bench.world.board.body.switches.help_until_ms > bench.clock.now_ms


def test_mains_off_keeps_matter_drops_memory_and_is_said_once(bench: Bench) -> None:
    bench.ready_for_notes()
    bench.post("/api/insert", {"value_fen": 10_000})
    bench.wait(150)
    for _ in range(2):
        assert bench.post("/api/mains", {"on": False}).json() == {"mains": False}
    state = bench.get("/api/state")
    assert (state["mains"], state["acceptor"], state["slot_open"]) == (False, "OFF", False)
    assert state["places"]["acceptor.escrow"]["things"] == 1
    assert bench.events == [{"event": "mains", "on": False}]
    bench.post("/api/mains", {"on": True})
    assert bench.get("/api/state")["acceptor"] == "POWER_UP_IN_VALIDATOR"
    assert bench.events[-1] == {"event": "mains", "on": True}
    assert bench.get("/api/state")["total"]["conserved"] is True


# -- bad input

BAD: list[tuple[str, Any]] = [
    ("/api/insert", {"value_fen": True}),
    ("/api/insert", {"value_fen": "100"}),
    ("/api/insert", {"value_fen": 300}),
    ("/api/insert", {"value_fen": 100, "more": 1}),
    ("/api/insert", {}),
    ("/api/insert", [1]),
    ("/api/give", {"value_fen": 100, "count": 0}),
    ("/api/give", {"value_fen": 100, "count": 10**9}),
    ("/api/take", {"outlet": "drawer"}),
    ("/api/fault", {"device": "coffee", "name": "jam", "on": True}),
    ("/api/fault", {"device": "acceptor", "name": "jam", "on": 1}),
    ("/api/door", {"door": "roof", "open": True}),
    ("/api/mains", {"on": None}),
    ("/api/near", {"near": 1}),
    ("/api/service", {"act": "dance"}),
    ("/api/service", {"act": "fill", "cassette": 1}),
    ("/api/service", {"act": "swap_box", "tag": "much too long"}),
    ("/api/service", {"act": "swap_box", "tag": "票"}),
]


@pytest.mark.parametrize(("path", "body"), BAD)
def test_bad_bodies_get_400_and_change_nothing(bench: Bench, path: str, body: Any) -> None:
    before = bench.get("/api/ledger")
    answer = bench.post(path, body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "bad_request"
    assert answer.json()["detail"]
    assert bench.get("/api/ledger")["notes"] == before["notes"]


def test_what_is_no_json_or_comes_for_another_host_is_refused(bench: Bench) -> None:
    assert (
        bench.call("POST", "/api/insert", headers={"content-type": "application/json"}, content=b"{").status_code == 400
    )
    assert bench.call("POST", "/api/insert", content=b'{"value_fen":100}').status_code == 400
    assert bench.call("GET", "/api/state", headers={"host": "evil.example"}).status_code == 400
    assert bench.call("GET", "/api/busy?since_ms=-1").status_code == 400
    assert bench.call("GET", "/api/nothing").json()["error"] == "http"


# -- the ledger for the auditor


def test_the_ledger_names_every_note_once(bench: Bench) -> None:
    ledger = bench.get("/api/ledger")
    serials = [note["serial"] for note in ledger["notes"]]
    assert len(serials) == len(set(serials)) == sum(origin["count"] for origin in ledger["origins"])
    assert ledger["cassettes"] == {str(n): c.value_fen for n, c in enumerate(SETTINGS.cassettes, start=1)}
    assert sum(ticket["place"] == "vault" for ticket in ledger["tickets"]) == 80
