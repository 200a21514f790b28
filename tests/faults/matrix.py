"""All cells: each stage with each fault that can strike it."""

from tests.faults.cell import Cell
from tests.faults.faults import FAULTS
from tests.faults.stages import STAGES

CELLS: dict[str, Cell] = {
    cell.name: cell
    for cell in (
        Cell(stage=stage, fault=fault.name, expects=fault.expects(stage))
        for stage in STAGES
        for fault in FAULTS.values()
        if stage in fault.stages
    )
}
