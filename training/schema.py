"""Imports every room's tables, so that the whole schema is known to migrations and tests."""

from training.assignments import feed_models as calendar_feeds
from training.assignments import message_models as programme_messages
from training.assignments import models as assignments
from training.audit import models as audit
from training.ballots import models as ballots
from training.evidence import models as evidence
from training.identity import models as identity
from training.learning import models as learning
from training.mail import models as mail
from training.meetings import models as meetings
from training.people import models as people
from training.reporting import half_year_models as half_year_reports
from training.reporting import models as reporting
from training.retention import models as retention

__all__ = [
    "assignments",
    "audit",
    "ballots",
    "calendar_feeds",
    "evidence",
    "half_year_reports",
    "identity",
    "learning",
    "mail",
    "meetings",
    "people",
    "programme_messages",
    "reporting",
    "retention",
]
