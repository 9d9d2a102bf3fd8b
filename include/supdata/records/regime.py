"""The registry's regimes: the codes that its read side publishes, and their labels."""

from collections.abc import Mapping

#: Labels in lower case, as the State's readers compare them (OpenAPI document of API Particulier v3).
REGIME_LABELS: Mapping[str, str] = {
    "RF1": "formation initiale",
    "RF2": "formation initiale hors apprentissage",
    "RF3": "reprise d'études non financée sans convention",
    "RF4": "contrat d'apprentissage",
    "RF5": "formation continue",
    "RF6": "formation continue hors contrat professionnel",
    "RF7": "contrat de professionnalisation",
}
