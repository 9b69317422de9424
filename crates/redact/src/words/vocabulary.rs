//! The words that give a context: what they announce, and what they rule out.

use std::sync::LazyLock;

use super::fold::hash;

/// What a word announces; several at once.
pub(crate) type Roles = u64;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: Roles = 1 << $bit;)*
    };
}

roles! {
    /// One who is cared for: a name may follow.
    PERSON = 0;
    /// Stands before a name: Mr, Dr.
    TITLE = 1;
    /// Stands after a name: MD, RN, Jr.
    SUFFIX = 2;
    /// A relative: a name may follow.
    KIN = 3;
    /// One who cares: a name may follow.
    CARER = 4;
    /// Turns a `name` into the name of a person: first, last, maiden.
    NAMEMOD = 5;
    /// `name`, `named`.
    NAMED = 6;
    /// Birth.
    BIRTH = 7;
    /// What happens to a patient on a date.
    EVENT = 8;
    /// Telephone.
    PHONE = 9;
    /// Fax.
    FAX = 10;
    /// Address, residence.
    ADDRESS = 11;
    /// Month; its number is in `month`.
    MONTH = 12;
    /// Day of the week, holiday.
    WEEKDAY = 13;
    /// Kind of street.
    STREET = 14;
    /// State of the United States, by name or abbreviation.
    STATE = 15;
    /// Ends the name of a facility: Hospital, Clinic.
    FACILITY = 16;
    /// Makes a number out of the noun before: id, no, number.
    IDWORD = 17;
    /// Medical record.
    MRN = 18;
    /// Health plan.
    PLAN = 19;
    /// Account.
    ACCOUNT = 20;
    /// Licence.
    LICENCE = 21;
    /// Device.
    DEVICE = 22;
    /// Vehicle.
    VEHICLE = 23;
    /// Other numbers of persons.
    OTHER = 24;
    /// The noun announces a number by itself, without `id` or `no`: MRN, VIN.
    DIRECT = 25;
    /// Social security.
    SSN = 26;
    /// Payment card.
    CARD = 27;
    /// Provider numbers NPI and DEA.
    PROVIDER = 28;
    /// Biometric.
    BIOMETRIC = 29;
    /// Photograph.
    PHOTO = 30;
    /// Age.
    AGE = 31;
    /// Machinery: a key with this word names no person.
    MACHINE = 32;
    /// As a key, or with `id` or `no`, it makes a line of a log worth a closer look.
    KEYED = 33;
    /// Verb or noun after which a person's name stands in prose: `seen by`, `spoke with`.
    AGENT = 34;
    /// ZIP or postal code.
    ZIP = 35;
    /// City, town, county.
    PLACE = 36;
    /// A field of prose about a patient: note, comment, narrative.
    PROSE = 37;
    /// Stands in front of a number of a unit: Apt, Suite.
    UNIT = 38;
    /// Date, as part of a key.
    DATE = 39;
    /// E-mail, as part of a key.
    EMAIL = 40;
    /// Address of the Internet, as part of a key: ip, client, remote.
    NETWORK = 41;
    /// Web address, as part of a key.
    URL = 42;
    /// Patient as part of a key makes numbers out of ids.
    SUBJECT = 43;
    /// Number words from ninety up.
    NINETY = 44;
    /// Words between a place and a facility, capitalised or not: Medical, Regional, Memorial.
    FACILITYMID = 45;
    /// Never a name, though capitalised in texts: weekdays excluded, languages, nations, software.
    KNOWN = 46;
    /// Given names that are words, but stand for persons when capitalised: John, Jack.
    STRONG = 47;
    /// First words of greetings and closings: Dear, Sincerely.
    GREETING = 48;
    /// Street directions and prefixes that begin the name of a street or a city.
    DIRECTION = 49;
    /// Units of time in relative dates.
    PERIOD = 50;
    /// The word alone makes a line worth a closer look in logs.
    LOOK = 51;
    /// Keys of those who call and are called.
    CALLED = 55;
    /// A disease, a test or an instrument that is named for a person.
    EPONYM = 54;
    /// Name of an account.
    USER = 53;
    /// Insurance and payers: capitalised without being persons.
    PAYER = 52;
    /// An abbreviation that only keys of several parts use.
    ABBR = 56;
    /// With `id` or `no` its number is a person's, whoever wrote the line.
    STRONG_NOUN = 57;
    /// With `no` its number is a person's; its `id` may be a machine's.
    COUNTED = 58;
    /// What is inside of an object with this name is about a person.
    WHO = 59;
    /// A line with this word is about care or its cost.
    CLINICAL = 60;
    /// With a number behind it worth a closer look: a sample, a band, a meter.
    CARED = 61;
    /// In a path it stands before an account or a person, or behind the name of a file that may be somebody's.
    PATH = 62;
    /// With a name alone near it worth a closer look: a reminder, a bed, a refill.
    ALONE = 63;
}

/// What only keys and the quick look ask of a word: in a text it says nothing.
pub(crate) const OF_KEYS: Roles = ABBR | ALONE | CARED | KEYED | PATH;

/// What words can be that people bear as names too: where a name is due, these speak against none.
pub(crate) const BORNE: Roles =
    STRONG | STREET | DIRECTION | EPONYM | MONTH | NAMEMOD | SUFFIX | STATE | KNOWN;

/// Roles by words.
const WORDS: &[(Roles, &str)] = &[
    (PERSON | SUBJECT | LOOK, "patient pt pts patients patientname ptname"),
    (
        PERSON | SUBJECT,
        "client resident subject participant enrollee beneficiary decedent newborn infant donor recipient",
    ),
    (
        PERSON,
        "witness applicant guarantor insured insureds subscriber policyholder cardholder employee student veteran inmate caller",
    ),
    (PERSON | LOOK, "guarantor insured subscriber policyholder"),
    (TITLE, "mr mrs ms mx dr drs prof messrs monsieur herr frau senor senora srta sra"),
    (
        TITLE,
        "miss professor doctor rev reverend sister brother father sir madam judge deputy detective trooper sergeant capt captain sgt lt col officer attorney señor señora madame mme dra pastor rabbi imam sr ofc",
    ),
    (
        SUFFIX,
        "md do rn np pa phd lpn dds dmd pharmd msw lcsw dpt pt ot slp crna cnm dnp msn bsn mph mba facc facs jr sr ii iii iv esq apn aprn fnp pac cna rph psyd lmft lpc dpm od dc rd rdn cma rt emt otr cota nnp crnp pmhnp whnp licsw lmhc rdh cdces rrt bcba ccrn acnp agnp lmsw lsw lvn pta rpsgt rdms rdcs rvt cst csfa cnor cpht cgc lcpc lpcc ladc cadc rhit rhia ncc acsw bsw rcis cltc lisw lcswa cfnp ccns crnfa facp facep faan faap facog ocn cde lcmhc ccc",
    ),
    (
        KIN,
        "mother father wife husband son daughter sister brother spouse aunt uncle grandmother grandfather grandson granddaughter niece nephew cousin partner fiance fiancee guardian caregiver caretaker neighbor neighbour friend roommate boyfriend girlfriend stepmother stepfather stepson stepdaughter mom dad grandma grandpa parent twin sibling proxy surrogate nok kin dtr",
    ),
    (
        CARER,
        "surgeon physician nurse provider attending pcp pmd cardiologist oncologist neurologist radiologist resident intern hospitalist therapist pharmacist dentist psychiatrist psychologist pediatrician anesthesiologist dermatologist urologist nephrologist pulmonologist gastroenterologist endocrinologist rheumatologist hematologist ophthalmologist orthopedist podiatrist midwife dietitian technician technologist scribe clinician practitioner consultant specialist obstetrician gynecologist pathologist interpreter chaplain counselor cna fellow registrar interventionalist intensivist internist paramedic phlebotomist caseworker coordinator navigator sonographer certifier endoscopist perfusionist proceduralist audiologist optometrist hygienist orthodontist periodontist endodontist perinatologist neonatologist geriatrician allergist immunologist physiatrist hepatologist electrophysiologist neurosurgeon",
    ),
    (
        NAMEMOD | LOOK,
        "firstname lastname fullname givenname surname familyname middlename maidenname forename nickname displayname guarantorname subscribername membername providername patientfirstname patientlastname fname lname mname",
    ),
    (
        NAMEMOD,
        "first last full given family middle maiden legal preferred display patient pt member subscriber guarantor provider physician doctor nurse contact emergency mother father spouse employer insured beneficiary attending referring prescriber caregiver guardian policyholder cardholder customer person client employee author dependent kin holder nok practitioner surgeon recipient account user prefix suffix sender clinician ordering rendering billing requester requestor reviewer parent child",
    ),
    // Keys of Spanish, French, German, Italian, Portuguese and Dutch systems.
    (
        NAMEMOD | LOOK,
        "apellido apellidos prenom prenoms vorname nachname familienname sobrenome achternaam voornaam primernombre",
    ),
    (BIRTH | DATE | LOOK, "nacimiento naissance geburtsdatum geburtstag nascimento nascita geboortedatum"),
    (PERSON | SUBJECT | LOOK, "paciente pacientes patientin paziente"),
    (ADDRESS | LOOK, "direccion domicilio indirizzo wohnort anschrift"),
    (PHONE | LOOK, "celular telefono handynummer telefonnummer mobilnummer telefoonnummer"),
    (OTHER | DIRECT | LOOK, "codicefiscale curp kvnr versichertennummer"),
    (NAMED, "name names named nm"),
    (NAMED | LOOK, "aka nee née alias"),
    (BIRTH | DATE | LOOK, "dobs dob birthdate birthday dateofbirth born birth bday birthdt"),
    (
        EVENT | LOOK,
        "admitted admission discharge discharged deceased died death appointment appt surgery immunization vaccination vaccinated encounter hospitalized hospitalised diagnosed",
    ),
    (
        EVENT,
        "visit seen scheduled admit dos consult procedure operation onset injury treated treatment evaluated evaluation exam examined collected drawn operative transferred presented follow followup f/u biopsy mri ct xray x-ray ultrasound scan delivery delivered lmp edd expired underwent hospitalization referral prescribed refilled filled enrolled enrollment effective service rescheduled dod dated date",
    ),
    (
        PHONE | LOOK,
        "phones mobiles phone telephone tel mobile cellphone phonenumber homephone workphone cell",
    ),
    (
        PHONE,
        "call called calling contact pager beeper ph reach reached callback text texted hotline landline whatsapp sms voicemail dial mob cel telefono téléphone telefon number msisdn",
    ),
    (FAX | LOOK, "fax facsimile telefax faxnumber"),
    (FAX, "faxed telecopier"),
    (ADDRESS | LOOK, "streetaddress homeaddress mailingaddress residence resides"),
    (ADDRESS, "address addr street lives living residing home mailing mail domicile located moved ship"),
    (
        MONTH,
        "jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november dec december",
    ),
    (
        WEEKDAY,
        "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays mon tue tues wed thu thur thurs fri sat sun",
    ),
    (WEEKDAY, "christmas thanksgiving easter halloween hanukkah ramadan juneteenth passover"),
    (
        STREET,
        "route rte fm cr street st avenue ave av road rd boulevard blvd lane ln drive dr court ct place pl square sq terrace ter terr parkway pkwy highway hwy way trail trl circle cir loop alley aly plaza plz pike turnpike tpke crossing xing ridge rdg run row path expressway expy freeway fwy hollow hill hills heights hts bend cove crescent cres green grove mall mews walk landing point pt valley view vista close gardens gdns manor meadow meadows park pass pines pond crest estates knoll lake oaks orchard shore shores spring springs station trace bypass causeway",
    ),
    (STREET | LOOK, "boulevard blvd avenue parkway pkwy turnpike"),
    (STREET, "straße strasse rue calle via plein straat weg allee chemin avenida"),
    (
        STATE,
        "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming",
    ),
    (
        STATE,
        "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr",
    ),
    (FACILITY | LOOK, "hospital clinic infirmary hospice sanatorium"),
    (
        FACILITY,
        "hospitals clinics center centre institute hosp ctr clinica pavilion rehab rehabilitation pharmacy healthcare health medicine university laboratory laboratories dialysis practice associates cancer surgicenter dispensary maternity general healthsystem nursing care home living group",
    ),
    (
        FACILITYMID,
        "medical memorial regional general community county children's childrens university health care surgical women's womens mercy baptist methodist presbyterian lutheran adventist saint st cancer heart orthopedic family urgent rehabilitation veterans va eye pediatric dental specialty behavioral primary sacred valley mount north south east west city central district good samaritan holy of",
    ),
    (IDWORD, "id ids no num number nbr nr code identifier identification numbers # nos no. ref key"),
    (
        MRN | DIRECT | LOOK,
        "mrn mrns medrec medrecno mrnumber medicalrecord medicalrecordnumber emrn csn patientid patientidentifier ptid patientno patientnumber encounterid",
    ),
    (
        MRN,
        "chart record patient pt accession encounter visit emr ehr fin unit medical hospital episode resident empi uhid mr admission rec acc visits charts encounters hosp",
    ),
    (MRN | LOOK, "accession emr empi uhid"),
    (
        PLAN | DIRECT | LOOK,
        "mbi hicn hic memberid subscriberid policyno policynumber memberno membernumber groupnumber beneficiaryid insuranceid medicaidid medicareid healthplanid hpid",
    ),
    (PLAN | LOOK, "medicaid medicare subscriber beneficiary insurance"),
    (
        PLAN,
        "policy insurance insureds members member group plan insured enrollee policyholder payer coverage certificate cert contract hmo ppo bcbs aetna cigna humana",
    ),
    (
        ACCOUNT | DIRECT | LOOK,
        "acct acnt har accountno accountnumber acctno iban accountid guarantorid claimid claimno claimnumber",
    ),
    (
        ACCOUNT,
        "account billing guarantor invoice routing bank claim checking savings deposit statement aba swift",
    ),
    (ACCOUNT | LOOK, "guarantor"),
    (
        LICENCE | DIRECT | LOOK,
        "licenceno licenseno licensenumber driverslicense driverlicense passportno passportnumber dl dln",
    ),
    (LICENCE | LOOK, "license licence passport"),
    (LICENCE, "lic certificate certification driver driver's drivers permit registration credential"),
    (
        DEVICE | DIRECT | LOOK,
        "udi imei meid serialno serialnumber deviceid iccid imsi idfa gaid deviceserial sn",
    ),
    (
        DEVICE,
        "serial device implant pacemaker lot icd stent pump sensor monitor defibrillator implanted prosthesis glucometer cgm wearable ventilator equipment lead generator model mac ser",
    ),
    (DEVICE | LOOK, "pacemaker implant implanted defibrillator glucometer"),
    (VEHICLE | DIRECT | LOOK, "vin licenseplate platenumber plateno"),
    (VEHICLE, "vehicle veh plate plates car truck tag automobile van registration sedan suv"),
    (OTHER | LOOK, "rx prescription badge specimen studentid employeeid"),
    (
        OTHER,
        "employee student study subject participant authorization auth referral badge case confirmation tracking claimant enrollment trial loyalty voter tribal incident order reference rxnumber barcode requisition ticket tattoo inmate token",
    ),
    (SSN | LOOK, "ssn socialsecurity socialsecuritynumber ssnumber itin tin socsec ssns ss ssa"),
    (SSN, "social security tax soc"),
    (LOOK, "resourcetype insert xmlns dos dod facility practitioner box pob taxid rxnorm"),
    (CARD | LOOK, "visa mastercard amex cardnumber creditcard ccnumber cardno pan discover ccnum"),
    (CARD, "card credit debit cc payment diners maestro"),
    (PROVIDER | LOOK, "npi dea npinumber deanumber"),
    (
        BIOMETRIC | LOOK,
        "fingerprint fingerprints biometric biometrics retina iris afis voiceprint faceprint voiceprints palmprint retinal irisscan facetemplate thumbprint faceid faceembedding minutiae",
    ),
    (PHOTO | LOOK, "photo photograph photourl headshot selfie mugshot photos avatar portrait"),
    (PHOTO, "picture image pic face facial jpeg"),
    (AGE, "age aged ages old yo y/o yr yrs year years yold"),
    (
        MACHINE,
        "host hosts file class thread method path db database table server service app application event queue topic module logger package function func node pod container cluster namespace process program command cmd domain dns bucket object index schema column field key display_name metric label tag image version branch repo repository job task worker plugin driver interface iface env environment region zone project resource component attribute param parameter property variable type kind log source target span trace operation op action route handler controller endpoint bean config configuration test step stage pipeline workflow template device partition volume disk mount group kernel cpu dataset model engine store cache exchange channel stream consumer producer broker",
    ),
    (
        AGENT,
        "by with per from to cc attn attention re via regarding spoke contacted notified informed signed dictated transcribed reviewed referred saw met discussed thanked advised told attested",
    ),
    (ZIP | LOOK, "zips zip zipcode postcode postalcode zip5 zip4"),
    (ZIP, "postal plz cap"),
    (
        PLACE,
        "city town county parish borough village municipality township district suburb neighborhood precinct birthplace hometown",
    ),
    (
        PROSE,
        "note notes comment comments narrative remark remarks hpi assessment impression history subjective objective findings complaint chiefcomplaint clinicalnote progressnote dischargesummary freetext transcript dictation instructions symptoms clinicalnotes summary",
    ),
    (UNIT, "apt apartment suite ste unit floor fl room rm bldg building lot trailer space penthouse dept"),
    (DATE, "date dates dt dte day time datetime on"),
    (EMAIL, "emails email e-mail mail emailaddress"),
    (NETWORK, "ip ipaddress ipaddr ipv4 ipv6 clientip remoteip remoteaddr xforwardedfor sourceip client_ip"),
    (URL, "url uri link website webpage homepage site portal"),
    (NINETY, "ninety hundred centenarian nonagenarian"),
    (GREETING, "dear hi hello hey sincerely regards thanks thank respectfully cheers warmly attn cordially"),
    (
        DIRECTION,
        "north south east west northeast northwest southeast southwest n s e w ne nw se sw new old upper lower great fort ft mount mt san santa los las el la le saint st port lake glen palm grand cedar oak elm",
    ),
    (
        PERIOD,
        "day days week weeks month months night nights evening morning afternoon weekend summer winter spring fall autumn year years",
    ),
    (
        STRONG,
        "john jack frank mike jean harry bobby tony jim joe tom bob tim dan sam ben ann anna jane mary david james peter paul kate nick rob ron ken don ray roy guy lee kim ted ned stu doug jerry terry barry larry gary carol dolly heather ginger ruby pearl amber ivy holly jasmine violet hazel iris rosemary veronica olive april june chuck randy jimmy danny timothy charlotte matt al bart billy christian clement colin cliff dale duke earl ernest francis fletcher gene gerald graham grant hank herb jay jade jean jeff jess jo josh kelly kerry kris laurel lance laura lily louis louise madeline marcel marina marsh martin mason maxim melody mercy merry mick miles molly morgan norm oscar otto page pansy patty penny pierce pip poppy rex rick robin roger rowan rusty ruth sandy saul sherry sherman sterling stewart sue summer sybil teddy valentine victor vic wade wally warren winnie",
    ),
    (CALLED, "to from recipient destination callee dialed ani caller"),
    (LOOK, "q searchterm aamva daq"),
    (USER, "user username login userid uid usr actor uname userlogin useraccount"),
    (
        PAYER,
        "aetna cigna humana anthem unitedhealthcare kaiser permanente bluecross blueshield tricare medicare medicaid wellpoint centene molina optum wellcare highmark healthfirst emblemhealth geisinger caresource amerigroup uhc premera regence carefirst carelon amerihealth masshealth tenncare badgercare peachcare soonercare wellsense unitedhealth",
    ),
];

/// Words that stand capitalised in clinical texts and in logs, and are no names.
const CAPITALISED: &str = include_str!("../../data/capitalised.txt");

const SLOTS: usize = 1 << 14;

/// The table of roles.
pub(crate) struct Vocabulary {
    slots: Vec<(u64, Roles)>,
    /// One bit for each of 2^16 hashes: most words are not in the vocabulary, and one look tells.
    filter: Vec<u64>,
}

impl Vocabulary {
    fn add(&mut self, hash: u64, roles: Roles) {
        if let Some(word) = self.filter.get_mut(filter_word(hash)) {
            *word |= 1 << (hash & 63);
        }
        let mut slot = slot(hash);
        while let Some(entry) = self.slots.get_mut(slot) {
            if entry.1 == 0 || entry.0 == hash {
                *entry = (hash, entry.1 | roles);
                return;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Roles of the word with this hash.
    pub(crate) fn get(&self, hash: u64) -> Roles {
        let known = self.filter.get(filter_word(hash)).is_some_and(|word| word >> (hash & 63) & 1 == 1);
        if !known {
            return 0;
        }
        let mut slot = slot(hash);
        loop {
            match self.slots.get(slot) {
                Some((found, roles)) if *found == hash && *roles != 0 => return *roles,
                Some((_, roles)) if *roles != 0 => slot = (slot + 1) % SLOTS,
                _ => return 0,
            }
        }
    }
}

fn filter_word(hash: u64) -> usize {
    usize::try_from((hash >> 20) & 1023).unwrap_or(0)
}

fn slot(hash: u64) -> usize {
    usize::try_from((hash ^ (hash >> 31)) & (SLOTS as u64 - 1)).unwrap_or(0)
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut vocabulary = Vocabulary { slots: vec![(0, 0); SLOTS], filter: vec![0; 1024] };
    for (roles, words) in WORDS {
        for word in words.split_ascii_whitespace() {
            vocabulary.add(hash(word.as_bytes()), *roles);
        }
    }
    for (word, roles) in super::compounds::words() {
        vocabulary.add(hash(word.as_bytes()), *roles);
    }
    // Made now, so that no line pays for it.
    super::compounds::full(0);
    // What is named for a person is a name all the same where a title or a given name says so.
    let mut named_for_persons = false;
    for line in CAPITALISED.lines() {
        if line.starts_with('#') {
            named_for_persons =
                ["# Eponyms", "# Instruments", "# Names"].iter().any(|head| line.starts_with(head));
            continue;
        }
        for word in line.split_ascii_whitespace() {
            let flags = super::dictionary().get(hash(word.as_bytes()));
            let person = named_for_persons && flags & (super::GIVEN | super::FAMILY) != 0;
            vocabulary.add(hash(word.as_bytes()), if person { EPONYM } else { KNOWN });
        }
    }
    vocabulary
});

/// The vocabulary; made when it is first asked for.
pub(crate) fn vocabulary() -> &'static Vocabulary {
    &VOCABULARY
}

/// All words that have roles, as they are listed; some are listed twice.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    let capitalised = CAPITALISED.lines().filter(|line| !line.starts_with('#'));
    let together = super::compounds::words().iter().map(|(word, _)| word.as_str());
    WORDS
        .iter()
        .map(|(_, words)| *words)
        .chain(capitalised)
        .flat_map(str::split_ascii_whitespace)
        .chain(together)
}

/// The number of a month by its name or abbreviation, from 1.
pub(crate) fn month(word: &[u8]) -> Option<u8> {
    let mut letters = [0_u8; 3];
    for (to, from) in letters.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    let [b'j' | b'f' | b'm' | b'a' | b's' | b'o' | b'n' | b'd', ..] = letters else { return None };
    let names: [&[u8; 3]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    names.iter().position(|name| **name == letters).and_then(|at| u8::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_all_the_roles_it_is_listed_with() {
        let v = vocabulary();
        let roles = v.get(hash(b"Patient"));
        assert_eq!(roles & (PERSON | MRN | NAMEMOD | LOOK), PERSON | MRN | NAMEMOD | LOOK);
        assert_eq!(v.get(hash(b"MRN")) & DIRECT, DIRECT);
        assert_eq!(v.get(hash(b"zebra")), 0);
        assert_eq!(month(b"September"), Some(9));
        assert_eq!(month(b"Mayor"), Some(5));
    }

    #[test]
    fn the_table_keeps_room_for_short_searches() {
        let used = vocabulary().slots.iter().filter(|slot| slot.1 != 0).count();
        assert!(used * 10 < SLOTS * 6, "{used} of {SLOTS}");
    }
}
