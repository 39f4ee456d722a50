"""What RDS says of a database now. A plan may rest on what the state holds; a promotion may not."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_aws as aws


def asks_rds(provider: aws.Provider) -> Callable[[str], bool]:
    """A function that tells whether an instance is a read replica (DescribeDBInstances).

    It raises what the provider raises when there is no such instance: then nothing is left to promote, and an update would make
    an empty database in its place.
    """

    def replicates(identifier: str) -> bool:
        found = aws.rds.get_instance(db_instance_identifier=identifier, opts=pulumi.InvokeOptions(provider=provider))
        return bool(found.replicate_source_db)

    return replicates
