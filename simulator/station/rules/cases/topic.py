"""A topic of cases: how its input is asked, which fields are lists in themselves, and what its answers are also called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.station.rules.cases.ask import Ask, CaseError
from simulator.station.rules.cases.values import Value

Answers = Mapping[str, Value]

COMMON = (
    ("free", r"(is_)?(fee_)?free(_\w+)?|no_fee|without_fee|(fee_)?waived|(charge|fee)_free"),
    (
        "allowed",
        r"allowed|refundable|eligible|permitted|accepted|ok|possible|valid|(is|can|may)_?\w*|\w+_allowed|offered",
    ),
    ("fee", r"(\w+_)?(fee|charge)(_due)?"),
    ("refund", r"(\w+_)?(refund|refunded|back|returned|net|amount)(_\w+)?|pays?_back|paid_back"),
    ("percent", r"(\w+_)?(percent|rate|share|percentage)"),
    ("policy", r"override(_id)?|policy(_id)?|rule(_id)?|id|applies|matched|matches"),
    ("days", r"(\w+_)?days(_\w+)?"),
    ("valid_until", r"(\w+_)?(until|last_day|expires|valid_to|ends)"),
    ("ticket", r"(ticket_)?(type|kind|ticket)"),
    ("total", r"(total|price|fare|sum|amount)(_\w+)?"),
    ("claim_true", r"claim|true|correct|is_true|claim_correct"),
)
"""Canonical name of an answer -> other names for it, as whole words; a topic's own names come first."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`whole`: patterns of input fields whose list is one value, not one per position; with `whole_alone` only where no other
    list has the same length."""

    answer: Callable[[Ask], Answers]
    whole: str = r"(?!)"
    whole_alone: bool = False
    names: tuple[tuple[str, str], ...] = ()

    def pick(self, answers: Answers, expected_name: str) -> str:
        """The name of the answer that an expected field means. Raises CaseError when the topic has no such answer."""
        flat = re.sub(r"_(yuan|fen|cny|km)$", "", expected_name.lower().replace("-", "_").replace(" ", "_"))
        for name in (expected_name, flat):
            if name in answers:
                return name
        for canonical, pattern in (*self.names, *COMMON):
            if canonical in answers and re.fullmatch(pattern, flat):
                return canonical
        raise CaseError(f"expected field {expected_name!r} is no answer of this topic; it answers {', '.join(answers)}")
