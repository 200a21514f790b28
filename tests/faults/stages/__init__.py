"""The stages of a call at which a fault strikes."""

from tests.faults.stages import accepting, arriving, leaving, message, talking, waiting
from tests.faults.stages.call_stage import CallStage

STAGES: dict[str, CallStage] = {
    stage.name: stage
    for stage in (
        arriving.BEFORE,
        arriving.ARRIVING,
        waiting.GREETING,
        waiting.RINGING,
        accepting.ACCEPT_PROMPT,
        accepting.ACCEPTING,
        accepting.BRIDGING,
        talking.TALKING,
        talking.WRAP_UP,
        message.RECORDING,
        leaving.JUST_HUNG_UP,
    )
}
