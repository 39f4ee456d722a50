"""What a database was at every moment: base backups, and the transaction log that was archived since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from localcloud.databases.errors import DatabaseError
from localcloud.databases.programs import Programs

# Segments and history files of timelines; what starts with a dot is not complete yet.
_COMPLETE = "0*"


@dataclass
class Base:
    """A copy of a whole data folder; its transactions are complete up to `taken`, and later ones can be added."""

    taken: datetime
    folder: Path


@dataclass(eq=False)
class Archive:
    """The base backups of a database, oldest first, and the folder of its archived transaction log."""

    folder: Path
    bases: list[Base] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def segments(self) -> list[Path]:
        """The complete files of the transaction log, oldest first."""
        return sorted(self.log.glob(_COMPLETE))

    def base_before(self, moment: datetime | None) -> Base:
        """The newest base backup that `moment` can be reached from (None: the newest of all).

        Raises DatabaseError for a moment before the oldest: PostgreSQL would silently give that base backup instead.
        """
        usable = [base for base in self.bases if moment is None or base.taken <= moment]
        if not usable:
            earliest = self.bases[0].taken.isoformat() if self.bases else "none: no base backup yet"
            raise DatabaseError(f"the time asked for is before the earliest restorable time ({earliest})")
        return usable[-1]

    def latest(self) -> datetime | None:
        """Up to when it can restore: what the archive holds, not what its database did since."""
        times = [file.stat().st_mtime for file in self.segments()]
        return datetime.fromtimestamp(max(times), UTC) if times else None


def ship(programs: Programs, source: Archive, target: Archive, shared: Path) -> int:
    """Copy what `target` has not yet; returns the number of files. A base below `shared` is the same for all archives.

    Base backups go first: a log without its base is of no use.
    """
    known = {base.taken for base in target.bases}
    for base in [base for base in source.bases if base.taken not in known]:
        folder = base.folder
        if not folder.is_relative_to(shared):
            folder = target.folder / base.folder.name
            programs.copy(base.folder, folder)
        target.bases.append(Base(base.taken, folder))
    there = {file.name for file in target.segments()}
    missing = [file for file in source.segments() if file.name not in there]
    for file in missing:
        partial = target.log / f".{file.name}.partial"
        programs.copy(file, partial)  # with its time, from which `latest` follows
        partial.replace(target.log / file.name)
    return len(missing)
