"""The structures of the API behind the types of recovery and routing; rows of `limits.SOURCES`.

By token: (service, shape, places, also), as `limits.Source` has them.
"""

from __future__ import annotations

from collections.abc import Mapping

Row = tuple[str, str, Mapping[str, str], Mapping[str, tuple[str, ...]]]

RECOVERY_SOURCES: dict[str, Row] = {
    "aws:backup/vaultNotifications:VaultNotifications": ("backup", "PutBackupVaultNotificationsInput", {}, {}),
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": (
        "backup",
        "CreateLogicallyAirGappedBackupVaultInput",
        {"name": "BackupVaultName"},
        {},
    ),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": (
        "backup",
        "CreateRestoreTestingPlanInput",
        {"recoveryPointSelection": "RestoreTestingPlan.RecoveryPointSelection"},
        {},
    ),
    "aws:backup/framework:Framework": (
        "backup",
        "CreateFrameworkInput",
        {
            "name": "FrameworkName",
            "description": "FrameworkDescription",
            "controls": "FrameworkControls",
            "controls.scope": "FrameworkControls.ControlScope",
        },
        {},
    ),
    "aws:backup/reportPlan:ReportPlan": (
        "backup",
        "CreateReportPlanInput",
        {"name": "ReportPlanName", "description": "ReportPlanDescription"},
        {},
    ),
}
