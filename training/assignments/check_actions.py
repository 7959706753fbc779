"""Keeps what the nightly self check found, until it is mended."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from training.assignments.check_queries import Check, checks, open_findings
from training.assignments.models import CheckFinding


def keep_findings(db: Session, today: dt.date) -> list[Check]:
    """Checks the records, keeps what is wrong for the administrator, and notes what is mended.
    Returns what is wrong."""
    found = {check.rule: check for check in checks(db, today) if not check.holds}
    known = {finding.rule: finding for finding in open_findings(db)}
    for rule, finding in known.items():
        if rule in found:
            finding.count = found[rule].wrong
        else:
            finding.gone_on = today
    for rule, check in found.items():
        if rule not in known:
            finding = CheckFinding(rule=rule, noticed_on=today, count=check.wrong)
            db.merge(finding)
    db.flush()
    return list(found.values())
