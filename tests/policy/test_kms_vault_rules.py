from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check
from tests.policy.pack import UNKNOWN, Pack

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


@pytest.mark.parametrize(
    "case",
    [
        Case("thirty days", KEY, {"deletionWindowInDays": 30}, PASS),
        Case("the default is thirty", KEY, {}, PASS),
        Case(
            "seven days", KEY, {"deletionWindowInDays": 7}, "deletionWindowInDays is 7; at least 14 days are required"
        ),
        Case("unknown", KEY, {"deletionWindowInDays": UNKNOWN}, UNDETERMINED),
        Case("a replica waits by itself", "aws:kms/replicaKey:ReplicaKey", {"deletionWindowInDays": 7}, "is 7"),
        Case("imported material", "aws:kms/externalKey:ExternalKey", {"deletionWindowInDays": 7}, "is 7"),
        Case("its replica", "aws:kms/replicaExternalKey:ReplicaExternalKey", {"deletionWindowInDays": 14}, PASS),
    ],
    ids=str,
)
def test_kms_keys_wait_before_they_are_deleted(pack: Pack, case: Case) -> None:
    check(pack, "kms-deletion-window", case)


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
