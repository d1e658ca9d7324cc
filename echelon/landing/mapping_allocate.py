"""How is a header amount split over its lines so that not a cent is lost?"""

from echelon.landing.casts import cast_column, decimal_scale
from echelon.landing.contract import ColumnContract
from echelon.landing.mapping import Allocate
from echelon.quoting import quote_name


def helper_columns(name: str, allocate: Allocate) -> dict[str, str]:
    """Write what the split of a column needs from the source rows.

    Args:
        name: The column that is split.
        allocate: How.

    Returns:
        SQL by helper column: the header, the line's rank in it, its weight in
        millionths.
    """
    per = ", ".join(f"(\n{item}\n)" for item in allocate.per)
    rank = f"rank() over (partition by {per} order by (\n{allocate.order_by}\n))"
    weight = f"cast((\n{allocate.by}\n) as decimal(32, 6)) * 1000000"
    return {
        f"__header_{name}": f"cast(row({per}) as varchar)",
        f"__rank_{name}": rank,
        f"__weight_{name}": f"coalesce(cast({weight} as hugeint), 0)",
    }


def split_query(relation: str, name: str, contract: ColumnContract) -> str:
    """Write the select that replaces a repeated header amount by each line's share.

    Cumulative integer rounding, P*C//T - P*(C-d)//T with header P, running weight C,
    total T and own weight d: the lines add up to P in any row order. P is in units of
    the column's scale; money in cents where the header is, because what is finer is
    rounded line by line once it is converted. An amount that loading would not take is
    not split but marked, so that it is quarantined on each line.

    Args:
        relation: Table with the amounts and their helper columns.
        name: The column that is split.
        contract: Its contract.

    Returns:
        A select with the columns of the relation, the amount split.
    """
    scale = decimal_scale(contract.sql_type)
    column, weight = quote_name(name), quote_name(f"__weight_{name}")
    is_decimal = contract.sql_type.startswith("decimal")
    amount_type = contract.sql_type if is_decimal else "decimal(19,0)"
    amount = cast_column(column, "VARCHAR", amount_type)
    units = f"cast({amount.value if amount else 'null'} * {10**scale} as hugeint)"
    cent = 10 ** max(scale - 2, 0) if name.endswith("amount") else 1
    return f"""
        with totals as (
            select *, {units} as __units,
                case when __units % {cent} = 0 then {cent} else 1 end as __step,
                cast(sum({weight}) over header as hugeint) as __total,
                count(*) over header as __count
            from {relation}
            window header as (partition by {quote_name(f"__header_{name}")})
        ),
        weights as (
            -- Lines that all weigh nothing share equally.
            select * exclude (__total, __count) replace (__units // __step as __units),
                case when __total = 0 then 1 else {weight} end as __own,
                case when __total = 0 then __count else __total end as __all
            from totals
        ),
        running as (
            select *, cast(sum(__own) over (
                partition by {quote_name(f"__header_{name}")}
                order by {quote_name(f"__rank_{name}")}
                rows unbounded preceding
            ) as hugeint) as __upto
            from weights
        )
        select * exclude (__units, __step, __own, __all, __upto) replace (
            case when __units is null
                then nullif({column}, '') || ' (not split)'
            else cast(
                cast(
                    (
                        (__units * __upto) // __all
                        - (__units * (__upto - __own)) // __all
                    ) * __step as decimal(38, 0)
                ) * cast('{1 / 10**scale:.{scale}f}' as decimal(38, {scale}))
                as varchar
            ) end as {column}
        )
        from running"""


def ambiguous_query(relation: str, name: str) -> str:
    """Write the select that finds headers whose amount or line order is ambiguous.

    Args:
        relation: Table with the amounts and their helper columns.
        name: The column that is split.

    Returns:
        A select with the first such header, whether its amount differs and whether its
        weights are not usable; no row if all is well.
    """
    header, weight = quote_name(f"__header_{name}"), quote_name(f"__weight_{name}")
    rank = quote_name(f"__rank_{name}")
    column = quote_name(name)
    return f"""
        select
            {header},
            min({column}) is distinct from max({column})
            or count({column}) not in (0, count(*)) as amount_differs,
            min({weight}) < 0 as weight_is_negative
        from {relation}
        group by {header}
        having amount_differs or weight_is_negative
            or count(distinct {rank}) < count(*)
        order by {header}
        limit 1"""
