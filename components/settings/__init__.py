"""What a stack is told: typed, validated, read once."""

from components.settings.load import load_settings
from components.settings.model import (
    Backup,
    BucketStore,
    DatabaseStore,
    Links,
    Network,
    Regions,
    Role,
    Settings,
    TableStore,
    VaultLock,
    VolumeStore,
)

__all__ = [
    "Backup",
    "BucketStore",
    "DatabaseStore",
    "Links",
    "Network",
    "Regions",
    "Role",
    "Settings",
    "TableStore",
    "VaultLock",
    "VolumeStore",
    "load_settings",
]
