"""GuardDuty: what an attacker does before and while backups are deleted (row 16)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.protection import Manage

# Amazon GuardDuty DetectorFeature: the protection plans for what this estate holds.
FEATURES = ("S3_DATA_EVENTS", "RDS_LOGIN_EVENTS", "EBS_MALWARE_PROTECTION")


@dataclass(frozen=True, kw_only=True)
class ThreatDetectionArgs:
    """Inputs of the detector."""

    manage: Manage
    """`create` makes the Region's detector; `adopt` leaves the one that the account has alone."""


class ThreatDetection(pulumi.ComponentResource):
    """The Region's detector, with the protection of buckets, of database logins and of volumes.

    Produces the following resources:
    - `guardduty.Detector`, and a `guardduty.DetectorFeature` for each of FEATURES
    - nothing where `watch.guardDuty` is `adopt`: the account, or its organization, manages the detector

    Outputs: `detector_id` (None where it is adopted).

    AWS limits:
    - One detector an account and Region (CreateDetector).
    - Findings are updated every 15 minutes at the soonest (FindingPublishingFrequency).

    Cost: by volume of events and of data scanned; not priced here.
    """

    def __init__(self, name: str, args: ThreatDetectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:ThreatDetection", name, None, opts)
        self.detector_id: pulumi.Output[str] | None = None
        if args.manage is Manage.CREATE:
            child = pulumi.ResourceOptions(parent=self)
            detector = aws.guardduty.Detector(
                f"{name}-detector",
                enable=True,
                finding_publishing_frequency="FIFTEEN_MINUTES",
                tags={"Name": name},
                opts=child,
            )
            for feature in FEATURES:
                aws.guardduty.DetectorFeature(
                    f"{name}-{feature.lower().replace('_', '-')}",
                    detector_id=detector.id,
                    name=feature,
                    status="ENABLED",
                    opts=child,
                )
            self.detector_id = detector.id
        self.register_outputs({"detectorId": self.detector_id})
