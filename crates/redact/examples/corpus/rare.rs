//! Rarer forms of what identifies: numbers of other vendors, names in paths, files of pictures, templates of fingers.

use super::{
    Dice, Label, numbers,
    people::{Person, plain},
    values::Value,
};

/// A label with a shape: `#` a digit, `@` a capital letter, `*` either, `&` a digit of base 16.
pub(super) fn shaped(rest: &str, dice: &mut Dice) -> Option<Value> {
    let (word, shape) = rest.split_once('|')?;
    let mut text = String::new();
    for part in shape.split_inclusive('&') {
        text += &dice.shape(part.trim_end_matches('&'));
        if part.ends_with('&') {
            text += &dice.hex(1);
        }
    }
    let label = if word == "~" { Label::Tolerated } else { Label::from_word(word)? };
    Some(Value::new(label, text))
}

fn one(label: Label, shapes: &[&str], dice: &mut Dice) -> Value {
    let shape = dice.pick(shapes);
    Value::new(label, dice.shape(shape))
}

/// A telephone number in a rarer writing.
pub(super) fn phone((a, b, c): (&str, &str, &str), format: &str, dice: &mut Dice) -> Option<String> {
    Some(match format {
        "slash" => format!("{a}/{b}-{c}"),
        "dashparen" => format!("({a})-{b}-{c}"),
        "spaceparen" => format!("({a}) {b} {c}"),
        "x" => format!("{a}-{b}-{c}x{}", dice.range(10, 9999)),
        "parenx" => format!("({a}) {b}-{c} x{}", dice.range(10, 9999)),
        "onedot" => format!("1.{a}.{b}.{c}"),
        "oneparen" => format!("1 ({a}) {b}-{c}"),
        "plusparen" => format!("+1 ({a}) {b}-{c}"),
        "eleven" => format!("1{a}{b}{c}"),
        "parenenc" => format!("%28{a}%29%20{b}-{c}"),
        "seven" => format!("{b}-{c}"),
        "spoken" => {
            let digits = format!("{a}{b}{c}");
            let said = digits.bytes().map(|digit| match digit {
                b'0' => "zero".to_owned(),
                digit => super::days::words(i64::from(digit - b'0')),
            });
            said.collect::<Vec<_>>().join(" ")
        }
        _ => return None,
    })
}

/// A field of a person that [`Person::field`] does not know.
pub(super) fn field(person: &Person, field: &str, dice: &mut Dice) -> Option<Value> {
    use Label as L;
    let (given, family) = (&person.given, &person.family);
    let (low, last) = (plain(given), plain(family));
    let initial = given.chars().next()?;
    Some(match field {
        "lf" => Value::new(L::Name, format!("{family} {given}")),
        "lfm" => Value::new(L::Name, format!("{family},{given} {}", person.initial())),
        "fml" => Value::new(L::Name, format!("{given} {} {family}", person.initial())),
        "fi" => Value::new(L::Name, format!("{initial} {family}")),
        "firsti" => Value::new(L::Name, format!("{given} {}.", family.chars().next()?)),
        "slug" => Value::new(L::Name, format!("{low}-{last}")),
        "under" => Value::new(L::Name, format!("{last}_{low}")),
        "dotted" => Value::new(L::Name, format!("{low}.{last}")),
        "ab" => Value::new(L::Tolerated, format!("{initial}{}", family.chars().next()?)),
        "chart" => one(
            L::Mrn,
            &[
                "#######",
                "##########",
                "MRN######",
                "P-######",
                "PT#######",
                "0000######",
                "@#######",
                "####-###",
                "Z########",
                "######",
                "#########",
                "H-####-##",
                "##-####-##",
                "@@@#####",
            ],
            dice,
        ),
        "member" => one(
            L::Plan,
            &[
                "@@@############",
                "YPP###@#####",
                "R########",
                "#########01",
                "@@@@########",
                "JHU#########",
                "9########",
                "#####*###*",
                "ZGP#########",
                "W#### #####",
                "@########-##",
                "80#########",
            ],
            dice,
        ),
        "group" => one(
            L::Plan,
            &["######-###", "GRP######", "#####", "0#######", "@######", "##-#####", "7######A###"],
            dice,
        ),
        "hic" => Value::new(L::Plan, format!("{}{}", person.ssn, dice.pick(&["A", "B", "D", "T", "C1"]))),
        "acct" => one(
            L::Account,
            &["5000######", "##-########", "HAR######", "PA-####-####", "G#######", "########", "####.#####"],
            dice,
        ),
        "bank" => one(L::Account, &["##########", "############", "########", "#########"], dice),
        "fin" => one(
            L::Other,
            &["V00########", "##########", "#########", "E-####-#####", "####-#######", "I########"],
            dice,
        ),
        "case" => one(
            L::Other,
            &["##-#####", "20##-######", "C########", "##CV#####", "SR-########", "########", "WC##-####"],
            dice,
        ),
        "claim" => one(
            L::Other,
            &[
                "20##########",
                "CLM-########",
                "##############",
                "E##########",
                "####@######",
                "###-##-######",
            ],
            dice,
        ),
        "auth" => {
            one(L::Other, &["A#########", "PA-#######", "##########", "AUTH######", "R####-####"], dice)
        }
        "rx" => one(L::Other, &["#######", "#######-####", "C#######", "##-######", "RX#######"], dice),
        "badge" => one(L::Other, &["######", "E#####", "S########", "#####", "@##-####"], dice),
        "tag" => one(
            L::Vehicle,
            &["@@@####", "#@@@###", "@@# #@@", "###@@@", "@@-####", "@##-@@@", "@@@ ###", "#@@##", "##@-###"],
            dice,
        ),
        "dln" => one(
            L::Licence,
            &[
                "@########",
                "@@#######",
                "#######",
                "@############",
                "###-##-####",
                "@##-###-###-###-#",
                "########",
            ],
            dice,
        ),
        "part" => one(
            L::Device,
            &[
                "@@@######",
                "####-#####",
                "#@@##@######",
                "MDT######",
                "0000######",
                "*****-*****",
                "GM########",
            ],
            dice,
        ),
        "mac" => Value::new(L::Device, (0..6).map(|_| dice.hex(2)).collect::<Vec<_>>().join(":")),
        "iccid" => Value::new(L::Device, format!("8901{}", dice.digits(15))),
        "hichip" => Value::new(L::Device, format!("9851{}", dice.digits(11))),
        // The geocodes of where somebody lives count as the address does (164.514(b)(2)(i)(B)).
        "lat" => Value::new(L::Address, format!("{}.{}", dice.range(26, 48), dice.digits(6))),
        "lon" => Value::new(L::Address, format!("-{}.{}", dice.range(70, 123), dice.digits(6))),
        "handle" => Value::new(L::Other, format!("@{low}{}", dice.pick(&["_", ".", "", "xo", "official"]))),
        "file" => {
            let ending = dice.pick(&["jpg", "JPG", "jpeg", "png", "heic", "webp", "bmp"]);
            let name = match dice.range(0, 6) {
                0 => dice.shape("IMG_####"),
                1 => dice.shape("DSC#####"),
                2 => format!("{}-portrait", dice.hex(12)),
                3 => format!("{last}-{low}-{}", dice.pick(&["front", "face", "id", "left_profile"])),
                4 => dice.shape("patient_########_photo"),
                5 => dice.shape("PXL_20240#1#_######"),
                _ => format!("{}_{}", dice.number(7), dice.pick(&["mugshot", "face", "selfie", "badge"])),
            };
            Value::new(L::Photo, format!("{name}.{ending}"))
        }
        "bio" => match dice.range(0, 4) {
            0 => Value::new(L::Biometric, format!("FMR{}", dice.hex(24).to_uppercase())),
            1 => Value::new(
                L::Biometric,
                format!(
                    "{}==",
                    dice.string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 42)
                ),
            ),
            2 => one(L::Biometric, &["IRIS-L-########", "VP-####-####", "fp_########", "BIO########"], dice),
            3 => Value::new(L::Biometric, dice.hex(40)),
            _ => Value::new(L::Biometric, format!("tpl:{}", dice.hex(16))),
        },
        "npi2" => Value::new(L::Npi, numbers::npi(dice)),
        _ => return None,
    })
}
