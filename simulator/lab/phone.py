"""The phone beside the wallet of the lab page: it reads the code on the screen, and its owner pays as the page's keys say.

Every call goes to the provider as a phone's would (code-provider sheet, section 4). What the phone shows is a value; an answer
that does not come is shown too, and nothing is paid twice by this side: the provider says what was paid.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.cabinet.refused import conflict
from simulator.lab.asking import Asking
from simulator.lab.provider_switch import ProviderSwitch
from simulator.provider.eye import read
from simulator.provider.payers import LAB_PAYERS
from simulator.provider.phone import MANNERS

OWNER = LAB_PAYERS["lab"]
LATE_MS = MANNERS["late"].after_ms[0]
"""So much later, by the machine's clock, somebody pays who is late: a code lasts two minutes."""
NO_ANSWER = "no_answer"
UNPAYABLE = ("paid", "refunded", "closed", "expired")


class Time(Protocol):
    @property
    def rate(self) -> float: ...

    def mono_ms(self) -> int: ...

    def wall_at(self, mono_ms: int) -> int: ...


@dataclass(slots=True)
class Shown:
    """What the phone's screen shows. `face`: home, asked, paying, booking (the provider takes its time),
    later, paid, refused. `why`: of a refusal, the provider's word; `again`: what became of the second try."""

    face: str = "home"
    merchant: str = ""
    amount_fen: int = 0
    why: str = ""
    again: str = ""
    reference: str = ""
    until_ms: int = 0


class LabPhone:
    """`tell(what, amount_fen, why)` hears each thing it does, for the timeline."""

    def __init__(self, asker: Asking, time: Time, tell: Callable[[str, int, str], None]) -> None:
        self._asker = asker
        self.provider = ProviderSwitch(self._asker, OWNER)
        self.shown = Shown()
        self._time, self._tell = time, tell
        self._text = ""
        self._later: set[asyncio.Task[None]] = set()
        self._kept_fen: int | None = None

    def __bool__(self) -> bool:
        return bool(self._asker)

    def look(self) -> dict[str, Any] | None:
        """Everything the page draws; None without a provider. Asks anew for the next look."""
        if not self._asker:
            return None
        self.provider.soon()
        self._hear_books()
        shown, wall_ms = self.shown, self._time.wall_at(self._time.mono_ms())
        return {
            "owner": OWNER.shown,
            "face": shown.face,
            "merchant": shown.merchant,
            "amount_fen": shown.amount_fen,
            "why": shown.why,
            "again": shown.again,
            "reference": shown.reference,
            "left_ms": max(0, shown.until_ms - wall_ms) if shown.face == "later" else 0,
            **self.provider.told(),
        }

    def _hear_books(self) -> None:
        """Money that came back is told once it stands in the books; a payment under way is paid when it stands there."""
        kept_fen = self.provider.kept_fen
        if self._kept_fen is not None and kept_fen < self._kept_fen:
            self._tell("refunded", self._kept_fen - kept_fen, "")
        elif self._kept_fen is not None and kept_fen > self._kept_fen and self.shown.face == "booking":
            self.shown.face = "paid"
        self._kept_fen = kept_fen

    async def do(self, deed: str, code: Sequence[str] = ()) -> dict[str, Any] | None:
        """scan (with the modules of the code), pay, twice, late, decline, done. Raises Refused for what cannot be done now."""
        if not self._asker:
            raise conflict("no_phone", "this machine takes no phones")
        if deed == "scan":
            await self._scan(code)
        elif deed == "done":
            self._home()
        elif self.shown.face != "asked":
            raise conflict("nothing_asked", "the phone has scanned nothing that is to be paid")
        elif deed == "decline":
            self._tell("declined", self.shown.amount_fen, "")
            self._home()
        elif deed == "late":
            self._pay_later()
        else:
            await self._pay(self.shown, self._text, twice=deed == "twice")
        await self.provider.refresh()
        return self.look()

    def _home(self) -> None:
        self.shown, self._text = Shown(), ""

    async def _scan(self, code: Sequence[str]) -> None:
        text = read(code)
        if not text:
            raise conflict("no_code", "the screen shows no code that a phone can read")
        status, told = await self._say("/phone/look", {"text": text})
        self._home()
        if status != 200:
            self.shown = Shown("refused", why=_why(told))
        elif told["state"] in UNPAYABLE:
            self.shown = Shown("refused", told["merchant"], told["amount_fen"], told["state"])
        else:
            self.shown, self._text = Shown("asked", told["merchant"], told["amount_fen"]), text
        self._tell("scanned", self.shown.amount_fen, self.shown.why)

    async def _pay(self, asked: Shown, text: str, twice: bool = False) -> None:
        """Shows what became of it, unless the phone shows something else by then."""
        asked.face = "paying"
        body = {"text": text, "amount_fen": asked.amount_fen}
        answers = await asyncio.gather(*(self._say("/phone/pay", body) for _ in range(1 + twice)))
        done = next((told for status, told in answers if status == 200), None)
        other = [told for _, told in answers if told is not done]
        if done is None:
            became = Shown("refused", asked.merchant, asked.amount_fen, _why(answers[0][1]))
        else:
            face, again = "paid" if done["state"] == "paid" else "booking", _why(other[0]) if other else ""
            became = Shown(face, asked.merchant, asked.amount_fen, again=again, reference=done["reference"])
        self._tell(became.face, asked.amount_fen, became.why)
        if self.shown is asked:
            self.shown = became

    def _pay_later(self) -> None:
        asked, text = self.shown, self._text
        asked.face, asked.until_ms = "later", self._time.wall_at(self._time.mono_ms()) + LATE_MS
        self._tell("later", asked.amount_fen, "")
        seconds = LATE_MS / self._time.rate / 1_000
        task = asyncio.get_running_loop().create_task(self._paid_late(asked, text, seconds))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _paid_late(self, asked: Shown, text: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._pay(asked, text)
        await self.provider.refresh()

    async def _say(self, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            return await self._asker.ask(path, {"payer": OWNER.name, **body})
        except (OSError, TimeoutError):
            return 0, {"error": NO_ANSWER}


def _why(told: Mapping[str, Any]) -> str:
    return str(told.get("error") or told.get("state") or NO_ANSWER)
