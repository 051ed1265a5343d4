"""Tables that no format fits: what the user says of their columns, and what cells suggest."""
