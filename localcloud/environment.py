"""The variables that point Pulumi and every AWS client at the local cloud, and at nothing else."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localcloud.paths import LocalPaths
    from localcloud.supervise import LocalCloud

LOCAL_CREDENTIAL = "securecart-local"
# Public on purpose: the stack files carry its salt (docs/adr/0009), and local state holds only what the emulator made up.
LOCAL_PASSPHRASE = "securecart-local"  # noqa: S105
_REGION = "us-east-1"
_LOOPBACK = ("127.0.0.1", "localhost")
_SERVICE_ENDPOINT_PREFIX = "AWS_ENDPOINT_URL_"

# Each of these would send a client somewhere else than the local cloud, or with other credentials.
UNSET: tuple[str, ...] = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
)


def local_environment(paths: LocalPaths, cloud: LocalCloud) -> dict[str, str]:
    """The variables to set for `paths` and its running `cloud`; `variables_to_unset` names those to remove."""
    return {
        "PATH": _path_with_first(str(paths.bin)),
        "PULUMI_HOME": str(paths.pulumi_home),
        "PULUMI_BACKEND_URL": paths.state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": LOCAL_PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # A provider that the local cloud lacks is an error, not a download.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": LOCAL_CREDENTIAL,
        "AWS_SECRET_ACCESS_KEY": LOCAL_CREDENTIAL,
        "AWS_REGION": _REGION,
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": _no_proxy(),
        "no_proxy": _no_proxy(),
        "SECURECART_TARGET": "local",
        "SECURECART_CLOUD_ID": cloud.id,
    }


def variables_to_unset(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """UNSET and every per-service AWS endpoint found in `environ` (default: this process's)."""
    found = os.environ if environ is None else environ
    return UNSET + tuple(sorted(name for name in found if name.startswith(_SERVICE_ENDPOINT_PREFIX)))


def child_environment(paths: LocalPaths, cloud: LocalCloud) -> dict[str, str]:
    """This process's environment as a child that must reach only the local cloud gets it."""
    removed = set(variables_to_unset())
    return {k: v for k, v in os.environ.items() if k not in removed} | local_environment(paths, cloud)


def shell_exports(env: Mapping[str, str]) -> str:
    """`env` as lines for `eval "$(securecart env)"` in a POSIX shell, the variables to remove first."""
    lines = [f"unset {name}" for name in variables_to_unset() if name not in env]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
    return "\n".join(lines) + "\n"


def _path_with_first(directory: str) -> str:
    others = [entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry != directory]
    return os.pathsep.join([directory, *others])


def _no_proxy() -> str:
    """Clients would send even loopback traffic to a proxy that the machine has configured."""
    configured = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = [host.strip() for host in configured.split(",") if host.strip()]
    return ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
