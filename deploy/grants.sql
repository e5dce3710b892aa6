-- What the service's role needs of the tables, run by their owner after each upgrade. See docs/deploy.md.
GRANT SELECT, INSERT ON log, sealed, editions, once, credentials, sessions, drafts, draft_revisions, hosts, shadow_counts, shadow_lines TO village_credit;
GRANT DELETE ON sealed, once, sessions, hosts TO village_credit;  -- for `log expire`, answers that are a day old, signing out
GRANT UPDATE ON credentials, sessions, hosts, shadow_counts TO village_credit;  -- for new passwords, failures, when a session was seen, and what a shadow has counted
GRANT SELECT ON alembic_version TO village_credit;
