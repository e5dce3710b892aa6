"""Back-to-back votes on households: two or three of the village committee, one or two of the lender."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from examples.county_generator.chance import Chance, Floats, Ints
from examples.county_generator.columns import Mask, codes, flags

SIDES = ("committee", "lender")
VERDICTS = ("approve", "oppose", "abstain")
MOST = 8  # votes that a household's number leaves room for


def votes(chance: Chance, numbers: Ints, worth: Floats, voting: Mask) -> pa.Array:
    """A list of votes for each household; none known where nobody has voted yet."""
    committee = 2 + chance.below("votes/committee", numbers, 0.5)
    count = np.where(voting, committee + 1 + chance.below("votes/lender", numbers, 0.25), 0).astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(count)])
    row = np.repeat(np.arange(len(numbers)), count)
    place = np.arange(ends[-1]) - ends[row]
    number = numbers[row] * MOST + place
    likes = np.clip(0.86 + 0.12 * worth[row], 0.03, 0.995)
    said = chance.uniform("votes/verdict", number)
    verdict = np.where(said < likes, 0, np.where(said < likes + (1 - likes) * 0.75, 1, 2))
    each = pa.StructArray.from_arrays(
        [
            codes(SIDES, (place >= committee[row]).astype(np.int64)),
            codes(VERDICTS, verdict),
            flags(chance.below("votes/related", number, 0.03)),
        ],
        ["side", "verdict", "related"],
    )
    offsets = pa.array(ends.astype(np.int32), mask=np.concatenate([~voting, [False]]))
    return pa.ListArray.from_arrays(offsets, each)
