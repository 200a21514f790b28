"""What is said where talks may be recorded: to the caller, who decides, and to the volunteer, who must know.

The keys in these texts are those of `dispatch/recording.py`.
"""

from hotline_agi.prompts.catalogue import Prompt

RECORDING_PHRASES = (
    Prompt(
        id="recording-notice",
        zh="为了督导和帮助志愿者，我们希望录下这次通话。如果您同意，请按八。不同意不用按键，我们一样会帮助您。",
        en="To train and support our volunteers we would like to record this call. If you agree, press 8. "
        "If you do not, press nothing: you will be helped just the same.",
        when="behind the greeting, on a line that records talks; phones ring meanwhile",
    ),
    Prompt(
        id="recording-agreed",
        zh="谢谢您，通话会录音，并加密保存。如果您改变主意，请随时按九，录音会删除。",
        en="Thank you. The call will be recorded, and kept encrypted. If you change your mind, press 9 at any time, "
        "and the recording is deleted.",
        when="the caller agreed and waits",
    ),
    Prompt(
        id="recording-revoked",
        zh="好的，通话不会录音。",
        en="All right. The call will not be recorded.",
        when="the caller took it back and waits",
    ),
    Prompt(
        id="recorded",
        zh="录音中。",
        en="Recorded.",
        when="the volunteer alone hears it as the talk begins; as short as can be",
    ),
)
