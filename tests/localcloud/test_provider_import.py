"""Adoption: a store that exists already is imported by its own id, and changed in place by the next deployment.

For `import_` the engine calls Read with the id alone and takes what it gets as the old state. What follows is as in any
deployment: Check and Diff of the program's inputs against it, and an update where they differ. `ignore_changes=["*"]` keeps
the old values, so that nothing is updated; a replacement would fail, because it could not keep the id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.emulator.server import Emulator
from localcloud.provider import codec
from localcloud.provider.codec import Props
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import CALL, Resource, configured
from tests.localcloud.provider_world import World

pytestmark = pytest.mark.usefixtures("empty_cloud")
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME


@pytest.fixture(scope="module")
def provider(emulator: Emulator) -> Iterator[Provider]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
        patch.delenv("SECURECART_CLOUD_ID", raising=False)
        # As the program's providers: what is imported lacks these tags, and gets them later.
        yield configured("us-east-1", defaultTags='{"tags": {"Project": "securecart"}}')


@dataclass(frozen=True)
class Adoption:
    """`exists` makes the store as a stranger would and returns its id; `wanted` is what the program says of it."""

    token: str
    exists: Callable[[World], str]
    wanted: Callable[[str], Props]


def _instance(world: World) -> str:
    return world.database_arn().rpartition(":")[2]


def _table(world: World) -> str:
    return world.table_arn().rpartition("/")[2]


def _volume(world: World) -> str:
    made = world.client("ec2").create_volume(
        AvailabilityZone="us-east-1a", Size=20, VolumeType="gp3", Encrypted=True, KmsKeyId=world.key()
    )
    return str(made["VolumeId"])


ADOPTIONS = {
    "instance": Adoption(
        "aws:rds/instance:Instance",
        _instance,
        lambda id_: {
            "identifier": id_, "engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20,
            "username": "securecart", "backupRetentionPeriod": 14, "deletionProtection": True, "storageEncrypted": True,
            "copyTagsToSnapshot": True, "multiAz": True, "finalSnapshotIdentifier": f"{id_}-final",
        },
    ),
    "table": Adoption(
        "aws:dynamodb/table:Table",
        _table,
        lambda id_: {
            "name": id_, "hashKey": "pk", "attributes": [{"name": "pk", "type": "S"}], "billingMode": "PAY_PER_REQUEST",
            "streamEnabled": True, "streamViewType": "NEW_AND_OLD_IMAGES", "deletionProtectionEnabled": True,
            "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35},
        },
    ),
    "bucket": Adoption(
        "aws:s3/bucket:Bucket", World.bucket, lambda id_: {"bucket": id_, "tags": {"securecart:protect": "yes"}}
    ),
    "volume": Adoption(
        "aws:ebs/volume:Volume",
        _volume,
        lambda _: {"availabilityZone": "us-east-1a", "size": 40, "type": "gp3", "encrypted": True},
    ),
}  # fmt: skip
every_store = pytest.mark.parametrize("adoption", ADOPTIONS.values(), ids=ADOPTIONS)


def imported(provider: Provider, adoption: Adoption, id_: str) -> Resource:
    """The resource as the engine has it after an import: inputs and outputs as Read gave them."""
    resource = Resource(provider, adoption.token, id=id_)
    read_id, resource.inputs, resource.outputs = resource.imported()
    assert read_id == id_
    assert resource.check(resource.inputs) == (resource.inputs, [])
    return resource


@every_store
def test_a_store_that_exists_is_imported_without_a_change(adoption: Adoption, provider: Provider, world: World) -> None:
    store = imported(provider, adoption, adoption.exists(world))
    request = provider_pb2.DiffRequest(
        urn=store.urn,
        id=store.id,
        old_inputs=codec.dump(store.inputs),
        olds=codec.dump(store.outputs),
        news=codec.dump(adoption.wanted(store.id)),
        ignoreChanges=["*"],
    )
    answer = provider.Diff(request, CALL)
    assert (answer.changes, list(answer.replaces)) == (NONE, [])


@every_store
def test_an_imported_store_gets_what_the_program_says_in_place(
    adoption: Adoption, provider: Provider, world: World
) -> None:
    store = imported(provider, adoption, adoption.exists(world))
    id_, wanted = store.id, adoption.wanted(store.id)
    difference = store.diff(wanted)
    assert (difference.changes, list(difference.replaces)) == (SOME, [])

    store.update(wanted)

    assert store.read()[1] == store.inputs
    assert store.diff(wanted).changes == NONE
    assert store.id == id_
    assert store.outputs["tagsAll"]["Project"] == "securecart"


@every_store
def test_an_import_of_what_does_not_exist_is_not_found(adoption: Adoption, provider: Provider) -> None:
    missing = "vol-00000000000000000" if adoption.token.endswith("Volume") else "missing-store"
    assert Resource(provider, adoption.token, id=missing).imported()[0] == ""
