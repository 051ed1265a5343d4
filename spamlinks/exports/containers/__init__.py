"""What exports come packed in: archives, workbooks, JSON; whatever holds a table becomes text."""
