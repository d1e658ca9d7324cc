"""Identifier records of invented organisations, a million in seconds, with truth."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Texts = NDArray[np.str_]


def words(text: str) -> Texts:
    """Cut a text into an array of its words."""
    return np.array(text.split())


SYLLABLES = words(
    "bar ben bor cal dar del dor fal fen gar gil hal hav kel kor lan lor mar mel mon "
    "nor ol pel per ral ren rin sal sel sor tal tar tor val ver vin wal wen wil zan"
)
ENDINGS = words("berg dale field ford ham hausen holm ley mann stead ton wick")
TRADES = words(
    "Bakery Catering Construction Energy Engineering Facility Foods Freight Furniture "
    "Hotel Industries Kitchens Logistics Machinery Manufacturing Marine Metals "
    "Packaging Printing Retail Services Supplies Systems Textiles Trading"
)
SHORT_TRADES = words(
    "Bkry Ctrg Constr Enrg Eng Fac Foods Frt Furn Htl Inds Kitchens Log Mach Mfg Mar "
    "Metals Pkg Print Rtl Svcs Supp Sys Text Trdg"
)
FORMS = np.array(["Ltd", "GmbH", "Inc", "S.A.", "B.V.", "LLC", "AG", "plc"])
LONG_FORMS = np.array(
    ["Limited", "G.m.b.H.", "Incorporated", "SA", "BV", "L.L.C.", "", "PLC"]
)
STREETS = ("Street", "Road", "Avenue", "Lane", "Drive")
SHORT_STREETS = ("St", "Rd", "Ave", "Ln", "Dr")
SOURCES = np.array(["crm", "erp", "tms", "wms"])


def synthetic_identifiers(count: int, seed: int) -> pd.DataFrame:
    """Write records of organisations known to several systems in several writings.

    Args:
        count: Records.
        seed: Same seed, same records.

    Returns:
        One row per record: identifier_key, source_system, name, tax_id, address_line,
        city, postal_code, country_code, phone, email, and entity (the truth).
    """
    random = np.random.default_rng(seed)
    entities = _entities(max(int(count / 2.6), 1), random)
    sizes = random.choice([1, 2, 3, 4, 5], len(entities), p=[0.2, 0.3, 0.3, 0.15, 0.05])
    entity = np.repeat(np.arange(len(entities)), sizes)[:count]
    missing = count - len(entity)
    entity = np.concatenate([entity, random.integers(0, len(entities), missing)])
    records = entities.iloc[entity].reset_index(drop=True)
    place = np.arange(count)
    source = SOURCES[random.integers(0, len(SOURCES), count)]
    records["identifier_key"] = [
        f"{s}:{n:08d}" for s, n in zip(source, place, strict=True)
    ]
    records["source_system"] = source
    records["entity"] = entity
    return _dirty(records, random)


def _entities(count: int, random: np.random.Generator) -> pd.DataFrame:
    """Invent organisations with one address, phone and mail each."""

    def pick(texts: Texts) -> Texts:
        return texts[random.integers(0, len(texts), count)]

    first = np.char.add(np.char.add(pick(SYLLABLES), pick(SYLLABLES)), pick(ENDINGS))
    first = np.where(
        random.random(count) < 0.5, np.char.add(pick(SYLLABLES), first), first
    )
    street = np.char.add(np.char.add(pick(SYLLABLES), pick(SYLLABLES)), pick(ENDINGS))
    town = random.integers(0, 4_000, count)
    towns = np.char.add(
        np.char.add(SYLLABLES[town % 40], SYLLABLES[town // 40 % 40]),
        ENDINGS[town % 12],
    )
    trade = random.integers(0, len(TRADES), count)
    form = random.integers(0, len(FORMS), count)
    number = random.integers(0, 10**8, count)
    return pd.DataFrame(
        {
            "first": np.char.capitalize(first),
            "trade": trade,
            "form": form,
            "street": np.char.capitalize(street),
            "street_kind": random.integers(0, len(STREETS), count),
            "house": random.integers(1, 200, count).astype(str),
            "city": np.char.capitalize(towns),
            "postal_code": (10_000 + town * 20 + random.integers(0, 20, count)).astype(
                str
            ),
            "country_code": np.array(["GB", "DE", "US", "FR"])[town % 4],
            "number": number,
            "mail": _join(first, np.char.lower(TRADES[trade]), separator="-"),
        }
    )


def _dirty(records: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Write each record its own way: shortened, turned round, mistyped, incomplete."""
    count = len(records)

    def happens(share: float) -> NDArray[np.bool_]:
        return random.random(count) < share

    first = records["first"].to_numpy(str)
    at = random.integers(1, 5, count)
    mistyped = np.array(
        [
            t[:i] + t[i + 1 : i + 2] + t[i] + t[i + 2 :]
            for t, i in zip(first, at, strict=True)
        ]
    )
    first = np.where(happens(0.06), mistyped, first)
    trade = records["trade"].to_numpy()
    trades = np.where(happens(0.2), SHORT_TRADES[trade], TRADES[trade])
    form = records["form"].to_numpy()
    forms = np.where(happens(0.3), LONG_FORMS[form], FORMS[form])
    is_turned = happens(0.08)
    name = np.where(is_turned, _join(trades, first, forms), _join(first, trades, forms))
    name = np.where(happens(0.08), np.char.upper(name), name)
    kind = records["street_kind"].to_numpy()
    kinds = np.where(
        happens(0.4), np.array(SHORT_STREETS)[kind], np.array(STREETS)[kind]
    )
    street = _join(records["street"].to_numpy(str), kinds)
    house = records["house"].to_numpy(str)
    address = np.where(happens(0.5), _join(street, house), _join(house, street))
    number = records["number"].astype(str).str.zfill(8).to_numpy(str)
    phone = np.where(
        happens(0.5), np.char.add("+44 20 ", number), np.char.add("020", number)
    )
    mail = np.char.add(
        np.char.add("office@", records["mail"].to_numpy(str)), ".example"
    )
    tax = np.char.add(records["country_code"].to_numpy(str), np.char.add("9", number))
    return pd.DataFrame(
        {
            "identifier_key": records["identifier_key"],
            "source_system": records["source_system"],
            "name": name,
            "tax_id": pd.Series(tax).where(happens(0.3)),
            "address_line": pd.Series(address).where(happens(0.95)),
            "city": records["city"],
            "postal_code": records["postal_code"].where(happens(0.95)),
            "country_code": records["country_code"],
            "phone": pd.Series(phone).where(happens(0.6)),
            "email": pd.Series(mail).where(happens(0.4)),
            "entity": records["entity"],
        }
    )


def _join(*parts: Texts, separator: str = " ") -> Texts:
    joined = parts[0]
    for part in parts[1:]:
        joined = np.char.add(np.char.add(joined, separator), part)
    return joined
