"""What moving money costs, told before anybody presses a button. Pure: the rates of this house come in as arguments.

These are the rates that Stripe publishes for the platform's country; what it really kept stands in its balance and is
what the ledger posts. Cards from elsewhere cost more, and the difference is the house's.
"""

from dataclasses import dataclass

from market.money import BASIS_POINTS, MICROS_PER_CENT, Micros, whole_cents_up


@dataclass(frozen=True, slots=True)
class CardRate:
    """A share of the payment, and something on top.

    >>> rate = CardRate(basis_points=290, fixed_micros=300_000)
    >>> rate.of(25_000_000), rate.of(100_000_000)
    (1030000, 3200000)
    """

    basis_points: int
    fixed_micros: int

    def of(self, paid_micros: int) -> Micros:
        """What is kept of a payment: the share rounded to the nearest cent, as Stripe does."""
        share = (paid_micros * self.basis_points + BASIS_POINTS * MICROS_PER_CENT // 2) // BASIS_POINTS
        return Micros(share - share % MICROS_PER_CENT + self.fixed_micros)

    def on_top_of(self, amount_micros: int) -> Micros:
        """What has to be paid besides, so that after the fee this amount is left: whole cents, rounded up.

        >>> CardRate(basis_points=290, fixed_micros=300_000).on_top_of(25_000_000)
        1060000
        """
        total = -(-(amount_micros + self.fixed_micros) * BASIS_POINTS // (BASIS_POINTS - self.basis_points))
        return Micros(whole_cents_up(total) - amount_micros)


@dataclass(frozen=True, slots=True)
class PayoutRate:
    """A share of a payout and something on top; and so much for a scout in each month in which they are paid.

    >>> rate = PayoutRate(basis_points=25, fixed_micros=250_000, monthly_micros=2_000_000)
    >>> [rate.of(dollars * 1_000_000, is_first_this_month=False) for dollars in (5, 25, 100)]
    [260000, 310000, 500000]
    >>> rate.of(25_000_000, is_first_this_month=True)
    2310000
    """

    basis_points: int
    fixed_micros: int
    monthly_micros: int

    def of(self, amount_micros: int, *, is_first_this_month: bool) -> Micros:
        kept = CardRate(self.basis_points, self.fixed_micros).of(amount_micros)
        return Micros(kept + (self.monthly_micros if is_first_this_month else 0))
