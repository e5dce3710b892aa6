# village-credit. `make help` lists the targets; a fresh machine needs Python 3.11 or newer, a C compiler and make.
# PYTHON=/path/to/python3.13 chooses the interpreter, CC=clang the compiler; run, test and bench pass ARGS="-k village" on.

VENV := .venv
IN := $(VENV)/bin/python
ARGS ?=
UPGRADE ?=
PACKAGES := $(VENV)/.packages
LOCK := requirements/lock.txt
# The name changes with the folder: a moved checkout installs itself anew.
PROJECT := $(VENV)/.project-$(shell printf %s "$(CURDIR)" | cksum | cut -d ' ' -f 1)

# py4j leaves sockets behind
QUIET := -W ignore::ResourceWarning -W ignore::pytest.PytestUnraisableExceptionWarning

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run shell test lint check spark-test docs vendor bench bench-http editor clients lock sbom clean

# Nothing of the caller's Python leaks in.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE PIP_TARGET PIP_PREFIX
export PIP_USER := 0
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-17s %s\n", $$1, $$2 }'

run: $(PROJECT) ## start the service with the example county
	@exec $(VENV)/bin/village-credit serve --demo $(ARGS)

shell: $(PROJECT) ## open a shell that finds village-credit
	@echo "village-credit 可直接使用，exit 退出。 village-credit is at hand; exit leaves."
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" exec "$${SHELL:-sh}"

test: $(PROJECT) ## run every test
	@$(IN) -m pytest -n auto --dist worksteal $(ARGS)

lint: $(PROJECT) ## style, format, types and layers
	@.ci/run style format types layers

check: ## everything CI checks
	@.ci/run

spark-test: $(PROJECT) ## hold tables and the county run against each other on Spark too (installs pyspark; needs Java 17)
	@$(IN) -m pip install -q --require-hashes --no-deps -r requirements/spark.txt
	@$(IN) -m pytest -n 0 tests/agreement tests/county/test_spark.py -k "table" $(QUIET) $(ARGS)

docs: $(PROJECT) ## write the generated pages and the schema of policies
	@$(IN) docs/make.py xx-county

vendor: $(PROJECT) ## write the browser files of other projects anew, as their releases have them (needs the npm registry)
	@$(IN) requirements/vendor.py $(ARGS)

editor: $(PROJECT) ## hold the schema against a real editor's language server (needs node and the npm registry)
	@$(IN) -m pytest tests/editor $(ARGS)

clients: $(PROJECT) ## decide through clients generated from the OpenAPI document (needs node, Java 17 and the registries)
	@$(IN) -m pytest -n 0 tests/clients $(ARGS)

bench: $(PROJECT) ## measure against other engines
	@$(IN) -m benchmarks $(ARGS)

bench-http: $(PROJECT) ## measure the service against a bare echo (needs wrk)
	@$(IN) -m benchmarks.http
	@$(IN) -m benchmarks.http_batch
	@$(IN) -m benchmarks.http_batch memory

lock: $(PACKAGES) ## refresh requirements/ from pyproject.toml (UPGRADE=1: newest versions)
	@$(COMPILE) -o requirements/lock.txt pyproject.toml $(if $(UPGRADE),--upgrade) \
	  --group build --group test --group lint --group bench --group lock --group sbom
	@$(COMPILE) -o requirements/build.txt --group build -c requirements/lock.txt $(if $(UPGRADE),--upgrade)
	@$(COMPILE) -o requirements/sbom.txt --no-annotate --group sbom -c requirements/lock.txt $(if $(UPGRADE),--upgrade)
	@$(COMPILE) -o requirements/spark.txt --no-annotate --extra spark pyproject.toml -c requirements/lock.txt \
	  $(if $(UPGRADE),--upgrade)
	@$(COMPILE) -o deploy/requirements.txt pyproject.toml --extra postgres --no-annotate -c requirements/lock.txt $(if $(UPGRADE),--upgrade)
	@echo "requirements/ and deploy/requirements.txt written; the next make installs them"

sbom: $(PROJECT) ## list what the service is made of, as CycloneDX, in build/sbom.cdx.json
	@mkdir -p build
	@$(IN) -m cyclonedx_py requirements deploy/requirements.txt --pyproject pyproject.toml --output-reproducible \
	  -o build/sbom.cdx.json
	@$(IN) deploy/sbom.py build/sbom.cdx.json
	@echo "build/sbom.cdx.json written"

COMPILE = UV_PYTHON_DOWNLOADS=never $(IN) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
  --system-certs --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

clean: ## remove .venv, caches and built files
	@rm -rf $(VENV) build dist .*_cache .hypothesis .coverage *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment ------------------------------------------------------------------------------

$(PROJECT): pyproject.toml $(PACKAGES)
	@echo "installing village-credit"
	@$(IN) -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# Build tools first, so that the source package durable-rules is built by locked tools and nothing unlocked is fetched.
$(PACKAGES): requirements/build.txt $(LOCK)
	@$(FIND_PYTHON)
	@echo "installing the locked packages (about a minute the first time)"
	@$(IN) -m pip install -q --require-hashes -r requirements/build.txt
	@$(INSTALL)
	@touch $@

# durable-rules calls PyEval_CallObject, which Python 3.13 removed; PyObject_CallObject takes the same arguments. Older
# headers define the name themselves, after this. Its setup.py overwrites CFLAGS; CPPFLAGS reaches every compiler.
COMPAT := -DPyEval_CallObject=PyObject_CallObject

# pip may hold an engine that was built elsewhere without COMPAT: a second attempt builds it anew.
define INSTALL
install() { CPPFLAGS="$$CPPFLAGS $(COMPAT)" $(IN) -m pip install -q --require-hashes --no-build-isolation -r $(LOCK); }; \
loads() { $(IN) -c "import durable_rules_engine"; }; \
forget() { $(IN) -m pip uninstall -q -y durable-rules; $(IN) -m pip cache -q remove durable_rules; }; \
install && { loads 2>/dev/null || { forget; install && loads; }; } && exit 0; \
printf '%s\n' "The packages were not installed; the reason stands above. If durable-rules did not compile or does not load," \
  "name a compiler (make CC=gcc, CC=clang) and let it be called with $(COMPAT)," \
  "which make sets in CPPFLAGS: a wrapper must not drop it." \
  "软件包未能安装，原因见上。若 durable-rules 编译失败或无法载入，请指定编译器（make CC=gcc 或 CC=clang），" \
  "并确保调用时带有 $(COMPAT)（make 写在 CPPFLAGS 中，包装脚本不得丢弃）。" >&2; exit 1
endef

# One word about an interpreter, and the compiler it asks for; plain enough for every Python there has been.
define PROBE
import sys, sysconfig, os.path
def word():
    if sys.version_info < (3, 11): return "old"
    import shutil
    try: import ensurepip, venv
    except ImportError: return "venv"
    if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")): return "headers"
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    return "good" if shutil.which(compiler) else "compiler " + compiler
print(word())
endef
export PROBE

define EXPLAIN
case $$word in \
old) say "is older than 3.11. Install Python 3.11 or newer." "版本低于 3.11，请安装 Python 3.11 或更高版本。" ;; \
venv) say "cannot create virtual environments. Install its venv package (Debian: python3-venv)." \
  "无法创建虚拟环境，请安装其 venv 组件（Debian: python3-venv）。" ;; \
headers) say "has no C headers. Install its development package (Debian: python3-dev)." \
  "缺少 C 头文件，请安装其开发组件（Debian: python3-dev）。" ;; \
compiler*) say "finds no C compiler $${word#* }, which durable-rules needs. Install one (Debian: gcc and libc6-dev) or name another: make CC=gcc" \
  "找不到 durable-rules 所需的 C 编译器 $${word#* }，请先安装（Debian: gcc 与 libc6-dev），或指定其他编译器：make CC=gcc" ;; \
esac
endef

define FIND_PYTHON
told=""; say() { told="$$told$$python $$1\n$$python $$2\n"; }; \
if [ "$$($(IN) -c "$$PROBE" 2>/dev/null)" = good ]; then exit 0; fi; \
for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python); do \
  word=$$("$$python" -c "$$PROBE" 2>/dev/null) || continue; \
  if [ "$$word" = good ]; then \
    echo "creating $(VENV) with $$("$$python" -V 2>&1)"; exec "$$python" -m venv --clear $(VENV); \
  fi; \
  $(EXPLAIN); \
done; \
printf '%b%s\n%s\n' "$$told" "No usable Python found. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.13" \
  "未找到可用的 Python。请安装 Python 3.11 或更高版本，或指定路径：make PYTHON=/path/to/python3.13" >&2; exit 1
endef
