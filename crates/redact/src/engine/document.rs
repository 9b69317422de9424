//! Reads JSON: each value by its key, texts inside by themselves.

use std::ops::Range;

use super::{Engine, Scratch, beside, faces, fields, lists, versions};
use crate::{
    Identifier as I, Mode, Reason, Treatment,
    format::{
        fhir,
        hl7::{self, places},
        json::{self, End, Leaf},
        ncpdp, registry,
    },
    text::{
        self, Hit, Manner, dicom,
        key::{Class, about_person, classify},
        token::at,
        value::{formed, loosely_formed, plausible},
        weight,
    },
};

impl Engine {
    /// Reads the document that begins at `start`; its end, or nothing if it is none. One that breaks off is read as far
    /// as it goes, and its end is where it breaks.
    pub(super) fn json(
        &self,
        line: &[u8],
        start: usize,
        level: usize,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<Option<usize>, Reason> {
        let mut leaves = scratch.leaves.pop().unwrap_or_default();
        leaves.clear();
        let fragment = at(line, start) == b'"';
        let end = if fragment {
            json::walk_fragment(line, start, &mut scratch.stack, &mut leaves)
        } else {
            json::walk(line, start, &mut scratch.stack, &mut leaves)
        };
        let result = match end {
            End::TooDeep => Err(Reason::TooDeep),
            End::Whole(end) => {
                self.leaves(line, &leaves, level, scratch, hits)?;
                Ok(Some(end))
            }
            End::Broken(end) if !leaves.is_empty() => {
                self.leaves(line, &leaves, level, scratch, hits)?;
                Ok(Some(end))
            }
            End::Broken(_) => Ok(None),
        };
        scratch.leaves.push(leaves);
        result
    }

    fn leaves(
        &self,
        line: &[u8],
        leaves: &[Leaf],
        level: usize,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let get = |range: &Range<usize>| line.get(range.clone()).unwrap_or_default();
        let resource = fields::resource(line, leaves);
        let kind = resource.map(|leaf| fhir::kind(get(&leaf.value)));
        let is_person = kind.is_some_and(|kind| !matches!(kind, "Organization" | "ValueSet"));
        let measured = leaves.iter().any(|leaf| leaf.string && beside::measured(get(&leaf.value)));
        let class_of = |leaf: &Leaf| {
            let (mut key, mut parent) = (get(&leaf.key), get(&leaf.parent));
            // `"visitId":{"S":"v-4821"}`: the type of a value is no name of its own.
            if (fields::typed(key) || fields::operator(key)) && !parent.is_empty() {
                (key, parent) = (parent, get(&leaf.grandparent));
            }
            // OpenEMR's patients, among others, whose number is no process's.
            if key.eq_ignore_ascii_case(b"pid") && !text::value::process(get(&leaf.value)) {
                return Class::Formed(I::Mrn);
            }
            // The qualifier of X12's NM108, whose value is the number of a member.
            if key == b"mi" && formed(get(&leaf.value)) {
                return Class::Formed(I::HealthPlan);
            }
            if matches!(key, b"when" | b"at")
                && matches!(leaf.depth, 1 | 8)
                && fields::moment(get(&leaf.value))
            {
                return Class::Machine;
            }
            if fields::spot(key) && fields::degrees(get(&leaf.value)) {
                return Class::Weak(I::Address);
            }
            if resource.is_some_and(|whole| {
                fhir::of_the_message(
                    get(&whole.value),
                    whole.depth,
                    leaf.depth,
                    key,
                    parent,
                    get(&leaf.value),
                )
            }) {
                return Class::Machine;
            }
            if fields::sends(parent, get(&leaf.grandparent)) || fields::of_a_file(line, key, leaves) {
                return Class::Machine;
            }
            // `"caller":"store.go:42"` is the logger's, `"caller":"Jane Roe"` and `"caller":"+1415…"` are not.
            let calls = || key.eq_ignore_ascii_case(b"caller") && !get(&leaf.value).contains(&b':');
            // A logger's own keys stand above the resource that it writes.
            let outside = resource.is_none_or(|inner| inner.depth > leaf.depth);
            if matches!(leaf.depth, 1 | 8)
                && outside
                && fields::own(key)
                && !calls()
                && !versions::numbered_version(key, get(&leaf.value))
            {
                return Class::Machine;
            }
            // `"fw":"1.6.5.25"` is no address, `"api_version":"2023-10-16"` no day.
            if versions::version(key, get(&leaf.value)) {
                return Class::Machine;
            }
            if fields::of_a_firm(key, parent, get(&leaf.value)) {
                return Class::None;
            }
            // Of a sensor that is worn; Windows writes so of its own events.
            if key == b"systemTime" && parent != b"TimeCreated" {
                return Class::Weak(I::Date);
            }
            if key == b"userId" && measured && fields::object_id(get(&leaf.value)) {
                return Class::Is(I::Other);
            }
            if resource.is_some()
                && let Some(class) = fhir::class(key, parent, get(&leaf.grandparent), get(&leaf.value))
            {
                return class;
            }
            if resource.is_none()
                && !matches!(get(&leaf.grandparent), b"insurer" | b"payor" | b"payer")
                && let Some(class) = fhir::certain(key, parent, get(&leaf.grandparent), get(&leaf.value))
                    .filter(|class| *class != Class::Machine)
            {
                return class;
            }
            // A medicine as such is everybody's.
            let everybodys = resource.is_some_and(|kind| {
                matches!(
                    get(&kind.value),
                    b"Medication" | b"MedicationKnowledge" | b"Substance" | b"NutritionProduct"
                )
            });
            if key == b"id" && resource.is_some() && is_person && !everybodys {
                return Class::Weak(I::Mrn);
            }
            if let Some(class) = registry::key(key) {
                return class;
            }
            // `"00100010":{"vr":"PN","Value":[{"Alphabetic":"ROE^JANE"}]}` of DICOM.
            let tagged = match key {
                b"Value" => dicom::key(parent),
                b"Alphabetic" | b"Ideographic" | b"Phonetic" => dicom::key(get(&leaf.grandparent)),
                _ => dicom::key(key).or_else(|| ncpdp::key(key)),
            };
            if let Some(identifier) = tagged {
                return Class::Is(identifier);
            }
            // `{"C4":"19700131","CA":"JANE"}`: a claim, as its date of birth tells.
            if let Some(identifier) = ncpdp::short(key)
                && leaves.iter().any(|leaf| {
                    get(&leaf.key) == b"C4" && crate::shape::date::compact(get(&leaf.value), 0) == Some(8)
                })
            {
                return Class::Is(identifier);
            }
            let class = match scratch.known.classify(key, parent) {
                // `"pt":"06-57-59"`: the patient stands for the number.
                Class::Person
                    if matches!(key, b"pt" | b"pat" | b"patient" | b"Patient" | b"PT")
                        && formed(get(&leaf.value)) =>
                {
                    Class::Formed(I::Mrn)
                }
                // What FHIR numbers itself it names.
                Class::Loose | Class::Formed(_) if resource.is_some() => Class::None,
                class => class,
            };
            // `{"term":{"lastName":{"value":"Roe"}}}`.
            if class == Class::None && resource.is_none() && !parent.is_empty() && fields::compared(key) {
                let joined = beside::around(class, key, parent, get(&leaf.grandparent));
                return if joined == Class::None { classify(parent, get(&leaf.grandparent)) } else { joined };
            }
            beside::around(class, key, parent, get(&leaf.grandparent))
        };
        for leaf in leaves {
            let names = [get(&leaf.grandparent), get(&leaf.parent), get(&leaf.key)];
            if let Some((segment, place)) = places::placed(names) {
                hl7::referred(line, &segment, place, leaf.value.clone(), hits);
            }
        }
        let mut classes = scratch.classes.pop().unwrap_or_default();
        classes.clear();
        classes.extend(leaves.iter().map(class_of));
        fields::announced(line, leaves, &mut classes);
        fields::paired(line, leaves, &mut classes);
        faces::of_faces(line, leaves, &mut classes);
        beside::typed_beside(line, leaves, &mut classes);
        beside::named_beside(line, leaves, &mut classes);
        beside::kept_answers(line, leaves, &mut classes);
        beside::answered(line, leaves, &mut classes);
        let mut listed = scratch.listed.pop().unwrap_or_default();
        listed.clear();
        let rows = resource.is_none() && lists::rows(line, leaves, &classes, level, &mut listed);
        let person = is_person
            || rows
            || classes.contains(&Class::Is(I::Age))
            || measured
            || leaves.iter().any(|leaf| about_person(get(&leaf.parent)) || about_person(get(&leaf.grandparent)))
            || leaves.iter().zip(&classes).any(|(leaf, class)| {
                let class = *class;
                matches!(class, Class::Is(i) if !matches!(i, I::Ip | I::Email | I::Url | I::Phone | I::Device | I::Npi | I::Account | I::City | I::Biometric)) && plausible_leaf(class, get(&leaf.value))
                    || leaf.string && leaf.value.len() == 11 && crate::shape::ssn::ssn(get(&leaf.value), 0, false).is_some()
            });
        let person = person || leaves.iter().any(|leaf| leaf.string && beside::of_records(get(&leaf.value)));
        // An identifier of FHIR on a line of its own: `{ "system": …, "value": … }`.
        let told_kind = if resource.is_none() {
            leaves.iter().find_map(|leaf| fhir::kind_of_identifier(get(&leaf.key), get(&leaf.value)))
        } else {
            None
        };
        let first = hits.len();
        let mut result = self.each_leaf(line, leaves, &classes, told_kind, person, level, scratch, hits);
        // What a text of the document tells of, all of it is about.
        let told = |hit: &Hit| {
            matches!(hit.identifier, I::Name | I::Ssn | I::Phone) && hit.weight >= weight::NAME
                || matches!(hit.identifier, I::Mrn | I::HealthPlan) && hit.weight == weight::CONTEXT
        };
        if result.is_ok() && !person && hits.iter().skip(first).any(told) {
            hits.truncate(first);
            result = self.each_leaf(line, leaves, &classes, told_kind, true, level, scratch, hits);
        }
        hits.append(&mut listed);
        scratch.listed.push(listed);
        scratch.classes.push(classes);
        result
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a document, what is known of it, and where its findings go"
    )]
    fn each_leaf(
        &self,
        line: &[u8],
        leaves: &[Leaf],
        classes: &[Class],
        kind: Option<I>,
        person: bool,
        level: usize,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let get = |range: &Range<usize>| line.get(range.clone()).unwrap_or_default();
        // An extension of FHIR: its `url` tells what the value behind it is.
        let mut extension = None;
        for (leaf, class) in leaves.iter().zip(classes) {
            let mut class = *class;
            if get(&leaf.key) == b"url" {
                extension = fhir::extension(get(&leaf.value));
            } else if let Some(identifier) = extension.take()
                && get(&leaf.key).starts_with(b"value")
            {
                class = Class::Is(identifier);
            }
            if let Some(kind) = kind
                && get(&leaf.key) == b"value"
                && leaf.parent.is_empty()
            {
                class = Class::Is(kind);
            }
            let mut strict = self.strict;
            match self.treatment(get(&leaf.key)) {
                Some(Treatment::Pass) => continue,
                Some(Treatment::Read(mode)) => {
                    strict = mode == Mode::Strict;
                    class = Class::None;
                }
                Some(Treatment::Is(identifier) | Treatment::Drop(identifier)) => {
                    if !leaf.value.is_empty() && !text::value::whole_marker(get(&leaf.value)) {
                        self.push(leaf, identifier, u8::MAX, level, hits);
                    }
                    continue;
                }
                None => {}
            }
            self.leaf(
                line,
                leaf,
                class,
                Manner { strict, person, ..Manner::default() },
                level,
                scratch,
                hits,
            )?;
        }
        Ok(())
    }

    fn push(&self, leaf: &Leaf, identifier: I, weight: u8, level: usize, hits: &mut Vec<Hit>) {
        let quoted = if leaf.string { 0 } else { u8::try_from(level + 1).unwrap_or(u8::MAX) };
        hits.push(Hit { start: leaf.value.start, end: leaf.value.end, identifier, weight, quoted });
    }

    #[expect(clippy::too_many_arguments, reason = "a leaf, what is known of it, and where its findings go")]
    fn leaf(
        &self,
        line: &[u8],
        leaf: &Leaf,
        class: Class,
        manner: Manner,
        level: usize,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Reason> {
        let raw = line.get(leaf.value.clone()).unwrap_or_default();
        if !leaf.string {
            if let Class::Is(identifier) = class
                && plausible(identifier, raw)
            {
                self.push(leaf, identifier, weight::KEY, level, hits);
            } else if class == Class::Element && text::value::element(raw) {
                self.push(leaf, I::Date, weight::KEY, level, hits);
            } else if class == Class::User && manner.person && raw.len() > 4 && loosely_formed(raw) {
                self.push(leaf, I::Other, weight::KEY, level, hits);
            } else if let Class::Weak(identifier) | Class::Formed(identifier) = class
                && identifier != I::Date
                && (manner.person || matches!(class, Class::Formed(_)) && formed(raw))
                && plausible(identifier, raw)
                && raw.len() > 3
            {
                self.push(leaf, identifier, weight::KEY, level, hits);
            } else if class == Class::Loose && manner.person && loosely_formed(raw) {
                self.push(leaf, I::Other, weight::KEY, level, hits);
            } else if class == Class::Person
                && manner.person
                && raw.len() > 3
                && raw.iter().all(u8::is_ascii_digit)
            {
                // `"guarantor":63158`: the number stands for one.
                self.push(leaf, I::Mrn, weight::KEY, level, hits);
            } else if raw.len() >= 13
                && crate::shape::card::card(raw, 0, true) == Some(raw.len())
                && manner.strict
            {
                self.push(leaf, I::Card, weight::SHAPE, level, hits);
            }
            return Ok(());
        }
        if raw.is_empty() || class == Class::Machine {
            return Ok(());
        }
        if !leaf.escaped {
            let first = hits.len();
            self.value(raw, class, manner, level, scratch, hits)?;
            for hit in hits.iter_mut().skip(first) {
                hit.start += leaf.value.start;
                hit.end += leaf.value.start;
            }
            return Ok(());
        }
        let (mut decoded, mut map) = scratch.decoded.pop().unwrap_or_default();
        json::unescape(raw, &mut decoded, &mut map);
        let first = hits.len();
        let result = self.value(&decoded, class, manner, level, scratch, hits);
        for hit in hits.iter_mut().skip(first) {
            let from = map.get(hit.start).copied().unwrap_or(0);
            let to = map.get(hit.end).copied().unwrap_or(raw.len());
            hit.start = leaf.value.start + from;
            hit.end = leaf.value.start + to;
        }
        scratch.decoded.push((decoded, map));
        result
    }
}

fn plausible_leaf(class: Class, value: &[u8]) -> bool {
    matches!(class, Class::Is(identifier) if plausible(identifier, value))
}
