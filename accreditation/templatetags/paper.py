"""Small words of the paper templates."""

from django import template

register = template.Library()


@register.filter
def with_units(names, units: str):
    """Pairs of a place's name and the word printed where it is not known: 市（州） for a blank city."""
    return list(zip(names, units.split(","), strict=True))


@register.filter
def of_level(opinions, level: str) -> str:
    """The opinion of one level, "" where none is known."""
    return opinions.get(level, "")
