"""``hotline campaign run``, ``status``, ``pause``, ``resume`` and ``stop``."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import log, table
from hotline_agi.campaign.progress_words import news, outcome_word, state_word
from hotline_agi.cli.operator import operator
from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.outbound.preparation import prepare, refuse_without_prompts
from hotline_agi.settings import read_settings
from hotline_agi.store.campaign_answers import known_campaigns
from hotline_agi.store.campaign_tally import PAUSED, RUNNING, STOPPED, change_state
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.languages import Language

_NO_CAMPAIGN = {
    Language.EN: "no campaign has a list yet: hotline campaign import FILE NUMBERS",
    Language.ZH: "还没有导入名单的外呼：hotline campaign import FILE NUMBERS",
}


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
@language_option
@click.option("--quiet", is_flag=True, help="Show nothing but what is wrong.")
def run(file: Path, config: Path, language: str, *, quiet: bool) -> None:
    """Ring the people of a campaign's list until nobody is to be rung any more.

    Ctrl-C (SIGTERM): places no more calls, and ends when those that are up are over; a second one ends at once. Killed
    and run again it goes on where it was. Run it as the user of the service.
    """
    settings = read_settings(config)
    settings.campaign_secret()  # says that campaigns are not enabled, before anything else
    prepared = prepare(file, settings)
    refuse_without_prompts(prepared.campaign, settings.sounds, file)
    from hotline_agi.outbound.running import CampaignRun, Progress

    log.configure(
        json={"json": True, "console": False}.get(settings.log_format), level="warning" if not quiet else "error"
    )
    spoken = Language(language)
    name = prepared.campaign.name[language]
    zone = prepared.campaign.hours.zone
    with table.progress(name, quiet=quiet) as shown:

        def show(progress: Progress) -> None:
            opens = progress.opens_at.astimezone(zone) if progress.opens_at else None
            text = news(spoken, progress.hold, progress.under_way, progress.tally.outcomes, opens)
            shown(progress.tally.done, progress.tally.people, text)

        async def ring() -> str:
            return await CampaignRun(prepared, settings, show=show).run()

        try:
            state = asyncio.run(ring())
        finally:
            log.drain()
    if not quiet:
        table.ok(state_word(spoken, state))


@click.command("status")
@click.argument("campaign", required=False)
@config_option
@language_option
@json_option
def status(campaign: str | None, config: Path, language: str, *, as_json: bool) -> None:
    """How far each campaign is."""
    known = list(known_campaigns(read_settings(config).state / JOURNAL))
    found = [one for one in known if campaign in (None, one.campaign)]
    if campaign is not None and not found:
        there = ", ".join(one.campaign for one in known)
        raise SetupError(f"there is no campaign {campaign} with a list: there are {there or 'none'}")
    if as_json:
        print_json(
            [
                {
                    "campaign": one.campaign,
                    "line": one.line,
                    "state": one.state,
                    "people": one.people,
                    "waiting": one.waiting,
                    "ringing": one.ringing,
                    "done": one.done,
                    "outcomes": dict(one.outcomes),
                    "attempts": one.attempts,
                }
                for one in found
            ]
        )
        return
    spoken = Language(language)
    if not found:
        table.note(_NO_CAMPAIGN[spoken])
    for one in found:
        table.note(f"{one.campaign}  {state_word(spoken, one.state)}  {one.done}/{one.people}")
        for outcome, many in sorted(one.outcomes.items(), key=lambda pair: -pair[1]):
            table.note(f"{many:>9}  {outcome_word(spoken, outcome)}")


def _changes(name: str, state: str, about: str) -> click.Command:
    @click.command(name, help=about)
    @click.argument("campaign")
    @config_option
    def change(campaign: str, config: Path) -> None:
        change_state(read_settings(config).state / JOURNAL, campaign, state, datetime.now(UTC), operator())
        table.ok(f"{campaign}: {state}")

    return change


pause = _changes("pause", PAUSED, "Place no more calls of a campaign for now; those that are up go on.")
resume = _changes("resume", RUNNING, "Let a campaign go on that was paused or stopped.")
stop = _changes("stop", STOPPED, "End a campaign's run when the calls that are up are over.")
