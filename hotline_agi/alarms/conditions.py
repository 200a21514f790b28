"""Facts in, conditions out. Each function says what is wrong, or nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline_agi.alarms.kinds import Condition, Grade, Kind
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.standing import VolunteerState

AWAY = (
    VolunteerState.PAUSED,
    VolunteerState.OVER_LIMIT,
    VolunteerState.RESTING,
    VolunteerState.UNREACHABLE,
)
"""Who stands so is not rung. Who talks, rings or wraps up is there, and will take the next call."""

_STATE_ZH = {
    VolunteerState.PAUSED: "暂停",
    VolunteerState.OVER_LIMIT: "已达上限",
    VolunteerState.RESTING: "休息",
    VolunteerState.UNREACHABLE: "联系不上",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on duty now."""

    volunteer: VolunteerId
    state: VolunteerState


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Who could take a call of a line now."""

    line: LineId
    is_open: bool
    on_shift: tuple[Person, ...]
    backup: tuple[Person, ...]
    coordinators: tuple[VolunteerId, ...]


def nobody(found: Staffing) -> Iterator[Condition]:
    """The line is open, and nobody who is on shift could be rung. Critical if no backup could either."""
    if not found.is_open or any(one.state not in AWAY for one in found.on_shift):
        return
    backup = sum(one.state not in AWAY for one in found.backup)
    away = Counter(one.state for one in found.on_shift)
    why_en = ", ".join(f"{count} {state}" for state, count in away.items()) or "nobody is on shift"
    why_zh = "，".join(f"{count} 人{_STATE_ZH[state]}" for state, count in away.items()) or "没有人值班"
    rest_en = f"{backup} of the backup can be rung" if backup else "no backup can be rung"
    rest_zh = f"后备 {backup} 人可以接听" if backup else "后备也无人可以接听"
    yield Condition(
        kind=Kind.NOBODY,
        subject=found.line,
        grade=Grade.WARNING if backup else Grade.CRITICAL,
        en=f"line {found.line} is open and nobody on shift can be rung: {why_en}; {rest_en}",
        zh=f"热线 {found.line} 正在服务时间，值班的人都无法接听：{why_zh}；{rest_zh}",
        people=tuple((one.volunteer, one.state.value) for one in found.on_shift),
        coordinators=found.coordinators,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotGap:
    """A stretch in which a slot has less than it needs."""

    line: LineId
    slot: str
    from_at: datetime
    until_at: datetime
    what: str
    """In words, e.g. ``1 of 2 people``."""
    is_empty: bool
    coordinators: tuple[VolunteerId, ...]
    local_from: str
    """In the line's own time, for people: ``Fri 08:00``."""


def short_slots(gaps: Sequence[SlotGap], now: datetime, before: timedelta) -> Iterator[Condition]:
    """Slots that begin within `before` (or run) and are below their minimum; critical if nobody is in them."""
    for gap in gaps:
        if gap.until_at > now and gap.from_at <= now + before:
            yield Condition(
                kind=Kind.NEXT_SLOT,
                subject=f"{gap.line}/{gap.slot or '-'}/{gap.from_at:%Y%m%dT%H%M}",
                grade=Grade.CRITICAL if gap.is_empty and gap.from_at > now else Grade.WARNING,
                en=f"line {gap.line}, slot {gap.slot or '(none)'} from {gap.local_from}: {gap.what}",
                zh=f"热线 {gap.line}，班次 {gap.slot or '（无）'}，{gap.local_from} 起人手不足：{gap.what}",
                coordinators=gap.coordinators,
            )


def short_day(gaps: Sequence[SlotGap]) -> Iterator[Condition]:
    """The daily look ahead: of each line what was told in it, as far as it is short still."""
    for line in dict.fromkeys(gap.line for gap in gaps):
        left = [gap for gap in gaps if gap.line == line]
        list_en = "; ".join(f"{gap.slot or '(none)'} {gap.local_from} {gap.what}" for gap in left[:8])
        more = f"; and {len(left) - 8} more" if len(left) > 8 else ""
        yield Condition(
            kind=Kind.NEXT_SLOT,
            subject=line,
            en=f"line {line}, next 24 hours: {list_en}{more}",
            zh=f"热线 {line}，未来 24 小时人手不足：{list_en}{more}",
        )


def waiting(
    line: LineId, longest_s: float, most_s: float, coordinators: tuple[VolunteerId, ...]
) -> Iterator[Condition]:
    if longest_s > most_s:
        yield Condition(
            kind=Kind.WAITING,
            subject=line,
            grade=Grade.CRITICAL,
            en=f"line {line}: a caller has waited for more than {most_s:.0f} s",
            zh=f"热线 {line}：有来电者等待超过 {most_s:.0f} 秒",
            coordinators=coordinators,
        )


def lost(line: LineId, reached_nobody: int, uncertain: int, most: int, within_s: float) -> Iterator[Condition]:
    """Callers who reached nobody within the last minutes, and calls of which the service lost sight."""
    minutes = round(within_s / 60)
    if reached_nobody + uncertain >= most:
        yield Condition(
            kind=Kind.LOST,
            subject=line,
            grade=Grade.CRITICAL,
            en=f"line {line}: within {minutes} min {reached_nobody} callers reached nobody, "
            f"{uncertain} calls were lost",
            zh=f"热线 {line}：{minutes} 分钟内有 {reached_nobody} 位来电者未接通，{uncertain} 个电话去向不明",
        )


def survived(calls: int, within_s: float) -> Iterator[Condition]:
    if calls:
        minutes = round(within_s / 60)
        yield Condition(
            kind=Kind.SURVIVAL,
            grade=Grade.WARNING,
            en=f"within {minutes} min the dialplan had to serve calls by itself ({calls} seen): "
            "the service did not answer it in time",
            zh=f"{minutes} 分钟内有电话由 Asterisk 自行处理（看到 {calls} 个）：服务没有及时应答",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryNews:
    """Of the test calls."""

    failures: int
    """In a row, the last one included; one that gave way counts for nothing."""
    stopped_at: str
    last_good_at: datetime | None
    since: datetime
    """From when on test calls were due."""


def canary(news: CanaryNews, now: datetime, most_failures: int, overdue: timedelta | None) -> Iterator[Condition]:
    """:param overdue: after so long without a good one; None: they are not scheduled."""
    if news.failures >= most_failures:
        yield Condition(
            kind=Kind.CANARY,
            grade=Grade.CRITICAL,
            en=f"{news.failures} test calls in a row did not come through; the last one stopped at: {news.stopped_at}",
            zh=f"连续 {news.failures} 次测试电话失败，最后一次停在：{news.stopped_at}",
        )
    last = max(news.last_good_at or news.since, news.since)
    if overdue is not None and now - last > overdue and news.failures < most_failures:
        yield Condition(
            kind=Kind.CANARY_OVERDUE,
            en=f"no test call has come through since {last:%Y-%m-%d %H:%M} UTC",
            zh=f"自 {last:%Y-%m-%d %H:%M}（UTC）以来没有成功的测试电话",
        )


def roster(refused_since: datetime | None, last_good_of: str) -> Iterator[Condition]:
    if refused_since is not None:
        yield Condition(
            kind=Kind.ROSTER,
            en=f"the roster is refused since {refused_since:%Y-%m-%d %H:%M} UTC; the one before is in force: "
            "see `hotline roster check`",
            zh=f"自 {refused_since:%Y-%m-%d %H:%M}（UTC）起新排班表被拒绝，仍使用之前的排班表：见 hotline roster check",
        )
    if last_good_of:
        yield Condition(
            kind=Kind.LAST_GOOD,
            en=f"calls are served by the last good roster, of {last_good_of[:16]}",
            zh=f"正在使用备份的排班表（{last_good_of[:16]}）",
        )


def disk(name: str, free_bytes: int, least_bytes: int) -> Iterator[Condition]:
    if free_bytes < least_bytes:
        megabytes = free_bytes // 1024**2
        yield Condition(
            kind=Kind.DISK,
            subject=name,
            grade=Grade.CRITICAL if free_bytes < least_bytes // 5 else Grade.WARNING,
            en=f"the disk of the {name} folder has {megabytes} MB left",
            zh=f"{name} 文件夹所在磁盘只剩 {megabytes} MB",
        )


def journal(*, trouble: str | None, spooled: bool, lost_records: int) -> Iterator[Condition]:
    if trouble is None and not spooled and not lost_records:
        return
    words = [
        *(["it cannot be written"] if trouble is not None else []),
        *(["records are in the spool"] if spooled else []),
        *([f"{lost_records} records are lost"] if lost_records else []),
    ]
    yield Condition(
        kind=Kind.JOURNAL,
        grade=Grade.CRITICAL if lost_records else Grade.WARNING,
        en=f"the journal of calls: {', '.join(words)}; calls go on",
        zh=f"通话日志写入有问题（{', '.join(words)}）；电话不受影响",
    )


def clock(*, synchronised: bool, jump_s: float) -> Iterator[Condition]:
    """:param jump_s: how far the wall clock was stepped lately, against the monotonic one."""
    if not synchronised:
        yield Condition(
            kind=Kind.CLOCK,
            subject="unsynchronised",
            en="the machine's clock is not synchronised: shifts would begin at the wrong time; see `timedatectl`",
            zh="机器时钟没有同步，换班时间会出错：见 timedatectl",
        )
    if jump_s:
        yield Condition(
            kind=Kind.CLOCK,
            subject="stepped",
            en=f"the machine's clock was stepped by {jump_s:+.0f} s",
            zh=f"机器时钟被拨动了 {jump_s:+.0f} 秒",
        )


def restarts(starts: int, most: int, within_s: float) -> Iterator[Condition]:
    if starts >= most:
        minutes = round(within_s / 60)
        yield Condition(
            kind=Kind.RESTARTS,
            grade=Grade.CRITICAL,
            en=f"the service was started {starts} times within {minutes} min: see its log",
            zh=f"服务在 {minutes} 分钟内启动了 {starts} 次：请看日志",
        )


def link(down_s: float, most_s: float) -> Iterator[Condition]:
    if down_s > most_s:
        yield Condition(
            kind=Kind.LINK,
            grade=Grade.CRITICAL,
            en="the service has no connection to Asterisk: the dialplan serves callers by itself",
            zh="服务与 Asterisk 失去连接：来电由 Asterisk 自行处理",
        )


def plan(*, written: bool) -> Iterator[Condition]:
    if not written:
        yield Condition(
            kind=Kind.PLAN,
            en="the survival plan in Asterisk could not be written: should the service fail, old people are rung",
            zh="Asterisk 中的应急名单没有写入：服务中断时会呼叫旧名单上的人",
        )


def certificate(name: str, expires_at: datetime, now: datetime, before: timedelta) -> Iterator[Condition]:
    """A certificate that expires within `before`, or has. For whoever knows of certificates."""
    if expires_at - now < before:
        yield Condition(
            kind=Kind.CERTIFICATE,
            subject=name,
            grade=Grade.CRITICAL if expires_at <= now else Grade.WARNING,
            en=f"the certificate {name} {'expired' if expires_at <= now else 'expires'} on {expires_at:%Y-%m-%d}",
            zh=f"证书 {name} {'已于' if expires_at <= now else '将于'} {expires_at:%Y-%m-%d} 到期",
        )


def dial_refused(count: int, within_s: float) -> Iterator[Condition]:
    """The service refused to dial what is outside its envelope."""
    if count:
        minutes = round(within_s / 60)
        yield Condition(
            kind=Kind.DIAL_REFUSED,
            en=f"within {minutes} min the service refused to dial {count} times: see `refused` in its log",
            zh=f"{minutes} 分钟内服务拒绝拨号 {count} 次：请看日志中的 refused",
        )


def recordings(trouble: str | None) -> Iterator[Condition]:
    """:param trouble: why talks cannot be recorded, or recordings not be encrypted; a sentence without numbers."""
    if trouble is not None:
        yield Condition(
            kind=Kind.RECORDINGS,
            en=f"recordings: {trouble}; calls go on, and no talk is recorded meanwhile",
            zh=f"录音有问题（{trouble}）；电话不受影响，其间通话不录音",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What of a line's list of callbacks waits for too long, or for the coordinator."""

    line: LineId
    overdue: int
    escalated: int
    oldest_at: datetime | None
    overdue_h: float
    coordinators: tuple[VolunteerId, ...]


def callbacks(found: Backlog) -> Iterator[Condition]:
    """One for all of a line."""
    if not (found.overdue or found.escalated):
        return
    since = f" (the oldest since {found.oldest_at:%Y-%m-%d %H:%M} UTC)" if found.oldest_at else ""
    since_zh = f"（最早 {found.oldest_at:%Y-%m-%d %H:%M} UTC）" if found.oldest_at else ""
    yield Condition(
        kind=Kind.CALLBACKS,
        subject=found.line,
        en=f"line {found.line}: {found.overdue} callbacks wait for more than {found.overdue_h:g} h, "
        f"{found.escalated} for the coordinator{since}: see `hotline callbacks`",
        zh=f"热线 {found.line}：{found.overdue} 个回电等待超过 {found.overdue_h:g} 小时，"
        f"{found.escalated} 个等待协调员处理{since_zh}：见 hotline callbacks",
        coordinators=found.coordinators,
    )


def follow_ups(overdue: Mapping[LineId, int]) -> Iterator[Condition]:
    """Callers at high risk whom nobody has looked after in time: one alarm for all of them."""
    if overdue:
        count = sum(overdue.values())
        lines = ", ".join(f"{line} {number}" for line, number in overdue.items())
        yield Condition(
            kind=Kind.FOLLOW_UPS,
            en=f"{count} follow-ups after calls at high risk are overdue ({lines}): see `hotline followups list`",
            zh=f"有 {count} 项高危来电回访逾期（{lines}）：见 hotline followups list",
        )
