"""A hand-over as a text that can be read out or pasted into a chat, in Chinese or English."""

from collections.abc import Iterator
from datetime import timedelta

from hotline_agi.planning.agenda import absent_at, appointments
from hotline_agi.planning.coverage import Lack, Shortfall, coverage
from hotline_agi.planning.handover import Change, Handover
from hotline_agi.planning.wording import Names, moment
from hotline_agi.roster.model import Roster
from hotline_agi.roster.precedence import Basis, special_day
from hotline_agi.terms.languages import Language

HEADS: dict[Language, dict[str, str]] = {
    Language.ZH: {
        "title": "交接班：{line}",
        "when": "时间：{at}（{slots}）",
        "goes": "下班：",
        "comes": "接班：",
        "stays": "留任：",
        "backup": "后备：",
        "before": "（此前：{people}）",
        "coordinator": "协调员：",
        "until": "下次交接：",
        "remarks": "注意：",
        "never": "四十天内没有变化",
        "none": "无班次",
    },
    Language.EN: {
        "title": "Hand-over: {line}",
        "when": "When: {at} ({slots})",
        "goes": "Go: ",
        "comes": "Come: ",
        "stays": "Stay: ",
        "backup": "Backup: ",
        "before": " (before: {people})",
        "coordinator": "Coordinator: ",
        "until": "Next hand-over: ",
        "remarks": "Remarks:",
        "never": "none within 40 days",
        "none": "no slot",
    },
}
REMARKS: dict[Language, dict[str, str]] = {
    Language.ZH: {
        "special": "当天是{name}",
        "closed": "此时热线不在服务时间",
        "quiet": "{who} 在静默时段，电话不会响",
        "quiet-from": "{who} 从{at}起在静默时段，电话不会响",
        "unreachable": "{who} 没有任何接听方式，电话不会响",
        "absent": "{who}：{why}，{instead} 顶替",
        "absent-alone": "{who}：{why}，无人顶替",
        "cover": "{who}：{why}",
        Lack.NOBODY: "无人值班（需 {needs} 人）",
        Lack.PEOPLE: "{slot} 人手不足：{has} 人，需 {needs} 人",
        Lack.LANGUAGE: "{slot} 会说 {name} 的有 {has} 人，需 {needs} 人",
        Lack.QUALIFICATION: "{slot} 具备 {name} 资质的有 {has} 人，需 {needs} 人",
        Lack.WANT: "没有符合来电要求（{name}）的人，电话不会响",
    },
    Language.EN: {
        "special": "The day is {name}",
        "closed": "The line is closed then",
        "quiet": "{who} has quiet hours: no phone rings",
        "quiet-from": "{who} has quiet hours from {at}: no phone rings then",
        "unreachable": "{who} has no endpoint: no phone rings",
        "absent": "{who} is {why}; {instead} stands in",
        "absent-alone": "{who} is {why}; nobody stands in",
        "cover": "{who}: {why}",
        Lack.NOBODY: "Nobody is on shift ({needs} needed)",
        Lack.PEOPLE: "{slot} is short: {has} of {needs} people",
        Lack.LANGUAGE: "{slot} lacks people who speak {name}: {has} of {needs}",
        Lack.QUALIFICATION: "{slot} lacks people qualified for {name}: {has} of {needs}",
        Lack.WANT: "Nobody on shift has what callers want ({name}): no phone rings",
    },
}


def shortfall_in_words(one: Shortfall, language: Language) -> str:
    phrase = REMARKS[language][one.lack]
    return phrase.format(slot=one.slot, name=one.name, has=one.has, needs=one.needs)


def other_changes(change: Change, names: Names) -> list[str]:
    """What else changes than the people on shift, in English; the slot or the order if nothing but that does."""
    before, after = change.before, change.after
    told = []
    if after.is_open != before.is_open:
        told.append("opens" if after.is_open else "closes")
    if after.plan != before.plan:
        told.append(f"ring plan {after.plan}" if after.plan else "the usual ring plan")
    for head, was, becomes in (
        ("backup", before.backup, after.backup),
        ("coordinator", before.coordinators, after.coordinators),
    ):
        if set(was) != set(becomes):
            told.append(f"{head}: {names.list(becomes)}")
    if silent := tuple(who for who in after.quiet if who not in before.quiet):
        told.append(f"quiet hours: {names.list(silent)}")
    there = (*after.volunteers, *after.backup)
    if heard := tuple(who for who in before.quiet if who in there and who not in after.quiet):
        told.append(f"quiet hours over: {names.list(heard)}")
    if not told and not change.comes and not change.goes:
        told.append("another slot" if after.slots != before.slots else "another order")
    return told


def handover_text(roster: Roster, change: Handover, language: Language) -> list[str]:
    """The lines of the text; the remarks come last, a line each."""
    names, heads, zone = Names(roster, language), HEADS[language], change.line.zone
    before, after = change.before, change.after
    slots = " → ".join(dict.fromkeys(", ".join(duty.slots) or heads["none"] for duty in (before, after)))
    text = [
        heads["title"].format(line=change.line.name.get(language, change.line.id)),
        heads["when"].format(at=moment(change.at.astimezone(zone), language), slots=slots),
        heads["goes"] + names.list(change.goes),
        heads["comes"] + names.list(change.comes),
        heads["stays"] + names.list(change.stays),
    ]
    for head, was, becomes in (
        ("backup", before.backup, after.backup),
        ("coordinator", before.coordinators, after.coordinators),
    ):
        told = names.list(becomes)
        if was != becomes:
            told += heads["before"].format(people=names.list(was))
        if was or becomes:
            text.append(heads[head] + told)
    text.append(heads["until"] + (moment(change.until.astimezone(zone), language) if change.until else heads["never"]))
    remarks = list(dict.fromkeys(_remarks(roster, change, language)))
    return text + ([heads["remarks"], *(f"- {remark}" for remark in remarks)] if remarks else [])


def _remarks(roster: Roster, change: Handover, language: Language) -> Iterator[str]:
    names, phrases, line, at = Names(roster, language), REMARKS[language], change.line, change.at
    if (special := special_day(line, at.astimezone(line.zone).date())) is not None:
        yield phrases["special"].format(name=special.name)
    if not change.after.is_open:
        yield phrases["closed"]
    for span in coverage(roster, line, at, at + timedelta.resolution):
        yield from (shortfall_in_words(one, language) for one in span.shortfalls)
    for _, loss in absent_at(line, at):
        why = names.why(loss.basis, None)
        if loss.other is not None and loss.other in (*change.after.volunteers, *change.after.backup):
            yield phrases["absent"].format(who=names(loss.who), why=why, instead=names(loss.other))
        else:
            yield phrases["absent-alone"].format(who=names(loss.who), why=why)
    for one in appointments((line,), at, at + timedelta.resolution):
        why = names.why(one.place.basis, one.place.other)
        if why and one.place.basis is not Basis.STAND_IN and one.place.who not in change.before.volunteers:
            yield phrases["cover"].format(who=names(one.place.who), why=why)
    for who in change.after.quiet:
        yield phrases["quiet"].format(who=names(who))
    for who, since in change.silent_from:
        yield phrases["quiet-from"].format(who=names(who), at=moment(since.astimezone(line.zone), language))
    for who in (*change.after.volunteers, *change.after.backup):
        if not roster.volunteers[who].endpoints:
            yield phrases["unreachable"].format(who=names(who))
