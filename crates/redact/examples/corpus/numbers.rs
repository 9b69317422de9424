//! Numbers that identify, with their check digits where they have one.

use super::{Dice, calendar::Day, rare};

/// The digit that makes a number pass the Luhn check (ISO/IEC 7812-1).
pub(super) fn luhn(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, b)| {
            let d = u32::from(b.wrapping_sub(b'0'));
            if at % 2 == 0 { d * 2 / 10 + d * 2 % 10 } else { d }
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A valid social security number: no 000, 666 or 9xx, no 00, no 0000.
pub(super) fn ssn(dice: &mut Dice) -> String {
    let area = match dice.range(1, 899) {
        666 => 667,
        area => area,
    };
    format!("{area:03}-{:02}-{:04}", dice.range(1, 99), dice.range(1, 9999))
}

/// A ten-digit number of the North American plan: no 0 or 1 leads an area or an exchange, no N11.
fn ten(dice: &mut Dice) -> (String, String, String) {
    let three = |dice: &mut Dice| loop {
        let number = format!("{}{}", dice.range(2, 9), dice.digits(2));
        if !number.ends_with("11") {
            return number;
        }
    };
    (three(dice), three(dice), dice.digits(4))
}

/// One number a person has; written in the ways of [`phone`].
pub(super) fn line(dice: &mut Dice) -> String {
    let (a, b, c) = ten(dice);
    format!("{a}-{b}-{c}")
}

/// A telephone number in a format; without one, in any.
pub(super) fn phone(dashed: &str, format: &str, dice: &mut Dice) -> Option<String> {
    let mut parts = dashed.split('-');
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    let format = if format.is_empty() {
        dice.pick(&[
            "paren", "paren", "dash", "dash", "dash", "dot", "plus", "plusdash", "space", "one", "ext",
        ])
    } else {
        format
    };
    Some(match format {
        "paren" => format!("({a}) {b}-{c}"),
        "tight" => format!("({a}){b}-{c}"),
        "dash" => format!("{a}-{b}-{c}"),
        "dot" => format!("{a}.{b}.{c}"),
        "plus" => format!("+1 {a} {b} {c}"),
        "plusdash" => format!("+1-{a}-{b}-{c}"),
        "space" => format!("{a} {b} {c}"),
        "one" => format!("1-{a}-{b}-{c}"),
        "ext" => {
            format!("{a}-{b}-{c} {} {}", dice.pick(&["x", "ext.", "ext", "extension"]), dice.range(10, 9999))
        }
        "e164" => format!("+1{a}{b}{c}"),
        "e164url" => format!("%2B1{a}{b}{c}"),
        "digits" => format!("{a}{b}{c}"),
        "area" => a.to_owned(),
        "local" => format!("{b}{c}"),
        "intl" => abroad(dice),
        _ => return rare::phone((a, b, c), format, dice),
    })
}

fn abroad(dice: &mut Dice) -> String {
    let shape = dice.pick(&[
        "+44 20 7### ####",
        "+44 7### ######",
        "+91 9#### #####",
        "+91-98########",
        "+52 55 4### ####",
        "+49 30 #######",
        "+33 6 ## ## ## ##",
        "+86 13# #### ####",
        "+63 917 ### ####",
        "+234 803 ### ####",
        "+84 90 ### ## ##",
        "011 52 55 3### ####",
        "+353 87 ### ####",
        "+61 4## ### ###",
        "+81-3-5###-####",
        "0044 161 4## ####",
    ]);
    dice.shape(shape)
}

/// A national provider identifier: ten digits, Luhn over the prefix 80840 (45 CFR 162.406).
pub(super) fn npi(dice: &mut Dice) -> String {
    let body = format!("{}{}", dice.range(1, 2), dice.digits(8));
    format!("{body}{}", luhn(&format!("80840{body}")))
}

/// A registration number of the Drug Enforcement Administration with its check digit.
pub(super) fn dea(family: &str, dice: &mut Dice) -> String {
    let initial = family.chars().next().filter(char::is_ascii_alphabetic).unwrap_or('X').to_ascii_uppercase();
    let digits = dice.digits(6);
    let sum: u32 =
        digits.chars().enumerate().map(|(at, c)| c.to_digit(10).unwrap_or(0) * (1 + at as u32 % 2)).sum();
    format!("{}{initial}{digits}{}", dice.pick(&["A", "B", "F", "G", "M"]), sum % 10)
}

/// A vehicle identification number with its check digit (49 CFR 565.15).
pub(super) fn vin(dice: &mut Dice) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let head = dice.pick(&["1HG", "1FT", "2T1", "5YJ", "JTD", "KMH", "WBA", "3VW", "1G1", "4T1"]);
    let body = format!(
        "{head}{}0{}{}",
        dice.string(ALPHABET, 5),
        dice.string("ABCDEFGHJKLMNPRS", 2),
        dice.digits(6)
    );
    let worth = |c: char| match c {
        '0'..='9' => c as u32 - '0' as u32,
        'A'..='H' => c as u32 - 'A' as u32 + 1,
        'J'..='R' => c as u32 - 'J' as u32 + 1,
        _ => (c as u32).saturating_sub('S' as u32) + 2,
    };
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, w)| worth(c) * w).sum();
    let check = if sum % 11 == 10 { "X".to_owned() } else { (sum % 11).to_string() };
    body.chars().enumerate().map(|(at, c)| if at == 8 { check.clone() } else { c.to_string() }).collect()
}

/// A payment card number, in groups or not.
pub(super) fn card(format: &str, dice: &mut Dice) -> String {
    let (head, length) =
        *dice.pick(&[&("4", 15), &("4", 15), &("51", 15), &("55", 15), &("37", 14), &("6011", 15)]);
    let body = format!("{head}{}", dice.digits(length - head.len()));
    let number = format!("{body}{}", luhn(&body));
    let gap = match format {
        "digits" => "",
        "dash" => "-",
        "space" => " ",
        _ => dice.pick(&["", "-", " "]),
    };
    let cuts: &[usize] = if number.len() == 15 { &[4, 10] } else { &[4, 8, 12] };
    number
        .char_indices()
        .map(|(at, c)| if cuts.contains(&at) { format!("{gap}{c}") } else { c.to_string() })
        .collect()
}

/// A Medicare beneficiary identifier in the format of the Centers for Medicare & Medicaid Services.
pub(super) fn mbi(dashed: bool, dice: &mut Dice) -> String {
    let letter = |dice: &mut Dice| dice.string("ACDEFGHJKMNPQRTUVWXY", 1);
    let either = |dice: &mut Dice| dice.string("0123456789ACDEFGHJKMNPQRTUVWXY", 1);
    let gap = if dashed { "-" } else { "" };
    let first = format!("{}{}{}{}", dice.range(1, 9), letter(dice), either(dice), dice.range(0, 9));
    let second = format!("{}{}{}", letter(dice), either(dice), dice.range(0, 9));
    let third = format!("{}{}{}", letter(dice), letter(dice), dice.digits(2));
    format!("{first}{gap}{second}{gap}{third}")
}

/// A record number, in the shapes that hospitals use.
pub(super) fn mrn(dice: &mut Dice) -> String {
    let shape = dice.pick(&[
        "#######",
        "########",
        "########",
        "######",
        "MR#######",
        "M0######",
        "E########",
        "##-##-##",
        "###-##-##",
        "H######",
        "00######",
        "@@######",
        "#########",
    ]);
    dice.shape(shape)
}

/// The number of a member of a health plan.
pub(super) fn plan(dice: &mut Dice) -> String {
    let shape = dice.pick(&[
        "@@@#########",
        "W#########",
        "H########",
        "@##########",
        "##########",
        "@@@###@#####",
        "########-01",
        "MCD########",
        "U###########",
    ]);
    dice.shape(shape)
}

pub(super) fn account(dice: &mut Dice) -> String {
    let shape = dice.pick(&[
        "########",
        "##########",
        "####-######",
        "A########",
        "V##########",
        "######-##",
        "ACC-#######",
        "############",
    ]);
    dice.shape(shape)
}

/// A driver's licence, in the shapes of some states.
pub(super) fn driver(dice: &mut Dice) -> String {
    let shape = dice.pick(&[
        "@#######",
        "@###-####-####",
        "########",
        "@##-##-####",
        "@@######",
        "@############",
        "#########",
    ]);
    dice.shape(shape)
}

pub(super) fn licence(dice: &mut Dice) -> String {
    let shape = dice.pick(&[
        "MD######",
        "RN-######",
        "A#####",
        "MD-#####",
        "PA#####",
        "G#####",
        "PHY.####### ",
        "ME######",
        "036-######",
    ]);
    dice.shape(shape).trim().to_owned()
}

pub(super) fn plate(dice: &mut Dice) -> String {
    let shape = dice.pick(&["#@@@###", "@@@-####", "@@@ ####", "@@#####", "###-@@@"]);
    dice.shape(shape)
}

pub(super) fn serial(dice: &mut Dice) -> String {
    let shape = dice.pick(&[
        "SN########",
        "@@@######@",
        "######-###",
        "@#####-##",
        "NKR######S",
        "PJN######",
        "####@####",
        "BLE-######",
    ]);
    dice.shape(shape)
}

/// A unique device identification in GS1's writing (21 CFR 830).
pub(super) fn udi(today: Day, dice: &mut Dice) -> String {
    let body = format!("0{}", dice.digits(12));
    let sum: u32 = body
        .chars()
        .enumerate()
        .map(|(at, c)| c.to_digit(10).unwrap_or(0) * if at % 2 == 0 { 3 } else { 1 })
        .sum();
    let (y, m, d) = Day(today.0 - dice.range(30, 900)).civil();
    let (lot, serial) = (dice.shape("@###@"), dice.number(8));
    format!("(01){body}{}(11){:02}{m:02}{d:02}(10){lot}(21){serial}", (10 - sum % 10) % 10, y % 100)
}

pub(super) fn ipv4(dice: &mut Dice) -> String {
    loop {
        let first = dice.range(11, 223);
        if ![127, 169, 172, 192, 198, 203].contains(&first) {
            return format!("{first}.{}.{}.{}", dice.range(0, 255), dice.range(0, 255), dice.range(1, 254));
        }
    }
}

pub(super) fn ipv6(dice: &mut Dice) -> String {
    let groups: Vec<String> = (0..4).map(|_| format!("{:x}", dice.range(1, 0xffff))).collect();
    let head = dice.pick(&["2600:1700", "2001:db8", "2a02:8109", "2607:fb90"]);
    if dice.chance(40) {
        format!("{head}:{:x}::{:x}", dice.range(1, 0xfff), dice.range(1, 0xffff))
    } else {
        format!("{head}:{:x}:{:x}:{}", dice.range(1, 0xffff), dice.range(1, 0xffff), groups.join(":"))
    }
}
