"""What `hotline doctor` asks an Asterisk: with the service's own rights, through the dialplan, from Asterisk's side."""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.errors import PbxError

ANSWER_TIMEOUT_S = 8.0
"""The dialplan's guard of 3 s for a frozen service, and the probes before it."""
HELP_MODULES = ("app_chanspy", "app_confbridge", "bridge_softmix")
"""Of help in talks; without them all else works."""
HELP_EVENTS = {"HotlineHelp": "HOTLINE_HELP_KEYS", "HotlineContact": "HOTLINE_CONTACT_KEYS"}
"""What comes of keys in a talk, and where `site/globals.conf` names them."""
ITEMS_PER_QUESTION = 30
"""A question is one AMI line per list, and a line holds 1,000 bytes."""

NEEDED_ACTIONS = ("Originate", "Hangup", "Redirect", "Status", "BridgeKick", "Ping", "ListCommands")
DANGEROUS_ACTIONS = ("Command", "UpdateConfig", "DBPut", "ModuleLoad", "GetConfig")
"""With any of these an AMI secret is the whole PBX."""

NEEDED_MODULES = (
    "app_bridgewait", "app_dial", "app_exec", "app_playback", "app_read", "app_record", "app_senddtmf",
    "app_softhangup", "app_stack", "app_userevent", "bridge_builtin_interval_features", "bridge_holding",
    "bridge_simple", "chan_pjsip", "func_callerid", "func_channel", "func_cut", "func_db", "func_devstate",
    "func_export", "func_logic", "func_math", "func_module", "func_strings", "func_timeout", "res_agi",
    "res_manager_devicestate", "res_musiconhold", "res_pjsip_authenticator_digest",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_header_funcs", "res_pjsip_registrar", "res_pjsip_rfc3326",
    "res_rtp_asterisk",
)  # fmt: skip
FORBIDDEN_MODULES = ("res_pjsip_caller_id", "func_shell", "app_system", "app_disa")
"""The first leaks volunteers' names to callers by P-Asserted-Identity; the others run commands or dial out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What Asterisk said. Names as they were asked for."""

    missing_modules: tuple[str, ...]
    forbidden_modules: tuple[str, ...]
    unknown_endpoints: tuple[str, ...]
    """PJSIP does not know them."""
    away_endpoints: tuple[str, ...]
    """Known, but no phone is registered now."""
    silent_languages: tuple[str, ...]
    """Asterisk finds no prompts in these."""
    service_answers: bool
    has_survival_plan: bool
    messages: str
    """HOTLINE_MESSAGES of the dialplan."""
    talks: str
    """HOTLINE_TALKS, likewise; empty: no talk is recorded."""
    has_menu: bool
    """The dialplan has the volunteers' menu."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpInspection:
    """Of help in talks."""

    missing_modules: tuple[str, ...]
    deaf_keys: tuple[str, ...]
    """Variables of `site/globals.conf` whose keys did nothing in a talk."""


class Inspector:
    """Asks over one AMI link; give its `on_event` the link's events."""

    def __init__(self) -> None:
        self.link: AmiLink | None = None
        self._answers: dict[str, asyncio.Future[AmiMessage]] = {}
        self._keys_of = ""
        """Unique id of the channel in whose talk keys are pressed."""
        self._worked: set[str] = set()

    def on_event(self, message: AmiMessage) -> None:
        name = str(message.get("UserEvent", ""))
        if name in HELP_EVENTS and str(message.get("Uniqueid", "")) == self._keys_of:
            self._worked.add(HELP_EVENTS[name])
        if name in ("HotlineDoctor", "HotlineDoctorPressed"):
            waiting = self._answers.get(str(message.get("Ticket", "")))
            if waiting is not None and not waiting.done():
                waiting.set_result(message)

    async def actions(self) -> frozenset[str]:
        """The AMI actions that our user may use.

        :raises PbxError: if Asterisk does not say.
        """
        assert self.link is not None
        answer = await self.link.request((("Action", "ListCommands"),), timeout_s=ANSWER_TIMEOUT_S)
        return frozenset(answer)

    async def look(self, endpoints: Sequence[str], languages: Sequence[str]) -> Inspection:
        """Ask the dialplan.

        :raises PbxError: if it does not answer: then `hotline/extensions.conf` is not loaded, or is another version.
        """
        modules = (*NEEDED_MODULES, *FORBIDDEN_MODULES)
        module_answers = [await self._ask(modules=part) for part in _parts(modules)]
        missing = {name for answer in module_answers for name in _items(answer, "Missing")}
        endpoint_answers = [await self._ask(endpoints=part) for part in _parts(endpoints)]
        last = await self._ask(languages=languages)
        played = dict(item.partition("=")[::2] for item in _items(last, "Played"))
        return Inspection(
            missing_modules=tuple(name for name in NEEDED_MODULES if name in missing),
            forbidden_modules=tuple(name for name in FORBIDDEN_MODULES if name not in missing),
            unknown_endpoints=tuple(name for answer in endpoint_answers for name in _items(answer, "Unknown")),
            away_endpoints=tuple(name for answer in endpoint_answers for name in _items(answer, "Away")),
            silent_languages=tuple(language for language in languages if played.get(language) != "SUCCESS"),
            service_answers=last.get("Service") == "ok",
            has_survival_plan=last.get("Gen") in ("a", "b"),
            messages=str(last.get("Messages", "")),
            talks=str(last.get("Talks", "")),
            has_menu=last.get("Menu") == "1",
        )

    async def look_at_help(self) -> HelpInspection:
        """Press the keys for help in a talk of our own. Takes some 3 s.

        :raises PbxError: if the dialplan does not answer: then `hotline/extensions-risk.conf` is not loaded.
        """
        missing = set(_items(await self._ask(modules=HELP_MODULES), "Missing"))
        ticket = secrets.token_hex(8)
        self._keys_of = f"doctor-{ticket}"
        await self._answered(
            ticket,
            ("Channel", "Local/talk@hotline-doctor-keys/n"),
            ("ChannelId", f"press-{ticket}"),
            ("OtherChannelId", self._keys_of),
            ("Context", "hotline-doctor-keys"),
            ("Exten", "press"),
            ("Priority", "1"),
        )
        return HelpInspection(
            missing_modules=tuple(name for name in HELP_MODULES if name in missing),
            deaf_keys=tuple(name for name in HELP_EVENTS.values() if name not in self._worked),
        )

    async def _ask(
        self, *, modules: Iterable[str] = (), endpoints: Iterable[str] = (), languages: Iterable[str] = ()
    ) -> AmiMessage:
        ticket = secrets.token_hex(8)
        return await self._answered(
            ticket,
            ("Channel", "Local/check@hotline-doctor/n"),
            ("Application", "Wait"),
            ("Data", "1"),
            ("Variable", f"HOTLINE_MODULES={'/'.join(modules)}"),
            ("Variable", f"HOTLINE_ENDPOINTS={'/'.join(endpoints)}"),
            ("Variable", f"HOTLINE_LANGUAGES={'/'.join(languages)}"),
        )

    async def _answered(self, ticket: str, *fields: tuple[str, str]) -> AmiMessage:
        """Have Asterisk originate something, and wait for the event that bears the ticket."""
        assert self.link is not None
        answer: asyncio.Future[AmiMessage] = asyncio.get_running_loop().create_future()
        self._answers[ticket] = answer
        try:
            await self.link.request(
                (
                    ("Action", "Originate"),
                    *fields,
                    ("Async", "true"),
                    ("Variable", f"HOTLINE_TICKET={ticket}"),
                ),
                timeout_s=ANSWER_TIMEOUT_S,
            )
            return await asyncio.wait_for(answer, ANSWER_TIMEOUT_S)
        except TimeoutError:
            raise PbxError("the dialplan did not answer the doctor") from None
        finally:
            del self._answers[ticket]


def _parts(items: Sequence[str]) -> list[Sequence[str]]:
    return [items[start : start + ITEMS_PER_QUESTION] for start in range(0, len(items), ITEMS_PER_QUESTION)]


def _items(answer: AmiMessage, name: str) -> list[str]:
    return [item for item in str(answer.get(name, "")).split("/") if item]
