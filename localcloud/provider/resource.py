"""What one AWS resource type is to the provider: facts in class attributes, four calls in four short methods."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from localcloud.provider.codec import Props

# Words in an error code by which AWS's services say that the thing is not there.
_ABSENT = (
    "NotFound",
    "NoSuch",
    "DoesNotExist",
    "NonExistent",
    "ReplicationConfigurationNotFound",
    "InvalidInstanceID",
    "ServerSideEncryptionConfigurationNotFound",
)


class RegionOutError(Exception):
    """A call to a Region that was taken out (`securecart local outage`): no retry would reach it."""


def is_absent(error: ClientError) -> bool:
    code = str(error.response.get("Error", {}).get("Code", ""))
    # A HEAD request has no body to say more than its status.
    return code == "404" or any(word in code for word in _ABSENT)


@dataclass(frozen=True)
class Context:
    """One call's surroundings: the Region, the account, the provider's default tags, and clients."""

    region: str
    account_id: str
    default_tags: Mapping[str, str]
    clients: Callable[[str, str], Any]

    def client(self, service: str, region: str | None = None) -> Any:
        return self.clients(service, region or self.region)

    def in_region(self, region: str) -> Context:
        return Context(region, self.account_id, self.default_tags, self.clients)

    def all_tags(self, props: Props) -> dict[str, str]:
        """The tags to write: the provider's defaults, overridden by the resource's own."""
        return {**self.default_tags, **(props.get("tags") or {})}


@dataclass(frozen=True)
class ResourceType:
    """Base of every type. A property is `modelled` when `read` returns it, or when it is listed in `state_only`."""

    token: ClassVar[str]
    # Properties whose change needs a new resource (the official provider's ForceNew).
    replace_on: ClassVar[frozenset[str]] = frozenset()
    # Inputs that AWS never returns, or that only steer the provider: kept in Pulumi's state, never read back.
    state_only: ClassVar[frozenset[str]] = frozenset()
    # Those of `state_only` whose change is a call all the same (a password).
    sent: ClassVar[frozenset[str]] = frozenset()
    # Inputs that `read` gives back.
    modelled: ClassVar[frozenset[str]] = frozenset()
    # Paths of nested inputs that are refused (`rules.scanActions`); what is not listed is modelled.
    not_modelled: ClassVar[frozenset[str]] = frozenset()
    # Inputs that can change and that `read` finds the resource by.
    found_by: ClassVar[frozenset[str]] = frozenset()
    # Whether two cannot exist side by side, so that a replacement deletes first.
    exclusive: ClassVar[bool] = False
    # Inputs that AWS chooses where the program says nothing; to stop naming one changes nothing (Optional and Computed).
    kept: ClassVar[frozenset[str]] = frozenset()
    # What an input that is left out means.
    defaults: ClassVar[Mapping[str, Any]] = {}
    # The same for members of the structures of a property, by their name at any depth.
    member_defaults: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    # Properties whose text is a JSON document, compared by content.
    documents: ClassVar[frozenset[str]] = frozenset()
    # Lists whose order means nothing to AWS.
    unordered: ClassVar[frozenset[str]] = frozenset()
    # Outputs that are secret whatever the program says.
    secrets: ClassVar[frozenset[str]] = frozenset()
    # Outputs unknown until the resource exists.
    computed: ClassVar[tuple[str, ...]] = ()
    # The property that gets a generated name when the program gives none.
    name_property: ClassVar[str | None] = None
    # How such a generated name begins.
    name_start: ClassVar[str] = ""
    taggable: ClassVar[bool] = True

    def create(self, c: Context, p: Props) -> str:
        """The call that makes the resource; returns its id. Whatever else is to be done belongs to `finish`."""
        raise TypeError(f"{self.token} cannot be created")

    def finish(self, c: Context, id_: str, p: Props) -> None:
        """Calls after the making one. If one fails, the engine still learns the id, and the next update repeats the work."""

    def replaced_by(self, old: Props, new: Props, changed: frozenset[str]) -> frozenset[str]:
        """Those of the changed properties that need a new resource."""
        return changed & (self.replace_on | {"region"})

    def renewed_by(self, changed: frozenset[str]) -> frozenset[str]:
        """Outputs that an update of these properties alters, so that a preview of it does not know them (a version)."""
        return frozenset()

    def inputs_of(self, live: Props) -> Props:
        """The inputs that would lead to what `read` returned, for an import."""
        return {key: live[key] for key in self.modelled if live.get(key) not in (None, [], {})}

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        """Returns every property as it is in the cloud now, or None when the resource is gone."""
        raise TypeError(f"{self.token} cannot be read")

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        """Brings the resource from `old` to `new`; `changed` are the top-level properties that differ."""
        raise TypeError(f"{self.token} cannot be updated: every property of it must be in replace_on")

    def delete(self, c: Context, id_: str, state: Props) -> None:
        """Deletes the resource, or restores the default where AWS has no deletion."""
        raise TypeError(f"{self.token} cannot be deleted")


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in sorted(tags.items())]


def tag_map(tags: list[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    return {item[key]: item[value] for item in tags or []}


def some(**values: Any) -> dict[str, Any]:
    """The keyword arguments that are not None: boto3 refuses explicit nulls."""
    return {name: value for name, value in values.items() if value is not None}


def document(value: Any) -> str:
    """A policy as text, whether the API answered text or a structure."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
