"""Three claims about each outcome, as rivals make them: what `make bench` reconciles."""

from exchanges.models import Claim
from scripts.bench.filling import ACTOR, identity, insert, of_outcome

# Two rivals speak of those who come to A. The third claim is of those who come to B; of every twentieth outcome it is
# of the civilians among the first instead, a part. Of the pairs one in five agrees; one in 25 is one claimant's counts
# as of two days; one in fifty is a correction. A quarter of the numbers is meant otherwise than exactly, one in ten is
# not disclosed.
TOLD = """(
    SELECT n, side, day::date AS day, label_id AS own, n % 20 = 0 AND side = 3 AS is_part,
           n % 25 = 7 AS is_counted_twice, n % 50 = 3 AND side = 2 AS is_correction,
           CASE WHEN n % 5 = 1 THEN 'exactly'
                ELSE coalesce((ARRAY['at_least', 'at_least', 'about', 'between', 'at_most'])[(n * 7 + side * 3) % 20],
                              'exactly') END AS meant,
           CASE WHEN n % 5 <> 1 AND (n * 3 + side) % 10 = 0 THEN NULL
                ELSE n % 300 + CASE WHEN n % 5 = 1 THEN 0 ELSE side END END AS number
    FROM told CROSS JOIN generate_series(1, 3) side
) t"""


def three_claims(cursor) -> None:
    """Write three claims about each outcome; every tenth is confidential within the outcome's own circle."""
    claimant = f"({ACTOR} + CASE WHEN side = 2 AND NOT is_counted_twice THEN 1 ELSE 0 END) % 200"
    meant = "CASE WHEN number IS NULL THEN 'exactly' ELSE meant END"
    insert(
        cursor,
        Claim,
        f"{TOLD} JOIN actor_no a ON a.no = {claimant} + 1 JOIN access_label o ON o.id = t.own"
        " JOIN access_label l ON l.compartments = o.compartments"
        " AND l.level = CASE WHEN (n + side) % 10 = 0 THEN 3 ELSE o.level END",
        number_of="n * 3 + side - 3",
        label_id="l.id",
        claimant_id="a.id",
        said_on="day",
        direction="CASE WHEN side < 3 OR is_part THEN 'to_a' ELSE 'to_b' END",
        category="CASE WHEN is_part THEN 'civilian' ELSE 'total' END",
        quantifier=meant,
        number="number",
        number_high=f"CASE WHEN {meant} = 'between' THEN number + 20 END",
        as_of="CASE WHEN is_counted_twice THEN day + side END",
        supersedes_id=f"CASE WHEN is_correction THEN {identity(Claim, 'n * 3 - 2')} END",
        **of_outcome(),
    )
