"""What a stack is told: typed, validated, read once."""

from components.settings.base import DataClass
from components.settings.buckets import BucketStore
from components.settings.databases import DatabaseStore
from components.settings.load import load_settings
from components.settings.model import Links, Regions, Role, Settings
from components.settings.network import Network
from components.settings.protection import Backup, VaultLock
from components.settings.tables import TableStore
from components.settings.volumes import VolumeStore

__all__ = [
    "Backup",
    "BucketStore",
    "DataClass",
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
