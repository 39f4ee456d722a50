"""The local cloud and AWS are never confused, and the refusal says which variable and what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.targets import guard_account, guard_aws, guard_local

ROOT = Path("/checkout/.securecart")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "hush-hush"}, "AWS_ACCESS_KEY_ID"),
        ({"AWS_PROFILE": "production"}, "AWS_PROFILE"),
        ({"AWS_SESSION_TOKEN": "hush-hush"}, "AWS_SESSION_TOKEN"),
        ({"AWS_ROLE_ARN": "arn:aws:iam::1:role/x"}, "AWS_ROLE_ARN"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}, "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/"}, "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        ({"AWS_ENDPOINT_URL_S3": "https://s3.example.com"}, "AWS_ENDPOINT_URL_S3"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1.example.com"}, "AWS_ENDPOINT_URL"),
    ],
)
def test_local_is_refused_naming_the_variable_and_never_its_value(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SecurecartError) as refused:
        guard_local(environ)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert named in refused.value.message
    assert f"unset {named}" in refused.value.fix
    assert not any(value in refused.value.text() for value in environ.values())


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"AWS_REGION": "eu-central-1"},
        {"AWS_ACCESS_KEY_ID": "securecart-local", "AWS_SECRET_ACCESS_KEY": "securecart-local"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:5000", "AWS_ENDPOINT_URL_S3": "http://localhost:1"},
    ],
)
def test_local_is_allowed_where_nothing_real_would_be_used(environ: dict[str, str]) -> None:
    guard_local(environ)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, "AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL_RDS": "https://rds.example.com"}, "AWS_ENDPOINT_URL_RDS"),
        ({"AWS_ACCESS_KEY_ID": "securecart-local"}, "AWS_ACCESS_KEY_ID"),
        ({"PULUMI_BACKEND_URL": f"file://{ROOT}/state"}, "PULUMI_BACKEND_URL"),
        ({"PULUMI_HOME": f"{ROOT}/pulumi-home"}, "PULUMI_HOME"),
        ({"SECURECART_CLOUD_ID": "c1"}, "SECURECART_CLOUD_ID"),
        ({"PATH": f"{ROOT}/bin:/usr/bin"}, "PATH"),
        ({"HOME": "/nowhere"}, "PULUMI_BACKEND_URL"),
    ],
)
def test_aws_is_refused_in_a_shell_that_points_at_the_local_cloud(environ: dict[str, str], named: str) -> None:
    backend = {} if "HOME" in environ else {"PULUMI_ACCESS_TOKEN": "pul-1"}
    with pytest.raises(SecurecartError) as refused:
        guard_aws(backend | environ, ROOT)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert named in refused.value.text()


def test_aws_is_allowed_with_real_credentials_and_a_backend() -> None:
    guard_aws({"AWS_PROFILE": "production", "PULUMI_BACKEND_URL": "s3://state"}, ROOT)


def test_credentials_of_another_account_are_refused() -> None:
    with pytest.raises(SecurecartError, match="111111111111") as refused:
        guard_account("123456789012", lambda: "111111111111")
    assert refused.value.exit_code is ExitCode.REFUSED
    guard_account("123456789012", lambda: "123456789012")
