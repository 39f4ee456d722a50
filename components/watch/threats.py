"""Threat detection: the Region's GuardDuty detector, with what it must look at for the stores' sake."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options

# Amazon GuardDuty API reference, DetectorFeatureConfiguration Name: objects, database logins, malware on volumes.
FEATURES = ("S3_DATA_EVENTS", "RDS_LOGIN_EVENTS", "EBS_MALWARE_PROTECTION")


@dataclass(frozen=True, kw_only=True)
class ThreatDetectionArgs:
    """Inputs of threat detection."""

    detector_id: str | None = None
    """The detector that the Region already has; by default the stack makes it."""
    features: tuple[str, ...] = FEATURES
    """Turned on, on an adopted detector too."""
    ephemeral: bool = False


class ThreatDetection(pulumi.ComponentResource):
    """A detector that watches the Region's objects, database logins and volumes, and repeats itself every 15 minutes.

    Produces the following resources:
    - `guardduty.Detector` (protected), unless one is adopted.
    - `guardduty.DetectorFeature`, one a feature.

    Outputs: `detector_id`.

    AWS limits:
    - One detector an account and Region: a second CreateDetector is refused, hence the adoption (GuardDuty
      CreateDetector).
    - The frequency is of findings that occur again; a new finding is published within about five minutes (GuardDuty
      user guide, "Processing findings with EventBridge").
    - In an organization the administrator account may own these settings; a member's change is then refused (GuardDuty
      UpdateDetector).
    - Malware scans of backups are an AWS Backup setting and no feature of the detector (GuardDuty DetectorFeature).

    Cost: by the volume of logs, objects and scans; not priced here.
    """

    def __init__(self, name: str, args: ThreatDetectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:threats:ThreatDetection", name, None, opts)
        detector_id: pulumi.Input[str] = args.detector_id or self._detector(name, ephemeral=args.ephemeral)
        for feature in args.features:
            aws.guardduty.DetectorFeature(
                f"{name}-{feature.lower().replace('_', '-')}",
                detector_id=detector_id,
                name=feature,
                status="ENABLED",
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.detector_id: pulumi.Output[str] = pulumi.Output.from_input(detector_id)
        self.register_outputs({"detectorId": self.detector_id})

    def _detector(self, name: str, *, ephemeral: bool) -> pulumi.Output[str]:
        detector = aws.guardduty.Detector(
            f"{name}-detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            tags={"Name": name},
            opts=store_options(self, ephemeral=ephemeral),
        )
        made: pulumi.Output[str] = detector.id
        return made
