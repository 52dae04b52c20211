"""What generator and service have in common, by name: signed tokens, page names, channels, interests, secrets.

The rest of the service takes these from here and never from ``sitegen`` itself (errors excepted). Nothing here reads
a site folder; ``directory`` does.
"""

from __future__ import annotations

from sitegen.campaigns import campaign_file
from sitegen.instance import SECRETS, token_keys
from sitegen.instance import create as create_instance
from sitegen.instance import find as find_instance
from sitegen.instance import read as read_instance
from sitegen.model import Campaign, Channel, Company, Interest, LocaleTexts, Member
from sitegen.render.member_views import phone_text
from sitegen.site import consent
from sitegen.site.addresses import campaign_page
from sitegen.site.content import CAMPAIGN, CODE, THANKS
from sitegen.site.location import find_folder
from sitegen.token import PageSeen, TokenSigner

__all__ = [
    "CAMPAIGN",
    "CAMPAIGN_CODE",
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
    "phone_text",
    "read_instance",
    "token_keys",
]

CAMPAIGN_PAGES = campaign_page("")
"""What the names of campaigns' landing pages begin with in page tokens; behind it stands the code."""

can_be_listed = campaign_file.holds
"""Whether ``campaigns.csv`` can hold a campaign: code, name and days are as it wants them."""

CAMPAIGN_CODE = campaign_file.CODE
"""What a campaign's code looks like; matches the whole of a text."""


def fill_wording(template: str, company_name: str, member_name: str | None) -> str:
    """The sentence a prospect sees beside the box, from the wording with its placeholders."""
    company = Company(company_name, company_name, (), "")
    return consent.wording(LocaleTexts("", template, template), company, member_name)
