"""The way home in numbers, in machine code: one arithmetic for the kernel, for one row and for columns."""

from math import asin, atan2, cos, degrees, isnan, nan, radians, sin, sqrt
from typing import Any

import numpy as np
from numba import njit

from homeward.core.batch import Floats

EARTH_RADIUS_M = 6_371_008.8
ARRIVED_M, LEFT_M = 150.0, 300.0
SMOOTH_S = 60.0
"""A speed that is so old counts as much as the new one: gap / (gap + a minute) is exact, for one row and for many."""
LONGEST_GAP_S = 600.0
CLOSING_M_S = 0.5


@njit("UniTuple(f8, 2)(f8, f8, f8, f8)", cache=True)
def way_of_one(latitude: Any, longitude: Any, to_latitude: Any, to_longitude: Any) -> Any:
    """Great-circle distance in m and bearing in degrees from north (haversine); NaN if unknown."""
    a, b = radians(latitude), radians(to_latitude)
    turn = radians(to_longitude) - radians(longitude)
    chord = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(turn / 2) ** 2
    distance = 2 * EARTH_RADIUS_M * asin(sqrt(1.0 if chord > 1.0 else chord))
    east, north = sin(turn) * cos(b), cos(a) * sin(b) - sin(a) * cos(b) * cos(turn)
    return distance, degrees(atan2(east, north)) % 360.0


@njit("UniTuple(f8[::1], 2)(f8[::1], f8[::1], f8[::1], f8[::1])", cache=True)
def way_of_many(latitude: Any, longitude: Any, to_latitude: Any, to_longitude: Any) -> Any:
    """The same for many `(n,)`, in the very same numbers."""
    distance, bearing = np.empty(len(latitude)), np.empty(len(latitude))
    for i in range(len(latitude)):
        distance[i], bearing[i] = way_of_one(latitude[i], longitude[i], to_latitude[i], to_longitude[i])
    return distance, bearing


@njit("UniTuple(f8, 3)(f8, f8, f8, f8, f8)", cache=True)
def closing_in(distance: Any, was: Any, gap: Any, speed: Any, home: Any) -> Any:
    """Speed towards home (m/s), whether it closes on it and whether it is there (1 or 0); NaN if unknown.

    From the distance (m), what it was `gap` s before, and the speed and whether it was home as known before.
    """
    if not 0.0 < gap < LONGEST_GAP_S:
        speed = speed if gap <= 0.0 else nan
    elif isnan(speed):
        speed = (was - distance) / gap
    else:
        speed += gap / (gap + SMOOTH_S) * ((was - distance) / gap - speed)
    closing = nan if isnan(speed) else 1.0 if speed > CLOSING_M_S else 0.0
    home = nan if isnan(distance) else 1.0 if distance < ARRIVED_M else 0.0 if distance > LEFT_M else home
    return speed, closing, home


def way(latitude: Any, longitude: Any, to_latitude: Any, to_longitude: Any) -> tuple[Floats, Floats]:
    """Great-circle distance in m and bearing in degrees from north `(n,)` (haversine); NaN if unknown.

    >>> [round(float(x)) for x in way(60.0, 25.0, 61.0, 25.0)]
    [111195, 0]
    """
    columns = np.broadcast_arrays(latitude, longitude, to_latitude, to_longitude)
    shape = columns[0].shape
    distance, bearing = way_of_many(*[np.array(one, np.float64).ravel() for one in columns])
    return distance.reshape(shape), bearing.reshape(shape)
