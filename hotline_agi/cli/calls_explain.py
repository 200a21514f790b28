"""``hotline calls explain CALL``."""

from pathlib import Path

import click

from hotline_agi.callbook import print_reasons
from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.settings import read_settings
from hotline_agi.terms.languages import Language


@click.command("explain")
@click.argument("call")
@config_option
@language_option
@json_option
def calls_explain(call: str, config: Path, language: str, as_json: bool) -> None:
    """Tell why CALL (or its beginning) went as it went: who was rung and why, and why others were not."""
    shown = print_reasons(read_settings(config), call, language=Language(language), as_json=as_json)
    if as_json:
        print_json(shown)
