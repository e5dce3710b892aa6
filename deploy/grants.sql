-- What the service's role needs of the tables, run by their owner after each upgrade. See docs/deploy.md.
GRANT SELECT, INSERT ON log, sealed, editions, once TO village_credit;
GRANT DELETE ON sealed, once TO village_credit;  -- for `log expire` and answers that are a day old
GRANT SELECT ON alembic_version TO village_credit;
