"""A person's calendar (iCalendar): where their next appointment is and when it begins, for the navigation."""
