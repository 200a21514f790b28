"""`hotline try` (make run): Asterisk and the service stay up, for a person with a softphone app."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from hotline_agi.asterisk.endpoints import PASSWORD_BYTES, password_of
from hotline_agi.certificates import read_certificate
from hotline_agi.errors import SetupError
from hotline_agi.lab.pbx import Softphone
from hotline_agi.lab.stage import Stage, open_stage
from hotline_agi.supervisor import supervise

HOTLINE = "100"
LINE = f"""name: {{zh: 试用热线, en: Trial line}}
time_zone: UTC
language: LANGUAGE
numbers: ["{HOTLINE}"]
ring:
  - {{ring: everybody, for_s: 60}}
ring_timeout_s: 60
max_wait_s: 120
wrap_up_s: 5
overflow: [message, directory]
...
"""
PEOPLE = """volunteers:
  volunteer1: {name: Volunteer 1, languages: [zh, en], endpoints: [softphone: volunteer1]}
  volunteer2: {name: Volunteer 2, languages: [zh, en], endpoints: [softphone: {name: volunteer2, confirm: yes}]}
  volunteer3: {name: Volunteer 3, languages: [zh, en], endpoints: [softphone: volunteer3]}
...
"""
SHIFTS = """shifts:
  day: {from: 06:00, until: 18:00, people: [volunteer1, volunteer2, volunteer3]}
  night: {from: 18:00, until: 06:00, people: [volunteer1, volunteer2, volunteer3]}
...
"""
SIP_PORT = 5060
TLS_PORT = 5061
PLAIN = ("volunteer1", "volunteer2", "caller")
ENCRYPTED = "volunteer3"
"""TLS and SRTP, as in a real deployment; most apps must be told to trust a self-signed certificate."""


async def playground(bind: str, language: str, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C.

    :param bind: the address of this machine on which SIP listens.
    :raises SetupError: if that address is not ours, or something does not start.
    """
    passwords = {name: password_of(secrets.token_bytes(PASSWORD_BYTES)) for name in (*PLAIN, ENCRYPTED)}
    accounts = tuple(
        Softphone(name=name, password=password, is_caller=name == "caller", encrypted=name == ENCRYPTED)
        for name, password in passwords.items()
    )
    files = {
        "trial/line.yaml": LINE.replace("LANGUAGE", language),
        "trial/people.yaml": PEOPLE,
        "trial/shifts.yaml": SHIFTS,
    }
    async with open_stage(
        files=files,
        contacts="contacts: {}\n...\n",
        softphones=(),
        accounts=accounts,
        host=bind,
        sip_port=_free_or_any(bind, SIP_PORT, socket.SOCK_DGRAM),
        tls_port=_free_or_any(bind, TLS_PORT, socket.SOCK_STREAM),
        say=say,
    ) as stage:
        stage.config.write_text(stage.config.read_text().replace("log_format: json", "log_format: auto"))
        _explain(stage, passwords, say)
        await _serve(stage)
    say("stopped.")


def _free_or_any(bind: str, port: int, kind: int) -> int:
    """The usual port if it is free there, else any (0).

    :raises SetupError: if `bind` is no address of this machine.
    """
    try:
        with socket.socket(socket.AF_INET, kind) as sock:
            if kind == socket.SOCK_STREAM:  # the connections of a run just before are no hindrance
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((bind, port))
    except OSError as error:
        try:
            with socket.socket(socket.AF_INET, kind) as sock:
                sock.bind((bind, 0))
        except OSError:
            raise SetupError(
                f"{bind} is not an address of this machine ({error.strerror}): see them with `ip address`"
            ) from error
        return 0
    return port


def _command() -> str:
    """The command as this user can type it from here: the one that stands beside this Python, if there is one."""
    beside = Path(sys.executable).with_name("hotline")
    if not beside.is_file():
        return "hotline"
    return os.path.relpath(beside) if beside.is_relative_to(Path.cwd()) else str(beside)


def _explain(stage: Stage, passwords: dict[str, str], say: Callable[[str], None]) -> None:
    fingerprint = read_certificate(stage.pbx.certificate.read_bytes()).fingerprint
    say("")
    say("Type this into a softphone app such as Linphone or Zoiper (an app or an account for each):")
    say(f"    server / domain   {_address(stage.server)}, transport UDP, no encryption")
    for name in PLAIN:
        say(f"    user {name:<12} password {passwords[name]}")
    say("And one that is encrypted, as in earnest all are:")
    say(f"    server / domain   {_address(stage.tls_server)}, transport TLS, media encryption SRTP (SDES)")
    say(f"    user {ENCRYPTED:<12} password {passwords[ENCRYPTED]}")
    say(f"    certificate       {stage.pbx.certificate}, to be trusted by the app")
    say(f"    SHA-256           {fingerprint}")
    say("")
    say(f"Then call {HOTLINE} from the account `caller`: all volunteers ring.")
    say("volunteer1 and volunteer3 accept by picking up, volunteer2 by pressing 1. While waiting, * leaves a message.")
    say("Dial 100 from volunteer1: the volunteers' menu.")
    say(f"Messages: {stage.pbx.messages}   Journal: {_command()} calls --config {stage.config}")
    say("Ctrl-C ends it.")
    say("")


def _address(server: tuple[str, int]) -> str:
    return f"{server[0]}:{server[1]}"


async def _serve(stage: Stage) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(supervise(stage.service_argv()))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (serving, stopping):
        task.cancel()
    ended = await asyncio.gather(serving, stopping, return_exceptions=True)
    if ended[0] and not isinstance(ended[0], asyncio.CancelledError):
        raise SetupError("the service does not start; its own sentence above says why")
