-- What the service's role needs of the tables, run by their owner after each upgrade. See docs/deploy.md.
GRANT SELECT, INSERT ON log, sealed, editions, once, credentials, sessions, drafts, draft_revisions, hosts TO village_credit;
GRANT DELETE ON sealed, once, sessions, hosts TO village_credit;  -- for `log expire`, answers that are a day old, signing out
GRANT UPDATE ON credentials, sessions, hosts TO village_credit;  -- for new passwords, failures, and when a session was seen
GRANT SELECT ON alembic_version TO village_credit;
