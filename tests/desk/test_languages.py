"""What is Chinese on an English page is marked as Chinese, so that it is spoken and broken into lines as such."""

import re
from html.parser import HTMLParser

from tests.desk.test_desk import begun, written

HAN = re.compile("[\u3400-\u9fff]+")
VOID = {"meta", "link", "input", "br", "hr", "img", "col", "wbr", "path", "rect", "line", "polyline"}
NAMED = re.compile(r"(^|[ ·])editor 某")  # who signed in
TOLD = {"title", "aria-label", "placeholder", "alt"}  # attributes that are read out or shown


class Unmarked(HTMLParser):
    """The Chinese of a page outside of what is marked as Chinese, with the tag that it stands in."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], set()

    def handle_starttag(self, tag, attrs):
        lang = dict(attrs).get("lang") or (self.open[-1][1] if self.open else "")
        if not lang.startswith("zh"):
            self.found |= {(f"{tag}[{name}]", value) for name, value in attrs
                           if name in TOLD and HAN.search(value or "")}  # fmt: skip
        if tag not in VOID:
            self.open.append((tag, lang))

    def handle_endtag(self, tag):
        while self.open and tag not in VOID and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tag, lang = self.open[-1] if self.open else ("", "")
        if tag not in {"script", "style"} and not lang.startswith("zh") and HAN.search(data):
            self.found.add((tag, data.strip()))


def unmarked(text):
    page = Unmarked()
    page.feed(text)
    page.close()
    return page.found


def links(text):
    found = (one.partition("#")[0].replace("&amp;", "&") for one in re.findall(r'href="(/[^"]*)"', text))
    return {one for one in found if re.match("/(policies|desk|reviews|audit|account|people)", one)
            and "lang=zh" not in one and not re.search("/patch$|/form/", one)}  # fmt: skip


def kind_of(path):
    """Which page it is, of whatever draft, edition, item or file: one of each kind is looked at."""
    path, _, query = path.partition("?")
    what = path.strip("/").split("/")
    place = what[:2] if what[0] == "desk" else what[:1]
    rest = what[len(place) :][1 if what[0] == "desk" else 2 :]
    asked = sorted(one.partition("=")[0] for one in query.split("&") if not one.startswith("lang="))
    return (*place, bool(what[len(place) :]), *rest[:1], *asked)


def walked(client, *starts):
    """Every page that can be reached in English, by address."""
    pages, seen, waiting = {}, set(), [*starts]
    while waiting:
        path = waiting.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        joint = "&" if "?" in path else "?"
        answer = client.get(path if "lang=en" in path else f"{path}{joint}lang=en")
        if answer.mimetype == "text/html":
            pages[path] = answer.text
            waiting += sorted(links(answer.text) - {*pages})
    return pages


def test_the_reading_of_a_page_finds_what_is_not_marked():
    assert unmarked('<p>a<b lang="zh-CN">甲<i>乙</i></b><i title="丙">b</i>丁<br></p>') == {
        ("i[title]", "丙"),
        ("p", "丁"),
    }


def test_chinese_on_english_pages_is_marked(api, someone):
    author = someone("editor")
    draft = begun(author)
    written(author, draft, "credit_village.yaml", "at_least: 55%", "at_least: 60%")
    author.get(f"{draft}/effect")
    api.service.effects.wait()
    pages = walked(author, "/policies", "/desk", "/policies/xx-county/2026-05-01?q=55%25", draft, f"{draft}/effect")
    found = {}
    for path, text in pages.items():
        for place, words in unmarked(text):
            if (place, words) not in found:
                found[place, words] = path
    assert len(pages) >= 12
    assert {one: path for one, path in found.items() if not NAMED.search(one[1])} == {}
