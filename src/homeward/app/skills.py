"""The skills that a hub loads, in order: where two want different things, the earlier one gets its way."""

from homeward.skills.arrival import arrival
from homeward.skills.climate_model import climate_model

LEARNING = (climate_model,)
"""They only write down what they learned, and never ask for anything."""
ASKING = (arrival,)
"""They ask for things, where the household lets them act."""
WITH_A_MAP = "navigation"
"""The name of the one that a hub has where it has a map."""
ALL = (*LEARNING, *ASKING)
