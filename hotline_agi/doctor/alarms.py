"""Alarms that are on, whether they can be told, the last test call, and the machine's clock."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from hotline_agi import canary_status
from hotline_agi.alarms.kinds import Grade
from hotline_agi.alarms.trial import Verdict
from hotline_agi.alarms.wording import lasted
from hotline_agi.alerting import alarm_state
from hotline_agi.doctor.check import Check, failed, ok, warning
from hotline_agi.errors import SetupError
from hotline_agi.rosters import presence
from hotline_agi.settings import Settings
from hotline_agi.timekeeping import STA_UNSYNC, kernel_status

OLD = timedelta(days=1)
CONNECT_TIMEOUT_S = 4.0


async def look_at_sinks(settings: Settings) -> list[Check]:
    """Whether somebody is told of alarms, and the servers for it can be reached from this machine."""
    checks = list(_look_at_sinks(settings))
    for name, (host, port) in _servers(settings).items():
        trouble = await _cannot_reach(host, port)
        if trouble:
            remedy = "see alarms in the settings, and the firewall; try: hotline alarms test"
            checks.append(failed("alarm sinks", f"{name}: no connection to {host}:{port} ({trouble})", remedy))
    return checks


def _servers(settings: Settings) -> dict[str, tuple[str, int]]:
    found = {}
    if settings.alarms.email is not None:
        found["email"] = settings.alarms.email.host, settings.alarms.email.port
    if settings.alarms.webhook is not None:
        parts = urlsplit(settings.alarms.webhook.url)
        found["webhook"] = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    return found


async def _cannot_reach(host: str, port: int) -> str:
    """Why; empty: it can."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return f"no answer within {CONNECT_TIMEOUT_S:g} s"
    except OSError as error:
        return error.strerror or type(error).__name__
    writer.close()
    return ""


def look_at_alarms(settings: Settings, now: datetime) -> Iterator[Check]:
    """What the running service wrote; nothing of alarms that are on if none runs."""
    yield from _look_at_clock()
    told = alarm_state.read(settings.state / alarm_state.NAME)
    try:
        runs = presence.runs(settings.state)
    except SetupError:
        return  # another check says it
    if told is None or not runs:
        return
    on = [one for one in told.alarms() if one.is_on]
    if not on:
        yield ok("alarms", "none is on")
    for alarm in on:
        found = f"{alarm.condition.en} (for {lasted(now - alarm.since)})"
        remedy = "see all with: hotline alarms"
        is_critical = alarm.condition.grade is Grade.CRITICAL
        yield failed("alarms", found, remedy) if is_critical else warning("alarms", found, remedy)


def _look_at_sinks(settings: Settings) -> Iterator[Check]:
    name, alarms = "alarm sinks", settings.alarms
    names = [
        sink
        for sink, known in (("email", alarms.email), ("webhook", alarms.webhook), ("call", alarms.call))
        if known is not None
    ]
    if not names:
        yield warning(name, "nobody is told of alarms", "add `alarms` to the settings (email, webhook, call)")
        return
    for secret in (
        alarms.email.password_file if alarms.email else None,
        alarms.webhook.secret_file if alarms.webhook else None,
    ):
        if secret is None:
            continue
        try:
            secret.read_bytes()
            if secret.stat().st_mode & 0o007:
                yield warning(name, f"everybody can read {secret}", f"chmod o= {secret}")
        except OSError as error:
            yield failed(name, f"cannot read {secret} ({error.strerror})", "give it to the service's user")
    told = alarm_state.read(settings.state / alarm_state.NAME)
    troubled = [one for one in told.sinks if one.trouble and one.name in names] if told else []
    for one in troubled:
        since = f" since {one.trouble_since:%Y-%m-%d %H:%M} UTC" if one.trouble_since else ""
        yield failed(name, f"{one.name} does not take alarms{since}: {one.trouble}", "try: hotline alarms test")
    if not troubled:
        yield ok(name, ", ".join(names))


def _look_at_clock() -> Iterator[Check]:
    status = kernel_status()
    if status is not None and status & STA_UNSYNC:
        remedy = "install and enable chrony, or systemd-timesyncd: shifts begin by this clock"
        yield warning("clock", "it is not synchronised", remedy)
    elif status is not None:
        yield ok("clock", "synchronised")


def look_at_canary(settings: Settings, now: datetime) -> Iterator[Check]:
    """The last test call that the service placed."""
    name = "test call"
    told = canary_status.read(settings.state / canary_status.NAME)
    last = told.last if told else None
    if last is None:
        if settings.canary.is_scheduled:
            yield warning(name, "none was placed yet", "place one: hotline canary")
        return
    when = f"{last.at:%Y-%m-%d %H:%M} UTC, {last.through}"
    match last.verdict:
        case Verdict.GOOD:
            steps = ", ".join(f"{stage.value} {took:.1f}" for stage, took in last.took_s.items())
            found = f"came through in {last.total_s:.1f} s ({when}; seconds: {steps})"
            if settings.canary.is_scheduled and now - last.at > OLD:
                yield warning(name, f"the last one is old: {found}", "place one: hotline canary")
            else:
                yield ok(name, found)
        case Verdict.FAILED:
            yield failed(name, f"stopped at: {last.stopped_at} ({when})", last.why or "see: hotline canary")
        case Verdict.GAVE_WAY:
            yield warning(name, f"the last one gave way to a caller ({when})", "place one: hotline canary")
