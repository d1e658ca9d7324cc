"""What are parties called, and how does each system misspell them?"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    """Brand Lind Eich Birk Stern Wald Berg Hart Kron Fels Raben Adler Falk Graf Horn
    Ilm Jost Kess Lorch Marl Neck Oster Pfeil Quell Reut Sand Tann Ulm Vogt Weiss
    Ash Black Cromp Dun Elling Fair Garth Hazel Ingle Kettle Lang Mar Nor Oak Penn
    Rother Stan Thorn Under Wether Calder Alder Bram Colt Drake Ever Frost Glen"""
)
_SECOND = _words(
    """holm mann berg feld bach hausen wert stein dorf kamp horst rode well bury ton
    field worth ham ley shaw wick stead brook dale ford gate croft more ridge mere"""
)
# Trade and its usual abbreviation.
_TRADES = tuple(
    (word.split("|")[0], word.split("|")[1])
    for word in _words(
        """Catering|Cater. Hotel|Htl. Foods|Fds Kitchens|Kitch. Bakery|Bkry
        Clinic|Clin. Care|Cre Schools|Schls Workshop|Wkshp Engineering|Eng.
        Garage|Gar. Metal|Met. Packaging|Packg. Logistics|Log. Printing|Print.
        Garden|Gdn Nursery|Nurs. Construction|Constr. Facility|Fac. Services|Svcs
        Marine|Mar. Energy|Enrg Retail|Ret. Trading|Trdg"""
    )
)
_LEGAL = {
    "DE": (("GmbH", "G.m.b.H."), ("AG", "A.G."), ("KG", "K.G."), ("e.K.", "eK")),
    "GB": (("Ltd", "Limited"), ("PLC", "P.L.C."), ("LLP", "L.L.P.")),
    "US": (("Inc", "Incorporated"), ("LLC", "L.L.C."), ("Corp", "Corporation")),
}
_CITIES = {
    "DE": (
        ("Hamburg", "Hamburg", "20"), ("Bremen", "Bremen", "28"),
        ("Hannover", "Niedersachsen", "30"), ("Kassel", "Hessen", "34"),
        ("Dortmund", "Nordrhein-Westfalen", "44"), ("Mainz", "Rheinland-Pfalz", "55"),
        ("Leipzig", "Sachsen", "04"), ("Ulm", "Baden-Württemberg", "89"),
        ("München", "Bayern", "80"), ("Rostock", "Mecklenburg-Vorpommern", "18"),
    ),
    "GB": (
        ("Leeds", "Yorkshire", "LS"), ("Bristol", "South West", "BS"),
        ("Norwich", "East Anglia", "NR"), ("Derby", "East Midlands", "DE"),
        ("Preston", "Lancashire", "PR"), ("Cardiff", "Wales", "CF"),
        ("Dundee", "Scotland", "DD"), ("Exeter", "South West", "EX"),
    ),
    "US": (
        ("Columbus", "OH", "432"), ("Dayton", "OH", "454"), ("Albany", "NY", "122"),
        ("Toledo", "OH", "436"), ("Erie", "PA", "165"), ("Peoria", "IL", "616"),
        ("Madison", "WI", "537"), ("Lansing", "MI", "489"),
    ),
}  # fmt: skip
# Regions as the transport system abbreviates them.
_REGION_CODES = {
    "Niedersachsen": "NI", "Hessen": "HE", "Nordrhein-Westfalen": "NRW",
    "Rheinland-Pfalz": "RLP", "Sachsen": "SN", "Baden-Württemberg": "BW",
    "Bayern": "BY", "Mecklenburg-Vorpommern": "MV", "OH": "Ohio", "NY": "New York",
    "PA": "Pennsylvania", "IL": "Illinois", "WI": "Wisconsin", "MI": "Michigan",
}  # fmt: skip
_STREETS = {
    "DE": ("Linden", "Haupt", "Hafen", "Mühlen", "Garten", "Industrie", "Schul"),
    "GB": ("Mill", "Station", "High", "Church", "Victoria", "Quarry", "Dock"),
    "US": ("Oak", "Main", "Maple", "Lake", "Second", "Canal", "Foundry"),
}
_STREET_ENDS = {
    "DE": ("straße", "str."),
    "GB": (" Road", " Rd"),
    "US": (" Street", " St"),
}
_DIAL = {"DE": "+49", "GB": "+44", "US": "+1"}


def party_names(
    countries: Iterable[str], rng: np.random.Generator, count: int
) -> list[str]:
    """Invent one legal name per party, such as ``Lindholm Catering GmbH``."""
    picks = rng.integers(0, 1 << 30, (count, 4)).tolist()
    names = []
    for country, (first, second, trade, legal) in zip(countries, picks, strict=True):
        forms = _LEGAL[country]
        names.append(
            f"{_FIRST[first % len(_FIRST)]}{_SECOND[second % len(_SECOND)]} "
            f"{_TRADES[trade % len(_TRADES)][0]} "
            f"{forms[legal % len(forms)][0]}"
        )
    return names


def misspelt(
    names: list[str], countries: list[str], rng: np.random.Generator
) -> list[str]:
    """Write each name as another system's clerk would.

    Roughly a third stay as they are; the rest lose or swap a letter, abbreviate the
    trade, spell the legal form otherwise or drop it, shout, or reorder the words.
    """
    habits = rng.integers(0, 10, len(names)).tolist()
    places = rng.integers(0, 1 << 20, len(names)).tolist()
    return [
        _misspell(name, country, habit, place)
        for name, country, habit, place in zip(
            names, countries, habits, places, strict=True
        )
    ]


def _misspell(name: str, country: str, habit: int, place: int) -> str:
    stem, trade, legal = name.split(" ", 2)
    cut = 1 + place % (len(stem) - 2)
    if habit == 3:
        legal = dict(_LEGAL[country]).get(legal, legal)
    elif habit == 4:
        legal = ""
    elif habit == 5:
        trade = dict(_TRADES).get(trade, trade)
    elif habit == 6:
        stem = stem[:cut] + stem[cut + 1] + stem[cut] + stem[cut + 2 :]
    elif habit == 7:
        stem = stem[:cut] + stem[cut + 1 :]
    elif habit == 8:
        stem, trade, legal = stem.upper(), trade.upper(), legal.upper()
    elif habit == 9:
        stem, trade = trade, stem
    return f"{stem} {trade} {legal}".strip()


def cities(country: str) -> tuple[tuple[str, str, str], ...]:
    """Return the (city, region, postal prefix) rows of a country."""
    return _CITIES[country]


def abbreviated_region(region: str) -> str:
    """Write a region the way the transport system does."""
    return _REGION_CODES.get(region, region)


def postal_code(country: str, prefix: str, pick: int) -> str:
    """Complete a postal prefix the way the country writes it."""
    if country == "GB":
        return f"{prefix}{pick % 19 + 1} {pick % 9 + 1}{'ABDEFGH'[pick % 7]}X"
    digits = 5 - len(prefix)
    return f"{prefix}{pick % 10**digits:0{digits}d}"


def street(country: str, pick: int, is_abbreviated: bool) -> str:
    """Write an address line; abbreviated ones put the house number elsewhere."""
    name = _STREETS[country][pick % 7] + _STREET_ENDS[country][is_abbreviated]
    house = pick // 7 % 180 + 1
    number_first = (country == "DE") == is_abbreviated
    return f"{house} {name}" if number_first else f"{name} {house}"


def phone(country: str, pick: int, is_plain: bool) -> str:
    """Write a phone number, with or without the country code."""
    number = f"{pick % 900 + 100} {pick // 900 % 9_000_000 + 1_000_000}"
    return "0" + number.replace(" ", "") if is_plain else f"{_DIAL[country]} {number}"


def email(name: str) -> str:
    """Derive an address in a reserved domain from a name."""
    stem = "".join(letter for letter in name.lower() if letter.isascii())
    words = [word.strip(".") for word in stem.split()]
    return f"orders@{'-'.join(words[:2])}.example"


def choices(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw one large number per party, from which details are derived."""
    return rng.integers(0, 1 << 40, count)
