"""What the oracle of Cloud SWG samples says: Sekoia's ECS, in the words it has for ProxySG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_bluecoat import ecs
from oracle_comparison import Make, Values, at


def _values(record: Mapping[str, Any], _: Path) -> Values:
    values = ecs(record)
    tunnel = at(record, "url.scheme") == "ssl"
    return {
        **values,
        "path": None if tunnel else at(record, "url.path"),
        "method": "CONNECT" if tunnel else values["method"],  # it says that the method is not known
    }


CLOUD_SWG = Make("bluecoat-wss", ("bluecoat-wss/*.log",), _values)
MAKES = (CLOUD_SWG,)
