"""The survival plan's rows against the patterns of the dialplan that reads them."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from pathlib import Path

import pytest

from hotline_agi.asterisk.ami import AmiLink
from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.asterisk.numbering import EMERGENCY
from hotline_agi.asterisk.survival import DAYS, MOST_RUNG, Row, SurvivalPlan, plan_rows
from hotline_agi.asterisk.wire import action_text
from hotline_agi.errors import PbxError
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import OverflowStep, Roster, Want
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.numbers import PhoneNumber
from tests.dispatch.lines import DAYTIME, NOON, XINLI, line, mobile, person, roster, shift, softphone

DIALPLAN = (Path(__file__).parents[2] / "asterisk-conf/hotline/extensions.conf").read_text()
DIALLING = Dialling(trunk="trunk", caller_id='"hotline" <100>')


def pattern(variable: str, beginning: str) -> re.Pattern[str]:
    """The dialplan's own check of `variable`; POSIX extended, and what it uses of that Python reads alike."""
    (found,) = {
        text for text in re.findall(r'REGEX\("([^"]+)" \$\{' + variable + r"\}", DIALPLAN) if text.startswith(beginning)
    }
    return re.compile(found)


STORED = pattern("HOTLINE_ROW", "^(gen")
OF_DID, OF_PLAN, OF_ENDPOINT = pattern("line", "^"), pattern("found", "^"), pattern("HOTLINE_ROW", "^(confirm")


def test_the_dialplan_itself_dials_no_emergency_number() -> None:
    refused = pattern("HOTLINE_ROW", ":PJSIP")
    for number in EMERGENCY:
        for row in (f"confirm:zh:PJSIP/{number}@trunk:", f"direct:en:PJSIP/+{number}@trunk:e0002"):
            assert OF_ENDPOINT.fullmatch(row)
            assert refused.search(row)
    for row in ("confirm:zh:PJSIP/+8613800000120@trunk:", "direct:zh:PJSIP/s120:", "confirm:zh:PJSIP/1205@trunk:"):
        assert OF_ENDPOINT.fullmatch(row)
        assert not refused.search(row)


def rows_of(roster: Roster, now: datetime = NOON) -> dict[str, str]:
    """The rows by key, every one of them checked as the dialplan will."""
    rows = plan_rows(roster, DIALLING, now)
    assert len({key for key, _ in rows}) == len(rows)
    for key, value in rows:
        assert_readable(key, value)
    return dict(rows)


def assert_readable(key: str, value: str) -> None:
    assert STORED.fullmatch(f"a/{key}={value}"), (key, value)
    assert len(action_text([("Variable", f"HOTLINE_ROW12=a/{key}={value}")])) < 900
    kind = key.split("/")[0]
    if kind == "plan" and not value:
        return  # the end of the plan
    assert {"did": OF_DID, "plan": OF_PLAN, "endpoint": OF_ENDPOINT}[kind].fullmatch(value), (key, value)


def people_at(rows: dict[str, str], line_id: str, at: datetime) -> tuple[list[str], list[str], str]:
    """Whom the dialplan would ring first, and then, at an instant; and what it would say on a closed line."""
    number = 1
    while int(rows[f"plan/{line_id}/{number}"].split(":")[0]) <= at.timestamp():
        number += 1
    _, first, then, closed = rows[f"plan/{line_id}/{number}"].split(":")

    def targets(legs: str) -> list[str]:
        return [rows[f"endpoint/{leg}"].split(":")[2] for leg in legs.split("-") if leg]

    return targets(first), targets(then), closed


def test_rows_of_a_line() -> None:
    rows = rows_of(roster())
    the_line = line()
    for number in the_line.numbers:
        assert rows[f"did/{number}"].startswith(f"{XINLI}:{the_line.language}:")
    first, then, closed = people_at(rows, XINLI, NOON)
    assert first == [f"PJSIP/sp-{name}" for name in ("lin", "wang", "zhao", "chen")]
    assert then == [f"PJSIP/sp-{name}" for name in ("bao", "gu")]
    assert closed == ""


def test_shift_changes_are_where_the_roster_has_them() -> None:
    """The shift change at 02:00, each day of the plan, second by second."""
    night = shift(("lin",), ("bao",), slot="night", start=wall(2, 0), until=wall(14, 0))
    day = shift(("wang",), (), slot="day", start=wall(14, 0), until=wall(2, 0))
    the_line = line(shifts=(night, day))
    rows = rows_of(roster(the_line))
    for hours in range(24 * DAYS - 1):
        for seconds in (-1, 0, 1):
            at = NOON + timedelta(hours=hours, seconds=seconds + (0 if hours else 1))
            duty = on_duty(the_line, at)
            first, then, _ = people_at(rows, XINLI, at)
            assert first == [f"PJSIP/sp-{name}" for name in duty.volunteers], at
            assert then == [f"PJSIP/sp-{name}" for name in duty.backup], at


def test_plan_lasts_a_week_and_then_ends() -> None:
    rows = rows_of(roster())
    plan = [value for key, value in rows.items() if key.startswith(f"plan/{XINLI}/")]
    untils = [int(value.split(":")[0]) for value in plan if value]
    assert untils == sorted(untils)
    assert untils[-1] == int((NOON + timedelta(days=DAYS)).timestamp())
    assert plan[-1] == ""


def test_nobody_on_duty_rings_nobody() -> None:
    rows = rows_of(roster(line(shifts=())))
    assert people_at(rows, XINLI, NOON) == ([], [], "")


def test_who_has_not_what_every_caller_wants_is_not_rung_without_the_service_either() -> None:
    wants = (Want(qualification="screened"), Want(language="en", for_s=20.0))
    able = [replace(person(one), qualifications=("screened",)) for one in ("wang", "gu")]
    rows = rows_of(roster(line(wants=wants), people=[*able, person("lin"), person("bao")]))
    assert people_at(rows, XINLI, NOON)[:2] == (["PJSIP/sp-wang"], ["PJSIP/sp-gu"])


def test_closed_hours_say_so_and_ring_nobody() -> None:
    rows = rows_of(roster(line(opening=(DAYTIME,), closed=(OverflowStep.TRANSFER, OverflowStep.DIRECTORY))))
    assert people_at(rows, XINLI, NOON)[0]
    assert people_at(rows, XINLI, NOON.replace(hour=20)) == ([], [], "closed-directory")


def test_two_endpoints_of_one_human_are_tried_one_after_the_other() -> None:
    people = {"lin": person("lin", softphone("lin"), mobile("lin"))}
    rows = rows_of(replace(roster(), volunteers=people))
    first, then, _ = people_at(rows, XINLI, NOON)
    assert (first, then) == (["PJSIP/sp-lin"], [])
    ((_, softly),) = [(key, value) for key, value in rows.items() if "PJSIP/sp-lin" in value]
    accept, language, _, otherwise = softly.split(":")
    assert (accept, language) == ("direct", "zh")
    assert rows[f"endpoint/{otherwise}"] == f"confirm:zh:PJSIP/{mobile('lin').number.reveal()}@trunk:"


def test_international_numbers_and_people_without_one() -> None:
    abroad = replace(mobile("lin"), number=PhoneNumber("+86 27 8283 0000"))
    people = {"lin": person("lin", abroad), "wang": person("wang", replace(mobile("wang"), number=None))}
    rows = rows_of(replace(roster(), volunteers=people))
    assert people_at(rows, XINLI, NOON)[0] == ["PJSIP/+862782830000@trunk"]


def test_a_shift_of_170_fits() -> None:
    names = [f"v{n:03d}" for n in range(1, 341)]
    crowd = shift(names[:170], names[170:])
    people = {name: person(name) for name in names}
    rows = rows_of(replace(roster(line(shifts=(crowd,))), volunteers=people))
    first, then, _ = people_at(rows, XINLI, NOON)
    assert (len(first), len(then)) == (MOST_RUNG, MOST_RUNG)
    dial = "&".join(["Local/e0001@hotline-survival-leg/n"] * 2 * MOST_RUNG)
    assert len(dial) < 4000  # Asterisk evaluates up to 4,096


def test_line_ids_of_the_longest_kind_fit() -> None:
    longest = LineId("x" * 23)
    rows = rows_of(roster(line(id=longest)))
    assert people_at(rows, longest, NOON)[0]


def test_steps_left_to_the_dialplan() -> None:
    def steps(*overflow: OverflowStep) -> str:
        rows = rows_of(roster(line(overflow=overflow)))
        return next(value for key, value in rows.items() if key.startswith("did/")).split(":")[2]

    assert steps(OverflowStep.TRANSFER, OverflowStep.MESSAGE, OverflowStep.DIRECTORY) == "message-directory"
    assert steps(OverflowStep.MESSAGE) == "message"
    assert steps(OverflowStep.TRANSFER) == "directory"  # never into silence


# ---- writing it


class Pbx(AmiLink):
    """Takes rows as the dialplan does, into `stored`."""

    def __init__(self) -> None:
        super().__init__(host="", port=0, user="", secret="", on_event=print, on_up=print, on_down=print)
        self.stored: dict[str, str] = {}
        self.gen = ""
        self.refuses = self.is_silent = False
        self.plan: SurvivalPlan

    def send(self, fields, *_: object, **__: object) -> None:
        text = action_text(fields)
        ticket = re.search("HOTLINE_TICKET=([0-9a-f]+)\r", text)[1]
        for key, value in re.findall(r"HOTLINE_ROW[0-9]+=([^=]+)=([^\r]*)\r", text):
            assert STORED.fullmatch(f"{key}={value}")
            if key == "gen":
                self.gen = value
            self.stored[key] = value
        if not self.is_silent:
            bad = "1" if self.refuses else "0"
            asyncio.get_running_loop().call_soon(
                self.plan.on_stored, {"Event": "UserEvent", "Ticket": ticket, "Bad": bad, "Gen": self.gen}
            )


def plan_on(pbx: Pbx) -> SurvivalPlan:
    pbx.plan = SurvivalPlan(pbx, DIALLING)
    return pbx.plan


def test_generations_take_turns() -> None:
    async def story() -> None:
        pbx = Pbx()
        plan = plan_on(pbx)
        for generation in ("a", "b", "a"):
            rows = await plan.write(roster(), NOON)
            assert pbx.gen == generation
            assert sum(key.startswith(f"{generation}/") for key in pbx.stored) == rows

    asyncio.run(story())


def test_a_refused_row_keeps_the_old_plan() -> None:
    async def story() -> None:
        pbx = Pbx()
        plan = plan_on(pbx)
        await plan.write(roster(), NOON)
        pbx.refuses = True
        with pytest.raises(PbxError, match="does not fit"):
            await plan.write(roster(), NOON)
        assert pbx.gen == "a"

    asyncio.run(story())


def test_a_silent_dialplan_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline_agi.asterisk.survival.STORE_TIMEOUT_S", 0.05)

    async def story() -> None:
        pbx = Pbx()
        plan = plan_on(pbx)
        pbx.is_silent = True
        with pytest.raises(PbxError, match=r"extensions\.conf"):
            await plan.write(roster(), NOON)
        plan.on_stored({"Event": "UserEvent", "Ticket": "late"})

    asyncio.run(story())


def test_a_row_that_cannot_be_sent_is_no_end_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def long_rows(*_: object) -> list[list[Row]]:
        return [[("plan/x/1", "1" * 2000)]]

    monkeypatch.setattr("hotline_agi.asterisk.survival._line_by_line", long_rows)

    async def story() -> None:
        with pytest.raises(PbxError, match="cannot be sent"):
            await plan_on(Pbx()).write(roster(), datetime(2020, 2, 5, tzinfo=UTC))

    asyncio.run(story())


def test_the_same_human_keeps_the_same_number_as_time_goes_by() -> None:
    """A caller in survival is rung by the numbers of the plan that was in force when they came."""
    early = shift(["chen"], [], slot="early", start=wall(0), until=wall(12))
    late = shift(["wang", "lin"], [], slot="late", start=wall(12), until=wall(0))
    planned = roster(line(shifts=(early, late)))

    def numbered(hours: int) -> list[Row]:
        rows = plan_rows(planned, DIALLING, NOON + timedelta(hours=hours))
        return [row for row in rows if row[0].startswith("endpoint")]

    assert len(numbered(0)) >= 3
    for hours in (1, 7, 13, 40):
        assert numbered(hours) == numbered(0)


def test_a_leg_is_looked_up_in_the_generation_that_named_it() -> None:
    assert "hotline/${HOTLINE_GEN}/endpoint/${EXTEN}" in DIALPLAN
    assert "Set(__HOTLINE_GEN=${DB(hotline/gen)})" in DIALPLAN


def test_a_service_number_is_told_from_callers_numbers_and_rings_nobody() -> None:
    rows = rows_of(roster(line(service_numbers=("01632960180", "+861632960180"))))
    assert rows["did/01632960180"] == rows["did/+861632960180"] == "xinli:zh:service:"
    of_service = re.compile(re.findall(r'REGEX\("([^"]+service[^"]+)"', DIALPLAN)[0])
    assert of_service.fullmatch(rows["did/01632960180"])
    assert not of_service.fullmatch(rows["did/01632960100"])
