"""What people look at: the page, its charts and lists, and the workbook."""
