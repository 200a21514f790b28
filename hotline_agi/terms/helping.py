"""Who comes to the help of a volunteer in a talk."""

from enum import StrEnum


class HelperRole(StrEnum):
    """What somebody is rung for; the names are the prompts' and the dialplan's (`hotline-help`)."""

    SUPERVISOR = "supervisor"
    CONTACT = "contact"
    """The emergency contact."""
