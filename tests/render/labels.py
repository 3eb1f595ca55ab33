"""Wording of the statutory forms as the notices print them, typed independently of ``data/forms``.

Sources: 国办发〔2014〕32号 (form 2014), 国办公开办函〔2019〕60号 (form 2019), 国办公开办函〔2021〕30号 (form 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

NATIONAL_FORMS = ("2014", "2019", "2021")

APPLICANTS: dict[str, str] = {
    "natural_person": "自然人",
    "business": "商业企业",
    "research_institution": "科研机构",
    "public_interest": "社会公益组织",
    "legal_service": "法律服务机构",
    "other_organization": "其他",
    "total": "总计",
}
ORGANIZATIONS = ("business", "research_institution", "public_interest", "legal_service", "other_organization")
PARTS = ("natural_person", *ORGANIZATIONS)

BALANCE_NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
APPLICANT_HEADER = "申请人情况"
ORGANIZATION_HEADER = "法人或其他组织"

_RESULT = "三、本年度办理结果"
_DENIED = "（三）不予公开"
_UNAVAILABLE = "（四）无法提供"
_DECLINED = "（五）不予处理"
_OTHER = "（六）其他处理"

_REQUESTS_HEAD: dict[str, tuple[str, ...]] = {
    "received": ("一、本年新收政府信息公开申请数量",),
    "carried_in": ("二、上年结转政府信息公开申请数量",),
    "granted": (_RESULT, "（一）予以公开"),
    "partly_granted": (_RESULT, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    "denied_state_secret": (_RESULT, _DENIED, "1.属于国家秘密"),
    "denied_by_law": (_RESULT, _DENIED, "2.其他法律行政法规禁止公开"),
    "denied_security_stability": (_RESULT, _DENIED, "3.危及“三安全一稳定”"),
    "denied_third_party": (_RESULT, _DENIED, "4.保护第三方合法权益"),
    "denied_internal_affairs": (_RESULT, _DENIED, "5.属于三类内部事务信息"),
    "denied_process_information": (_RESULT, _DENIED, "6.属于四类过程性信息"),
    "denied_enforcement_file": (_RESULT, _DENIED, "7.属于行政执法案卷"),
    "denied_administrative_query": (_RESULT, _DENIED, "8.属于行政查询事项"),
    "unavailable_not_held": (_RESULT, _UNAVAILABLE, "1.本机关不掌握相关政府信息"),
    "unavailable_needs_creation": (_RESULT, _UNAVAILABLE, "2.没有现成信息需要另行制作"),
    "unavailable_unclear": (_RESULT, _UNAVAILABLE, "3.补正后申请内容仍不明确"),
    "declined_petition": (_RESULT, _DECLINED, "1.信访举报投诉类申请"),
    "declined_repeated": (_RESULT, _DECLINED, "2.重复申请"),
    "declined_publication": (_RESULT, _DECLINED, "3.要求提供公开出版物"),
    "declined_excessive": (_RESULT, _DECLINED, "4.无正当理由大量反复申请"),
    "declined_reissue": (_RESULT, _DECLINED, "5.要求行政机关确认或重新出具已获取信息"),
}
_REQUESTS_TAIL: dict[str, tuple[str, ...]] = {
    "handled": (_RESULT, "（七）总计"),
    "carried_out": ("四、结转下年度继续办理",),
}
OTHER_ROW: dict[str, tuple[str, ...]] = {"other": (_RESULT, _OTHER)}
OTHER_ROWS: dict[str, tuple[str, ...]] = {
    "other_not_supplemented": (_RESULT, _OTHER, "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    "other_fee_unpaid": (_RESULT, _OTHER, "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    "other_reason": (_RESULT, _OTHER, "3.其他"),
}


def request_rows(form: str, *, single_other: bool = False) -> dict[str, tuple[str, ...]]:
    """Row id → path of labels, in the order of the form; ``single_other`` prints （六） as one row in form 2021."""
    middle = OTHER_ROW if form == "2019" or single_other else OTHER_ROWS
    return {**_REQUESTS_HEAD, **middle, **_REQUESTS_TAIL}


def outcome_rows(form: str) -> tuple[str, ...]:
    """The rows that add up to ``handled``."""
    return tuple(row for row in request_rows(form) if row not in {"received", "carried_in", "handled", "carried_out"})


@dataclass(frozen=True)
class Block:
    """One band of the disclosure table: its heading, columns as (id, label, unit) and rows as (id, label)."""

    band: str
    columns: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[str, str], ...]


CONTENT_HEADER = "信息内容"
_MADE_2019 = (
    ("made", "本年新制作数量", "件"),
    ("disclosed", "本年新公开数量", "件"),
    ("disclosed_total", "对外公开总数量", "件"),
)
_ITEMS_2019 = (("previous_items", "上一年项目数量", "项"), ("items_change", "本年增/减", "项"))
_DECISIONS_2019 = (*_ITEMS_2019, ("decisions", "处理决定数量", "件"))
_STOCK_2021 = (("issued", "本年制发件数", "件"), ("repealed", "本年废止件数", "件"), ("in_force", "现行有效件数", "件"))
_DECISIONS_2021 = (("decisions", "本年处理决定数量", "件"),)

DISCLOSURE: dict[str, tuple[Block, ...]] = {
    "2019": (
        Block("第二十条第（一）项", _MADE_2019, (("rules", "规章"), ("normative_documents", "规范性文件"))),
        Block(
            "第二十条第（五）项",
            _DECISIONS_2019,
            (("licensing", "行政许可"), ("other_services", "其他对外管理服务事项")),
        ),
        Block("第二十条第（六）项", _DECISIONS_2019, (("penalties", "行政处罚"), ("coercion", "行政强制"))),
        Block("第二十条第（八）项", _ITEMS_2019, (("fees", "行政事业性收费"),)),
        Block(
            "第二十条第（九）项",
            (("projects", "采购项目数量", "项"), ("amount", "采购总金额", "元")),
            (("procurement", "政府集中采购"),),
        ),
    ),
    "2021": (
        Block("第二十条第（一）项", _STOCK_2021, (("rules", "规章"), ("normative_documents", "行政规范性文件"))),
        Block("第二十条第（五）项", _DECISIONS_2021, (("licensing", "行政许可"),)),
        Block("第二十条第（六）项", _DECISIONS_2021, (("penalties", "行政处罚"), ("coercion", "行政强制"))),
        Block("第二十条第（八）项", (("amount", "本年收费金额（单位：万元）", "万元"),), (("fees", "行政事业性收费"),)),
    ),
}

CASES: dict[str, str] = {
    "review": "行政复议",
    "lawsuit_direct": "未经复议直接起诉",
    "lawsuit_after_review": "复议后起诉",
}
LAWSUIT_HEADER = "行政诉讼"
RESULTS: dict[str, str] = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
    "total": "总计",
}

# (row id or "" for a heading, label, unit)
STATISTICS: tuple[tuple[str, str, str], ...] = (
    ("", "一、主动公开情况", "——"),
    ("disclosed_items", "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条"),
    ("normative_documents_disclosed", "其中：主动公开规范性文件数", "条"),
    ("normative_documents_made", "制发规范性文件总数", "件"),
    ("", "（二）通过不同渠道和方式公开政府信息的情况", "——"),
    ("disclosed_by_gazette", "1.政府公报公开政府信息数", "条"),
    ("disclosed_by_website", "2.政府网站公开政府信息数", "条"),
    ("disclosed_by_weibo", "3.政务微博公开政府信息数", "条"),
    ("disclosed_by_wechat", "4.政务微信公开政府信息数", "条"),
    ("disclosed_by_other_means", "5.其他方式公开政府信息数", "条"),
    ("", "二、回应解读情况", "——"),
    ("public_concerns_answered", "（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）", "次"),
    ("", "（二）通过不同渠道和方式回应解读的情况", "——"),
    ("press_conferences", "1.参加或举办新闻发布会总次数", "次"),
    ("press_conferences_by_leader", "其中：主要负责同志参加新闻发布会次数", "次"),
    ("online_interviews", "2.政府网站在线访谈次数", "次"),
    ("online_interviews_by_leader", "其中：主要负责同志参加政府网站在线访谈次数", "次"),
    ("policy_explanations", "3.政策解读稿件发布数", "篇"),
    ("weibo_wechat_responses", "4.微博微信回应事件数", "次"),
    ("other_responses", "5.其他方式回应事件数", "次"),
    ("", "三、依申请公开情况", "——"),
    ("received", "（一）收到申请数", "件"),
    ("received_in_person", "1.当面申请数", "件"),
    ("received_by_fax", "2.传真申请数", "件"),
    ("received_online", "3.网络申请数", "件"),
    ("received_by_letter", "4.信函申请数", "件"),
    ("concluded", "（二）申请办结数", "件"),
    ("concluded_on_time", "1.按时办结数", "件"),
    ("concluded_extended", "2.延期办结数", "件"),
    ("answered", "（三）申请答复数", "件"),
    ("already_public", "1.属于已主动公开范围数", "件"),
    ("granted", "2.同意公开答复数", "件"),
    ("partly_granted", "3.同意部分公开答复数", "件"),
    ("denied", "4.不同意公开答复数", "件"),
    ("denied_state_secret", "其中：涉及国家秘密", "件"),
    ("denied_trade_secret", "涉及商业秘密", "件"),
    ("denied_privacy", "涉及个人隐私", "件"),
    ("denied_security_stability", "危及国家安全、公共安全、经济安全和社会稳定", "件"),
    ("denied_not_government_information", "不是《条例》所指政府信息", "件"),
    ("denied_by_law", "法律法规规定的其他情形", "件"),
    ("not_this_agency", "5.不属于本行政机关公开数", "件"),
    ("not_existing", "6.申请信息不存在数", "件"),
    ("told_to_amend", "7.告知作出更改补充数", "件"),
    ("told_other_channel", "8.告知通过其他途径办理数", "件"),
    ("reviews", "四、行政复议数量", "件"),
    ("reviews_upheld", "（一）维持具体行政行为数", "件"),
    ("reviews_corrected", "（二）被依法纠错数", "件"),
    ("reviews_other", "（三）其他情形数", "件"),
    ("lawsuits", "五、行政诉讼数量", "件"),
    ("lawsuits_upheld", "（一）维持具体行政行为或者驳回原告诉讼请求数", "件"),
    ("lawsuits_corrected", "（二）被依法纠错数", "件"),
    ("lawsuits_other", "（三）其他情形数", "件"),
    ("complaints", "六、举报投诉数量", "件"),
    ("fees_collected", "七、依申请公开信息收取的费用", "万元"),
    ("", "八、机构建设和保障经费情况", "——"),
    ("dedicated_offices", "（一）政府信息公开工作专门机构数", "个"),
    ("reading_points", "（二）设置政府信息公开查阅点数", "个"),
    ("staff", "（三）从事政府信息公开工作人员数", "人"),
    ("staff_full_time", "1.专职人员数（不包括政府公报及政府网站工作人员数）", "人"),
    ("staff_part_time", "2.兼职人员数", "人"),
    ("budget", "（四）政府信息公开专项经费（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）", "万元"),
    ("", "九、政府信息公开会议和培训情况", "——"),
    ("meetings", "（一）召开政府信息公开工作会议或专题会议数", "次"),
    ("trainings", "（二）举办各类培训班数", "次"),
    ("people_trained", "（三）接受培训人员数", "人次"),
)
STATISTICS_HEADER = ("统计指标", "单位", "统计数")

# Codebook §6.3: wordings that reports use for the same label.
VARIANTS: dict[str, tuple[str, ...]] = {
    "规范性文件": ("行政规范性文件", "规范性文件数"),
    "行政规范性文件": ("规范性文件", "行政规范性文件数"),
    "本年新制作数量": ("本年新制作", "本年新制作数量（件）"),
    "本年新公开数量": ("本年新公开", "本年新公开数量（件）"),
    "对外公开总数量": ("对外公开总数量（件）", "对外公开总数"),
    "本年制发件数": ("制发件数", "本年制发数量"),
    "本年废止件数": ("废止件数", "本年废止数量"),
    "现行有效件数": ("现行有效数", "现行有效数量"),
    "处理决定数量": ("本年处理决定数量", "处理决定数"),
    "本年处理决定数量": ("处理决定数量", "本年处理决定数"),
    "上一年项目数量": ("上年项目数量", "上一年度项目数量"),
    "本年增/减": ("本年增减", "本年增／减", "本年增/减数量"),
    "其他对外管理服务事项": ("其它对外管理服务事项", "其他行政管理服务事项"),
    "本年收费金额（单位：万元）": ("收费金额(万元)", "本年收费总金额（万元）"),
    "3.危及“三安全一稳定”": ("3.危及三安全一稳定", "3.危及「三安全一稳定」", '3.危及"三安全一稳定"'),
    "2.其他法律行政法规禁止公开": ("2.其他法律、行政法规禁止公开", "2.其它法律行政法规禁止公开"),
    "（七）总计": ("（七）合计", "(七)总计"),
    "四、结转下年度继续办理": ("四、结转下一年度继续办理", "四、结转下年继续办理"),
    "二、上年结转政府信息公开申请数量": ("二、上年度结转政府信息公开申请数量",),
    "一、本年新收政府信息公开申请数量": ("一、本年度新收政府信息公开申请数量",),
    "信息内容": ("信息类别", "内容"),
    "尚未审结": ("尚未审结（件）",),
    "法人或其他组织": ("法人或者其他组织", "法人和其他组织"),
    "（二）部分公开（区分处理的，只计这一情形，不计其他情形）": ("（二）部分公开",),
    "3.其他": ("3.其他情形", "3.其它"),
}
