"""Both stacks deployed by the real engine, the checkout that operates them, and customers: what drills with the engine share.

A checkout of its own, because reconcile writes the settings that a team would commit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from automation.local_disasters import targets
from localcloud.traffic.run import Traffic
from localcloud.traffic.targets import clients_of
from tests.engine.estate import SECONDARY, Estate, Finished

WHY = ("--reason", "the monthly drill", "--approve", "--json")


@dataclass(frozen=True)
class Drill:
    """A deployed estate, the checkout that operates it, and what the customers' traffic left of each phase."""

    estate: Estate
    checkout: Path
    directory: Path
    counts: dict[str, Any] = field(default_factory=dict)

    def securecart(self, *arguments: str) -> Finished:
        return self.estate.securecart(*arguments, checkout=self.checkout)

    def done(self, *arguments: str) -> dict[str, Any]:
        """Runs a command that must end well; its JSON document."""
        finished = self.securecart(*arguments)
        assert finished.code == 0, finished.text[-6000:]
        return dict(finished.json())

    def traffic(self, databases: Mapping[str, str] | None = None) -> Traffic:
        """Customers, who go where their name leads; not started yet. `databases`: those of orders, if not the shipped ones."""
        named = targets()
        named = replace(named, databases=databases or named.databases)
        return Traffic(clients_of(self.estate.exports), named, self.directory, patience=0.1)

    def counted(self, execution: str, journal: Path) -> dict[str, Any]:
        """The recorder's figures by store, once they are in the evidence of the execution."""
        report = self.securecart("local", "traffic", "--journal", str(journal), "--json")
        assert report.code == 0, report.text
        file = self.directory / f"{execution}.json"
        file.write_text(report.stdout)
        evidence = self.done("counted", execution, str(file), "--json")["evidence"]
        stores = {(one["kind"], one["of"]): one for one in report.json()["stores"]}
        for service in evidence["services"]:
            one = stores.get((service["kind"], service["store"]))
            if one is not None:
                told = f"{service['kind']} {service['store']}: {one['lost']} of {one['acknowledged']} lost"
                sys.stdout.write(f"{told}, RPO {one['lostSeconds']} s, RTO {one['rtoSeconds']} s\n")
                assert service["rpo"]["lost"] == one["lost"]
                assert service["rpo"]["acknowledged"] == one["acknowledged"]
                if one["rtoSeconds"] is not None:
                    assert abs(service["rto"]["seconds"] - one["rtoSeconds"]) < 1
        return stores

    def setting(self, file: str, key: str) -> Any:
        value = yaml.safe_load((self.checkout / file).read_text())["config"][f"securecart:{key}"]
        return value["value"] if isinstance(value, dict) else value

    def instances(self, region: str) -> dict[str, dict[str, Any]]:
        found = self.estate.client("rds", region).describe_db_instances()["DBInstances"]
        return {one["DBInstanceIdentifier"]: one for one in found}

    def kept(self, name: str) -> list[Any]:
        """Files of that name beside the journals in the secondary Region's bucket."""
        s3 = self.estate.client("s3", SECONDARY)
        bucket = f"securecart-audit-123456789012-{SECONDARY}"
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="recovery/").get("Contents", [])
        keys = [one["Key"] for one in listed if one["Key"].endswith(name)]
        return [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in sorted(keys)]
