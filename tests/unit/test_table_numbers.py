"""Whole numbers of tables, by themselves."""

import ibis
import pyarrow as pa

from rules.table.numbers import choose, constant, multiply


def test_a_choice_of_fixed_numbers_is_computed_on_with_64_bits():
    rows = ibis.memtable(pa.table({"first": [True, False]}))
    chosen = choose([(rows.first, constant(30_000))], constant(20_000), [])
    product = multiply(chosen, constant(500_000_000), [])

    made = ibis.duckdb.connect().to_pyarrow(rows.select(made=product.top.column))
    assert made["made"].to_pylist() == [15 * 10**12, 10**13]
