"""What the engine learns when a call fails half-way: the id of what exists, one line, and no secret. Over a real channel."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.rpc import status_pb2  # type: ignore[import-untyped]  # no stubs are published
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from localcloud.emulator.server import Emulator
from localcloud.provider import codec
from localcloud.provider.catalog import TYPES
from localcloud.provider.catalog.kms import Key
from localcloud.provider.catalog.rds import ParameterGroup
from localcloud.provider.codec import Props
from localcloud.provider.resource import ResourceType
from localcloud.provider.server import Provider
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")
PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="module")
def stub(emulator: Emulator) -> Iterator[Any]:
    """The provider behind a channel, configured for us-east-1."""
    server = grpc.server(futures.ThreadPoolExecutor(2))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with pytest.MonkeyPatch.context() as patch, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        patch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
        patch.delenv("SECURECART_CLOUD_ID", raising=False)
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=codec.dump({"region": "us-east-1"})))
        yield stub
    server.stop(None).wait()


def _urn(token: str) -> str:
    return f"urn:pulumi:test::securecart::{token}::it"


def _create(stub: Any, token: str, inputs: Props) -> Any:
    return stub.Create(provider_pb2.CreateRequest(urn=_urn(token), properties=codec.dump(inputs)))


def _unfinished(error: grpc.RpcError) -> Any:
    """The ErrorResourceInitFailed that an error carries."""
    sent: Any = error.trailing_metadata()
    details = dict(sent)["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(details)
    failed = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(failed)
    assert status.message == error.details()
    return failed


def test_the_engine_learns_the_id_of_what_was_made_before_a_later_call_failed(stub: Any, client: Client) -> None:
    wanted = {"name": "half", "family": "postgres17", "parameters": [{"name": "no_such_parameter", "value": "1"}] * 30}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ParameterGroup, "_set", _refuse)
        with pytest.raises(grpc.RpcError) as caught:
            _create(stub, ParameterGroup.token, wanted)

    failed = _unfinished(caught.value)
    assert failed.id == "half"
    assert list(failed.reasons) == ["refused half-way"]
    assert codec.load(failed.inputs) == wanted
    assert codec.load(failed.properties)["arn"].endswith(":pg:half")
    assert client("rds").describe_db_parameter_groups(DBParameterGroupName="half")["DBParameterGroups"]


def test_the_next_update_does_what_a_failed_creation_left_undone(stub: Any, client: Client) -> None:
    wanted = {"enableKeyRotation": True}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Key, "_rotation", _refuse)
        with pytest.raises(grpc.RpcError) as caught:
            _create(stub, Key.token, wanted)
    failed = _unfinished(caught.value)
    rotation = client("kms").get_key_rotation_status(KeyId=failed.id)
    assert not rotation["KeyRotationEnabled"]

    # The engine updates a resource that was not finished although its inputs are the same.
    stub.Update(
        provider_pb2.UpdateRequest(
            urn=_urn(Key.token),
            id=failed.id,
            old_inputs=codec.dump(wanted),
            olds=failed.properties,
            news=codec.dump(wanted),
        )
    )

    assert client("kms").get_key_rotation_status(KeyId=failed.id)["KeyRotationEnabled"]


def test_a_read_back_that_fails_still_gives_the_id_and_the_inputs(stub: Any) -> None:
    token = "aws:backup/vault:Vault"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(TYPES[token]), "read", _refuse)
        with pytest.raises(grpc.RpcError) as caught:
            _create(stub, token, {"name": "unread"})
    failed = _unfinished(caught.value)
    assert failed.id == "unread"
    assert codec.load(failed.properties) == {"name": "unread"}


def test_a_creation_whose_first_call_fails_claims_no_id(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _create(stub, "aws:ec2/subnet:Subnet", {"vpcId": "vpc-none", "cidrBlock": "10.0.1.0/24"})
    assert not caught.value.trailing_metadata()
    assert "InvalidVpcID.NotFound" in str(caught.value.details())
    assert "\n" not in str(caught.value.details())


@pytest.mark.parametrize("marked", [True, False])
def test_an_error_that_quotes_a_secret_hides_it(marked: bool, stub: Any) -> None:
    token = "aws:rds/instance:Instance"
    # botocore repeats the value of a parameter whose kind is wrong.
    inputs = {
        "identifier": "quoting", "engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20,
        "username": "securecart", "password": [PASSWORD],
    }  # fmt: skip
    properties = codec.dump(inputs, frozenset({"password"}) if marked else frozenset())
    with pytest.raises(grpc.RpcError) as caught:
        stub.Create(provider_pb2.CreateRequest(urn=_urn(token), properties=properties))
    assert PASSWORD not in str(caught.value.details())
    assert "[secret]" in str(caught.value.details())
    assert "MasterUserPassword" in str(caught.value.details())


def test_a_secret_inside_an_unfinished_resource_stays_secret(stub: Any) -> None:
    token = "aws:secretsmanager/secret:Secret"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(TYPES[token]), "finish", _refuse_with_the_description)
        properties = codec.dump({"name": "hush", "description": PASSWORD}, frozenset({"description"}))
        with pytest.raises(grpc.RpcError) as caught:
            stub.Create(provider_pb2.CreateRequest(urn=_urn(token), properties=properties))
    failed = _unfinished(caught.value)
    assert "description" in codec.secret_keys(failed.properties)
    assert list(failed.reasons) == ["refused [secret]"]


def test_a_secret_below_a_list_makes_the_whole_output_secret(stub: Any) -> None:
    token = "aws:rds/parameterGroup:ParameterGroup"
    inputs = codec.dump({"name": "nested", "family": "postgres17"})
    parameter = inputs.fields["parameters"].list_value.values.add().struct_value
    parameter.update({"name": "log_statement", "value": {codec.SIGNATURE: codec.SECRET, "value": "all"}})
    checked = stub.Check(provider_pb2.CheckRequest(urn=_urn(token), news=inputs))
    assert list(checked.failures) == []
    assert checked.inputs == inputs

    made = stub.Create(provider_pb2.CreateRequest(urn=_urn(token), properties=inputs))

    assert codec.secret_keys(made.properties) == {"parameters"}
    assert codec.load(made.properties)["parameters"][0]["value"] == "all"


def test_an_update_of_what_a_stranger_deleted_asks_for_a_refresh(stub: Any, client: Client) -> None:
    token = "aws:backup/vault:Vault"
    made = _create(stub, token, {"name": "lost"})
    client("backup").delete_backup_vault(BackupVaultName="lost")
    request = provider_pb2.UpdateRequest(
        urn=_urn(token), id=made.id, old_inputs=codec.dump({"name": "lost"}), olds=made.properties,
        news=codec.dump({"name": "lost", "tags": {"a": "b"}}),
    )  # fmt: skip
    with pytest.raises(grpc.RpcError, match="pulumi refresh"):
        stub.Update(request)


def test_a_call_before_the_configuration_is_one_line(emulator: Emulator) -> None:
    assert emulator
    request = provider_pb2.CreateRequest(urn=_urn("aws:backup/vault:Vault"), properties=codec.dump({"name": "v"}))
    with pytest.raises(RuntimeError, match="before it was configured"):
        Provider().Create(request, _Raising())


class _Raising:
    def abort(self, _: Any, details: str) -> None:
        raise RuntimeError(details)


def _refuse(*_: Any) -> None:
    raise ValueError("refused half-way")


def _refuse_with_the_description(self: ResourceType, _: Any, __: str, props: Props) -> None:
    raise ValueError(f"refused {props['description']}")
