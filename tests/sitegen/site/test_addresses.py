"""Addresses of static files: signs that mean something in an address are encoded."""

from __future__ import annotations

from sitegen.site.addresses import Addresses


def test_names_of_pictures_as_people_give_them() -> None:
    addresses = Addresses("https://fern.example/shops", "path")
    assert addresses.asset("pictures/Grün (1) #2 50%?.a1.jpg") == (
        "/shops/assets/pictures/Gr%C3%BCn%20%281%29%20%232%2050%25%3F.a1.jpg"
    )
    assert addresses.asset("pictures/leaf-2_b.a1.svg") == "/shops/assets/pictures/leaf-2_b.a1.svg"
    assert addresses.asset("") == "/shops/assets/"
