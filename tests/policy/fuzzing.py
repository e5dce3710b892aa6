"""Edits no one would make on purpose, and edits that someone might, to the text of shipped policies."""

from pathlib import Path
from random import Random

SHIPPED = sorted((Path(__file__).parents[2] / "policies").glob("*/*/*.yaml"))
WORDS = (
    "55%", "0.55", "-1", "1e999", "9" * 400, "true", "null", "~", "''", "[]", "{}", "[[", "}", "&a", "*a", "!t", "<<",
    "：", "。", "\t", "\u2028", "\ufeff", "\x00", "\ud800", "5 万元", "18 years", "2026-02-30", "0001-01-01", "on",
    "own.x", "a.b.c.d", "county.npl_rate", "credit_village", "{at_least: 1}", "{ratio: [on, on]}", "{sum: [on]}",
    "{count: villages}", "{rank: on, over: villages, first: highest}", "{total: on, over: villages}", "- - -", "---",
    "{first_known: [on, 3]}", "{streak: {pilot: true}, over: villages, by: pilot}", "{all: []}",
    "{of: [], at_least: 9}",
    "{round_up: on, to: 2026-01-01}", "{when: {on: on}, then: on, otherwise: 1 year}", "{date: on, plus: 9999 years}",
)  # fmt: skip


def fuzzed(text: str, random: Random) -> str:
    """The text with a few edits."""
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        lines = text.split("\n")
        number = random.randrange(len(lines))
        other = random.randrange(len(lines))
        line = lines[number]
        place = random.randrange(len(line) + 1)
        before, colon, _ = line.partition(": ")
        match random.randrange(8):
            case 0 if colon:
                lines[number] = f"{before}: {random.choice(WORDS)}"
            case 1 if len(line.split()) > 1:
                lines[number] = line.replace(random.choice(line.split()), random.choice(WORDS), 1)
            case 2:
                lines[number] = line[:place] + random.choice(WORDS) + line[place:]
            case 3:
                lines[number] = line[:place] + line[place + random.randint(1, 4) :]
            case 4:
                lines.insert(other, line)
            case 5:
                lines[number], lines[other] = lines[other], line
            case 6:
                del lines[number]
            case _:
                words = [word for word in text.split() if word.isidentifier()]
                lines[number] = line.replace(random.choice(line.split() or [line]), random.choice(words or ["x"]), 1)
        text = "\n".join(lines)
    return text
