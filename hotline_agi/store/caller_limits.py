"""Limits of callers that are in force, by call; and how a coordinator ends one. Never a number, never a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hotline_agi.store.callers import WHY_UNKNOWN, WhoIsUnknown, writing
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import to_instant, to_text
from hotline_agi.terms import limits
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LineId

LONGEST = timedelta(days=1)
"""No limit lasts longer."""
MOST = 1000
"""So many are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitInForce:
    """A limit that a caller met in `call`, and that has not ended."""

    call: CallId
    line: LineId
    limit: str
    """A `terms.limits.Limit`, or a word of a newer version."""
    until_at: datetime


def limits_in_force(path: Path, now: datetime) -> list[LimitInForce]:
    """Those that the journal at `path` knows, of each caller and limit the last, the newest first. Blocks on disk.

    :raises SetupError: if it cannot be read.
    """
    with JournalReader.open(path) as reader:
        rows = reader.ask(
            """
            SELECT call, line, token, detail, fact.at AS at, lifted.at AS lifted_at
            FROM fact JOIN call USING (call) LEFT JOIN caller_token USING (call) LEFT JOIN lifted USING (token)
            WHERE arrived_at >= ? AND fact = ? ORDER BY fact.at DESC
            """,
            [to_text(now - LONGEST), Fact.LIMITED],
        )
    found: dict[tuple[str, str, str], LimitInForce] = {}
    for row in rows:
        name, until = limits.told(row["detail"])
        key = (row["line"], row["token"] or "", name)
        if not until or key in found or (row["lifted_at"] or "") >= row["at"]:
            continue
        until_at = datetime.fromisoformat(until)
        if until_at > now:
            found[key] = LimitInForce(call=CallId(row["call"]), line=LineId(row["line"]), limit=name, until_at=until_at)
    return list(found.values())[:MOST]


def lift(path: Path, call_id: str, *, who: str, now: datetime) -> str:
    """End the limits of the caller of a call; returns the call's id in full. What they did before counts no more.

    :param call_id: in full, or a beginning that only one call has.
    :param who: the user of this machine who does it; it stands in the audit.
    :raises CallNotFound: if no call or several calls are meant; `WhoIsUnknown` if its caller is not known.
    :raises SetupError: if the journal cannot be written.
    """
    with JournalReader.open(path) as reader:
        call = reader.call(call_id).call.call
    with writing(path) as connection:
        found = connection.execute("SELECT token FROM caller_token WHERE call = ?", [call]).fetchone()
        if found is None:
            raise WhoIsUnknown(
                f"who called in {call} is not known: {WHY_UNKNOWN}; limits of withheld numbers end alone"
            )
        connection.execute("DELETE FROM lifted WHERE at < ?", [to_text(now - 2 * LONGEST)])
        connection.execute("INSERT OR REPLACE INTO lifted (token, at) VALUES (?, ?)", [found[0], to_text(now)])
        connection.execute(
            "INSERT INTO audit (at, who, did, subject) VALUES (?, ?, ?, ?)",
            [to_text(now), who, "lifted the limits of a caller", call],
        )
    return call


def lifted_since(path: Path, since: datetime) -> dict[CallerToken, datetime]:
    """Whose limits were ended after `since`, and when. Blocks on disk.

    :raises SetupError: if the journal cannot be read.
    """
    with JournalReader.open(path, busy_s=0.5) as reader:
        rows = reader.ask("SELECT token, at FROM lifted WHERE at > ?", [to_text(since)])
    return {CallerToken(row["token"]): to_instant(row["at"]) for row in rows}
