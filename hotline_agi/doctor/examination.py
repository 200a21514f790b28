"""`hotline doctor`: is this deployment fit to take a call, from end to end, and if not, what is to be done.

Each check stands on its own; what cannot be looked at because something before it failed is left out, not guessed.
"""

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hotline_agi.asterisk.ami import AmiLink
from hotline_agi.asterisk.inspection import DANGEROUS_ACTIONS, NEEDED_ACTIONS, Inspection, Inspector
from hotline_agi.doctor.alarms import look_at_alarms, look_at_canary, look_at_sinks
from hotline_agi.doctor.check import Check, failed, ok, warning
from hotline_agi.doctor.encryption import look_at_tls, look_at_word
from hotline_agi.doctor.help import judge_help
from hotline_agi.doctor.journal import look_at_journal
from hotline_agi.doctor.recordings import look_at_recordings
from hotline_agi.doctor.rosters import look_ahead, look_at_folder, look_at_numbers, look_at_service
from hotline_agi.errors import HotlineError, PbxError, SetupError
from hotline_agi.prompts.collection import State, inventory
from hotline_agi.prompts.line_sounds import missing
from hotline_agi.roster.model import Roster
from hotline_agi.roster.waiting_plan import NO_PLAN
from hotline_agi.settings import Settings, read_settings

MIN_FREE_BYTES = 500 * 1024 * 1024
"""A message of 3 minutes is 2.9 MB; this is more than a hundred of them."""


async def examine(config: Path) -> list[Check]:
    """All checks, in order of a call's way. Takes a few seconds; never raises for what is wrong outside."""
    try:
        settings = read_settings(config)
    except SetupError as error:
        return [failed("settings", str(error), "mend the settings; the other checks need them")]
    checks = [ok("settings", str(config))]
    roster_checks, roster = look_at_folder(settings)
    checks += roster_checks
    checks += look_at_service(settings)
    checks += look_ahead(settings, roster, datetime.now(UTC))
    checks += _look_at_folders(settings)
    checks += look_at_journal(settings)
    checks += await look_at_sinks(settings)
    checks += look_at_alarms(settings, datetime.now(UTC))
    checks += look_at_canary(settings, datetime.now(UTC))
    if roster is not None:
        checks.append(look_at_numbers(settings, roster))
        checks += _look_at_prompts(settings, roster)
        checks += _look_at_line_sounds(settings, roster)
        checks += _look_at_zones(roster)
    checks += await asyncio.to_thread(lambda: list(look_at_recordings(settings, roster)))
    checks += look_at_word(settings)
    checks += [check async for check in look_at_tls(settings, roster)]
    checks += await _look_at_asterisk(settings, roster)
    return checks


def _look_at_folders(settings: Settings) -> Iterator[Check]:
    try:
        settings.ami_secret()
        yield ok("AMI secret", str(settings.ami_secret_file))
    except SetupError as error:
        yield failed("AMI secret", str(error), "mend it; without it there is no AMI")
    yield from _look_at_secrets(settings)
    for name, folder, rights in (
        ("state folder", settings.state, "-o hotline -g hotline -m 0700"),
        ("messages folder", settings.messages, "-o asterisk -g hotline -m 2770"),
    ):
        if not folder.is_dir():
            yield failed(name, f"there is no {folder}", f"create it, as root: install -d {rights} {folder}")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield failed(
                name,
                f"{folder} cannot be written by this user",
                "run the doctor as the service's user (sudo -u hotline); the messages folder belongs to both: "
                f"install -d -o asterisk -g hotline -m 2770 {settings.messages}",
            )
        else:
            yield ok(name, str(folder))
            free = shutil.disk_usage(folder).free
            if free < MIN_FREE_BYTES:
                remedy = "make room: Asterisk loses messages without a word when the disk is full"
                yield failed(f"disk of {name}", f"{free // 1024**2} MB free", remedy)
            else:
                yield ok(f"disk of {name}", f"{free // 1024**2} MB free")


def _look_at_secrets(settings: Settings) -> Iterator[Check]:
    """Which of the files that nobody else may read can be read by everybody; the service goes on with them."""
    files = {
        "AMI secret": settings.ami_secret_file,
        "contacts": settings.contacts,
        "contacts key": settings.contacts_key,
        "state folder": settings.state,
    }
    for name, path in files.items():
        if path is None:
            continue
        with suppress(OSError):  # what is missing is told elsewhere
            if path.stat().st_mode & stat.S_IRWXO:
                what = f"every user of this machine can read {path}"
                yield warning(name, what, f"chmod o= {path} (owner root or hotline, group hotline)")


def _look_at_prompts(settings: Settings, roster: Roster) -> Iterator[Check]:
    languages = {line.language for line in roster.lines.values()}
    recordings = [one for one in inventory(settings.sounds) if one.language in languages]
    missing = sorted({f"{one.language}/{one.id}" for one in recordings if one.state is State.MISSING})
    unplayable = sorted({f"{one.language}/{one.id}" for one in recordings if one.state is State.UNPLAYABLE})
    if missing:
        remedy = f"hotline prompts build --out {settings.sounds}"
        yield failed("prompts", f"missing: {', '.join(missing)}", remedy)
    if unplayable:
        remedy = "record them as wav, 8 kHz, mono, 16 bit; Asterisk plays silence otherwise"
        yield failed("prompts", f"not playable: {', '.join(unplayable)}", remedy)
    if not missing and not unplayable:
        yield ok("prompts", f"{len(recordings)} in {', '.join(sorted(languages))}")


def _look_at_line_sounds(settings: Settings, roster: Roster) -> Iterator[Check]:
    """What single lines promise their callers, and nobody would hear."""
    for line in roster.lines.values():
        lacking = missing(settings.sounds, line)
        if lacking:
            what = f"{line.id} says or offers what is missing: {', '.join(lacking)}"
            remedy = (
                f"record what ends in .wav, then hotline prompts build --out {settings.sounds} "
                f"--rosters {settings.rosters} --classes /etc/asterisk/site/musiconhold-lines.conf"
            )
            yield failed("prompts of a line", what, remedy)
        elif line.waiting != NO_PLAN:
            yield ok("prompts of a line", line.id)


def _look_at_zones(roster: Roster) -> Iterator[Check]:
    for key in sorted({line.zone.key for line in roster.lines.values()}):
        try:
            ZoneInfo.no_cache(key)
        except (OSError, ValueError) as error:
            yield failed("time zone data", f"{key}: {type(error).__name__}", "apt-get install tzdata")
        else:
            yield ok("time zone data", key)


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
        return [failed("AMI login", str(error), "mend it; the service cannot start without AMI")]
    checks = [ok("AMI login", f"{settings.ami_user} on {settings.ami_host}:{settings.ami_port}")]
    try:
        checks += _judge_rights(await inspector.actions())
        endpoints = _softphones(roster)
        if _needs_trunk(roster):
            endpoints.append(settings.trunk)
        languages = sorted({line.language for line in roster.lines.values()}) if roster else []
        checks += _judge_inspection(settings, await inspector.look(endpoints, languages), len(endpoints))
        if roster is not None and any(line.high_risk for line in roster.lines.values()):
            checks += await _look_at_help(inspector)
    except (PbxError, HotlineError) as error:
        remedy = "#include hotline/extensions.conf in extensions.conf, then: asterisk -rx 'dialplan reload'"
        checks.append(failed("dialplan", str(error), remedy))
    finally:
        link.hang_up()
        await asyncio.sleep(0)
    return checks


async def _look_at_help(inspector: Inspector) -> list[Check]:
    try:
        return judge_help(await inspector.look_at_help())
    except PbxError:
        remedy = "copy asterisk-conf/hotline anew (extensions-risk.conf), then: dialplan reload"
        return [failed("help in talks", "the dialplan has none", remedy)]


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
        yield failed("AMI rights", f"not allowed: {', '.join(lacking)}", remedy)
    excess = [name for name in DANGEROUS_ACTIONS if name in actions]
    if excess:
        remedy = "take away all but `write = originate,call`: this secret would be the whole PBX"
        yield warning("AMI rights", f"more than needed: {', '.join(excess)}", remedy)
    if not lacking and not excess:
        yield ok("AMI rights", "all that is needed, and no more")


def _judge_inspection(settings: Settings, seen: Inspection, endpoints: int) -> Iterator[Check]:
    yield ok("dialplan", "hotline/extensions.conf answers")
    if seen.missing_modules:
        remedy = (
            "load them without cutting a talk: asterisk -rx 'module load NAME.so'; if a restart loses them again, "
            "`load` or `require` them in modules.conf"
        )
        yield failed("modules", f"not loaded: {', '.join(seen.missing_modules)}", remedy)
    if seen.forbidden_modules:
        remedy = (
            "`noload` them in modules.conf, if nothing else on this Asterisk needs them: they leak numbers or open a "
            "way out"
        )
        yield warning("modules", f"loaded, but should not be: {', '.join(seen.forbidden_modules)}", remedy)
    if not seen.missing_modules and not seen.forbidden_modules:
        yield ok("modules", "all that the dialplan needs")
    yield from _judge_endpoints(settings, seen, endpoints)
    if seen.silent_languages:
        remedy = (
            f"make `sounds` ({settings.sounds}) Asterisk's own folder: `sounds` in the `Data directory` that "
            "asterisk -rx 'core show settings' names"
        )
        yield failed("prompts in Asterisk", f"not found: {', '.join(seen.silent_languages)}", remedy)
    else:
        yield ok("prompts in Asterisk", "found in the channel's language")
    yield from _judge_service(settings, seen)


def _judge_endpoints(settings: Settings, seen: Inspection, endpoints: int) -> Iterator[Check]:
    if settings.trunk in seen.unknown_endpoints:
        remedy = (
            "define it in site/pjsip-trunk.conf, or correct `trunk` in the settings; no mobile can be rung without it"
        )
        yield failed("trunk", f"PJSIP does not know {settings.trunk}", remedy)
    elif settings.trunk in seen.away_endpoints:
        remedy = "the carrier does not answer: see `pjsip show endpoint` and the line to the carrier"
        yield failed("trunk", f"{settings.trunk} does not answer", remedy)
    unknown = [name for name in seen.unknown_endpoints if name != settings.trunk]
    away = [name for name in seen.away_endpoints if name != settings.trunk]
    if unknown:
        remedy = (
            "add them to site/pjsip-volunteers.conf (hotline endpoints prints them), then: module reload res_pjsip.so"
        )
        yield failed("endpoints", f"PJSIP does not know: {', '.join(unknown)}", remedy)
    if away:
        remedy = "their apps are off or misconfigured; they cannot be rung on them now"
        yield warning("endpoints", f"not registered: {', '.join(away)}", remedy)
    if not seen.unknown_endpoints and not seen.away_endpoints:
        yield ok("endpoints", f"{endpoints} known and reachable")


def _judge_service(settings: Settings, seen: Inspection) -> Iterator[Check]:
    if seen.service_answers:
        yield ok("FastAGI", "the service answers Asterisk")
    else:
        remedy = (
            "start the service, and make fastagi.port agree with HOTLINE_AGI in site/globals.conf, and the word in "
            "fastagi.word_file with HOTLINE_WORD"
        )
        yield failed("FastAGI", "no answer from the service to Asterisk", remedy)
    if seen.has_menu:
        yield ok("volunteers' menu", "in the dialplan")
    else:
        remedy = (
            "hotline/extensions.conf is older than the service: copy asterisk-conf/hotline anew, then: dialplan reload"
        )
        yield failed("volunteers' menu", "the dialplan has none", remedy)
    if seen.has_survival_plan:
        yield ok("survival plan", "in AstDB")
    else:
        yield failed(
            "survival plan", "there is none in AstDB", "start the service once; it writes the plan at its start"
        )
    if Path(seen.messages).resolve() != settings.messages.resolve():
        remedy = "make `messages` in the settings and HOTLINE_MESSAGES in site/globals.conf the same folder"
        yield failed("messages", f"Asterisk records to {seen.messages}, the service reads {settings.messages}", remedy)
    talks = settings.recordings.talks
    if talks is not None and Path(seen.talks).resolve() != talks.resolve():
        remedy = "make `recordings.talks` in the settings and HOTLINE_TALKS in site/globals.conf the same folder"
        told = f"records talks to {seen.talks}" if seen.talks else "records no talks (HOTLINE_TALKS is empty)"
        yield failed("recording of talks", f"Asterisk {told}, the service reads {talks}", remedy)
