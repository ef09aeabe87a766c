"""Backdrop pictures as SVG: sky, sun, mountains, city, train. Shown only by themes with `pictures`."""

from __future__ import annotations

_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}">'


def _train(top: int, *, windows: str, count: int, pitch: int, wide: int) -> str:
    """A high-speed train coming in from the left, its roof at `top`; 108 px high."""
    y = top
    body = (
        f'<path d="M0 {y}H768C850 {y} 915 {y + 22} 975 {y + 56}L1018 {y + 88}C1030 {y + 97} 1028 {y + 106} 1014 {y + 106}H0Z" '
        f'fill="url(#body)"/>'
        f'<path d="M0 {y + 66}H985L1016 {y + 94}C1022 {y + 101} 1018 {y + 106} 1008 {y + 106}H0Z" fill="#0B4BB0"/>'
        f'<path d="M0 {y + 62}H985V{y + 69}H0Z" fill="#FFC72C"/>'
        f'<path d="M842 {y + 22}C890 {y + 30} 930 {y + 46} 962 {y + 70}L866 {y + 70}C852 {y + 70} 845 {y + 62} 844 {y + 54}Z" '
        f'fill="#0A2450"/>'
    )
    glass = "".join(
        f'<rect x="{40 + i * pitch}" y="{y + 22}" width="{wide}" height="28" rx="8" fill="{windows}"/>'
        for i in range(count)
    )
    return body + glass


_DEFS = (
    '<defs><linearGradient id="sky" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2="{sky}">{stops}</linearGradient>'
    '<linearGradient id="body" gradientUnits="userSpaceOnUse" x1="0" y1="{top}" x2="0" y2="{low}"><stop offset="0" '
    'stop-color="#FFFFFF"/><stop offset="1" stop-color="#DCE4F2"/></linearGradient></defs>'
)


def home_backdrop() -> str:
    """1080 x 470: the picture behind the question of the home screen."""
    stops = '<stop offset="0" stop-color="#0A2450"/><stop offset="1" stop-color="#1E5FCC"/>'
    defs = _DEFS.format(sky=300, stops=stops, top=290, low=360)
    sun = (
        '<circle cx="880" cy="120" r="96" fill="#FFD978" fill-opacity="0.22"/>'
        '<circle cx="880" cy="120" r="62" fill="#F5D27A"/>'
    )
    hills = (
        '<path d="M60 290L120 250L186 290ZM246 290L360 200L480 290ZM566 290L640 240L728 290Z" fill="#123F87"/>'
        '<path d="M840 300L940 230L1080 320V410H840Z" fill="#123F87"/><path d="M840 290L1080 370V410H840Z" fill="#0C2F6B"/>'
    )
    track = (
        '<rect y="396" width="1080" height="74" fill="#0A2450"/><rect y="404" width="1080" height="6" fill="#FFC72C"/>'
    )
    train = _train(290, windows="#0A2450", count=7, pitch=110, wide=92)
    return (
        _HEAD.format(w=1080, h=470)
        + defs
        + f'<rect width="1080" height="470" fill="url(#sky)"/>{sun}{hills}{track}{train}</svg>'
    )


def attract_backdrop() -> str:
    """1080 x 1770: night sky over a city, mountains, a lit train on a viaduct."""
    stops = (
        '<stop offset="0" stop-color="#071836"/><stop offset="0.33" stop-color="#0C3580"/>'
        '<stop offset="0.6" stop-color="#2263CF"/><stop offset="0.82" stop-color="#6C9BE4"/>'
        '<stop offset="0.92" stop-color="#B9C3D6"/><stop offset="1" stop-color="#EBD3AE"/>'
    )
    defs = _DEFS.format(sky=866, stops=stops, top=0, low=75)
    dots = (
        (80, 60),
        (420, 32),
        (720, 40),
        (990, 80),
        (96, 202),
        (250, 290),
        (40, 320),
        (640, 280),
        (470, 320),
        (1030, 250),
        (150, 410),
    )
    stars = "".join(f'<circle cx="{x}" cy="{y}" r="2" fill="#FFFFFF" fill-opacity="0.7"/>' for x, y in dots)
    moon = "".join(
        f'<circle cx="880" cy="328" r="{r}" fill="#FFE29A" fill-opacity="{a}"/>'
        for r, a in ((96, 0.16), (74, 0.22), (50, 1))
    )
    blocks = (
        (20, 760, 60, 140), (90, 720, 44, 180), (142, 780, 70, 120), (560, 750, 52, 150), (620, 700, 40, 200),
        (668, 772, 64, 128), (742, 730, 56, 170), (806, 790, 80, 110), (900, 740, 48, 160), (956, 780, 90, 120),
    )  # fmt: skip
    city = "".join(f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#184A9E"/>' for x, y, w, h in blocks)
    lights = "".join(
        f'<rect x="{x + w // 4 + (i % 2) * w // 3}" y="{y + 22 + i * 28}" width="8" height="12" fill="#FFE29A" '
        'fill-opacity="0.75"/>'
        for x, y, w, h in blocks
        for i in range(3)
    )
    hills = (
        '<path d="M0 862L130 780L260 850L400 740L560 862L700 800L860 870L980 810L1080 862V1010H0Z" fill="#123F87"/>'
        '<path d="M40 940L180 870L320 940ZM410 940L540 880L680 940ZM800 940L920 890L1080 950V1010H800Z" fill="#0C2F6B"/>'
        '<rect y="930" width="1080" height="130" fill="#0C2F6B"/>'
    )
    piers = "".join(
        f'<path d="M{x} 1080H{x + 36}L{x + 40} 1140H{x - 4}Z" fill="#0A2450"/>' for x in range(70, 1080, 180)
    )
    deck = (
        '<rect y="1080" width="1080" height="690" fill="#0C2F6B"/>'
        + piers
        + '<rect y="1140" width="1080" height="630" fill="#071836"/>'
        '<rect y="1052" width="1080" height="30" fill="#0A2450"/><rect y="1050" width="1080" height="6" fill="#FFC72C"/>'
    )
    train = _train(0, windows="#FFE29A", count=7, pitch=93, wide=72)
    train = f'<g transform="translate(0,930) scale(1.032,1.13)">{train}</g>'
    ground = '<rect width="1080" height="1770" fill="url(#sky)"/>'
    return _HEAD.format(w=1080, h=1770) + defs + ground + stars + moon + city + lights + hills + deck + train + "</svg>"
