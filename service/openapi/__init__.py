"""The OpenAPI document, made from the editions in force."""
