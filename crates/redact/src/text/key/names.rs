//! Keys of names and of addresses.

use super::{Class, Read, is};
use crate::{
    Identifier,
    words::{
        vocabulary::{self as v, Roles},
        words,
    },
};

/// Whether the key is of a name, and how sure that is.
pub(super) fn name(key: &Read, around: Roles, machine: bool) -> Option<Class> {
    use Identifier as I;
    let all = key.all | key.whole;
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    if whole_is(words![
        "facilityname",
        "hospitalname",
        "clinicname",
        "practicename",
        "pharmacyname",
        "nameoffacility"
    ]) {
        return Some(Class::Is(I::Facility));
    }
    // Hosts and commands have one too.
    if whole_is(words!["alias", "aka"]) {
        return Some(Class::Person);
    }
    // What a machine says or calls to somebody, and who takes something home.
    if whole_is(words![
        "sayname",
        "spokenname",
        "greetname",
        "greetingname",
        "callname",
        "callername",
        "cnam",
        "pickedupby",
        "pickupname",
        "pickupby",
        "collectedbyname",
        "droppedby",
        "ridername",
        "bagname",
        "labelname",
        "bandname",
        "shipname"
    ]) {
        return Some(Class::Part(true));
    }
    if whole_is(words![
        "username",
        "accountname",
        "clientname",
        "loginname",
        "displayname",
        "authorname",
        "givennames",
        "requestername",
        "sendername",
        "customername",
        "contactname",
        "employeename"
    ]) {
        return Some(if whole_is(words!["customername", "contactname", "employeename", "givennames"]) {
            Class::Is(I::Name)
        } else {
            Class::Person
        });
    }
    // Written as one word: `firstname`, `lname`, `surname`; or as a part: `patient_surname`.
    if key.sure & v::NAMEMOD != 0
        && key.sure & v::SUBJECT == 0
        && key.sure & (v::PLAN | v::ACCOUNT) == 0
        && !machine
        || whole_is(words![
            "firstname",
            "lastname",
            "fullname",
            "givenname",
            "familyname",
            "middlename",
            "maidenname",
            "nameofpatient",
            "patientnames",
            "alias",
            "aka",
            "legalname",
            "preferredname",
            "responsiblepartyname",
            "responsiblename",
            "composername",
            "samplename"
        ])
    {
        return Some(Class::Is(I::Name));
    }
    // `patient.first`, `legal_last`, `guarantor.middle`.
    if matches!(key.count, 2 | 3)
        && is(key.last_hash, words!["first", "last", "middle", "given", "family", "maiden"])
        && !machine
        && (key.all & (v::SUBJECT | v::PERSON | v::KIN | v::CARER) != 0
            || key.count == 2
                && is(key.first_hash, words!["legal", "birth", "preferred", "emergency", "name"]))
    {
        return Some(Class::Is(I::Name));
    }
    // `planName`, `payer_name`, `groupName`: of what many have.
    if key.count == 2
        && key.last & v::NAMED != 0
        && is(
            key.first_hash,
            words!["plan", "payer", "payor", "group", "policy", "coverage", "insurer", "carrier"],
        )
    {
        return None;
    }
    if all & v::NAMED != 0 && !machine {
        let modified = key.all & (v::NAMEMOD | v::KIN | v::CARER | v::PERSON | v::TITLE) != 0;
        if modified {
            return Some(Class::Is(I::Name));
        }
        if around & (v::SUBJECT | v::PERSON | v::KIN | v::CARER | v::NAMEMOD) != 0
            && around & v::MACHINE == 0
            && key.count == 1
        {
            return Some(Class::Is(I::Name));
        }
        if whole_is(words!["name", "names", "nm"]) {
            return Some(Class::Person);
        }
    }
    if whole_is(words!["family", "given", "lastfirst", "first", "last", "middle"]) {
        return Some(if around & v::NAMED != 0 { Class::Is(I::Name) } else { Class::Weak(I::Name) });
    }
    None
}

pub(super) fn address(key: &Read, around: Roles, person: bool, machine: bool) -> Option<Class> {
    use Identifier as I;
    let all = key.all | key.whole;
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    if all & (v::NETWORK | v::EMAIL | v::URL) != 0 && !whole_is(words!["mailingaddress", "mailaddress"]) {
        return None;
    }
    if key.sure & v::ADDRESS != 0
        || whole_is(words![
            "street",
            "streetaddress",
            "homeaddress",
            "mailingaddress",
            "billingaddress",
            "shippingaddress",
            "patientaddress",
            "residentialaddress",
            "physicaladdress",
            "homeaddr",
            "mailingaddr",
            "streetname",
            "streetline",
            "addressline",
            "addrline",
            "addressone",
            "addresstwo",
            "fulladdress",
            "currentaddress",
            "permanentaddress",
            "lives",
            "residence",
            "mailaddress",
            "shipto"
        ])
    {
        return Some(Class::Is(I::Address));
    }
    if whole_is(words!["line", "text"]) && around & v::ADDRESS != 0 {
        return Some(Class::Is(I::Address));
    }
    if whole_is(words!["address", "addr"])
        || person
            && !machine
            && key.last & v::ADDRESS != 0
            && !whole_is(words!["contact"])
            && key.all & v::ADDRESS != 0
            && key.count <= 3
            && (key.last & v::PHONE == 0)
    {
        return Some(Class::Weak(I::Address));
    }
    None
}
