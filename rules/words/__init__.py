"""An edition and its decisions in words, in Chinese and in English.

In: editions, decisions, assignments. Out: sentences (`wording`), explanations as a tree and as text (`explain`), the
rulebook, the difference of two editions. May be imported by `cases`, `variants`, `rules` and the service.
"""
