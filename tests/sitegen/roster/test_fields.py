"""What is read of a row, and which of its faults cost a field only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from sitegen.model import Status
from sitegen.roster import characters, links
from sitegen.roster.fields import CHECKS, COLUMNS, RosterRow, RowFields
from sitegen.roster.values import Rules

RULES = Rules(frozenset({"en", "es"}), frozenset({"shop"}), None)
GOOD = {"id": "m1", "name": "Ana Ruiz", "email": "ana@example.com"}

BROKEN_OPTIONAL = {
    "email": "ana@",
    "slug": "../ana",
    "first_name": "x" * 61,
    "market": "Spain",
    "phone": "Not Found",
    "photo": "../ana.jpg",
    "place": "x" * 101,
    "tagline": "half \u202e a line",
    "story": "x" * 5_001,
    "links": "Instagram",
    "sponsor": "../m0",
    "locale": "fr",
    "joined": "12/31/2024",
    "timezone": "Dublin o'clock",
}


@pytest.mark.parametrize("name", sorted(BROKEN_OPTIONAL))
def test_a_broken_optional_field_costs_that_field_and_is_told(name: str) -> None:
    row, problems = RowFields(RULES).read({**GOOD, name: BROKEN_OPTIONAL[name]})
    assert row == RosterRow(**{**GOOD, name: None} if name == "email" else GOOD)  # type: ignore[arg-type]
    ((message, _),) = problems
    assert message.startswith(f"{name} ")


def test_every_optional_field_is_tried_above() -> None:
    assert BROKEN_OPTIONAL.keys() == set(COLUMNS) - {"id", "name", "status"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "m 1"}, 'id "m 1": expected 1 to 64 letters'),
        ({"id": 7}, "id 7: expected text"),
        ({"name": "\u202e"}, 'name "\\u202e": holds the character U+202E'),
        ({"status": "Terminated"}, 'status "Terminated": expected active or inactive'),
    ],
)
def test_a_fault_in_who_it_is_or_whether_they_are_public_costs_the_row(change: dict[str, object], message: str) -> None:
    row, problems = RowFields(RULES).read({**GOOD, **change, "phone": "12"})
    assert row is None
    assert [problem[0].startswith(message) for problem in problems] == [True, False]


@pytest.mark.parametrize("name", ["id", "name"])
def test_a_row_without_id_or_name(name: str) -> None:
    written = {column: value for column, value in GOOD.items() if column != name}
    assert RowFields(RULES).read(written) == (None, ((f"{name} is missing", None),))


def test_a_row_without_an_e_mail_address_is_a_member() -> None:
    assert RowFields(RULES).read({"id": "m1", "name": "Ana"}) == (RosterRow("m1", "Ana"), ())


def test_all_fields_and_an_unknown_one() -> None:
    written = {
        "phone": "600 111 222",
        **GOOD,
        "market": "es",
        "status": " Inactive ",
        "joined": "2024-02-29",
        "links": "Blog=https://example.com/a",
        "fone": "1",
    }
    row, problems = RowFields(RULES).read(written)
    links = "Blog\nhttps://example.com/a"
    assert row == RosterRow(
        **GOOD, phone="+34600111222", market="ES", status=Status.INACTIVE, joined=date(2024, 2, 29), links=links
    )
    assert problems == (('unknown field "fone"', 'did you mean "phone"?'),)


def test_a_national_number_cannot_be_read_without_its_market_and_another_can() -> None:
    row, problems = RowFields(RULES).read({**GOOD, "market": "Spain", "phone": "600 111 222"})
    assert row is not None and row.phone is None
    assert [message for message, _ in problems][1] == 'phone "600 111 222": cannot be read without the market'
    row, problems = RowFields(RULES).read({**GOOD, "market": "Spain", "phone": "+34 600 111 222"})
    assert row is not None and row.phone == "+34600111222"
    assert len(problems) == 1


def test_there_is_a_rule_for_every_column() -> None:
    assert {*CHECKS, "phone"} == set(COLUMNS)


@given(st.text(max_size=30) | st.text(st.characters(), max_size=30))
def test_a_text_that_is_called_plain_is_one(text: str) -> None:
    if characters.is_plain(text):
        assert characters.tidied(text) == text
        assert characters.unseen(text) is None


link_texts = st.lists(
    st.tuples(
        st.text(st.sampled_from("Aé b;=\u200b\n"), max_size=5) | st.just("A" * 40) | st.just("A" * 41),
        st.text(st.sampled_from(" ="), max_size=3) | st.just("="),
        st.sampled_from(
            [
                "https://a.example",
                "https://a.example/?a=b&c=https",
                "https://a.example/x;y",
                "https://A.example/=https://b",
                "http://a.example",
                "https://a",
                "https://a.example/" + "x" * 500,
                "",
                "https://a.example/ü",
            ]
        ),
        st.sampled_from(["; ", ";", " ; ", "", ";;", ";\n"]),
    ).map("".join),
    max_size=10,
).map("".join)


@given(link_texts)
@example("A=https://a.example; B=https://b.example/?x=y;")
@example("; ".join(f"L{number}=https://a.example/{number}" for number in range(9)))
def test_the_short_way_for_links_gives_what_the_long_way_gives(text: str) -> None:
    def outcome(read: Callable[[object], object]) -> object:
        try:
            return read(text)
        except PydanticCustomError as error:
            return error.context

    def long_way(value: object) -> str | None:
        return "\n".join(f"{link.label}\n{link.url}" for link in links.read(value)) or None

    assert outcome(links.lines) == outcome(long_way)


@given(st.dictionaries(st.sampled_from([*COLUMNS, "fone"]), st.text(max_size=20) | st.integers() | st.none()))
def test_any_row_is_read_or_told(written: dict[str, object]) -> None:
    row, problems = RowFields(RULES).read(written)
    assert row is not None or problems
    assert all(isinstance(message, str) for message, _ in problems)


def test_half_a_character_in_any_field_is_a_fault() -> None:
    for name in COLUMNS:
        _, problems = RowFields(RULES).read({**GOOD, name: "https://\ud800.example"})
        assert problems, name
    with pytest.raises(PydanticCustomError):
        links.read([{"label": "a", "url": "https://a.example/\ud800"}])
