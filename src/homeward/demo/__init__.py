"""An evening of a simulated household, faster than life: a house, a car on real streets, two people and their phones.

Everything here says "simulated" of itself; the skills, the circle and the bus that it speaks to are the real ones.
"""
