"""Whether the databases of dr are what the configuration calls them, asked of RDS before an `up`."""

from __future__ import annotations

from botocore.exceptions import ClientError

from automation import stacks
from automation.endpoints import clients_of
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.guards import refuse_other_role
from automation.project import database_role, home_regions
from automation.recovery.aws import Aws, RegionUnreachableError, scope
from automation.stacks import Workspace

ASK_SECONDS = 20.0


def refuse_wrong_role(workspace: Workspace, *, tolerates_silence: bool = False) -> None:
    """Raises SecurecartError (REFUSED) naming the command that records the truth; asks nothing while dr is not deployed.

    `tolerates_silence`: a secondary Region that does not answer serves nobody, and is no reason not to deploy the primary one.
    Otherwise its silence is refused, too: only this operator may be unable to reach it.
    """
    aws, region = Aws(clients_of(workspace.variables)), home_regions()["dr"]

    def replicates(identifier: str) -> bool | None:
        try:
            answer = aws.call("rds", region, "describe_db_instances", DBInstanceIdentifier=identifier)
        except ClientError:
            return None  # what does not exist has no role; the program's own guard asks again
        except RegionUnreachableError as silence:
            if tolerates_silence:
                return None
            raise SecurecartError(
                f"{silence}: whether it serves cannot be known from here; nothing was changed.",
                "securecart up when it answers; until then prod alone, without --refresh: securecart up --stack prod",
                ExitCode.REFUSED,
            ) from silence
        return bool(answer["DBInstances"][0].get("ReadReplicaSourceDBInstanceIdentifier"))

    with scope(ASK_SECONDS):
        refuse_other_role(database_role(), stacks.resources(workspace, "dr"), replicates)
