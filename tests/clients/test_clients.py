"""The OpenAPI document in other hands: two linters find no error, and a decision is made through each generated client.

The programs come from the npm registry and PyPI, at the versions that are named here."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import running

HERE = Path(__file__).parent
SPECTRAL, TYPES = "@stoplight/spectral-cli@6", ("openapi-typescript@7", "openapi-fetch@0", "@hey-api/openapi-ts@0.95")
NODE = (SPECTRAL, *TYPES, "typescript@5.9", "@types/node@22")
REDOCLY = "@redocly/cli@1.34.0"
GENERATOR = "openapi-generator-cli==7.26.0"
GENERATED = 'package javax.annotation; public @interface Generated { String[] value(); String comments() default ""; }'


def needs(*programs):
    missing = [one for one in programs if shutil.which(one) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} is not on this machine")


def done(*command, folder):
    """What a program printed, which has to end well."""
    ended = subprocess.run([str(one) for one in command], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}"
    return ended.stdout


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("clients")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("service")) as server:
        yield server


@pytest.fixture(scope="module")
def document(server, work):
    file = work / "openapi.json"
    file.write_text(json.dumps(server.call("GET", "/openapi.json")[1]), "utf-8")
    return file


@pytest.fixture(scope="module")
def npm(work):
    (work / "package.json").write_text('{"private": true, "type": "commonjs"}', "utf-8")
    done("npm", "install", "--no-audit", "--no-fund", "--silent", *NODE, folder=work)
    return work / "node_modules" / ".bin"


@pytest.fixture(scope="module")
def generator(work):
    done(sys.executable, "-m", "venv", work / "python", folder=work)
    done(work / "python/bin/pip", "install", "-q", GENERATOR, folder=work)
    return work / "python/bin/openapi-generator-cli"


@needs("node", "npm")
def test_spectral_finds_nothing(npm, document, work):
    (work / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n', "utf-8")
    done(npm / "spectral", "lint", document, "--fail-severity=warn", folder=work)


@needs("node", "npm")
def test_redocly_finds_no_error(document, work):
    folder = work / "redocly"
    folder.mkdir()
    (folder / "package.json").write_text("{}", "utf-8")
    done("npm", "install", "--no-audit", "--no-fund", "--silent", REDOCLY, folder=folder)
    done(folder / "node_modules/.bin/redocly", "lint", document, folder=folder)


@needs("node", "npm")
def test_typescript_decides_through_openapi_typescript_and_hey_api(npm, document, server, work):
    done(npm / "openapi-typescript", document, "-o", "schema.d.ts", folder=work)
    done(npm / "openapi-ts", "-i", document, "-o", "hey", folder=work)
    shutil.copy(HERE / "decide.ts", work)
    done(npm / "tsc", "--strict", "--target", "es2022", "--module", "node16", "--moduleResolution", "node16",
         "--skipLibCheck", "--outDir", "built", "decide.ts", folder=work)  # fmt: skip
    said = json.loads(done("node", "built/decide.js", server.address, server.keys["caller"], folder=work))
    assert said == ["not_qualified", "not_qualified", "string"]


@needs("javac", "java")
def test_java_decides(generator, document, server, work):
    done(generator, "generate", "-q", "-i", document, "-g", "java", "--library", "native", "-o", "java",
         "--additional-properties=openApiNullable=false,hideGenerationTimestamp=true", folder=work)  # fmt: skip
    jar = next(work.glob("python/lib/*/site-packages/openapi_generator_cli/*.jar"))  # Jackson is in it
    (work / "Generated.java").write_text(GENERATED, "utf-8")
    sources = [*(work / "java/src/main/java").rglob("*.java"), work / "Generated.java", HERE / "Decide.java"]
    done("javac", "-nowarn", "-d", "classes", "-cp", jar, *sources, folder=work)
    said = done("java", "-cp", f"{jar}:classes", "Decide", server.address, server.keys["caller"], folder=work)
    assert said.split() == ["not_qualified", "true"]


@needs("javac", "java", "mvn")
def test_java_decides_by_the_default_client(generator, document, server, work):
    """Built by the pom that is generated with it, whose libraries come from Maven's repository."""
    folder = work / "java-default"
    done(generator, "generate", "-q", "-i", document, "-g", "java", "-o", folder, folder=work)
    shutil.copy(HERE / "DecideDefault.java", folder / "src/main/java")
    build = ["mvn", "-q", "-B", "-DskipTests", "compile", "dependency:build-classpath", "-Dmdep.outputFile=jars"]
    ended = subprocess.run(build, cwd=folder, capture_output=True, text=True, check=False)
    if re.search("could not be resolved|Could not (transfer|find) artifact", ended.stdout + ended.stderr):
        pytest.skip("Maven's repository, or what the client wants of it, cannot be reached")
    assert ended.returncode == 0, ended.stdout[-3000:]
    classes = f"target/classes:{(folder / 'jars').read_text('utf-8')}"
    said = done("java", "-cp", classes, "DecideDefault", server.address, server.keys["caller"], folder=folder)
    assert said.split() == ["not_qualified", "true"]


@needs("java")
def test_python_decides(generator, document, server, work):
    done(generator, "generate", "-q", "-i", document, "-g", "python", "-o", "made", folder=work)
    done(work / "python/bin/pip", "install", "-q", "-r", "made/requirements.txt", folder=work)
    program = """
import sys
from openapi_client import ApiClient, Configuration, DecisionsApi, VillageCase
client = ApiClient(Configuration(host=sys.argv[1], access_token=sys.argv[2]))
case = {"subject": {"id": "V-9"}, "on": "2026-12-31", "facts": {"households": 100, "a_grade_households": 54}}
found = DecisionsApi(client).decide_credit_village(VillageCase.from_dict(case))
print(found.outcome, found.log_id is not None)
"""
    said = done(work / "python/bin/python", "-c", program, server.address, server.keys["caller"], folder=work / "made")
    assert said.split() == ["not_qualified", "True"]
