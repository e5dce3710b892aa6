"""A whole county at once.

In: extracts and an edition. Out: a folder of judged tables, a workbook, a report and a manifest. May be imported by
`service.commands`; it stands on `rules` alone.

- `backend`: DuckDB and Spark
- `cache`: queries kept for the next run
- `hearing`: what was asked of the backend, to be asked again
- `intake`: extracts, checked and read
- `run`: the levels judged, and the folder that holds them
- `report`: the page and the workbook of a run
- `running`: the whole run
- `simulation`: a run under other figures
- `assignment`: records shared out evenly among bearers
"""
