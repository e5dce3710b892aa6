"""What is wrong with a policy file, with its place and its remedy in both languages."""
