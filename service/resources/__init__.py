"""What the API offers, a module for each resource."""
