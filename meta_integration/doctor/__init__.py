"""What the doctor asks about Meta's side and ours of it."""
