"""Talks to yaml-language-server, the program behind YAML support in editors, as an editor does."""

import json
import subprocess
from pathlib import Path
from typing import Any


class LanguageServer:
    """One server process with one policies folder open."""

    def __init__(self, program: Path, root: Path) -> None:
        self.process = subprocess.Popen(
            [str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
        )
        self.asked, self.opened = 0, 0
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.ask("initialize", processId=None, rootUri=root.as_uri(), capabilities={
            "textDocument": {"publishDiagnostics": {}, "hover": {"contentFormat": ["markdown"]}},
            "workspace": {"configuration": False},
        })  # fmt: skip
        self.tell("initialized")
        settings = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}
        self.tell("workspace/didChangeConfiguration", settings=settings)

    def close(self) -> None:
        self.ask("shutdown")
        self.tell("exit")
        self.process.communicate(timeout=30)

    def open(self, folder: Path, text: str) -> str:
        """Open a text as a new file of a folder; no two have one name, so that no answer is taken for another's."""
        self.opened += 1
        uri = (folder / f"opened_{self.opened}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        return uri

    def problems(self, folder: Path, text: str) -> list[dict[str, Any]]:
        """What it says of a text."""
        uri = self.open(folder, text)
        while uri not in self.told:
            self._take()
        return self.told[uri]

    def hover(self, folder: Path, text: str, line: int, column: int) -> str:
        found = self._at("textDocument/hover", self.open(folder, text), line, column)
        return found["contents"]["value"] if found else ""

    def completions(self, folder: Path, text: str, line: int, column: int) -> list[str]:
        found = self._at("textDocument/completion", self.open(folder, text), line, column)
        return [item["label"] for item in found["items"]] if found else []

    def _at(self, method: str, uri: str, line: int, column: int) -> Any:
        return self.ask(method, textDocument={"uri": uri}, position={"line": line - 1, "character": column - 1})

    def ask(self, method: str, **params: Any) -> Any:
        self.asked += 1
        number = self.asked
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._take()
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
        self.process.stdin.flush()

    def _take(self) -> dict[str, Any]:
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            raise EOFError("the language server has gone")
        message = json.loads(self.process.stdout.read(length))
        if "method" in message and "id" in message:  # it asks something: we have nothing to say
            self._send({"id": message["id"], "result": None})
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message
