"""The survival plan: who is rung, for the coming days, by a dialplan that finds nobody to ask.

It is kept in AstDB, in two generations: the one that is not in force is written row by row, and one last row switches
over, so a caller who comes in between reads a whole plan. Rows go in by `Originate` of a Local channel into the
dialplan, which checks each by its own pattern; AMI's DBPut would need rights that the service must not have. Writing
again what stands there already does no harm, so here, and only here, an uncertain action is repeated.

Ring plans do not count in it: everybody on shift rings, then the backup, also at hours whose plan rings no backup. It
is the last resort of a caller whom the service cannot serve.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.asterisk.dialling import Dialling, dial_string
from hotline_agi.errors import PbxError
from hotline_agi.roster import canary
from hotline_agi.roster.duty import duty_spans, everybody
from hotline_agi.roster.model import Endpoint, Line, OverflowStep, Roster
from hotline_agi.terms.ids import VolunteerId

DAYS = 7
MOST_RUNG = 40
"""People that the dialplan rings together, and as many backups. Each is 6 bytes of a row, which AMI takes up to about
1,000, and 36 of a `Dial`, which the dialplan evaluates up to 4,096."""
ROWS_PER_ACTION = 12
"""HOTLINE_ROW1..12 in `hotline-db`."""
STORE_TIMEOUT_S = 5.0
REFRESH_S = 3600.0
"""The plan moves on with time; an hour keeps it at least 6 days and 23 hours long."""

Row = tuple[str, str]
MayDial = Callable[[Endpoint], bool]
"""Whether the dial envelope lets an endpoint into the plan."""


def plan_rows(
    roster: Roster, dialling: Dialling, now: datetime, may_dial: MayDial = lambda _endpoint: True
) -> list[Row]:
    """The plan from `now` (aware) for `DAYS` days, as (key, value) below the generation's key.

    Formats: see `hotline-plan` in asterisk-conf/hotline/extensions.conf, which checks them again on reading.
    """
    return [row for rows in _line_by_line(roster, dialling, now, may_dial) for row in rows]


def _line_by_line(roster: Roster, dialling: Dialling, now: datetime, may_dial: MayDial) -> Iterator[list[Row]]:
    """The plan of one line after the other: at 100 people a line, each takes some milliseconds."""
    legs = _Legs(roster, dialling, may_dial)
    if dialling.test_number:
        # a test call that meets the dialplan alone rings nobody: its line is closed, whatever the dialplan's version
        until = int((now + timedelta(days=366)).timestamp())
        language = next((line.language for line in roster.lines.values()), "zh")
        yield [
            (f"did/{dialling.test_number}", f"{canary.LINE}:{language}:goodbye:"),
            (f"plan/{canary.LINE}/1", f"{until}:::goodbye"),
            (f"plan/{canary.LINE}/2", ""),
        ]
    for line in roster.lines.values():
        known = len(legs.rows)
        rows: list[Row] = []
        legs.number_all(line)
        transfer = legs.of(line.language, [line.transfer]) if line.transfer else ""
        steps = "-".join(step for step in line.overflow if step is not OverflowStep.TRANSFER) or "directory"
        for number in line.numbers:
            rows.append((f"did/{number}", f"{line.id}:{line.language}:{steps}:{transfer}"))
        for number in line.service_numbers:
            rows.append((f"did/{number}", f"{line.id}:{line.language}:service:"))
        rows.extend(_spans(line, legs, now))
        yield legs.rows[known:] + rows


def _spans(line: Line, legs: "_Legs", now: datetime) -> Iterable[Row]:
    closed = "-".join(["closed", *(step for step in line.closed if step is not OverflowStep.TRANSFER)])
    number = 0
    for number, span in enumerate(duty_spans(line, now, now + timedelta(days=DAYS)), 1):
        until = int(span.until_utc.timestamp())
        if span.duty.is_open:
            first = legs.of_people(line, span.duty.volunteers)
            then = legs.of_people(line, [one for one in span.duty.backup if one not in span.duty.volunteers])
            yield f"plan/{line.id}/{number}", f"{until}:{first}:{then}:"
        else:
            yield f"plan/{line.id}/{number}", f"{until}:::{closed}"
    # what an earlier plan of this generation had behind this one
    yield f"plan/{line.id}/{number + 1}", ""


class _Legs:
    """Numbers the ways to reach people: e0001 and so on."""

    def __init__(self, roster: Roster, dialling: Dialling, may_dial: MayDial) -> None:
        self._roster, self._dialling, self._may_dial = roster, dialling, may_dial
        self._ids: dict[tuple[str, Sequence[str]], str] = {}
        self.rows: list[Row] = []

    def number_all(self, line: Line) -> None:
        """Number everybody who is ever on shift, in the roster's order: the same person keeps the same number from
        one writing to the next, as long as the roster stays."""
        people = everybody(line)
        self.of_people(line, (person for person in self._roster.volunteers if person in people), most=len(people))

    def of_people(self, line: Line, people: Iterable[VolunteerId], most: int = MOST_RUNG) -> str:
        """The legs of the first `most` of them who have what every caller wants, joined as the dialplan wants them."""
        known = [self._roster.volunteers[one] for one in people if one in self._roster.volunteers]
        able = filter(line.may_ring, known)
        reachable = filter(None, (self.of(line.language, person.endpoints) for person in able))
        return "-".join(islice(reachable, most))

    def of(self, language: str, endpoints: Sequence[Endpoint]) -> str:
        """The leg that tries `endpoints` in order, each when the one before cannot be reached; empty for none."""
        known = [one for one in endpoints if one.pjsip_name is not None or one.number is not None]
        usable = [one for one in known if self._may_dial(one)]
        if not usable:
            return ""
        key = (language, tuple(one.id for one in usable))
        if key not in self._ids:
            otherwise = self.of(language, usable[1:])
            leg = f"e{len(self._ids) + 1:04d}"
            self._ids[key] = leg
            accept = "confirm" if usable[0].confirm else "direct"
            target = dial_string(usable[0], self._dialling)
            self.rows.append((f"endpoint/{leg}", f"{accept}:{language}:{target}:{otherwise}"))
        return self._ids[key]


class SurvivalPlan:
    """Keeps one Asterisk's plan up to date."""

    def __init__(self, link: AmiLink, dialling: Dialling, may_dial: MayDial = lambda _endpoint: True) -> None:
        """`may_dial`: of the roster that is being written, which must be in force by then."""
        self._link, self._dialling, self._may_dial = link, dialling, may_dial
        self._stored: dict[str, asyncio.Future[AmiMessage]] = {}
        self._tickets = 0

    def on_stored(self, message: AmiMessage) -> None:
        """The dialplan's word that it wrote a set of rows."""
        waiting = self._stored.get(str(message.get("Ticket", "")))
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    async def write(self, roster: Roster, now: datetime) -> int:
        """Write the plan and put it in force; returns its number of rows.

        :raises PbxError: if Asterisk did not take all of it; the plan in force stays.
        """
        in_force = await self._store([])
        generation = "b" if in_force == "a" else "a"
        rows: list[Row] = []
        for some in _line_by_line(roster, self._dialling, now, self._may_dial):
            rows.extend((f"{generation}/{key}", value) for key, value in some)
            await asyncio.sleep(0)  # a hundred lines at once would hold up calls for a second
        for start in range(0, len(rows), ROWS_PER_ACTION):
            await self._store(rows[start : start + ROWS_PER_ACTION])
        await self._store([("gen", generation)])
        return len(rows)

    async def _store(self, rows: Sequence[Row]) -> str:
        """Write one handful; returns the generation in force afterwards."""
        self._tickets += 1
        digest = hashlib.sha256(repr((self._tickets, rows)).encode()).hexdigest()
        ticket = digest[:16]
        done: asyncio.Future[AmiMessage] = asyncio.get_running_loop().create_future()
        self._stored[ticket] = done
        try:
            self._link.send(
                (
                    ("Action", "Originate"),
                    ("Channel", "Local/put@hotline-db/n"),
                    ("Application", "Wait"),
                    ("Data", "1"),
                    ("Async", "true"),
                    ("Variable", f"HOTLINE_TICKET={ticket}"),
                    *(("Variable", f"HOTLINE_ROW{n}={key}={value}") for n, (key, value) in enumerate(rows, 1)),
                )
            )
            async with asyncio.timeout(STORE_TIMEOUT_S):
                answer = await done
        except ValueError as error:
            raise PbxError(f"a row of the survival plan cannot be sent: {error}") from error
        except TimeoutError:
            raise PbxError(
                "the dialplan did not confirm the survival plan: is hotline/extensions.conf loaded?"
            ) from None
        finally:
            del self._stored[ticket]
        if answer.get("Bad") != "0":
            raise PbxError(
                "the dialplan refused a row of the survival plan: it does not fit this version of the service"
            )
        return str(answer.get("Gen", ""))
