"""Write the sample customers with their invoice lines, as CSV or JSON; or their accounts, as CSV.

Deterministic: the same numbers give the same bytes, so that tests and benchmarks may rely on them.
Standard library only; `python samples/generate.py --help`.
"""

import argparse
import csv
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple, TextIO

_SEED = 20261121
_CENT = Decimal("0.01")
_VAT_RATE = Decimal("0.09")
_WHOLESALE_EVERY = 40
"""One customer in so many has an invoice long enough to break across pages."""


class _Country(NamedTuple):
    name: str
    postal_code: str
    """Each `#` becomes a digit, each `@` a capital letter."""
    number_first: bool
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]


_COUNTRIES = (
    _Country("Germany", "#####", False,
             ("Jürgen", "Käthe", "Anneliese", "Björn", "Sören", "Lena", "Matthias"),
             ("Müller", "Weiß", "Schröder", "Großmann", "Vogel", "Jäger", "Köhler"),
             ("Lindenstraße", "Am Mühlbach", "Königsallee", "Goethestraße", "Brückenweg"),
             ("München", "Köln", "Düsseldorf", "Leipzig", "Lübeck", "Göttingen")),
    _Country("Netherlands", "#### @@", False,
             ("Sanne", "Daan", "Maaike", "Joost", "Femke", "Bram", "Noor"),
             ("de Vries", "van den Berg", "Bakker", "Jansen", "Visser", "Meijer"),
             ("Prinsengracht", "Nieuwe Binnenweg", "Oudezijds Kade", "Stationsweg", "Dorpsstraat"),
             ("Amsterdam", "Rotterdam", "Utrecht", "Haarlem", "Groningen", "’s-Hertogenbosch")),
    _Country("France", "#####", True,
             ("Zoé", "François", "Hélène", "Benoît", "Chloé", "Jérôme", "Anaïs"),
             ("Lefèvre", "Bézier", "Garçon", "Dubois", "Moreau", "Château", "Noël"),
             ("rue de l’Église", "avenue des Tilleuls", "boulevard Voltaire", "quai des Belges"),
             ("Lyon", "Besançon", "Nîmes", "Orléans", "Saint-Étienne", "Bordeaux")),
    _Country("Poland", "##-###", False,
             ("Małgorzata", "Łukasz", "Zbigniew", "Agnieszka", "Paweł", "Świętosława"),
             ("Wiśniewski", "Dąbrowska", "Żółkiewski", "Kowalczyk", "Wójcik", "Źrebięcka"),
             ("ul. Piękna", "ul. Świętokrzyska", "al. Jerozolimskie", "ul. Łąkowa"),
             ("Kraków", "Łódź", "Wrocław", "Poznań", "Gdańsk", "Rzeszów")),
    _Country("Sweden", "### ##", False,
             ("Åsa", "Göran", "Märta", "Linnéa", "Torbjörn", "Elin"),
             ("Sjöberg", "Åkesson", "Öberg", "Lindqvist", "Nyström", "Hägg"),
             ("Drottninggatan", "Södra Vägen", "Skeppsbron", "Björkgatan"),
             ("Malmö", "Göteborg", "Umeå", "Örebro", "Norrköping")),
    _Country("Spain", "#####", False,
             ("Íñigo", "Begoña", "José María", "Lucía", "Andrés", "Núria"),
             ("Muñoz", "Ibáñez", "Peña", "Gutiérrez", "Castaño", "Vázquez"),
             ("Calle de Alcalá", "Paseo del Prado", "Gran Vía", "Calle Peñón"),
             ("A Coruña", "Málaga", "Logroño", "Cádiz", "León", "Bilbao")),
    _Country("Czechia", "### ##", False,
             ("Jiří", "Věra", "Zdeněk", "Růžena", "Ondřej", "Kateřina"),
             ("Dvořák", "Němcová", "Šťastný", "Hřebíček", "Černá", "Kučera"),
             ("Vodičkova", "Štěpánská", "Na Příkopě", "Žitná"),
             ("Praha", "Brno", "Plzeň", "České Budějovice", "Kroměříž")),
    _Country("Greece", "### ##", False,
             ("Ελένη", "Γιώργος", "Αθηνά", "Νίκος", "Μαρία"),
             ("Παπαδόπουλος", "Αγγελίδη", "Νικολάου", "Καραγιάννη"),
             ("Οδός Ερμού", "Λεωφόρος Συγγρού", "Τσιμισκή", "Αγίου Δημητρίου"),
             ("Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Ηράκλειο")),
    _Country("Ireland", "@## @###", True,
             ("Siobhán", "Séamus", "Gráinne", "Pádraig", "Aoife", "Ciarán"),
             ("Ó Briain", "Ní Dhomhnaill", "Fitzgerald", "O’Connor", "Mac Gabhann"),
             ("Grafton Street", "St Stephen’s Green", "Patrick Street", "Eyre Square"),
             ("Dublin", "Cork", "Galway", "Dún Laoghaire", "Waterford")),
    _Country("Finland", "#####", False,
             ("Päivi", "Väinö", "Aino", "Jyrki", "Hilkka", "Mikko"),
             ("Mäkinen", "Hämäläinen", "Järvinen", "Nieminen", "Räsänen"),
             ("Mannerheimintie", "Hämeenkatu", "Pitkäkatu", "Yliopistonkatu"),
             ("Helsinki", "Jyväskylä", "Hämeenlinna", "Turku", "Seinäjoki")),
)  # fmt: skip

_SINGLE = (1, 1, 1, 2)
_SEVERAL = (1, 1, 2, 2, 3, 4, 6, 10, 12, 24)
_PRODUCTS = (
    ("Espresso “Altura”, whole bean, 1 kg", "21.40", _SEVERAL),
    ("Filter roast Yirgacheffe, 500 g", "14.90", _SEVERAL),
    ("Decaf Sierra Nevada, whole bean, 1 kg", "23.75", _SEVERAL),
    ("House blend No. 7, ground, 250 g", "6.85", _SEVERAL),
    ("Single estate Tarrazú, 500 g", "16.20", _SEVERAL),
    ("Cold brew concentrate, 2 l bag-in-box", "18.50", _SEVERAL),
    ("Green coffee Huehuetenango, 5 kg sample sack", "58.00", _SEVERAL),
    ("Paper filters size 4, unbleached, box of 100", "4.95", _SEVERAL),
    ("Porcelain cup and saucer, 180 ml", "12.60", _SEVERAL),
    ("Descaler for espresso machines, 1 l", "9.80", _SEVERAL),
    ("Burr set for grinder M-64, steel", "119.00", _SINGLE),
    ("Barista training, half a day at the roastery", "165.00", _SINGLE),
    ("Machine service: inspection, gaskets, calibration", "142.50", _SINGLE),
    ("Reusable cup, bamboo fibre, 350 ml", "11.25", _SEVERAL),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an invoice; amounts in euros, with two decimals, as text."""

    description: str
    quantity: int
    unit_price: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer with one invoice; dates in ISO form."""

    customer_id: str
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    invoice_number: str
    invoice_date: str
    due_date: str
    net: str
    vat: str
    total: str
    lines: list[Line] = field(default_factory=list)


def customers(count: int, *, one_page: bool = False) -> Iterator[Customer]:
    """The first `count` sample customers.

    Args:
        count: How many.
        one_page: Leave out the long invoices, so that every letter has exactly one page.

    Yields:
        Customers with 1 to 6 invoice lines; one in forty has 28 to 60, unless `one_page`.
    """
    for index in range(count):
        # A generator of its own for each, so that customer 17 is the same in every sample.
        yield _customer(index, random.Random(_SEED + index), one_page=one_page)


def write_csv(records: Iterator[Customer], target: TextIO) -> None:
    """One row for each invoice line; a customer's rows follow one another."""
    writer = csv.writer(target, lineterminator="\n")
    heads = [name for name in Customer.__dataclass_fields__ if name != "lines"]
    writer.writerow([*heads, "description", "quantity", "unit_price", "amount"])
    for record in records:
        head = [getattr(record, name) for name in heads]
        for line in record.lines:
            writer.writerow([*head, line.description, line.quantity, line.unit_price, line.amount])


def write_accounts(records: Iterator[Customer], target: TextIO) -> None:
    """One row for each customer, with the totals of the invoice and without its lines."""
    writer = csv.writer(target, lineterminator="\n")
    heads = [name for name in Customer.__dataclass_fields__ if name != "lines"]
    writer.writerow(heads)
    writer.writerows([getattr(record, name) for name in heads] for record in records)


def write_json(records: Iterator[Customer], target: TextIO) -> None:
    """An array of customers, one on a line, each with its `lines`."""
    target.write("[\n")
    for index, record in enumerate(records):
        target.write(",\n" if index else "")
        json.dump(_with_numbers(asdict(record)), target, ensure_ascii=False)
    target.write("\n]\n")


def _with_numbers(record: dict[str, Any]) -> dict[str, Any]:
    for name in ("net", "vat", "total"):
        record[name] = float(record[name])
    for line in record["lines"]:
        line["unit_price"], line["amount"] = float(line["unit_price"]), float(line["amount"])
    return record


def _customer(index: int, pick: random.Random, *, one_page: bool) -> Customer:
    country = pick.choice(_COUNTRIES)
    wholesale = index % _WHOLESALE_EVERY == _WHOLESALE_EVERY // 3
    line_count = pick.randint(28, 60) if wholesale and not one_page else pick.randint(1, 6)
    lines = [_line(pick) for _ in range(line_count)]
    net = sum((Decimal(line.amount) for line in lines), Decimal(0))
    vat = (net * _VAT_RATE).quantize(_CENT, ROUND_HALF_UP)
    issued = date(2026, 10, 1) + timedelta(days=pick.randrange(50))
    house = str(pick.randint(1, 148)) + pick.choice(("", "", "", " A", " B"))
    street = pick.choice(country.streets)
    return Customer(
        customer_id=f"C{10001 + index}",
        name=f"{pick.choice(country.first_names)} {pick.choice(country.last_names)}",
        street=f"{house} {street}" if country.number_first else f"{street} {house}",
        postal_code=_postal_code(country.postal_code, pick),
        city=pick.choice(country.cities),
        country=country.name,
        invoice_number=f"2026-{20001 + index}",
        invoice_date=issued.isoformat(),
        due_date=(issued + timedelta(days=30)).isoformat(),
        net=str(net),
        vat=str(vat),
        total=str(net + vat),
        lines=lines,
    )


def _line(pick: random.Random) -> Line:
    description, price, quantities = pick.choice(_PRODUCTS)
    quantity = pick.choice(quantities)
    amount = (Decimal(price) * quantity).quantize(_CENT)
    return Line(description=description, quantity=quantity, unit_price=price, amount=str(amount))


def _postal_code(pattern: str, pick: random.Random) -> str:
    return "".join(
        pick.choice("123456789") if c == "#" else pick.choice("ABDEHKPRTX") if c == "@" else c
        for c in pattern
    )


def main(arguments: list[str] | None = None) -> int:
    """Write the files asked for; `-` is standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--one-page", action="store_true", help="no long invoices")
    parser.add_argument("--csv", metavar="FILE", help="write CSV, one row for each invoice line")
    parser.add_argument("--json", metavar="FILE", help="write JSON, one object for each customer")
    parser.add_argument("--accounts", metavar="FILE", help="write CSV, one row for each customer")
    options = parser.parse_args(arguments)
    for path, write in (
        (options.csv, write_csv),
        (options.json, write_json),
        (options.accounts, write_accounts),
    ):
        if path == "-":
            write(customers(options.customers, one_page=options.one_page), sys.stdout)
        elif path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            with Path(path).open("w", encoding="utf-8", newline="") as target:
                write(customers(options.customers, one_page=options.one_page), target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
