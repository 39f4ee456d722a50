"""Pulumi's language host for Python, for an engine built from source: the official one is not served as a module.

The engine starts it as `pulumi-language-python`, reads a port from its stdout and calls `pulumirpc.LanguageRuntime`.
It runs programs and policy packs; it generates no code and installs nothing.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent import futures
from pathlib import Path
from types import FrameType
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty

from localcloud.engine.children import Children, stop, stream
from localcloud.engine.interpreter import activated, python, virtual_environment

if __name__ == "__main__":
    from localcloud.engine.light_protos import skip_sdk

    skip_sdk()

from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

# The program has shown its error: the engine shall stop, and add nothing.
ERROR_SHOWN_EXIT_CODE = 32
_VERSION = "1.0.0"
_RUN_PROGRAM = Path(__file__).with_name("run_program.py")
_WORKERS = 16  # RunPlugin holds one for as long as its policy pack lives
_PARENT_POLL_SECONDS = 1.0
_LIST_PACKAGES = (
    "import json, importlib.metadata as m; print(json.dumps(sorted((d.name, d.version) for d in m.distributions())))"
)


def _options(info: Any) -> Mapping[str, Any]:
    options: Mapping[str, Any] = json_format.MessageToDict(info.options)
    return options


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python for the engine at `engine_address`."""

    def __init__(self, engine_address: str, children: Children) -> None:
        self._engine_address = engine_address
        self._children = children

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002  the protocol's names
        self._engine_address = request.engine_address or self._engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        return plugin_pb2.PluginInfo(version=_VERSION)

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """None in advance: the engine takes each provider when the first resource of it is registered."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        return language_pb2.GetRequiredPluginsResponse()

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Run a program to its end. Its output is ours; what it reports goes to the engine directly."""
        environment = virtual_environment(request.info.root_directory, _options(request.info))
        env = activated(os.environ, environment) | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        directory = Path(request.pwd or request.info.program_directory)
        command = [python(environment), "-u", str(_RUN_PROGRAM), *self._run_arguments(request), *request.args]
        child = self._children.start(command, directory, env, piped=False)
        if child is None:
            return language_pb2.RunResponse(bail=True)
        context.add_callback(lambda: stop(child))
        code = self._children.wait(child)
        if code == ERROR_SHOWN_EXIT_CODE:
            return language_pb2.RunResponse(bail=True)
        if code != 0:
            reason = f"was ended by signal {-code}" if code < 0 else f"exited with non-zero exit code: {code}"
            return language_pb2.RunResponse(error=f"program {reason}")
        return language_pb2.RunResponse()

    def _run_arguments(self, request: Any) -> list[str]:
        settings = {
            "monitor": request.monitor_address,
            "engine": self._engine_address,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
        }
        return [json.dumps(settings), request.info.entry_point or "."]

    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        """Run a policy pack, or a provider written in Python, until it ends or the engine lets go of the stream."""
        directory = request.info.program_directory
        environment = virtual_environment(request.info.root_directory, _options(request.info))
        env = activated(os.environ, environment) | dict(variable.split("=", 1) for variable in request.env)
        interpreter = [python(environment), "-u"]
        if request.kind == "analyzer":
            command, cwd = [*interpreter, "-m", "pulumi.policy", *request.args, directory], directory
        else:
            command, cwd = [*interpreter, directory, *request.args], request.pwd
        child = self._children.start(command, Path(cwd), env, piped=True)
        if child is None:
            return
        context.add_callback(lambda: stop(child))
        for name, piece in stream(child):
            is_stdout = name == "stdout"
            message = language_pb2.RunPluginResponse
            yield message(stdout=piece) if is_stdout else message(stderr=piece)
        yield language_pb2.RunPluginResponse(exitcode=self._children.wait(child))

    def About(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """The packages that the program can import, for `pulumi about`."""
        environment = virtual_environment(request.info.root_directory, _options(request.info))
        listing = subprocess.run(
            [python(environment), "-c", _LIST_PACKAGES],
            env=activated(os.environ, environment),
            capture_output=True,
            check=True,
        )
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=version) for name, version in json.loads(listing.stdout)
            ]
        )

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        self._children.stop_all()
        return Empty()


def serve(engine_address: str) -> None:
    """Print the port, serve until the engine stops us or is gone, and leave no child behind."""
    children = Children()

    def leave(signal_number: int = 0, frame: FrameType | None = None) -> None:  # noqa: ARG001  a signal handler's
        children.stop_all()
        os._exit(0)  # silent: whatever a normal exit printed would land in the output of the CLI

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    server = grpc.server(
        futures.ThreadPoolExecutor(_WORKERS),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(engine_address, children), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201  the protocol
    # An engine that was killed tells nobody. The launcher execs us, so the engine is our parent.
    engine = os.getppid()
    never = threading.Event()
    while os.getppid() == engine:
        never.wait(_PARENT_POLL_SECONDS)
    leave()


def main() -> None:
    """Entry point of the launcher; the last argument that is no flag is the engine's address."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    serve(addresses[-1] if addresses else "")


if __name__ == "__main__":
    main()
