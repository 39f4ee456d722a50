"""One case for each type of the catalog: what to create, what to change, what a stranger changes behind Pulumi's back."""

from __future__ import annotations

from tests.localcloud import (
    provider_cases_audit,
    provider_cases_backup,
    provider_cases_data,
    provider_cases_foundations,
    provider_cases_front,
    provider_cases_protection,
    provider_cases_recovery,
    provider_cases_route53,
    provider_cases_servers,
    provider_cases_stores,
    provider_cases_watch,
)
from tests.localcloud.provider_world import Case

CASES: dict[str, Case] = {
    **provider_cases_audit.CASES,
    **provider_cases_backup.CASES,
    **provider_cases_data.CASES,
    **provider_cases_foundations.CASES,
    **provider_cases_front.CASES,
    **provider_cases_protection.CASES,
    **provider_cases_recovery.CASES,
    **provider_cases_route53.CASES,
    **provider_cases_servers.CASES,
    **provider_cases_stores.CASES,
    **provider_cases_watch.CASES,
}
