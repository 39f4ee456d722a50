"""What an `up` must not do in passing to what holds data, read from its own preview; and whether the record agrees with AWS.

The program has guards of its own (components/guards.py), which also hold for a plain `pulumi up`; these see every resource.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from automation.errors import SecurecartError
from automation.events import PlannedStep, Run
from automation.exit_codes import ExitCode

INSTANCE = "aws:rds/instance:Instance"
# What holds data or backups, or opens them.
STORES = frozenset(
    {
        INSTANCE,
        "aws:dynamodb/table:Table",
        "aws:dynamodb/tableReplica:TableReplica",
        "aws:s3/bucket:Bucket",
        "aws:ebs/volume:Volume",
        "aws:backup/vault:Vault",
        "aws:kms/key:Key",
        "aws:kms/replicaKey:ReplicaKey",
    }
)
# What keeps writers out of a Region that was left (automation/recovery/fence.py): the network, the parameter, the servers.
GROUP = "aws:autoscaling/group:Group"
FENCES = frozenset(
    {"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:rds/parameterGroup:ParameterGroup"}
)
_SIZES = frozenset({"minSize", "desiredCapacity", "maxSize"})
# What brings the work of the serving Region back to the other one: a failback starts from it.
REPLICATIONS = frozenset(
    {
        "aws:dynamodb/tableReplica:TableReplica",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    }
)
_LOSES = frozenset({"delete", "replace", "delete-replaced", "create-replacement", "discard-replaced"})
_SOURCE = "replicateSourceDb"
# Kept by the provider alone: changing them calls nothing at AWS.
_STATE_ONLY = frozenset({"skipFinalSnapshot", "finalSnapshotIdentifier", "applyImmediately", "deleteAutomatedBackups"})


def refuse_losses(preview: Run, *, decided: bool = False) -> None:
    """Raises SecurecartError (REFUSED) when an update would promote, replace or delete a store.

    `decided`: the settings say that stores may go (`ephemeral`, `secondaryRemoval: remove`); a promotion is refused all the same.
    """
    promoted = [
        step for step in preview.steps if step.type == INSTANCE and step.op == "update" and _SOURCE in step.keys
    ]
    lost = [step for step in preview.steps if step.type in STORES and step.op in _LOSES]
    if promoted:
        raise _refused(
            preview,
            "promote, which cannot be undone",
            promoted,
            "securecart failover promotes; then securecart reconcile",
        )
    if lost and not decided:
        raise _refused(
            preview, "replace or delete", lost,
            "after a failover or failback: securecart reconcile. If the data may really go: securecart:ephemeral: true (README,"
            " Deploy to AWS), or securecart:secondaryRemoval",
        )  # fmt: skip


def refuse_gone(drift: Run) -> None:
    """Raises SecurecartError (REFUSED) when the comparison with the cloud misses a store: an update would make it anew, empty."""
    gone = [step for step in drift.ended if step.type in STORES and step.op == "delete"]
    if gone:
        named = ", ".join(step.name for step in gone)
        raise SecurecartError(
            f"stores of {drift.stack} are gone, and an update would make them anew, empty: {named}. Nothing was changed.",
            "securecart restore brings the data back (docs/runbooks/deleted-data.md); then, for a swap into new ones: --recreate",
            ExitCode.REFUSED,
        )


def refuse_unfencing(preview: Run) -> None:
    """For prod while the secondary Region serves: two Regions that take orders are worse than one that is not up to date.

    Raises SecurecartError (REFUSED) when the update would touch what fences the old Region, or end a replication.
    """
    opened = [step for step in preview.steps if _opens(step)]
    if opened:
        raise _refused(
            preview, "let writers into the Region that was left while the other one serves", opened,
            "securecart failback brings the work back and opens it; until then: securecart up --stack dr",
        )  # fmt: skip
    ended = [step for step in preview.steps if step.type in REPLICATIONS and step.op in _LOSES]
    if ended:
        raise _refused(
            preview, "end a replication that the way back needs", ended,
            "securecart failback first; until then: securecart up --stack dr",
        )  # fmt: skip


def refuse_mended_fence(drift: Run) -> None:
    """The same before a refresh: to Pulumi a fence is drift, and once it is in the state every later update would mend it.

    Raises SecurecartError (REFUSED) when the comparison of prod with the cloud finds one.
    """
    fenced = [step for step in drift.ended if step.type in FENCES or step.type == GROUP]
    if fenced:
        raise _refused(
            drift, "let writers into the Region that was left while the other one serves", fenced,
            "without --refresh; after securecart failback and reconcile with it",
        )  # fmt: skip


def _opens(step: PlannedStep) -> bool:
    if step.type == GROUP:
        return step.op != "update" or bool(step.keys & _SIZES)
    # An instance can be given another parameter group, or other security groups.
    return step.type in FENCES | {INSTANCE} and not (step.op == "update" and step.keys and step.keys <= _STATE_ONLY)


def refuse_store_steps(preview: Run) -> None:
    """The stricter form after a failover: no store may be created either, or changed beyond what only the state holds."""
    refuse_losses(preview)
    touched = [
        step for step in preview.steps if step.type in STORES and not (step.op == "update" and step.keys <= _STATE_ONLY)
    ]
    if touched:
        raise _refused(
            preview, "change", touched, "see securecart preview: configuration and AWS differ in more than the role"
        )


def refuse_other_role(
    recorded: str, resources: Sequence[Mapping[str, Any]], replicates: Callable[[str], bool | None]
) -> None:
    """Raises SecurecartError (REFUSED) when the databases of dr are not what the configuration calls them.

    `recorded` is `databaseRole`; `replicates` asks RDS about an identifier, None when there is no such instance.
    """
    names = [
        str(resource["outputs"]["identifier"])
        for resource in resources
        if resource["type"] == INSTANCE and (resource.get("outputs") or {}).get("identifier")
    ]
    wrong = []
    for name in names:
        live = replicates(name)
        if live is not None and live is not (recorded == "replica"):
            wrong.append(f"{name} is {'a replica' if live else 'a database of its own'}")
    if wrong:
        raise SecurecartError(
            f"securecart:databaseRole says {recorded}, but {'; '.join(wrong)}. Nothing was changed.",
            "securecart reconcile writes what is true",
            ExitCode.REFUSED,
        )


def _refused(preview: Run, what: str, steps: Sequence[PlannedStep], fix: str) -> SecurecartError:
    named = ", ".join(dict.fromkeys(f"{step.name} ({step.op})" for step in steps))
    return SecurecartError(
        f"an update of {preview.stack} would {what}: {named}. Nothing was changed.", fix, ExitCode.REFUSED
    )
