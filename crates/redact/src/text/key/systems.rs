//! Keys as patient systems, payers, pharmacies and their logs write them, where no rule of the others reads them.

use super::{Class, Read, is};
use crate::{
    Identifier as I,
    words::{hash, list, vocabulary as v},
};

/// Numbers of records, with their abbreviations written out.
const RECORDS: &[u64] = list!(
    "medrecnumber medrecid accessionnumberhosp hrn healthrecordnumber iisid registrypatientid medicalrecordidentificationnumberehr medicalrecordidentificationnumber mrno mrnumber medicalrecord medicalrec medrec medrecord unitnumber personnumber personid dfn euid mpi mpiid masterid masterpatientid enterpriseid \
     hospno hospnumber hospitalno hospitalnumber ipno ipnumber opno opnumber ipdno ipdnumber opdno opdnumber uhidno \
     uhidnumber foldernumber casenumber episodeid episodenumber accession accn accessionid accnumber \
     sampleid samplenumber labnumber screeningnumber screeningid randomizationnumber randomizationid randnumber \
     usubjid usubjectid otherpatientids otherpatientid previousmrn priormrn oldmrn newmrn sourcemrn targetmrn \
     survivingmrn localid localpatientid externalpatientid visitkey encounterkey"
);

/// Keys of a person or of a study of one, whatever their form: programs make them up, too.
const PERSONS: &[u64] = list!(
    "personkey personguid personuuid personref patientkey patientguid patientuuid patientref memberkey memberguid \
     memberuuid patientpk personpk memberpk studyuid seriesuid sopuid iuid objectuid patientuid memberuid personuid subjectuid subscriberkey subjectuuid subjectguid patientsk personsk"
);

/// Numbers of health plans.
const PLANS: &[u64] = list!(
    "cpf bsn memid memnumber memberref rxgroup rxgrp mcdid mcrid dodid edipi hcn ohip healthcard healthcardnumber carecard \
     carecardnumber personalhealthnumber recipientid recipientnumber cin hicnumber patientinsuranceid \
     primaryinsuranceid secondaryinsuranceid insid insurancememberid payermemberid medicarecard medicarecardnumber \
     medicareno medicaidno contractid coverageid desynpufid beneid"
);

/// Numbers of accounts, claims and bills.
const ACCOUNTS: &[u64] = list!(
    "hospitalaccount hospaccount hospacct patcntl patcntlno patcntlnumber patientcntl patientcntlno patientcontrolnumber patctlnumber patientctlnumber tcn dcn icn ccn \
     payerclaimnumber payerclaimcontrolnumber payercontrolnumber billnumber billid \
     statementnumber statementid stmtnumber stmtid stmt araccount aracct achaccount achacct bankacct \
     bankaccount depositaccount checkingacct savingsacct encounteraccount visitaccount fin \
     finnumber financialnumber"
);

/// Licences and permits.
const LICENCES: &[u64] = list!(
    "permit permitnumber permitno dmvid oln cdl cdlnumber dlic dlicnumber medlicense medicallicense medicallicence statelic \
     driverslicence driverlicence operatorlicense operatorslicense"
);

/// Other numbers of persons.
const OTHERS: &[u64] = list!(
    "requestedprocedureid scheduledprocedurestepid performedprocedurestepid remspatientid scriptnumber scriptid ordernumber placerordernumber placernumber fillernumber fillerordernumber \
     requisitionnumber requisitionid referralid panumber precertnumber precertificationnumber \
     confirmationnumber confnumber confirmationcode confirmcode confirmno confcode pickupcode badgenumber badgeid employeenumber employeeid empid emplid \
     staffid staffnumber studentid studentnumber stuid inmatenumber bookingnumber servicenumber militaryid tribalid \
     voterid priorauthorizationid priorauthorizationkey priorauthorizationref priorauthkey priorauthref eligibilityid eligibilitynumber eligibilityref bandnumber bandid braceletid donationnumber donorid donornumber kitid kitnumber priorauthid"
);

/// What happens to a person and is numbered.
const HAPPENING: &[u64] = list!(
    "appointment appt encounter visit claim referral authorization preauth preauthorization priorauth priorauthorization \
     accession requisition prescription specimen admission episode placer filler placerorder fillerorder sample barcode \
     script refill fill dispense booking confirmation reservation hold stay icustay exam enrollment enrolment consent consult \
     eob remit chase tube bottle slide wristband bracelet band csn pa rx accn clm enc intake vaccination immunization infusion \
     transfusion"
);

/// Whether a part of a key is of what happens to a person and is numbered.
pub(super) fn happens(part: u64) -> bool {
    is(part, HAPPENING)
}

/// What behind it, or behind an order's kind, announces its number: `referralRef`, `claim_ctrl_no`, `apptKey`.
const COUNTING: &[u64] =
    list!("number id key ref pk reference identifier uid ctrl ctl control tracking barcode fin handle nk");

/// Numbers of orders and of cases by whose they are, and the parts of names of claims.
const ORDERED: &[u64] = list!(
    "labordernumber laborderid radordernumber radorderid imagingordernumber imagingorderid rxordernumber rxorderid \
     placerorderid fillerorderid placerid fillerid panumber surgicalcasenumber surgerycasenumber surgerycaseid orcasenumber orcaseid \
     claimcontrolnumber claimcontrolno claimtrackingnumber patientticketnumber samplebarcode tubebarcode dispenseid \
     dispensenumber refillnumber refillid consultid consultnumber tripnumber"
);

/// What is worn or implanted, or used at home.
const WORN: &[u64] = list!(
    "transmitter pump cgm sensor meter glucometer vent ventilator cpap bipap hearingaid hearing lens iol prosthesis stent \
     pacemaker pm icd lead implant wearable watch valve generator monitor equipment dev insulin pen inhaler \
     oximeter tracker"
);

/// What of it measures other things as well.
const MEASURING: &[u64] = list!("monitor equipment dev sensor meter");

/// What programs read of a person's telephone or tablet.
const HANDHELD: &[u64] = list!(
    "androidid udid deviceudid openudid advertisingid idfv idfa gaid aaid wifimac btmac bluetoothmac blemac phonemac \
     tabletmac pumpmac phoneserial phoneimei deviceimei sensorsn transmittersn"
);

/// Who calls and who is called.
const CALLED: &[u64] = list!(
    "mobnumber mobno telnumber telno ani dnis callingnumber callednumber dialednumber tonumber fromnumber smsto \
     smsnumber whatsapp whatsappnumber waid pagernumber beeper umobilenumber umobileno upphone cbnumber \
     destinationnumber originnumber"
);

/// Days of what happens to a person, whose key names no day.
const DAYS: &[u64] = list!(
    "doi nextrefill nextrefilldue admittedon dischargedon admittedat dischargedat lastvisit nextvisit nextappointment nextappt lastappt lmp edd coveragestart \
     coverageend servicefrom serviceto dosfrom dosto fromdos todos apptstart apptend appttime appointmenttime \
     fechanacimiento dnac birthday bday statementcovers statementcoversperiod statementperiod disch dischg admit adm"
);

/// Parts of names behind whose they are: `patientLast`, `nok_first`.
const PARTED: &[u64] = list!(
    "last lname lnm surname sname family maiden lastnm ln lst first fname fnm given forename firstnm gn middle mname"
);

/// Keys that stand for a part of somebody's name and nothing else.
const PARTS: &[u64] = list!(
    "mothermaiden mothersmaiden mothersmaidenname mmn maiden sname cognome surname surnm srnm frnm fstnm lstnm forenames christianname prefname preferredfirst \
     preferredlast goesby calledby usualname legalfirst legallast babyname formername ulname ufname uminitial \
     mothersname fathersname guardiansname spousesname parentsname childsname namelast namefirst namemiddle"
);

/// Keys that stand for a part of a name beside its other part, and elsewhere for other things.
const SHORT: &[u64] = list!("fn ln mn gn nf fnm lnm");

/// Persons in roles that only persons have.
const ROLES: &[u64] = list!(
    "attn attg holder cardholder accountholder acctholder policyholder guest rider passenger visitor claimant signer signatory \
     addressee occupant tenant donor adjuster respondent nameoncard attention payee \
     translator takenby givenby administeredby drawnby dispensedby identname \
     toname attendphys refphys ordphys admphys patientlabel orderingphysician referringphysician attendingphysician"
);

/// Those who write, of papers about persons or of programs.
const AUTHORS: &[u64] = list!("author assignedto fromname verifiedby manager supervisor");

/// Accounts and pages on social networks, and pages of one's own.
const SOCIAL: &[u64] = list!(
    "facebook facebookurl fb fburl linkedin linkedinurl instagram instagramhandle twitter twitterurl twitterhandle tiktok \
     snapchat skype skypeid skypename facebookhandle website homepage personalsite personalurl personalwebsite blog \
     blogurl profileurl socialurl youtube youtubeurl pinterest"
);

/// Of them, pages that programs have as well.
const PAGES: &[u64] = list!("website homepage blog blogurl youtube youtubeurl profileurl");

/// Who logs in.
const USERS: &[u64] = list!(
    "act loginid usrname username userlogin screenname handle portaluser portalusername mychartuser suser duser \
     usrid loginuser enduser enduserid cwuser accountlogin"
);

/// Photographs of documents with a person on them.
const SHOWN: &[u64] = list!(
    "idfront idback idcardfront idcardback dlfront dlback licensefront licenseback licenseimage cardfront cardback \
     insurancecardfront insurancecardback cardimagefront cardimageback inscardimage inscardfront inscardback \
     woundimage skinimage lesionimage woundpic probe gallery patientimage patientpicture frontimage backimage"
);

/// What a key announces that stands for a person, a part of a name, an account, a page or a picture.
pub(super) fn of_people(key: &Read, around: &Read) -> Option<Class> {
    let whole = |words: &[u64]| is(key.whole_hash, words);
    let single = key.count == 1 && is(key.last_hash, list!("f l m n"));
    if whole(SHORT) || single && named_around(around) {
        return Some(Class::Part(named_around(around)));
    }
    let whose = v::SUBJECT | v::PERSON | v::KIN | v::WHO | v::CARER | v::NAMEMOD;
    let owned = key.count == 2
        && key.first_roles & whose != 0
        && key.first_roles & v::DATE == 0
        && is(key.last_hash, PARTED)
        && key.whole & v::NAMEMOD == 0;
    // `Parent signature`, `witness_signature`.
    let signed = key.count == 2
        && is(key.last_hash, list!("signature"))
        && (key.first_roles & (v::SUBJECT | v::PERSON | v::KIN | v::CARER) != 0
            || is(key.first_hash, list!("witness")));
    let social = || is(around.whole_hash, list!("social socialmedia socials")) && key.count == 1;
    match () {
        () if whole(PARTS) || owned || whole(ROLES) || signed => Some(Class::Part(true)),
        () if whole(AUTHORS) => Some(Class::Part(false)),
        () if whole(PERSONS) => Some(Class::Is(I::Mrn)),
        () if social() => Some(Class::Social(true)),
        () if whole(SOCIAL) => Some(Class::Social(!whole(PAGES))),
        () if whole(USERS) => Some(Class::User),
        () if whole(SHOWN) => Some(Class::Formed(I::Photo)),
        // `birth_day` may be all of it, and may be its day.
        () if whole(DAYS) && !(key.count == 2 && is(key.last_hash, list!("day"))) => Some(Class::Day),
        // `"who":{"display":"Jane Roe"}`.
        () if whole(list!("display"))
            && (named_around(around)
                || is(
                    around.whole_hash,
                    list!("who actor agent performer author requester practitioner"),
                )) =>
        {
            Some(Class::Part(true))
        }
        () if is(key.last_hash, list!("csz citystatezip cityst"))
            || whole(list!("citystatezip citystzip")) =>
        {
            Some(Class::Is(I::Address))
        }
        () => None,
    }
}

/// What a key announces by itself whose words tell too little.
pub(super) fn numbered(key: &Read, around: &Read) -> Option<Class> {
    let whole = |words: &[u64]| is(key.whole_hash, words);
    let person = (key.all | around.all | around.whole) & (v::SUBJECT | v::PERSON | v::KIN | v::WHO) != 0;
    let held = || {
        whole(list!("ref number no id code identifier reference"))
            && is(
                around.whole_hash,
                list!(
                    "priorauth priorauthorization authorization referral prescription rx claim precert requisition"
                ),
            )
    };
    let happening = || {
        // `auth_key`, `claim_id`, `claimKey` are of logins as well.
        let login = is(key.first_hash, list!("authorization claim"))
            && is(key.last_hash, list!("id key pk identifier uid"));
        // `parent_visit_no`, `apptExternalId`, `old_claim_ref`.
        let between = key.count == 3 && key.happening && !key.vetoed;
        // `claim_ctl`: what controls is the number's.
        key.count == 2
            && (!key.vetoed || is(key.last_hash, list!("control")))
            && !login
            && is(key.first_hash, HAPPENING)
            && is(key.last_hash, COUNTING)
            || between && is(key.last_hash, COUNTING) && !is(key.last_hash, list!("key pk uid control"))
    };
    let found = match () {
        () if whole(RECORDS) => Class::Formed(I::Mrn),
        () if whole(PLANS) => Class::Formed(I::HealthPlan),
        () if whole(ACCOUNTS) => Class::Formed(I::Account),
        () if whole(list!("pcn routing")) => Class::Loose,
        () if whole(LICENCES) => Class::Formed(I::Licence),
        () if whole(OTHERS) || whole(ORDERED) || held() || happening() => Class::Formed(I::Other),
        () if whole(list!("daq")) => Class::Formed(I::Licence),
        () if whole(list!("dbb")) => Class::Day,
        () if whole(HANDHELD) => Class::Is(I::Device),
        () if key.count >= 2
            && is(key.first_hash, WORN)
            && is(key.last_hash, list!("serial sn id number"))
            && !(is(key.last_hash, list!("id number")) && is(key.first_hash, MEASURING)) =>
        {
            Class::Formed(I::Device)
        }
        // `{"implant":{"serial":…,"lot":…}}`, `{"hearing_aid":{"left_serial":…}}`.
        () if is(around.first_hash, WORN)
            && !is(around.first_hash, MEASURING)
            && (around.all & v::MACHINE == 0)
            && whole(list!(
                "serial sn serialno lot lotno lotnumber leftserial rightserial serialleft serialright leftsn rightsn unitserial"
            )) =>
        {
            Class::Formed(I::Device)
        }
        () if whole(list!("deviceuid")) => Class::Weak(I::Device),
        () if whole(CALLED) => Class::Weak(I::Phone),
        () if key.count > 1
            && whole(list!(
                "ptage patientage ageyrs ageyears ageinyears ageatvisit ageatadmission ageatadmit ageyr ageatdeath \
                 agelastbirthday ageatlastbirthday ageatdiagnosis ageatdx ageatonset ageatencounter ageatservice \
                 ageatenrollment ageatconsent ageatscan ageatstudy ageatcollection ageatprocedure ageatsurgery \
                 ageatdischarge ageattriage ageinyrs"
            )) =>
        {
            Class::Is(I::Age)
        }
        () if whole(list!("zipcd postalcd pcode zipplus")) => Class::Is(I::Zip),
        () if whole(list!("locality cnty cty ciudad pob")) => {
            let placed = (around.all | around.whole) & (v::ADDRESS | v::BIRTH) != 0;
            if placed || person { Class::Is(I::City) } else { Class::Weak(I::City) }
        }
        () if is(key.last_hash, list!("encoding geometry embedding profile"))
            && is(key.first_hash, list!("face hand palm iris voice gait dna keystroke finger")) =>
        {
            Class::Formed(I::Biometric)
        }
        () => return None,
    };
    Some(found)
}

fn named_around(around: &Read) -> bool {
    (around.all | around.whole) & (v::NAMED | v::SUBJECT | v::PERSON | v::KIN | v::WHO | v::CARER) != 0
        && (around.all | around.whole) & v::MACHINE == 0
        || is(around.whole_hash, list!("emergencycontacts emergencycontact contacts contact"))
}

/// Which part of a name a key announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Given,
    Family,
}

/// Which part of a name the last word of a key announces, if nothing else stands in the key but whose it is.
pub(crate) fn side(key: &[u8]) -> Option<Side> {
    let read = super::read(key);
    let whose = v::NAMEMOD | v::SUBJECT | v::PERSON | v::KIN | v::CARER | v::NAMED;
    if read.count > 2 || read.count == 2 && read.first_roles & whose == 0 {
        return None;
    }
    match () {
        () if is(
            read.last_hash,
            list!(
                "first fn fname given firstname givenname f gn forename gv gvn frnm fstnm vorname prenom voornaam nombre nome"
            ),
        ) =>
        {
            Some(Side::Given)
        }
        () if is(
            read.last_hash,
            list!(
                "last ln sn lname family surname lastname familyname l fm fam surnm srnm lstnm nachname nom achternaam apellido \
             apellidos cognome sobrenome"
            ),
        ) =>
        {
            Some(Side::Family)
        }
        () => None,
    }
}

/// Whether a key of a place tells that somebody is there: `home_lat`, `pickupLng`.
pub(crate) fn of_somebody(key: &[u8]) -> bool {
    let first = super::parts(key).next().map_or(0, hash);
    list!(
        "home work pickup dropoff geo user patient member client addr address current last caller driver rider employee \
         device phone person residence visitor login"
    )
    .contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::key::classify;

    #[test]
    fn keys_of_patient_systems_are_known() {
        for (keys, expected) in [
            (
                "patientLast pt_first NOK_LAST mother_maiden legal_first cardholder nameOnCard",
                Class::Part(true),
            ),
            ("fn ln mn", Class::Part(false)),
            ("personKey patient_guid", Class::Is(I::Mrn)),
            ("unit_no PERSON_ID caseNo euid OtherPatientIDs", Class::Formed(I::Mrn)),
            ("rxGrp mcd_id MBR_ID", Class::Formed(I::HealthPlan)),
            ("badge_no emp_id scriptNo placer_order_no", Class::Formed(I::Other)),
            ("vent_serial transmitterId iolSerial", Class::Formed(I::Device)),
            ("instagram facebookUrl", Class::Social(true)),
            ("dialed_number smsTo", Class::Weak(I::Phone)),
        ] {
            for key in keys.split(' ') {
                let class = classify(key.as_bytes(), b"");
                // A surer class of the roles of its words counts as well.
                let surer = match (class, expected) {
                    (Class::Is(one), Class::Formed(other)) => one == other,
                    (Class::Is(I::Name), Class::Part(_)) => true,
                    _ => false,
                };
                assert!(class == expected || surer, "{key}: {class:?}");
            }
        }
    }

    #[test]
    fn parts_of_names_have_a_side() {
        for (key, expected) in [
            ("fn", Some(Side::Given)),
            ("patient_last", Some(Side::Family)),
            ("last", Some(Side::Family)),
            ("last_seen", None),
            ("page_first", None),
        ] {
            assert_eq!(side(key.as_bytes()), expected, "{key}");
        }
    }
}
