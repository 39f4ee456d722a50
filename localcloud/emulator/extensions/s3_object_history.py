"""What a bucket's objects were, and when: the current version of each name, followed for as long as somebody needs it.

moto frees the content of a version that is deleted. A version that a history holds is kept until the history goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.s3.models import FakeKey, s3_backends
from moto.s3.utils import _VersionedKeyStore

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_store import Tags
from localcloud.emulator.extensions.calls import extend

_set_item = _VersionedKeyStore.__setitem__
_set_list = _VersionedKeyStore.setlist
_pop = _VersionedKeyStore.pop
_dispose = FakeKey.dispose


@dataclass
class History:
    """For each name what was current from when on; None where nothing was (deleted, or behind a delete marker)."""

    start: datetime
    changes: dict[str, list[tuple[datetime, FakeKey | None]]] = field(default_factory=dict)
    _tags: dict[str, Tags] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: _VersionedKeyStore, moment: datetime) -> History:
        """The objects that are current at `moment`, with their tags as they are now."""
        history = cls(moment)
        for name in list(keys):
            history.note(name, keys.get(name), moment)
        history._tags = {key.arn: _tags_of(key) for key in history.objects(moment)}
        return history

    def note(self, name: str, current: Any, moment: datetime) -> None:
        """From `moment` on `current` is what the bucket has under the name."""
        held = current if isinstance(current, FakeKey) else None
        if held is not None:
            held.kept_by_history = True
        self.changes.setdefault(name, []).append((moment, held))

    def objects(self, moment: datetime) -> Iterator[FakeKey]:
        """The objects that were current at `moment`."""
        for changes in self.changes.values():
            current = [held for noted, held in changes if noted <= moment]
            if current and current[-1] is not None:
                yield current[-1]

    def as_of(self, moment: datetime) -> History:
        """Only what was current at `moment`."""
        history = History(moment)
        for key in self.objects(moment):
            history.note(key.name, key, moment)
            history._tags[key.arn] = self.tags(key)
        return history

    def size_bytes(self, moment: datetime) -> int:
        """How much the objects of `moment` weigh."""
        return sum(key.size for key in self.objects(moment))

    def tags(self, key: FakeKey) -> Tags:
        """The tags that an object was held with, else those that it has now."""
        return self._tags[key.arn] if key.arn in self._tags else _tags_of(key)

    def forget_before(self, moment: datetime) -> None:
        """Hold no longer what nobody can go back to."""
        self.start = max(self.start, moment)
        for name, changes in list(self.changes.items()):
            before = [change for change in changes if change[0] <= self.start]
            self.changes[name] = before[-1:] + [change for change in changes if change[0] > self.start]


def follow(keys: _VersionedKeyStore) -> History:
    """The history of a bucket from now on, or the one that is written already."""
    if keys.history is None:
        keys.history = History.of(keys, clock.now())
        keys.history._tags.clear()
    followed: History = keys.history
    return followed


def _tags_of(key: FakeKey) -> Tags:
    tags: Tags = s3_backends[key.account_id][key.partition].tagger.get_tag_dict_for_resource(key.arn)
    return tags


def _note(keys: _VersionedKeyStore, name: str) -> None:
    if keys.history is not None:
        keys.history.note(name, keys.get(name), clock.now())


def __setitem__(self: _VersionedKeyStore, name: str, value: Any) -> None:  # noqa: N807  it takes the place of moto's
    """Add a version, and note it."""
    _set_item(self, name, value)
    _note(self, name)


def setlist(self: _VersionedKeyStore, name: str, versions: Any) -> None:
    """Set all versions of a name, and note the newest."""
    _set_list(self, name, versions)
    _note(self, name)


def pop(self: _VersionedKeyStore, name: str) -> None:
    """Remove a name with all its versions, and note that."""
    _pop(self, name)
    _note(self, name)


def dispose(self: FakeKey, garbage: bool = False) -> None:
    """Free the content, unless a history holds it; it is then freed with the history."""
    if not self.kept_by_history:
        _dispose(self, garbage)
    elif garbage:
        _dispose(self)


def apply() -> None:
    """Put this into moto's S3."""
    _VersionedKeyStore.history = None
    FakeKey.kept_by_history = False
    extend(_VersionedKeyStore, __setitem__, setlist, pop)
    extend(FakeKey, dispose)
