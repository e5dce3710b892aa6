"""The live policies of a host: compiled, voted in by its workers, archived."""
