"""What the service tells of its rosters: status file, metrics, warnings in the log."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.log import logger
from hotline_agi.metrics import RosterMetrics
from hotline_agi.rosters import status
from hotline_agi.rosters.loading import Loaded
from hotline_agi.rosters.status import FIRST_PROBLEMS, Attempt, InForce, Refusal, Status
from hotline_agi.rosters.transfer import Refused, Unchanged, Whole

DISK_TIMEOUT_S = 5.0


class Account:
    """Give each reading to `note`, then await `publish`."""

    def __init__(self, state: Path) -> None:
        """:param state: the state folder; a refusal that an earlier service told of there is not forgotten."""
        self._state = state
        before = status.read(state / status.NAME)
        self.status = Status(in_force=None, refused=before.refused if before else None, attempt=None)
        self.signature = ""
        """Of the folder when it was read last; empty if it could not be."""
        self._metrics = RosterMetrics()

    def note(self, found: Loaded | Unchanged | Refused, began_ns: int, *, restored: bool) -> None:
        """Remember an outcome for status, metrics and watch."""
        now = datetime.now(UTC)
        result, refused, in_force = "refused", self.status.refused, self.status.in_force
        match found:
            case Loaded(roster=roster, whole=whole):
                result = "restored" if restored else "taken"
                refused = refused if restored else None
                in_force = InForce(
                    revision=whole.origin.revision,
                    digest=whole.origin.digest,
                    loaded_at=now,
                    last_good_of=whole.origin.last_good_of,
                    lines=len(roster.lines),
                    volunteers=len(roster.volunteers),
                    warnings=whole.warning_count,
                )
                _log_warnings(whole)
            case Unchanged(origin=origin):
                result, refused = "unchanged", None
                if in_force is not None:
                    in_force = replace(in_force, revision=origin.revision, last_good_of="")
            case Refused() if not restored:
                refused = Refusal(
                    at=now,
                    since=refused.since if refused else now,
                    revision=found.revision,
                    problems=found.told()[:FIRST_PROBLEMS],
                    count=found.count,
                )
        took_s = round((time.monotonic_ns() - began_ns) / 1e9, 3)
        attempt = Attempt(result=result, began_ns=began_ns, took_s=took_s)
        self.status = Status(in_force=in_force, refused=refused, attempt=attempt)
        self._metrics.read(result, took_s)
        if in_force is not None:
            self._metrics.in_force(
                since=in_force.loaded_at,
                lines=in_force.lines,
                volunteers=in_force.volunteers,
                last_good=bool(in_force.last_good_of),
            )
        if not restored:
            self.signature = _signature(found)

    async def publish(self) -> None:
        """Write status and metrics, away from the loop; what cannot be written is logged and tried with the next."""
        try:
            async with asyncio.timeout(DISK_TIMEOUT_S):
                await asyncio.to_thread(self._write, self.status)
        except (TimeoutError, OSError) as error:
            logger.error("the status of the rosters was not written", trouble=str(error) or "the disk does not answer")

    def _write(self, told: Status) -> None:
        status.write(self._state / status.NAME, told)
        self._metrics.write(self._state)


def _signature(found: Loaded | Unchanged | Refused) -> str:
    match found:
        case Loaded(whole=Whole(origin=origin)) | Unchanged(origin=origin):
            return origin.signature
        case Refused(signature=signature):
            return signature


def _log_warnings(whole: Whole) -> None:
    for warning in whole.warnings:
        logger.warning("roster", finding=warning)
    if whole.warning_count > len(whole.warnings):
        more = whole.warning_count - len(whole.warnings)
        logger.warning("roster", finding=f"and {more} more: see them with `hotline roster check`")
    for note in whole.notes:
        logger.info("roster", note=note)
