from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check
from tests.policy.pack import UNKNOWN, Pack

VOLUME = "aws:ebs/volume:Volume"
DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault"
INSTANCE = "aws:ec2/instance:Instance"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ROOT = {"rootBlockDevice": {"encrypted": True}}


@pytest.mark.parametrize(
    "case",
    [
        Case("a volume", VOLUME, {"encrypted": True}, PASS),
        Case("a clear volume", VOLUME, {"encrypted": False}, "encrypted is false; true is required"),
        Case("a volume that does not say", VOLUME, {}, "encrypted is not set"),
        Case("an unknown volume", VOLUME, {"encrypted": UNKNOWN}, UNDETERMINED),
        Case("the default on", DEFAULT, {"enabled": True}, PASS),
        Case("the default on by being there", DEFAULT, {}, PASS),
        Case("the default off", DEFAULT, {"enabled": False}, "enabled is false"),
        Case("the default unknown", DEFAULT, {"enabled": UNKNOWN}, UNDETERMINED),
        Case("an instance", INSTANCE, ROOT, PASS),
        Case("an instance that does not say", INSTANCE, {}, "rootBlockDevice.encrypted is not set"),
        Case("an instance of a template", INSTANCE, {"launchTemplate": {"id": UNKNOWN}}, PASS),
        Case("a clear root", INSTANCE, {"rootBlockDevice": {"encrypted": False}}, "rootBlockDevice.encrypted is false"),
        Case("an unknown root", INSTANCE, {"rootBlockDevice": UNKNOWN}, UNDETERMINED),
        Case(
            "a clear data disk", INSTANCE, {**ROOT, "ebsBlockDevices": [{}]}, "ebsBlockDevices[0].encrypted is not set"
        ),
        Case("a launch configuration", CONFIGURATION, ROOT, PASS),
        Case(
            "a clear launch configuration",
            CONFIGURATION,
            {"rootBlockDevice": {}},
            "rootBlockDevice.encrypted is not set",
        ),
        Case("a template", TEMPLATE, {"blockDeviceMappings": [{"ebs": {"encrypted": "true"}}]}, PASS),
        Case(
            "a clear template",
            TEMPLATE,
            {"blockDeviceMappings": [{"ebs": {"encrypted": "false"}}]},
            "blockDeviceMappings[0].ebs.encrypted is false",
        ),
        Case(
            "a template that does not say",
            TEMPLATE,
            {"blockDeviceMappings": [{"ebs": {"volumeSize": 8}}]},
            "is not set",
        ),
        Case("an instance store", TEMPLATE, {"blockDeviceMappings": [{"virtualName": "ephemeral0"}]}, PASS),
        Case("unknown mappings", TEMPLATE, {"blockDeviceMappings": UNKNOWN}, UNDETERMINED),
        Case("an unknown disk", TEMPLATE, {"blockDeviceMappings": [{"ebs": UNKNOWN}]}, UNDETERMINED),
    ],
    ids=str,
)
def test_ebs_is_encrypted_wherever_a_disk_is_described(pack: Pack, case: Case) -> None:
    check(pack, "ebs-encrypted", case)


KEY = "aws:kms/key:Key"
ASYMMETRIC = {"customerMasterKeySpec": "RSA_4096", "keyUsage": "SIGN_VERIFY"}
HMAC = {"customerMasterKeySpec": "HMAC_256", "keyUsage": "GENERATE_VERIFY_MAC"}


@pytest.mark.parametrize(
    "case",
    [
        Case("rotates", KEY, {"enableKeyRotation": True}, PASS),
        Case("does not", KEY, {"enableKeyRotation": False}, "enableKeyRotation is false; true is required"),
        Case("absent", KEY, {}, "enableKeyRotation is not set"),
        Case("unknown", KEY, {"enableKeyRotation": UNKNOWN}, UNDETERMINED),
        Case("stated symmetric", KEY, {"customerMasterKeySpec": "SYMMETRIC_DEFAULT"}, "enableKeyRotation is not set"),
        Case("a spec not known yet", KEY, {"customerMasterKeySpec": UNKNOWN}, UNDETERMINED),
        Case("asymmetric", KEY, ASYMMETRIC, PASS),
        Case("HMAC", KEY, HMAC, PASS),
        Case("a custom key store", KEY, {"customKeyStoreId": "cks-1"}, PASS),
        Case("a replica follows its primary", "aws:kms/replicaKey:ReplicaKey", {}, PASS),
    ],
    ids=str,
)
def test_kms_keys_rotate(pack: Pack, case: Case) -> None:
    check(pack, "kms-rotation", case)


VAULT = "aws:backup/vault:Vault"


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", VAULT, {"kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/0"}, PASS),
        Case("own key, not made yet", VAULT, {"kmsKeyArn": UNKNOWN}, PASS),
        Case("absent", VAULT, {}, "kmsKeyArn is not set; a customer managed KMS key is required"),
        Case("AWS's key", VAULT, {"kmsKeyArn": "arn:aws:kms:us-east-1:1:alias/aws/backup"}, "the key that AWS manages"),
    ],
    ids=str,
)
def test_backup_vaults_use_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "backup-vault-cmk", case)
