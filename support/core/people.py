"""The people of the features: who they are in every feature, and by which name."""

PLAN_OF = {
    "Fay": "free",
    "Ella": "early",
    "Mia": "mid",
    "Enid": "enterprise",
    "Sam": "enterprise",
    "Carl": "enterprise",
}
"""The plan that each named person is on."""
NOBODY = "Somebody"
"""The name under which features speak of a person who has not signed in."""
EVERYBODY = "each of them"
"""How features speak of every customer of a group."""
