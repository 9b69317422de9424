#!/usr/bin/env python3
"""Freezes the names and cities of the half of the judging set that was opened.

Run by hand, seldom, after `freeze.py`: it leaves out what the first half of the judging set has. PyPI's `mimesis` and
`zipcodes` must be installed; README.md beside this file tells their licences. The families of English-speaking
countries are few in `mimesis` and all in the first half, so the opened half draws from that list too.
"""

import json
import random
import re
from pathlib import Path

import mimesis
import zipcodes

HERE = Path(__file__).parent
# Locales that write Latin letters and that the first half has not.
ABROAD = "de-at de-ch da no is et sk es az nl-be en-ca".split()
GIVEN = (
    "Thanh Hieu Trang Duc Bich Lan Vinh Xiuying Jianhong Ruoxi Zixuan Lihua Weiming Shanice Rashad Tamika Darnell Imani "
    "Aarav Ishaan Sunita Ramesh Meenakshi Gopal Swathi Jaspreet Simran Baljit Noor Samira Bilal Tariq Leila Nasser Rania "
    "Chukwuma Ifeoma Tunde Yetunde Babajide Kwabena Esi Yaw Nyambura Kipkemboi Faith Wambui Abeba Haile Tigist Takumi Aoi "
    "Ren Hana Jiwoo Seung Eunji Dongwook Yulia Bohdan Oleksandr Iryna Kailani Makoa Sione Mele Tou Kou Blia Arash Nasrin "
    "Behrouz Gayane Tigran Yared Saba Lupita Citlali Xiomara Yadira Joaquin Eulalia Kaylee Jayceon Paisley Zyaire Keisha "
    "Marquise D'Andre Anne-Marie Sa'id Mary-Lou Jo-Ann K'Lynn Winfield Ottis Euphemia Hettie Delbert Velma Mavis Arlo "
    "Wren Sage Hunter Mason Grace Hope Will Mark Bill Rose Lily Summer Dawn Art Frank Ray Gene Pat Chase Grant Rusty"
).split()
FAMILY = (
    "Bui Duong Lam Ly Tang Mai_Xuan Chen Wang Sun Ma Hsu Tsai Fung Leung Sharma Gupta Nair Menon Bhattacharya "
    "Venkataraman Mukherjee Joshi Desai Sandhu Sidhu Rahman Chowdhury Siddiqui Qureshi Al-Masri Abu-Bakr bin_Rashid "
    "Mansour Awad Okafor Obi Chukwu Balogun Afolabi Asante Agyeman Wanjiru Kiplagat Mutua Bekele Woldemariam Negash "
    "Sato Watanabe Ito Nakagawa Lee Shin Kwon Jang Bondarenko Tkachenko Melnyk Ivanova Sargsyan Kapaona Fonoti Taufa "
    "Lor Thao Her Karimi Rostami Ahmadi Quispe Huaman Mamani Chavez-Ortiz Del_Toro De_Leon La_Croix Van_der_Berg "
    "von_Stein O'Malley D'Amico McAllister MacTavish St._Clair Manygoats Benally Nez Black_Elk Running_Bear Longoria "
    "Penn Day Love Small Strong Wise Frost Rivers Stone Banks Field Pope Bishop Barber Cook Weeks May March Friday "
    "English French London Paris Lake Berry Pepper Bass Savage Moody Payne Grief Hurt Bone Hart Foot Hand"
).split()


def names(locale, key):
    path = Path(mimesis.__file__).parent / "datasets" / locale / "person.json"
    told = json.loads(path.read_text()).get(key) or {}
    values = [n for part in told.values() for n in part] if isinstance(told, dict) else told
    return sorted({v for v in values if re.fullmatch(r"[^\W\d_][^\W\d_' -]{1,20}[^\W\d_]", v)
                   and all(ord(c) < 0x250 for c in v)})


def read(name):
    return (HERE / "judging" / f"{name}.txt").read_text().splitlines()


def write(name, values):
    (HERE / "opened" / f"{name}.txt").write_text("\n".join(sorted(values)) + "\n")


def sample(dice, values, most):
    values = sorted(values)
    return dice.sample(values, min(most, len(values)))


dice = random.Random(20270314)
write("given", sample(dice, set(names("en", "names")) - set(read("given")), 1000))
write("family", read("family"))
given, family = set(GIVEN), {name.replace("_", " ") for name in FAMILY}
for locale in ABROAD:
    given.update(sample(dice, set(names(locale, "names")) - set(read("given-abroad")), 25))
    family.update(sample(dice, set(names(locale, "surnames")) - set(read("family-abroad")), 30))
write("given-abroad", given)
write("family-abroad", family)
places = {f"{z['city']}\t{z['state']}\t{z['zip_code']}\t{z['county']}" for z in zipcodes.list_all()
          if z["zip_code_type"] == "STANDARD" and z["active"] and z["county"]
          and len(z["state"]) == 2 and z["state"] not in ("PR", "VI", "GU", "AS", "MP", "AA", "AE", "AP")
          and re.fullmatch(r"[A-Z][A-Za-z.' -]+", z["city"])}
write("city", sample(dice, places - set(read("city")), 900))
