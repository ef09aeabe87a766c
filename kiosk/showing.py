"""What people see and hold: the state of the machine as screen values, tickets and slips as pictures.

Fills `Shown` from the controller and hands the view's answer to the screen; draws faces for the ticket unit and slips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from kiosk.deeds import Pictures
from kiosk.modes import Mode
from kiosk.ports.ticket_printer import Picture
from kiosk.ports.trips import LockedPlace, Network
from kiosk.print.sheet import Faces, Sheet
from kiosk.print.slips import ClaimFacts, ReversalFacts, SlipHead, claim_slip, receipt, reversal_slip
from kiosk.print.stripe import stripe
from kiosk.print.ticket_face import TicketFacts, facts_of, ticket_face, ticket_form
from kiosk.receipt import receipt_facts
from kiosk.sale.book import Book
from kiosk.screen.formats import Clock
from kiosk.screen.shown import HelpSeen, MachineSeen, ModeSeen, Shown
from kiosk.screen.texts import Both, Say, Texts
from kiosk.screen.values import Screen
from kiosk.screen.view import next_change_ms, view
from kiosk.screen.views.claim import code_content, payment_content, reason_words
from kiosk.settings import Settings

if TYPE_CHECKING:
    from kiosk.controller import Controller

SLIP_DOTS = 576
WHITE = Picture(8, 1, b"\x00")
"""What comes out where nobody looks at paper."""
REASON_SCREENS = {
    "maintenance": "door_open", "tamper": "fault", "journal": "fault", "clock": "fault", "no_grant": "remote_stop",
}  # fmt: skip
"""Stopping reasons that share another one's screen."""
FORM_LATER_MS = 200
"""A blank is on its way to the printer for a second, and in it for four more."""
COMING_MS = 20_000
"""People's time after which a call for staff is told as on its way."""


class Showing:
    """`cassettes`: number -> face value in fen. `put` takes the finished screen value. `faces` None: paper stays white."""

    def __init__(
        self,
        settings: Settings,
        rate: float,
        texts: Texts,
        cassettes: Mapping[int, int],
        put: Callable[[Screen], None],
        faces: Faces | None,
    ) -> None:
        identity = settings.machine
        self._rate, self._texts, self._cassettes, self._put = rate, texts, cassettes, put
        self._clock = Clock(identity.timezone)
        self._machine = MachineSeen(
            identity.id,
            identity.station,
            identity.help_line,
            identity.window,
            take_ms=settings.sale.take_ms,
        )
        self._cash = settings.sale_policy.cash
        self._coins_fen = tuple(sorted(set(settings.coins_fen.values())))
        self._slips = settings.devices.slip_printer is not None
        self._faces = faces
        self._controller: Controller | None = None
        self._last: Screen | None = None
        self._form: tuple[tuple[int, int], Sheet] | None = None  # (sale, place) of the face that is printed next
        self._wanted = (0, 0), 0  # the same of the next one to draw, and when

    def show(self, controller: Controller) -> int:
        """Make the screen value of now and hand it on; answers when it changes though nothing happens (real ms)."""
        self._controller = controller
        shown = self.shown(controller)
        screen = view(shown)
        if screen != self._last:
            self._last = screen
            self._put(screen)
        wake_ms = next_change_ms(shown)
        if self._faces is not None and controller.sale is not None and controller.journey.network is not None:
            prepare_ms = self._prepare(self._faces, controller.sale.book, shown.now_mono_ms)
            wake_ms = wake_ms if prepare_ms is None else min(wake_ms, prepare_ms)
        return wake_ms

    def shown(self, controller: Controller) -> Shown:
        now = controller.now()
        journey = controller.journey
        base = Shown(
            now_wall_ms=now.wall_ms,
            now_mono_ms=now.mono_ms,
            machine=self._machine,
            mode=self._mode(controller),
            journey=journey.state,
            settings=journey.settings,
            texts=self._texts,
            clock=self._clock,
            network=journey.network,
            index=journey.index,
            limits=journey.limits,
            sale=controller.sale.book if controller.sale else None,
            rate=self._rate,
            note_moving=controller.note_moving,
            cassettes=self._cassettes,
            same_notes=self._cash.deposit_depth > 0,
            recycled_fen=self._cash.recycled_fen,
            help=self._help(controller, now.wall_ms),
            on_battery=not controller.watch.mains,
            charge_step=controller.charge_step,
            coins_fen=self._coins_fen,
            media=controller.media,
            service_screen=controller.service.screen(controller, self._texts, self._clock, now),
        )
        return base

    def _mode(self, controller: Controller) -> ModeSeen:
        mode, watch = controller.mode, controller.watch
        return mode_seen(mode, watch.charges(), watch.worst_since_ms() if mode.out_of_service else 0)

    def _help(self, controller: Controller, wall_ms: int) -> HelpSeen:
        called = controller.help.called_ms
        if not called:
            return HelpSeen()
        return HelpSeen("calling" if wall_ms < called + COMING_MS else "coming", called)

    # -- paper

    def pictures(self, wall_ms: Callable[[], int]) -> Pictures:
        """How deeds draw; `wall_ms` dates a slip."""
        faces = self._faces
        if faces is None:
            return Pictures(
                lambda book, index, number, blank: (self._stripe(book, index, number), WHITE), lambda *_: WHITE
            )
        return Pictures(
            lambda book, index, number, blank: self._ticket(faces, book, index, number, blank),
            lambda book, code: self._slip(faces, book, code, wall_ms()),
        )

    def _station(self) -> Both:
        network = self._controller.journey.network if self._controller else None
        for name in network.stations if network else ():
            if name.telecode == self._machine.station:
                return Both(name.name, name.english)
        return Both(self._machine.station, self._machine.station)

    def _stripe(self, book: Book, index: int, number: str) -> str:
        return stripe(book.order, book.as_bought(book.tickets[index].place), number)

    def _ticket(self, faces: Faces, book: Book, index: int, number: str, blank: str) -> tuple[str, Picture]:
        place = book.tickets[index].place
        form = self._form[1] if self._form is not None and self._form[0] == (book.number, index) else None
        facts = self._facts(book, place, number, blank)
        return self._stripe(book, index, number), ticket_face(facts, faces, form)

    def _prepare(self, faces: Faces, book: Book, now_ms: int) -> int | None:
        """Draw what is known of the next ticket while people insert notes: after the station's yes nobody waits for it.

        Those behind it are drawn while one is printed, a little later: the printer's answer to what it was just sent comes
        before a picture. Answers when to come again for that.
        """
        index = sum(ticket.state != "waiting" for ticket in book.tickets)
        key = (book.number, index)
        if not book.agreed or index >= len(book.places) or (self._form is not None and self._form[0] == key):
            return None
        if self._wanted[0] != key:
            self._wanted = key, now_ms + (FORM_LATER_MS if index else 0)
        if now_ms < self._wanted[1]:
            return self._wanted[1]
        self._form = key, ticket_form(self._facts(book, book.places[index], "", ""), faces)
        return None

    def _facts(self, book: Book, place: LockedPlace, number: str, blank: str) -> TicketFacts:
        machine = f"{self._station().zh} {self._machine.id}"
        return facts_of(book.order, book.as_bought(place), number, blank, self._network(), machine)

    def _network(self) -> Network:
        """Nothing was sold without one."""
        assert self._controller is not None
        assert self._controller.journey.network is not None
        return self._controller.journey.network

    def _language(self, book: Book) -> str:
        """The one the passenger reads now: it may have been changed since the sale began."""
        return self._controller.journey.state.language if self._controller is not None else book.language

    def _slip(self, faces: Faces, book: Book, code: str, wall_ms: int) -> Picture:
        """`code`: of a claim or a payment, or the name of the receipt. One slip explains all claims of a sale: the first one
        large, the others with their codes."""
        head = SlipHead(self._machine.id, self._station(), wall_ms, book.key)
        say = Say(self._texts, self._language(book))
        if code == book.receipt_name:
            return receipt(receipt_facts(book, self._network()), head, say, self._clock, faces, SLIP_DOTS)
        for line in book.charges:
            if line.code == code:
                content = payment_content(self._machine.id, line)
                gone = ReversalFacts(code, line.amount_fen, content, line.masked, self._machine.help_line)
                return reversal_slip(gone, head, say, self._clock, faces, SLIP_DOTS)
        claim = next(claim for claim in book.claims if claim.code == code)
        facts = ClaimFacts(
            code=code,
            amount_fen=claim.amount_fen,
            reason=reason_words(book, claim),
            content=code_content(self._machine.id, claim),
            exact=claim.exact,
            more=tuple((other.code, other.amount_fen) for other in book.claims if other is not claim),
            window=self._machine.window,
            help_line=self._machine.help_line,
            days=self._machine.claim_days,
            back_fen=sum(line.amount_fen for line in book.going_back),
        )
        return claim_slip(facts, head, say, self._clock, faces, SLIP_DOTS)


def mode_seen(mode: Mode, charges: Iterable[str], told_ms: int = 0) -> ModeSeen:
    """The mode as passengers meet it. `charges`: ways to pay that the payment adapter has now."""
    return ModeSeen(
        sells=not mode.out_of_service,
        reason=REASON_SCREENS.get(mode.name, mode.name) if mode.out_of_service else "",
        why=(mode.code,) if mode.code else (),
        cash=_cash(mode),
        cash_limit_fen=mode.cash_limit_fen,
        slips=mode.slips,
        told_ms=told_ms,
        charges=tuple(way for way in charges if way != "scan" or "scan" in mode.pickups),
        pickups=mode.pickups,
        charge=mode.charge,
        services=mode.services,
    )


def _cash(mode: Mode) -> str:
    if mode.cash == "off":
        return "off"
    return {"ok": "ok", "low": "part_change", "none": "no_change"}[mode.change]
