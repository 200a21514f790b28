"""A campaign as it can be run: its file, the settings and the roster, checked against each other."""

from dataclasses import dataclass, replace
from pathlib import Path

from hotline_agi import rosters
from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.campaign.campaign_file import MAX_BYTES, read_campaign
from hotline_agi.campaign.model import Campaign
from hotline_agi.campaign.phrases import own, texts
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.prompts.campaign_phrases import CAMPAIGN_PHRASES
from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.model import Line
from hotline_agi.rosters.regular import read_regular
from hotline_agi.settings import Settings
from hotline_agi.terms.languages import Language
from hotline_agi.terms.problems import Problem

WHEN = "a call of the campaign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    campaign: Campaign
    line: Line
    rules: DialRules
    home: str
    """ISO 3166: where numbers of the list without + are read."""

    @property
    def did(self) -> str:
        """The line's number: what people see, and where they go who ask for help."""
        return self.line.numbers[0]


def campaign_files(place: Path) -> list[Path]:
    """The campaigns' files in a folder, or the one file that is named.

    :raises SetupError: if there is none.
    """
    if not place.is_dir():
        return [place]
    found = sorted(place.glob("*.yaml"))
    if not found:
        raise SetupError(f"there is no campaign in {place}: one file NAME.yaml for each")
    return found


def read_file(path: Path) -> Campaign:
    """:raises SetupError: if it cannot be read; `InvalidText` with every problem of its text."""
    try:
        content = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise SetupError(f"cannot read the campaign {path} ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise SetupError(f"{path} has more than {MAX_BYTES} bytes: that is no campaign")
    return read_campaign(str(path), content)


def prepare(path: Path, settings: Settings) -> Prepared:
    """:raises SetupError: if it cannot be read, or does not fit to the settings and the roster; all that is wrong."""
    campaign = read_file(path)
    known = rosters.load(settings.rosters, None).roster
    problems = []
    line = known.lines.get(campaign.line)
    if line is None:
        hint = nearest(campaign.line, known.lines) or f"there are {', '.join(known.lines)}"
        problems.append(_problem(path, f"there is no line '{campaign.line}' in the rosters", hint))
    home = settings.dialling.home
    if home is None:
        what = "the settings do not say in which country numbers without + are read"
        problems.append(_problem(path, what, "add `dialling: {home: CN}`, or your country, to the settings"))
    if problems:
        raise InvalidText(problems)
    assert line is not None
    assert home is not None
    return Prepared(campaign=campaign, line=line, rules=campaign_rules(settings.dialling, home), home=home)


def campaign_rules(rules: DialRules, home: str) -> DialRules:
    """Rosters may name people abroad; lists may not, unless the settings list their countries."""
    return rules if rules.countries is not None else replace(rules, countries=(home,))


def prompts_of(campaign: Campaign) -> tuple[Prompt, ...]:
    """What has to be spoken for it; not what the hospital records itself."""
    by_language = {language: dict(texts(campaign, language)) for language in campaign.languages}
    names = dict.fromkeys(name for spoken in by_language.values() for name in spoken)
    return tuple(
        Prompt(
            id=name,
            zh=by_language.get(Language.ZH, {}).get(name, ""),
            en=by_language.get(Language.EN, {}).get(name, ""),
            when=f"{WHEN} {campaign.id}",
        )
        for name in names
    )


def missing_prompts(campaign: Campaign, sounds: Path) -> list[str]:
    """Which of the sounds that it plays are not there, as ``LANGUAGE/PROMPT``. Blocks on disk."""
    missing = []
    for language in campaign.languages:
        folder = sounds / language / "hotline"
        there = {path.stem for path in folder.glob("*.*")}
        wanted = [phrase.id for phrase in CAMPAIGN_PHRASES] + [name for name, _ in texts(campaign, language)]
        missing += [f"{language}/{name}" for name in wanted if name not in there]
    return missing


def refuse_without_prompts(campaign: Campaign, sounds: Path, path: Path) -> None:
    """:raises SetupError: if anything that it plays is not there: people would hear silence."""
    missing = missing_prompts(campaign, sounds)
    if missing:
        recorded = [own(campaign, one.id) for one in campaign.questions if not one.say]
        besides = "; what is `recorded` you put there yourself" if recorded else ""
        raise SetupError(
            f"{sounds} lacks {', '.join(missing[:6])}{' and more' if len(missing) > 6 else ''}: "
            f"hotline campaign prompts {path} --out {sounds} speaks them{besides}"
        )


def _problem(path: Path, what: str, hint: str) -> Problem:
    return Problem(file=str(path), line=0, column=0, what=what, hint=hint)
