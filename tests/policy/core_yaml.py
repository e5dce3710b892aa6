"""YAML as an editor reads it: YAML 1.2, core schema, where `no` is text, `010` is ten and a date is text."""

from typing import Any

from rules.files.node import Node, kind

WORDS = {"true": True, "false": False}


def plain(node: Node) -> Any:
    """What an editor's language server makes of a node."""
    if node.is_map:
        return {key: plain(value) for key, value in node.entries.items()}
    if node.is_list:
        return [plain(item) for item in node.items]
    text = node.text
    match kind(text, quoted=node.quoted):
        case "null":
            return None
        case "boolean":
            return WORDS[text.lower()]
        case "integer":
            return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
        case "number":
            return float(text.replace(".inf", "inf").replace(".nan", "nan"))
        case _:
            return text
