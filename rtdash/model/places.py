"""The world of the workshop: 20 French cities and 4 organisations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A city and its place in degrees (WGS 84)."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation that collects donations; in the clickstream it is the tenant."""

    customer_id: int
    name: str


CITIES = (
    City("Amiens", 49.8941, 2.3022),
    City("Moulins", 46.5644, 3.3347),
    City("Béziers", 43.3442, 3.2150),
    City("Brest", 48.3904, -4.4861),
    City("Angers", 47.4784, -0.5632),
    City("Caen", 49.1829, -0.3707),
    City("Perpignan", 42.6887, 2.8948),
    City("Nîmes", 43.8367, 4.3601),
    City("La Rochelle", 46.1603, -1.1511),
    City("Bayonne", 43.4929, -1.4748),
    City("Rouen", 49.4432, 1.0993),
    City("Pau", 43.2951, -0.3708),
    City("Versailles", 48.8014, 2.1301),
    City("Orléans", 47.9029, 1.9093),
    City("Limoges", 45.8336, 1.2611),
    City("Tours", 47.3941, 0.6848),
    City("Besançon", 47.2378, 6.0241),
    City("Clermont-Ferrand", 45.7772, 3.0870),
    City("Mulhouse", 47.7508, 7.3359),
    City("Avignon", 43.9493, 4.8055),
)

ORGANIZATIONS = (
    Organization(1, "SmileFund"),
    Organization(2, "WarmHearts"),
    Organization(3, "PureJoy"),
    Organization(4, "SunriseAid"),
)
