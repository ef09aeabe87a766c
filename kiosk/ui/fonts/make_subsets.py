"""Cut the interface faces out of Noto Sans CJK SC: one file per weight, and the list of characters they cover.

Run by hand when the character list changes, never at run time:
`python kiosk/ui/fonts/make_subsets.py [--stations STATIONS.csv] [--faces DIRECTORY]`.
Source of the faces: the fonts-noto-cjk package (SIL Open Font License 1.1, OFL.txt beside this file). The character
list is charset.txt; with --stations it is made anew, otherwise the committed one is used.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
FACES = {400: "NotoSansCJK-Regular.ttc", 500: "NotoSansCJK-Medium.ttc", 700: "NotoSansCJK-Bold.ttc"}
FAMILY = "Noto Sans CJK SC"
PINYIN = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿĀÁǍÀĒÉĚÈŌÓǑÒ"
SIGNS = "–—‘’“”†•…‰′″※€™←↑→↓↔⇄−×÷≈≠≤≥∞√°±·№℃①②③④⑤⑥⑦⑧⑨⑩■□▲△▶▼▽◀◆◇○◎●★☆✓✕"


def level_one() -> set[str]:
    """Signs (rows 1 to 3) and level-1 hanzi (rows 16 to 55) of GB 2312."""
    rows = [*range(1, 4), *range(16, 56)]
    cells = (bytes((row + 0xA0, cell + 0xA0)) for row in rows for cell in range(1, 95))
    return {char for cell in cells for char in cell.decode("gb2312", "ignore")}


def wanted(stations: Path) -> str:
    """Every character the interface may show, sorted."""
    latin = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x180)) if code != 0xAD}
    return "".join(sorted(latin | set(PINYIN + SIGNS) | level_one() | set(stations.read_text("utf-8")) - {"\n", "\r"}))


def face_of(collection: Path) -> TTFont:
    """The simplified Chinese face of a collection file."""
    for face in TTCollection(str(collection)).fonts:
        if face["name"].getDebugName(16) == FAMILY or str(face["name"].getDebugName(4)).startswith(FAMILY):
            return face
    raise SystemExit(f"{collection}: no face named {FAMILY}")


def cut(face: TTFont, chars: str, target: Path) -> int:
    """Write the subset; returns its size in bytes. Only kerning is kept of the layout features."""
    options = subset.Options(hinting=False, desubroutinize=False, layout_features=["kern"], notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    maker = subset.Subsetter(options)
    maker.populate(text=chars)
    maker.subset(face)
    face.save(str(target))
    return target.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=Path)
    parser.add_argument("--faces", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    chosen = parser.parse_args()
    listing = HERE / "charset.txt"
    if chosen.stations:
        listing.write_text(wanted(chosen.stations) + "\n", "utf-8")
    chars = listing.read_text("utf-8").rstrip("\n")
    for weight, name in FACES.items():
        face = face_of(chosen.faces / name)
        known = face.getBestCmap()
        if chosen.stations:
            chars = "".join(char for char in chars if ord(char) in known)
            listing.write_text(chars + "\n", "utf-8")
        target = HERE / f"sans-{weight}.otf"
        print(f"{target.name}: {len(chars)} characters, {cut(face, chars, target)} bytes")


if __name__ == "__main__":
    main()
