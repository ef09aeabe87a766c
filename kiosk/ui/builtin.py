"""Screens that need no controller: shown when it is silent. The only words the screen process owns. Source: decision 30."""

from __future__ import annotations

from dataclasses import replace

from kiosk.screen.values import Busy, Chrome, Notice, OutOfService, Screen, Words

NOBODY = Chrome(machine=Words("自动售票机", "Ticket machine"))


def _quiet(chrome: Chrome) -> Chrome:
    """The last chrome without anything that could be touched or counted down."""
    return replace(
        chrome,
        clock="",
        date=Words(),
        language_key=NOBODY.language_key,
        access_key=NOBODY.access_key,
        stepper=(),
        footer=(),
        ring=None,
        dialog=None,
        notice=None,
        voice="",
        person=Words(),
    )


def _words(chrome: Chrome, chinese: str, english: str) -> Words:
    return Words(english, chinese) if chrome.language == "en" else Words(chinese, english)


def one_moment(chrome: Chrome) -> Screen:
    """The first seconds without a controller."""
    return Busy(
        _quiet(chrome),
        words=_words(chrome, "请稍候", "One moment, please"),
        more=_words(chrome, "已投入的钱不会丢失", "Money already inserted is not lost"),
    )


def out_of_service(chrome: Chrome) -> Screen:
    """When the controller stays away."""
    return OutOfService(
        _quiet(chrome),
        reason="fault",
        chip=_words(chrome, "暂停服务", "Out of service"),
        headline=_words(chrome, "本机暂停服务", "This machine is out of service"),
        detail=_words(chrome, "正在重新启动，请使用其他售票机", "It is restarting. Please use another machine."),
        back_at=Words(),
        assurance=Notice(
            _words(chrome, "已投入的钱都有记录，会退给您", "Money already inserted is on record and will be returned"),
            "ok",
            "shield",
        ),
        elsewhere_title=Words(),
        elsewhere=(),
        told=_words(chrome, "如有现金在机内，请联系工作人员", "If your money is inside, please ask the staff"),
        facts=(),
    )
