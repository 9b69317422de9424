"""People and numbers for templates, from mimesis (names) and Faker (the rest). Names are not Faker's: the redactor's own
lists were made with those."""

import random
import string
from datetime import date, datetime, timedelta

from faker import Faker
from mimesis import Person as Namer
from mimesis.enums import Gender
from mimesis.locales import Locale

LOCALES = [Locale.EN] * 12 + [Locale.EN_GB, Locale.EN_AU, Locale.ES, Locale.ES_MX, Locale.DE, Locale.IT, Locale.NL,
                              Locale.PT_BR, Locale.PL, Locale.TR, Locale.FR]
KINDS = ["Regional Medical Center", "General Hospital", "Community Hospital", "Medical Center", "Children's Hospital",
         "Memorial Hospital", "Family Clinic", "Veterans Home", "Rehabilitation Center", "Urgent Care", "Surgery Center"]


# Days are counted from one that stands still: the same input gives the same texts.
TODAY = date(2026, 11, 22)
YEAR = timedelta(days=365)


class Values:
    """What a document draws from; one seed, one document."""

    def __init__(self, seed: str):
        self.dice = random.Random(seed)
        self.fake = Faker("en_US")
        self.fake.seed_instance(seed)
        self.people = {}

    def person(self, who: str) -> dict:
        if who not in self.people:
            gender = self.dice.choice([Gender.MALE, Gender.FEMALE])
            namer = Namer(self.dice.choice(LOCALES), seed=self.dice.randrange(1 << 30))
            first = namer.name(gender=gender).split()[0].replace("'", "")
            last = namer.surname(gender=gender).replace("'", "")
            street = self.fake.street_address()
            city = self.fake.city() if self.dice.random() < 0.5 else self.dice.choice(
                ["Chattanooga", "Eau Claire", "Spokane", "Baton Rouge", "Duluth", "Yuma", "Fort Wayne", "Bangor",
                 "El Paso", "Ann Arbor", "Pueblo", "Sioux Falls", "Macon", "Waco", "Boise", "Tulsa", "Akron"])
            self.people[who] = {
                "first": first, "last": last, "street": street, "city": city, "state": self.fake.state_abbr(),
                "zip": self.fake.zipcode(), "born": self.birthday(1, 88),
                "middle": self.dice.choice(string.ascii_uppercase),
                "mail": f"{first}.{last}".lower().encode("ascii", "ignore").decode() + str(self.dice.randrange(99))
                + "@" + self.fake.free_email_domain(),
                "user": (first[:1] + last).lower().encode("ascii", "ignore").decode()}
        return self.people[who]

    def birthday(self, least: int, most: int) -> date:
        return self.fake.date_between(TODAY.replace(year=TODAY.year - most - 1) + timedelta(days=1),
                                      TODAY.replace(year=TODAY.year - least))

    def moment(self) -> datetime:
        return self.fake.date_time_between(datetime(1970, 1, 1), datetime(2026, 11, 22))

    def digits(self, shape: str) -> str:
        """`#` a digit, `%` a digit but 0, `@` a capital letter, `x` a hexadecimal digit."""
        draw = {"#": string.digits, "%": string.digits[1:], "@": "ABCDEFGHJKLMNPRTUVWY", "x": "0123456789abcdef"}
        return "".join(self.dice.choice(draw[c]) if c in draw else c for c in shape)

    def day(self, of, form: str) -> str:
        return of.strftime(
            {"iso": "%Y-%m-%d", "us": "%m/%d/%Y", "us2": "%m/%d/%y", "long": "%B %d, %Y", "short": "%d %b %Y",
             "hl7": "%Y%m%d", "md": "%B %d", "slash": "%-m/%-d", "iso-time": "%Y-%m-%dT09:41:07Z",
             "dots": "%d.%m.%Y", "hl7-time": "%Y%m%d0941"}[form])

    def luhn(self, body: str) -> str:
        total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(body)))
        return body + str(-total % 10)

    def npi(self) -> str:
        body = self.digits("1########")
        return self.luhn("80840" + body)[5:]

    def dea(self, last: str) -> str:
        number = self.digits("######")
        check = sum(int(d) for d in number[0::2]) + 2 * sum(int(d) for d in number[1::2])
        return self.dice.choice("ABFM") + (last[:1].upper() if last[:1].isascii() else "K") + number + str(check % 10)

    def mbi(self) -> str:
        letter = "ACDEFGHJKMNPQRTUVWXY"
        draw = self.dice.choice
        return (self.digits("%") + draw(letter) + draw(letter + string.digits) + self.digits("#") + draw(letter)
                + draw(letter + string.digits) + self.digits("#") + draw(letter) + draw(letter) + self.digits("##"))

    def get(self, slot: str):
        """Text and label of a slot: `p.last`, `p.born:iso`, `mrn`, `#:shape`, `date:us`."""
        name, _, form = slot.partition(":")
        who, _, part = name.partition(".")
        if part:
            return self.of_person(self.person(who), part, form)
        fake, dice = self.fake, self.dice
        if name == "#":
            return self.digits(form), None
        if name.startswith("="):
            return self.digits(form), name[1:]
        if name == "date":
            return self.day(fake.date_between(TODAY - 3 * YEAR, TODAY), form or "us"), "date"
        if name == "stamp":
            return self.day(fake.date_between(TODAY - YEAR, TODAY), form or "iso-time"), None
        simple = {
            "ssn": lambda: (self.digits("###-##-####").replace("666", "665", 1) if form != "plain" else
                            self.digits("4########"), "ssn"),
            "mrn": lambda: (self.digits(form or dice.choice(["0#######", "######", "@######", "%########"])), "mrn"),
            "phone": lambda: (self.digits(form or dice.choice(
                ["(%##) %##-####", "%##-%##-####", "%##.%##.####", "+1 %## %## ####"])), "phone"),
            "fax": lambda: (self.digits("(%##) %##-####"), "fax"),
            "mbi": lambda: (self.mbi(), "plan"),
            "card": lambda: (fake.credit_card_number("visa16"), "card"),
            "iban": lambda: (fake.iban(), "account"),
            "npi": lambda: (self.npi(), "npi"),
            "vin": lambda: (fake.vin(), "vehicle"),
            "plate": lambda: (self.digits("@@@-####"), "vehicle"),
            "ip": lambda: (fake.ipv4_public(), "ip"), "ip6": lambda: (fake.ipv6(), "ip"),
            "mac": lambda: (fake.mac_address(), "device"),
            "uuid": lambda: (fake.uuid4(), None), "sha": lambda: (fake.sha1(), None),
            "hospital": lambda: (dice.choice([fake.city(), "Saint " + fake.first_name(), fake.last_name()]) + " "
                                 + dice.choice(KINDS), "hospital"),
            "age": lambda: (str(dice.randrange(4, 89)), None), "old": lambda: (str(dice.randrange(91, 103)), "age"),
            "weekday": lambda: (fake.day_of_week(), "relative-date"),
        }
        return simple[name]()

    def of_person(self, person: dict, part: str, form: str):
        first, last = person["first"], person["last"]
        if part == "born":
            return self.day(person["born"], form or "us"), "date"
        text, label = {
            "first": (first, "name"), "last": (last, "name"), "full": (f"{first} {last}", "name"),
            "full3": (f"{first} {person['middle']}. {last}", "name"), "list": (f"{last}, {first}", "name"),
            "list3": (f"{last}, {first} {person['middle']}", "name"), "initials": (f"{first[0]}.{last[0]}.", "tolerated"),
            "street": (person["street"], "address"), "city": (person["city"], "city"),
            "state": (person["state"], "tolerated"), "zip": (person["zip"], "zip"), "mail": (person["mail"], "email"),
            "user": (person["user"], "name"), "dea": (self.dea(last), "dea")}[part]
        text = {"u": text.upper(), "l": text.lower(), "url": text.replace(" ", "+"), "": text}[form]
        return text, label
