"""Persons who do not exist, and the pieces of plastic they lay on a reader.

Names are words for a test. Area codes begin with 19: no province has that number, so no document can have theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.devices.samv.card import LONG_TERM, Card, Chip, Person, Resident, check_digit, issued

AREA = "190001"
ISSUER = "样本市公安局测试分局"


def number(born: str, order: str) -> str:
    """18 characters that belong to nobody; `order` is 3 digits, odd for a man."""
    digits = AREA + born + order
    return digits + check_digit(digits)


def person(
    name: str,
    sex: str,
    born: str,
    order: str,
    *,
    ethnic: str = "01",
    valid: tuple[str, str] = ("20180601", "20380601"),
    spoilt: bool = False,
) -> Person:
    """`spoilt`: the last character of the number is a wrong one."""
    own = number(born, order)
    if spoilt:
        own = own[:-1] + ("0" if own[-1] != "0" else "1")
    return Person(name, sex, ethnic, born, "样本省测试市虚构区不存在路1号", own, ISSUER, *valid)


CARDS: Mapping[str, Card] = {
    "woman": issued(person("张测试", "2", "19850412", "002"), fingers=True),
    "man": issued(person("李样本", "1", "19721130", "017"), new_address="样本省测试市新址街道2号"),
    "child": issued(person("王范例", "1", "20190908", "005", valid=("20230101", "20280101"))),
    "elder": issued(person("赵虚构", "2", "19480101", "004", valid=("20100301", LONG_TERM))),
    "long_name": issued(person("阿样本·测试·试范例尔·虚构提", "1", "19900228", "003", ethnic="05")),
    "rare_name": issued(person("\U00020bb7\ue863样", "2", "19931224", "006")),
    "ends_in_x": issued(person("钱校验", "1", "19960101", "019")),
    "expired": issued(person("孙过期", "1", "19800101", "007", valid=("20050101", "20150101"))),
    "not_yet_valid": issued(person("周未来", "2", "19990909", "008", valid=("20990101", "21090101"))),
    "wrong_digit": issued(person("吴错号", "1", "19880808", "009", spoilt=True)),
    "resident": issued(
        Resident(
            "SAMPLE, ALEX TEST", "1", "XXX190085041207", "XXX", "样本", "20200101", "20300101", "19850412", "01", "1900"
        )
    ),
    "bank_card": Card(chip=Chip.SILENT),
    "other_chip": Card(chip=Chip.OTHER),
}
"""Name -> card. Those before `resident` are identity cards of citizens."""
