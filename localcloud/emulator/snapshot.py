"""Keeps the emulated AWS across a restart: every backend of moto goes into one file and comes back from it.

One pickle for all backends and what is kept beside them, because they share objects and the sharing must survive. The
file is our own, readable by its owner only, and is read once: it is moved aside before it is loaded, so a process that
dies later cannot bring old data back under the identity of newer data.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from threading import Condition
from typing import Any, Protocol

import moto
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, backend_lock
from moto.iam.models import AWSManagedPolicy, iam_backends

from localcloud.emulator import clock
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.extensions import OWN_BACKENDS
from localcloud.emulator.record import write_private

# Raised whenever what the extensions keep on the backends changes shape: a snapshot of another format starts empty.
FORMAT = f"securecart-4 moto-{moto.__version__}"
# moto's own switches (state transitions, recorded answers) are not AWS data.
NOT_DATA = frozenset({"moto_api"})

Backends = dict[str, dict[str, dict[str, Any]]]


class Kept(Protocol):
    """Data of the process that is on no backend of moto."""

    @property
    def state(self) -> Callable[[], Any]:
        """Gives what a snapshot keeps, so that pickle can write it."""

    @property
    def restore(self) -> Callable[[Any], None]:
        """Takes over what `state` gave."""

    @property
    def reset(self) -> Callable[[], None]:
        """Empties it, with the cloud."""


# By the name that a snapshot keeps it under.
KEPT_BESIDE: dict[str, Kept] = {"clock": clock, "carrier": CARRIER, "databases": DATABASES}


class SnapshotError(Exception):
    """The snapshot exists but cannot be used."""


def _private_key_from_pem(pem: bytes) -> Any:
    return serialization.load_pem_private_key(pem, password=None)


class _Pickler(pickle.Pickler):
    """Pickles private keys and locks, which plain pickle cannot, and leaves out AWS's managed policies: 24 MB to rebuild."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
            pem = obj.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            return _private_key_from_pem, (pem,)
        if isinstance(obj, Condition):
            # The lock of a queue's messages. Nobody holds it: nothing is answered meanwhile.
            return Condition, ()
        return NotImplemented

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, AWSManagedPolicy):
            return obj.account_id, obj.partition, obj.arn, obj.attachment_count
        return None


class _Unpickler(pickle.Unpickler):
    """Takes AWS's managed policies from a fresh backend, each with the number of attachments it had."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self._policies: dict[tuple[str, str], dict[str, AWSManagedPolicy]] = {}

    def persistent_load(self, pid: Any) -> Any:
        account_id, partition, arn, attachment_count = pid
        if (account_id, partition) not in self._policies:
            fresh = iam_backends[account_id][partition].aws_managed_policies
            self._policies[account_id, partition] = {policy.arn: policy for policy in fresh}
        policy = self._policies[account_id, partition][arn]
        policy.attachment_count = attachment_count
        return policy


def _backend_dict(service: str) -> BackendDict[Any]:
    return OWN_BACKENDS[service] if service in OWN_BACKENDS else get_backend(service)


def _backends_in_use() -> Backends:
    in_use: Backends = {}
    for backend_dict in BackendDict._instances:
        service = backend_dict.service_name
        if service not in NOT_DATA and _backend_dict(service) is backend_dict:
            in_use[service] = {account_id: dict(regions.items()) for account_id, regions in backend_dict.items()}
    return in_use


def save(path: Path, identity: str) -> None:
    """Write every backend in use, what is kept beside them and the identity of the data to `path`.

    The file has mode 0600 and is replaced in one step.
    The caller makes sure that no request changes a backend meanwhile.
    """
    stream = io.BytesIO()
    beside = {name: kept.state() for name, kept in KEPT_BESIDE.items()}
    with backend_lock:
        _Pickler(stream, protocol=pickle.HIGHEST_PROTOCOL).dump((_backends_in_use(), beside))
    write_private(path, pickle.dumps((FORMAT, identity, stream.getvalue())))


def load(path: Path) -> str | None:
    """Bring back what `save` wrote and return the identity of the data; None when there is no snapshot.

    Raises SnapshotError, with nothing loaded, when the snapshot is damaged or was written by another version.
    """
    aside = path.with_name(f"{path.name}.loaded")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return None
    try:
        file_format, identity, content = pickle.loads(aside.read_bytes())
        if file_format != FORMAT:
            raise SnapshotError(f"{aside} was written by {file_format}; this is {FORMAT}")
        backends, beside = _Unpickler(io.BytesIO(content)).load()
    except SnapshotError:
        raise
    except Exception as error:  # pickle raises whatever the damaged bytes happen to name
        raise SnapshotError(f"{aside} cannot be read: {error}") from error
    with backend_lock:
        for service, accounts in backends.items():
            for account_id, regions in accounts.items():
                _backend_dict(service)[account_id].update(regions)
    for name, state in beside.items():
        KEPT_BESIDE[name].restore(state)
    return str(identity)
