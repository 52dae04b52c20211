"""The names of the site generator that the service uses, too: signed tokens, page names, channels, interests, secrets.

The rest of the service imports them from here and never from ``sitegen`` (errors excepted). Site folders are read by
``directory``.
"""

from __future__ import annotations

from sitegen import time_zones
from sitegen.campaigns import campaign_file
from sitegen.instance import SECRETS, token_keys
from sitegen.instance import create as create_instance
from sitegen.instance import find as find_instance
from sitegen.instance import read as read_instance
from sitegen.model import Campaign, Channel, Company, Interest, LocaleTexts, Member
from sitegen.render.member_views import phone_text
from sitegen.roster.characters import is_visible, shown, tidied, unseen
from sitegen.site import consent
from sitegen.site.addresses import CAMPAIGN_FIELD, campaign_page
from sitegen.site.content import CAMPAIGN, CODE, THANKS
from sitegen.site.location import find_folder
from sitegen.token import PageSeen, TokenSigner

__all__ = [
    "CAMPAIGN",
    "CAMPAIGN_CODE",
    "CAMPAIGN_FIELD",
    "CAMPAIGN_PAGES",
    "CODE",
    "SECRETS",
    "THANKS",
    "Campaign",
    "Channel",
    "Company",
    "Interest",
    "Member",
    "PageSeen",
    "TokenSigner",
    "campaign_page",
    "can_be_listed",
    "create_instance",
    "fill_wording",
    "find_folder",
    "find_instance",
    "find_zone",
    "is_visible",
    "phone_text",
    "read_instance",
    "shown",
    "tidied",
    "token_keys",
    "unseen",
]

CAMPAIGN_PAGES = campaign_page("")
"""The prefix of landing pages' names in page tokens; the campaign's code follows."""

can_be_listed = campaign_file.holds
"""Returns True if a campaign can be written to ``campaigns.csv``: its code, name and days are valid there."""

CAMPAIGN_CODE = campaign_file.CODE
"""The pattern that a campaign's whole code must match."""

find_zone = time_zones.load
"""Returns a time zone by its name in the tz database. Raises KeyError for an unknown name."""


def fill_wording(template: str, company_name: str, member_name: str | None) -> str:
    """Returns the sentence beside the consent box: the wording with its placeholders filled in."""
    company = Company(company_name, company_name, (), "")
    return consent.wording(LocaleTexts("", template, template), company, member_name)
