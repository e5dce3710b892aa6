"""Shows the outputs of a run.

In: the folder of a run. Out: a page with charts, and a workbook. May be imported by `running`, `commands`.
"""
