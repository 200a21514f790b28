"""What the menu looks up in a roster, worked out once: a question must not hold up calls.

With a hundred lines it takes some 50 ms to make, so it is made away from the calls' way; a look takes a microsecond.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster, Volunteer
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.numbers import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """People by their telephones and PINs, and the lines that they serve."""

    volunteers: Mapping[VolunteerId, Volunteer]
    roster: Roster = field(repr=False)
    _lines: Mapping[VolunteerId, tuple[Line, ...]] = field(repr=False)
    _of_endpoint: Mapping[str, VolunteerId] = field(repr=False)
    _with_pin: tuple[Volunteer, ...] = field(repr=False)

    @classmethod
    def of(cls, roster: Roster) -> "Directory":
        people = roster.volunteers.values()
        lines: dict[VolunteerId, list[Line]] = defaultdict(list)
        for line in roster.lines.values():
            for who in everybody(line):
                lines[who].append(line)
        roster.volunteer_of_number(PhoneNumber("000"))  # so that it makes its index now
        return cls(
            volunteers=roster.volunteers,
            roster=roster,
            _lines={who: tuple(served) for who, served in lines.items()},
            _of_endpoint={
                endpoint.pjsip_name: one.id
                for one in people
                for endpoint in one.endpoints
                if endpoint.pjsip_name is not None
            },
            _with_pin=tuple(one for one in people if one.pin is not None),
        )

    @property
    def has_pins(self) -> bool:
        return bool(self._with_pin)

    def lines_of(self, who: VolunteerId) -> tuple[Line, ...]:
        """The lines that somebody serves, in roster order."""
        return self._lines.get(who, ())

    def of_endpoint(self, name: str) -> VolunteerId | None:
        """Whose softphone it is, by its name in PJSIP."""
        return self._of_endpoint.get(name)

    def of_number(self, number: str) -> VolunteerId | None:
        """Whose mobile calls, if it is just one volunteer's; a withheld or odd `number` is nobody's."""
        try:
            return self.roster.volunteer_of_number(PhoneNumber(number))
        except ValueError:
            return None

    def of_pin(self, keys: str) -> VolunteerId | None:
        """Whose PIN this is. All are compared, so how long it takes says nothing of where a match is."""
        found: VolunteerId | None = None
        for one in self._with_pin:
            if one.pin is not None and one.pin.matches(keys):
                found = one.id
        return found

    def line_for(self, dialled: str, who: VolunteerId | None) -> Line | None:
        """The line that speaks: of the service number that was dialled, else one that they serve, else the first."""
        own = self.lines_of(who) if who is not None else ()
        return (
            self.roster.service_line_of_number(dialled)
            or next(iter(own), None)
            or next(iter(self.roster.lines.values()), None)
        )
