"""Does a release hold what was posted, and do all its amounts follow? The proof of it.

The proof is a file of the release: what was compared, with the SHA-256 of every input
and of itself. The manifest lists it and the audit log holds the manifest's hash, so it
can be made again from the release and the landed ledger and must come out the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from echelon.hashing import sha256_of_file
from echelon.release.landed_rows import Deliveries
from echelon.release.postings import (
    JOURNALS,
    LEDGER_TABLES,
    Key,
    Policy,
    Posted,
    add_up_journals,
    remembered,
    to_cents,
    to_units,
)
from echelon.release.published_ledger import (
    Charge,
    PublishedLedger,
    read_published_ledger,
)
from echelon.release.reader import open_database
from echelon.release.tie_out import TieOut
from echelon.sealing import Signer

PROOF_NAME = "proof.json"
SIGNED_KIND = "proof"
CHARGE_TABLES = {
    "tms__freight_charges": ("tms", "carrier_invoice_id", "invoiced_on"),
    "erp__charges": ("erp", "document_id", "charged_on"),
}

# Account, document and line; amount in ten-thousandths, currency and ISO day.
LandedCharges = dict[tuple[str, str, int], tuple[int, str, str]]


@dataclass(frozen=True)
class Proof:
    """What was compared, and what of it differs.

    Attributes:
        pools: Number of entity x period x pool rows that were compared.
        record: The content of the proof file, without its own hash.
        differences: One sentence per difference; empty for a sound release.
    """

    pools: int
    record: dict[str, Any]
    differences: tuple[str, ...]

    def to_dict(self, signer: Signer | None = None) -> dict[str, Any]:
        """Return the content of the proof file, its hash and who signed that."""
        text = json.dumps(self.record, sort_keys=True).encode()
        proof_sha256 = hashlib.sha256(text).hexdigest()
        signed = {**self.record, "proof_sha256": proof_sha256}
        if signer is not None:
            signed["signature"] = signer.sign(SIGNED_KIND, proof_sha256)
        return signed


@dataclass(frozen=True)
class Subject:
    """What a proof is about.

    Attributes:
        release_id: The release.
        as_of: The day it speaks of.
        database: Its published file.
        landing: Directory of the deliveries.
        files: Recorded files of the release, as in its manifest.
    """

    release_id: str
    as_of: date
    database: Path
    landing: Path
    files: Sequence[Mapping[str, Any]]


def prove(subject: Subject, tied: TieOut) -> Proof:
    """Compare a release with the landed ledger, and add that its own amounts agree.

    Args:
        subject: The release and what it was made of.
        tied: Its published amounts against each other.

    Returns:
        The proof. A pool that could not be compared counts as a difference.
    """
    with open_database(subject.database) as connection:
        published = read_published_ledger(connection)
    deliveries = Deliveries(subject.landing, subject.files, published.set_aside)
    tables = LEDGER_TABLES if deliveries.of(JOURNALS) else tuple(CHARGE_TABLES)
    differences = list(tied.differences)
    landed: dict[Key, Posted] = {}
    fault = next(filter(None, map(deliveries.fault, tables)), None)
    try:
        if fault is not None:
            differences.append(f"{tied.pools} pools could not be checked: {fault}")
        elif deliveries.of(JOURNALS):
            policy = Policy(subject.as_of.isoformat(), published.rules, published.rates)
            landed = add_up_journals(deliveries, policy)
            differences += _journal_differences(landed, published)
        else:
            differences += _charge_differences(
                _landed_charges(deliveries), published, subject.as_of.isoformat()
            )
    except (LookupError, ValueError, ArithmeticError) as error:
        differences.append(f"{tied.pools} pools could not be checked: {error}")
    differences += _conversion_differences(published)
    record = _record(
        subject, tied, landed, [f for t in tables for f in deliveries.of(t)]
    )
    return Proof(tied.pools, record, tuple(differences))


def _journal_differences(
    landed: dict[Key, Posted], published: PublishedLedger
) -> Iterator[str]:
    nothing = Posted()
    for key in sorted(landed.keys() | published.journals.keys()):
        found = landed.get(key, nothing)
        shown = published.journals.get(key, nothing)
        if found != shown:
            yield (
                f"{' '.join(key)}: {found.cents} cents in {found.lines} landed journal"
                f" lines ({found.units} ten-thousandths of the currency),"
                f" {shown.cents} in {shown.lines} published ({shown.units})"
            )


def _conversion_differences(published: PublishedLedger) -> Iterator[str]:
    """Check the pool and the base amount of what the release converted itself."""
    pool_of = remembered(published.rules)
    for charge in published.converted:
        where = (
            f"{charge.place.entity_code} {charge.fiscal_period} {charge.document_id}"
        )
        pool = pool_of(charge.place) if charge.place.day else "quarantined"
        if pool != charge.cost_pool_code:
            yield f"{where}: in pool {charge.cost_pool_code}, policy says {pool}"
        if to_cents(charge.units, charge.rate) != charge.cents:
            yield f"{where}: {charge.cents} cents are not what the rate gives"


def _charge_differences(
    landed: LandedCharges, published: PublishedLedger, as_of: str
) -> Iterator[str]:
    """Compare the charges that take the place of a ledger, one by one."""
    for charge in published.converted:
        if charge.place.day:
            yield from _charge_difference(landed, charge)
    for (account, document, line), (_, _, day) in sorted(landed.items()):
        if day and day <= as_of:
            yield f"{account} {document} line {line} is landed and not published"


def _charge_difference(landed: LandedCharges, charge: Charge) -> Iterator[str]:
    key = (charge.place.account_id, charge.document_id, charge.line_no)
    units, currency, _ = landed.pop(key, (0, "", ""))
    if (units, currency) != (charge.units, charge.currency):
        yield (
            f"{key[0]} {key[1]} line {key[2]}: {units} ten-thousandths of"
            f" {currency or 'nothing'} landed, {charge.units} of {charge.currency}"
            " published"
        )


def _landed_charges(deliveries: Deliveries) -> LandedCharges:
    landed: LandedCharges = {}
    for table, (system, document, day) in CHARGE_TABLES.items():
        for row in deliveries.rows(table, (document, "line_no")):
            kind = "freight" if system == "tms" else row["charge_type"]
            if system == "tms" or row["direction"] == "cost":
                key = (
                    f"charge:{kind}",
                    f"{system}:{row[document]}",
                    int(row["line_no"]),
                )
                units = to_units(row["amount"])
                landed[key] = (units, row["currency_code"], row.get(day) or "")
    return landed


def _record(
    subject: Subject,
    tied: TieOut,
    landed: dict[Key, Posted],
    files: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    return {
        "proof_version": 1,
        "release_id": subject.release_id,
        "as_of_date": subject.as_of.isoformat(),
        "inputs": {
            subject.database.name: sha256_of_file(subject.database),
            **{file["source_file"]: file["sha256"] for file in files},
        },
        "pools": tied.pools,
        "ledger_cents": tied.ledger_cents,
        "allocated_cents": tied.allocated_cents,
        "ties": tied.ties,
        "postings": [
            {
                "entity_code": entity,
                "fiscal_period": period,
                "cost_pool_code": pool,
                "currency_code": currency,
                "lines": posted.lines,
                "base_cents": posted.cents,
                "local_ten_thousandths": posted.units,
            }
            for (entity, period, pool, currency), posted in sorted(landed.items())
        ],
    }
