"""A fuzz that finds nothing proves nothing: bugs are planted in each parser, and chance alone must find each of them
within `MOST_INPUTS`. (With atheris, `make fuzz` is better than that.)"""

import re
from importlib import import_module
from random import Random
from types import ModuleType

import pytest

from hotline_agi import notify, settings
from hotline_agi.asterisk import agi, ami, dialling, fastagi, messages, node, recordings, service_menu, survival, wire
from hotline_agi.coordination import csv_file, workbook
from hotline_agi.dispatch import codec
from hotline_agi.planning.sheets import cells, words
from hotline_agi.roster import contacts_file, document, reader, source, texts, values
from hotline_agi.selfservice import directory
from hotline_agi.store import callers, records
from hotline_agi.terms import numbers
from tests.fuzz.catalogue import BY_NAME, LIMIT_MS, TARGETS, Target
from tests.fuzz.session import Session, blind
from tests.planting import Planting, instead_of

MOST_INPUTS = 20_000
FEW_INPUTS = 150


JUDGES = tuple(import_module(f"tests.fuzz.{target.module}") for target in TARGETS)
"""Imported before anything is planted: what they import by name is replaced there, too."""


def planted(module: ModuleType, name: str, old: str, new: str, *users: ModuleType) -> Planting:
    return instead_of(module, name, old, new, users=(*JUDGES, *users))


def _all(*plantings: Planting) -> Planting:
    def plant(patch: pytest.MonkeyPatch) -> None:
        for planting in plantings:
            planting(patch)

    return plant


BUGS: dict[str, dict[str, Planting]] = {
    "agi-header": {
        "at the limit pieces matter": planted(agi, "RequestReader.feed", "end >= MAX_BYTES", "end > MAX_BYTES"),
        "the end is looked for in a piece": planted(agi, "RequestReader.feed", "self._pending.find", "received.find"),
        "a forged argument counts": planted(agi, "parse", 'elif name == "agi_threadid":', "elif False:"),
        "a forged channel wins": planted(agi, "parse", "headers.setdefault(name, value)", "headers[name] = value"),
        "a beginning that fits is enough": planted(agi, "_fit", "pattern.fullmatch", "pattern.match"),
        "the refusal repeats what came": planted(agi, "_fit", "missing: {name}", "missing: {name} {value}"),
        "no UTF-8 is an exception": planted(agi, "parse", 'line.decode("utf-8", "replace")', "line.decode()"),
    },
    "agi-session": {
        "a second question is asked": planted(fastagi, "AgiSession._read_request", "self._reader = None", "pass"),
        "any word will do": planted(agi, "WordReader.feed", "not hmac.compare_digest(found[1], self._word)", "False"),
        "what comes behind the word matters": planted(
            agi, "WordReader.feed", "_WORD_ANSWER.fullmatch(answer)", "_WORD_ANSWER.fullmatch(self._pending[:-1])"
        ),
        "a refusal closes nothing": planted(
            fastagi, "AgiSession.data_received", "str(error))\n        self.refuse()", "str(error))"
        ),
        "the listener is told what came": planted(
            fastagi, "AgiSession.data_received", "str(error)", "f'{error} {data!r:.90}'"
        ),
    },
    "ami-events": {
        "a sign cut between two reads is lost": planted(
            ami, "_Protocol.data_received", "self._decoder.decode(data)", 'data.decode("utf-8", "replace")'
        ),
        "an end cut between two reads is missed": planted(
            ami, "_Protocol.data_received", "self._rest = rest[1 - len(_END) :]", "self._rest = rest[len(rest) :]"
        ),
        "any cause is a number": planted(
            messages, "Translator._hangup", "_CAUSE.fullmatch(cause)", "cause.isdecimal()"
        ),
        "any uptime is a number": planted(node, "Node.on_message", "_SECONDS.fullmatch(uptime)", "uptime.isdecimal()"),
        "a user event of any call counts": planted(
            messages, "Translator._user_event", "if call not in self.callers:", "if False:"
        ),
        "a leg may be called as it likes": planted(
            messages, "is_leg", "_LEG.fullmatch(uniqueid)", "_LEG.match(uniqueid)"
        ),
        "a header that comes twice is a text": planted(
            ami, "AmiLink._answered", 'str(message["Event"]).endswith', 'message["Event"].endswith'
        ),
    },
    "ami-flood": {
        "no bound": planted(ami, "_Protocol.data_received", "if self._held_signs > MAX_MESSAGE_BYTES:", "if False:"),
        "all is copied again": planted(
            ami,
            "_Protocol.data_received",
            "self._held.append(rest[: 1 - len(_END)])",
            'self._held[:] = ["".join(self._held) + rest[: 1 - len(_END)]]; self._held[0].find("\\0")',
        ),
    },
    "ami-actions": {
        "line breaks pass": planted(wire, "action_text", "checked(value)", "value"),
        "a comma passes": planted(wire, "action_text", '"," in value', '",," in value'),
        "a name may go on": planted(wire, "action_text", "_NAME.fullmatch", "_NAME.match"),
        "signs are counted in place of bytes": planted(wire, "checked", "len(text.encode())", "len(text)"),
        "the refusal repeats the text": planted(
            wire, "checked", '"control character in a value for Asterisk"', "f'control character in {text * 9}'"
        ),
    },
    "spool-lines": {
        "any value passes": planted(records, "from_line", "and all(map(_is_plain, told.values()))", ""),
        "a lone surrogate passes": planted(records, "from_line", "to_line(row)", "pass"),
    },
    "packed-history": {
        "depth ends it": planted(codec, "_read", "json_value(text)", "json.loads(text)"),
        "texts may be a list": planted(texts, "texts_of", "not isinstance(told, dict)", "False"),
        "any field is taken": planted(codec, "_Shape.read", "if name not in known:", "if False:"),
        "what is missing is not noticed": planted(codec, "_Shape.read", "except TypeError", "except KeyError"),
        "a number may be a text": planted(
            codec, "_checked", "if not isinstance(told, wanted)", "if isinstance(told, list)"
        ),
    },
    "menu-questions": {
        "the beginning of a PIN lets in": planted(
            directory,
            "Directory.of_pin",
            "one.pin.matches(keys)",
            "(one.pin.matches(keys) or (keys and one.pin._digits.startswith(keys)))",
        ),
        "zeros let in": planted(
            directory, "Directory.of_pin", "one.pin.matches(keys)", "(one.pin.matches(keys) or keys == '000000')"
        ),
        "prompts are parted by blanks": planted(
            service_menu, "reply_text", 'said, then = "+".join', 'said, then = " ".join'
        ),
    },
    "recordings": {
        "a broken part is an exception": planted(recordings, "length_of", ", RuntimeError)", ")"),
        "no end is an exception": planted(recordings, "length_of", "EOFError, ", ""),
        "the header is believed": planted(
            recordings, "length_of", "path.stat().st_size // (sound.getnchannels() * sound.getsampwidth())", "2**40"
        ),
        "a short one stays": planted(recordings, "keep_or_drop", "if found is not None:", "if False:"),
    },
    "environment": {
        "any digits are a time": planted(notify, "watchdog_s", "_USEC.fullmatch(usec) is None", "not usec.isdecimal()"),
        "a longer key is a key": planted(callers, "CallerKey.of", "len(key) == KEY_BYTES", "len(key) >= KEY_BYTES"),
        "a socket that is not there": planted(notify, "notify", "except OSError", "except KeyError"),
    },
    "typed-values": {
        "a number may go on": planted(numbers, "PhoneNumber.__init__", "_PATTERN.fullmatch", "_PATTERN.match"),
        "a number shows itself": planted(
            numbers, "PhoneNumber.__format__", 'format("[number]", spec)', "format(self._digits, spec)"
        ),
        "a message shows long digits": lambda patch: patch.setattr(document, "_MANY_DIGITS", 30),
        "anything may be a whole number": lambda patch: patch.setattr(values, "_INTEGER", re.compile(r"[^.]+")),
    },
    "contacts-file": {
        "messages show its text": planted(contacts_file, "read_contacts", ", secret=True", ""),
        "a mistake is no mistake": planted(contacts_file, "read_contacts", "not own.failed", "True"),
        "a list has entries": planted(contacts_file, "_table", "isinstance(node, Mapping)", "True"),
    },
    "settings-file": {
        "line breaks in a secret": planted(settings, "_ami_secret", "if not _is_line(secret):", "if False:"),
        "zero bytes in a path": planted(settings, "_text", "not _is_line(found.text)", "False"),
        "a secret that is no UTF-8": planted(settings, "_read", "(OSError, UnicodeDecodeError)", "OSError"),
    },
    "roster-files": {
        "messages show numbers": _all(
            lambda patch: patch.setattr(document, "_MANY_DIGITS", 30),
            planted(contacts_file, "read_contacts", ", secret=True", "", reader),
        ),
        "a list as a key": planted(document, "_Tree._add_entry", "if not isinstance(key, Scalar):", "if False:"),
        "a text that is no UTF-8": planted(
            source, "_decoded", "except UnicodeDecodeError as fault:", "except KeyError as fault:"
        ),
    },
    "survival-rows": {
        "a mobile without its trunk": planted(dialling, "dial_string", "@{dialling.trunk}", "", survival),
        "a phone that is nowhere": planted(survival, "_Legs.of", "self.rows.append", "bool"),
        "steps with a colon": planted(
            survival,
            "_line_by_line",
            '"-".join(step for step in line.overflow',
            '":".join(step for step in line.overflow',
        ),
    },
    "csv-sheets": {
        "digits are counted again and again": planted(
            words, "_heading", "key.rstrip(_COUNTING)", 're.sub(r"[0-9一二三四五六七八九十]+$", "", key)'
        ),
        "numbers are told": lambda patch: patch.setattr(cells, "_MANY_DIGITS", 99),
        "no text at all": planted(csv_file, "_decoded", "raise SetupError", "raise KeyError"),
    },
    "xlsx-sheets": {
        "whatever openpyxl trips over": planted(
            workbook, "read_workbook", "except Exception as error:", "except KeyError as error:"
        ),
        "the refusal says all": planted(
            workbook, "read_workbook", "what = type(error).__name__", "what = repr(error) * 20"
        ),
    },
}

NAMED = [(target, bug) for target, bugs in BUGS.items() for bug in bugs]


def test_there_are_bugs_for_each_target() -> None:
    assert BUGS.keys() == {target.name for target in TARGETS}
    assert all(len(bugs) > 1 for bugs in BUGS.values())


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "bug"), NAMED, ids=[f"{name}: {bug}" for name, bug in NAMED])
def test_a_planted_bug_is_found(name: str, bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[name][bug](monkeypatch)
    session = Session(BY_NAME[name], limit_ms=LIMIT_MS)
    blind(session, MOST_INPUTS, Random(1))
    assert session.crashes, f"lives after {session.inputs} inputs"


@pytest.mark.thorough
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_without_a_bug_nothing_is_found(target: Target) -> None:
    session = Session(target, limit_ms=LIMIT_MS)
    blind(session, FEW_INPUTS, Random(1))
    assert not session.crashes
    assert session.inputs == FEW_INPUTS
