"""What is published: the acts that say so, and the content of the editions they name.

In: acts of people, files of editions. Out: the editions that are published, by name and hash. May be imported by
`policies` and everything above it.
"""

from service.publishing.acts import (
    APPROVED,
    CHANGES_REQUESTED,
    DISCARDED,
    IMPORTED,
    OUTCOMES,
    PUBLISHING,
    REJECTED,
    SUBMITTED,
    WITHDRAWN,
    Act,
    Change,
    Comment,
    Published,
    Release,
    Source,
    Warned,
    acts,
    amendments,
    begun,
    decide,
    newest,
    publish,
    published,
    published_by,
)
from service.publishing.contents import edition, editions_of, files_of, holds

__all__ = [
    "APPROVED", "CHANGES_REQUESTED", "DISCARDED", "IMPORTED", "OUTCOMES", "PUBLISHING", "REJECTED", "SUBMITTED",
    "WITHDRAWN", "Act", "Change", "Comment", "Published", "Release", "Source", "Warned", "acts", "amendments",
    "begun", "decide", "edition", "editions_of", "files_of", "holds", "newest", "publish", "published",
    "published_by",
]  # fmt: skip
