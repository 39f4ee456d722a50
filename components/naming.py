"""Every name that both stacks must agree on, computed from the settings they share (docs/adr/0002).

prod names the vault that it copies to before dr exists; dr asserts that what it built has the name that prod
computed.
"""

from __future__ import annotations

from dataclasses import dataclass

from components.settings import Role, Settings
from components.settings.adoption import physical_name
from components.watch.trail import trail_arn_of

PROJECT = "securecart"
PRIMARY_STACK, SECONDARY_STACK = "prod", "dr"
# The bucket of the estate's own records; no store may be called so.
AUDIT = "audit"

# Amazon S3 user guide, "General purpose bucket naming rules".
BUCKET_NAME_MAXIMUM = 63


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of one estate; every method is a pure function of the settings."""

    settings: Settings

    def bucket(self, store: str, region: str) -> str:
        """Globally unique: the account and the Region are part of it. Raises ValueError beyond 63 characters."""
        existing = self.settings.buckets[store].existing if store in self.settings.buckets else None
        if existing and region == self.settings.regions.primary:
            return physical_name(existing)
        name = f"{PROJECT}-{store}-{self.settings.account_id}-{region}"
        if len(name) > BUCKET_NAME_MAXIMUM:
            raise ValueError(
                f"bucket name {name} has {len(name)} characters, S3 allows {BUCKET_NAME_MAXIMUM}:"
                " shorten the store's name"
            )
        return name

    def bucket_prefix(self) -> str:
        """How the name of every bucket begins that this program made."""
        return f"{PROJECT}-"

    def table_prefix(self) -> str:
        """The same for tables."""
        return f"{PROJECT}-"

    def bucket_arn(self, store: str, region: str) -> str:
        return f"arn:aws:s3:::{self.bucket(store, region)}"

    def database(self, store: str, role: Role) -> str:
        """Carries the generation: an identifier that was restored into is never used again."""
        database = self.settings.databases[store]
        if database.existing and role is Role.PRIMARY:
            return physical_name(database.existing)
        return f"{PROJECT}-{store}-{role}-g{database.generation}"

    def table(self, store: str) -> str:
        """The same in both Regions, as a global table demands."""
        existing = self.settings.tables[store].existing
        return physical_name(existing) if existing else f"{PROJECT}-{store}"

    def secret(self, store: str) -> str:
        """The same in every generation: the password goes with the data, a restored or failed-back database keeps it.

        The g1 is the first generation's; another name would be another secret, with another password.
        """
        return f"{PROJECT}/{store}/administrator-g1"

    def plan(self, role: Role) -> str:
        return f"{PROJECT}-{role}"

    def snapshot(self, store: str, role: Role) -> str:
        """Of a generation; a snapshot of another generation is another snapshot."""
        return f"{PROJECT}-{store}-{role}-g{self.settings.databases[store].generation}-baseline"

    def vault(self, role: Role) -> str:
        """Carries the lock range: a locked vault is never edited, a new range is a new vault."""
        return f"{PROJECT}-{role}-{self.settings.vault_lock.range}"

    def of_region(self, purpose: str = "") -> str:
        """For what an account has by name in each Region: topic, trail, dashboard, load balancer, plan of recovery."""
        return "-".join(part for part in (PROJECT, self.settings.role, purpose) if part)

    def trail_arn(self) -> str:
        """Named in the policies of bucket and key before the trail can exist."""
        return trail_arn_of(self.of_region(), self.settings.region, self.settings.account_id)

    def vault_arn(self, role: Role) -> str:
        region = self.settings.regions.primary if role is Role.PRIMARY else self.settings.regions.secondary
        return f"arn:aws:backup:{region}:{self.settings.account_id}:backup-vault:{self.vault(role)}"

    def key_alias(self, purpose: str) -> str:
        """Aliases are regional, so both Regions use the same one for their own key."""
        return f"alias/{PROJECT}/{purpose}"

    def role_name(self, purpose: str) -> str:
        """IAM is global: the Region keeps the roles of the two stacks apart."""
        return f"{PROJECT}-{purpose}-{self.settings.region}"


def key_arn_in(key_arn: str, region: str) -> str:
    """The ARN that the replica of a multi-Region key has in `region`.

    The same key id in another Region (AWS KMS developer guide).
    """
    parts = key_arn.split(":")
    parts[3] = region
    return ":".join(parts)
