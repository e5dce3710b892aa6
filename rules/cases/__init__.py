"""Cases in: facts checked against an edition, exactly."""
