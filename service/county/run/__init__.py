"""Good rows of extracts in; judged tables, their numbers and their gaps out, and the manifest that lists them."""
