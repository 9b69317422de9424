//! Labelled texts of a clinic's systems, made from templates and seeds: the same input gives the same bytes.
//!
//! A template holds what a real system writes, with slots where values belong. What a slot writes is labelled by the
//! slot, never by a recognizer, so a corpus can't favour what the recognizers happen to find. Two sets share the code
//! and nothing else: `tuning` may be read by whoever improves the recognizers, `judging` is for figures alone. Each has
//! templates, names, streets and cities of its own.

mod calendar;
mod codes;
mod days;
mod dice;
mod machine;
mod numbers;
mod people;
mod places;
mod rare;
mod registry;
mod render;
mod template;
mod values;
mod wrap;

pub(crate) use dice::Dice;
use values::Values;

/// What a labelled span identifies: the identifiers of 45 CFR 164.514(b)(2)(i), parted where figures differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Label {
    Name,
    Address,
    City,
    Hospital,
    Relative,
    Zip,
    Date,
    Age,
    Phone,
    Fax,
    Email,
    Ssn,
    Mrn,
    Plan,
    Account,
    Card,
    Licence,
    Npi,
    Dea,
    Vehicle,
    Device,
    Url,
    Ip,
    Biometric,
    Photo,
    Other,
    /// Neither a miss if it stays nor a false hit if it is masked: a state beside a city, the address of a machine, the
    /// login of staff.
    Tolerated,
}

impl Label {
    /// All labels that count.
    pub(crate) const ALL: [Self; 26] = [
        Self::Name,
        Self::Address,
        Self::City,
        Self::Hospital,
        Self::Relative,
        Self::Zip,
        Self::Date,
        Self::Age,
        Self::Phone,
        Self::Fax,
        Self::Email,
        Self::Ssn,
        Self::Mrn,
        Self::Plan,
        Self::Account,
        Self::Card,
        Self::Licence,
        Self::Npi,
        Self::Dea,
        Self::Vehicle,
        Self::Device,
        Self::Url,
        Self::Ip,
        Self::Biometric,
        Self::Photo,
        Self::Other,
    ];

    /// The word for it in files and tables.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::City => "city",
            Self::Hospital => "hospital",
            Self::Relative => "relative-date",
            Self::Zip => "zip",
            Self::Date => "date",
            Self::Age => "age",
            Self::Phone => "phone",
            Self::Fax => "fax",
            Self::Email => "email",
            Self::Ssn => "ssn",
            Self::Mrn => "mrn",
            Self::Plan => "plan",
            Self::Account => "account",
            Self::Card => "card",
            Self::Licence => "licence",
            Self::Npi => "npi",
            Self::Dea => "dea",
            Self::Vehicle => "vehicle",
            Self::Device => "device",
            Self::Url => "url",
            Self::Ip => "ip",
            Self::Biometric => "biometric",
            Self::Photo => "photo",
            Self::Other => "other",
            Self::Tolerated => "tolerated",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Tolerated]).find(|label| label.word() == word)
    }
}

/// A labelled part of a text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) label: Label,
    /// Parts inside that may stay: the year of a date, the first three digits of a ZIP code, a time of day.
    pub(crate) keep: Vec<(usize, usize)>,
    /// Has neither a form that tells what it is nor a field name, label or standard's place: a number on a wristband.
    pub(crate) bare: bool,
}

/// What kind of text it is; modes are judged by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// People wrote it: notes, letters, messages.
    Prose,
    /// Programs wrote it about patients: application logs, access logs, queries.
    Log,
    /// Records of a standard: FHIR, HL7 v2, X12.
    Record,
    /// Programs wrote it about themselves; no PHI.
    Machine,
}

impl Kind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Log => "log",
            Self::Record => "record",
            Self::Machine => "machine",
        }
    }
}

/// A text with its labels.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) id: String,
    pub(crate) genre: String,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) spans: Vec<Span>,
}

/// Which templates and values: see the head of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    Tuning,
    Judging,
    /// What was a half of the judging set until it had judged: read since, and part of the tuning set.
    Opened,
    /// What was written with the fresh part, apart from the recognizers, and fell to the tuning set by lot.
    Common,
    /// The latest part of the judging set alone.
    Fresh,
    /// Lines for measuring speed, with the values of the judging set.
    Bench,
}

impl Set {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Tuning => "tuning",
            Self::Judging => "judging",
            Self::Opened => "opened",
            Self::Common => "common",
            Self::Fresh => "fresh",
            Self::Bench => "bench",
        }
    }

    /// Finds a set by its word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Tuning, Self::Judging, Self::Opened, Self::Common, Self::Fresh, Self::Bench]
            .into_iter()
            .find(|set| set.word() == word)
    }

    /// The seed of the recorded figures.
    pub(crate) const fn seed(self) -> u64 {
        match self {
            Self::Tuning => 164_514,
            Self::Judging => 20_261_122,
            Self::Opened => 20_270_314,
            Self::Common => 27_182_818,
            Self::Fresh => 31_415_926,
            Self::Bench => 7,
        }
    }

    const fn files(self) -> &'static [(Kind, &'static str)] {
        match self {
            Self::Tuning => &[
                (Kind::Prose, include_str!("templates/tuning/notes.txt")),
                (Kind::Prose, include_str!("templates/tuning/messages.txt")),
                (Kind::Log, include_str!("templates/tuning/logs.txt")),
                (Kind::Record, include_str!("templates/tuning/records.txt")),
                (Kind::Record, include_str!("templates/tuning/fhir.txt")),
                (Kind::Machine, include_str!("templates/tuning/machine.txt")),
                (Kind::Log, include_str!("templates/tuning/frameworks.txt")),
                (Kind::Log, include_str!("templates/tuning/envelopes.txt")),
                (Kind::Log, include_str!("templates/tuning/requests.txt")),
                (Kind::Log, include_str!("templates/tuning/databases.txt")),
                (Kind::Record, include_str!("templates/tuning/exports.txt")),
                (Kind::Log, include_str!("templates/tuning/wires.txt")),
                (Kind::Record, include_str!("templates/tuning/resources.txt")),
                (Kind::Record, include_str!("templates/tuning/messages-v2.txt")),
                (Kind::Prose, include_str!("templates/tuning/specialties.txt")),
                (Kind::Prose, include_str!("templates/tuning/conversations.txt")),
                (Kind::Prose, include_str!("templates/tuning/reports.txt")),
                (Kind::Log, include_str!("templates/tuning/vocabularies.txt")),
                (Kind::Machine, include_str!("templates/tuning/machine-hosts.txt")),
                (Kind::Machine, include_str!("templates/tuning/machine-services.txt")),
                (Kind::Machine, include_str!("templates/tuning/machine-platforms.txt")),
                (Kind::Machine, include_str!("templates/tuning/machine-code.txt")),
                (Kind::Machine, include_str!("templates/tuning/machine-others.txt")),
            ],
            Self::Judging => &[
                (Kind::Prose, include_str!("templates/judging/notes.txt")),
                (Kind::Prose, include_str!("templates/judging/messages.txt")),
                (Kind::Log, include_str!("templates/judging/logs.txt")),
                (Kind::Record, include_str!("templates/judging/records.txt")),
                (Kind::Record, include_str!("templates/judging/fhir.txt")),
                (Kind::Machine, include_str!("templates/judging/machine.txt")),
            ],
            Self::Opened => &[
                (Kind::Log, include_str!("templates/opened/applications.txt")),
                (Kind::Log, include_str!("templates/opened/access.txt")),
                (Kind::Log, include_str!("templates/opened/engines.txt")),
                (Kind::Record, include_str!("templates/opened/resources.txt")),
                (Kind::Record, include_str!("templates/opened/segments.txt")),
                (Kind::Record, include_str!("templates/opened/tables.txt")),
                (Kind::Prose, include_str!("templates/opened/chart.txt")),
                (Kind::Prose, include_str!("templates/opened/letters.txt")),
                (Kind::Prose, include_str!("templates/opened/talk.txt")),
                (Kind::Machine, include_str!("templates/opened/hosts.txt")),
                (Kind::Machine, include_str!("templates/opened/services.txt")),
            ],
            Self::Common => &[
                (Kind::Log, include_str!("templates/common/logs.txt")),
                (Kind::Log, include_str!("templates/common/queries.txt")),
                (Kind::Record, include_str!("templates/common/records.txt")),
                (Kind::Record, include_str!("templates/common/tables.txt")),
                (Kind::Prose, include_str!("templates/common/notes.txt")),
                (Kind::Prose, include_str!("templates/common/talk.txt")),
                (Kind::Machine, include_str!("templates/common/machine-apps.txt")),
                (Kind::Machine, include_str!("templates/common/machine-data.txt")),
                (Kind::Machine, include_str!("templates/common/machine-hosts.txt")),
                (Kind::Log, include_str!("templates/common/logs-2.txt")),
                (Kind::Log, include_str!("templates/common/queries-2.txt")),
                (Kind::Record, include_str!("templates/common/records-2.txt")),
                (Kind::Record, include_str!("templates/common/tables-2.txt")),
                (Kind::Prose, include_str!("templates/common/notes-2.txt")),
                (Kind::Prose, include_str!("templates/common/talk-2.txt")),
                (Kind::Machine, include_str!("templates/common/machine-apps-2.txt")),
                (Kind::Machine, include_str!("templates/common/machine-data-2.txt")),
                (Kind::Machine, include_str!("templates/common/machine-hosts-2.txt")),
                (Kind::Log, include_str!("templates/common/logs-3.txt")),
                (Kind::Log, include_str!("templates/common/queries-3.txt")),
                (Kind::Record, include_str!("templates/common/records-3.txt")),
                (Kind::Record, include_str!("templates/common/tables-3.txt")),
                (Kind::Prose, include_str!("templates/common/notes-3.txt")),
                (Kind::Prose, include_str!("templates/common/talk-3.txt")),
                (Kind::Machine, include_str!("templates/common/machine-apps-3.txt")),
                (Kind::Machine, include_str!("templates/common/machine-data-3.txt")),
                (Kind::Machine, include_str!("templates/common/machine-hosts-3.txt")),
                (Kind::Log, include_str!("templates/common/logs-4.txt")),
                (Kind::Log, include_str!("templates/common/queries-4.txt")),
                (Kind::Machine, include_str!("templates/common/machine-apps-4.txt")),
                (Kind::Record, include_str!("templates/common/records-4.txt")),
                (Kind::Record, include_str!("templates/common/tables-4.txt")),
                (Kind::Prose, include_str!("templates/common/notes-4.txt")),
                (Kind::Prose, include_str!("templates/common/talk-4.txt")),
                (Kind::Machine, include_str!("templates/common/machine-data-4.txt")),
            ],
            Self::Fresh => &[
                (Kind::Log, include_str!("templates/fresh/logs.txt")),
                (Kind::Log, include_str!("templates/fresh/queries.txt")),
                (Kind::Record, include_str!("templates/fresh/records.txt")),
                (Kind::Record, include_str!("templates/fresh/tables.txt")),
                (Kind::Prose, include_str!("templates/fresh/notes.txt")),
                (Kind::Prose, include_str!("templates/fresh/talk.txt")),
                (Kind::Machine, include_str!("templates/fresh/machine-apps.txt")),
                (Kind::Machine, include_str!("templates/fresh/machine-data.txt")),
                (Kind::Machine, include_str!("templates/fresh/machine-hosts.txt")),
            ],
            Self::Bench => &[(Kind::Machine, include_str!("templates/bench.txt"))],
        }
    }
}

/// How often each template is filled for the recorded figures.
pub(crate) const ROUNDS: usize = 12;

/// Documents of a set: each template `rounds` times, with other people each time.
///
/// # Errors
///
/// Names the template and its slot if one is misspelt.
pub(crate) fn documents(set: Set, seed: u64, rounds: usize) -> Result<Vec<Document>, String> {
    let mut all = Vec::new();
    let values = Values::of(set);
    for (file, (kind, text)) in set.files().iter().enumerate() {
        for (number, (genre, template)) in template::split(text)?.into_iter().enumerate() {
            for round in 0..rounds {
                // Each document has dice of its own: adding a template changes no other document.
                let mut dice = Dice::new(seed, &[file as u64, number as u64, round as u64]);
                let (text, spans) = render::document(&template, *kind, &values, &mut dice)
                    .map_err(|fault| format!("{} template {number} of {genre}: {fault}", set.word()))?;
                let id = format!("{}-{genre}-{number}-{round}", set.word());
                all.push(Document { id, genre: genre.clone(), kind: *kind, text, spans });
            }
        }
    }
    // A part as it is by itself; a seed that is another for one part is another for all.
    let parts: &[Set] = match set {
        Set::Tuning => &[Set::Opened, Set::Common],
        Set::Judging => &[Set::Fresh],
        _ => &[],
    };
    for part in parts {
        all.extend(documents(*part, seed ^ set.seed() ^ part.seed(), rounds)?);
    }
    Ok(all)
}
