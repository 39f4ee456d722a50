"""Which cloud a command is for, and the guards that keep the local one and the real one apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode

TARGET_VARIABLE = "SECURECART_TARGET"
# The key that `securecart env` exports (localcloud/environment.py), which target aws must not import.
LOCAL_ACCESS_KEY = "securecart-local"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ENDPOINT_PREFIX = "AWS_ENDPOINT_URL"
_REAL_CREDENTIALS = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_LOCAL_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


class Target(StrEnum):
    """Where a command deploys to: the local cloud on loopback, or AWS."""

    LOCAL = "local"
    AWS = "aws"


def guard_local(environ: Mapping[str, str]) -> None:
    """Refuse the local cloud in a shell that holds real credentials or another endpoint: it looks like a mistake."""
    found = [name for name in _REAL_CREDENTIALS if environ.get(name)]
    if environ.get("AWS_ACCESS_KEY_ID", LOCAL_ACCESS_KEY) != LOCAL_ACCESS_KEY:
        found += [name for name in _LOCAL_KEYS if environ.get(name)]
    found += [n for n, v in sorted(environ.items()) if n.startswith(_ENDPOINT_PREFIX) and v and not _is_loopback(v)]
    _refuse("local", "this shell holds what belongs to a real account or another endpoint", found)


def guard_aws(environ: Mapping[str, str], local_root: Path, *, needs_backend: bool = True) -> None:
    """Refuse AWS in a shell that points at the local cloud (`local_root` is where that one keeps its things).

    `needs_backend` false: what works by AWS calls alone must work while Pulumi's state cannot be had.
    """
    found = [name for name, value in sorted(environ.items()) if name.startswith(_ENDPOINT_PREFIX) and value]
    found += [name for name in _LOCAL_KEYS if environ.get(name) == LOCAL_ACCESS_KEY]
    root = str(local_root)
    found += [name for name in ("PULUMI_HOME", "PULUMI_BACKEND_URL") if root in environ.get(name, "")]
    found += ["SECURECART_CLOUD_ID"] if environ.get("SECURECART_CLOUD_ID") else []
    _refuse("aws", "this shell points at the local cloud", found)
    if f"{root}/bin" in environ.get("PATH", "").split(":"):
        raise SecurecartError(
            "--target aws is refused: PATH holds the local cloud's launchers.", "open a new shell", ExitCode.REFUSED
        )
    if not needs_backend:
        return
    home = Path(environ.get("PULUMI_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".pulumi")
    if not (
        environ.get("PULUMI_BACKEND_URL") or environ.get("PULUMI_ACCESS_TOKEN") or (home / "credentials.json").exists()
    ):
        raise SecurecartError(
            "--target aws needs a Pulumi backend, and none is configured.",
            "run `pulumi login s3://<your state bucket>`, or set PULUMI_BACKEND_URL or PULUMI_ACCESS_TOKEN",
            ExitCode.REFUSED,
        )


def guard_account(expected_account: str, caller_account: Callable[[], str]) -> None:
    """Refuse to touch any account but the configured one. `caller_account` asks sts:GetCallerIdentity."""
    try:
        actual = caller_account()
    except Exception as failure:
        raise SecurecartError(
            f"AWS does not say whose credentials these are: {failure}",
            "configure credentials (for example `aws sso login`) and try again",
            ExitCode.REFUSED,
        ) from failure
    if actual != expected_account:
        raise SecurecartError(
            f"these credentials are of account {actual}, but securecart:accountId is {expected_account}.",
            f"use credentials of {expected_account}, or set securecart:accountId in Pulumi.yaml",
            ExitCode.REFUSED,
        )


def _refuse(target: str, why: str, variables: list[str]) -> None:
    if not variables:
        return
    names = list(dict.fromkeys(variables))
    raise SecurecartError(
        f"--target {target} is refused: {why}: {', '.join(names)}.",
        f"unset {' '.join(names)}   (or, for one command: env {' '.join(f'-u {n}' for n in names)} securecart ...)",
        ExitCode.REFUSED,
    )


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK
