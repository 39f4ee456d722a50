"""The options that several commands share. Imports nothing but click, so that --help is instant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from automation.targets import TARGET_VARIABLE, Target

_Verb = TypeVar("_Verb", bound=Callable[..., None])


def options(*chosen: Callable[[Any], Any]) -> Callable[[_Verb], _Verb]:
    """The options of a command, in the order in which --help lists them."""

    def apply(command: _Verb) -> _Verb:
        for option in reversed(chosen):
            command = option(command)
        return command

    return apply


target_option = click.option(
    "--target",
    type=click.Choice([target.value for target in Target]),
    envvar=TARGET_VARIABLE,
    default=Target.LOCAL.value,
    show_default=True,
    show_envvar=True,
    help="The local cloud of this checkout, or AWS.",
)
stack_option = click.option(
    "--stack", type=click.Choice(["prod", "dr", "all"]), default="all", show_default=True, help="Which stack."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document at the end, and nothing else."
)
reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; kept in the journal and in the evidence."
)
approve_option = click.option(
    "--approve",
    is_flag=True,
    help="Do it. Without it the command says what it would do and destroy, and changes nothing.",
)
approver_option = click.option("--approver", metavar="NAME", help="Who approves, if not the operator.")
abandon_option = click.option(
    "--abandon", metavar="EXECUTION", default="", help="Give up an unfinished execution first; what it did stays done."
)
