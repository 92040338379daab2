"""Maps: a road network read from OpenStreetMap, heights and chargers, in one portable pack file."""
