//! Keys of numbers: records, plans, accounts, licences, devices.

use super::{Class, Read, is};
use crate::{
    Identifier,
    words::{
        vocabulary::{self as v, Roles},
        words,
    },
};

/// What kind of number of a person the key announces.
pub(super) fn number(key: &Read, around: &Read, id: bool, person: bool) -> Option<Class> {
    use Identifier as I;
    let all = key.all | key.whole;
    let whole_is = |words: &[u64]| is(key.whole_hash, words);
    let direct = key.whole & v::DIRECT != 0;
    let machine = key.all & v::MACHINE & !key.whole != 0 && key.all & v::SUBJECT == 0;
    if key.sure & v::PROVIDER != 0 {
        return Some(Class::Is(if is_dea(key) { I::Dea } else { I::Npi }));
    }
    if key.sure & v::CARD != 0
        || all & v::CARD != 0 && id && key.count >= 2 && all & (v::PLAN | v::MRN & !v::IDWORD) == 0
        || whole_is(words!["card", "creditcard", "debitcard"])
    {
        return Some(if whole_is(words!["discover"]) { Class::None } else { Class::Is(I::Card) });
    }
    let kinds = [
        (v::PLAN, I::HealthPlan),
        (v::MRN, I::Mrn),
        (v::LICENCE, I::Licence),
        (v::VEHICLE, I::Vehicle),
        (v::DEVICE, I::Device),
        (v::ACCOUNT, I::Account),
        (v::OTHER, I::Other),
    ];
    // A word that needs no company, alone or with what it is of: `mrn`, `patient_mrn`, `mrn_number`.
    for (role, identifier) in kinds {
        if direct && key.whole & role != 0
            || key.sure & role != 0 && key.sure & v::DIRECT != 0 && sure_direct(key, role)
        {
            let weak = matches!(identifier, I::Device) && !person && whole_is(words!["deviceid", "sn"]);
            return Some(if weak { Class::Weak(identifier) } else { Class::Is(identifier) });
        }
    }
    if whole_is(words![
        "serial",
        "plate",
        "licenseplate",
        "licence",
        "license",
        "passport",
        "account",
        "medicaid",
        "medicare",
        "policy",
        "prescription",
        "badge",
        "chart",
        "claim",
        "rx",
        "licencenumber"
    ]) {
        let identifier = kinds
            .into_iter()
            .find(|(role, _)| key.all & role != 0)
            .map_or(I::Other, |(_, identifier)| identifier);
        return Some(Class::Weak(identifier));
    }
    if whole_is(words!["id"]) {
        return (around.whole & v::SUBJECT != 0).then_some(Class::Weak(I::Mrn));
    }
    if !id
        || key.last & v::IDWORD == 0
        || key.count < 2
        || whole_is(words!["zipcode", "postalcode", "statuscode"])
    {
        return None;
    }
    let certain = words![
        "memberid",
        "chartnumber",
        "chartno",
        "encounternumber",
        "medicalrecordid",
        "medicalrecordno",
        "medicalrecordnumber",
        "recordnumber",
        "policynumber",
        "policyno",
        "groupnumber",
        "platenumber",
        "badgenumber",
        "accountnumber",
        "accountno",
        "insurancenumber",
        "healthplannumber",
        "healthplanid",
        "planmemberid",
        "beneficiarynumber",
        "serialnumber",
        "serialno",
        "visitnumber",
        "accessionnumber",
        "prescriptionnumber",
        "rxnumber",
        "claimnumber",
        "claimid",
        "passportnumber",
        "licensenumber",
        "licencenumber",
        "certificatenumber",
        "deviceserialnumber"
    ];
    let kind = kinds.into_iter().find(|(role, _)| key.all & role & !v::IDWORD != 0)?.1;
    let sure = whole_is(certain)
        || key.all & v::SUBJECT != 0 && !machine
        || key.sure & (v::MRN | v::PLAN | v::LICENCE) != 0 && !machine;
    // `device_id`, `group_id`, `account_id` are of machines unless the line is about a person.
    Some(if sure { Class::Is(kind) } else { Class::Weak(kind) })
}

/// Whether a part of the key announces this kind of number by itself.
pub(super) fn sure_direct(key: &Read, role: Roles) -> bool {
    key.direct & role != 0
}

pub(super) fn is_dea(key: &Read) -> bool {
    is(
        key.whole_hash,
        words![
            "dea",
            "prescriberdea",
            "providerdea",
            "deanumber",
            "deano",
            "deaid",
            "prescriberdeanumber",
            "physiciandea",
            "deareg",
            "deanum",
            "drdea"
        ],
    )
}
