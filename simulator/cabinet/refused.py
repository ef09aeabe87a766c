"""Why a hand could not do what it was asked to: a code for programs, a sentence for people, an HTTP status."""

from __future__ import annotations

BAD, CONFLICT = 400, 409


class Refused(Exception):
    """`status` 400: nobody could ever do this; 409: not in the state the machine is in now."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


def conflict(code: str, detail: str) -> Refused:
    return Refused(CONFLICT, code, detail)
