"""How amounts stand on a page: yuan from fen, capital letters, and the words of kinds and levels."""

from django import template

from accounts.models import Department
from accreditation.paper.capitals import capital_amount
from regions.models import Region
from subsidies import money
from subsidies.models import Kind

register = template.Library()


@register.filter
def yuan(fen):
    """Fen as yuan: 20,000 or 3,980.50."""
    return money.yuan(fen or 0)


@register.filter
def capitals(fen):
    """Fen in capital letters: 人民币贰万元整; nothing for less than nothing."""
    return capital_amount(fen) if fen is not None and fen >= 0 else ""


@register.filter
def kind_word(kind):
    """The word of an entry's kind."""
    return Kind(kind).label


@register.filter
def level_word(level):
    """省级, 市级, 县级 …"""
    return dict(Region.Level.choices).get(level, level)


@register.filter
def department_word(department):
    """财政部门, 人力资源和社会保障部门."""
    return dict(Department.choices).get(department, department)


@register.filter
def plus(fen, other):
    """Two amounts added up."""
    return fen + other


@register.filter
def total(amounts):
    """Several amounts added up."""
    return sum(amounts)
