"""Outbound campaigns on real Asterisk: people are rung, press keys, and are put through when they ask for help."""

import asyncio
import signal
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.lab.behaviour import busy, never_answer, refuse, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from tests.e2e.hearing import HZ
from tests.e2e.hotline import talk, until
from tests.e2e.outbound import Callee, open_outbound
from tests.e2e.scenery import HOTLINE, mobile_of

pytestmark = pytest.mark.asterisk

NOW = datetime.now(ZoneInfo("Asia/Shanghai"))
NOT_NOW = f"[{{days: daily, from: {(NOW.hour + 11) % 24:02}:00, until: {(NOW.hour + 13) % 24:02}:00}}]"
CHANNELS = 6
RINGS_S = 0.3
"""From a caller's INVITE to the first phone, on a busy machine; on an idle one some 15 ms."""


def most_at_once(calls: list[PhoneCall]) -> int:
    """How many of `calls` were there at the same time at most."""
    moments = sorted(
        [(call.invited_at, 1) for call in calls] + [(call.ended_at, -1) for call in calls if call.ended_at is not None]
    )
    now = most = 0
    for _, change in moments:
        now += change
        most = max(most, now)
    return most


def test_a_questionnaire_is_rung_round_and_the_table_has_what_the_phones_pressed():
    """…and whoever asks for help is joined with a volunteer; a caller of the hotline is served as ever meanwhile."""

    async def story():
        helped, machine, declined = Callee({"begin": "0"}), Callee(), Callee({"begin": "1", "sleep": "9"})
        people = {
            101: Callee({"begin": "1", "sleep": "1", "worries": "2"}),
            102: never_answer(),
            103: machine,
            104: helped,
            105: Callee({"begin": "1", "sleep": "2", "worries": "1"}),
            106: Callee({"begin": "1", "sleep": "3"}),
            107: busy(),
            108: voicemail(0.3),
            109: declined,
            110: Callee({"begin": "1", "sleep": "1"}, leaves_after="worries"),
            111: refuse(404),
            112: Callee({"begin": "5", "sleep": "2", "worries": "2"}),
        }
        async with open_outbound(people) as outbound:
            hotline = outbound.hotline
            lin = await hotline.person("s01", never_answer())
            assert (await outbound.command("check", str(outbound.file)))[0] == 0
            status, said = await outbound.command("import", str(outbound.file), str(outbound.list))
            assert (status, "12 taken" in said) == (0, True), said
            # while somebody waits on the line, nobody is rung
            waits = hotline.caller()
            await lin.until_rung(5.0)
            await outbound.start()
            await outbound.until_running()
            await asyncio.sleep(1.5)
            assert not hotline.stage.carrier.legs
            lin.behaviour = ring_then_answer(0.3, HZ["s01"])
            waits.hang_up()
            leg = await lin.until_rung(20.0, 2)
            person = helped.calls[0]
            assert person.remote_user == HOTLINE, "the number of the line is shown"
            await person.until_hears(HZ["s01"], 5.0)
            await leg.until_hears(2600, 5.0)
            person.hang_up()
            row = await hotline.closed(2)
            assert (row.outcome, row.volunteer) == ("talked", "s01")
            assert hotline.number_of_journal(row.call) == mobile_of(104)
            # a caller of the hotline, while people are rung: the phone of the volunteer rings as soon as ever
            began_s = time.monotonic()
            caller = hotline.caller()
            leg = await lin.until_rung(3.0, 3)
            assert leg.invited_at - began_s < RINGS_S
            await talk(caller, leg, lin)
            caller.hang_up()
            status, said = await outbound.ended(40.0)
            assert (status, "12/12" in said) == (0, True), said
            table = await outbound.answers("--numbers")
            assert [(one["outcome"], one["sleep"], one["worries"]) for one in table.values()] == [
                ("completed", "good", "often"),
                ("no-answer", "", ""),
                ("no-key", "", ""),
                ("asked-for-help", "", ""),
                ("completed", "bad", "seldom"),
                ("completed", "none", ""),
                ("busy", "", ""),
                ("no-key", "", ""),
                ("do-not-call", "", ""),
                ("partial", "good", ""),
                ("unreachable", "", ""),
                ("partial", "", ""),
            ]
            # who presses nothing hears the opening and not a word more; who declined is thanked, their number is gone
            assert machine.heard == ["campaign-test-opening", "campaign-test-keys"] * 2
            assert declined.heard[-1] == "campaign-removed"
            assert [one["number"] for one in table.values()][7:10] == [mobile_of(108), "", mobile_of(110)]
            legs = list(hotline.stage.carrier.legs)
            assert most_at_once([one for one in legs if one is not person]) == CHANNELS
            assert sorted(one.local_user for one in legs) == [mobile_of(n) for n in people], "nobody is rung twice"
            # who pressed the key for never being called stays on no list, and cannot come onto another
            status, said = await outbound.command("import", str(outbound.file), str(outbound.list))
            assert status == 1
            assert "list.csv:10:1: error: this person asked not to be called" in said
            assert said.count("error") == 1
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_killed_in_the_middle_it_goes_on_and_rings_nobody_twice():
    """One is in the middle of the questions, one rings; both go on with the next process. A frozen one ends kindly, and
    outside the hours nobody is rung at all."""

    async def story():
        talking, ringing = Callee({"begin": "1", "sleep": "2"}), Callee({"begin": "1", "sleep": "1", "worries": "1"})
        ringing.pick_up_s = 60.0
        frozen = Callee({"begin": "1", "sleep": "2"})
        people = {121: talking, 122: ringing, 123: frozen}
        async with open_outbound(people, write={"channels": 2, "hours": NOT_NOW}, guard_s=1) as outbound:
            stage = outbound.hotline.stage
            assert (await outbound.command("import", str(outbound.file), str(outbound.list)))[0] == 0
            # outside the hours nobody is rung
            await outbound.start()
            await outbound.until_running()
            await asyncio.sleep(1.0)
            outbound.signal(signal.SIGTERM)
            status, said = await outbound.ended()
            assert (status, "outside the hours" in said) == (0, True), said
            assert not stage.carrier.legs
            outbound.write(channels=2)
            await outbound.start()
            await until(lambda: "campaign-test-worries" in talking.heard, 20.0, "the second question")
            await until(lambda: bool(ringing.calls), 5.0, "the other one rings")
            await outbound.kill()
            talking.calls[0].press("2")
            ringing._pick_up(ringing.calls[0])
            await until(lambda: "campaign-moment" in talking.heard, 5.0, "a moment")
            await outbound.start()
            await talking.calls[0].until_ended(15.0)
            assert talking.heard[-1] == "campaign-test-closing"
            await until(lambda: "campaign-test-worries" in frozen.heard, 25.0, "the last one is asked")
            outbound.signal(signal.SIGSTOP)
            frozen.calls[0].press("1")
            await frozen.calls[0].until_ended(20.0)
            assert frozen.heard[-2:] == ["campaign-moment", "campaign-sorry"]
            outbound.signal(signal.SIGCONT)
            status, said = await outbound.ended()
            assert (status, "3/3" in said) == (0, True), said
            table = await outbound.answers()
            assert [(one["outcome"], one["sleep"], one["worries"], one["attempts"]) for one in table.values()] == [
                ("completed", "bad", "often", "1"),
                ("completed", "good", "seldom", "1"),
                ("partial", "bad", "", "1"),
            ]
            assert sorted(one.local_user for one in stage.carrier.legs) == [mobile_of(n) for n in people]

    asyncio.run(story())
