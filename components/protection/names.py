"""Names of AWS Backup's audit and restore testing, which allow no hyphen."""

from __future__ import annotations

import re

# AWS Backup FrameworkName and ReportPlanName: a letter, then letters, digits and underscores.
AUDIT_NAME_MAXIMUM = 256
# AWS Backup RestoreTestingSelectionForCreate RestoreTestingSelectionName.
RESTORE_TEST_NAME_MAXIMUM = 50


def underscored(name: str, *, maximum: int) -> str:
    """The name with underscores for hyphens. Raises ValueError for what AWS Backup would still refuse."""
    made = name.replace("-", "_")
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", made) or len(made) > maximum:
        raise ValueError(
            f"{name} becomes {made} ({len(made)} characters): AWS Backup allows a letter, then letters, digits and"
            f" underscores, at most {maximum} in all; choose another name"
        )
    return made
