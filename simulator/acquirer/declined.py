"""Why a message is not approved: a response code of the sheet, and words for the log. Source: ISO 8583 sheet, section 6."""

from __future__ import annotations

from collections.abc import Mapping


class Declined(Exception):
    """Answer with `code` (field 39). `why` names neither card nor PIN. `fields` is the whole answer when it is already made
    and kept for a repeat."""

    def __init__(self, code: str, why: str, fields: Mapping[int, str] | None = None) -> None:
        super().__init__(f"{code} {why}")
        self.code = code
        self.why = why
        self.fields = fields


def demand(holds: bool, code: str, why: str) -> None:
    """Raises Declined unless `holds`."""
    if not holds:
        raise Declined(code, why)
