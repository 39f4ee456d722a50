"""What a stack is told: one typed model, a concern a file. components/configuration reads it."""

from components.settings.base import DataClass
from components.settings.buckets import BucketStore
from components.settings.databases import DatabaseRole, DatabaseStore
from components.settings.model import Links, Regions, Role, SecondaryRemoval, Settings
from components.settings.network import Network
from components.settings.protection import Protection, VaultLock
from components.settings.tables import TableStore
from components.settings.volumes import VolumeStore

__all__ = [
    "BucketStore",
    "DataClass",
    "DatabaseRole",
    "DatabaseStore",
    "Links",
    "Network",
    "Protection",
    "Regions",
    "Role",
    "SecondaryRemoval",
    "Settings",
    "TableStore",
    "VaultLock",
    "VolumeStore",
]
