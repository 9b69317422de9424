//! Streets, cities, states and ZIP codes.

use super::{Dice, values::Values};

/// Letters and name of a state, and the three-digit ZIP areas that it spans.
const STATES: [(&str, &str, i64, i64); 51] = [
    ("AL", "Alabama", 350, 369),
    ("AK", "Alaska", 995, 999),
    ("AZ", "Arizona", 850, 865),
    ("AR", "Arkansas", 716, 729),
    ("CA", "California", 900, 961),
    ("CO", "Colorado", 800, 816),
    ("CT", "Connecticut", 60, 69),
    ("DE", "Delaware", 197, 199),
    ("DC", "District of Columbia", 200, 205),
    ("FL", "Florida", 320, 349),
    ("GA", "Georgia", 300, 319),
    ("HI", "Hawaii", 967, 968),
    ("ID", "Idaho", 832, 838),
    ("IL", "Illinois", 600, 629),
    ("IN", "Indiana", 460, 479),
    ("IA", "Iowa", 500, 528),
    ("KS", "Kansas", 660, 679),
    ("KY", "Kentucky", 400, 427),
    ("LA", "Louisiana", 700, 714),
    ("ME", "Maine", 39, 49),
    ("MD", "Maryland", 206, 219),
    ("MA", "Massachusetts", 10, 27),
    ("MI", "Michigan", 480, 499),
    ("MN", "Minnesota", 550, 567),
    ("MS", "Mississippi", 386, 397),
    ("MO", "Missouri", 630, 658),
    ("MT", "Montana", 590, 599),
    ("NE", "Nebraska", 680, 693),
    ("NV", "Nevada", 889, 898),
    ("NH", "New Hampshire", 30, 38),
    ("NJ", "New Jersey", 70, 89),
    ("NM", "New Mexico", 870, 884),
    ("NY", "New York", 100, 149),
    ("NC", "North Carolina", 270, 289),
    ("ND", "North Dakota", 580, 588),
    ("OH", "Ohio", 430, 459),
    ("OK", "Oklahoma", 730, 749),
    ("OR", "Oregon", 970, 979),
    ("PA", "Pennsylvania", 150, 196),
    ("RI", "Rhode Island", 28, 29),
    ("SC", "South Carolina", 290, 299),
    ("SD", "South Dakota", 570, 577),
    ("TN", "Tennessee", 370, 385),
    ("TX", "Texas", 750, 799),
    ("UT", "Utah", 840, 847),
    ("VT", "Vermont", 50, 59),
    ("VA", "Virginia", 220, 246),
    ("WA", "Washington", 980, 994),
    ("WV", "West Virginia", 247, 268),
    ("WI", "Wisconsin", 530, 549),
    ("WY", "Wyoming", 820, 831),
];

const ENDINGS: [&str; 22] = [
    "Street",
    "St",
    "St",
    "St.",
    "Avenue",
    "Ave",
    "Ave",
    "Ave.",
    "Road",
    "Rd",
    "Rd",
    "Drive",
    "Dr",
    "Lane",
    "Ln",
    "Boulevard",
    "Blvd",
    "Court",
    "Ct",
    "Way",
    "Place",
    "Circle",
];
const RARE_ENDINGS: [&str; 14] = [
    "Terrace", "Ter", "Parkway", "Pkwy", "Trail", "Trl", "Cir", "Pl", "Loop", "Run", "Crossing", "Square",
    "Plaza", "Alley",
];

/// Where somebody lives.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) street: String,
    pub(super) city: String,
    pub(super) state: &'static str,
    pub(super) state_name: &'static str,
    pub(super) zip: String,
    pub(super) county: String,
}

impl Home {
    pub(super) fn new(values: &Values, dice: &mut Dice) -> Self {
        let mut columns = dice.pick(&values.city).split('\t');
        let (city, letters) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let (zip, county) = (columns.next(), columns.next());
        let state = STATES.iter().find(|s| s.0 == letters);
        let (letters, name, low, high) = state.copied().unwrap_or(("OH", "Ohio", 430, 459));
        Self {
            street: street(values, dice),
            city: city.to_owned(),
            state: letters,
            state_name: name,
            zip: zip.map_or_else(|| format!("{:03}{}", dice.range(low, high), dice.digits(2)), str::to_owned),
            county: county.map_or_else(|| format!("{} County", dice.pick(&values.family)), str::to_owned),
        }
    }
}

fn street(values: &Values, dice: &mut Dice) -> String {
    let length = usize::try_from(dice.range(1, 5)).unwrap_or(3);
    let number = dice.number(length);
    match dice.range(0, 19) {
        0 => {
            let length = usize::try_from(dice.range(2, 5)).unwrap_or(3);
            return format!("{} {}", dice.pick(&["PO Box", "P.O. Box", "P. O. Box"]), dice.number(length));
        }
        1 => {
            let road = dice.pick(&["County Road", "State Route", "Highway", "US Hwy", "FM"]);
            return format!("{number} {road} {}", dice.range(2, 2900));
        }
        _ => {}
    }
    let side = if dice.chance(22) {
        dice.pick(&["N ", "S ", "E ", "W ", "N. ", "S. ", "North ", "South ", "East ", "West ", "NW ", "SE "])
    } else {
        ""
    };
    let name = match dice.range(0, 9) {
        0 | 1 => {
            let n = dice.range(2, 98);
            let end = match (n % 10, n % 100) {
                (1, t) if t != 11 => "st",
                (2, t) if t != 12 => "nd",
                (3, t) if t != 13 => "rd",
                _ => "th",
            };
            format!("{n}{end}")
        }
        2 | 3 => dice.pick(&values.family).to_owned(),
        _ => dice.pick(&values.street).to_owned(),
    };
    let ending = if dice.chance(85) { dice.pick(&ENDINGS) } else { dice.pick(&RARE_ENDINGS) };
    let unit = match dice.range(0, 7) {
        0 => format!(" Apt {}", dice.range(1, 40)),
        1 => format!(", Apt. {}{}", dice.range(1, 12), dice.pick(&["A", "B", "C", "D"])),
        2 if dice.chance(50) => format!(" #{}", dice.range(2, 980)),
        3 if dice.chance(50) => format!(", Unit {}", dice.range(2, 98)),
        _ => String::new(),
    };
    format!("{number} {side}{name} {ending}{unit}")
}
