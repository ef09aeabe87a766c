"""Who may do what in the office: everybody sees everything, an auditor does nothing, a supervisor does all.

Source: station-api sheet, "The office"; requirement SYS-07.
"""

from __future__ import annotations

ROLES = ("operator", "supervisor", "auditor")
USUAL = "supervisor"
OPERATOR_DEEDS = frozenset({"command", "settle", "settle_unpaid", "count_box"})
"""The daily work: parameters, grants and the close of a day are a supervisor's."""


def may(role: str, method: str, deed: str) -> bool:
    """Whether a person of that role may make this call; `deed` is the name of the function that answers it."""
    return method == "GET" or role == "supervisor" or (role == "operator" and deed in OPERATOR_DEEDS)
