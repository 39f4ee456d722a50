"""What a recorder of real traffic counted, put into the evidence of an execution: writes that were acknowledged and are gone, and
the time in which none was acknowledged. No metric of AWS measures either exactly.

The file is what `securecart local traffic --json` prints; another recorder may write the same: `stores`, each with `kind`, `of`
(the store's name), `acknowledged`, `lost`, `lostSeconds`, `rtoSeconds`. null is a figure that was not counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.evidence import UNKNOWN, Attachment, figure, overall, verdict_of, worst

NAME = "counted.json"
RTO_BASIS = "counted: from the first failed to the first acknowledged write"
RPO_BASIS = "counted: acknowledged writes that are gone, the first of them until the first failed write"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One store's writes. None: not counted."""

    kind: str
    store: str
    acknowledged: int
    lost: int | None
    rpo_seconds: float | None
    rto_seconds: float | None


def read(name: str, body: bytes) -> list[Counted]:
    """Raises SecurecartError (BAD_INPUT) when the file is no count; `name` is told then."""
    try:
        return [
            Counted(
                kind=str(one["kind"]),
                store=str(one["of"]),
                acknowledged=int(one["acknowledged"]),
                lost=None if one["lost"] is None else int(one["lost"]),
                rpo_seconds=None if one["lostSeconds"] is None else float(one["lostSeconds"]),
                rto_seconds=None if one["rtoSeconds"] is None else float(one["rtoSeconds"]),
            )
            for one in json.loads(body)["stores"]
        ]
    except (KeyError, TypeError, ValueError) as failure:
        raise SecurecartError(
            f"{name} is no count of traffic: {type(failure).__name__}: {failure}.",
            f"securecart local traffic --journal RUN.jsonl --json > {name}",
            ExitCode.BAD_INPUT,
        ) from failure


def with_counts(document: Mapping[str, Any], counted: Sequence[Counted], file: Attachment) -> dict[str, Any]:
    """The evidence with what was counted in place of what was estimated, verdicts anew, and the file among its attachments.

    A figure that the recorder does not have stays what it was. Raises SecurecartError (BAD_INPUT) for a count of other stores.
    """
    known = {(one["kind"], one["store"]) for one in document["services"]}
    strange = [f"{one.kind} {one.store}" for one in counted if (one.kind, one.store) not in known]
    if strange or not counted:
        raise SecurecartError(
            f"{file.name} counts {', '.join(strange) or 'no store'}; the evidence of {document['execution']} is of "
            + ", ".join(sorted(" ".join(one) for one in known))
            + ".",
            "use the count of the traffic that ran meanwhile",
            ExitCode.BAD_INPUT,
        )
    counts = {(one.kind, one.store): one for one in counted}
    services = [_service(one, counts.get((one["kind"], one["store"]))) for one in document["services"]]
    others = [one for one in document["attachments"] if one["name"] != file.name]
    return {
        **document,
        "services": services,
        "verdict": overall(services, bool(document["finished"])).value,
        "attachments": [*others, file.document()],
    }


def _service(service: Mapping[str, Any], found: Counted | None) -> dict[str, Any]:
    if found is None:
        return dict(service)
    rto = _replaced(service["rto"], found.rto_seconds, RTO_BASIS)
    rpo = _replaced(service["rpo"], found.rpo_seconds, RPO_BASIS)
    rpo |= {"lost": UNKNOWN if found.lost is None else found.lost, "acknowledged": found.acknowledged}
    verdicts = [verdict_of(_known(one), one["targetSeconds"]) for one in (rto, rpo)]
    return {**service, "rto": rto, "rpo": rpo, "verdict": worst(verdicts).value}


def _replaced(before: Mapping[str, Any], seconds: float | None, basis: str) -> dict[str, Any]:
    if seconds is None:
        return dict(before)
    return figure(seconds, before["targetSeconds"], verdict_of(seconds, before["targetSeconds"]), basis)


def _known(told: Mapping[str, Any]) -> float | None:
    return None if told["seconds"] == UNKNOWN else float(told["seconds"])
