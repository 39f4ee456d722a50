"""The provider as the process that the engine starts: it names its port, listens on this machine only, and ends in silence."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import grpc
import psutil
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

END_SECONDS = 10


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "localcloud.provider"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_it_prints_its_port_and_answers_there_on_loopback_only(process: subprocess.Popen[str]) -> None:
    port = _port(process)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty(), timeout=END_SECONDS)
    assert info.version.startswith("7.")
    listening = [c.laddr for c in psutil.Process(process.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    # gRPC's socket takes IPv6 as well and shows the IPv4 address inside of one.
    assert {(address.ip.removeprefix("::ffff:"), address.port) for address in listening} == {("127.0.0.1", port)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_on_a_signal_without_a_word(process: subprocess.Popen[str], number: signal.Signals) -> None:
    _port(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=END_SECONDS)
    assert (process.returncode, out, err) == (0, "", "")
