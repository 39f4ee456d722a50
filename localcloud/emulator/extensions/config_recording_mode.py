"""AWS Config: how often a recorder records (its recording mode), which moto drops."""

from __future__ import annotations

from typing import Any

from moto.config.models import ConfigBackend

from localcloud.emulator.extensions.calls import extend

# API reference, RecordingMode.
_DEFAULT = {"recordingFrequency": "CONTINUOUS"}
_put_configuration_recorder = ConfigBackend.put_configuration_recorder


def put_configuration_recorder(self: ConfigBackend, config_recorder: dict[str, Any]) -> None:
    """PutConfigurationRecorder."""
    _put_configuration_recorder(self, config_recorder)
    # moto describes a recorder by its attributes.
    self.recorders[config_recorder["name"]].recording_mode = config_recorder.get("recordingMode") or _DEFAULT


def apply() -> None:
    """Put the recording mode into moto's Config."""
    extend(ConfigBackend, put_configuration_recorder)
