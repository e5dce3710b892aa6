"""The pages of a county run show figures as everything else does: the script by the rules of rules.values.figures."""

from fractions import Fraction
from pathlib import Path
from random import Random

from rules.values.figures import figure, rate, yuan
from service.county.report import document
from tests import chromium

SCRIPT = (Path(document.__file__).parent / "page" / "figures.js").read_text(encoding="utf-8")
RANDOM = Random(7)
FIGURES = [Fraction(text) for text in (
    "0", "1", "-1", "1/3", "-1/3", "2/3", "1/8", "0.05475", "0.02675", "0.55", "0.07", "1e-7", "-1e-7", "1/1024",
    "999.995", "1000", "-12345", "12345.678", "35000", "10000", "9999.99", "123456789", "2400000000", "125000000",
    "100010000", "-50000", "200000/3", "1e12",
)]  # fmt: skip
FIGURES += [Fraction(RANDOM.randint(-(10**6), 10**6), RANDOM.randint(1, 400)) for _ in range(300)]
ASKED = "(values) => values.map((one) => [plain(one), rate(one), yuan(one, 'zh'), yuan(one, 'en'), plain(one, 4)])"


def test_a_page_shows_a_figure_as_everything_else_does():
    page = chromium.browser().new_page()
    shown = page.evaluate(f"(values) => {{ {SCRIPT}; return ({ASKED})(values) }}", [float(one) for one in FIGURES])
    page.close()
    wanted = [[figure(one), rate(one), yuan(one), f"{figure(one)} yuan", figure(one, 4)] for one in FIGURES]
    assert dict(zip(FIGURES, shown, strict=True)) == dict(zip(FIGURES, wanted, strict=True))
