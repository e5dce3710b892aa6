"""The rule network: asks the C functions of durable_rules which rules fire, and checks every answer.

Every fact arrives as a *rung*, a small whole number (0 = unknown); every rule is an interval of rungs on one field.
Nothing else reaches the C code, so its traps with text, floats, null and missing fields cannot be sprung. An answer
has as many firings as the *tally* says are due, all different, each with an interval that holds the rung sent: that
leaves room for no other set of rules. Else it is a `NetworkError`. C functions named here: durable_rules 2.0.28.
"""

import json
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from importlib import import_module
from itertools import accumulate, count
from operator import getitem, itemgetter

_c = import_module("durable_rules_engine")  # it has no stubs: its functions get their types here
create_ruleset: Callable[[str, str], int] = _c.create_ruleset
delete_ruleset: Callable[[int], None] = _c.delete_ruleset
delete_state: Callable[[int, str], None] = _c.delete_state
assert_fact: Callable[[int, str], tuple[int, int]] = _c.assert_fact
retract_fact: Callable[[int, str], tuple[int, int]] = _c.retract_fact
start_action: Callable[[int, int], tuple[str, str] | None] = _c.start_action_for_state
complete_action: Callable[[int, int], str | None] = _c.complete_and_start_action
engine_error: type[Exception] = _c.error

NOT_HANDLED = 1  # assert_fact's code for: no rule fires, nothing was stored
SHARD = 480  # rules in a rule set: linkAlpha has 512 slots for top conditions and loops for ever once they are full
FIELDS = 240  # fields in a message: setObjectProperty stops at 255, id and sid included
SIDS = 512  # states of a rule set: createStateNode breaks down after 1,024
BLOCK = 8  # two-sided rules that share a gate, see _Alias
PENDING = 50  # + BLOCK < 64, the conditions that handleAlpha's stack holds: beyond is error 303, and no firing at all
UNIT = 1 << 32  # a tally is one number, pending * UNIT + due, so that one sum gives both
DUE = UNIT - 1  # the lower half of a tally
CROWDED = (PENDING + 1) * UNIT  # a tally with more pending than may be
RESERVED = ("id sid $s $m $i $forward $lt $lte $gt $gte $eq $neq $mt $imt $iall $iany $ex $nex $or $and canary").split()


class NetworkError(Exception):
    """The network has no answer that can be trusted: there is no decision without it."""


@dataclass(frozen=True)
class Rule:
    """Fires while the rung of `field` is one of low..high; its number is its place in the sequence of rules."""

    field: int
    low: int
    high: int


def fnv1a(name: str) -> int:
    """All that the C code keeps of a name (fnv1Hash32): two names of one hash are one field, or one state, to it."""
    return reduce(lambda value, byte: (value ^ byte) * 0x01000193 & 0xFFFFFFFF, name.encode(), 0x811C9DC5)


def distinct(names: Iterable[str]) -> Iterator[str]:
    """The names that share their hash with no earlier one and with no word of the engine's own."""
    taken = set(map(fnv1a, RESERVED))
    for name in names:
        if (value := fnv1a(name)) not in taken:
            taken.add(value)
            yield name


@cache
def _sids() -> Sequence[str]:
    """The names of the states of a rule set."""
    return tuple(distinct(map(str, range(SIDS))))


def _comparisons(name: str, low: int, high: int, top: int) -> list[tuple[int, int, object]]:
    """Comparisons that say low..high, each after the rungs where it holds; the one that holds at fewest goes first."""
    both: list[tuple[int, int, object]] = [
        (low, top, {"$gte": {name: low}}),
        (0, high, {"$lte": {name: high}}),
    ]
    both.sort(key=lambda comparison: comparison[1] - comparison[0])
    return [(low, high, {name: low})] if low == high else both[:1] if low == 0 or high == top else both


class _Alias:
    """Some rules of one field under a name of their own, few enough to fit a message whatever the rung.

    Two-sided ones stand in blocks, in order, behind a gate as wide as the block (findAlpha makes equal comparisons one
    node): else each would be pending wherever its first comparison holds, which is up to half of all rungs.
    """

    def __init__(self, name: str, rungs: int, rules: dict[int, Rule]) -> None:
        top, steps = rungs - 1, [0] * (rungs + 1)
        said = {n: _comparisons(name, min(r.low, rungs), min(r.high, top), top) for n, r in rules.items()}
        self.rules, self.conditions = rules, {n: says[0][2] for n, says in said.items() if len(says) == 1}
        spans = [(rule.low, min(rule.high, top), 1) for rule in rules.values()]  # what each rung adds to the tally
        spans += [(*said[n][0][:2], UNIT) for n in self.conditions]
        two_sided = sorted(rules.keys() - self.conditions.keys(), key=lambda n: rules[n].low)
        for block in (two_sided[start : start + BLOCK] for start in range(0, len(two_sided), BLOCK)):
            gate = _comparisons(name, rules[block[0]].low, max(rules[n].high for n in block), top)
            spans.append((*gate[0][:2], UNIT))
            for n in block:
                self.conditions[n] = {"$and": [says for *_, says in gate + [own for own in said[n] if own not in gate]]}
        for low, high, size in spans:
            if low <= high:
                steps[low] += size
                steps[high + 1] -= size
        # By rung; a dict, for in a list a negative rung would find a place at the end.
        self.name, self.tally = name, dict(enumerate(list(accumulate(steps))[:rungs]))


class _Message:
    """Fields that travel together: their text with the rungs left open, their tallies, and who may fire at what."""

    def __init__(self, aliases: Sequence[_Alias]) -> None:
        self.aliases, self.tallies = aliases, [alias.tally for alias in aliases]
        self.text = '{"id":"1","sid":"%s"' + "".join(f',"{alias.name}":%d' for alias in aliases) + "}"
        self.claims = {
            str(number): (number, place, rule.low, rule.high)
            for place, alias in enumerate(aliases)
            for number, rule in alias.rules.items()
        }

    @cached_property
    def halves(self) -> "tuple[int, _Message, _Message]":
        """Two messages that say as much: a rule reads one field, so it does not mind where the others travel."""
        middle = len(self.aliases) // 2
        return middle, _Message(self.aliases[:middle]), _Message(self.aliases[middle:])


class _Shard:
    """One rule set in C and its states (sids): whoever is in the middle of a message has a state to himself.

    No lock: deque and set do single steps under the GIL, and so does every C call. A fork leaves nothing locked or half
    done; the child only goes without the states that the parent's other threads had in hand.
    """

    def __init__(self, aliases: Sequence[_Alias]) -> None:
        says = {str(number): condition for alias in aliases for number, condition in alias.conditions.items()}
        says["canary"] = {"canary": 1}
        self.handle = create_ruleset("rules", json.dumps({name: {"all": [{"m": said}]} for name, said in says.items()}))
        self.idle = deque(_sids())
        self.primed: dict[str, str] = {}  # the states made, each with the text that retracts its fact
        weakref.finalize(self, _free, self.handle, self.primed).atexit = False  # a daemon thread may be in C then

    def _prime(self, sid: str) -> None:
        """Make a state that can be deleted at any time. createStateNode leaves two pointers of its action context as
        malloc gave them, deleteStateNode frees them: unsafe until startActionForState has set and freeActionContext
        (complete) cleared them. From then on they are NULL or owned. A state that never gets here is never deleted."""
        _, state = assert_fact(self.handle, f'{{"id":"1","sid":"{sid}","canary":1}}')
        if start_action(self.handle, state) is None or complete_action(self.handle, state) is not None:
            raise NetworkError("the canary rule did not fire once")
        retract = f'{{"id":"1","sid":"{sid}"}}'
        retract_fact(self.handle, retract)
        self.primed[sid] = retract

    def ask(self, message: _Message, rungs: Sequence[int]) -> list[int]:
        """The rules that fire, proved; a message with too much pending goes in halves."""
        try:
            tally = sum(map(getitem, message.tallies, rungs))
        except KeyError as unknown:
            raise NetworkError(f"{unknown} is no rung of its field") from None
        if tally >= CROWDED:
            middle, first, second = message.halves
            return self.ask(first, rungs[:middle]) + self.ask(second, rungs[middle:])
        try:
            sid = self.idle.popleft()  # the one with the shortest name, nearly always
        except IndexError:
            raise NetworkError(f"more than {SIDS} probes at once") from None
        try:
            if sid not in self.primed:
                self._prime(sid)
            fired = self._post(sid, message, rungs, tally & DUE)
        except BaseException as error:  # whatever is left in the state must not meet the next message
            if sid in self.primed:
                del self.primed[sid]  # first: interrupted here, we leak, which is better than to free twice
                with suppress(engine_error):
                    delete_state(self.handle, sid)
                    self.idle.appendleft(sid)
            if isinstance(error, (engine_error, KeyError, IndexError)):
                raise NetworkError(f"the engine failed: {error!r}") from error
            raise
        self.idle.appendleft(sid)
        return fired

    def _post(self, sid: str, message: _Message, rungs: Sequence[int], due: int) -> list[int]:
        """Assert the fact, take every firing, retract the fact, prove the answer."""
        handle, claims = self.handle, message.claims
        fired: list[int] = []
        code, state = assert_fact(handle, message.text % (sid, *rungs))
        if code == 0:
            started = start_action(handle, state)
            result = started and started[1]
            while result and len(fired) <= due:
                number, place, low, high = claims[result.split('"', 2)[1]]  # {"12":{"m":{...}}}
                if not low <= rungs[place] <= high:
                    raise NetworkError(f"rule {number} ({low} to {high}) fired at rung {rungs[place]}")
                fired.append(number)
                result = complete_action(handle, state)
            retract_fact(handle, self.primed[sid])
        elif code != NOT_HANDLED:
            raise NetworkError(f"the engine did not take the fact: code {code}")
        if len(fired) != due or (due > 1 and len(set(fired)) != due):
            raise NetworkError(f"{due} different rules should fire, these did: {fired}")
        return fired


def _free(handle: int, primed: dict[str, str]) -> None:
    for sid in primed:  # deleteRuleset frees the rules and the table of states, not what the states hold
        delete_state(handle, sid)
    delete_ruleset(handle)


def _pick(places: Sequence[int]) -> Callable[[Sequence[int]], Sequence[int]]:
    """Takes these places out of a sequence; itemgetter of a single one would give the item bare."""
    return itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))


class Network:
    """All rules, in rule sets small enough for the engine."""

    def __init__(self, rungs: Sequence[int], rules: Sequence[Rule]) -> None:
        mine: list[dict[int, Rule]] = [{} for _ in rungs]
        for number, rule in enumerate(rules):
            if not (0 <= rule.field < len(rungs) and 0 <= rule.low <= rule.high):
                raise NetworkError(f"rule {number} is impossible: {rule}")
            mine[rule.field][number] = rule
        self.fields: list[list[tuple[int, _Alias]]] = [[] for _ in rungs]  # each alias after its shard
        names, shards, room = distinct(f"{n:x}" for n in count()), list[list[_Alias]](), 0
        for field, numbers in enumerate(map(list, mine)):
            for start in range(0, len(numbers) or 1, PENDING):
                part = {number: mine[field][number] for number in numbers[start : start + PENDING]}
                if not shards or len(part) > room or len(shards[-1]) == FIELDS:
                    shards.append([])
                    room = SHARD
                room -= len(part)
                shards[-1].append(_Alias(next(names), rungs[field], part))
                self.fields[field].append((len(shards) - 1, shards[-1][-1]))
        self.shards: list[_Shard] | None = [_Shard(aliases) for aliases in shards]

    def probe(self, fields: Sequence[int]) -> "Probe":
        """Ready to ask about these fields again and again."""
        return Probe(self, fields)

    def close(self) -> None:
        """Let go. The C memory is freed when the last call in flight returns, as it is without closing."""
        self.shards = None


class Probe:
    """A question about some fields, prepared once; call it with their rungs in the same order."""

    def __init__(self, network: Network, fields: Sequence[int]) -> None:
        if len(set(fields)) < len(fields) or not all(0 <= field < len(network.fields) for field in fields):
            raise NetworkError(f"not fields of this network, each once: {list(fields)}")
        parts: dict[int, list[tuple[int, _Alias]]] = {}
        for place, field in enumerate(fields):
            for shard, alias in network.fields[field]:
                parts.setdefault(shard, []).append((place, alias))
        self._network, self._width = network, len(fields)
        self._messages = [
            (shard, _pick([place for place, _ in part]), _Message([alias for _, alias in part]))
            for shard, part in parts.items()
        ]
        whole = len(self._messages) == 1 and [place for place, _ in parts[self._messages[0][0]]] == list(
            range(len(fields))
        )
        self._whole = self._messages[0] if whole else None  # nearly always: one message with all rungs in order

    def close(self) -> None:
        """Close the network behind it."""
        self._network.close()

    def __call__(self, rungs: Sequence[int]) -> list[int]:
        """The numbers of the rules that fire, each once."""
        shards = self._network.shards  # this reference keeps them from being freed under the call
        if shards is None:
            raise NetworkError("the network is closed")
        if len(rungs) != self._width:
            raise NetworkError(f"{self._width} rungs needed, not {len(rungs)}")
        if self._whole is not None:
            shard, _, message = self._whole
            return shards[shard].ask(message, rungs)
        fired: list[int] = []
        for shard, pick, message in self._messages:
            fired += shards[shard].ask(message, pick(rungs))
        return fired
