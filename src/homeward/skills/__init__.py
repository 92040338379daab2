"""What homeward does by itself: a page each."""
