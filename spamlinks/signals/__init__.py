"""The signals: pure, named and versioned measurements of backlinks."""
