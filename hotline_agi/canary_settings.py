"""The section ``canary`` of the settings: how test calls are placed, and how often."""

from dataclasses import dataclass
from enum import StrEnum

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import ident, integer, one_of, phone_number, seconds

LOCAL_NUMBER = "0000"
"""Of the test line where no trunk is in between: no carrier delivers it."""


class Through(StrEnum):
    LOCAL = "local"
    """Straight into the dialplan, as if the trunk had delivered the call."""
    TRUNK = "trunk"
    """Out to the carrier and back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanarySettings:
    every_min: int = 60
    """0: only before slots, and when somebody asks."""
    before_slot_min: int = 15
    """0: never before slots."""
    within_s: float = 10.0
    """Both sides must have heard each other so long after the call was placed."""
    failures: int = 2
    """So many in a row are an alarm."""
    through: Through = Through.LOCAL
    number: str = LOCAL_NUMBER
    """Of the test line, as the trunk delivers it."""
    dialled: str = LOCAL_NUMBER
    """The same as the carrier wants it dialled."""
    endpoint: str | None = None
    """A PJSIP endpoint that answers test calls; None: an answering extension of the dialplan itself."""

    @property
    def is_scheduled(self) -> bool:
        return bool(self.every_min or self.before_slot_min)


NEVER = CanarySettings(every_min=0, before_slot_min=0)
"""Without a section: only when somebody asks."""


def canary_settings(node: Node, findings: Findings) -> CanarySettings | None:
    """The section's reader."""
    fields = Fields.of(node, findings, "canary")
    if fields is None:
        return None
    known = CanarySettings()
    through = fields.optional("through", one_of(Through, "a way for test calls"), Through.LOCAL)
    number = fields.optional("number", phone_number, None)
    dialled = fields.optional("dialled", phone_number, None)
    found = CanarySettings(
        every_min=fields.optional("every_min", integer(0, 1440), known.every_min),
        before_slot_min=fields.optional("before_slot_min", integer(0, 240), known.before_slot_min),
        within_s=fields.optional("within_s", seconds(3, 60), known.within_s),
        failures=fields.optional("failures", integer(1, 10), known.failures),
        through=through,
        number=number.reveal() if number is not None else LOCAL_NUMBER,
        dialled=(dialled or number).reveal() if (dialled or number) is not None else LOCAL_NUMBER,  # type: ignore[union-attr]
        endpoint=fields.optional("endpoint", ident("an endpoint", 31), None),
    )
    if through is Through.TRUNK and number is None:
        findings.error(
            node.mark,
            "test calls through the trunk have no `number`",
            "give a number of yours that no line of the roster has, as the trunk delivers it",
        )
    fields.close()
    return found
