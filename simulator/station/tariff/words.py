"""The words people use for trains, classes, passengers and tickets, in both languages, turned into the tariff's own names.

Bare "air-con" is the new kind; a berth without a level is the upper one, as published fares mean it (decision 038).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from simulator.station.tariff.data import Conditioning, Supplement

Item = Literal["hard_seat", "soft_seat", "seat", "express", "aircon", "berth", "emu"]
Meaning = TypeVar("Meaning")


class NotUnderstood(ValueError):
    """A word for a train, a class, a passenger or a ticket that the tariff does not know."""


@dataclass(frozen=True, slots=True)
class TrainWords:
    """An ordinary train by supplement and air-conditioning, or an EMU `profile` (then the other two mean nothing)."""

    supplement: Supplement = "none"
    aircon: Conditioning = "none"
    profile: str = ""


EMU_WORDS = {
    "c": "g300", "g": "g300", "d": "d250", "emu": "d250",
    "动车": "d250", "高铁": "g300", "城际": "g300",
}  # fmt: skip
SUPPLEMENT_WORDS: dict[str, Supplement] = {
    "直特": "fast", "直达": "fast", "特快": "fast", "快速": "fast", "普快": "express",
    "普客": "none", "慢车": "none", "普慢": "none",
    "fast": "fast", "rapid": "fast", "k": "fast", "t": "fast", "z": "fast", "express": "express",
    "ordinary": "none", "local": "none", "slow": "none", "stopping": "none", "plain": "none",
}  # fmt: skip
AIRCON_WORDS: dict[str, Conditioning] = {
    "no aircon": "none", "non aircon": "none", "without aircon": "none", "none": "none", "no": "none",
    "old": "old", "new": "new", "aircon": "new",
    "非空调": "none", "无空调": "none", "老空调": "old", "旧空调": "old", "普通空调": "old", "空调": "new",
}  # fmt: skip
LEVELS = {
    "upper": "upper", "top": "upper", "middle": "middle", "lower": "lower", "bottom": "lower",
    "上": "upper", "中": "middle", "下": "lower",
}  # fmt: skip
EMU_CLASSES = {
    "second": "second", "2nd": "second", "二等": "second", "first": "first", "1st": "first", "一等": "first",
    "premium": "top", "superior": "top", "特等": "top", "business": "business", "商务": "business", "top": "top",
}  # fmt: skip
PASSENGERS = {
    "adult": "adult", "full": "adult", "free child": "free_child_in_berth", "child": "child", "student": "student",
    "soldier": "soldier", "soldiers": "soldier", "police": "soldier", "disabled": "soldier",
    "成人": "adult", "免费": "free_child_in_berth", "儿童": "child", "学生": "student",
    "残疾军人": "soldier", "伤残": "soldier", "残军": "soldier",
}  # fmt: skip
ITEMS: dict[str, Item] = {
    "soft seat": "soft_seat", "软座": "soft_seat", "hard seat": "hard_seat", "硬座": "hard_seat",
    "express": "express", "fast": "express", "supplement": "express", "加快": "express",
    "aircon": "aircon", "空调": "aircon", "berth": "berth", "sleeper": "berth", "卧": "berth",
    "second": "emu", "first": "emu", "business": "emu", "top": "emu", "emu": "emu", "等座": "emu", "商务": "emu",
    "seat": "seat", "客票": "seat",
}  # fmt: skip


def plain(words: str) -> str:
    """Lower case, one blank between words, `aircon` in one piece."""
    text = " ".join(re.split(r"[\s,;_/+()\-–]+", words.lower().strip()))
    return re.sub(r"\bair ?(?:cond(?:ition(?:ing|ed|er)?)?|con|c)\b|\ba c\b|\bac\b", "aircon", text).strip()


def _said(text: str, words: Mapping[str, Meaning]) -> Meaning | None:
    """The meaning of the first word of the table that the text says: whole words, Chinese anywhere."""
    for word, meaning in words.items():
        if word in text if not word.isascii() else re.search(rf"\b{re.escape(word)}\b", text):
            return meaning
    return None


def train_words(words: str) -> TrainWords:
    """`fast, new air-con`, `K598 new air-con`, `普快 无空调`, `D`. Raises NotUnderstood."""
    text = plain(words)
    if number := re.search(r"\b([gdckzt]?)(\d{1,4})\b", text):
        text = f"{text} {number[1] or _numbered(int(number[2]))}"
    profile = _said(text, EMU_WORDS)
    if profile is not None:
        return TrainWords(profile=profile)
    supplement = _said(text, SUPPLEMENT_WORDS)
    if supplement is None:
        raise NotUnderstood(f"train {words!r}: say fast, express or ordinary, and new, old or no air-con; or D, G")
    return TrainWords(supplement, _said(text, AIRCON_WORDS) or "none")


def _numbered(number: int) -> str:
    """What a train number without a letter says: up to 5998 express trains, above ordinary ones."""
    return "express" if number < 6_000 else "ordinary"


def class_words(words: str, on_emu: bool) -> str:
    """`hard seat`, `upper hard berth`, `软卧下铺`, `second class` to the tariff's name. Raises NotUnderstood."""
    text = plain(words)
    berth = bool(re.search(r"\b(berth|sleeper|couchette)\b|卧", text))
    if on_emu:
        name: str | None = "emu_berth" if berth else _said(text, EMU_CLASSES)
    else:
        name = _ordinary_class(text, berth)
    if name is None:
        raise NotUnderstood(
            f"class {words!r}: say {'second, first' if on_emu else 'hard or soft, seat or berth and its level'}"
        )
    if not berth:
        return name
    return f"{name}_{_said(text, LEVELS) or 'upper'}"


def _ordinary_class(text: str, berth: bool) -> str | None:
    soft = bool(re.search(r"\bsoft\b|软", text))
    hard = bool(re.search(r"\bhard\b|硬", text))
    if berth and re.search(r"\bdeluxe\b|高级", text):
        return "deluxe_berth"
    if berth and re.search(r"\bcompartment\b|包房", text):
        return "compartment_berth"
    if soft == hard:
        return None
    return ("soft" if soft else "hard") + ("_berth" if berth else "_seat")


def passenger_words(words: str) -> str:
    """`disabled soldier`, `学生` to the tariff's name. Raises NotUnderstood."""
    found = _said(plain(words), PASSENGERS)
    if found is None:
        raise NotUnderstood(f"passenger {words!r}: say adult, child, student or disabled soldier")
    return found


def item_words(words: str) -> Item:
    """A ticket: `hard seat`, `express supplement`, `空调票`, `berth`, `second class`. Raises NotUnderstood."""
    found = _said(plain(words), ITEMS)
    if found is None:
        raise NotUnderstood(f"ticket {words!r}: say hard seat, soft seat, express, air-con, berth or an EMU class")
    return found
