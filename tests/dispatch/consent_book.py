"""Who agreed to a recording, in the books of the watch: by what the machine was told, and what it said."""

from dataclasses import dataclass, field

from hotline_agi.dispatch.commands import Command, ConnectLeg, HoldCaller, MarkConsent, Music, StopRecording
from hotline_agi.dispatch.events import CallerKeyed, Event, RecordingPossible
from hotline_agi.dispatch.recording import KEY_AGREE, KEY_END
from hotline_agi.terms.ids import CallId
from tests.dispatch.fake_pbx import Caller
from tests.dispatch.truth import hold


@dataclass
class ConsentBook:
    """One machine's."""

    possible: bool = False
    noticed: set[CallId] = field(default_factory=set)
    agreed: set[CallId] = field(default_factory=set)
    """Pressed the key after the notice, and not the other one since."""

    def told(self, event: Event) -> None:
        match event:
            case RecordingPossible(possible=possible):
                self.possible = possible
            case CallerKeyed(call=call, key=key) if key == KEY_AGREE and call in self.noticed:
                self.agreed.add(call)
            case CallerKeyed(call=call, key=key) if key == KEY_END:
                self.agreed.discard(call)

    def said(self, command: Command) -> None:
        match command:
            case HoldCaller(call=call, music=Music.GREET_NOTICE):
                hold(self.possible or call in self.noticed, "nobody is asked for what cannot be done", call)
                self.noticed.add(call)
            case MarkConsent(call=call, agreed=True):
                hold(call in self.agreed, "consent is a key after the notice", call)
            case ConnectLeg(call=call, records=True):
                hold(call in self.agreed and self.possible, "nobody is recorded who did not agree", call)
            case StopRecording(call=call, erase=True):
                hold(call not in self.agreed, "nothing is removed of who agrees", call)

    def restarted(self, callers: dict[CallId, Caller]) -> None:
        """Another machine knows what stands on the callers' channels."""
        self.possible = False
        self.agreed = {call for call, caller in callers.items() if caller.consent}
        self.noticed |= self.agreed
