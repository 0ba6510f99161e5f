"""Bad input, put to both doors."""
