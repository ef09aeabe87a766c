"""Components, and how to write a screen painter.

A screen painter is one module in `kiosk/ui/screens/` with one function `paint(value, kit) -> list[Node]`, entered in
`kiosk/ui/screens/__init__.py` under the kind it paints. It answers only its body: header, stepper, footer, notice and
dialog are added by `kiosk.ui.screens.compose`. It draws nothing itself: it answers nodes in painting order, each with
its parts (`kiosk.ui.parts`), and the engine finds out what changed by comparing them.

    def paint(value: Help, kit: Kit) -> list[Node]:
        card = Area(40, 270, 1000, 200)
        look = kit.skin("card")                                   # colours that belong on that surface
        parts = (
            kit.box(card, "card"),                                 # a surface: fill, edge, radius, shadow by the theme
            kit.icon(100, card.cy, 56, "help", look.accent),       # centre, size, name, colour
            *kit.pair(Area(150, card.y, 860, card.h), value.title, (46, look.ink), (28, look.second)),
        )
        return [Node("title", card, parts, spoken=value.title.main)]

- Canvas 1080 x 1920; the body has y 270 to 1740 (BODY in `chrome`); margins 40. Nothing else is needed to scale it.
- Colours come from `kit.skin(name)` (ink, second, accent, icon of that surface) or `kit.color(token)`; never literal
  ones, except inside drawings (`Picture`) that only themes with `pictures` show or that have their own dark ground.
- Text: `kit.line` (one line), `kit.inline`/`kit.beside` (several on one baseline), `kit.stack`/`kit.pair` (lines under
  each other in an area), all given by the middle of the line. They fit: shrink one step, wrap, ellipsis.
- Keys: `keys.action_key`, `chip`, `chip_row`, `word_cell`, `key_node` for your own look. A key's node has its box as
  first part: that is what sinks and changes colour under a finger.
- Time limits: `timers.live_node(name, area, deadline, parts)`; `parts(seconds_left, share_left)` is called each second.
- Panels and bands: `cards` (info card, notice, meter, journey), `chrome.notice_node`.
- Any drawing is an SVG text in a `Picture(area, svg)`: gradients with userSpaceOnUse or %, no text, no filter, no clip.
- Node ids are unique on a screen and stay the same while the thing is the same.
- See it: `python -m tests.kiosk.ui.shots DIRECTORY [KIND ...]` renders the samples of `tests/kiosk/ui/samples.py`.
"""
