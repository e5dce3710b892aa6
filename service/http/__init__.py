"""HTTP around the views: application, request context, access, bodies, problems, observing."""
