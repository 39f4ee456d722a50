"""Amazon SNS: the version of the signature on what a topic delivers is kept and read back."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.sns.responses import SNSResponse

from localcloud.emulator.extensions.calls import extend

# Amazon SNS SetTopicAttributes, SignatureVersion: a topic that nobody configured signs with SHA-1.
_DEFAULT = "1"
_moto_attributes = SNSResponse.get_topic_attributes


def get_topic_attributes(self: SNSResponse) -> ActionResult:
    """GetTopicAttributes."""
    answer = _moto_attributes(self)
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    answer.result["Attributes"]["SignatureVersion"] = getattr(topic, "signature_version", _DEFAULT)
    return answer


def apply() -> None:
    """Add the attribute to moto's answer."""
    extend(SNSResponse, get_topic_attributes)
