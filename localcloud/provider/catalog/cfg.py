"""AWS Config: the Region's recorder, where it delivers to, and whether it records."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

DEFAULT_NAME = "default"


class Recorder(ResourceType):
    token = "aws:cfg/recorder:Recorder"
    exclusive = True
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "roleArn", "recordingGroup", "recordingMode"})
    kept = frozenset({"recordingGroup", "recordingMode"})
    defaults: ClassVar = {"name": DEFAULT_NAME}
    # What AWS fills in within a group (API reference, RecordingGroup).
    member_defaults: ClassVar = {"recordingGroup": {"includeGlobalResourceTypes": False}}
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        name = str(p.get("name", DEFAULT_NAME))
        config = c.client("config")
        members = config.meta.service_model.shape_for("ConfigurationRecorder").members
        config.put_configuration_recorder(
            ConfigurationRecorder={
                "name": name,
                "roleARN": p["roleArn"],
                **{
                    key: to_api(_api_named(p[key]), members[key])
                    for key in ("recordingGroup", "recordingMode")
                    if p.get(key)
                },
            }
        )
        return name

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("config").describe_configuration_recorders(ConfigurationRecorderNames=[id_])
        recorder = found["ConfigurationRecorders"][0]
        return {
            "name": recorder["name"],
            "roleArn": recorder["roleARN"],
            **{key: self._shown(recorder.get(key), key, state) for key in ("recordingGroup", "recordingMode")},
        }

    def _shown(self, value: Any, key: str, state: Props) -> Any:
        if not value:
            return None
        given = state.get(key)
        if given and "recordingStrategies" not in given:
            # AWS states the strategy that the rest of the group amounts to (API reference, RecordingStrategy).
            value = {name: item for name, item in value.items() if name != "recordingStrategy"}
        kind = schema()[self.token]["members"][key]
        return from_api(_pulumi_named(value), kind, given, {"includeGlobalResourceTypes": False})

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, {**new, "name": id_})

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("config").delete_configuration_recorder(ConfigurationRecorderName=id_)


# Pulumi makes a plural of what is a structure, or no plural of what is a list.
_NAMES = {
    "exclusionByResourceTypes": "exclusionByResourceTypes",
    "recordingStrategies": "recordingStrategy",
    "recordingModeOverride": "recordingModeOverrides",
}


def _api_named(value: Props) -> Props:
    return {_NAMES.get(key, key): item for key, item in value.items()}


def _pulumi_named(value: dict[str, Any]) -> dict[str, Any]:
    back = {member: key for key, member in _NAMES.items()}
    return {back.get(key, key): item for key, item in value.items()}


class DeliveryChannel(ResourceType):
    token = "aws:cfg/deliveryChannel:DeliveryChannel"
    exclusive = True
    replace_on = frozenset({"name"})
    modelled = frozenset(
        {"name", "s3BucketName", "s3KeyPrefix", "s3KmsKeyArn", "snsTopicArn", "snapshotDeliveryProperties"}
    )
    defaults: ClassVar = {"name": DEFAULT_NAME}
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        name = str(p.get("name", DEFAULT_NAME))
        snapshots = p.get("snapshotDeliveryProperties") or {}
        c.client("config").put_delivery_channel(
            DeliveryChannel={
                "name": name,
                "s3BucketName": p["s3BucketName"],
                **some(
                    s3KeyPrefix=p.get("s3KeyPrefix"),
                    s3KmsKeyArn=p.get("s3KmsKeyArn"),
                    snsTopicARN=p.get("snsTopicArn"),
                    configSnapshotDeliveryProperties=snapshots or None,
                ),
            }
        )
        return name

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        channel = c.client("config").describe_delivery_channels(DeliveryChannelNames=[id_])["DeliveryChannels"][0]
        return {
            "name": channel["name"],
            "s3BucketName": channel["s3BucketName"],
            "s3KeyPrefix": channel.get("s3KeyPrefix"),
            "s3KmsKeyArn": channel.get("s3KmsKeyArn"),
            "snsTopicArn": channel.get("snsTopicARN"),
            "snapshotDeliveryProperties": channel.get("configSnapshotDeliveryProperties"),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, {**new, "name": id_})

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("config").delete_delivery_channel(DeliveryChannelName=id_)


class RecorderStatus(ResourceType):
    """A recorder's switch; deleting it stops the recorder, which is still there."""

    token = "aws:cfg/recorderStatus:RecorderStatus"
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "isEnabled"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        self._switch(c, p["name"], p["isEnabled"])
        return str(p["name"])

    @staticmethod
    def _switch(c: Context, name: str, on: bool) -> None:
        config = c.client("config")
        switch = config.start_configuration_recorder if on else config.stop_configuration_recorder
        switch(ConfigurationRecorderName=name)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("config").describe_configuration_recorder_status(ConfigurationRecorderNames=[id_])
        status = found["ConfigurationRecordersStatus"][0]
        return {"name": status["name"], "isEnabled": status["recording"]}

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._switch(c, id_, new["isEnabled"])

    def delete(self, c: Context, id_: str, state: Props) -> None:
        self._switch(c, id_, False)
