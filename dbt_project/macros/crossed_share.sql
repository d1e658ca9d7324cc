-- Part of a total that two lists share: a line of the one in a line of the other.
-- The step, over both lists, of the product of their running sums over the total: the
-- parts of each line add up to it on either side, to the cent. A total of zero has no
-- shares: then what a line has left is put against the last of the other list.
{% macro crossed_share(total, one, other) -%}
case
    when {{ total }} != 0
        then
            {{ one }}.running_cents * {{ other }}.running_cents // {{ total }}
            - ({{ one }}.running_cents - {{ one }}.own_cents)
            * {{ other }}.running_cents // {{ total }}
            - {{ one }}.running_cents
            * ({{ other }}.running_cents - {{ other }}.own_cents) // {{ total }}
            + ({{ one }}.running_cents - {{ one }}.own_cents)
            * ({{ other }}.running_cents - {{ other }}.own_cents) // {{ total }}
    else
        case when {{ one }}.is_last then {{ other }}.own_cents else 0 end
        + case when {{ other }}.is_last then {{ one }}.own_cents else 0 end
end
{%- endmacro %}
