"""One line on which everything is switched on at once: what the features say and do to each other in one real call."""

import asyncio
import json

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from tests.e2e.caring import CARE, OWN_GREETING, caring, caring_site, is_said
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Person, open_hotline, talk, until
from tests.e2e.sayings import Ear
from tests.e2e.test_recording import clear, sealed, with_keys
from tests.e2e.test_results import ask, press

pytestmark = pytest.mark.asterisk

DUTY = "07700900777"
EVERYTHING = (
    CARE.replace("after_s: 6", "after_s: 60")
    + """recording: {talks: consent}
callbacks: {missed: yes, from: 00:00, until: 00:00}
high_risk: {supervisors: [s02], ring_s: 5, emergency_contact: duty, follow_ups_h: [24]}
results: {list: [referred, prank, high-risk], count: [prank]}
notes: {for_h: 24}
"""
)


def test_a_caller_of_a_line_with_everything():
    place = caring(EVERYTHING, softphones=2, backup_softphones=1, wrap_up_s=60, extra_contacts={"duty": DUTY})

    async def story():
        with caring_site(place) as site:
            async with open_hotline(place, service=False, **site) as hotline:
                with_keys(hotline)
                await hotline.stage.start_service()
                volunteer = await hotline.person("s01")
                supervisor = await hotline.person("s02", ring_then_answer(0.1, HZ["s02"]))
                hotline.stage.mobile(DUTY, Person("overflow", never_answer()))

                # greeting, emergency numbers, the key for languages and the notice stand one behind the other
                caller = hotline.caller()
                leg = await volunteer.until_rung(3.0)
                ear = Ear(caller)
                await ear.until("choose-zh", 6.0)
                caller.press("2")
                await caller.until_hears(HZ[OWN_GREETING], 3.0)
                said = await ear.until("recording-notice", 8.0)
                said = said[said.index("emergency") :]
                expected = ["emergency", "tel-1", "n-2", "n-0", "or", "tel-1", "tel-1", "n-0"]
                assert is_said(said, *expected, "choose-again", "recording-notice"), said
                caller.press("8")
                await ear.until("recording-agreed", 4.0)

                # the talk: recorded, and help by the volunteer's keys
                leg.answer(volunteer.hz)
                await talk(caller, leg, volunteer)
                leg_ear = Ear(leg)
                await until(lambda: len(clear(hotline)) == 1, 2.0, "the talk is being recorded")
                leg.press("*7")
                helper = await supervisor.until_rung(3.0)
                helper_ear = Ear(helper)
                await helper_ear.until("help-supervisor", 5.0)
                helper.press("1")
                await helper_ear.until("help-keys", 5.0)
                assert len(clear(hotline)) == 1, "keys for help end no recording"
                await asyncio.sleep(1.5)  # of a talk of less than 2 s no recording is kept
                caller.hang_up()
                await helper.until_ended(5.0)

                # what came of it
                await leg_ear.until("after-results", 5.0)
                assert "result-referred" in await press(leg, leg_ear, "3", "after-ready")
                leg.press("1")
                await leg.until_ended(5.0)
                row = await hotline.closed()
                assert (row.outcome, row.volunteer) == ("talked", "s01")
                kinds = ("language", "recording", "marked", "help", "result")
                assert [fact for fact in row.facts if fact.startswith(kinds)] == [
                    "language zh",
                    "recording agreed",
                    "recording started s01",
                    "marked s01",
                    "help asked s01",
                    "helper rang s02 supervisor",
                    "helper came s02 supervisor",
                    "result s01 referred;counts=no",
                ], row.facts
                await until(lambda: len(sealed(hotline, "talks")) == 1, 5.0, "the talk is encrypted")
                await until(lambda: clear(hotline) == [], 2.0, "the clear file is gone")
                assert sealed(hotline, "talks")[0].split(".wav")[0].endswith(f"_{row.call}")
                [followed] = json.loads(await hotline.command("followups", "list", "--json"))
                assert (followed["call"], followed["after_h"]) == (row.call, 24)
                assert ask(hotline, "SELECT kind FROM work") == [], "who was put through is not called back"
                await hotline.until_quiet()
                assert hotline.complaints() == []

    asyncio.run(story())
