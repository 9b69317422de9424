//! What further systems call people by: record numbers of many makers, days in the notations of programs, numbers as
//! they are spoken; and what clinics write that looks like them.
//!
//! Slots with an `@` come here. `pt@mrn` belongs to a person and stays the same in a document, `@near:rfc` to nobody.

use super::{Dice, Label, calendar::Day, days, numbers, people::Person, values::Value};

fn line(list: &str, dice: &mut Dice) -> String {
    let lines: Vec<&str> = list.lines().collect();
    dice.pick(&lines).to_owned()
}

/// Words and codes that are no identifiers.
pub(super) fn word(kind: &str, dice: &mut Dice) -> Option<String> {
    Some(match kind {
        "med" => line(include_str!("values/opened/medicine.txt"), dice),
        "sign" => line(include_str!("values/opened/sign.txt"), dice),
        "bug" => line(include_str!("values/opened/organism.txt"), dice),
        "payer" => line(include_str!("values/opened/payer.txt"), dice),
        _ => return None,
    })
}

/// A slot with an `@`: of a person, or of nobody.
pub(super) fn value(
    person: Option<&Person>,
    field: &str,
    format: &str,
    today: Day,
    dice: &mut Dice,
) -> Option<Value> {
    match field {
        "date" => return day(Day(today.0 - dice.range(20, 3000)), format, dice),
        "near" => return day(Day(today.0 - dice.range(0, 21)), format, dice),
        "future" => return day(Day(today.0 + dice.range(1, 90)), format, dice),
        _ => {}
    }
    let Some(person) = person else { return number(field, format, dice) };
    match field {
        "dob" => day(person.birthday(), format, dice),
        "name" => named(person, format, dice),
        _ => {
            // The same number for the same person, however often a document has it.
            let path: Vec<u64> = person.key().bytes().chain(field.bytes()).map(u64::from).collect();
            number(field, format, &mut Dice::new(1, &path))
        }
    }
}

/// Ways to write a name that depend on the system, not on the person.
fn named(person: &Person, format: &str, dice: &mut Dice) -> Option<Value> {
    let part = |field: &str, dice: &mut Dice| person.field(field, "", dice).map(|value| value.text);
    let (first, last) = (part("first", dice)?, part("last", dice)?);
    let letter = |name: &str| name.chars().next().map(String::from).unwrap_or_default();
    Some(Value::new(
        Label::Name,
        match format {
            // As a letter that greets, or a screen in a waiting room has it.
            "short" => format!("{first} {}.", letter(&last)),
            "letters" => format!("{}{}", letter(&first), letter(&last)),
            "dots" => format!("{}.{}.", letter(&first), letter(&last)),
            "screen" => format!("{}, {}", last.to_uppercase(), first.to_uppercase()),
            "low" => format!("{} {}", first.to_lowercase(), last.to_lowercase()),
            "upper" => format!("{} {}", first.to_uppercase(), last.to_uppercase()),
            "file" => format!("{}_{}", last.replace([' ', '\'', '.'], ""), first.replace([' ', '\''], "")),
            "camel" => {
                format!("{}{}", first.replace([' ', '\'', '-'], ""), last.replace([' ', '\'', '.', '-'], ""))
            }
            "poss" => format!("{first} {last}'s"),
            _ => return None,
        },
    ))
}

fn number(field: &str, format: &str, dice: &mut Dice) -> Option<Value> {
    let (label, shapes): (Label, &[&str]) = match field {
        "mrn" => (
            Label::Mrn,
            &[
                "Z#######",
                "10######-#",
                "####-####",
                "@@@-######",
                "#-###-###",
                "P########",
                "######@",
                "##########",
                "E##########",
                "PT-######",
                "#####",
                "00#######",
                "@##-##-##",
                "7#######",
                "SVH######",
                "#######-@",
            ],
        ),
        "plan" => (
            Label::Plan,
            &[
                "@@@###@#####",
                "R########",
                "JQU###M#####",
                "9########-02",
                "@@@##########",
                "M##########",
                "#########-##",
                "K########*",
                "1EG#TE#MK##",
                "@@#######@",
                "###########",
                "TRC#########",
                "*******####",
                "80#########",
            ],
        ),
        "account" => (
            Label::Account,
            &[
                "60########",
                "H##########",
                "HAR-#######",
                "@@######",
                "#########",
                "G-######",
                "##-########",
                "4###-####-##",
            ],
        ),
        "visit" => (
            Label::Other,
            &["3#########", "V########", "ENC-########", "1#######-#", "##########", "CSN#########"],
        ),
        "claim" => (
            Label::Other,
            &[
                "2#############",
                "CLM########",
                "E#####@###",
                "##########-##",
                "20##############",
                "@@##########",
            ],
        ),
        "rx" => (Label::Other, &["#######", "6######-#####", "RX#######", "@#######", "########"]),
        "order" => (Label::Other, &["#########", "ORD-########", "@@######", "########^EPC", "LAB#######"]),
        "specimen" => (
            Label::Other,
            &["S##-#####", "@##-######", "##-###-#####", "M##########", "SP-##-####", "CY##-####"],
        ),
        "driver" => (
            Label::Licence,
            &[
                "@###-###-##-###-#",
                "#######",
                "@@@-##-####",
                "@########",
                "##@@@####",
                "@@@**@###@#",
                "DL#######",
                "###-##-###",
            ],
        ),
        "licence" => (
            Label::Licence,
            &[
                "RN#######",
                "LCSW #####",
                "0101######",
                "PT-#####",
                "DO.000####",
                "C#-#####",
                "25MA########",
                "TX-@####",
                "RPH######",
            ],
        ),
        "plate" => (
            Label::Vehicle,
            &["@@@ ###", "###@@@", "@##-@@@", "@@ #####", "#@@#@#", "### @@@", "@@@####", "##@-@##"],
        ),
        "serial" => (
            Label::Device,
            &[
                "@@#######",
                "##########",
                "#####-#####",
                "JNQ######H",
                "@@@##-####-@",
                "1000######",
                "C###-#####",
                "7@##@#####",
                "DEV######",
            ],
        ),
        "badge" => (Label::Other, &["WB########", "*####*##", "#########"]),
        "passport" => (Label::Other, &["#########", "@########", "C########"]),
        "visa" => (Label::Other, &["A#########", "A##-###-###"]),
        "case" => (Label::Other, &["ME-####-##", "##-CR-#####", "ED##-######", "WC-######", "C#########"]),
        "study" => (Label::Other, &["ABX-###-####", "S###-##", "1##-0##", "PX##########"]),
        "voice" => (Label::Biometric, &["vp_**********##", "VP-########", "voice-######"]),
        "iris" => (Label::Biometric, &["IRIS-***-####", "BIO#########", "ir**##**##**##"]),
        "photo" => (
            Label::Photo,
            &["IMG_20######_####.jpg", "DSC0####.JPG", "pt########.png", "face-######.jpeg", "P#######.heic"],
        ),
        "taxid" => (Label::Ssn, &["9##-7#-####"]),
        "ssnspoken" => {
            let ssn = numbers::ssn(dice);
            return Some(Value::new(Label::Ssn, spoken(&ssn, format)));
        }
        "phonespoken" => {
            let line = numbers::line(dice);
            return Some(Value::new(Label::Phone, spoken(&line, format)));
        }
        "mrnspoken" => {
            let digits = dice.number(7);
            return Some(Value::new(Label::Mrn, spoken(&digits, format)));
        }
        _ => return None,
    };
    let shape = dice.pick(shapes);
    Some(Value::new(label, dice.shape(shape)))
}

/// Digit by digit, as somebody reads a number out; a pause where a dash is.
fn spoken(number: &str, format: &str) -> String {
    let mut out = String::new();
    for c in number.chars() {
        let word = match c.to_digit(10) {
            Some(0) if format == "oh" => "oh",
            Some(d) => days::UNITS.get(d as usize).copied().unwrap_or_default(),
            None => {
                out.push_str(if format == "pause" { "..." } else { "," });
                continue;
            }
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out += word;
    }
    out
}

/// A day in a notation that [`Day::value`] has not; year and time of day may stay.
fn day(day: Day, format: &str, dice: &mut Dice) -> Option<Value> {
    let (y, m, d) = day.civil();
    let month = day.month();
    let (mon, week) = (month.get(..3)?, day.weekday().get(..3)?);
    let (h, min, s) = (dice.range(6, 19), dice.range(0, 59), dice.range(0, 59));
    let (milli, half) = (dice.digits(3), if h < 12 { "AM" } else { "PM" });
    let twelve = if h > 12 { h - 12 } else { h };
    // `{` and `}` stand around what may stay.
    let text = match format {
        "isoms" => format!("{{{y}}}-{m:02}-{d:02}{{T{h:02}:{min:02}:{s:02}.{milli}Z}}"),
        "isoz" => format!("{{{y}}}-{m:02}-{d:02}{{T{h:02}:{min:02}:{s:02}+00:00}}"),
        "isomin" => format!("{{{y}}}-{m:02}-{d:02}{{T{h:02}:{min:02}}}"),
        "rfc" => format!("{week}, {d:02} {mon} {{{y}}}{{ {h:02}:{min:02}:{s:02} -0500}}"),
        "mail" => format!("{week}, {mon} {d}, {{{y}}}{{ at {twelve}:{min:02} {half}}}"),
        "ctime" => format!("{week} {mon} {d:>2}{{ {h:02}:{min:02}:{s:02} }}{{{y}}}"),
        "java" => format!("{week} {mon} {d:02}{{ {h:02}:{min:02}:{s:02} EST }}{{{y}}}"),
        "ustime" => format!("{m}/{d}/{{{y}}}{{ {twelve}:{min:02}:{s:02} {half}}}"),
        "usmin" => format!("{m:02}/{d:02}/{{{y}}}{{ {h:02}:{min:02}}}"),
        "chart" => format!("{m:02}/{d:02}/{{{:02}}}{{ {h:02}{min:02}}}", y % 100),
        "mssql" => format!("{mon} {d:>2} {{{y}}}{{ {twelve}:{min:02}{half}}}"),
        "sqlms" => format!("{{{y}}}-{m:02}-{d:02}{{ {h:02}:{min:02}:{s:02}.{milli}}}"),
        "hl7z" => format!("{{{y}}}{m:02}{d:02}{{{h:02}{min:02}{s:02}-0500}}"),
        "hl7ms" => format!("{{{y}}}{m:02}{d:02}{{{h:02}{min:02}{s:02}.{milli}}}"),
        "usdot" => format!("{m:02}.{d:02}.{{{y}}}"),
        "dmy2" => format!("{d:02}/{m:02}/{{{y}}}"),
        "dmonyy" => format!("{d:02} {mon} {{{:02}}}", y % 100),
        "monyy" => format!("{mon} '{{{:02}}}", y % 100),
        "monupper" => format!("{d:02}{}{{{y}}}", mon.to_uppercase()),
        "dashes" => format!("{m}-{d}-{{{:02}}}", y % 100),
        "url" => format!("{m:02}%2F{d:02}%2F{{{y}}}"),
        "urliso" => format!("{{{y}}}-{m:02}-{d:02}{{T{h:02}%3A{min:02}%3A{s:02}}}"),
        "tuple" => format!("{{{y}}}, {m}, {d}"),
        "tight" => format!("{{{y}}},{m},{d}"),
        "six" => format!("{{{:02}}}{m:02}{d:02}", y % 100),
        "mdyeight" => format!("{m:02}{d:02}{{{y}}}"),
        "epochms" => format!("{}000", day.0 * 86_400 + h * 3600 + min * 60),
        "epoch" => format!("{}", day.0 * 86_400),
        "spoken" => {
            let ordinal = days::ordinal(d);
            format!("{} {ordinal} {{{}}}", month.to_lowercase(), days::year_spoken(y))
        }
        "spokenday" => {
            let ordinal = days::ordinal(d);
            format!("{} {ordinal}", month.to_lowercase())
        }
        "spokenof" => {
            let ordinal = days::ordinal(d);
            format!("{ordinal} of {month}")
        }
        "low" => format!("{} {d}", mon.to_lowercase()),
        "lowlong" => format!("{} {d} {{{y}}}", month.to_lowercase()),
        "spanish" => {
            let months = [
                "enero",
                "febrero",
                "marzo",
                "abril",
                "mayo",
                "junio",
                "julio",
                "agosto",
                "septiembre",
                "octubre",
                "noviembre",
                "diciembre",
            ];
            let name = usize::try_from(m - 1).ok().and_then(|at| months.get(at).copied())?;
            format!("{d} de {name} de {{{y}}}")
        }
        _ => return None,
    };
    let (mut plain, mut keep) = (String::new(), Vec::new());
    for c in text.chars() {
        match c {
            '{' => keep.push((plain.len(), plain.len())),
            '}' => keep.last_mut()?.1 = plain.len(),
            c => plain.push(c),
        }
    }
    Some(Value { keep, ..Value::new(Label::Date, plain) })
}
