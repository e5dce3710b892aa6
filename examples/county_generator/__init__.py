"""Makes a county that could be real, of any size, from a seed. It is an example of one plan and speaks its words."""
