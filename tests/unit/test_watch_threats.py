"""GuardDuty: a detector of our own or an adopted one, with the features that the API knows."""

from __future__ import annotations

import botocore.session

from components.watch.threats import FEATURES, ThreatDetection, ThreatDetectionArgs
from tests.support.program import registrations

DETECTOR, FEATURE = "aws:guardduty/detector:Detector", "aws:guardduty/detectorFeature:DetectorFeature"


def test_the_stack_makes_a_protected_detector_with_every_feature() -> None:
    made = registrations(lambda: ThreatDetection("threats", ThreatDetectionArgs()))
    (detector,) = made.of(DETECTOR)
    assert detector.inputs["enable"] is True
    assert detector.inputs["findingPublishingFrequency"] == "FIFTEEN_MINUTES"
    assert detector.protect
    features = made.of(FEATURE)
    assert {f.inputs["name"] for f in features} == set(FEATURES)
    assert {(f.inputs["detectorId"], f.inputs["status"]) for f in features} == {("threats-detector-id", "ENABLED")}


def test_an_adopted_detector_is_not_made_again_and_looks_at_the_same() -> None:
    made = registrations(lambda: ThreatDetection("threats", ThreatDetectionArgs(detector_id="a" * 32)))
    assert not [r for r in made.resources if r.type == DETECTOR]
    assert {f.inputs["detectorId"] for f in made.of(FEATURE)} == {"a" * 32}
    assert len(made.of(FEATURE)) == len(FEATURES)


def test_guardduty_knows_these_names() -> None:
    model = botocore.session.get_session().get_service_model("guardduty")
    assert set(FEATURES) <= set(model.shape_for("DetectorFeature").enum)
    assert "FIFTEEN_MINUTES" in model.shape_for("FindingPublishingFrequency").enum
