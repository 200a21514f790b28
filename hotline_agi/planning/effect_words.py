"""Changes of a roster in sentences, in the line's local time: ``every Sat 02:00–06:00 from 28 Nov: li-na comes``."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hotline_agi.planning.effects import Aspect, Change, Difference, changes
from hotline_agi.planning.policy_words import policy_in_words
from hotline_agi.planning.ring_words import plan_in_words
from hotline_agi.roster.clock import ONE_DAY, Span
from hotline_agi.roster.model import Endpoint, Line, Roster, Volunteer
from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    line: LineId | None
    """None: it is no matter of one line."""
    text: str
    change: Change | None = None
    """What it says, if that is a matter of hours."""


def sentences(
    old: Roster, new: Roster, start: datetime, until: datetime, line_id: LineId | None = None
) -> list[Sentence]:
    """Everything that is different from `start` until `until` (aware); empty if callers and people meet the same."""
    told: list[Sentence] = [
        Sentence(line=line, text=f"the line {line} {verb}")
        for lines, others, verb in ((new.lines, old.lines, "is new"), (old.lines, new.lines, "is gone"))
        for line in lines
        if line not in others and line_id in (None, line)
    ]
    by_line: dict[LineId, list[Change]] = {}
    for change in changes(old, new, start, until, line_id):
        by_line.setdefault(change.line, []).append(change)
    for name, line in new.lines.items():
        if line_id not in (None, name) or name not in old.lines:
            continue
        told.extend(Sentence(line=name, text=text) for text in _settings(old.lines[name], line))
        horizon = Horizon(line.zone, start, until)
        hours = [one for change in by_line.get(name, ()) for one in _sentences(change, horizon)]
        hours.sort(key=lambda one: one.change.spans[0] if one.change else (start, until))
        told.extend(hours)
    told.extend(Sentence(line=None, text=text) for text in _people(old.volunteers, new.volunteers))
    return told


@dataclass(frozen=True, slots=True)
class Horizon:
    zone: ZoneInfo
    start: datetime
    until: datetime


# ---- hours


def _sentences(change: Change, horizon: Horizon) -> Iterator[Sentence]:
    """One for each time of day at which the change holds."""
    times: dict[tuple[object, ...], list[Span]] = {}
    for span in change.spans:
        first, last = (edge.astimezone(horizon.zone) for edge in span)
        times.setdefault((first.time(), last.time(), last.date() - first.date()), []).append(span)
    for spans in times.values():
        when = in_words(spans, horizon, change.difference.slots)
        one = Change(line=change.line, difference=change.difference, spans=tuple(spans))
        yield Sentence(line=change.line, text=f"{when}: {_what(change.difference)}", change=one)


def in_words(spans: list[Span], horizon: Horizon, slots: tuple[str, ...] = ()) -> str:
    """Stretches of the same time of day: ``Sat 28 Nov 02:00–06:00 night``, ``every Sat 02:00–06:00 from 28 Nov``."""
    slot = f" {' and '.join(slots)}" if slots else ""
    if spans[0][0] <= horizon.start and horizon.until <= spans[0][1]:
        return f"always{slot}"
    start, end = (edge.astimezone(horizon.zone) for edge in spans[0])
    dates = [span[0].astimezone(horizon.zone).date() for span in spans]
    year = horizon.start.astimezone(horizon.zone).year
    days_later = (end.date() - start.date()).days
    if days_later > 1 or (days_later == 1 and end.time() > start.time()):
        words = " and ".join(
            f"{_instant(first, horizon, year)} until {_instant(last, horizon, year)}" for first, last in spans
        )
        return words + slot
    hours = f"{start:%H:%M}–{'24:00' if f'{end:%H:%M}' == '00:00' else f'{end:%H:%M}'}"
    weekdays = sorted({day.weekday() for day in dates})
    if len(dates) >= 2 * len(weekdays) and dates == _expected(dates[0], weekdays, start, horizon):
        return f"every {_weekdays(weekdays)} {hours}{slot} from {_date(dates[0], year)}"
    return f"{_dates(dates, year)} {hours}{slot}"


def _expected(first: date, weekdays: list[int], start: datetime, horizon: Horizon) -> list[date]:
    """The days of a week's pattern from `first` until the end of the horizon."""
    found: list[date] = []
    day = first
    while datetime.combine(day, start.time(), horizon.zone) < horizon.until:
        if day.weekday() in weekdays:
            found.append(day)
        day += ONE_DAY
    return found


def _weekdays(days: list[int]) -> str:
    if len(days) == 7:
        return "day"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{_DAYS[days[0]]}–{_DAYS[days[-1]]}"
    return _listed([_DAYS[day] for day in days])


def _date(day: date, year: int) -> str:
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != year else "")


def _day(day: date, year: int) -> str:
    return f"{_DAYS[day.weekday()]} {_date(day, year)}"


def _dates(days: list[date], year: int) -> str:
    """Days one after the other as ``Mon 23 Nov to Wed 25 Nov daily``, others one by one."""
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] + ONE_DAY == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    told: list[str] = []
    for run in runs:
        if len(run) > 2:
            told.append(f"{_day(run[0], year)} to {_day(run[-1], year)} daily")
        else:
            told.extend(_day(day, year) for day in run)
    return _listed(told)


def _instant(at: datetime, horizon: Horizon, year: int) -> str:
    local = at.astimezone(horizon.zone)
    return f"{_day(local.date(), year)} {local:%H:%M}"


# ---- what


def _what(one: Difference) -> str:
    match one.aspect:
        case Aspect.OPENING if one.opens:
            return f"the line is open; {_head_count(one)}"
        case Aspect.OPENING:
            return "the line is closed; nobody is rung"
        case Aspect.PLAN:
            return f"it rings {plan_in_words(one.steps)} (before: {plan_in_words(one.old_steps)})"
        case Aspect.COORDINATORS:
            now, before = (_listed(found) or "nobody" for found in (one.coordinators, one.old_coordinators))
            return f"{now} coordinates (before: {before})"
        case Aspect.PEOPLE:
            pairs = (
                (one.comes, "come", ""),
                (one.goes, "go", ""),
                (one.backup_comes, "come", " as backup"),
                (one.backup_goes, "go", " as backup"),
            )
            moves = [f"{_listed(who)} {_verb(verb, who)}{role}" for who, verb, role in pairs if who]
            tail = f"; {_head_count(one)}" if one.left != one.before or one.left < one.least else ""
            return ", ".join(moves) + tail


def _verb(verb: str, who: tuple[VolunteerId, ...]) -> str:
    return verb if len(who) > 1 else {"come": "comes", "go": "goes"}[verb]


def _head_count(one: Difference) -> str:
    fewer = " left" if one.left < one.before else " there"
    if one.left == 0:
        count = f"nobody is{fewer}"
    else:
        count = "1 volunteer is" + fewer if one.left == 1 else f"{one.left} volunteers are{fewer}"
    return f"{count} ({one.least} needed)" if one.left < one.least else count


def _listed(words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


# ---- settings and people


def _settings(old: Line, new: Line) -> Iterator[str]:
    """What else of a line is different: how it rings and what it does when nobody accepts."""
    pairs: list[tuple[str, object, object]] = [
        ("time_zone", old.zone.key, new.zone.key),
        ("numbers", ", ".join(old.numbers), ", ".join(new.numbers)),
        ("service_numbers", _or_nothing(old.service_numbers), _or_nothing(new.service_numbers)),
        ("language", old.language, new.language),
        ("name", ", ".join(old.name.values()), ", ".join(new.name.values())),
    ]
    durations = ("ring_timeout_s", "max_wait_s", "comfort_every_s", "wrap_up_s", "transfer_timeout_s")
    pairs += [(field, f"{getattr(old, field):g}", f"{getattr(new, field):g}") for field in durations]
    pairs += [
        ("overflow", ", ".join(old.overflow), ", ".join(new.overflow)),
        ("closed", ", ".join(old.closed), ", ".join(new.closed)),
    ]
    before_policy, after_policy = policy_in_words(old), policy_in_words(new)
    pairs += [(field, words, after_policy[field]) for field, words in before_policy.items()]
    yield from (f"{field} is {after} (before: {before})" for field, before, after in pairs if before != after)
    if old.transfer != new.transfer:
        yield "whom a transfer calls is different"
    if old.high_risk != new.high_risk:
        yield "who helps in a talk at high risk, or what follows it, is different"
    before_slots, after_slots = ({shift.slot: shift for shift in line.shifts} for line in (old, new))
    for slot, shift in after_slots.items():
        if slot in before_slots and before_slots[slot].need != shift.need:
            yield f"what {slot} needs (heads, languages, qualifications) is different"


def _people(old: Mapping[VolunteerId, Volunteer], new: Mapping[VolunteerId, Volunteer]) -> Iterator[str]:
    for who, person in new.items():
        if who not in old:
            yield f"{who} ({person.name}) is new: {_endpoints(person)}"
            continue
        before = old[who]
        pairs = [
            ("is called", before.name, person.name),
            ("speaks", ", ".join(before.languages), ", ".join(person.languages)),
            ("is rung by", _endpoints(before), _endpoints(person)),
            ("is qualified for", _or_nothing(before.qualifications), _or_nothing(person.qualifications)),
        ]
        yield from (
            f"{who} {verb} {after} (before: {old_words})" for verb, old_words, after in pairs if old_words != after
        )
        was, now = _numbers(before), _numbers(person)
        if any(was[one] != now[one] for one in was.keys() & now.keys()):
            yield f"{who} has another number"
        if before.pin != person.pin:
            yield f"{who} has {_pin_in_words(before, person)}"
        if before.limits != person.limits:
            yield f"{who} has other limits"
        if (before.quiet, before.zone) != (person.quiet, person.zone):
            yield f"{who} has other quiet hours"
    for who, person in old.items():
        if who not in new:
            yield f"{who} ({person.name}) is gone"


def _endpoints(person: Volunteer) -> str:
    return ", then ".join(map(_endpoint, person.endpoints))


def _endpoint(endpoint: Endpoint) -> str:
    name = f"{endpoint.kind} {endpoint.pjsip_name}" if endpoint.pjsip_name else str(endpoint.kind)
    return name + (" (press 1)" if endpoint.confirm else "")


def _pin_in_words(before: Volunteer, person: Volunteer) -> str:
    if person.pin is None:
        return "no PIN any more"
    return "a PIN now" if before.pin is None else "another PIN"


def _numbers(person: Volunteer) -> dict[EndpointId, PhoneNumber | None]:
    return {endpoint.id: endpoint.number for endpoint in person.endpoints}


def _or_nothing(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "nothing"
