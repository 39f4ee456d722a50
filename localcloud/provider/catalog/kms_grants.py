"""KMS grants."""

from __future__ import annotations

from typing import Any

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some

_CONSTRAINTS = {
    "encryptionContextEquals": "EncryptionContextEquals",
    "encryptionContextSubset": "EncryptionContextSubset",
}


class Grant(ResourceType):
    """The id is `<key>:<grant>`. The output `grantToken` is left out: KMS shows it once, and no refresh could read it."""

    token = "aws:kms/grant:Grant"
    replace_on = frozenset(
        {"keyId", "granteePrincipal", "operations", "constraints", "name", "retiringPrincipal", "grantCreationTokens"}
    )
    modelled = replace_on - {"grantCreationTokens"}
    state_only = frozenset({"grantCreationTokens", "retireOnDelete"})
    unordered = frozenset({"operations", "constraints"})
    computed = ("grantId",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        made = c.client("kms").create_grant(
            KeyId=p["keyId"],
            GranteePrincipal=p["granteePrincipal"],
            Operations=p["operations"],
            **some(
                Name=p.get("name"),
                RetiringPrincipal=p.get("retiringPrincipal"),
                GrantTokens=p.get("grantCreationTokens"),
                Constraints=_constraints(p.get("constraints") or []),
            ),
        )
        return f"{p['keyId']}:{made['GrantId']}"

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        key, _, grant = id_.rpartition(":")
        grants = c.client("kms").list_grants(KeyId=key, GrantId=grant)["Grants"]
        if not grants:
            return None
        found = grants[0]
        constraints = {
            k: found["Constraints"][m] for k, m in _CONSTRAINTS.items() if (found.get("Constraints") or {}).get(m)
        }
        return {
            "keyId": key,
            "grantId": grant,
            "name": found.get("Name") or None,
            "granteePrincipal": found["GranteePrincipal"],
            "retiringPrincipal": found.get("RetiringPrincipal") or None,
            "operations": found["Operations"],
            "constraints": [constraints] if constraints else [],
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        key, _, grant = id_.rpartition(":")
        kms = c.client("kms")
        (kms.retire_grant if state.get("retireOnDelete") else kms.revoke_grant)(KeyId=key, GrantId=grant)


def _constraints(given: list[Props]) -> dict[str, Any] | None:
    return {_CONSTRAINTS[key]: value for item in given for key, value in item.items() if value} or None
