// The fault switches in Chinese, by device and name; the English sentence comes from the twin itself (/api/faults).
const LINK = {
  silence_before: "指令丢失，什么也没做", silence_after: "指令已执行，应答丢失", late_reply: "应答迟到", duplicate_reply: "应答重复",
  reply_to_previous: "答的是上一条指令", bit_flip: "应答错一位", cut_frame: "应答缺后半", noise: "应答前有杂字节", reset_by_itself: "装置自行重启",
};

// A Bill-to-Bill unit is the acceptor too.
const UNIT = {
  jam_in_dispenser_next: "下一张卡在出钞途中", jam_after_presenting_next: "取走后报卡", note_left_in_path_next: "下一叠留一张在道内", short_dispense_next: "下一叠少一张", double_pick_next: "下一次双张出钞",
  count_wrong_next: "下一张被数两次", taken_partly_next: "乘客留下一张不取", retract_off: "不取也不收回", chassis_failed: "传动故障", recovery_lost: "断电后忘记中断的动作", packing_told_by_81_too: "断电入箱报两次",
  cassette_1_removed: "1 号循环箱不在位", cassette_2_removed: "2 号循环箱不在位", cassette_3_removed: "3 号循环箱不在位", answer_after_11_ms: "应答晚到 11 毫秒", answer_after_300_ms: "应答晚到 300 毫秒",
  reject_insertion_next: "拒收下一张：插入", reject_magnetic_next: "拒收下一张：磁性", reject_left_in_head_next: "拒收下一张：留在头内", reject_compensation_next: "拒收下一张：补偿", reject_conveying_next: "拒收下一张：传送",
  reject_optic_next: "拒收下一张：光学", reject_capacitance_next: "拒收下一张：电容", reject_operation_next: "拒收下一张：操作", reject_length_next: "拒收下一张：长度", reject_uv_next: "拒收下一张：紫外",
};

const WORDS = {
  terminal: {
    host_down: "连不上银行", host_silent: "银行照做但不应答", host_answer_lost_next: "下一次银行应答丢失", host_request_lost_next: "下一次请求丢在路上", host_slow: "银行慢 20 秒", declined_next: "下一笔银行拒绝",
    reversal_refused_next: "下一次拒绝退回", end_of_day_unfinished_next: "下一次日结没有结束", batch_full: "批次已满，须先日结", card_unreadable_next: "下一张卡读不出", reader_broken: "终端的读卡口坏了", step_lost_next: "下一条提示丢失",
    acknowledgement_lost_next: "下一条指令的应答丢失", result_lost_next: "下一个结果丢失", completion_lost_next: "下一个结束丢失", abort_lost_next: "下一个中止丢失", link_cut_after_issue_next: "下一次出票后断线 30 秒",
    hangs_up_next: "下一条指令时挂断", duplicate_result_next: "下一个结果来两次", stale_result_next: "先说上一笔的结果", wrong_amount_next: "下一个结果多一元", wrong_currency_next: "下一个结果是欧元", no_amount_next: "下一个结果没有金额",
    no_receipt_next: "下一个结果没有凭证号", result_without_payment_next: "被拒后仍说成功", repeats_ignored: "不肯等出票", pan_unmasked: "卡号不遮", garbage_next: "下一条前有杂字节", unknown_message_next: "下一条前有不认识的消息",
    long_length_next: "下一条长度不实", another_currency: "终端按欧元设置", another_device: "接的是别的装置", wrong_baud: "波特率不同", power_cut_card_in_next: "插卡时断电", power_cut_pin_typed_next: "输完密码时断电",
    power_cut_host_asked_next: "问银行前断电", power_cut_host_booked_next: "银行入账后断电", power_cut_result_next: "报结果前断电", power_cut_waiting_for_goods_next: "等出票时断电",
    power_cut_issue_heard_next: "听到出票时断电", power_cut_kept_next: "记成后断电", power_cut_reversing_next: "退回前断电", power_cut_reversed_next: "退回后断电",
  },
  card_reader: {
    ack_lost_next: "下一次确认丢失", ack_garbled_next: "下一次确认乱码", nak_next: "下一条指令被否", enq_lost_next: "下一次询问丢失", eot_lost_next: "下一次取消丢失", split_reply: "应答分两次到", wrong_rate: "速率不对", wrong_version: "型号不对",
    motor_dead: "走卡电机不转", jam_drawn_in: "吸卡卡住", jam_ejected: "退卡卡住", jam_captured: "收卡卡住", rollers_slip_next: "下一次说走了却没走", bin_full: "收卡箱满", gate_stuck_shut: "卡口打不开", gate_stuck_open: "卡口关不上",
    foreign_object: "卡口有异物", front_sensor_stuck: "卡口传感器总报有卡", rear_sensor_stuck: "后端传感器总报有卡", middle_sensor_blind: "中间传感器失灵", chip_dirty: "芯片触点脏", chip_falls_silent_next: "芯片下一条不答", chip_supply_dead: "芯片供电失败", sam_dead: "SAM 卡座失灵",
    supply_out_of_range: "供电超限", main_supply_off: "主供电断，靠备用", head_dirty: "磁头脏", stripe_no_start: "磁条无起始符", stripe_no_end: "磁条无结束符", stripe_parity: "磁条奇偶错", stripe_lrc: "磁条校验错", stripe_blank: "磁条被抹掉",
  },
  pin_pad: {
    opened: "有人拆键盘，密钥自毁", removed: "键盘被拆下", battery_low: "密钥电池不足", battery_dead: "密钥电池没电", imk_lost_next: "初始主密钥丢失", tmk_lost_next: "终端主密钥丢失", work_keys_lost_next: "工作密钥丢失", check_value_refused_next: "下一把密钥校验值被拒",
    another_check_value_next: "下一把密钥存坏", memory_fault_next: "下一条指令存储故障", other_error_next: "下一条指令不明错误", key_stuck: "按键卡住连发", enter_dead: "确认键失灵", plain_digits: "被改装：密码明文外泄", short_pin_next: "下一次短密码也收", time_out_at_once_next: "下一次一开就超时",
    no_time_out_byte: "超时不通知", restart_in_entry_next: "输密码时重启", pin_length_lies_next: "下一次位数报错", short_block_next: "下一次密文少一字节", key_before_reply_next: "应答前先来一个星号", split_reply: "应答分两次到", bad_check_next: "下一次应答校验错", wrong_baud: "速率不对",
  },
  bank: {
    down: "银行挂断", silent: "收到不理", late_request: "请求在路上被拖住", slow: "应答慢", late_approval: "机器放弃后才答应", answer_lost: "办了，应答丢失", cut: "应答断在半途", split: "应答一字节一字节来", doubled: "应答来两遍",
    wrong_mac: "应答签名不对", wrong_amount: "应答金额不对", wrong_trace: "应答流水不对", wrong_terminal: "应答终端不对", wrong_arpc: "发卡行密文不对", script: "带发卡行脚本", key_change: "密钥作废，要重签到", decline: "一律拒付", batch_full: "批次已满",
  },
  provider: {
    refusing: "一律拒绝服务", silent: "收到不理", slow: "办了，应答慢", held: "请求在路上被拖住", answer_lost: "办了，应答丢失", restarted: "正好重启，请求丢失", late_payment: "付款很晚才入账", paid_twice: "手机付款到两次",
    wrong_amount: "应答金额不对", wrong_order: "应答订单不对", wrong_signature: "应答签名不对", unknown_first: "先答不知道", refund_refused: "拒绝退款", clock_skew: "平台时钟快一小时",
  },
  ups: {
    dip_300_ms_next: "断电 0.3 秒", dip_1_s_next: "断电 1 秒", dip_10_s_next: "断电 10 秒", flicker: "市电每秒闪断", sag: "市电降到 180 伏", surge: "市电升到 260 伏", frequency_off: "市电只有 46 赫兹", battery_lies: "电池假报满电", low_at_once: "一断电就报电低",
    mains_back_during_shutdown_next: "关机途中来电", shutdown_ignored: "不执行关机", cancel_ignored: "不接受取消", no_return: "来电后不恢复输出", output_lost_next: "输出中断十秒", ups_failed: "报自身故障", bypass: "报旁路",
    silent: "不应答", no_echo: "不回显未知指令", comma_for_point: "小数点写成逗号", letter_for_bit_next: "下一个状态位是字母",
  },
  acceptor: {
    ...UNIT,
    jam_in_path_next: "下一张卡在暂存前", jam_in_stacker_next: "下一张卡在入箱途中", withdrawn_on_string_next: "下一张被线拉回", reject_next: "拒收下一张", reject_all: "每张都拒收",
    unknown_type_next: "下一张报未知面额", return_not_taken: "乘客不取退回的纸币", stacked_without_event_next: "下一张入箱但不报", event_without_note_next: "没有纸币却报入箱",
    second_note_next: "暂存时又塞一张", cheat_next: "识别时报作弊", box_full: "报钱箱满", box_removed: "钱箱不在位", stack_motor_failed: "入箱电机不转", no_counter: "旧固件无计数器",
    counter_wrap_next: "计数器将回零", unlatched: "事件只报一次", lost_ack: "主机的确认丢失", busy_next: "下一次轮询答忙", nak_next: "下一条指令被否", illegal_next: "下一条指令不合法",
  },
  dispenser: {
    short_pick_next: "下一次取钞失败", double_pick_next: "下一次双张入废钞", double_pick_passed_next: "下一次双张出钞", low_sensor_blind: "少钞传感器失灵", near_end_mode: "将空的箱不付",
    reject_next: "下一张入废钞", reject_all: "每张都入废钞", reject_full: "废钞箱满", reject_ejected_next: "废钞从出口出来", reject_tray_missing: "废钞箱不在位", note_left_at_exit_next: "下一张停在出口",
    jam_chk_dvt_next: "下一张卡在分流前", jam_dvt_ejt_next: "下一张卡在分流后", jam_ejt_exit_next: "下一张卡在出口前", jam_after_last_next: "出完后报卡", purge_fails: "清道失败",
    wrong_cassette_next: "下一张从别的箱出", cassettes_swapped: "1、2 号箱装反", last_result_lost: "断电后忘记上次结果", sensor_dirty: "传感器被遮", solenoid_failed: "分流器不动", motor_failed: "电机不转",
    answer_after_59_s_next: "下一次 59 秒后才出", nak_next: "下一条指令被否", ack_lost_next: "下一次确认丢失", ack_late_next: "下一次确认晚一秒", response_lost_next: "下一次结果丢失", eot_missing_next: "下一次缺结束符",
    counter_wrap_next: "交易号跳到最大",
  },
  code_scanner: {
    blind: "扫码窗脏或灯坏", stuck_trigger: "扳机卡住一直读", misread_next: "下一个码错一位", code_cut_off_next: "下一个码只来一半", code_twice_next: "下一个码来两次", code_by_itself_next: "上一个码自己又来", lost_bytes_next: "下一个码缺三字节",
    overlong_next: "下一个码带六百字杂物", wrong_suffix: "码以换行结尾", no_suffix_next: "下一个码没有结尾", split_code: "码分两次到", slow_codes: "码都迟到", settings_lost_next: "下次启动忘记设定", settings_refused: "不肯改设定",
    wrong_baud: "速率不对", another_device: "接的是别的装置",
  },
  id_reader: {
    sam_failed: "安全模块自检失败", sam_no_key: "安全模块没有密钥", sam_logged_out: "安全模块未登录", hangs_next: "下一条指令死机", field_dead: "天线坏，找不到证", ghost_card: "没证却说有", weak_field: "证放在边上，读不出",
    card_gone_before_select_next: "选卡前拿走", card_gone_in_read_next: "读时拿走", select_failed_next: "下一次选卡失败", card_refuses_next: "证不肯认证", module_refused_next: "证不信模块", read_failed_next: "下一次读失败",
    verification_failed_next: "下一次验签失败", wrong_text_length_next: "下一次文字长度不对", short_text_next: "下一次文字缺两字节", wrong_check_next: "下一次校验错", lost_bytes_next: "下一次缺三字节", truncated_read_next: "下一次读到一半",
    split_answer: "应答分两次到", slow_answers: "应答都迟到", wrong_baud: "速率不对", another_device: "接的是别的装置",
  },
  hopper: {
    bridge: "硬币架空不落", empty_next: "下一次出着出着没币", jam_next: "下一枚卡盘", jam_cleared_next: "下一枚卡盘后自解", motor_stalled: "电机堵转", motor_dead: "电机不转", sensor_misses_next: "下一枚落下未计",
    sticks_in_exit_next: "下一枚卡在出口", exit_blocked_next: "下一枚后出口被挡", exit_blocked: "出口传感器被挡", light_paying_next: "出币时有光照入", light_idle: "待机时有光照入", late_coin_next: "结束后又落一枚", overrun_next: "多落一枚",
    resets_mid_payout_next: "出币中自行重启", resets_keeping_counter_next: "出币中重启但计数还在", cut_uncounted_next: "断电时落下未计", memory_torn_next: "断电写坏记忆", count_back_next: "断电后总数少十", supply_bounces_next: "断电两次",
    counter_wrap_next: "事件计数跳到最大", low_sensor_blind: "低位传感器失灵", level_illegal: "两个液位都不对", swapped: "换了另一个硬币箱", busy_next: "下一次答忙", slow_reply: "应答都慢", bytes_swapped_next: "应答里两字节对调",
    echo_missing: "听不到自己的字节", echo_cut_next: "只听到一半自己的字节", echo_wrong_next: "自己的字节听错一个", line_held: "总线被拉低",
  },
  ticket_unit: {
    paper_out: "无票纸", paper_out_loading: "有纸却送不出", paper_out_encoding: "写磁时纸尽", paper_out_printing: "打印时纸尽", jam_loading: "进票口卡住", jam: "打印时卡票", jam_ejecting: "出票时卡票",
    cutter_4: "切刀不动", cutter_5: "切刀停在半途", cutter_6: "切刀不归位", verify_fail: "每张校验失败", verify_fail_1st: "第一张校验失败", verify_fail_2nd: "第二张校验失败", verify_fail_3rd: "第三张校验失败",
    verify_fail_once: "每张第一次校验失败", verify_fail_track2: "第二磁道写不上", unreadable: "磁条读不出", blank_number_jump: "一次抽两张", head_hot: "打印头过热", cover_open: "打印头抬起", critical: "装置严重故障",
    ack_without_ticket: "票掉在托盘外", reset_mid_ticket: "打印时自行重启", slow_4900: "每张 4.9 秒", slow_5100: "每张 5.1 秒", slow_16000: "每张 16 秒", battery_flat: "记忆电池没电", front_blocked: "前进口堵住",
    front_feeder: "前进口不转", old_firmware: "旧固件不印票面",
  },
  cabinet: {
    wrong_unit: "应答的单元号不对", exception_04: "每次都答故障", map_version_1: "旧版映射表", kick_ignored: "看门狗收不到", counter_wrap: "事件计数将回零", bouncing_doors: "门触点抖动", door_0_stuck_closed: "外门触点常闭",
    door_0_stuck_open: "外门触点常开", two_doors: "开一门连带下一门", key_unread: "钥匙读不出", tray_sensor_stuck_empty: "托盘传感器总报空", tray_sensor_stuck_full: "托盘传感器总报有票", slot_sensor_stuck_empty: "票口传感器总报空",
    slot_sensor_stuck_full: "票口传感器总报有物", change_sensor_stuck_empty: "找零传感器总报空", change_sensor_stuck_full: "找零传感器总报有钞", waste_sensor_full: "废票箱报满", retract_sensor_full: "回收箱报满",
    tray_never_empties: "票挂在托盘里", deliver_partly: "只落下一半", note_shutter_stuck: "入钞闸门卡住", deliver_flap_stuck: "出票翻板卡住", dump_flap_stuck: "废票翻板卡住", change_shutter_stuck: "找零闸门卡住",
    change_flap_stuck: "找零回收翻板卡住", slot_shutter_stuck: "票口闸门卡住", slot_belt_stuck: "票口回收带卡住", fan_stopped: "风扇不转", too_hot: "机柜过热",
  },
  slip_printer: {
    near_end: "纸将尽", paper_out: "无纸", paper_out_mid_slip: "打印中纸尽", cover_open: "盖子开着", feed_button: "有人按走纸键", cutter_jam: "切刀卡住", head_hot: "打印头过热", mechanical: "机械故障", unrecoverable: "无法恢复",
    stale_status: "先报旧状态", no_status: "不答状态",
  },
};

// The Chinese words, or the plain name of a switch that has none yet; `name@3` is the switch of one hopper of several.
export function faultWords(device, name) {
  const [whole, address] = name.split("@");
  if (address) return `${address} 号地址：${faultWords(device, whole)}`;
  const own = WORDS[device]?.[name];
  if (own) return own;
  const once = name.endsWith("_once") && LINK[name.slice(0, -5)];
  return LINK[name] ?? (once ? `一次：${once}` : name.replaceAll("_", " "));
}
