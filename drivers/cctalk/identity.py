"""Who answers at an address: the texts a device gives about itself, and whether it is a hopper. Source: cctalk sheet, section 5."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.cctalk.codec import Header
from drivers.cctalk.flags import SCH2

CATEGORY = "payout"
TEXTS = (Header.MAKER, Header.PRODUCT, Header.SOFTWARE, Header.BUILD)
"""Asked once each; a device that does not know one is silent."""


@dataclass(slots=True)
class Identity:
    category: str = ""
    serial: int = 0
    texts: dict[Header, str] = field(default_factory=dict)

    @property
    def is_hopper(self) -> bool:
        """Makers spell it with other capitals, or with a line for a blank."""
        return self.category.lower().replace("_", " ") == CATEGORY

    @property
    def is_sch2(self) -> bool:
        return self.product.upper().startswith(SCH2)

    @property
    def product(self) -> str:
        return self.texts.get(Header.PRODUCT, "")

    def lines(self) -> list[str]:
        told = [f"{header.name.lower()} {text}" for header, text in self.texts.items() if text]
        return [f"category {self.category}", f"serial {self.serial}", *told]
