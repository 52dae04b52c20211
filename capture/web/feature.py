"""Declares the parts that all pages share to the service: the style sheet with the theme's colours."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.web import theme_css

WEB = Feature(
    "web",
    blueprints=(theme_css.blueprint,),
)
