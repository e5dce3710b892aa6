"""The outputs of a run in; a page that draws them and a workbook that lists them out."""
