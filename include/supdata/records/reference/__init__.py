"""Reference tables, and the scripts that make them."""
