"""Townships and villages: how many, how large, and how good, from which all else follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from examples.county_generator.chance import Chance, Floats, Ints


@dataclass(frozen=True)
class Places:
    """The villages of a county, in order, with the townships they lie in."""

    sizes: Ints  # households
    starts: Ints  # the number of each village's first household, and one more at the end
    township: Ints  # of each village
    quality: Floats  # of each village: 0 is the mean, 1 good, -1 poor
    township_quality: Floats

    @property
    def villages(self) -> int:
        return len(self.sizes)

    @property
    def townships(self) -> int:
        return len(self.township_quality)

    def village_of(self, households: Ints) -> Ints:
        return np.searchsorted(self.starts, households, side="right") - 1


def places(chance: Chance, households: int, townships: int, villages: int) -> Places:
    """Few large villages and many small ones, about as many in each township."""
    numbers = np.arange(villages)
    weight = np.exp2(chance.normal("village/size", numbers) * 0.8)
    sizes = np.maximum(1, np.floor(weight / weight.sum() * households)).astype(np.int64)
    sizes[: max(0, int(households - sizes.sum()))] += 1
    while (over := int(sizes.sum() - households)) > 0:  # tiny counties: every village has one household at least
        large = np.argsort(-sizes, kind="stable")[:over]
        sizes[large] -= 1
    sizes[np.argmax(sizes)] += households - sizes.sum()
    township = numbers * townships // villages
    township_quality = chance.normal("township/quality", np.arange(townships)) * 0.6
    quality = chance.normal("village/quality", numbers) * 0.85 + township_quality[township]
    return Places(sizes, np.concatenate([[0], np.cumsum(sizes)]), township, quality, township_quality)


FIRST = "东西南北上下大小前后新老高平双三石沙青白红金银玉龙凤桃杏松柳"
SECOND = "岭沟河湾台岗洼甸坡泉井桥营屯堡庙坝滩塘源峪岔"


def names(chance: Chance, what: str, count: int, ending: str) -> list[str]:
    """Made-up names of places; none occurs twice, however many there are."""
    all_ = [one + two for two in SECOND for one in FIRST]
    order = np.argsort(chance.uniform(f"{what}/name", np.arange(len(all_))), kind="stable")
    return [_before(n // len(all_)) + all_[order[n % len(all_)]] + ending for n in range(count)]


def _before(round_: int) -> str:
    """What names of a later round begin with, so that they are not those of an earlier one."""
    text = ""
    while round_:
        round_, place = divmod(round_ - 1, len(FIRST))
        text = FIRST[place] + text
    return text


def usual(households: int) -> tuple[int, int]:
    """Townships and villages of a county of this size: some 330 households a village, 15 villages a township."""
    villages = max(1, households // 330)
    return max(1, villages // 15), villages
