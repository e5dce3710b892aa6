"""The county run: extracts in, every decision judged, results written."""
