"""The decision log: every answer is in it, and every line stays as written.

In: entries, and cases to be sealed. Out: lines, proofs that none was changed, exports. May be imported by `keys`,
`policies` and everything above them.
"""

from service.log.entry import Anchor, Entry, Line, Once, new_id
from service.log.errors import (
    Altered,
    Forged,
    InputsExpired,
    KeyReused,
    LogError,
    LogUnavailable,
    Misconfigured,
    Overtaken,
    Repeated,
    SealError,
    Spoiled,
)
from service.log.exporting import as_dict, export
from service.log.log import DecisionLog, Found
from service.log.retention import Expired, expire
from service.log.seal import Sealer
from service.log.signing import Signer
from service.log.verification import Flaw, Report, verify

__all__ = [
    "Altered", "Anchor", "DecisionLog", "Entry", "Expired", "Flaw", "Forged", "Found", "InputsExpired", "KeyReused",
    "Line", "LogError", "LogUnavailable", "Misconfigured", "Once", "Overtaken", "Repeated", "Report", "SealError",
    "Sealer", "Signer", "Spoiled",
    "as_dict", "expire", "export", "new_id", "verify",
]  # fmt: skip
