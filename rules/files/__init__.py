"""Policy files to trees of nodes with their places; nothing of a file is interpreted."""
