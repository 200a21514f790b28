"""The section ``campaigns`` of the settings: whether people may be rung by campaigns at all, and how many."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.campaign.pacing import Limits
from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import ident, integer, seconds, yes_no

MOST_CHANNELS = 2000


USUAL_LIMITS = Limits(channels=4, trunk_channels=30, reserve=10, calls_per_second=1.0, calls_per_hour=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSettings:
    enabled: bool = False
    user: str = "hotline-campaign"
    """AMI user of `hotline campaign run`, beside the service's."""
    secret_file: Path | None = None
    port: int = 4574
    """FastAGI of `hotline campaign run`, on the host of the service's."""
    trunk: str | None = None
    """PJSIP endpoint over which people are rung; None: the one of the service."""
    limits: Limits = USUAL_LIMITS


OFF = CampaignSettings()
"""Without a section: `hotline campaign run` refuses."""


def campaign_settings(
    place: Callable[[Node, Findings], Path | None],
) -> Callable[[Node, Findings], CampaignSettings | None]:
    """The section's reader; `place` reads a path."""

    def read(node: Node, findings: Findings) -> CampaignSettings | None:
        fields = Fields.of(node, findings, "campaigns")
        if fields is None:
            return None
        usual = USUAL_LIMITS
        limits = Limits(
            channels=fields.optional("channels", integer(1, MOST_CHANNELS), usual.channels),
            trunk_channels=fields.optional("trunk_channels", integer(1, MOST_CHANNELS), usual.trunk_channels),
            reserve=fields.optional("reserve", integer(1, MOST_CHANNELS), usual.reserve),
            calls_per_second=fields.optional("calls_per_second", seconds(0.1, 50), usual.calls_per_second),
            calls_per_hour=fields.optional("calls_per_hour", integer(1, 100_000), usual.calls_per_hour),
        )
        found = CampaignSettings(
            enabled=fields.optional("enabled", yes_no, False),
            user=fields.optional("user", ident("an AMI user", 31), OFF.user),
            secret_file=fields.optional("secret_file", place, None),
            port=fields.optional("port", integer(1, 65535), OFF.port),
            trunk=fields.optional("trunk", ident("an endpoint", 31), None),
            limits=limits,
        )
        if found.enabled and found.secret_file is None:
            findings.error(
                node.mark,
                "campaigns are enabled and have no `secret_file`",
                "name the file with the secret of the AMI user hotline-campaign (site/manager-secret.conf)",
            )
        if limits.reserve >= limits.trunk_channels:
            findings.error(
                fields.mark("reserve"),
                "the reserve for the hotline is the whole trunk, so nobody would ever be rung",
                "`trunk_channels` is how many calls the carrier gives you at once; leave some of them",
            )
        fields.close()
        return found

    return read
