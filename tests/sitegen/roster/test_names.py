"""Names as people and programs write them: what is shown, and what a page and a contact card call the person."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen.check import notes
from sitegen.model import Company, Member
from sitegen.render.cards import vcard
from sitegen.roster import Roster
from sitegen.roster.customs import MARKETS
from sitegen.roster.names import CardName, Order, called, for_card
from sitegen.roster.survey import of_roster

TURNED = [
    ("Lopez, Ana", "Ana Lopez", "Ana", ("Lopez", "Ana", "", "")),
    ("Lopez,Ana", "Ana Lopez", "Ana", ("Lopez", "Ana", "", "")),
    ("LOPEZ , ANA", "ANA LOPEZ", "ANA", ("LOPEZ", "ANA", "", "")),
    (
        "Müller-Lüdenscheidt, Dr. Hans",
        "Dr. Hans Müller-Lüdenscheidt",
        "Hans",
        ("Müller-Lüdenscheidt", "Hans", "Dr.", ""),
    ),
    ("Prof. Dr. Müller, Hans", "Prof. Dr. Hans Müller", "Hans", ("Müller", "Hans", "Prof. Dr.", "")),
    ("Smith, John Jr.", "John Smith Jr.", "John", ("Smith", "John", "", "Jr.")),
    ("Smith Jr., John", "John Smith Jr.", "John", ("Smith", "John", "", "Jr.")),
    ("King, Martin Luther, Jr.", "Martin Luther King Jr.", "Martin", ("Luther King", "Martin", "", "Jr.")),
    ("Lee, Bruce III", "Bruce Lee III", "Bruce", ("Lee", "Bruce", "", "III")),
    ("Duke, Ann, PhD", "Ann Duke PhD", "Ann", ("Duke", "Ann", "", "PhD")),
    ("Smith, Ph.D., John", "John Smith Ph.D.", "John", ("Smith", "John", "", "Ph.D.")),
    ("van der Berg, Jan", "Jan van der Berg", "Jan", ("van der Berg", "Jan", "", "")),
    ("de la Cruz, María José", "María José de la Cruz", "María", ("de la Cruz", "María José", "", "")),
    ("García Márquez, Gabriel", "Gabriel García Márquez", "Gabriel", ("García Márquez", "Gabriel", "", "")),
    ("Ortega y Gasset, José", "José Ortega y Gasset", "José", ("Ortega y Gasset", "José", "", "")),
    ("Freiherr von Drais, Karl", "Karl Freiherr von Drais", "Karl", ("Freiherr von Drais", "Karl", "", "")),
    ("O'Brien, Siân", "Siân O'Brien", "Siân", ("O'Brien", "Siân", "", "")),
    ("St. John, Ian", "Ian St. John", "Ian", ("St. John", "Ian", "", "")),
    ("Keller, Rosa & Tom", "Rosa & Tom Keller", "Rosa & Tom", ("Keller", "Rosa & Tom", "", "")),
    ("Smith, J. Robert", "J. Robert Smith", "J. Robert", ("Smith", "J. Robert", "", "")),
    ("Smith, Mary (Molly)", "Mary (Molly) Smith", "Mary", ("(Molly) Smith", "Mary", "", "")),
    # What the library takes for titles and degrees are names here.
    ("Chan, Wing Yan", "Wing Yan Chan", "Wing", ("Yan Chan", "Wing", "", "")),
    ("King, Bishop", "Bishop King", "Bishop", ("King", "Bishop", "", "")),
    ("Earl, Ann", "Ann Earl", "Ann", ("Earl", "Ann", "", "")),
    ("Ma, Jo", "Jo Ma", "Jo", ("Ma", "Jo", "", "")),
    ("Do, An", "An Do", "An", ("Do", "An", "", "")),
    ("حداد, ليلى", "ليلى حداد", "ليلى", ("حداد", "ليلى", "", "")),
    ("李, 小明", "李小明", "李小明", ("", "李小明", "", "")),
]


@pytest.mark.parametrize(("name", "shown", "first", "card"), TURNED, ids=[each[0] for each in TURNED])
def test_family_comma_given_is_turned_round(name: str, shown: str, first: str, card: tuple[str, ...]) -> None:
    assert called(name) == (shown, first, Order.TURNED)
    assert for_card(shown, first) == card


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("John Smith, Jr.", "John"),
        ("John Smith, MD", "John"),
        ("Acme Wellness, LLC", "Acme"),
        ("Bramble & Wick, Inc.", "Bramble & Wick"),
        ("Müller Handel, GmbH", "Müller"),
        ("Tea, Soap, Candles", "Tea"),
        ("Shop 5, Main Street", "Shop"),
        ("Room, 5²", "Room"),
        ("Keller,", "Keller,"),
        (", Ana", ", Ana"),
        ("Rosa & Tom, Keller", "Rosa & Tom"),
    ],
)
def test_a_comma_that_means_something_else(name: str, first: str) -> None:
    assert called(name) == (name, first, None)


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("Lopez, Ana", "Ana", "Ana Lopez"),
        ("Smith, Robert", "Bob", "Robert Smith"),
        ("Sanchez, Maria Elena", "Maria Elena", "Maria Elena Sanchez"),
        ("Lopez, Ana", "Lopez", "Lopez, Ana"),
        ("Rosa, Tom & Ana", "Rosa, Tom & Ana", "Tom & Ana Rosa"),
    ],
)
def test_the_first_name_of_the_roster_decides(name: str, given: str, shown: str) -> None:
    assert called(name, given)[:2] == (shown, given)


@pytest.mark.parametrize(
    ("market", "name", "first", "card"),
    [
        ("HU", "Nagy Péter", "Péter", ("Nagy", "Péter", "", "")),
        ("HU", "Dr. Kovácsné Szabó Mária", "Mária", ("Kovácsné Szabó", "Mária", "Dr.", "")),
        ("HU", "Kiss-Nagy Anna Mária", "Anna", ("", "Kiss-Nagy Anna Mária", "", "")),
        ("VN", "Nguyễn Văn An", "An", ("Nguyễn Văn", "An", "", "")),
        ("VN", "Đặng Thị Lan", "Lan", ("Đặng Thị", "Lan", "", "")),
        ("KR", "Kim Min-su", "Min-su", ("Kim", "Min-su", "", "")),
        ("CN", "Wang Xiao Ming", "Xiao Ming", ("Wang", "Xiao Ming", "", "")),
        ("HK", "Chan Tai Man", "Tai Man", ("Chan", "Tai Man", "", "")),
    ],
)
def test_the_family_comes_first_where_that_is_the_custom(
    market: str, name: str, first: str, card: tuple[str, ...]
) -> None:
    assert called(name, None, market) == (name, first, Order.FAMILY_FIRST)
    assert for_card(name, first) == card
    assert called(name, "Anita", market) == (name, "Anita", None)
    assert called(name, None, "IE").order is None


@pytest.mark.parametrize(
    ("market", "name", "first"),
    [
        ("HU", "Péter Nagy", "Péter"),
        ("HU", "Cher", "Cher"),
        ("HU", "Rosa & Tom Keller", "Rosa & Tom"),
        ("VN", "An Nguyễn", "An"),
        ("KR", "Min-su Kim", "Min-su"),
        ("KR", "김 민수", "김 민수"),
        ("CN", "王小明", "王小明"),
        ("JP", "Yuki Sato", "Yuki"),
        ("JP", "佐藤 ゆき", "佐藤 ゆき"),
        ("CN", "Ana Ruiz", "Ana"),
    ],
)
def test_and_not_where_the_name_is_written_otherwise(market: str, name: str, first: str) -> None:
    assert called(name, None, market) == (name, first, None)


def test_a_turned_name_keeps_the_custom_of_its_market() -> None:
    assert called("Nagy, Péter", None, "HU") == ("Nagy Péter", "Péter", Order.TURNED)
    assert called("Nguyễn, Văn An", None, "VN") == ("Nguyễn Văn An", "An", Order.TURNED)


name_text = st.text(st.sampled_from("Añé, .'-&()JrDrPhDIIvon 王김ل1@"), min_size=1, max_size=30)


@given(name_text, st.none() | st.just("Ana"), st.none() | st.sampled_from(sorted(MARKETS)))
@example("A PhD,王", None, None)
@example("王, Dr. 小明", None, None)
def test_nobody_loses_a_letter(name: str, first: str | None, market: str | None) -> None:
    found = called(name, first, market)
    assert found.first
    assert sorted(filter(str.isalnum, found.shown)) == sorted(filter(str.isalnum, name))
    assert found.order is not None or found.shown == name
    card = for_card(found.shown, found.first)
    assert sorted(filter(str.isalnum, "".join(card))) == sorted(filter(str.isalnum, name))


@given(name_text.map(lambda text: text.replace(",", "")))
def test_a_name_without_a_comma_is_shown_as_it_is_written(name: str) -> None:
    assert called(name).shown == name


def test_a_card_of_a_turned_name() -> None:
    company = Company("Bramble & Wick", "Bramble and Wick Limited", ("Cork",), "hello@example.com")
    shown, first, _ = called("Müller-Lüdenscheidt, Dr. Hans")
    member = Member("m1", "hans", shown, first, None, "en")
    lines = vcard(member, company, "https://example.com", "Distributor", "https://x.example/").split("\r\n")
    assert lines[3:5] == ["FN:Dr. Hans Müller-Lüdenscheidt", "N:Müller-Lüdenscheidt;Hans;;Dr.;"]
    assert for_card("Cher", "Cher") == CardName("", "Cher")


def test_names_in_a_roster_are_turned_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "first_name", "market"])
        writer.writerow(["m1", "Ben Oak", "", ""])
        writer.writerow(["m2", "Lopez, Ana", "", ""])
        writer.writerow(["m3", "Smith, Robert", "Bob", ""])
        writer.writerow(["m4", "Nagy Péter", "", "HU"])
    with Roster.load(path) as roster:
        assert [(each.name, each.first_name, each.slug) for each in roster] == [
            ("Ben Oak", "Ben", "ben-oak"),
            ("Ana Lopez", "Ana", "ana-lopez"),
            ("Robert Smith", "Bob", "robert-smith"),
            ("Nagy Péter", "Péter", "nagy-peter"),
        ]
        assert of_roster(roster).orders == {Order.TURNED: (2, 3), Order.FAMILY_FIRST: (1, 5)}
        told = notes.of(roster)
    assert told[-2:] == (
        "2 names are written family, given, and shown turned round (from line 3 on); where that is wrong, the column"
        " first_name decides",
        "1 name is read with the family's name first, as is the custom in the member's market (line 5); where that is"
        " wrong, the column first_name decides",
    )
