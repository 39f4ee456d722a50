"""Every type that watches or serves: listed while it exists, there after a restart, gone after a destroy."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.emulator import snapshot
from localcloud.emulator.inventory import inventory
from localcloud.emulator.server import Emulator
from localcloud.provider.server import Provider
from tests.localcloud import provider_cases_audit, provider_cases_front, provider_cases_servers, provider_cases_watch
from tests.localcloud.provider_driver import Resource, configured
from tests.localcloud.provider_world import PRIMARY, Case, Client, World

# A Region has one of each, which the cases of their parts make.
ONE_A_REGION = {
    "aws:cfg/deliveryChannel:DeliveryChannel": "delivery-channel",
    "aws:cfg/recorder:Recorder": "recorder",
    "aws:guardduty/detector:Detector": "detector",
}
ALL: dict[str, Case] = {
    **provider_cases_audit.CASES,
    **provider_cases_front.CASES,
    **provider_cases_servers.CASES,
    **provider_cases_watch.CASES,
}
CASES = {token: case for token, case in ALL.items() if token not in ONE_A_REGION}
# Parts or settings of what is in the list.
UNLISTED = {
    "aws:cfg/recorderStatus:RecorderStatus",
    "aws:ec2/route:Route",
    "aws:guardduty/detectorFeature:DetectorFeature",
    "aws:lb/listener:Listener",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
}
Name = tuple[str, str, str, str]


@pytest.fixture
def provider(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Provider:
    emulator.reset()
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    monkeypatch.delenv("SECURECART_CLOUD_ID", raising=False)
    return configured(PRIMARY)


def _listed() -> set[Name]:
    return {
        (region, service, kind, name)
        for region, services in inventory().items()
        for service, kinds in services.items()
        for kind, names in kinds.items()
        for name in names
    }


def test_what_exists_is_listed_survives_a_snapshot_and_is_gone_after_its_deletion(
    provider: Provider, client: Client, emulator: Emulator, tmp_path: Path
) -> None:
    world = World(client)
    made: list[tuple[Resource, set[Name]]] = []
    for token, case in CASES.items():
        inputs = case.inputs(world)
        before = _listed()
        resource = Resource(provider, token).create(inputs)
        made.append((resource, _listed() - before))
        assert bool(made[-1][1]) == (token not in UNLISTED), token
    listed = _listed()
    assert {kind for _, _, kind, _ in listed} >= set(ONE_A_REGION.values())

    snapshot.save(tmp_path / "snapshot", "identity")
    emulator.reset()
    assert inventory() == {}
    assert snapshot.load(tmp_path / "snapshot") == "identity"

    assert _listed() == listed
    for resource, _ in made:
        assert resource.read()[1] == resource.inputs
    for resource, own in reversed(made):
        resource.delete()
        assert _listed() & own == set(), resource.token
