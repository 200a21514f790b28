"""``hotline campaign``: people who consented are rung with a questionnaire, and put through when they ask for help."""

import click

from hotline_agi.cli.lazy import lazy


@click.group(
    "campaign",
    cls=lazy(
        campaign_check="check prompts",
        campaign_list="import forget",
        campaign_run="run status pause resume stop",
        campaign_answers="answers",
    ),
)
def campaign() -> None:
    """Ring people who consented, with a questionnaire. Off unless the settings enable it.

    check the campaign's file, speak its prompts, import the list, run it, look at it (status), fetch the answers.
    """
