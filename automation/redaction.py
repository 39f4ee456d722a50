"""Secrets stay out of what is kept: values under a key that names a secret, and what looks like one in any text.

Applied to each event of a journal before it is written, and again to every bundle, which may hold what an older version wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

# The end of a key without its punctuation. An ARN, a name or an identifier of a secret is none: `secretArn` stays.
_SECRET_KEY = re.compile(
    r"(password|passphrase|passwd|secretaccesskey|secretkey|sessiontoken|authtoken|accesstoken|securitytoken|secretstring"
    r"|secretbinary|privatekey|plaintext|credentials|apikey|clientsecret)$"
)
_SECRET_TEXT = re.compile(
    r"(?P<before>://[^\s:/@]+:)[^\s@]+(?=@)"  # scheme://user:password@host
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # an access key id (IAM user guide, "IAM identifiers")
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?P<name>(?i:password|passphrase|secret_?access_?key|session_?token)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+",
    re.DOTALL,
)


def redacted(value: Any, key: str = "") -> Any:
    """The same value without secrets; what is not text or a container stays as it is."""
    if key and value and _SECRET_KEY.search(re.sub(r"[^a-z]", "", key.lower())):
        return REDACTED
    if isinstance(value, str):
        return _SECRET_TEXT.sub(_kept, value)
    if isinstance(value, Mapping):
        return {name: redacted(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(inner) for inner in value]
    return value


def holds_secrets(text: str) -> bool:
    """Whether a text holds something that looks like a secret."""
    return any(REDACTED not in found[0] for found in _SECRET_TEXT.finditer(text))


def _kept(found: re.Match[str]) -> str:
    return (found["before"] or found["name"] or "") + REDACTED
