"""Icons as path data on a 24 x 24 grid, drawn with one round stroke; `solid` parts are filled instead.

A missing name shows the question mark, so that a new icon of the controller never stops the screen.
"""

from __future__ import annotations

_SOLID = 'fill="currentColor" stroke="none"'
_CIRCLE = '<circle cx="12" cy="12" r="9.2"/>'

ICONS: dict[str, str] = {
    "train": '<rect x="4.2" y="2.4" width="15.6" height="15.4" rx="4.4"/>'
    '<path d="M4.2 11.2H19.8M8.4 18L6.8 21.4M15.6 18L17.2 21.4"/>'
    f'<circle cx="8.6" cy="14.5" r="1.6" {_SOLID}/><circle cx="15.4" cy="14.5" r="1.6" {_SOLID}/>',
    "pin": '<path d="M12 21.5C12 21.5 4.6 15 4.6 9.6A7.4 7.4 0 0 1 19.4 9.6C19.4 15 12 21.5 12 21.5Z"/>'
    '<circle cx="12" cy="9.6" r="2.7"/>',
    "map": '<circle cx="5" cy="19" r="2.4"/><circle cx="12" cy="12.4" r="2.4"/><circle cx="19" cy="5.4" r="2.4"/>'
    '<path d="M6.8 17.3L10.2 14.1M13.8 10.7L17.2 7.1"/>',
    "clock": f'{_CIRCLE}<path d="M12 6.8V12.2L15.6 14.2"/>',
    "ticket": '<path d="M2.6 8.4V6.8A1.8 1.8 0 0 1 4.4 5H19.6A1.8 1.8 0 0 1 21.4 6.8V8.6A3.4 3.4 0 0 0 21.4 15.4V17.2'
    'A1.8 1.8 0 0 1 19.6 19H4.4A1.8 1.8 0 0 1 2.6 17.2V15.4A3.4 3.4 0 0 0 2.6 8.6Z"/>'
    '<path d="M14.2 7.4V8.2M14.2 11.4V12.6M14.2 15.8V16.6"/>',
    "swap": '<path d="M4 8H19.5M15.5 4L19.5 8L15.5 12M20 16H4.5M8.5 12L4.5 16L8.5 20"/>',
    "refund": '<path d="M4 8H19.5M16 4.5L19.5 8L16 11.5M20 16H4.5M8 12.5L4.5 16L8 19.5"/>',
    "help": f'{_CIRCLE}<path d="M9.3 9.4A2.8 2.8 0 1 1 13.4 11.9C12.4 12.5 12 13 12 14"/>'
    f'<circle cx="12" cy="17" r="1.2" {_SOLID}/>',
    "globe": f'{_CIRCLE}<path d="M2.8 12H21.2M12 2.8C8 7.5 8 16.5 12 21.2M12 2.8C16 7.5 16 16.5 12 21.2"/>',
    "access": f'<circle cx="12" cy="3.6" r="2.3" {_SOLID}/><path d="M3.6 8.2L10 9.6V13.6L7.6 21.4M20.4 8.2L14 9.6V13.6'
    'L16.4 21.4M10 9.6H14M10 13.6L12 14.4L14 13.6"/>',
    "back": '<path d="M20 12H4.5M10.5 5.5L4 12L10.5 18.5"/>',
    "right": '<path d="M4 12H19.5M13.5 5.5L20 12L13.5 18.5"/>',
    "up": '<path d="M12 20V4.5M5.5 10.5L12 4L18.5 10.5"/>',
    "down": '<path d="M12 4V19.5M5.5 13.5L12 20L18.5 13.5"/>',
    "home": '<path d="M3 11.6L12 3.4L21 11.6M5.4 9.6V18.6A1.8 1.8 0 0 0 7.2 20.4H16.8A1.8 1.8 0 0 0 18.6 18.6V9.6"/>',
    "check": '<path d="M4.5 12.6L9.8 17.8L19.5 7"/>',
    "cross": '<path d="M5.5 5.5L18.5 18.5M18.5 5.5L5.5 18.5"/>',
    "minus": '<path d="M5 12H19"/>',
    "plus": '<path d="M12 5V19M5 12H19"/>',
    "info": f'{_CIRCLE}<path d="M12 11V17"/><circle cx="12" cy="7.4" r="1.25" {_SOLID}/>',
    "warn": '<path d="M12 3.4L21.4 20H2.6Z"/><path d="M12 9.6V14"/>'
    f'<circle cx="12" cy="17" r="1.15" {_SOLID}/>',
    "question": f'{_CIRCLE}<path d="M9.3 9.4A2.8 2.8 0 1 1 13.4 11.9C12.4 12.5 12 13 12 14"/>'
    f'<circle cx="12" cy="17" r="1.2" {_SOLID}/>',
    "calendar": '<rect x="3.6" y="5" width="16.8" height="16" rx="2.6"/><path d="M3.6 10.2H20.4M8.2 2.6V6.6M15.8 2.6V6.6"/>',
    "cash": '<rect x="2" y="5" width="20" height="14" rx="2.4"/><circle cx="12" cy="12" r="3"/>'
    '<path d="M6 9.2V14.8M18 9.2V14.8"/>',
    "no_change": '<rect x="2" y="6" width="20" height="13" rx="2.4"/><circle cx="12" cy="12.5" r="2.8"/>'
    '<path d="M3.6 21L20.4 3.6"/>',
    "coin": f'{_CIRCLE}<path d="M8.4 7L12 11.6L15.6 7M12 11.6V17.4M8.6 12.2H15.4M8.6 14.8H15.4"/>',
    "card": '<rect x="2" y="4.6" width="20" height="14.8" rx="2.6"/><path d="M2 9.6H22M6 15H9.6"/>',
    "qr": '<rect x="3" y="3" width="7" height="7" rx="0.8"/><rect x="14" y="3" width="7" height="7" rx="0.8"/>'
    '<rect x="3" y="14" width="7" height="7" rx="0.8"/>'
    f'<path d="M13 13H17V17H13ZM18 17H22V22H18ZM18.6 13H21.6V15.6H18.6ZM13 18.6H16V21.8H13Z" {_SOLID}/>',
    "phone": '<rect x="6.4" y="2" width="11.2" height="20" rx="2.6"/><path d="M10.6 18.6H13.4"/>',
    "call": '<path d="M5.2 3.4H8.4L10.2 8.2L8 9.8A12.4 12.4 0 0 0 14.2 16L15.8 13.8L20.6 15.6V18.8A2 2 0 0 1 18.4 20.8'
    'A17 17 0 0 1 3.2 5.6A2 2 0 0 1 5.2 3.4Z"/>',
    "bell": '<path d="M6 16.4V10.8A6 6 0 0 1 18 10.8V16.4L19.8 18.4H4.2ZM10 21.4H14"/>',
    "lock": '<rect x="4" y="10.4" width="16" height="11" rx="2.4"/><path d="M7.6 10.2V7A4.4 4.4 0 0 1 16.4 7V10.2"/>',
    "shield": '<path d="M12 2.8L20 5.6V11.6C20 16.4 16.8 19.8 12 21.6C7.2 19.8 4 16.4 4 11.6V5.6Z"/>'
    '<path d="M8.4 11.8L11 14.4L15.6 9.4"/>',
    "rules": '<rect x="4.4" y="2.8" width="15.2" height="18.4" rx="2.2"/><path d="M8.2 7.6H15.8M8.2 12H15.8M8.2 16.4H12.8"/>',
    "printer": '<path d="M6.4 8V2.8H17.6V8M6.4 17.6H4.6A2 2 0 0 1 2.6 15.6V10A2 2 0 0 1 4.6 8H19.4A2 2 0 0 1 21.4 10V15.6'
    'A2 2 0 0 1 19.4 17.6H17.6"/><rect x="6.4" y="14" width="11.2" height="7.4" rx="1"/>',
    "person": '<circle cx="12" cy="7.4" r="4.4"/><path d="M3.8 21C4.6 16.4 7.8 14.4 12 14.4C16.2 14.4 19.4 16.4 20.2 21"/>',
    "child": '<circle cx="12" cy="5" r="2.9"/>'
    '<path d="M12 8V14.6M6 11.2C8.4 9.6 15.6 9.6 18 11.2M12 14.4L8.6 21.4M12 14.4L15.4 21.4"/>',
    "student": '<path d="M12 4.4L22.4 9.6L12 14.8L1.6 9.6ZM6.4 12.2V16.8C9.4 19.6 14.6 19.6 17.6 16.8V12.2M22.2 9.8V15"/>',
    "soldier": '<path d="M12 2.8L14.8 8.8L21.4 9.6L16.5 14.1L17.8 20.6L12 17.4L6.2 20.6L7.5 14.1L2.6 9.6L9.2 8.8Z"/>',
    "star": '<path d="M12 2.8L14.8 8.8L21.4 9.6L16.5 14.1L17.8 20.6L12 17.4L6.2 20.6L7.5 14.1L2.6 9.6L9.2 8.8Z"/>',
    "window": '<rect x="3.6" y="3" width="16.8" height="18" rx="4.4"/><path d="M3.6 12.6H20.4M8 8.6L10.6 6.4"/>',
    "aisle": '<path d="M5 4V9.4A2.6 2.6 0 0 0 7.6 12V20M19 4V9.4A2.6 2.6 0 0 1 16.4 12V20M12 4V8M12 11.6V14.4M12 18V20"/>',
    "together": '<circle cx="8.4" cy="8" r="3.4"/><path d="M2.4 19.6C3 15.8 5.4 14.2 8.4 14.2C11.4 14.2 13.8 15.8 14.4 19.6'
    'M15.4 4.9A3.4 3.4 0 0 1 15.4 11.1M17.2 14.6C19.6 15.2 21.1 16.8 21.6 19.6"/>',
    "touch": '<path d="M9.6 13.6V6.2A1.7 1.7 0 0 1 13 6.2V11.4L18.4 12.8A2.2 2.2 0 0 1 20 15.2L19.2 20.8H11.4L6.6 15.6'
    'A1.6 1.6 0 0 1 9 13.4L9.6 14M5.8 8.2A5.6 5.6 0 0 1 16.8 8.2"/>',
    "erase": '<path d="M20 12H4.5M10.5 5.5L4 12L10.5 18.5"/>',
    "walk": f'<circle cx="13.4" cy="3.6" r="2.1" {_SOLID}/><path d="M12.6 8L9 10L7.4 13.6M12.6 8L14.4 11.6L18 13.4M12.6 8'
    'L11.4 14L14.8 17L16 22M11.4 14L9.6 18L6.6 21.6"/>',
    "counter": '<circle cx="12" cy="5.2" r="2.8"/><path d="M2.6 12H21.4M4.4 12V20.4M19.6 12V20.4M4.4 16.4H19.6"/>',
    "tools": '<path d="M14.6 6.2A4.6 4.6 0 0 1 20.6 3.4L17.6 6.4L18 8.6L20.4 9L23 6.2"/><path d="M14.4 9.6L4.2 19.8"/>',
    "wrench": f'<path d="M21.4 6.8L18.2 10L14.8 9.2L14 5.8L17.2 2.6A6 6 0 0 0 9.8 10.2L2.8 17.2A2.9 2.9 0 0 0 6.8 21.2L13.8 14.2'
    f'A6 6 0 0 0 21.4 6.8Z" {_SOLID}/><path d="M9.4 14.6L5.4 18.6" stroke="#FFC72C" stroke-width="1.6"/>',
    "door": '<path d="M4 21V4.8A1.8 1.8 0 0 1 5.8 3H15V21ZM15 6H18.2A1.8 1.8 0 0 1 20 7.8V16.2A1.8 1.8 0 0 1 18.2 18H15"/>'
    f'<circle cx="11.6" cy="12.4" r="1.2" {_SOLID}/>',
    "plug": '<path d="M8 2.8V8M16 2.8V8M5.6 8H18.4V11A6.4 6.4 0 0 1 5.6 11ZM12 17.4V21.6"/>',
    "battery": '<rect x="2" y="7" width="17.4" height="10" rx="2.2"/>'
    '<path d="M22.2 10.4V13.6M6 10.4V13.6M9.4 10.4V13.6M12.8 10.4V13.6M15.6 10.4V13.6"/>',
    "link": '<path d="M2.4 9.4A14 14 0 0 1 21.6 9.4M5.8 13.2A9 9 0 0 1 18.2 13.2M9 16.8A4.4 4.4 0 0 1 15 16.8"/>'
    f'<circle cx="12" cy="20" r="1.5" {_SOLID}/>',
    "play": '<path d="M7.6 4.6L18.6 12L7.6 19.4Z"/>',
    "logs": '<rect x="4.4" y="2.8" width="15.2" height="18.4" rx="2.2"/><path d="M8.2 7.6H15.8M8.2 12H15.8M8.2 16.4H12.8"/>',
    "roll": '<circle cx="10" cy="11" r="7.4"/><circle cx="10" cy="11" r="2.4"/><path d="M10 18.4H21.6V14.6"/>',
    "slip": '<path d="M5 2.8H19V21L16.6 19.4L14.4 21L12 19.4L9.6 21L7.4 19.4L5 21ZM8.6 7.6H15.4M8.6 12H15.4"/>',
    "settings": '<circle cx="12" cy="12" r="3.4"/><path d="M12 2.6V5.4M12 18.6V21.4M2.6 12H5.4M18.6 12H21.4M5.4 5.4L7.4 7.4'
    'M16.6 16.6L18.6 18.6M18.6 5.4L16.6 7.4M7.4 16.6L5.4 18.6"/>',
    "power": '<path d="M12 2.8V11M6.6 6A8.6 8.6 0 1 0 17.4 6"/>',
    "logout": '<path d="M13.6 3.6H5.6A1.8 1.8 0 0 0 3.8 5.4V18.6A1.8 1.8 0 0 0 5.6 20.4H13.6M9 12H21M16.8 7.4L21.4 12L16.8 16.6"/>',
    "box": '<rect x="3" y="7" width="18" height="14" rx="2.2"/>'
    '<path d="M8 7V4.4A1.6 1.6 0 0 1 9.6 2.8H14.4A1.6 1.6 0 0 1 16 4.4V7M8.4 12H15.6"/>',
    "cassette": '<rect x="4" y="6" width="16" height="15.4" rx="2"/>'
    '<path d="M8.6 6V3.6H15.4V6M7.6 11H16.4M7.6 14H16.4M7.6 17H16.4"/>',
    "bin": '<path d="M4 6.6H20M9 6.4V3.4H15V6.4M6 6.8L7 21H17L18 6.8M10 11V17M14 11V17"/>',
    "fault": '<path d="M12 3.4L21.4 20H2.6Z"/><path d="M12 9.6V14"/>' f'<circle cx="12" cy="17" r="1.15" {_SOLID}/>',
    "hourglass": '<path d="M6 2.8H18M6 21.2H18M7.6 2.8V6.6C7.6 9.4 12 10.6 12 12C12 13.4 7.6 14.6 7.6 17.4V21.2'
    'M16.4 2.8V6.6C16.4 9.4 12 10.6 12 12C12 13.4 16.4 14.6 16.4 17.4V21.2"/>',
    "moon": '<path d="M20.4 14.4A8.8 8.8 0 1 1 9.6 3.6A7 7 0 0 0 20.4 14.4Z"/>',
    "zoom_in": '<circle cx="10.4" cy="10.4" r="7.4"/><path d="M15.8 15.8L21.4 21.4M10.4 7.2V13.6M7.2 10.4H13.6"/>',
    "zoom_out": '<circle cx="10.4" cy="10.4" r="7.4"/><path d="M15.8 15.8L21.4 21.4M7.2 10.4H13.6"/>',
    "chevron_left": '<path d="M15 4.6L7.6 12L15 19.4"/>',
    "chevron_right": '<path d="M9 4.6L16.4 12L9 19.4"/>',
    "sort": '<path d="M7 4V19.5M3 15.5L7 19.5L11 15.5M13.6 6H21M13.6 11H19M13.6 16H17"/>',
}  # fmt: skip
ICONS["next"] = ICONS["right"]
ICONS["note"] = ICONS["cash"]
ICONS["left"] = ICONS["back"]
ICONS["prev"] = ICONS["previous"] = ICONS["up"]
ICONS["close"] = ICONS["cancel"] = ICONS["cross"]
ICONS["adult"] = ICONS["person"]
ICONS["veteran"] = ICONS["soldier"]
ICONS["clear"] = ICONS["cross"]
ICONS["language"] = ICONS["globe"]
ICONS["accessibility"] = ICONS["access"]
ICONS["list"] = ICONS["logs"]
ICONS["test"] = ICONS["play"]
ICONS["staff"] = ICONS["bell"]
ICONS["ok"] = ICONS["check"]
ICONS["error"] = ICONS["danger"] = ICONS["warn"]
ICONS["mains"] = ICONS["plug"]
ICONS["wifi"] = ICONS["online"] = ICONS["link"]


def icon_svg(name: str, color: str, stroke: float) -> str:
    """The SVG text of an icon. `stroke` is in grid units: 2 is the normal weight."""
    inner = ICONS.get(name, ICONS["question"]).replace("currentColor", color)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"><g fill="none" '
        f'stroke="{color}" stroke-width="{stroke}" stroke-linecap="round" stroke-linejoin="round">{inner}</g></svg>'
    )
