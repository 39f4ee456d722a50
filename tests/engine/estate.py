"""Drives the `securecart` command and the plain engine against one local cloud, as a user would: in processes of their own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import yaml

from tools import iam_roles

REPO = Path(__file__).resolve().parents[2]
SECURECART = REPO / ".venv" / "bin" / "securecart"
PRIMARY, SECONDARY = "us-east-1", "us-west-2"
ORGANIZATION_PROJECT = "organization/securecart"
# A hung engine must fail one test, not the run: no call below needs more than a fraction of this.
CALL_TIMEOUT_SECONDS = 420


@dataclass(frozen=True)
class Finished:
    """What a process left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout + self.stderr

    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class Estate:
    """One local cloud of its own (`root`), and the commands that reach it."""

    root: Path
    databases: str = "on"
    """Of the local cloud (localcloud.databases.opening): on, off or memory."""

    @property
    def environment(self) -> dict[str, str]:
        """The caller's environment without any AWS or Pulumi setting, so that nothing but the command decides where it goes."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PULUMI_", "SECURECART_"))}
        cache = {k: v for k, v in os.environ.items() if k in ("SECURECART_CACHE_DIR", "SECURECART_ENGINE")}
        own = {"SECURECART_LOCAL_ROOT": str(self.root), "SECURECART_LOCAL_DATABASES": self.databases, "NO_COLOR": "1"}
        return kept | cache | own

    def end(self) -> None:
        """Stop the local cloud and drop its data; databases may be elsewhere than in `root` (localcloud.databases.places)."""
        self.securecart("down")
        self.securecart("local", "reset")

    def securecart(self, *arguments: str, checkout: Path | None = None) -> Finished:
        """Runs the command as installed, or the one of another checkout."""
        if checkout is None:
            return run([str(SECURECART), *arguments], self.environment, REPO)
        command = [sys.executable, "-c", "from automation.cli import main; main()", *arguments]
        return run(command, self.environment | {"PYTHONPATH": str(checkout)}, checkout)

    @cached_property
    def exports(self) -> dict[str, str]:
        """The environment that `eval "$(securecart env)"` gives a shell, read back from a real shell."""
        script = f'eval "$({shlex.quote(str(SECURECART))} env)" && env -0'
        shell = run(["bash", "-c", script], self.environment, REPO)
        assert shell.code == 0, shell.text
        return dict(line.split("=", 1) for line in shell.stdout.split("\0") if "=" in line)

    def pulumi(self, *arguments: str, cwd: Path = REPO, **variables: str) -> Finished:
        """Plain `pulumi`, found on the PATH that `securecart env` gives."""
        return run(["bash", "-c", shlex.join(["pulumi", *arguments])], self.exports | variables, cwd)

    def client(self, service: str, region: str) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.exports["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.exports["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.exports["AWS_SECRET_ACCESS_KEY"],
        )

    def inventory(self) -> Any:
        return self.admin("inventory")

    def admin(self, endpoint: str, asked: Mapping[str, Any] | None = None) -> Any:
        """What an admin endpoint of the local cloud answers; `asked` is posted."""
        url = f"{self.exports['AWS_ENDPOINT_URL']}/_securecart/{endpoint}"
        body = None if asked is None else json.dumps(asked).encode()
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def unrecorded_calls(self, role: str) -> list[str]:
        """Calls since the last reset that the generated role does not know; tools/iam_roles.py says how to record them."""
        known = iam_roles.calls()[role]
        made = {(call["service"], call["operation"]) for call in self.admin("calls")["calls"]}
        return sorted(f"{service}:{name}" for service, name in made if name not in known.get(service, ()))

    def outputs(self, stack: str) -> dict[str, Any]:
        shown = self.pulumi("stack", "output", "--json", "--stack", f"{ORGANIZATION_PROJECT}/{stack}")
        assert shown.code == 0, shown.text
        return dict(shown.json())

    def state(self, stack: str) -> list[dict[str, Any]]:
        exported = self.pulumi("stack", "export", "--stack", f"{ORGANIZATION_PROJECT}/{stack}")
        assert exported.code == 0, exported.text
        return list(exported.json()["deployment"].get("resources", []))


def run(command: list[str], environment: dict[str, str], cwd: Path) -> Finished:
    done = subprocess.run(
        command, env=environment, cwd=cwd, text=True, capture_output=True, timeout=CALL_TIMEOUT_SECONDS, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Finished(done.returncode, done.stdout, done.stderr)


def copy_project(
    target: Path, main: Path | None = None, shared: Mapping[str, Any] | None = None, **stack_settings: str
) -> Path:
    """Copies the Pulumi project (not the code) to `target`, with another `__main__.py` or changed settings where given.

    `shared` sets keys of Pulumi.yaml; `stack_settings` replaces `securecart:<key>: ...` lines in both stack files.
    """
    target.mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dr.yaml"):
        shutil.copy(REPO / name, target / name)
    for name in ("components", ".venv"):
        (target / name).symlink_to(REPO / name)
    shutil.copy(main or REPO / "__main__.py", target / "__main__.py")
    configure(target, shared or {})
    for stack in ("prod", "dr"):
        file = target / f"Pulumi.{stack}.yaml"
        lines = file.read_text().splitlines()
        for key, value in stack_settings.items():
            found = [n for n, line in enumerate(lines) if line.strip().startswith(f"securecart:{key}:")]
            assert len(found) == 1, f"{file.name} must set securecart:{key} once"
            lines[found[0]] = f"  securecart:{key}: {value}"
        file.write_text("\n".join(lines) + "\n")
    return target


def configure(project: Path, shared: Mapping[str, Any]) -> None:
    """Sets `securecart:` keys that both stacks of a copied project read."""
    file = project / "Pulumi.yaml"
    content = yaml.safe_load(file.read_text())
    for key, value in shared.items():
        content["config"][f"securecart:{key}"] = {"value": value}
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def copy_checkout(target: Path) -> Path:
    """Copies what git knows of the repository, with the same virtual environment, so that a test may edit it."""
    listed = run(["git", "ls-files", "-z"], dict(os.environ), REPO).stdout
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPO / name, target / name)
    (target / ".venv").symlink_to(REPO / ".venv")
    return target
