"""One operator at a time. The lock names its owner and when it expires; the owner renews it while its process lives."""

from __future__ import annotations

import getpass
import json
import os
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import scope
from automation.recovery.objects import ChangedError, Objects

LOCK_KEY = "lock.json"
TTL_SECONDS = 90
RENEW_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A process of a person on a machine."""

    who: str
    host: str
    pid: int
    started: str
    """When the process started, by the kernel: a pid alone is reused."""

    @property
    def gone(self) -> bool:
        """Whether it ran on this machine and has ended: then nobody has to wait for the expiry."""
        return self.host == socket.gethostname() and _started(self.pid) != self.started


@dataclass(frozen=True, kw_only=True)
class Held:
    """What the lock says."""

    token: str
    owner: Owner
    expires: datetime
    command: str
    released: bool = False

    def free(self, now: datetime) -> bool:
        return self.released or now >= self.expires or self.owner.gone

    def body(self) -> bytes:
        return json.dumps({**asdict(self), "expires": self.expires.isoformat()}).encode()

    @classmethod
    def read(cls, body: bytes) -> Held:
        said = json.loads(body)
        return cls(**{**said, "owner": Owner(**said["owner"]), "expires": datetime.fromisoformat(said["expires"])})


class Lock:
    """Held from `acquire` to `release`. `lost` becomes true when somebody else has taken it meanwhile."""

    def __init__(self, objects: Objects, now: Callable[[], datetime], *, who: str = "") -> None:
        self._objects, self._now = objects, now
        self._owner = this_process(who)
        self._held: Held | None = None
        self._etag = ""
        self._stop = threading.Event()
        self._renewing: threading.Thread | None = None
        self.lost = False

    def acquire(self, command: str) -> None:
        """Raises SecurecartError (LOCKED) that names the owner while another process holds it."""
        wanted = Held(
            token=uuid.uuid4().hex,
            owner=self._owner,
            expires=self._now() + timedelta(seconds=TTL_SECONDS),
            command=command,
        )
        found = self._objects.read(LOCK_KEY)
        try:
            if found is None:
                self._etag = self._objects.create(LOCK_KEY, wanted.body())
            else:
                self._refuse_held(Held.read(found[0]))
                self._etag = self._objects.replace(LOCK_KEY, wanted.body(), found[1])
        except ChangedError:
            winner = self._objects.read(LOCK_KEY)
            if winner:
                self._refuse_held(Held.read(winner[0]))
            raise SecurecartError(
                "another operator took the lock in the same moment.",
                f"run again: securecart {command}",
                ExitCode.LOCKED,
            ) from None
        self._held = wanted
        self._stop.clear()
        self._renewing = threading.Thread(target=self._renew, name="recovery-lock", daemon=True)
        self._renewing.start()

    def release(self) -> None:
        """Free for the next command at once. A lock that was lost is left alone."""
        self._stop.set()
        if self._renewing:
            self._renewing.join()
        if self._held and not self.lost:
            try:
                self._objects.replace(LOCK_KEY, replace(self._held, released=True).body(), self._etag)
            except ChangedError:
                self.lost = True
        self._held = None

    def _refuse_held(self, held: Held) -> None:
        if held.free(self._now()):
            return
        owner = held.owner
        raise SecurecartError(
            f"{owner.who} runs `securecart {held.command}` on {owner.host} (process {owner.pid}); nothing was changed.",
            f"wait for it. If that process died: the lock is free at {held.expires:%H:%M:%S} UTC ({self._objects.place}{LOCK_KEY})",
            ExitCode.LOCKED,
        )

    def _renew(self) -> None:
        while not self._stop.wait(RENEW_SECONDS):
            held = self._held
            if held is None:
                return
            renewed = replace(held, expires=self._now() + timedelta(seconds=TTL_SECONDS))
            try:
                with scope(RENEW_SECONDS):
                    self._etag = self._objects.replace(LOCK_KEY, renewed.body(), self._etag)
                self._held = renewed
            except ChangedError:
                self.lost = True
                return
            except Exception:  # noqa: S112  the store may answer again before the lock expires; if not, `expired` says so
                continue

    @property
    def usable(self) -> bool:
        """Whether steps may still be started: the lock is held and has not run out."""
        held = self._held
        return held is not None and not self.lost and self._now() < held.expires


def this_process(who: str = "") -> Owner:
    pid = os.getpid()
    return Owner(who=who or getpass.getuser(), host=socket.gethostname(), pid=pid, started=_started(pid))


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot (proc(5), field 22); empty when there is none, or no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return _alive(pid)
    return stat.rpartition(")")[2].split()[19]


def _alive(pid: int) -> str:
    if Path("/proc/self/stat").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"
