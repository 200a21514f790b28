"""``recording`` in ``line.yaml``: which talks of a line may be recorded. Format and default: `rosters/README.md`."""

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Recording, RecordTalks
from hotline_agi.roster.values import one_of


def recording(node: Node, findings: Findings) -> Recording | None:
    """``{talks: consent}``."""
    fields = Fields.of(node, findings, "the recording")
    if fields is None:
        return None
    talks = fields.optional("talks", one_of(RecordTalks, "way to record talks"), RecordTalks.NO)
    fields.close()
    return Recording(talks=talks)
