"""What the route map, the boards and the offers instead say: selected station, preset stations, questions after a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.journey.routemap import COLUMNS, ROWS
from kiosk.journey.state import JourneyState
from kiosk.screen.values import FixedGrid, RouteMap, Screen, Seat, Trains, keys_of
from kiosk.screen.view import view
from tests.kiosk.screen.world import SETTINGS, shown, steps
from tests.kiosk.ui.samples_journey import samples_journey

STATES = steps("zh")


def route(state: JourneyState) -> RouteMap:
    made = view(shown(state))
    assert isinstance(made, RouteMap)
    return made


def footer(screen: Screen) -> dict[str, str]:
    """Target -> words of the footer keys that work."""
    return {key.target: key.words.main for key in screen.chrome.footer if key.enabled}


def test_the_map_shows_plates_and_lines_inside_its_window() -> None:
    made = samples_journey("zh")["search.map"]
    assert isinstance(made, RouteMap)
    assert (made.columns, made.rows) == (COLUMNS, ROWS)
    names = {plate.key.words.main: plate.state for plate in made.plates}
    assert names["北京西"] == "here"
    assert names["保定"] == "chosen"
    assert all(0 <= plate.x < COLUMNS and 0 <= plate.y < ROWS for plate in made.plates)
    assert all(-0.5 <= each <= ROWS - 0.5 for piece in made.stretches for each in piece.ends)
    assert {"1 京广高铁", "2 京广线"} <= {name.words.main for name in made.names}


def test_the_station_itself_cannot_be_tapped_and_says_so() -> None:
    [here] = [plate for plate in route(STATES["search.map"]).plates if plate.state == "here"]
    assert not here.key.enabled
    assert here.key.why.main == here.note.main == "您在这里"


def test_before_a_station_is_tapped_the_key_says_what_is_missing() -> None:
    made = route(STATES["search.map"])
    assert made.card is None
    assert "go" not in footer(made)
    assert made.chrome.footer[-1].why.main == "请先点一个车站"


def test_the_card_says_price_time_and_changes_once_the_station_has_answered() -> None:
    asking, known = route(STATES["search.map-asking"]).card, route(STATES["search.map-known"]).card
    assert asking is not None
    assert known is not None
    assert (asking.state, asking.price, asking.facts) == ("loading", "", ())
    assert (known.state, known.price) == ("list", "¥519.5")
    assert [fact.words.main for fact in known.facts] == ["最快 4时58分", "11月21日 周六 1 趟", "直达，不换乘"]


def test_no_train_leads_to_another_day_and_no_answer_says_so() -> None:
    none, offline = route(STATES["search.map-none"]), route(STATES["search.map-offline"])
    assert none.card is not None
    assert offline.card is not None
    assert (none.card.state, offline.card.state) == ("none", "offline")
    assert "date" in footer(none)
    assert footer(offline)["go"] == "去石家庄"  # the list asks again


def test_at_the_end_of_the_map_an_arrow_keeps_its_place_and_says_so() -> None:
    made = samples_journey("en")["search.map"]
    assert isinstance(made, RouteMap)
    up = next(key for key in made.pan if key.target == "pan:up")
    assert (up.enabled, up.why.main) == (False, "The map ends here")
    assert [key.enabled for key in made.zoom] == [True, False]


def test_the_list_says_number_name_and_ends_of_each_line() -> None:
    made = samples_journey("en")["search.map-lines"]
    assert isinstance(made, RouteMap)
    first = made.cells[0]
    assert (first.tag, first.key.words.main, first.note.main) == ("1", "Jingguang HSR", "Beijing West – Shenzhen North")
    assert not made.plates
    assert any(key.target == "next" and key.enabled for key in made.pan)


def test_a_network_without_stations_of_the_map_has_no_map() -> None:
    seen = replace(shown(STATES["home"]), index=None)
    [key] = [tile.key for tile in view(seen).tiles if tile.key.target == "route_map"]  # type: ignore[attr-defined]
    assert not key.enabled


def test_preset_stations_say_price_and_next_train_or_why_not() -> None:
    made = view(shown(STATES["search.fixed"]))
    assert isinstance(made, FixedGrid)
    cells = {cell.key.words.main: cell for cell in made.cells}
    assert list(cells) == ["石家庄", "郑州", "漯河"]
    assert (cells["石家庄"].price, cells["石家庄"].train, cells["石家庄"].leaves.main) == ("¥519.5", "G71", "15:36 开")
    assert not cells["漯河"].key.enabled
    assert cells["漯河"].key.why.main == "今天已无车"


def test_short_trips_stand_on_home_only_when_the_machine_has_presets() -> None:
    def targets(fixed: tuple[str, ...]) -> set[str]:
        seen = replace(shown(STATES["home"]), settings=replace(SETTINGS, fixed=fixed))
        return {key.target for key in keys_of(view(seen))}

    assert "fixed" in targets(("SJP",))
    assert "fixed" not in targets(())


def test_lists_without_a_destination_wait_for_the_network() -> None:
    made = view(replace(shown(STATES["home"]), index=None))
    off = {key.target: key for key in (tile.key for tile in made.tiles) if not key.enabled}  # type: ignore[attr-defined]
    assert {"next_trains", "fixed", "route_map"} <= set(off)
    assert off["fixed"].why.main == off["next_trains"].why.main == "正在获取车站列表"


def test_next_departures_name_no_destination_and_lead_to_the_stations_of_a_train() -> None:
    made = view(shown(STATES["next"]))
    assert isinstance(made, Trains)
    assert made.destination.main == "各方向"
    assert made.date.target == ""
    assert [card.key.target for card in made.cards] == ["number:G71", "number:D705", "number:K598", "number:K599"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_fewer_places_are_offered_with_their_price(language: str) -> None:
    made = view(shown(replace(STATES["seat-fewer"], language=language)))
    assert isinstance(made, Seat)
    dialog = made.chrome.dialog
    assert dialog is not None
    assert dialog.words.main == {"zh": "只剩 2 张", "en": "Only 2 tickets left"}[language]
    assert dialog.price == "¥1,039.00"
    assert [key.target for key in dialog.keys] == ["decline", "agree"]


def test_another_train_is_offered_with_its_times_and_what_it_costs() -> None:
    made = view(shown(STATES["trains-instead"]))
    dialog = made.chrome.dialog
    assert dialog is not None
    assert dialog.journey is not None
    assert (dialog.words.main, dialog.journey.number, dialog.price) == ("座位刚刚售完", "D705", "¥334.00")
    assert dialog.tickets.main.startswith("二等座 · ")


def test_the_question_whether_somebody_is_there_goes_first() -> None:
    late = replace(shown(STATES["trains-instead"]), now_mono_ms=STATES["trains-instead"].touched_ms + 80_000)
    dialog = view(late).chrome.dialog
    assert dialog is not None
    assert [key.target for key in dialog.keys] == ["home", "more_time"]
