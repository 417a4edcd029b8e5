"""What the FAQ's own questions say of how certain is certain enough."""

from dataclasses import replace
from typing import get_args

import pytest

from faq import calibration, catalog
from faq.calibration import WEIGHTS, Measured
from faq.matching import BARS, Price

PRICES: tuple[Price, ...] = get_args(Price)


@pytest.fixture(scope="module")
def shipped() -> Measured:
    return calibration.measure(catalog.load(catalog.SHIPPED))


def test_every_question_is_asked_that_the_faq_answers_or_says_it_does_not(shipped: Measured) -> None:
    known = catalog.load(catalog.SHIPPED)

    inside, outside = shipped.sizes

    variants = sum(len(question.variants) for question in known.questions)
    assert inside == variants + 5 * len(known.questions)
    assert outside == sum(len(group.questions) for group in known.outside)


@pytest.mark.parametrize("price", PRICES)
def test_the_bars_of_each_price_cost_hardly_more_than_the_best_ones(shipped: Measured, price: Price) -> None:
    weight = WEIGHTS[price]

    cost, least = shipped.at(BARS[price]).cost(weight), shipped.at(shipped.best(price)).cost(weight)

    assert cost <= 1.05 * least


def test_the_dearer_a_wrong_answer_the_fewer_there_are(shipped: Measured) -> None:
    figures = [shipped.at(BARS[price]) for price in ("high", "middle", "low")]

    wrong = [one.answered_wrong for one in figures]
    asked = [one.not_answered for one in figures]
    assert wrong == sorted(wrong)
    assert asked == sorted(asked, reverse=True)
    assert max(one.out_of_scope_answered for one in figures) <= 0.05


@pytest.mark.parametrize("price", PRICES)
def test_more_certainty_is_asked_for_where_a_wrong_answer_costs_money(shipped: Measured, price: Price) -> None:
    bars = BARS[price]

    as_certain, more = (shipped.at(replace(bars, risk=risk)) for risk in (bars.sure, bars.risk))

    assert bars.risk > bars.sure
    assert more.risk_wrong < 0.75 * as_certain.risk_wrong
    assert more.risk_wrong <= 0.025


def test_higher_bars_answer_less(shipped: Measured) -> None:
    curve = list(shipped.curve(BARS["middle"]))

    answered = [figures.answered_right + figures.answered_wrong for _, figures in curve]

    assert answered == sorted(answered, reverse=True)
