"""Bad policies get exactly these messages, all of them in one pass, whatever is wrong."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rules.grammar import DOCUMENT
from rules.messages import MESSAGES
from rules.plan_messages import PLAN_MESSAGES
from rules.problems import Problems
from rules.schema import schema_text
from rules.source import MOST_BYTES, MOST_NODES, read
from rules.store import read_store
from tests.policy.bad_cases import CASES, EDITION, HERE, lay_out, said, written
from tests.policy.core_yaml import plain
from tests.policy.fuzzing import SHIPPED, fuzzed
