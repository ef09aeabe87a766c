"""Samples of the service screens: log-in, menu, and the acts at the open cabinet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.screen.values import (
    Deadline,
    Figure,
    Key,
    ModuleRow,
    Notice,
    Screen,
    ServiceLogin,
    ServiceMenu,
    ServiceTask,
    SignOff,
    StockRow,
    StripItem,
    TaskStep,
    Words,
)

Talk = Any
Dress = Callable[..., Any]


class Service:
    """Sample makers in one language."""

    def __init__(self, talk: Talk, dress: Dress) -> None:
        self.talk = talk
        self._dress = dress

    def chrome(self, person: Words, *footer: Key, left_ms: int = 281_000) -> Any:
        zh = self.talk.language == "zh"
        machine = Words("维护模式", "Service · Beijing West T07") if zh else Words("Service", "维护模式 · 北京西 T07")
        more: dict[str, object] = {"language_key": Key(), "access_key": Key()} if person.main else {}
        return self._dress(
            self.talk, machine=machine, person=person, footer=footer, ring=Deadline(left_ms, 300_000), **more
        )

    def strip(self) -> tuple[StripItem, ...]:
        talk = self.talk
        return (
            StripItem("door", talk("上门已开", "Door open"), "warn"),
            StripItem("plug", talk("市电正常", "Mains OK"), "ok"),
            StripItem("battery", talk("电池 98%", "UPS ready"), "ok"),
            StripItem("link", talk("车站在线", "Online"), "ok"),
            StripItem("lock", talk("暂停售票", "Sales off"), "off"),
        )

    def digits(self, *extra: Key) -> tuple[Key, ...]:
        return (*(Key(f"digit:{digit}", Words(digit)) for digit in "1234567890"), *extra)

    # --- log-in

    def login(self) -> ServiceLogin:
        talk = self.talk
        footer = (
            Key("back", talk("返回", "Back"), "back"),
            Key(
                "enter",
                talk("登录", "Log in"),
                "check",
                "primary",
                enabled=False,
                why=talk("请输入密码", "Type the PIN"),
            ),
        )
        return ServiceLogin(
            self.chrome(Words(), *footer),
            title=talk("员工登录", "Staff log-in"),
            strip=self.strip(),
            number_label=talk("工号", "Staff number"),
            number="10382",
            pin_label=talk("密码", "PIN"),
            pin_length=4,
            active="pin",
            digits=self.digits(),
            clear=Key("clear", talk("清空", "Clear"), "clear"),
            erase=Key("erase", talk("删除", "Erase"), "erase"),
            message=None,
        )

    def login_wrong(self) -> ServiceLogin:
        talk = self.talk
        said = Notice(talk("工号或密码不对，还可以试 2 次", "Number or PIN is wrong, 2 tries left"), "danger", "warn")
        return replace(self.login(), number="1038", pin_length=0, active="number", message=said)

    # --- menu

    def module(
        self, words: Words, state: Words, level: str, cycles: str, last: Words, fitted: bool = True
    ) -> ModuleRow:
        talk = self.talk
        test = Key(
            f"test:{words.main}",
            talk("测试", "Test"),
            "play",
            enabled=fitted,
            why=Words() if fitted else talk("未安装", "Not fitted"),
        )
        return ModuleRow(words, state, level, cycles, last, test)

    def menu(self) -> ServiceMenu:
        talk = self.talk
        ok, none = talk("正常", "OK"), talk("无", "None")
        cash = talk("需现金员", "Cash staff")
        footer = (
            Key("logout", talk("退出登录", "Log out"), "logout"),
            Key("close", talk("关门并恢复售票", "Close doors, back to service"), "check", "primary"),
        )

        def cassette(face: int) -> Words:
            return talk(f"¥{face} 找零箱", f"¥{face} cassette")

        return ServiceMenu(
            self.chrome(
                talk("王建国 10382", "Wang Jianguo 10382")
                if talk.language == "en"
                else Words("王建国 10382", "维修员 Maintainer"),
                *footer,
            ),
            title=talk("维护模式", "Service"),
            strip=self.strip(),
            heads=(
                talk("模块", "Module"),
                talk("状态", "State"),
                talk("次数", "Cycles"),
                talk("最近错误", "Last"),
                talk("测试", "Test"),
            ),
            modules=(
                self.module(talk("纸币接收", "Note acceptor"), ok, "ok", "48,210", none),
                self.module(
                    talk("纸币找零", "Note dispenser"),
                    talk("¥20 将空", "¥20 low"),
                    "warn",
                    "31,877",
                    talk("10:02 双张", "10:02 double feed"),
                ),
                self.module(
                    talk("磁票打印", "Ticket printer"), ok, "ok", "90,318", talk("昨天 磁写重试", "Rewrite, yesterday")
                ),
                self.module(
                    talk("凭条打印", "Slip printer"),
                    talk("缺纸", "No paper"),
                    "danger",
                    "22,940",
                    talk("14:20 纸尽", "14:20 paper out"),
                ),
                self.module(talk("机柜控制板", "Cabinet board"), ok, "ok", "18,455", none),
                self.module(
                    talk("读卡器", "Card reader"), talk("未安装", "Not fitted"), "off", "–", Words("–"), fitted=False
                ),
                self.module(
                    talk("扫码头", "QR scanner"), talk("未安装", "Not fitted"), "off", "–", Words("–"), fitted=False
                ),
            ),
            stock_title=talk("钱箱与票卷", "Stock"),
            stock_note=talk("金额仅现金员可见", "Values: cash staff only"),
            stock=(
                StockRow(cassette(20), "38", "1,000", 4, "warn"),
                StockRow(cassette(10), "612", "1,000", 61, "ok"),
                StockRow(cassette(5), "704", "1,000", 70, "ok"),
                StockRow(cassette(1), "455", "1,000", 45, "ok"),
                StockRow(talk("收款钞箱", "Note box"), "402", "1,000", 40, "ok"),
                StockRow(talk("磁票卷", "Ticket roll"), "930", "1,500", 62, "ok"),
            ),
            actions=(
                Key("act:roll", talk("换票卷", "Ticket roll"), "roll"),
                Key("act:slip", talk("换凭条纸", "Slip paper"), "printer"),
                Key("act:test", talk("整机自检", "Self-test"), "play"),
                Key("act:logs", talk("日志", "Logs"), "logs"),
                Key("act:box", talk("换钞箱", "Note box"), "box", enabled=False, why=cash),
                Key("act:settle", talk("结账", "Settle"), "cassette", enabled=False, why=cash),
                Key("act:settings", talk("参数", "Settings"), "settings"),
                Key("act:power", talk("关机", "Shut down"), "power"),
            ),
        )

    # --- tasks

    def swap(self) -> ServiceTask:
        talk = self.talk
        footer = (
            Key("differs", talk("数量不符", "Count differs"), "warn", "danger"),
            Key("help", talk("帮助", "Help"), "help"),
            Key(
                "enter",
                talk("确认更换", "Confirm"),
                "lock",
                "primary",
                enabled=False,
                why=talk("等待签认", "Waits for sign-off"),
            ),
        )

        def step(words: tuple[str, str], note: tuple[str, str], state: str) -> TaskStep:
            return TaskStep(talk(*words), talk(*note), state)

        def fact(words: tuple[str, str], text: str) -> Figure:
            return Figure(talk(*words), text, "ok")

        seats = talk("¥20 · 与卡位 2 一致", "¥20 · matches slot 2").main
        return ServiceTask(
            self.chrome(Words("李敏 10517", "现金员 Cash staff"), *footer, left_ms=243_000),
            title=talk("更换 ¥20 找零箱", "Swap the ¥20 cassette"),
            chip=talk("钱箱门已开 02:14", "Safe open 02:14"),
            picture="cassette",
            picture_label="¥20",
            picture_percent=80,
            steps=(
                step(("取出旧箱", "Old cassette out"), ("No. 4471 · 余 38 张", "No. 4471 · 38 left"), "done"),
                step(("放入新箱", "New cassette in"), ("14:33 到位", "14:33 seated"), "done"),
                step(("核对电子标签", "Read electronic tag"), ("匹配", "Match"), "done"),
                step(("点验装入数量", "Confirm loaded count"), ("第 4 步，共 5 步", "Step 4 of 5"), "now"),
                step(("试出 1 张到废钞箱", "Test: 1 note to reject"), ("", ""), "next"),
            ),
            facts=(
                fact(("电子标签", "Tag ID"), "C20-4478-9F3A"),
                fact(("封签", "Seal"), talk("S-0081726 完好", "S-0081726 intact").main),
                fact(("面额", "Value"), seats),
                fact(("装箱", "Packed"), talk("11-21 09:40 金库 B · 2 人", "21 Nov 09:40 vault B · 2 persons").main),
            ),
            figures=(
                Figure(talk("标签应有", "Expected (tag)"), talk("800 张", "800").main, "ink", Words("¥16,000.00")),
                Figure(talk("清单装入", "Loaded (slip)"), talk("800 张", "800").main, "ink", Words("¥16,000.00")),
                Figure(talk("差额", "Difference"), "0", "ok", talk("相符", "Equal")),
            ),
            note=talk(
                "旧箱 4471 应余 38 张 ¥760，已登记为在途，待金库清点",
                "Old cassette 4471: 38 notes, in transit until counted",
            ),
            typed_label=Words(),
            typed="",
            digits=(),
            signoffs=(
                SignOff(talk("李敏 10517", "Li Min 10517"), talk("已签 14:35", "Signed 14:35"), "ok"),
                SignOff(
                    talk("陈志远 10733", "Chen Zhiyuan 10733"), talk("请输入工号和密码", "Number, then PIN"), "tint"
                ),
            ),
            message=None,
            sign_title=talk("双人签认", "Two-person sign-off"),
        )

    def count(self) -> ServiceTask:
        """A count is typed, and does not agree."""
        talk, full = self.talk, self.swap()
        footer = (
            Key("back", talk("返回", "Back"), "back"),
            Key("enter", talk("确认", "Confirm"), "check", "primary"),
        )
        return replace(
            full,
            chrome=replace(full.chrome, footer=footer),
            title=talk("更换收款钞箱", "Swap the note box"),
            picture="box",
            picture_label=talk("收款钞箱", "Note box").main,
            picture_percent=40,
            chip=talk("需要两人", "Two persons"),
            steps=(
                TaskStep(talk("取出或放入，然后清点", "Put in or take out, then count"), Words(), "done"),
                TaskStep(talk("输入数量", "Type the count"), Words(), "now"),
                TaskStep(talk("第二人签认", "Second person signs"), Words(), "next"),
            ),
            facts=(),
            figures=(
                Figure(talk("应有", "Expected"), "402"),
                Figure(talk("清点", "Counted"), "401", "brand"),
                Figure(talk("差额", "Difference"), "−1", "danger", talk("不符", "Differs")),
            ),
            note=talk("在此输入的数量是账面的起点", "What is typed here is where the books begin."),
            typed_label=talk("取出张数", "Pieces taken out"),
            typed="401",
            digits=self.digits(
                Key("clear", talk("清空", "Clear"), "clear"), Key("erase", talk("删除", "Erase"), "erase")
            ),
            signoffs=(
                SignOff(talk("李敏 10517", "Li Min 10517"), talk("已签", "Signed"), "ok"),
                SignOff(talk("第二人", "Second person"), talk("工号和密码", "Number and PIN"), "off"),
            ),
            sign_title=Words(),
        )

    def count_refused(self) -> ServiceTask:
        talk = self.talk
        said = Notice(talk("第二人必须是另一个人", "The second person must be another one"), "danger", "warn")
        return replace(self.count(), message=said, typed="●●●●", typed_label=talk("密码", "PIN"))

    def other(self, picture: str, zh: str, en: str, percent: int) -> ServiceTask:
        """An act without a count of money: one person."""
        talk, full = self.talk, self.count()
        return replace(
            full,
            picture=picture,
            title=talk(zh, en),
            picture_label="",
            picture_percent=percent,
            signoffs=(),
            chip=talk("一人即可", "One person"),
            steps=full.steps[:2],
            figures=full.figures[:2],
            typed="",
        )

    def fault(self) -> ServiceTask:
        talk, full = self.talk, self.count()
        return replace(
            full,
            picture="fault",
            title=talk("排除故障并重新启动", "Clear the fault and restart"),
            picture_label="E21",
            picture_percent=0,
            chip=talk("一人即可", "One person"),
            signoffs=(),
            digits=(),
            figures=(),
            typed="",
            typed_label=Words(),
            steps=(TaskStep(talk("手动排除", "Clear it by hand"), Words(), "now"),),
            facts=(
                Figure(talk("模块", "Module"), talk("纸币接收", "Note acceptor").main),
                Figure(talk("故障", "Fault"), talk("纸币卡在通道", "A note is jammed in the path").main, "danger"),
                Figure(talk("最近", "Last"), "E21 45", "warn"),
                Figure(talk("累计故障", "Failures so far"), "17"),
                Figure(talk("故障间隔次数", "Cycles between failures"), "2,418"),
                Figure(talk("首次识别率", "Notes read at first try"), "97.2 %"),
                Figure(talk("最终识别率", "Notes read in the end"), "99.1 %"),
            ),
            note=talk("故障若仍存在，会立即再次报告。", "A fault that is still there is told again at once."),
        )


MAKERS: dict[str, Callable[[Service], Screen]] = {
    "svc.login": Service.login,
    "svc.login-wrong": Service.login_wrong,
    "svc.menu": Service.menu,
    "svc.task": Service.swap,
    "svc.task-count": Service.count,
    "svc.task-refused": Service.count_refused,
    "svc.task-roll": lambda service: service.other("roll", "装入票卷", "Load a ticket roll", 62),
    "svc.task-bin": lambda service: service.other("bin", "清空废钞箱", "Empty the reject bin", 50),
    "svc.task-fault": Service.fault,
}


def samples_service(talk: Talk, dress: Dress) -> dict[str, Screen]:
    made = Service(talk, dress)
    return {name: make(made) for name, make in MAKERS.items()}
