"""Every type of the catalog lives its whole life against the emulator, driven as the engine drives it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.emulator.server import Emulator
from localcloud.provider.catalog import TYPES
from localcloud.provider.codec import UNKNOWN
from localcloud.provider.server import Provider
from tests.localcloud.provider_cases import CASES
from tests.localcloud.provider_driver import Resource, configured
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Case, Client, World

pytestmark = pytest.mark.usefixtures("empty_cloud")
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
DEFAULT_TAGS = {"Project": "securecart"}

every_type = pytest.mark.parametrize(("token", "case"), CASES.items(), ids=[token.split(":")[-1] for token in CASES])


@pytest.fixture(scope="module")
def providers(emulator: Emulator) -> Iterator[dict[str, Provider]]:
    """A provider for each Region, with default tags."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
        patch.delenv("SECURECART_CLOUD_ID", raising=False)
        tags = json.dumps({"tags": DEFAULT_TAGS})
        yield {region: configured(region, defaultTags=tags) for region in (PRIMARY, SECONDARY)}


def test_every_type_of_the_catalog_has_a_case() -> None:
    assert set(CASES) == set(TYPES)


@every_type
def test_what_was_created_reads_back_unchanged_and_a_second_deployment_does_nothing(
    token: str, case: Case, providers: dict[str, Provider], world: World
) -> None:
    inputs = case.inputs(world)
    made = Resource(providers[case.region], token).create(inputs)

    id_, read_inputs, read_outputs = made.read()

    assert id_ == made.id
    assert read_inputs == made.inputs
    assert read_outputs == made.outputs
    assert made.outputs["region"] == case.region
    assert {**made.outputs, **made.inputs} == made.outputs
    assert made.diff(inputs).changes == NONE


@every_type
def test_a_change_is_an_update_in_place_and_holds(
    token: str, case: Case, providers: dict[str, Provider], world: World
) -> None:
    first = case.inputs(world)
    made = Resource(providers[case.region], token).create(first)
    if case.changed is None:
        assert TYPES[token].modelled <= TYPES[token].replace_on | {"versionStages"}
        return
    wanted = {**first, **case.changed(world)}
    difference = made.diff(wanted)
    assert (difference.changes, list(difference.replaces)) == (SOME, [])

    made.update(wanted)

    assert made.read()[1] == made.inputs
    assert made.diff(wanted).changes == NONE


@every_type
def test_a_property_that_aws_cannot_change_needs_a_new_resource(
    token: str, case: Case, providers: dict[str, Provider], world: World
) -> None:
    if case.replacing is None:
        assert not TYPES[token].replace_on - {"name", "vpcId"}
        return
    first = case.inputs(world)
    made = Resource(providers[case.region], token).create(first)

    difference = made.diff({**first, **case.replacing})

    assert set(difference.replaces) & set(case.replacing)
    kinds = {difference.detailedDiff[key].kind for key in difference.replaces}
    assert kinds <= {provider_pb2.PropertyDiff.UPDATE_REPLACE, provider_pb2.PropertyDiff.ADD_REPLACE}


@every_type
def test_a_refresh_sees_what_a_stranger_changed_and_the_next_deployment_undoes_it(
    token: str, case: Case, providers: dict[str, Provider], world: World, client: Client
) -> None:
    first = case.inputs(world)
    made = Resource(providers[case.region], token).create(first)
    if case.stranger is None:
        assert case.changed is None
        return

    case.stranger(client, made.id, made.inputs)
    _, made.inputs, made.outputs = made.read()

    difference = made.diff(first)
    assert {key.removesuffix("All") for key in difference.diffs} == {case.drifted}
    if not difference.replaces:
        made.update(first)
        assert made.read()[1].get(case.drifted) in (first.get(case.drifted), {} if case.drifted == "tags" else None)


@every_type
def test_what_was_deleted_is_gone_and_a_second_deletion_is_no_error(
    token: str, case: Case, providers: dict[str, Provider], world: World
) -> None:
    made = Resource(providers[case.region], token).create(case.inputs(world))

    made.delete()

    if case.ends:
        assert made.read()[0] == ""
        made.delete()


@every_type
def test_an_import_by_id_gives_inputs_that_deploy_without_a_change(
    token: str, case: Case, providers: dict[str, Provider], world: World
) -> None:
    first = case.inputs(world)
    made = Resource(providers[case.region], token).create(first)
    created = made.id
    made.id = case.import_id(created, made.inputs)
    id_, inputs, outputs = made.imported()
    assert id_ in (created, made.id)

    imported = Resource(made.provider, token, id=id_, inputs=inputs, outputs=outputs)

    assert imported.check(inputs)[1] == []
    assert imported.diff(inputs).changes == NONE
    missing = {key for key in first if key in TYPES[token].modelled and key not in inputs}
    assert missing == set()


@every_type
def test_a_preview_creates_nothing_and_leaves_what_is_not_known_unknown(
    token: str, case: Case, providers: dict[str, Provider], world: World
) -> None:
    inputs = case.inputs(world)
    outputs = Resource(providers[case.region], token).preview(inputs)

    given = {key for key in TYPES[token].computed if key in inputs}
    assert {key for key, value in outputs.items() if value == UNKNOWN} == set(TYPES[token].computed) - given
    assert {key: outputs[key] for key in inputs} == inputs
