"""The policy pack's entry point. Serving never returns, so nothing else may import this file."""

from __future__ import annotations

import os
import sys

from resilience_policies import profiles, serving
from resilience_policies.registry import RULES

try:
    chosen = profiles.chosen(os.environ, RULES)
except profiles.BadSettingError as error:
    sys.exit(f"{serving.NAME} does not start: {error}")
serving.serve(chosen, RULES)
