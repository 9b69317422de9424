//! What the name of a field tells of its value.

mod bodies;
mod known;
mod more;
mod names;
mod numbers;
mod parts;
mod records;
mod systems;
mod veto;

pub(crate) use bodies::{about_person, cared_for, of_birth};
use bodies::{biometric, pictured};
pub(crate) use known::Known;
use names::{address, name};
use numbers::number;
pub(crate) use parts::parts;
pub(crate) use systems::{Side, of_somebody, side};
use veto::is;

use crate::{
    Identifier,
    words::{
        HASH_START, compounds, hash_extend,
        vocabulary::{self as v, Roles},
        words,
    },
};

/// What a key announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nothing.
    None,
    /// The value is this.
    Is(Identifier),
    /// The value is this if the line is about a person, or in prose.
    Weak(Identifier),
    /// The value is this if the line is about a person, or if it has the form of such a number.
    Formed(Identifier),
    /// The value is some number of a person if the line is about one and the value has the form of such a number.
    Loose,
    /// The value is a person if it looks like a name.
    Person,
    /// The value is a date if it looks like one.
    Day,
    /// The value is the name of an account.
    User,
    /// The value is that if the line is about a person.
    Staff,
    /// The value is prose about a patient.
    Prose,
    /// The value is a timestamp, a version or the like of a machine.
    Machine,
    /// The value is a name if it is written like one; if the key is not sure, only in a line about a person, or beside
    /// the other part of a name.
    Part(bool),
    /// The value is the month or the day of a birth in a field of its own, or all of it.
    Element,
    /// The value is an account or a page of somebody on a social network; if the key is not sure, a page may be anybody's.
    Social(bool),
}

/// The roles of a key's parts, together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Read {
    all: Roles,
    last: Roles,
    count: usize,
    /// Roles of the key written as one word.
    whole: Roles,
    whole_hash: u64,
    /// Roles of the parts that need no company.
    sure: Roles,
    /// Roles of the parts that announce a number by themselves.
    direct: Roles,
    /// The last part, abbreviations written out.
    last_hash: u64,
    first_hash: u64,
    first_roles: Roles,
    /// How many parts are of pictures.
    pictures: usize,
    /// Whether a part is of what machines number.
    vetoed: bool,
    /// Whether a part is of what catalogues number.
    coded: bool,
    /// Whether a part is of what happens to a patient, and none of a date.
    happens: bool,
    /// Whether a part is of what happens to a patient and is numbered.
    happening: bool,
}

fn read(key: &[u8]) -> Read {
    let vocabulary = v::vocabulary();
    let mut read = Read { whole_hash: HASH_START, ..Read::default() };
    for part in parts(key) {
        let mut hash = crate::words::hash(part);
        let mut roles = vocabulary.get(hash);
        let mut word = part;
        // `pat_id`, `MBR_NBR`: an abbreviation only as a part of a key.
        if roles & v::ABBR != 0
            && part.len() < key.len()
            && let Some(full) = compounds::full(hash)
        {
            word = full.as_bytes();
            hash = crate::words::hash(word);
            roles = vocabulary.get(hash);
        }
        read.whole_hash = hash_extend(read.whole_hash, word);
        read.all |= roles;
        read.last = roles;
        read.last_hash = hash;
        if read.count == 0 {
            (read.first_hash, read.first_roles) = (hash, roles);
        }
        read.count += 1;
        read.pictures += usize::from(roles & v::PHOTO != 0);
        read.vetoed |= veto::holds(hash);
        read.coded |= veto::coded(hash);
        read.happening |= systems::happens(hash);
        read.happens |= roles & v::EVENT != 0 && roles & v::DATE == 0;
        if roles & v::LOOK != 0 {
            read.sure |= roles;
        }
        if roles & v::DIRECT != 0 {
            read.direct |= roles;
        }
    }
    read.whole = vocabulary.get(read.whole_hash);
    if read.whole & v::LOOK != 0 {
        read.sure |= read.whole;
    }
    read
}

/// What a key announces, in an object that itself is the value of `parent`.
pub(crate) fn classify(key: &[u8], parent: &[u8]) -> Class {
    if key.is_empty() || key.len() > 128 {
        return Class::None;
    }
    // `Acct#`.
    if let Some(noun) = key.strip_suffix(b"#").filter(|noun| noun.len() > 1) {
        return classify_joined(noun, b"no");
    }
    let read = read(key);
    if read.count == 0 {
        return Class::None;
    }
    let around = if parent.is_empty() { Read::default() } else { self::read(parent) };
    // The last four digits of a social security number.
    if key.ends_with(b"4") && is(read.whole_hash, words!["last", "lastdigits", "lastfour"]) {
        return Class::Weak(Identifier::Ssn);
    }
    let class = of(&read, &around);
    match unprefixed(key) {
        Some(rest) if !matches!(class, Class::Is(_) | Class::Machine) => match classify(rest, parent) {
            Class::None => class,
            own => own,
        },
        _ => class,
    }
}

/// The rest of a header's name that begins as those of one's own do: `X-Order-No`, `HTTP_X_ENC_NO` (RFC 6648).
fn unprefixed(key: &[u8]) -> Option<&[u8]> {
    let key = key.strip_prefix(b"HTTP_").unwrap_or(key);
    match key {
        // `X-Ray-Date` is of a picture.
        [b'x' | b'X', b'-' | b'_', rest @ ..]
            if rest.len() > 2 && !rest.get(..3).is_some_and(|ray| ray.eq_ignore_ascii_case(b"ray")) =>
        {
            Some(rest)
        }
        _ => None,
    }
}

/// What two words announce together: `{"license":{"number":…}}`, `policy #`.
pub(crate) fn classify_joined(first: &[u8], second: &[u8]) -> Class {
    let mut joined = [b'_'; 96];
    let begin = first.len() + 1;
    let length = begin + second.len();
    if let Some(head) = joined.get_mut(..first.len()) {
        head.copy_from_slice(first);
    }
    if let Some(tail) = joined.get_mut(begin..length) {
        tail.copy_from_slice(second);
    }
    joined.get(..length).map_or(Class::None, |key| classify(key, b""))
}

fn of(key: &Read, around: &Read) -> Class {
    match systems::of_people(key, around) {
        // What is surely a name by the roles of its words is one however it is written.
        Some(Class::Part(sure)) => {
            return match by_roles(key, around) {
                Class::Is(Identifier::Name) => Class::Is(Identifier::Name),
                _ => Class::Part(sure),
            };
        }
        Some(class) => return class,
        None => {}
    }
    match by_roles(key, around) {
        // What is surer by the roles of its words stays.
        class @ (Class::None | Class::Weak(_) | Class::Loose | Class::Staff | Class::Day) => {
            systems::numbered(key, around).unwrap_or(class)
        }
        class => class,
    }
}

fn by_roles(key: &Read, around: &Read) -> Class {
    use Identifier as I;
    let all = key.all | key.whole;
    let has = |roles: Roles| all & roles != 0;
    let sure = |roles: Roles| key.sure & roles != 0;
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    let id = has(v::IDWORD) || key.whole & v::DIRECT != 0;
    let around_all = around.all | around.whole;
    let person = (all | around_all) & (v::SUBJECT | v::PERSON | v::KIN) != 0;
    let machine = has(v::MACHINE);
    // When an auditor's own record was written (DICOM PS3.15, A.5.1).
    if whole_is(words!["eventdatetime", "eventtimestamp"])
        // When a package was built and installed.
        || key.count == 2
            && is(key.first_hash, words!["build", "install", "compile", "commit", "kernel", "bios", "firmware", "package"])
            && is(key.last_hash, words!["date", "time", "datetime"])
    {
        return Class::Machine;
    }
    // The fingerprint of a key.
    if key.count > 1
        && is(key.last_hash, words!["fingerprint", "thumbprint"])
        && is(
            key.first_hash,
            words!["cert", "certificate", "ca", "tls", "ssl", "ssh", "gpg", "pgp", "key", "host", "pubkey"],
        )
    {
        return Class::Machine;
    }
    if bodies::of_keys_too(key) {
        return Class::Formed(I::Biometric);
    }
    if sure(v::BIOMETRIC) || biometric(key, around) {
        return Class::Is(I::Biometric);
    }
    if pictured(key, around)
        || sure(v::PHOTO) && is(key.last_hash, words!["file", "path", "uri", "key"])
        || sure(v::PHOTO) && !(machine && !has(v::SUBJECT))
        || has(v::PHOTO) && has(v::SUBJECT)
    {
        return Class::Is(I::Photo);
    }
    if sure(v::SSN) && !whole_is(words!["ss", "ssa"])
        || whole_is(words!["taxid", "taxpayerid", "socialsecurity", "socialsecurityno"])
    {
        return Class::Is(I::Ssn);
    }
    if has(v::BIRTH) {
        return match () {
            () if has(v::PLACE) || whole_is(words!["birthplace", "placeofbirth"]) => Class::Is(I::City),
            () if whole_is(words![
                "birthyear",
                "yearofbirth",
                "birthweight",
                "birthorder",
                "birthsex",
                "birthgender",
                "birthlength"
            ]) =>
            {
                Class::None
            }
            () if has(v::NAMED) => Class::Is(I::Name),
            () if is(key.last_hash, words!["year", "yyyy", "yr"]) && key.count <= 3 => Class::None,
            () if element(key) => Class::Element,
            () => Class::Is(I::Date),
        };
    }
    // `"birth":{"month":3,"day":14}`.
    if (around.all | around.whole) & v::BIRTH != 0 && key.count == 1 && element(key) {
        return Class::Element;
    }
    if whole_is(words!["email", "emailaddress", "mailto", "emailaddr"])
        || has(v::EMAIL) && !machine && !has(v::ADDRESS) && !whole_is(words!["mail"])
    {
        return Class::Is(I::Email);
    }
    if sure(v::FAX) {
        return Class::Is(I::Fax);
    }
    if sure(v::PHONE) && !(machine && !has(v::SUBJECT))
        || whole_is(words![
            "contactnumber",
            "callbacknumber",
            "pager",
            "callernumber",
            "callback",
            "contactno",
            "msisdn",
            "ph",
            "callerid"
        ])
    {
        return Class::Is(I::Phone);
    }
    if has(v::NETWORK)
        || whole_is(words![
            "clientaddr",
            "remoteaddr",
            "remoteaddress",
            "peeraddress",
            "clientaddress",
            "xforwardedfor",
            "xrealip",
            "forwardedfor"
        ])
    {
        return Class::Is(I::Ip);
    }
    if sure(v::ZIP) && (!machine || key.last & v::ZIP != 0)
        || whole_is(words!["postal", "postalcd", "postcd"])
        || has(v::ZIP) && id && !machine
    {
        return Class::Is(I::Zip);
    }
    if let Some(number) = number(key, around, id, person) {
        return number;
    }
    let dated = key.last & v::DATE != 0;
    if dated && has(v::EVENT) && !whole_is(words!["dated", "date", "eventdatetime"])
        || whole_is(words![
            "dos",
            "dod",
            "dateofservice",
            "dateofdeath",
            "servicedate",
            "lmp",
            "edd",
            "admitted",
            "discharged",
            "deceased",
            "appointment",
            "appt",
            "dateadmitted",
            "datedischarged",
            "datedeceased",
            "dateseen",
            "dateofvisit",
            "dateofadmission",
            "dateofdischarge",
            "dateofinjury",
            "dateofprocedure",
            "dateofonset",
            "dateofsurgery"
        ])
    {
        return if whole_is(words![
            "effectivedate",
            "deliverydate",
            "scheduleddate",
            "collecteddate",
            "transferreddate"
        ]) && !person
        {
            Class::Day
        } else {
            Class::Is(I::Date)
        };
    }
    if let Some(name) = name(key, around_all, machine) {
        return name;
    }
    if whole_is(words!["facility", "managingorganization", "serviceprovider", "practice", "pharmacy"])
        || sure(v::FACILITY) && key.count <= 2 && key.last & v::FACILITY != 0
    {
        return Class::Weak(I::Facility);
    }
    if let Some(address) = address(key, around_all, person, machine) {
        return address;
    }
    // `addrAtDxCity`: the last word tells.
    if has(v::PLACE)
        && !machine
        && (key.count <= 3 || key.count <= 5 && key.last & v::PLACE != 0 && key.all & v::ADDRESS != 0)
    {
        return Class::Is(I::City);
    }
    if whole_is(words!["age", "patientage", "ageyears", "ageinyears", "ptage", "memberage", "currentage"]) {
        return Class::Is(I::Age);
    }
    if has(v::PROSE) && key.count <= 3 && key.last & v::PROSE != 0 {
        return Class::Prose;
    }
    let title_like = key.last & (v::PERSON | v::CARER | v::KIN | v::TITLE) != 0
        && has(v::PERSON | v::CARER | v::KIN)
        && !machine
        && !has(v::IDWORD)
        // `relationToSubscriber`, `tradingPartner`.
        && !is(key.first_hash, words!["relation", "relationship", "reln", "trading", "channel", "business"])
        && key.count <= 3;
    let role = whole_is(words![
        "emergencycontact",
        "nextofkin",
        "nok",
        "attending",
        "dictatedby",
        "signedby",
        "seenby",
        "orderedby",
        "referredby",
        "contactperson",
        "responsibleparty",
        "patient",
        "pcp",
        "performer",
        "referring",
        "prescriber",
        "practitioner",
        "referredto",
        "attendingmd",
        "emergencycontactname",
        "contact",
        "kin",
        "insured",
        "employer",
        "reviewedby",
        "collectedby",
        "performedby",
        "witness",
        "requestedby",
        "enteredby",
        "verifiedby",
        "dictating",
        "copyto",
        "providersig",
        "providersignature",
        "physiciansignature",
        "mdsignature",
        "drsignature",
        "rnsignature",
        "nursesignature",
        "clinician",
        "coach",
        "phys",
        "prov",
        "attg",
        "rph",
        "atn"
    ]);
    if title_like || role && !machine {
        return Class::Person;
    }
    if whole_is(words!["q", "query", "search", "term", "keyword", "searchterm", "lookup", "filter"]) {
        return Class::Person;
    }
    if whole_is(words![
        "to",
        "from",
        "recipient",
        "destination",
        "smsto",
        "sendto",
        "callto",
        "caller",
        "callee",
        "dialed",
        "ani"
    ]) {
        return Class::Weak(I::Phone);
    }
    if key.whole & v::USER != 0 || key.last & v::USER != 0 && key.count <= 2 {
        return Class::User;
    }
    // `beginningDateOfService`: the words tell, in whatever order.
    let service = is(key.last_hash, words!["service"]);
    let told = key.all & v::DATE != 0 && key.happens && key.count <= 5 && (!machine || service);
    if dated && person || sure(v::EVENT) || told {
        return Class::Day;
    }
    if numbers::loose(key) || numbers::of_one(key) {
        return Class::Loose;
    }
    Class::None
}

/// Whether a key is of a month or of a day of a month, by its first or its last word.
fn element(key: &Read) -> bool {
    let elements = words!["month", "mon", "mm", "mo", "day", "dd", "dom"];
    is(key.last_hash, elements) && key.count <= 3 || key.count == 3 && is(key.first_hash, elements)
}

#[cfg(test)]
mod tests;
