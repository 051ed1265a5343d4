"""From the text of a table to typed columns: encoding, records, cells."""
