"""`hotline try` (make run): Asterisk and the service stay up, for a person with a softphone app."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

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
...
"""
SHIFTS = """shifts:
  day: {from: 06:00, until: 18:00, people: [volunteer1, volunteer2]}
  night: {from: 18:00, until: 06:00, people: [volunteer1, volunteer2]}
...
"""
SIP_PORT = 5060


async def playground(bind: str, language: str, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C.

    :param bind: the address of this machine on which SIP listens.
    :raises SetupError: if that address is not ours, or something does not start.
    """
    passwords = {name: secrets.token_hex(4) for name in ("volunteer1", "volunteer2", "caller")}
    accounts = tuple(
        Softphone(name=name, password=password, is_caller=name == "caller") for name, password in passwords.items()
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
        sip_port=_sip_port(bind),
        say=say,
    ) as stage:
        stage.config.write_text(stage.config.read_text().replace("log_format: json", "log_format: auto"))
        _explain(stage, passwords, say)
        await _serve(stage)
    say("stopped.")


def _sip_port(bind: str) -> int:
    """5060 if it is free there, else any (0)."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((bind, SIP_PORT))
    except OSError as error:
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind((bind, 0))
        except OSError:
            raise SetupError(
                f"{bind} is not an address of this machine ({error.strerror}): see them with `ip address`"
            ) from error
        return 0
    return SIP_PORT


def _command() -> str:
    """The command as this user can type it from here: the one that stands beside this Python, if there is one."""
    beside = Path(sys.executable).with_name("hotline")
    if not beside.is_file():
        return "hotline"
    return os.path.relpath(beside) if beside.is_relative_to(Path.cwd()) else str(beside)


def _explain(stage: Stage, passwords: dict[str, str], say: Callable[[str], None]) -> None:
    host, port = stage.server
    say("")
    say("Type this into a softphone app such as Linphone or Zoiper (three apps or accounts, UDP):")
    say(f"    server / domain   {host}:{port}")
    for name, password in passwords.items():
        say(f"    user {name:<12} password {password}")
    say("")
    say(f"Then call {HOTLINE} from the account `caller`: both volunteers ring.")
    say("volunteer1 accepts by picking up, volunteer2 by pressing 1. While waiting, * leaves a message.")
    say("Dial 100 from volunteer1: the volunteers' menu.")
    say(f"Messages: {stage.pbx.messages}   Journal: {_command()} calls --config {stage.config}")
    say("Ctrl-C ends it.")
    say("")


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
