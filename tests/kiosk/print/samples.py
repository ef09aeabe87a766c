"""Faces and slips of the small world. `python -m tests.kiosk.print.samples` rewrites the golden pictures, on purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kiosk.ports.ticket_printer import Picture
from kiosk.print.sheet import Faces, as_image
from kiosk.print.slips import (
    ClaimFacts,
    ReceiptFacts,
    ReversalFacts,
    SlipHead,
    claim_slip,
    receipt,
    reversal_slip,
    service_slip,
)
from kiosk.print.ticket_face import TicketFacts, facts_of, ticket_face
from kiosk.screen.texts import Both, Msg, Say
from tests.kiosk.screen.world import CLOCK, NETWORK, ORDER, PLACES, TEXTS, WALL_MS

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "print"
FACES = Faces(ROOT / "kiosk" / "ui" / "fonts")
HEAD = SlipHead("T07", Both("北京西", "Beijing West"), WALL_MS, "T07.7f3a91c2.17")
REVERSAL = ReversalFacts("6F4K92QD", 77_900, "TVM1R;T07;6F4K92QD;1701;77900", "135****0042")
CLAIM = ClaimFacts(
    "6F4K92QD", 2_100, Msg("Not enough notes of the right kind"), "TVM1;T07;6F4K92QD;2100", more=(("B7MX33KA", 500),)
)
RECEIPT = ReceiptFacts(
    Both("G71 北京西 → 武汉 11月21日 15:36", "G71 Beijing West → Wuhan, Sat 21 Nov 15:36"),
    ((Both("成人 05车12A", "Adult, coach 05 12A"), 51_950), (Both("儿童 05车12B", "Child, coach 05 12B"), 25_975)),
    77_900,
    80_000,
    2_100,
    -25,
)
WIDTH = 576


def seat_facts() -> TicketFacts:
    return facts_of(ORDER, PLACES[0], "E023A004711", "PZDZD-0000H-01", NETWORK, "北京西 T07")


def berth_facts() -> TicketFacts:
    """Long names everywhere."""
    return replace(
        seat_facts(), origin="呼和浩特东", origin_pinyin="Huhehaotedong", destination="石家庄",
        destination_pinyin="Shijiazhuang", train="K598", coach="16", place="07L", seat_class="硬卧",
        passenger="残疾军人", price_fen=110_650,
    )  # fmt: skip


def standing_facts() -> TicketFacts:
    return replace(seat_facts(), train="K598", seat_class="硬座", place="", price_fen=15_250)


def pictures() -> dict[str, Picture]:
    made = {"ticket-seat": ticket_face(seat_facts(), FACES), "ticket-berth": ticket_face(berth_facts(), FACES)}
    made["ticket-standing"] = ticket_face(standing_facts(), FACES)
    for language in ("zh", "en"):
        say = Say(TEXTS, language)
        made[f"reversal-{language}"] = reversal_slip(REVERSAL, HEAD, say, CLOCK, FACES, WIDTH)
        made[f"claim-{language}"] = claim_slip(CLAIM, HEAD, say, CLOCK, FACES, WIDTH)
        made[f"receipt-{language}"] = receipt(RECEIPT, HEAD, say, CLOCK, FACES, WIDTH)
        lines = [(say("Machine"), "T07"), (say("Total"), "¥1,106.00")]
        made[f"service-{language}"] = service_slip(say("Out of service"), lines, HEAD, say, CLOCK, FACES, WIDTH)
    return made


if __name__ == "__main__":
    for name, picture in pictures().items():
        as_image(picture).save(GOLDEN / f"{name}.png", optimize=True)
        print(name, picture.width, picture.height)
