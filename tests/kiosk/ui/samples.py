"""One realistic value per screen and language: a machine in Beijing West, November 2026. For goldens, lint and eyes."""

from __future__ import annotations

from dataclasses import replace

from kiosk.screen.values import (
    Attract,
    Busy,
    Calendar,
    Chrome,
    ClassCell,
    Day,
    Deadline,
    Dialog,
    Help,
    Home,
    InfoCard,
    Journey,
    Key,
    Month,
    Notice,
    PassengerRow,
    Payment,
    Priced,
    Review,
    ReviewRow,
    Screen,
    Seat,
    SeatChip,
    SeatLetter,
    StationCell,
    StationPicker,
    Step,
    Tile,
    TrainCard,
    TrainNumber,
    Trains,
    Trip,
    Words,
)
from tests.kiosk.ui.samples_foreign import samples_foreign
from tests.kiosk.ui.samples_journey import samples_journey
from tests.kiosk.ui.samples_money import samples_money
from tests.kiosk.ui.samples_payment import samples_payment
from tests.kiosk.ui.samples_pickup import samples_pickup
from tests.kiosk.ui.samples_service import samples_service
from tests.kiosk.ui.samples_standing import samples_standing


class Talk:
    """Words in the order of the language in use."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, zh: str, en: str) -> Words:
        return Words(zh, en) if self.language == "zh" else Words(en, zh)


STEPS = (("行程", "Journey"), ("车次", "Train"), ("席别", "Seat"), ("支付", "Pay"), ("取票", "Collect"))


def steps(talk: Talk, current: int) -> tuple[Step, ...]:
    states = ["done" if i < current else "current" if i == current else "todo" for i in range(5)]
    return tuple(Step(talk(*words), state) for words, state in zip(STEPS, states, strict=True))


def chrome(talk: Talk, **more: object) -> Chrome:
    base = Chrome(
        machine=Words("自动售票机", "Ticket machine · Beijing West T07")
        if talk.language == "zh"
        else Words("Ticket machine", "自动售票机 · 北京西 T07"),
        clock="14:36",
        date=talk("11月21日 周六", "Sat 21 Nov"),
        language=talk.language,
        language_key=Key("language", Words("EN" if talk.language == "zh" else "中"), "globe"),
        access_key=Key("access", talk("无障碍", "Accessibility"), "access"),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def back_home(talk: Talk) -> tuple[Key, ...]:
    return (Key("back", talk("返回", "Back"), "back"), Key("home", talk("首页", "Home"), "home"))


def home(talk: Talk) -> Screen:
    def tile(target: str, zh: str, en: str, icon: str, **more: object) -> Key:
        return Key(target, talk(zh, en), icon, **more)  # type: ignore[arg-type]

    popular = (
        ("上海虹桥", "Shanghai Hongqiao", "¥553"), ("天津", "Tianjin", "¥54.5"), ("南京南", "Nanjing South", "¥443.5"),
        ("济南西", "Jinan West", "¥184.5"), ("石家庄", "Shijiazhuang", "¥128.5"), ("杭州东", "Hangzhou East", "¥626"),
    )  # fmt: skip
    return Home(
        chrome(
            talk,
            footer=(
                Key("refund", talk("退票改签", "Refunds"), "refund"),
                Key("help", talk("帮助", "Help"), "help"),
                Key(
                    "language", Words("English", "英语") if talk.language == "zh" else Words("中文", "Chinese"), "globe"
                ),
            ),
        ),
        question=talk("您要去哪里?", "Where would you like to go?"),
        tiles=(
            Tile(
                tile("destination", "选择到站买票", "Buy by destination", "pin", role="primary"),
                talk(
                    "热门: 上海虹桥 · 天津 · 南京南 · 杭州东 · 广州南",
                    "Popular: Shanghai Hongqiao · Tianjin · Nanjing South",
                ),
            ),
            Tile(tile("number", "按车次", "By train number", "train", role="tile")),
            Tile(tile("map", "线路图", "Route map", "map", role="tile")),
            Tile(tile("departures", "最近车次", "Next departures", "clock", role="tile")),
            Tile(
                tile(
                    "collect",
                    "取票",
                    "Collect tickets",
                    "ticket",
                    role="tile",
                    enabled=False,
                    why=talk("暂未开通", "Not available yet"),
                )
            ),
        ),
        popular_title=talk("热门到站", "Popular"),
        popular=tuple(Priced(Key(f"to:{zh}", talk(zh, en)), price) for zh, en, price in popular),
        payments=(
            Payment("cash", talk("现金", "Cash"), talk("可用", "Ready"), "ok"),
            Payment("card", talk("银行卡", "Bank card"), talk("暂不可用", "Not now"), "off"),
            Payment("qr", talk("手机扫码", "Phone"), talk("暂不可用", "Not now"), "off"),
        ),
        payments_line=talk("可用现金支付", "Pay with cash"),
    )


def route(talk: Talk) -> tuple[Words, Words]:
    return talk("北京西", "Beijing West"), talk("上海虹桥", "Shanghai Hongqiao")


def page_chrome(talk: Talk, current: int, *footer: Key, **more: object) -> Chrome:
    values: dict[str, object] = {"stepper": steps(talk, current), "footer": (*back_home(talk), *footer), "ring": RING}
    return chrome(talk, **(values | more))


def attract(talk: Talk) -> Screen:
    ready = talk("可用", "Ready")
    return Attract(
        chrome(
            talk,
            notice=Notice(
                talk("本机暂时不能找零: 请投入正好的金额", "No change now: please pay the exact amount"),
                "warn",
                "no_change",
                talk("需要找零请用左侧 12 米的 T06", "For change use T06, 12 m to the left"),
            ),
        ),
        headline=talk("买票、取票，都在这里", "Buy or collect your train tickets here"),
        start=Key("start", talk("点按屏幕开始", "Touch to start"), "touch", role="primary"),
        payments_title=talk("可用付款方式", "You can pay with"),
        payments=(
            Payment("cash", talk("现金", "Cash"), talk("不找零", "No change"), "warn"),
            Payment("card", talk("银行卡", "Bank card"), ready, "ok"),
            Payment("qr", talk("手机扫码", "Phone"), talk("暂不可用", "Not now"), "off"),
        ),
        bulletin=talk(
            "公告: 11月24日起实行新列车运行图，请核对车次时刻",
            "New timetable from Mon 24 Nov. Please check your train.",
        ),
        page="1 / 3",
    )


POPULAR = (
    ("上海虹桥", "Shanghai Hongqiao", "¥553"), ("天津", "Tianjin", "¥54.5"), ("南京南", "Nanjing South", "¥443.5"),
    ("济南西", "Jinan West", "¥184.5"), ("石家庄", "Shijiazhuang", "¥128.5"), ("杭州东", "Hangzhou East", "¥626"),
    ("郑州东", "Zhengzhou East", "¥309"), ("西安北", "Xi'an North", "¥515.5"), ("武汉", "Wuhan", "¥520.5"),
)  # fmt: skip


def fromto(talk: Talk) -> Screen:
    origin, destination = route(talk)
    return Trip(
        page_chrome(talk, 0, Key("next", talk("查询车次", "Show trains"), "right", role="primary")),
        title=talk("您的行程", "Your journey"),
        origin=Key("origin", origin, "pin"),
        destination=Key("destination", destination, "pin"),
        swap=Key("swap", talk("换向", "Swap"), "swap", enabled=False, why=talk("本站始发", "From this station")),
        date=Key("date", talk("11月22日 周日", "Sun 22 Nov"), "calendar"),
        origin_label=talk("出发站", "From"),
        destination_label=talk("到站", "To"),
        date_label=talk("出发日期", "Date"),
        popular_title=talk("热门到站", "Popular"),
        popular=tuple(Priced(Key(f"to:{zh}", talk(zh, en)), price) for zh, en, price in POPULAR),
    )


def station(talk: Talk) -> Screen:
    cells = (
        ("上海", "Shanghai", "SH", "最快 4 时 30 分", "4 h 30 min", "muted"),
        ("上海虹桥", "Shanghai Hongqiao", "SHHQ", "最快 4 时 18 分", "4 h 18 min", "muted"),
        ("上海南", "Shanghai South", "SHN", "最快 12 时 05 分", "12 h 5 min", "muted"),
        ("石河子", "Shihezi", "SHZ", "需换乘", "1 change", "warn"),
        ("四会", "Sihui", "SH", "需换乘", "1 change", "warn"),
        ("绥化", "Suihua", "SH", "最快 7 时 52 分", "7 h 52 min", "muted"),
    )
    often = (*POPULAR[1:], ("广州南", "Guangzhou South", ""))
    return StationPicker(
        page_chrome(talk, 0),
        label=talk("到站", "To"),
        typed="SH",
        hint=talk("拼音首字母或全拼", "Pinyin initials or name"),
        cells=tuple(
            StationCell(Key(f"station:{zh}", talk(zh, en), selected=zh == "上海"), tag, talk(a, b), level)
            for zh, en, tag, a, b, level in cells
        ),
        empty=talk("没有匹配的车站", "No station matches"),
        tabs=(
            Key("tab:hot", talk("热门", "Hot")),
            Key("tab:az", talk("拼音", "A–Z"), selected=True),
            Key("tab:province", talk("按省份", "Province")),
            Key("route_map", talk("线路图", "Map")),
        ),
        letters="EUIOASDGHJLZXBN",
        clear=Key("clear", talk("清空", "Clear")),
        erase=Key("erase", talk("删除", "Erase"), "erase"),
        previous=Key("previous", talk("上一页", "Previous"), "up", enabled=False),
        next=Key("more", talk("下一页", "Next"), "down"),
        often_title=talk("最近被选择", "Often chosen here"),
        often=tuple(Key(f"often:{zh}", talk(zh, en)) for zh, en, _ in often[:8]),
    )


def station_empty(talk: Talk) -> Screen:
    full = station(talk)
    assert isinstance(full, StationPicker)
    return replace(full, typed="SHQ", cells=(), letters="", previous=None, next=None)


def train_number(talk: Talk) -> Screen:
    digits = tuple(Key(f"digit:{d}", Words(d), enabled=d in "0135") for d in "1234567890")
    return TrainNumber(
        page_chrome(talk, 0),
        label=talk("车次", "Train number"),
        typed="G1",
        hint=talk("字母和数字", "Letter and digits"),
        letters=tuple(Key(f"kind:{c}", Words(c), selected=c == "G") for c in "GDCZTK"),
        digits=digits,
        clear=Key("clear", talk("清空", "Clear")),
        erase=Key("erase", talk("删除", "Erase"), "erase"),
        date=Key("date", talk("11月22日 周日", "Sun 22 Nov"), "calendar"),
        found=(
            Key("train:G1", talk("G1 07:00 上海虹桥", "G1 07:00 Shanghai Hongqiao")),
            Key("train:G11", talk("G11 08:00 上海虹桥", "G11 08:00 Shanghai Hongqiao")),
            Key("train:G103", talk("G103 07:20 上海虹桥", "G103 07:20 Shanghai Hongqiao")),
        ),
        message=None,
        found_title=talk("匹配的车次", "Trains with this number"),
        empty=talk("先按字母，再按数字", "First the letter, then the digits"),
    )


def train_number_none(talk: Talk) -> Screen:
    full = train_number(talk)
    assert isinstance(full, TrainNumber)
    said = Notice(
        talk("这一天没有 G19 次", "G19 does not run on this day"),
        "warn",
        "warn",
        talk("请改日期或改车次", "Change the date or the number"),
    )
    return replace(full, typed="G19", found=(), message=said)


def calendar(talk: Talk) -> Screen:
    origin, destination = route(talk)
    heads = tuple(
        talk(zh, en) for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
    )
    words = {
        "past": talk("已过", "Past"), "today": talk("今天", "Today"), "chosen": talk("已选", "Chosen"),
        "open": talk("在售", "On sale"), "last": talk("最后一天", "Last day"),
    }  # fmt: skip

    def day(month: int, number: int, state: str) -> Day:
        on = state in ("today", "chosen", "open", "last")
        first = number + 16
        when = (f"11/{first}", f"{first} Nov") if first <= 30 else (f"12/{first - 30}", f"{first - 30} Dec")
        said = words.get(state) or talk(f"{when[0]} 起售", f"from {when[1]}")
        return Day(Key(f"date:2026-{month:02d}-{number:02d}" if on else "", said, enabled=on), str(number), state)

    blank = Day(Key(enabled=False), "", "blank")
    states = ["past"] * 5 + ["today", "chosen"] + ["open"] * 8
    november = [day(11, 16 + i, state) for i, state in enumerate(states)] + [blank] * 6
    december = [blank] + [day(12, 1 + i, "last" if i == 4 else "open" if i < 4 else "later") for i in range(20)]
    weeks = tuple(tuple(november[i : i + 7]) for i in (0, 7, 14))
    later = tuple(tuple(december[i : i + 7]) for i in (0, 7, 14))
    quick = (
        ("今天", "Today", "11月21日 周六", "Sat 21 Nov"),
        ("明天", "Tomorrow", "11月22日 周日", "Sun 22 Nov"),
        ("后天", "Day after", "11月23日 周一", "Mon 23 Nov"),
    )
    return Calendar(
        page_chrome(talk, 0),
        origin=origin,
        destination=destination,
        on_sale=talk("在售 15 天", "15 days on sale"),
        title=talk("请选择出发日期", "Choose the travel date"),
        quick=tuple(Key(f"day:{i}", talk(zh, en), why=talk(d, e)) for i, (zh, en, d, e) in enumerate(quick)),
        months=(
            Month(talk("2026年11月", "November"), heads, weeks),
            Month(talk("2026年12月", "December"), heads, later),
        ),
        note=talk(
            "灰色日期尚未开售，日期下方是起售日", "Grey dates are not on sale yet; the on-sale day is shown under them"
        ),
        tip=talk("点日期，直接看车次", "Tap a date to see trains"),
    )


def train_cards(talk: Talk) -> tuple[TrainCard, ...]:
    origin, destination = route(talk)
    names = {
        "2": talk("二等座", "2nd"), "1": talk("一等座", "1st"), "b": talk("商务座", "Business"),
        "h": talk("硬座", "Hard seat"), "y": talk("硬卧", "Hard sleeper"), "r": talk("软卧", "Soft sleeper"),
        "w": talk("无座", "Standing"),
    }  # fmt: skip

    def seat(name: str, price: str, left: int) -> SeatChip:
        if left < 0:
            return SeatChip(names[name], price, talk("有票", "Yes"), "ok")
        return SeatChip(
            names[name],
            price,
            talk("无", "None") if not left else talk(f"余 {left}", f"{left} left"),
            "few" if left else "none",
        )

    def card(
        number: str,
        family: str,
        times: tuple[str, str, str, str],
        price: str,
        seats: tuple[SeatChip, ...],
        **more: object,
    ) -> TrainCard:
        values: dict[str, object] = {"badge": Words(), "state": "open", "state_words": Words(), "day_offset": Words()}
        values |= more
        return TrainCard(
            key=Key(f"train:{number}", Words(number), enabled=values["state"] == "open", why=talk("已售完", "Sold out")),
            number=number, family=family, depart=times[0], arrive=times[1], origin=origin, destination=destination,
            duration=talk(times[2], times[3]), price=price, price_note=talk("起", "from"), seats=seats,
            **values,  # type: ignore[arg-type]
        )  # fmt: skip

    return (
        card(
            "G1",
            "G",
            ("07:00", "11:29", "4时29分", "4 h 29 min"),
            "¥553",
            (seat("2", "¥553", -1), seat("1", "¥933", 12), seat("b", "¥1,748", 3)),
            badge=talk("复兴号", "Fuxing"),
        ),
        card(
            "G103",
            "G",
            ("07:20", "12:58", "5时38分", "5 h 38 min"),
            "¥553",
            (seat("2", "¥553", -1), seat("1", "¥933", -1), seat("b", "¥1,748", 0)),
        ),
        card(
            "G5",
            "G",
            ("08:00", "12:32", "4时32分", "4 h 32 min"),
            "¥553",
            (seat("2", "¥553", 0), seat("1", "¥933", 0), seat("b", "¥1,748", 0)),
            state="sold_out",
            state_words=talk("已售完", "Sold out"),
        ),
        card(
            "D717",
            "D",
            ("20:02", "07:24", "11时22分", "11 h 22 min"),
            "¥388",
            (seat("2", "¥388", 8), seat("r", "¥738", 2)),
            day_offset=talk("+1 天", "+1 day"),
            badge=talk("夜间", "Night"),
        ),
        card(
            "K1109",
            "other",
            ("06:28", "02:24", "19时56分", "19 h 56 min"),
            "¥156.5",
            (seat("h", "¥156.5", -1), seat("w", "¥156.5", -1), seat("y", "¥283.5", -1), seat("r", "¥455.5", 0)),
            day_offset=talk("+1 天", "+1 day"),
        ),
    )


def trains(talk: Talk) -> Screen:
    origin, destination = route(talk)
    pages = (
        Key("previous", talk("上一页", "Prev"), "up", enabled=False, why=talk("已是第一页", "First page")),
        Key("more", talk("下一页", "Next"), "down"),
    )
    return Trains(
        page_chrome(talk, 1, *pages),
        origin=origin,
        destination=destination,
        date=Key("date", talk("11月22日 周日", "Sun 22 Nov"), "calendar"),
        filters=(
            Key("filter:all", talk("全部", "All"), selected=True),
            Key("filter:G", talk("高铁 G", "G trains")),
            Key("filter:D", talk("动车 D", "D trains")),
            Key("filter:K", talk("普速 KZT", "K Z T trains")),
            Key("filter:free", talk("只看有票", "Available")),
            Key("departs", talk("全天", "Any time")),
            Key("sort:early", talk("最早出发", "Earliest"), "sort"),
        ),
        state="list",
        message=Words(),
        cards=train_cards(talk),
        page=talk("第 1 / 6 页 · 28 车次", "Page 1 of 6 · 28 trains"),
    )


def trains_state(talk: Talk, state: str, message: Words) -> Screen:
    full = trains(talk)
    assert isinstance(full, Trains)
    return replace(full, state=state, message=message, cards=(), page=Words())


def trains_loading(talk: Talk) -> Screen:
    return trains_state(talk, "loading", talk("正在查询车次", "Looking up trains"))


def trains_none(talk: Talk) -> Screen:
    return trains_state(talk, "none", talk("这一天没有符合条件的车次", "No train matches on this day"))


def journey(talk: Talk) -> Journey:
    origin, destination = route(talk)
    return Journey(
        "G1", "G", talk("11月22日 周日", "Sun 22 Nov"), "07:00", "11:29", origin, destination,
        talk("4时29分", "4 h 29 min"), talk("二等座", "2nd class"), talk("复兴号", "Fuxing"),
    )  # fmt: skip


def seat(talk: Talk) -> Screen:
    def row(icon: str, zh: str, en: str, rule: Words, price: str, count: int) -> PassengerRow:
        minus = Key(f"minus:{icon}", talk("减少", "Fewer"), enabled=count > 0)
        return PassengerRow(icon, talk(zh, en), rule, price, count, minus, Key(f"plus:{icon}", talk("增加", "More")))

    hold = Key("hold", talk("锁定座位", "Hold these seats"), "right", role="primary")
    return Seat(
        page_chrome(talk, 2, hold, ring=Deadline(74_000, 90_000)),
        journey=journey(talk),
        class_title=talk("席别", "Class"),
        classes=(
            ClassCell(
                Key("class:O", talk("二等座", "2nd class"), selected=True), "¥553", talk("有票", "Available"), "ok"
            ),
            ClassCell(Key("class:M", talk("一等座", "1st class")), "¥933", talk("余 12", "12 left"), "few"),
            ClassCell(Key("class:9", talk("商务座", "Business")), "¥1,748", talk("余 3", "3 left"), "few"),
        ),
        passengers_title=talk("乘客", "Passengers"),
        limit=talk("每单最多 5 张，还可加 2 张", "Max 5 per order, 2 more"),
        passengers=(
            row("adult", "成人", "Adult", talk("全价", "Full fare"), "¥553.00", 1),
            row("child", "儿童", "Child", talk("6–14 岁半价", "Age 6–14, half fare"), "¥276.50", 2),
            row("student", "学生", "Student", talk("凭学生证七五折", "25% off with card"), "¥415.00", 0),
            row("soldier", "残疾军人", "Disabled veteran", talk("凭证半价", "half fare"), "¥276.50", 0),
        ),
        wish_title=talk("选座意愿", "Seat wish"),
        wish_note=talk("尽量满足，以锁定结果为准", "Best effort"),
        wishes=(
            Key("wish:together", talk("坐在一起", "Together"), "check", selected=True),
            Key("wish:window", talk("靠窗优先", "Window"), "window"),
            Key("wish:aisle", talk("靠过道优先", "Aisle"), "aisle"),
        ),
        sum_words=talk("成人 1 × ¥553.00 + 儿童 2 × ¥276.50", "1 adult + 2 children, 2nd class"),
        sum_note=talk("含儿童优惠 ¥553.00", "Child saving included"),
        total_label=talk("合计 3 张", "Total"),
        total="¥1,106.00",
    )


def review(talk: Talk) -> Screen:
    def row(icon: str, words: Words, place: str, position: Words, price: str, fare: Words) -> ReviewRow:
        return ReviewRow(icon, words, place, position, price, fare)

    child, half = talk("儿童", "Child 6–14"), talk("半价", "Half fare")
    footer = (
        Key("change", talk("修改", "Change"), "back"),
        Key("cancel", talk("取消订单", "Cancel order"), "cross", role="danger"),
        Key("pay", talk("同意并付款 ¥1,106.00", "Pay ¥1,106.00"), "right", role="primary"),
    )
    window, aisle = talk("窗", "Win"), talk("过道", "Aisle")
    return Review(
        chrome(talk, stepper=steps(talk, 3), footer=footer),
        title=talk("请核对订单", "Check your order"),
        journey=journey(talk),
        lock_words=talk("座位已为您锁定", "Seats held for you"),
        lock=Deadline(272_000, 300_000),
        coach=talk("05 车", "Coach 5"),
        row=(
            SeatLetter("", "window", window), SeatLetter("A", "chosen"), SeatLetter("B", "chosen"), SeatLetter("C", "chosen"),
            SeatLetter("", "aisle", aisle), SeatLetter("D", "free"), SeatLetter("F", "free"), SeatLetter("", "window", window),
        ),
        rows=(
            row("adult", talk("成人", "Adult"), "12A", talk("靠窗", "Window"), "¥553.00", talk("全价", "Full fare")),
            row("child", child, "12B", talk("中间", "Middle"), "¥276.50", half),
            row("child", child, "12C", talk("过道", "Aisle"), "¥276.50", half),
        ),
        total_label=talk("合计 3 张", "Total, 3 tickets"),
        total="¥1,106.00",
        refund_title=talk("退票与改签", "What can be refunded"),
        refunds=(
            InfoCard("check", "ok", talk("付款前", "Before you pay"),
                talk("取消不收费", "Cancel free"), talk("座位释放", "Seat freed")),
            InfoCard("refund", "warn", talk("发车前", "Before departure"),
                talk("退 ¥884.50", "Refund ¥884.50"), talk("手续费 20%", "Fee")),
            InfoCard("cross", "danger", talk("发车后", "After departure"),
                talk("不能退票", "No refund"), talk("当日可改签", "Rebook")),
        ),
        consent=talk(
            "点“同意并付款”，即表示您已核对行程并同意购票须知与退改规则。", "By paying you accept the ticket and refund rules."),
    )  # fmt: skip


def review_five(talk: Talk) -> Screen:
    full = review(talk)
    assert isinstance(full, Review)
    said = Notice(
        talk("价格已变: 原 ¥1,106.00，现 ¥1,659.00", "The price changed: was ¥1,106.00, now ¥1,659.00"), "warn", "warn"
    )
    return replace(full, rows=(*full.rows, full.rows[0], full.rows[1]), changed=said, lock=Deadline(48_000, 300_000))


def busy(talk: Talk) -> Screen:
    return Busy(
        chrome(talk, stepper=steps(talk, 3)),
        words=talk("正在为您锁定座位", "Holding your seats"),
        more=talk("最多需要 20 秒，请不要离开", "This takes 20 seconds at most. Please stay."),
        limit=Deadline(14_000, 20_000),
    )


def help_(talk: Talk) -> Screen:
    return Help(
        page_chrome(talk, 0, stepper=()),
        title=talk("怎样购票", "How to buy"),
        cards=(
            InfoCard(
                "pin",
                "tint",
                talk("1 选择到站和日期", "1 Choose where and when"),
                talk("点按车站，再点日期", "Tap a station, then a date"),
            ),
            InfoCard(
                "train",
                "tint",
                talk("2 选择车次和席别", "2 Choose train and class"),
                talk("绿色有票，黄色余票不多", "Green is available, yellow is nearly full"),
            ),
            InfoCard(
                "cash",
                "tint",
                talk("3 投入纸币", "3 Insert notes"),
                talk("机器找零，付款前可随时取消", "Change is given; cancel free until you have paid"),
            ),
            InfoCard(
                "ticket",
                "tint",
                talk("4 取走车票和找零", "4 Take tickets and change"),
                talk("离开前请核对", "Please check before you leave"),
            ),
        ),
        call=Notice(
            talk("需要帮助? 工作人员在 1 号窗口", "Need help? Staff are at window 1"),
            "info",
            "bell",
            talk("服务电话 12306", "Help line 12306"),
        ),
    )


def more_time(talk: Talk) -> Screen:
    dialog = Dialog(
        talk("需要更多时间吗?", "More time?"),
        talk("15 秒后将返回首页", "Back to the start in 15 seconds"),
        (Key("end", talk("结束", "End")), Key("more-time", talk("继续", "Continue"), role="primary")),
        Deadline(15_000, 15_000),
        "hourglass",
    )
    full = seat(talk)
    return replace(full, chrome=replace(full.chrome, dialog=dialog, ring=Deadline(18_000, 90_000)))


def no_ticket(talk: Talk) -> Screen:
    notice = Notice(
        talk("该席别刚刚售完", "This class has just sold out"),
        "warn",
        "warn",
        talk("请选择其他席别", "Please choose another class"),
    )
    full = trains(talk)
    return replace(full, chrome=replace(full.chrome, notice=notice))


RING = Deadline(90_000, 90_000)
MAKERS = {
    "attract": attract,
    "home": home,
    "search.fromto": fromto,
    "station": station,
    "station-empty": station_empty,
    "search.train": train_number,
    "search.train-none": train_number_none,
    "date": calendar,
    "trains": trains,
    "trains-loading": trains_loading,
    "trains-none": trains_none,
    "trains-notice": no_ticket,
    "seat": seat,
    "seat-dialog": more_time,
    "review": review,
    "review-changed": review_five,
    "busy": busy,
    "help": help_,
}


def samples(language: str) -> dict[str, Screen]:
    """By name; most names are the kind of the screen, a variant adds `-something`."""
    talk = Talk(language)
    made = {name: make(talk) for name, make in MAKERS.items()}
    more = samples_journey(language) | samples_foreign(language) | samples_payment(language) | samples_pickup(language)
    more |= samples_standing(language)
    return made | samples_money(talk, chrome, steps) | samples_service(talk, chrome) | more
