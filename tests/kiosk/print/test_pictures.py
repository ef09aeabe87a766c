"""Ticket faces and slips: sizes, ink, codes that can be read, and golden pictures compared dot by dot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from kiosk.errors import ConfigError
from kiosk.ports.ticket_printer import Picture
from kiosk.print.sheet import MOST_FACES, SMALLEST, Faces, Sheet, as_image
from kiosk.print.slips import claim_slip
from kiosk.print.ticket_face import code_content, facts_of, place_text, ticket_face, ticket_form
from kiosk.screen.texts import Say
from tests.kiosk.print.samples import CLAIM, FACES, GOLDEN, HEAD, REVERSAL, berth_facts, pictures, seat_facts
from tests.kiosk.screen.world import CLOCK, NETWORK, ORDER, PLACES, TEXTS

PICTURES = pictures()


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_golden_picture(name: str) -> None:
    made = as_image(PICTURES[name]).convert("L")
    with Image.open(GOLDEN / f"{name}.png") as file:
        golden = file.convert("L")
    assert made.size == golden.size
    off = ImageChops.difference(made, golden).histogram()[255]
    assert off <= made.width * made.height // 500, f"{off} dots differ"


@pytest.mark.parametrize("facts", [seat_facts(), berth_facts()])
def test_a_face_fits_the_blank_and_its_padding_is_clear(facts: object) -> None:
    picture = ticket_face(facts, FACES)  # type: ignore[arg-type]
    assert (picture.width, picture.height) == (688, 432)
    assert len(picture.rows) == 86 * 432
    black = sum(byte.bit_count() for byte in picture.rows) / (688 * 432)
    assert 0.03 < black < 0.25


def read_code(picture: Picture) -> str:
    image = as_image(picture).convert("L")
    room = Image.new("L", (image.width + 40, image.height + 40), 255)
    room.paste(image, (20, 20))
    found = zxingcpp.read_barcodes(room)
    return found[0].text if found else ""


def test_the_code_of_a_ticket_says_what_the_face_says() -> None:
    facts = seat_facts()
    assert read_code(ticket_face(facts, FACES)) == code_content(facts)
    assert code_content(facts).split(";")[:3] == ["E023A004711", "G71", "20261121"]


def test_the_code_of_a_claim_slip_can_be_read() -> None:
    assert read_code(PICTURES["claim-zh"]) == CLAIM.content
    assert read_code(PICTURES["claim-en"]) == CLAIM.content


def test_the_code_of_a_slip_about_a_reversal_can_be_read() -> None:
    assert read_code(PICTURES["reversal-zh"]) == read_code(PICTURES["reversal-en"]) == REVERSAL.content


def test_another_ticket_has_another_face() -> None:
    facts = seat_facts()
    assert ticket_face(facts, FACES).rows != ticket_face(replace(facts, place="12B"), FACES).rows
    assert ticket_face(facts, FACES).rows == ticket_face(facts, FACES).rows


def test_a_face_on_a_form_drawn_before_is_the_same_and_leaves_the_form_as_it_was() -> None:
    facts = seat_facts()
    form = ticket_form(replace(facts, number="", blank=""), FACES)
    assert ticket_face(facts, FACES, form).rows == ticket_face(facts, FACES).rows
    other = replace(facts, number="E023A004712", blank="PZDZD-0000H-02")
    assert ticket_face(other, FACES, form).rows == ticket_face(other, FACES).rows


def test_unknown_codes_are_printed_as_they_are() -> None:
    order = replace(ORDER, origin="XXX", seat_class="?")
    facts = facts_of(order, PLACES[0], "E1", "K", NETWORK, "T07")
    assert (facts.origin, facts.seat_class) == ("XXX", "?")


@pytest.mark.parametrize(
    ("coach", "place", "said"),
    [("05", "12A", "05车12A号"), ("03", "07L", "03车07号下铺"), ("03", "07U", "03车07号上铺"), ("02", "", "02车 无座")],
)
def test_places_are_said_as_on_tickets(coach: str, place: str, said: str) -> None:
    assert place_text(coach, place) == said


def test_a_missing_or_corrupt_font_is_a_config_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sans-500\.otf"):
        Faces(tmp_path)
    (tmp_path / "sans-500.otf").write_bytes(b"not a font")
    with pytest.raises(ConfigError, match=r"sans-500\.otf: not a usable font"):
        Faces(tmp_path)


@settings(max_examples=15, deadline=None)
@given(code=st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=1, max_size=24), fen=st.integers(0, 10**9))
def test_a_claim_slip_fits_the_paper_whatever_is_owed(code: str, fen: int) -> None:
    facts = replace(CLAIM, code=code, amount_fen=fen, content=f"TVM1;T07;{code};{fen}")
    picture = claim_slip(facts, HEAD, Say(TEXTS, "en"), CLOCK, FACES, 384)
    assert (picture.width, len(picture.rows)) == (384, 48 * picture.height)
    edge = [picture.rows[row * 48 + 47] & 0x0F for row in range(picture.height)]
    assert not any(edge), "ink at the right edge of the paper"


@pytest.mark.parametrize("text", ["武汉", "呼和浩特东", "Shijiazhuang North", "05车12A号", "一二三四五六七八九十"])
@pytest.mark.parametrize("room", [40, 100, 180, 400])
def test_a_text_that_shrinks_fits_and_opens_two_sizes_at_most(text: str, room: int) -> None:
    faces = Faces(FACES._directory)
    sheet, before = Sheet(faces, 688, 432), faces.of.cache_info().currsize
    size = sheet.fitting(text, 52, 700, room)
    assert size == SMALLEST or sheet.text_width(text, size, 700) <= room
    assert size in (52, SMALLEST) or sheet.text_width(text, size + 4, 700) > room
    assert faces.of.cache_info().currsize <= before + 3  # the last one is this test's


def test_open_font_sizes_are_bounded() -> None:
    faces = Faces(FACES._directory)
    for size in range(14, 60):
        faces.of(size, 500)
    assert faces.of.cache_info().currsize == MOST_FACES
