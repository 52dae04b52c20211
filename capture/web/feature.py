"""The pages' common kit, as the service takes it up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.web import theme_css

WEB = Feature(
    "web",
    blueprints=(theme_css.blueprint,),
)
