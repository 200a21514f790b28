"""``people.yaml``: who they are and how to reach them; their numbers stand in the contacts file, joined by id."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hotline_agi.roster.document import Mapping, Node, Scalar
from hotline_agi.roster.fields import Converter, Fields, check_twins, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Endpoint, EndpointKind, Limits, Volunteer
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.roster.probes import also, narrowed
from hotline_agi.roster.ring_plans import hint_at_days
from hotline_agi.roster.values import hours, ident, integer, language, text, time_of_day, yes_no
from hotline_agi.roster.weekdays import EVERY_DAY, weekdays
from hotline_agi.terms.ids import EndpointId, VolunteerId
from hotline_agi.terms.problems import Mark

_AS_MOBILE = "write `- mobile`; the number itself belongs into the contacts file under the person's id"
_ONE_ENDPOINT = "an endpoint is one of `softphone: <name>` and `mobile`"
_LONGEST_PJSIP_NAME = 32
NO_LIMITS = Limits()

# Made once and not for each of 10,000 people:
_person_id = ident("a person's id")
_languages = narrowed(minItems=1)(sequence_of(language, "the languages"))
_skills = sequence_of(ident("a qualification"), "the qualifications")
_calls_per_shift = integer(1, 100)
_talk_min_per_day = integer(5, 1440)
_talk_min_in_a_row = integer(15, 600)
_softphone_name = ident("a softphone's name", _LONGEST_PJSIP_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPerson:
    """A volunteer whose mobile has no number yet, and where they and their endpoints stand."""

    volunteer: Volunteer
    mark: Mark
    endpoint_marks: tuple[Mark, ...]
    """One for each endpoint, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPeople:
    people: tuple[ReadPerson, ...]
    ids: frozenset[VolunteerId]
    """Of all that the file names, also of those with mistakes: a shift that names them is right."""
    complete: bool
    """Whether every id could be read."""


def read_people(
    root: Node, languages: tuple[str, ...], findings: Findings, zone: ZoneInfo | None = None
) -> ReadPeople | None:
    """The volunteers that a ``people.yaml`` names, or None if it has no table of them.

    :param languages: what somebody speaks for whom no languages are written.
    :param zone: of quiet hours; None only if the line was refused.
    """
    people: list[ReadPerson] = []
    ids: set[VolunteerId] = set()
    fields = Fields.of(root, findings, "the file")
    volunteers = fields.required("volunteers", _mapping) if fields else None
    if fields:
        fields.close()
    if volunteers is None:
        return None
    for entry in volunteers.entries:
        found = _person_id(entry.key, findings)
        person = _person(VolunteerId(found or ""), entry.key.mark, entry.value, languages, zone, findings)
        if found is not None:
            ids.add(VolunteerId(found))
            if person is not None:
                people.append(person)
    return ReadPeople(people=tuple(people), ids=frozenset(ids), complete=len(ids) == len(volunteers.entries))


def _mapping(node: Node, findings: Findings) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    findings.error(node.mark, "the volunteers must be a block", "write one block `<id>:` with indented fields for each")
    return None


def _person(
    who: VolunteerId,
    mark: Mark,
    node: Node,
    languages: tuple[str, ...],
    zone: ZoneInfo | None,
    findings: Findings,
) -> ReadPerson | None:
    """:param who: empty if the id is wrong; then only what else is wrong is told."""
    called = f"'{who}'" if who else "this person"
    fields = Fields.of(node, findings, f"the person {called}" if who else called)
    if fields is None:
        return None
    for key in ("number", "phone", "mobile", "softphone"):
        fields.hint(key, "write it under endpoints: [softphone: v01, mobile]; numbers belong into the contacts file")
    fields.hint("pin", "write it under `pins` in the contacts file, which is not in git")
    name = fields.required("name", text)
    spoken = fields.optional("languages", _languages, languages)
    read_endpoints = sequence_of(_endpoint_of(who), "the endpoints")
    endpoints = fields.required("endpoints", narrowed(minItems=1)(read_endpoints))
    qualifications = fields.optional("qualifications", _qualifications, ())
    limits = fields.optional("limits", limits_of_person, NO_LIMITS)
    quiet = fields.optional("quiet", _quiet, ())
    fields.close()
    if not spoken:
        findings.error(fields.mark("languages"), f"{called} speaks no language", "write e.g. [zh] or delete the line")
    if endpoints is not None and not endpoints:
        hint = "write e.g. [softphone: v01, mobile]"
        findings.error(fields.mark("endpoints"), f"{called} has no endpoint, so nothing can ring", hint)
    if name is None or not endpoints:
        return None
    volunteer = Volunteer(
        id=who,
        name=name,
        languages=spoken,
        endpoints=tuple(endpoint for endpoint, _ in endpoints),
        qualifications=qualifications,
        limits=limits,
        quiet=quiet,
        zone=zone if quiet else None,
        where=mark,
    )
    return ReadPerson(volunteer=volunteer, mark=mark, endpoint_marks=tuple(place for _, place in endpoints))


@narrowed(uniqueItems=True)
def _qualifications(node: Node, findings: Findings) -> tuple[str, ...] | None:
    found = _skills(node, findings)
    check_twins(found or (), node, findings, "qualification")
    return found


_rest_h = hours(0, 72)


def limits_of_person(node: Node, findings: Findings) -> Limits | None:
    """How much is asked of somebody at most."""
    fields = Fields.of(node, findings, "limits")
    if fields is None:
        return None
    calls = fields.optional("calls_per_shift", _calls_per_shift, None)
    talk = fields.optional("talk_min_per_day", _talk_min_per_day, None)
    in_a_row = fields.optional("talk_min_in_a_row", _talk_min_in_a_row, None)
    rest = fields.optional("rest_after_night_h", _rest_h, None)
    fields.close()
    return Limits(calls_per_shift=calls, talk_min_per_day=talk, talk_min_in_a_row=in_a_row, rest_after_night_h=rest)


def _quiet(node: Node, findings: Findings) -> tuple[WeeklyHours, ...] | None:
    return sequence_of(quiet_hours, "quiet hours")(node, findings)


def quiet_hours(node: Node, findings: Findings) -> WeeklyHours | None:
    """``{days: "sat, sun", from: 22:00, until: 08:00}``; every day if `days` is left out."""
    fields = Fields.of(node, findings, "a stretch of quiet hours")
    if fields is None:
        return None
    hint_at_days(fields)
    days = fields.optional("days", weekdays, EVERY_DAY)
    start = fields.required("from", time_of_day(is_end=False))
    until = fields.required("until", time_of_day(is_end=True))
    fields.close()
    if start is None or until is None:
        return None
    return WeeklyHours(weekdays=days, start=start, until=until)


def _endpoint_of(who: VolunteerId) -> Converter[tuple[Endpoint, Mark]]:
    @also({"enum": ["mobile"]})
    @narrowed(minProperties=1, maxProperties=1)
    def read(node: Node, findings: Findings) -> tuple[Endpoint, Mark] | None:
        return _endpoint(who, node, findings)

    return read


def _endpoint(who: VolunteerId, node: Node, findings: Findings) -> tuple[Endpoint, Mark] | None:
    """``mobile``, ``mobile: {confirm: no}``, ``softphone: v01`` or ``softphone: {name: v01, confirm: yes}``."""
    if isinstance(node, Scalar):
        if node.text == "mobile":
            return _mobile(who, True), node.mark
        hint = "write `softphone: <name of the PJSIP endpoint>`" if node.text == "softphone" else _AS_MOBILE
        findings.error(node.mark, f"{node.shown} is no endpoint", hint)
        return None
    if not isinstance(node, Mapping):
        findings.error(node.mark, _ONE_ENDPOINT, "one line for each")
        return None
    fields = Fields(node, findings, "an endpoint")
    mobile = fields.optional("mobile", lambda value, into: _mobile_options(who, value, into), None)
    softphone = fields.optional("softphone", _softphone, None)
    fields.close()
    if len(node.entries) != 1:
        findings.error(node.mark, _ONE_ENDPOINT, "one line for each")
        return None
    found = mobile or softphone
    return None if found is None else (found, node.mark)


def _mobile(who: VolunteerId, confirm: bool) -> Endpoint:
    return Endpoint(id=EndpointId(f"{who}-mobile"), kind=EndpointKind.MOBILE, confirm=confirm)


def _mobile_options(who: VolunteerId, node: Node, findings: Findings) -> Endpoint | None:
    if isinstance(node, Scalar):
        findings.error(node.mark, "a mobile takes no value here", _AS_MOBILE)
        return None
    fields = Fields.of(node, findings, "a mobile")
    if fields is None:
        return None
    fields.hint("number", _AS_MOBILE)
    confirm = fields.optional("confirm", yes_no, True)
    fields.close()
    return _mobile(who, confirm)


def _softphone(node: Node, findings: Findings) -> Endpoint | None:
    confirm = False
    if isinstance(node, Scalar):
        name = _softphone_name(node, findings)
    else:
        fields = Fields.of(node, findings, "a softphone")
        if fields is None:
            return None
        name = fields.required("name", _softphone_name)
        confirm = fields.optional("confirm", yes_no, False)
        fields.close()
    if name is None:
        return None
    return Endpoint(id=EndpointId(name), kind=EndpointKind.SOFTPHONE, pjsip_name=name, confirm=confirm)
