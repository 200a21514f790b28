"""The faults that strike a call."""

from tests.faults.faults import agi_port, ami_link, journal, network, pbx, people, roster, signals, wall_clock
from tests.faults.faults.fault import Fault

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for module in (signals, ami_link, agi_port, pbx, journal, roster, wall_clock, network, people)
    for fault in module.FAULTS
}
