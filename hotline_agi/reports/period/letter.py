"""The weekly mail: its subject and its text, in one language, for a telephone. The whole report is attached."""

from collections.abc import Iterator, Sequence

from hotline_agi.reports.period import words
from hotline_agi.reports.period.calls import Part
from hotline_agi.reports.period.maker import LineReport
from hotline_agi.reports.period.sheets import change, length, number, percent, points
from hotline_agi.reports.period.tally import MAIN_LEVEL_S
from hotline_agi.reports.period.words import Text, same
from hotline_agi.terms.languages import Language

SUBJECT = Text("[{hotline}] report {period}", "[{hotline}] 报告 {period}")
ATTACHED = Text(
    "The whole report is attached: open the file in a browser; it prints well. ▲▼ against the period before.",
    "完整报告见附件：用浏览器打开，适合打印。▲▼ 为与上期相比。",
)
FORMULA = Text(
    "Answered = talked to a volunteer ÷ (offered − short abandons, under {short} s); within {s} s likewise. "
    "Abandoned = (abandoned − short) ÷ (offered − short).",
    "接通＝与志愿者通话 ÷（有效来电 − 不足 {short} 秒的短放弃）；{s} 秒内接通同理。"
    "放弃＝（放弃 − 短放弃）÷（有效来电 − 短放弃）。",
)
APART = Text("Counted apart: {parts}.", "另计：{parts}。")
NOBODY = Text("No call arrived.", "没有来电。")


def subject(reports: Sequence[LineReport], hotline: str, language: Language) -> str:
    return SUBJECT.filled(hotline=hotline, period=reports[0].period.name).to(language)


def text(reports: Sequence[LineReport], language: Language) -> str:
    """:param reports: one at least."""
    return "\n".join(line.to(language) for one in reports for line in _of_line(one)) + (
        f"\n{FORMULA.filled(short=f'{reports[0].short_s:g}', s=MAIN_LEVEL_S).to(language)}\n\n{ATTACHED.to(language)}\n"
    )


def _of_line(report: LineReport) -> Iterator[Text]:
    name = Text(report.name.get(Language.EN, ""), report.name.get(Language.ZH, ""))
    yield Text(f"{report.line}  {name.en}  {report.period.name}", f"{report.line}  {name.zh}  {report.period.name}")
    if not report.calls.arrived:
        yield NOBODY
        yield same("")
        return
    now, before, missed, cover = report.calls, report.before, report.missed, report.coverage
    level = words.LEVEL.filled(s=MAIN_LEVEL_S)
    rows: tuple[tuple[Text, Text, Text], ...] = (
        (words.PARTS[Part.OFFERED], same(now.offered), change(now.offered, before.offered)),
        (words.ANSWERED, percent(now.answered_share), points(now.answered_share, before.answered_share)),
        (level, percent(now.level(MAIN_LEVEL_S)), points(now.level(MAIN_LEVEL_S), before.level(MAIN_LEVEL_S))),
        (words.LOST, percent(now.lost_share), points(now.lost_share, before.lost_share)),
        (Text("Wait p90", "等待 p90"), length(now.waits.p90_s), change(now.waits.p90_s, before.waits.p90_s)),
        (words.MISSED_ROWS["never"], same(missed.never), same("")),
        (words.COVERAGE_ROWS["delivered_share"], percent(cover.delivered_share), same("")),
        (words.COVERAGE_ROWS["nobody_promised_h"], number(cover.nobody_promised_h), same("")),
        (words.COVERAGE_ROWS["nobody_there_h"], number(cover.nobody_there_h), same("")),
    )
    for label, value, moved in rows:
        yield Text(f"  {label.en}: {value.en}  {moved.en}".rstrip(), f"  {label.zh}：{value.zh}  {moved.zh}".rstrip())
    apart = [
        Text(f"{words.PARTS[part].en} {count}", f"{words.PARTS[part].zh} {count}")
        for part, count in now.parts.items()
        if part in words.PARTS and part is not Part.OFFERED
    ]
    if apart:
        yield APART.filled(parts=Text("; ".join(one.en for one in apart), "；".join(one.zh for one in apart)))
    yield same("")
