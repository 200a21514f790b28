"""`hotline doctor`: is this deployment fit to take a call, from end to end, and if not, what is to be done.

Each check stands on its own; what cannot be looked at because something before it failed is left out, not guessed.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from hotline_agi import rosters
from hotline_agi.asterisk.ami import AmiLink
from hotline_agi.asterisk.inspection import DANGEROUS_ACTIONS, NEEDED_ACTIONS, Inspection, Inspector
from hotline_agi.errors import HotlineError, InvalidText, PbxError, SetupError
from hotline_agi.planning.outlook import SOON, by_weight
from hotline_agi.prompts.collection import State, inventory
from hotline_agi.roster.model import Roster
from hotline_agi.rosters import last_good, presence, status
from hotline_agi.settings import Settings, read_settings
from hotline_agi.table import counted

MIN_FREE_BYTES = 500 * 1024 * 1024
"""A message of 3 minutes is 2.9 MB; this is more than a hundred of them."""


class Grade(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding. `remedy` says what to do; it is empty when all is well."""

    name: str
    grade: Grade
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self).items()}


def _ok(name: str, found: str) -> Check:
    return Check(name=name, grade=Grade.OK, found=found)


def _failed(name: str, found: str, remedy: str) -> Check:
    return Check(name=name, grade=Grade.FAILED, found=found, remedy=remedy)


def _warning(name: str, found: str, remedy: str) -> Check:
    return Check(name=name, grade=Grade.WARNING, found=found, remedy=remedy)


async def examine(config: Path) -> list[Check]:
    """All checks, in order of a call's way. Takes a few seconds; never raises for what is wrong outside."""
    try:
        settings = read_settings(config)
    except SetupError as error:
        return [_failed("settings", str(error), "mend the settings; the other checks need them")]
    checks = [_ok("settings", str(config))]
    roster_checks, roster = _look_at_roster(settings)
    checks += roster_checks
    checks += _look_at_service(settings)
    checks += _look_ahead(settings, roster, datetime.now(UTC))
    checks += _look_at_folders(settings)
    if roster is not None:
        checks += _look_at_prompts(settings, roster)
        checks += _look_at_zones(roster)
    checks += await _look_at_asterisk(settings, roster)
    return checks


def _look_at_roster(settings: Settings) -> tuple[list[Check], Roster | None]:
    try:
        reading = rosters.load(settings.rosters, settings.contacts, settings.contacts_key)
    except InvalidText as error:
        found = f"{counted(len(error.problems), 'problem')}, the first: {error.problems[0]}"
        return [_failed("roster", found, f"see all with: hotline roster check {settings.rosters}")], None
    except SetupError as error:
        return [_failed("roster", str(error), "mend the path or its rights")], None
    roster = reading.roster
    found = _size(len(roster.lines), len(roster.volunteers))
    if reading.notes:
        remedy = "name the contacts file in the settings (`contacts`)"
        return [_warning("roster", "; ".join(reading.notes), remedy)], roster
    if reading.warnings:
        remedy = f"see them with: hotline roster check {settings.rosters}"
        return [_warning("roster", f"{found}, {counted(len(reading.warnings), 'warning')}", remedy)], roster
    return [_ok("roster", found)], roster


def _size(lines: int, people: int) -> str:
    return f"{counted(lines, 'line')}, {counted(people, 'volunteer')}"


def _look_at_service(settings: Settings) -> Iterator[Check]:
    """Which roster the running service has; nothing if none runs (the check of FastAGI says that)."""
    name = "roster in force"
    try:
        if not presence.runs(settings.state):
            return
    except SetupError as error:
        yield _warning(name, str(error), "see `sudo -u hotline hotline doctor`")
        return
    told = status.read(settings.state / status.NAME)
    if told is None or told.in_force is None:
        remedy = "see the service's log: it cannot write its state folder"
        yield _failed(name, f"the service wrote no {status.NAME}", remedy)
        return
    found = _in_force(told.in_force)
    if told.refused is None:
        yield _ok(name, found)
        return
    refused = told.refused
    first = "; ".join(refused.problems[:3]) + (f"; and {refused.count - 3} more" if refused.count > 3 else "")
    what = f"{found}. Refused since {refused.since:%Y-%m-%d %H:%M} UTC: {first}"
    remedy = (
        f"mend what `hotline roster check {settings.rosters}` shows, then: hotline roster reload. "
        "Callers are served meanwhile, by the roster in force"
    )
    yield _failed(name, what, remedy)


def _in_force(told: status.InForce) -> str:
    revision = f" {told.revision}" if told.revision else ""
    size = _size(told.lines, told.volunteers)
    if told.last_good_of:
        since = datetime.fromisoformat(told.last_good_of)
        return f"serving the last good roster of {since:%Y-%m-%d %H:%M} UTC{revision}, {size}"
    return f"the roster{revision}, since {told.loaded_at:%Y-%m-%d %H:%M} UTC, {size}"


def _look_ahead(settings: Settings, roster: Roster | None, now: datetime) -> Iterator[Check]:
    """What the coming days lack, by the roster that counts: the folder's, or the last good one in its place.

    Nothing if there is neither: other checks say that.
    """
    name, whose = "coverage", ""
    remedy = f"see all of the coming weeks with: hotline roster check {settings.rosters}"
    if roster is None or _is_replaced(settings):
        whose, remedy = "by the last good roster, ", f"{remedy} (mend its errors first)"
        try:
            roster = last_good.roster_of(settings.state / last_good.NAME)
        except (SetupError, InvalidText) as error:
            yield _warning(name, f"the last good roster cannot be looked at: {error}", remedy)
            return
        if roster is None:
            return
    found = by_weight(roster, now)
    if not found:
        yield _ok(name, f"{whose}nothing is amiss in the next {SOON} days")
        return
    first = str(found[0]).replace(f": {found[0].severity}: ", ": ", 1)
    what = f"{whose}{counted(len(found), 'finding')} in the next {SOON} days, the first: {first}"
    yield _warning(name, what, remedy)


def _is_replaced(settings: Settings) -> bool:
    """Whether the running service has the last good roster in force and not the folder's."""
    try:
        told = status.read(settings.state / status.NAME) if presence.runs(settings.state) else None
    except SetupError:
        return False
    return told is not None and (told.refused is not None or bool(told.in_force and told.in_force.last_good_of))


def _look_at_folders(settings: Settings) -> Iterator[Check]:
    try:
        settings.ami_secret()
        mode = settings.ami_secret_file.stat().st_mode
        if mode & 0o007:
            yield _warning("AMI secret", "everybody can read it", f"chmod o= {settings.ami_secret_file}")
        else:
            yield _ok("AMI secret", str(settings.ami_secret_file))
    except SetupError as error:
        yield _failed("AMI secret", str(error), "mend it; without it there is no AMI")
    for name, folder in (("state folder", settings.state), ("messages folder", settings.messages)):
        if not folder.is_dir():
            yield _failed(name, f"there is no {folder}", f"create it, owned by this user: mkdir -p {folder}")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield _failed(
                name,
                f"{folder} cannot be written by this user",
                "run the doctor as the service's user (sudo -u hotline); the messages folder belongs to both: "
                f"install -d -o asterisk -g hotline -m 2770 {settings.messages}",
            )
        else:
            yield _ok(name, str(folder))
            free = shutil.disk_usage(folder).free
            if free < MIN_FREE_BYTES:
                remedy = "make room: Asterisk loses messages without a word when the disk is full"
                yield _failed(f"disk of {name}", f"{free // 1024**2} MB free", remedy)
            else:
                yield _ok(f"disk of {name}", f"{free // 1024**2} MB free")


def _look_at_prompts(settings: Settings, roster: Roster) -> Iterator[Check]:
    languages = {line.language for line in roster.lines.values()}
    recordings = [one for one in inventory(settings.sounds) if one.language in languages]
    missing = sorted({f"{one.language}/{one.id}" for one in recordings if one.state is State.MISSING})
    unplayable = sorted({f"{one.language}/{one.id}" for one in recordings if one.state is State.UNPLAYABLE})
    if missing:
        remedy = f"hotline prompts build --out {settings.sounds}"
        yield _failed("prompts", f"missing: {', '.join(missing)}", remedy)
    if unplayable:
        remedy = "record them as wav, 8 kHz, mono, 16 bit; Asterisk plays silence otherwise"
        yield _failed("prompts", f"not playable: {', '.join(unplayable)}", remedy)
    if not missing and not unplayable:
        yield _ok("prompts", f"{len(recordings)} in {', '.join(sorted(languages))}")


def _look_at_zones(roster: Roster) -> Iterator[Check]:
    for key in sorted({line.zone.key for line in roster.lines.values()}):
        try:
            ZoneInfo.no_cache(key)
        except (OSError, ValueError) as error:
            yield _failed("time zone data", f"{key}: {type(error).__name__}", "apt-get install tzdata")
        else:
            yield _ok("time zone data", key)


async def _look_at_asterisk(settings: Settings, roster: Roster | None) -> list[Check]:
    try:
        secret = settings.ami_secret()
    except SetupError:
        return []
    inspector = Inspector()

    async def up() -> None:
        return

    link = AmiLink(
        host=settings.ami_host,
        port=settings.ami_port,
        user=settings.ami_user,
        secret=secret,
        on_event=inspector.on_event,
        on_up=up,
        on_down=lambda: None,
    )
    inspector.link = link
    try:
        await link.connect()
    except SetupError as error:
        return [_failed("AMI login", str(error), "mend it; the service cannot start without AMI")]
    checks = [_ok("AMI login", f"{settings.ami_user} on {settings.ami_host}:{settings.ami_port}")]
    try:
        checks += _judge_rights(await inspector.actions())
        endpoints = _softphones(roster)
        if _needs_trunk(roster):
            endpoints.append(settings.trunk)
        languages = sorted({line.language for line in roster.lines.values()}) if roster else []
        checks += _judge_inspection(settings, await inspector.look(endpoints, languages), len(endpoints))
    except (PbxError, HotlineError) as error:
        remedy = "#include hotline/extensions.conf in extensions.conf, then: asterisk -rx 'dialplan reload'"
        checks.append(_failed("dialplan", str(error), remedy))
    finally:
        link.hang_up()
        await asyncio.sleep(0)
    return checks


def _softphones(roster: Roster | None) -> list[str]:
    people = roster.volunteers.values() if roster else ()
    return [endpoint.pjsip_name for one in people for endpoint in one.endpoints if endpoint.pjsip_name is not None]


def _needs_trunk(roster: Roster | None) -> bool:
    people = roster.volunteers.values() if roster else ()
    return any(endpoint.number is not None for one in people for endpoint in one.endpoints)


def _judge_rights(actions: frozenset[str]) -> Iterator[Check]:
    lacking = [name for name in NEEDED_ACTIONS if name not in actions]
    if lacking:
        remedy = "give the AMI user `write = originate,call` (hotline/manager.conf), then: manager reload"
        yield _failed("AMI rights", f"not allowed: {', '.join(lacking)}", remedy)
    excess = [name for name in DANGEROUS_ACTIONS if name in actions]
    if excess:
        remedy = "take away all but `write = originate,call`: this secret would be the whole PBX"
        yield _warning("AMI rights", f"more than needed: {', '.join(excess)}", remedy)
    if not lacking and not excess:
        yield _ok("AMI rights", "all that is needed, and no more")


def _judge_inspection(settings: Settings, seen: Inspection, endpoints: int) -> Iterator[Check]:
    yield _ok("dialplan", "hotline/extensions.conf answers")
    if seen.missing_modules:
        remedy = "`require` them in modules.conf (asterisk-conf/modules.conf), then restart Asterisk"
        yield _failed("modules", f"not loaded: {', '.join(seen.missing_modules)}", remedy)
    if seen.forbidden_modules:
        remedy = (
            "`noload` them in modules.conf, if nothing else on this Asterisk needs them: they leak numbers or open a "
            "way out"
        )
        yield _warning("modules", f"loaded, but should not be: {', '.join(seen.forbidden_modules)}", remedy)
    if not seen.missing_modules and not seen.forbidden_modules:
        yield _ok("modules", "all that the dialplan needs")
    yield from _judge_endpoints(settings, seen, endpoints)
    if seen.silent_languages:
        remedy = (
            f"make `sounds` ({settings.sounds}) Asterisk's own folder: `sounds` in the `Data directory` that "
            "asterisk -rx 'core show settings' names"
        )
        yield _failed("prompts in Asterisk", f"not found: {', '.join(seen.silent_languages)}", remedy)
    else:
        yield _ok("prompts in Asterisk", "found in the channel's language")
    yield from _judge_service(settings, seen)


def _judge_endpoints(settings: Settings, seen: Inspection, endpoints: int) -> Iterator[Check]:
    if settings.trunk in seen.unknown_endpoints:
        remedy = (
            "define it in site/pjsip-trunk.conf, or correct `trunk` in the settings; no mobile can be rung without it"
        )
        yield _failed("trunk", f"PJSIP does not know {settings.trunk}", remedy)
    elif settings.trunk in seen.away_endpoints:
        remedy = "the carrier does not answer: see `pjsip show endpoint` and the line to the carrier"
        yield _failed("trunk", f"{settings.trunk} does not answer", remedy)
    unknown = [name for name in seen.unknown_endpoints if name != settings.trunk]
    away = [name for name in seen.away_endpoints if name != settings.trunk]
    if unknown:
        remedy = "add them to site/pjsip-volunteers.conf (hotline endpoints prints them), then: pjsip reload"
        yield _failed("endpoints", f"PJSIP does not know: {', '.join(unknown)}", remedy)
    if away:
        remedy = "their apps are off or misconfigured; they cannot be rung on them now"
        yield _warning("endpoints", f"not registered: {', '.join(away)}", remedy)
    if not seen.unknown_endpoints and not seen.away_endpoints:
        yield _ok("endpoints", f"{endpoints} known and reachable")


def _judge_service(settings: Settings, seen: Inspection) -> Iterator[Check]:
    if seen.service_answers:
        yield _ok("FastAGI", "the service answers Asterisk")
    else:
        remedy = "start the service, and make fastagi.port agree with HOTLINE_AGI in site/globals.conf"
        yield _failed("FastAGI", "no answer from the service to Asterisk", remedy)
    if seen.has_survival_plan:
        yield _ok("survival plan", "in AstDB")
    else:
        yield _failed(
            "survival plan", "there is none in AstDB", "start the service once; it writes the plan at its start"
        )
    if Path(seen.messages).resolve() != settings.messages.resolve():
        remedy = "make `messages` in the settings and HOTLINE_MESSAGES in site/globals.conf the same folder"
        yield _failed("messages", f"Asterisk records to {seen.messages}, the service reads {settings.messages}", remedy)
