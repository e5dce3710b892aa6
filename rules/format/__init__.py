"""The grammar of policy files, and the JSON Schema that editors use, made from it."""
