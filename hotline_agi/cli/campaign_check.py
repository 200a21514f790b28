"""``hotline campaign check`` and ``prompts``."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.campaign.calling_hours import opens_at
from hotline_agi.cli.options import FINDING, config_option
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.outbound.preparation import campaign_files, missing_prompts, prepare, prompts_of, read_file
from hotline_agi.prompts.collection import build
from hotline_agi.settings import read_settings
from hotline_agi.terms.problems import Problem


@click.command("check")
@click.argument("place", type=click.Path(path_type=Path, exists=True))
@config_option
def check(place: Path, config: Path) -> None:
    """Check a campaign's file, or all of a folder, against the settings and the rosters. Rings nobody.

    Exit status: 0 it can be run, 1 something has to be done first, 2 the file is wrong.
    """
    settings = read_settings(config)
    wrong: list[Problem] = []
    unready = False
    for path in campaign_files(place):
        try:
            prepared = prepare(path, settings)
        except InvalidText as error:
            wrong += error.problems
            continue
        campaign = prepared.campaign
        table.ok(f"{path}: {table.counted(len(campaign.questions), 'question')}, line {campaign.line}")
        missing = missing_prompts(campaign, settings.sounds)
        if missing:
            unready = True
            table.warn(
                f"{path}: {table.counted(len(missing), 'sound')} missing in {settings.sounds}: "
                f"hotline campaign prompts {path} --out {settings.sounds}"
            )
        if opens_at(campaign.hours, datetime.now(UTC)) is None:
            unready = True
            table.warn(f"{path}: its hours never come: every one of them is a holiday")
    if not settings.campaigns.enabled:
        unready = True
        table.warn("campaigns are not enabled: `campaigns: {enabled: yes, …}` in the settings")
    else:
        try:
            settings.campaign_secret()
        except SetupError as error:
            unready = True
            table.warn(str(error))
    if wrong:
        raise InvalidText(wrong)
    sys.exit(FINDING if unready else 0)


@click.command("prompts")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The sounds folder.")
def prompts(file: Path, out: Path) -> None:
    """Speak what a campaign says with espeak-ng. Recordings of your own are never touched."""
    campaign = read_file(file)
    made = build(out, None, click.echo, more=prompts_of(campaign))
    table.ok(f"{len(made.made)} files made, {len(made.own)} of your own kept, in {made.folder}")
    missing = missing_prompts(campaign, out)
    if missing:
        table.warn(f"to be recorded by you: {', '.join(missing)} (in LANGUAGE/hotline/, wav, 8 kHz, mono, 16 bit)")
        sys.exit(FINDING)
