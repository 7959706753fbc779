"""Imports every room's tables, so that the whole schema is known to migrations and tests."""

from training.evidence import models as evidence
from training.people import models as people

__all__ = ["evidence", "people"]
