"""What a caller meets while they wait, as ``line.yaml`` has it. Format and defaults: `rosters/README.md`."""

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields, check_twins, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line
from hotline_agi.roster.probes import described, narrowed
from hotline_agi.roster.values import ident, one_of, phone_number, scalar, seconds, yes_no
from hotline_agi.roster.waiting_plan import Choice, Emergency, EmergencyPlace, Offer, WaitingPlan

LANGUAGES = ("zh", "en")
"""There are prompts in these."""
USUAL_CHOICES = (Choice.WAIT, Choice.MESSAGE, Choice.CALLBACK, Choice.OTHER_NUMBER, Choice.DIRECTORY)
MOST_SELF_HELP = 9
MOST_EMERGENCY = 4


def read_waiting(fields: Fields) -> WaitingPlan:
    """Those fields of a line, all of which may be left out."""
    return WaitingPlan(
        languages=fields.optional("languages", _languages, ()),
        remembers_language=fields.optional("remember_language", yes_no, False),
        tells_place=fields.optional("place_in_queue", yes_no, False),
        offer=fields.optional("offer", _offer, None),
        self_help=fields.optional("self_help", _self_help, ()),
        emergency=fields.optional("emergency", _emergency, None),
    )


def check_waiting(fields: Fields, line: Line, findings: Findings) -> None:
    """What these fields say against the others of the line."""
    plan = line.waiting
    if plan.languages and line.language not in plan.languages:
        what = f"the line's own language, '{line.language}', is not among the languages that callers choose from"
        findings.error(fields.mark("languages"), what, f"add {line.language}, or change `language`")
    if plan.remembers_language and len(plan.languages) < 2:
        what = "no language is chosen, so none is remembered"
        findings.warning(fields.mark("remember_language"), what, "write `languages: [zh, en]`, or delete it")
    if plan.tells_place and line.callers.yields_s > 0:
        what = "with yields_s the order changes while callers wait, so no place in the queue is ever said"
        findings.warning(fields.mark("place_in_queue"), what, "delete one of the two")
    _check_offer(fields, line, findings)
    if plan.emergency and EmergencyPlace.OFFER in plan.emergency.said_in and plan.offer is None:
        what = "nothing is offered, so the emergency sentence is not said there"
        findings.warning(fields.mark("emergency"), what, "write `say: [greeting]`, or an `offer`")


def _check_offer(fields: Fields, line: Line, findings: Findings) -> None:
    plan = line.waiting
    offers_self_help = plan.offer is not None and Choice.SELF_HELP in plan.offer.choices
    if offers_self_help and not plan.self_help:
        what = "self-help recordings are offered, but there are none"
        findings.error(fields.mark("offer"), what, "name them: `self_help: [breathing]`")
    if plan.self_help and not offers_self_help:
        what = "nobody is offered these recordings"
        findings.warning(fields.mark("self_help"), what, "add self-help to the choices of `offer`")
    if plan.offer is not None and plan.offer.after_s >= line.max_wait_s:
        what = f"it is offered after {plan.offer.after_s:g} s, but a caller waits only {line.max_wait_s:g} s"
        findings.warning(fields.mark("offer"), what, "shorten after_s or raise max_wait_s")


@described({"enum": list(LANGUAGES)})
def prompt_language(node: Node, findings: Findings) -> str | None:
    """A language in which there are prompts."""
    found = scalar(node, findings, "the language")
    if found is None:
        return None
    if found.text in LANGUAGES:
        return found.text
    findings.error(node.mark, f"there are no prompts in {found.shown}", f"one of: {', '.join(LANGUAGES)}")
    return None


@narrowed(minItems=2, uniqueItems=True)
def _languages(node: Node, findings: Findings) -> tuple[str, ...] | None:
    found = sequence_of(prompt_language, "the languages")(node, findings)
    if found is not None and len(found) < 2:
        what = "callers choose among two languages or more"
        findings.error(node.mark, what, "write [zh, en], or leave `languages` out")
        return ()
    check_twins(found or (), node, findings, "language")
    return found


def _offer(node: Node, findings: Findings) -> Offer | None:
    """``{after_s: 60, every_s: 60, choices: [wait, message, …]}``."""
    fields = Fields.of(node, findings, "the offer")
    if fields is None:
        return None
    offer = Offer(
        after_s=fields.optional("after_s", seconds(5, 600), 60.0),
        every_s=fields.optional("every_s", seconds(20, 600), 60.0),
        choices=fields.optional("choices", _choices, USUAL_CHOICES),
    )
    fields.close()
    return offer


@narrowed(minItems=1, uniqueItems=True)
def _choices(node: Node, findings: Findings) -> tuple[Choice, ...] | None:
    found = sequence_of(one_of(Choice, "choice of a caller who waits"), "the choices")(node, findings)
    if found == ():
        findings.error(node.mark, "nothing is offered", "write choices, or leave `offer` out")
    check_twins(found or (), node, findings, "choice")
    return None if not found else tuple(choice for choice in Choice if choice in found)


@narrowed(minItems=1, maxItems=MOST_SELF_HELP, uniqueItems=True)
def _self_help(node: Node, findings: Findings) -> tuple[str, ...] | None:
    found = sequence_of(ident("a recording's id"), "the self-help recordings")(node, findings)
    if found is not None and len(found) > MOST_SELF_HELP:
        findings.error(node.mark, f"more than {MOST_SELF_HELP} recordings", "keep those that help most")
    check_twins(found or (), node, findings, "recording")
    return found


def _emergency(node: Node, findings: Findings) -> Emergency | None:
    """``{numbers: ["120", "110"], say: [greeting, offer]}``."""
    fields = Fields.of(node, findings, "the emergency sentence")
    if fields is None:
        return None
    numbers = fields.required("numbers", _emergency_numbers)
    places = sequence_of(one_of(EmergencyPlace, "place of the emergency sentence"), "where it is said")
    said_in = fields.optional("say", narrowed(minItems=1, uniqueItems=True)(places), (EmergencyPlace.GREETING,))
    fields.close()
    return Emergency(numbers=numbers, said_in=said_in) if numbers else None


@narrowed(minItems=1, maxItems=MOST_EMERGENCY, uniqueItems=True)
def _emergency_numbers(node: Node, findings: Findings) -> tuple[str, ...] | None:
    found = sequence_of(_public_number, "the emergency numbers")(node, findings)
    if found is not None and not 0 < len(found) <= MOST_EMERGENCY:
        findings.error(node.mark, f"{len(found)} emergency numbers", f"write one to {MOST_EMERGENCY}")
    return found


def _public_number(node: Node, findings: Findings) -> str | None:
    number = phone_number(node, findings)
    return None if number is None else number.reveal()
