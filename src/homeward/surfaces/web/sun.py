"""Where the sun stands: enough astronomy for the strip of daylight under the evening.

The low-precision formulas of the Astronomical Almanac (page C5), good to about a tenth of a degree until 2050.
"""

from math import asin, atan2, cos, degrees, pi, radians, sin, tau

J2000 = 946_728_000.0
"""Noon of 1 January 2000, UTC, in seconds since 1970."""


def elevation(at: float, latitude: float, longitude: float) -> float:
    """The sun's height over the horizon in degrees (negative below it), at an instant and a place in degrees."""
    days = (at - J2000) / 86400.0
    mean_anomaly = radians(357.528 + 0.9856003 * days)
    mean_longitude = radians(280.460 + 0.9856474 * days)
    ecliptic = mean_longitude + radians(1.915 * sin(mean_anomaly) + 0.020 * sin(2 * mean_anomaly))
    tilt = radians(23.439 - 0.0000004 * days)
    declination = asin(sin(tilt) * sin(ecliptic))
    # the equation of time, from the sun's mean longitude and true right ascension
    right_ascension = _right_ascension(ecliptic, tilt)
    equation = (mean_longitude - right_ascension + pi) % tau - pi
    hour = (at % 86400.0) / 86400.0 * tau - pi + radians(longitude) + equation
    high = radians(latitude)
    return degrees(asin(sin(high) * sin(declination) + cos(high) * cos(declination) * cos(hour)))


def _right_ascension(ecliptic: float, tilt: float) -> float:
    return atan2(cos(tilt) * sin(ecliptic), cos(ecliptic))


def daylight(start: float, end: float, latitude: float, longitude: float, points: int = 33) -> list[float]:
    """How light it is at `points` moments from start to end: 0 in the dark, 1 in full day, dusk between (-6° to 6°)."""
    step = (end - start) / (points - 1)
    heights = (elevation(start + index * step, latitude, longitude) for index in range(points))
    return [round(min(1.0, max(0.0, (height + 6.0) / 12.0)), 3) for height in heights]
