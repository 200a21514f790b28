"""``hotline doctor``."""

from hotline_agi.doctor.check import Check, Grade
from hotline_agi.doctor.examination import examine

__all__ = ["Check", "Grade", "examine"]
