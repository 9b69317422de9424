//! People: who they are stays the same in one document, how they are written does not.

use super::{
    Dice, Label,
    calendar::Day,
    numbers,
    places::Home,
    rare,
    values::{Value, Values},
};

/// Somebody, with the numbers that others gave them.
pub(super) struct Person {
    pub(super) given: String,
    middle: String,
    pub(super) family: String,
    male: bool,
    birth: Day,
    home: Home,
    pub(super) ssn: String,
    mrn: String,
    plan: String,
    account: String,
    phone: String,
    mobile: String,
    fax: String,
    user: String,
    mail: String,
    ip: String,
    employer: String,
    today: Day,
}

impl Person {
    pub(super) fn new(today: Day, values: &Values, dice: &mut Dice) -> Self {
        let abroad = dice.chance(28);
        let given = dice.pick(if abroad { &values.given_abroad } else { &values.given }).to_owned();
        let one = |dice: &mut Dice| {
            let foreign = dice.chance(if abroad { 85 } else { 8 });
            dice.pick(if foreign { &values.family_abroad } else { &values.family }).to_owned()
        };
        let mut family = one(dice);
        if dice.chance(4) {
            family = format!("{family}-{}", one(dice));
        } else if dice.chance(2) {
            family = format!("{}{family}", dice.pick(&["O'", "Mc", "De La ", "van der ", "St. ", "Di"]));
        }
        let years = if dice.chance(8) { dice.range(90, 103) } else { dice.range(1, 89) };
        let birth = Day(today.0 - years * 365 - dice.range(30, 364));
        let (low, last) = (plain(&given), plain(&family));
        let initial = low.get(..1).unwrap_or("x").to_owned();
        let user = match dice.range(0, 4) {
            0 => format!("{initial}{last}"),
            1 => format!("{low}.{last}"),
            2 => format!("{initial}{last}{}", dice.range(1, 99)),
            3 => format!("{low}{}", birth.civil().0),
            _ => format!("{low}_{last}"),
        };
        let host = dice.pick(&[
            "gmail.com",
            "yahoo.com",
            "hotmail.com",
            "outlook.com",
            "icloud.com",
            "aol.com",
            "comcast.net",
            "proton.me",
        ]);
        let mail = if dice.chance(20) {
            format!("{low}.{last}+{}@{host}", dice.pick(&["clinic", "health", "md"]))
        } else {
            format!("{user}@{host}")
        };
        Self {
            given,
            middle: dice.pick(&values.given).to_owned(),
            family,
            male: dice.chance(50),
            birth,
            home: Home::new(values, dice),
            ssn: numbers::ssn(dice),
            mrn: numbers::mrn(dice),
            plan: numbers::plan(dice),
            account: numbers::account(dice),
            phone: numbers::line(dice),
            mobile: numbers::line(dice),
            fax: numbers::line(dice),
            user,
            mail,
            ip: numbers::ipv4(dice),
            employer: dice.pick(&values.employer).to_owned(),
            today,
        }
    }

    /// The day of birth.
    pub(super) const fn birthday(&self) -> Day {
        self.birth
    }

    /// What tells this person from the others of a document.
    pub(super) fn key(&self) -> &str {
        &self.ssn
    }

    pub(super) fn initial(&self) -> &str {
        self.middle.get(..1).unwrap_or("J")
    }

    fn years(&self) -> i64 {
        (self.today.0 - self.birth.0) * 100 / 36_525
    }

    fn full(&self, dice: &mut Dice) -> String {
        let (given, family) = (&self.given, &self.family);
        match dice.range(0, 9) {
            0 | 1 => format!("{given} {}. {family}", self.initial()),
            2 => format!("{given} {} {family}", self.middle),
            3 if self.male && dice.chance(40) => {
                format!("{given} {family} {}", dice.pick(&["Jr.", "Jr", "III", "Sr."]))
            }
            _ => format!("{given} {family}"),
        }
    }

    /// A field by its name, in a format if the slot asks for one.
    pub(super) fn field(&self, field: &str, format: &str, dice: &mut Dice) -> Option<Value> {
        use Label as L;
        let (given, family) = (&self.given, &self.family);
        Some(match field {
            "first" => Value::new(L::Name, given),
            "last" => Value::new(L::Name, family),
            "middle" => Value::new(L::Name, &self.middle),
            // A letter alone in a field of its own: fine either way.
            "mi" => Value::new(L::Tolerated, self.initial()),
            "full" => Value::new(L::Name, self.full(dice)),
            "two" => Value::new(L::Name, format!("{given} {family}")),
            "comma" => Value::new(
                L::Name,
                match dice.range(0, 2) {
                    0 => format!("{family}, {given} {}", self.initial()),
                    _ => format!("{family}, {given}"),
                },
            ),
            "initials" => Value::new(L::Name, format!("{}. {family}", given.chars().next()?)),
            "title" => Value::plain(match (self.male, dice.range(0, 5)) {
                (true, _) => "Mr.",
                (false, 0) => "Miss",
                (false, 1 | 2) => "Ms.",
                (false, _) => "Mrs.",
            }),
            "he" => Value::plain(if self.male { "he" } else { "she" }),
            "He" => Value::plain(if self.male { "He" } else { "She" }),
            "his" => Value::plain(if self.male { "his" } else { "her" }),
            "sex" => Value::plain(if self.male { "male" } else { "female" }),
            "sx" => Value::plain(if self.male { "M" } else { "F" }),
            "man" => Value::plain(if self.male { "man" } else { "woman" }),
            "dob" => self.birth.value(format, dice)?,
            "birthyear" => Value::plain(self.birth.civil().0.to_string()),
            // Ages up to 89 may stay.
            "age" => Value {
                label: (self.years() > 89).then_some(L::Age),
                ..Value::plain(self.years().to_string())
            },
            "old" => Value::new(L::Age, dice.range(90, 104).to_string()),
            "ssn" => Value::new(
                L::Ssn,
                match format {
                    "digits" => self.ssn.replace('-', ""),
                    "space" => self.ssn.replace('-', " "),
                    "last4" => self.ssn.get(7..)?.to_owned(),
                    "stars" => format!("***-**-{}", self.ssn.get(7..)?),
                    _ => self.ssn.clone(),
                },
            ),
            "mrn" => Value::new(L::Mrn, &self.mrn),
            "plan" => Value::new(L::Plan, &self.plan),
            "mbi" => Value::new(L::Plan, numbers::mbi(format == "dash", dice)),
            "medicaid" => Value::new(L::Plan, medicaid(dice)),
            "account" => Value::new(L::Account, &self.account),
            "iban" => Value::new(L::Account, dice.shape("DE## #### #### #### #### ##")),
            "routing" => Value::new(L::Account, format!("0{}", dice.digits(8))),
            "card" => Value::new(L::Card, numbers::card(format, dice)),
            "phone" => Value::new(L::Phone, numbers::phone(&self.phone, format, dice)?),
            "mobile" => Value::new(L::Phone, numbers::phone(&self.mobile, format, dice)?),
            "fax" => Value::new(L::Fax, numbers::phone(&self.fax, format, dice)?),
            "mail" => Value::new(L::Email, &self.mail),
            "work" => Value::new(
                L::Email,
                format!(
                    "{}@{}",
                    self.user,
                    dice.pick(&["mercyvalley.org", "northgate-health.com", "ucmed.edu", "lakesidefp.net"])
                ),
            ),
            "user" => Value::new(L::Other, &self.user),
            "npi" => Value::new(L::Npi, numbers::npi(dice)),
            "dea" => Value::new(L::Dea, numbers::dea(family, dice)),
            "licence" => Value::new(L::Licence, numbers::licence(dice)),
            "driver" => Value::new(L::Licence, numbers::driver(dice)),
            "passport" => Value::new(L::Other, dice.shape("@########")),
            "vin" => Value::new(L::Vehicle, numbers::vin(dice)),
            "plate" => Value::new(L::Vehicle, numbers::plate(dice)),
            "serial" => Value::new(L::Device, numbers::serial(dice)),
            "udi" => Value::new(L::Device, numbers::udi(self.today, dice)),
            "imei" => {
                let body = format!("35{}", dice.digits(12));
                Value::new(L::Device, format!("{body}{}", numbers::luhn(&body)))
            }
            "ip" => Value::new(L::Ip, &self.ip),
            "ip6" => Value::new(L::Ip, numbers::ipv6(dice)),
            "url" => Value::new(
                L::Url,
                format!(
                    "https://{}/{}",
                    dice.pick(&[
                        "www.facebook.com",
                        "linkedin.com/in",
                        "instagram.com",
                        "caringbridge.org/visit",
                        "gofundme.com/f"
                    ]),
                    self.user
                ),
            ),
            "site" => Value::new(L::Url, format!("www.{}{}.com", plain(given), plain(family))),
            "photo" => Value::new(
                L::Photo,
                format!(
                    "{}_{}.{}",
                    plain(family),
                    dice.pick(&["face", "headshot", "wound", "id_front", "profile"]),
                    dice.pick(&["jpg", "jpeg", "png"])
                ),
            ),
            "finger" => Value::new(L::Biometric, dice.shape("FP-####-****##")),
            "template" => Value::new(L::Biometric, dice.hex(32)),
            "street" => Value::new(L::Address, &self.home.street),
            "city" => Value::new(L::City, &self.home.city),
            "county" => Value::new(L::City, &self.home.county),
            "state" => Value::new(L::Tolerated, self.home.state),
            "statename" => Value::new(L::Tolerated, self.home.state_name),
            "zip" => zip(&self.home.zip, format, dice),
            "employer" => Value::new(L::Tolerated, &self.employer),
            _ => return rare::field(self, field, dice),
        })
    }
}

/// The first three digits may stay (45 CFR 164.514(b)(2)(i)(B)), unless few people live there; those are rare here.
fn zip(five: &str, format: &str, dice: &mut Dice) -> Value {
    let text = match format {
        "nine" => format!("{five}-{}", dice.digits(4)),
        "nine0" => format!("{five}{}", dice.digits(4)),
        "five" => five.to_owned(),
        _ if dice.chance(15) => format!("{five}-{}", dice.digits(4)),
        _ => five.to_owned(),
    };
    Value { keep: vec![(0, 3)], ..Value::new(Label::Zip, text) }
}

/// A name as it is in addresses and logins: lower-case ASCII letters.
pub(super) fn plain(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            'a'..='z' => Some(c),
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => Some('a'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => Some('e'),
            'í' | 'ì' | 'ï' | 'ı' | 'î' => Some('i'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => Some('o'),
            'ú' | 'ù' | 'û' | 'ü' | 'ů' => Some('u'),
            'ç' | 'č' | 'ć' => Some('c'),
            'ñ' | 'ń' => Some('n'),
            'š' | 'ş' | 'ś' => Some('s'),
            'ž' | 'ż' | 'ź' => Some('z'),
            'ł' => Some('l'),
            'ğ' => Some('g'),
            'ř' => Some('r'),
            'ý' => Some('y'),
            _ => None,
        })
        .collect();
    if plain.is_empty() { "guest".to_owned() } else { plain }
}

fn medicaid(dice: &mut Dice) -> String {
    let shape = dice.pick(&["@@#####@", "#########", "##########", "############"]);
    dice.shape(shape)
}
