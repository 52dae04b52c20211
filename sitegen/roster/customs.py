"""The customs of markets where a name begins with the family's, also when it is written in Latin letters.

In Hungary and Vietnam this is how names are written. In China, Korea and their neighbours both ways are usual in Latin
letters; there a name is read so only if it begins with one of the most frequent family names, and ends with none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_HUNGARIAN = frozenset(
    """
    nagy kovacs toth szabo horvath varga kiss molnar nemeth farkas balogh papp lakatos takacs juhasz olah
    meszaros racz fekete szilagyi torok feher gal kis szucs kocsis orsos pinter fodor szalai sipos magyar
    gulyas biro kiraly katona bogdan boros vaczi varadi somogyi fazekas
    """.split()  # noqa: SIM905
)
"""Frequent family names of Hungary, but for those that are given names too."""

_VIETNAMESE = frozenset(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh mai truong dao cao".split()  # noqa: SIM905
)
_CHINESE = frozenset(
    """
    wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang
    deng feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren shen yao lo chan
    wong cheung lau leung ho ng lam kwok chow tsang tse tsai hsieh hsu chang kuo hung
    """.split()  # noqa: SIM905
)
_KOREAN = frozenset(
    """
    kim lee park pak choi choe jung jeong chung kang cho jo yoon yun jang chang lim im han oh seo shin kwon
    hwang ahn an song ryu yoo hong jeon ko moon son yang bae baek heo nam
    """.split()  # noqa: SIM905
)
_BOTH_WAYS = {"CN": _CHINESE, "TW": _CHINESE, "HK": _CHINESE, "MO": _CHINESE, "KR": _KOREAN}

MARKETS = frozenset({"HU", "VN", *_BOTH_WAYS})
"""The markets in which a name may begin with the family's."""


def writes_family_first(market: str | None) -> bool:
    """Returns whether names of a market are shown with the family's first in Latin letters."""
    return market in {"HU", "VN"}


def given(words: Sequence[str], market: str | None) -> str | None:
    """Returns the given name of one person's name without titles, by which they are called in this market.

    Returns None if the name has one word, or is written given name first.
    """
    if len(words) < 2 or market not in MARKETS:
        return None
    first, last = _plain(words[0]), _plain(words[-1])
    if market == "HU":
        if last in _HUNGARIAN and first not in _HUNGARIAN:
            return None
        # "Kovácsné Szabó Mária": the wife of Kovács, then her own name, which begins with her family's.
        return words[2] if first.endswith("ne") and len(words) > 2 else words[1]
    if market == "VN":
        return words[-1] if first in _VIETNAMESE and (last not in _VIETNAMESE or len(words) > 2) else None
    families = _BOTH_WAYS[str(market)]
    return " ".join(words[1:]) if first in families and last not in families else None


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(each for each in letters if not unicodedata.combining(each))
