"""What may be taken out of our stacks without a word from the pack, and why that loses, exposes or strands no data."""

from __future__ import annotations

from dataclasses import dataclass

ANY = "*"


@dataclass(frozen=True)
class Harmless:
    """`places` of a type (ANY: of every type), each with all that lies beneath it; ending in `$`: without that.

    `partly`: the pack does block some of these mutations, where nothing else on the same resource stands in for what is gone.
    """

    type: str
    reason: str
    places: tuple[str, ...]
    partly: bool = False


DEFAULT = "the default of AWS or of the provider is what was written"
REFUSED = "AWS refuses the resource without it, so nothing is deployed"
OPERATION = "serves operation or cost; the data, its copies and their keys stay as they are"
REPLICA = "asked of databases; the read replica in the secondary Region is exempt, and in prod the pack blocks it"
SECOND_LINE = "a second line of defence: the volumes are in the backup plan, which is judged"
DETECTIVE = "narrows what AWS Backup Audit Manager reports; it prevents nothing"
NO_DATA = "the resource holds no data, and what it serves can be deployed again"

_RDS = "aws:rds/instance:Instance"
_S3_REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
_PLAN = "aws:backup/plan:Plan"
_TEST = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
_TEST_SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection"

HARMLESS: tuple[Harmless, ...] = (
    Harmless(ANY, "a label for people", ("tags.Name", "tags.store", "description")),
    Harmless(
        ANY, "labels; of stores, whose tags say their class and who copies them, it is blocked", ("tags$",), partly=True
    ),
    Harmless(
        ANY,
        "Pulumi chooses another name, and what refers to it follows; of a part of a bucket it is blocked",
        ("name", "identifier", "bucket", "displayName"),
        partly=True,
    ),
    Harmless(_RDS, DEFAULT, ("skipFinalSnapshot", "publiclyAccessible", "port", "storageType")),
    Harmless(_RDS, REPLICA, ("multiAz",), partly=True),
    Harmless(_RDS, REFUSED, ("allocatedStorage", "engine", "username", "password")),
    Harmless(
        _RDS,
        OPERATION,
        (
            "autoMinorVersionUpgrade",
            "backupWindow",
            "caCertIdentifier",
            "dbName",
            "dbSubnetGroupName",
            "enabledCloudwatchLogsExports",
            "engineVersion",
            "iamDatabaseAuthenticationEnabled",
            "maintenanceWindow",
            "maxAllocatedStorage",
            "parameterGroupName",
            "performanceInsightsEnabled",
            "performanceInsightsRetentionPeriod",
            "vpcSecurityGroupIds",
        ),
    ),
    Harmless(
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "the default of 7 days is the fewest that the pack asks for; what is deleted is the replication, not its backups",
        ("retentionPeriod", "(option protect)"),
    ),
    Harmless("aws:dynamodb/table:Table", DEFAULT, ("pointInTimeRecovery.recoveryPeriodInDays", "billingMode")),
    Harmless(
        "aws:dynamodb/table:Table", REFUSED, ("attributes", "hashKey", "rangeKey", "streamEnabled", "streamViewType")
    ),
    Harmless("aws:s3/bucket:Bucket", DEFAULT, ("forceDestroy",)),
    Harmless(
        "aws:s3/bucket:Bucket",
        "says that a replication fills the bucket: without it the replication is still judged, where it is declared",
        ("tags.replica-of",),
    ),
    Harmless(
        _S3_REPLICATION,
        "a delete or a change of a replica that is not replicated removes nothing",
        ("rules[*].deleteMarkerReplication", "rules[*].sourceSelectionCriteria.replicaModifications"),
    ),
    Harmless(
        _S3_REPLICATION,
        "without replication time control S3 still replicates every object, only without a promise of minutes",
        ("rules[*].destination.metrics", "rules[*].destination.replicationTime"),
    ),
    Harmless(_S3_REPLICATION, "without a filter a rule covers the whole bucket", ("rules[*].filter",)),
    Harmless(
        _S3_REPLICATION, "a label, or an order where there is only one rule", ("rules[*].id", "rules[*].priority")
    ),
    Harmless(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        OPERATION,
        ("rules[*].bucketKeyEnabled",),
    ),
    Harmless("aws:ebs/volume:Volume", REFUSED, ("availabilityZone", "size")),
    Harmless("aws:ebs/volume:Volume", SECOND_LINE, ("tags.snapshot-policy",)),
    Harmless("aws:ebs/volume:Volume", OPERATION, ("type",)),
    Harmless("aws:ebs/volume:Volume", "the stack sets a key of ours as the Region's default", ("kmsKeyId",)),
    Harmless(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "servers hold no data of their own; disks that the template describes are encrypted, or it is blocked",
        ("blockDeviceMappings",),
        partly=True,
    ),
    Harmless(
        "aws:ec2/launchTemplate:LaunchTemplate",
        NO_DATA,
        (
            "iamInstanceProfile",
            "imageId",
            "instanceType",
            "metadataOptions",
            "monitoring",
            "tagSpecifications",
            "updateDefaultVersion",
            "vpcSecurityGroupIds",
        ),
    ),
    Harmless("aws:ebs/encryptionByDefault:EncryptionByDefault", DEFAULT, ("enabled",)),
    Harmless("aws:dlm/lifecyclePolicy:LifecyclePolicy", SECOND_LINE, ("policyDetails", "state"), partly=True),
    Harmless("aws:backup/vault:Vault", DEFAULT, ("forceDestroy",)),
    Harmless(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "an upper limit keeps costs down; without it recovery points are kept as the plans say",
        ("maxRetentionDays",),
    ),
    Harmless(
        "aws:backup/selection:Selection",
        "a selection without criteria takes everything that AWS Backup supports",
        ("resources",),
        partly=True,
    ),
    Harmless(
        _PLAN,
        "another rule of the plan still keeps the RPO; how far back the oldest backup reaches is for the owner to say",
        ("rules[*]",),
        partly=True,
    ),
    Harmless(_TEST, REFUSED, ("recoveryPointSelection.algorithm", "recoveryPointSelection.recoveryPointTypes")),
    Harmless(
        _TEST, DEFAULT, ("recoveryPointSelection.selectionWindowDays", "scheduleExpressionTimezone", "startWindowHours")
    ),
    Harmless(_TEST_SELECTION, REFUSED, ("protectedResourceArns",)),
    Harmless(_TEST_SELECTION, "a test that cannot restore fails, which is seen", ("restoreMetadataOverrides",)),
    Harmless(
        _TEST_SELECTION, "the test still restores; nobody adds a verdict of their own", ("validationWindowHours",)
    ),
    Harmless("aws:backup/framework:Framework", DETECTIVE, ("controls",), partly=True),
    Harmless("aws:kms/key:Key", DEFAULT, ("deletionWindowInDays",)),
    Harmless(
        "aws:kms/key:Key",
        "keys of alerts and vaults serve one Region; of the data key, which its tag says is replicated, it is blocked",
        ("multiRegion",),
        partly=True,
    ),
    Harmless("aws:kms/key:Key", "says that a replica exists; the key stays what it is", ("tags.replicated-by",)),
    Harmless("aws:kms/replicaKey:ReplicaKey", DEFAULT, ("deletionWindowInDays",)),
    Harmless(
        ANY, "AWS writes its own default policy: the account decides through IAM, as in ours", ("policy",), partly=True
    ),
    Harmless("aws:secretsmanager/secret:Secret", DEFAULT, ("recoveryWindowInDays",)),
    Harmless("aws:guardduty/detector:Detector", DEFAULT, ("enable", "findingPublishingFrequency", "(option protect)")),
    Harmless("aws:cloudtrail/trail:Trail", DEFAULT, ("enableLogging", "includeGlobalServiceEvents")),
    Harmless("aws:cloudtrail/trail:Trail", NO_DATA, ("advancedEventSelectors", "(option protect)")),
)
# Types of which rules read something for the sake of other resources.
HOLDING_NO_DATA = frozenset(
    {
        "aws:arcregionswitch/plan:Plan",
        "aws:autoscaling/group:Group",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:resiliencehub/v2Policy:V2Policy",
        "aws:sns/topic:Topic",
    }
)
