//! Fills a template: literal text as it is, slots from people, days and codes, spans where a slot has a label.

use super::{
    Dice, Kind, Label, Span,
    calendar::Day,
    codes, machine,
    people::Person,
    rare, registry,
    template::Piece,
    values::{Value, Values},
    wrap,
};

/// Between the bars stands what must go; the words around it tell no day by themselves.
const RELATIVE: [&str; 20] = [
    "|yesterday|",
    "|last Tuesday|",
    "|two days ago|",
    "on |Monday|",
    "this past |Friday|",
    "|tomorrow| morning",
    "|last week|",
    "|3 weeks ago|",
    "|next Thursday|",
    "on |Saturday|",
    "|Wednesday|",
    "the |day before yesterday|",
    "|five days ago|",
    "|last month|",
    "since |Sunday|",
    "|next week|",
    "|10 days ago|",
    "over the |weekend|",
    "|Thursday|",
    "|last night|",
];

/// Those who appear in a document.
struct Cast<'a> {
    people: [(&'static str, Person); 6],
    values: &'a Values,
    today: Day,
    /// Which half of the lists of codes and machine words.
    odd: bool,
    id: String,
}

impl Cast<'_> {
    fn slot(&self, slot: &str, dice: &mut Dice) -> Option<Value> {
        if let Some(rest) = slot.strip_prefix('=') {
            let (word, text) = rest.split_once('|')?;
            let label = Label::from_word(word)?;
            let numbered = matches!(
                label,
                Label::Other | Label::Device | Label::Plan | Label::Phone | Label::Mrn | Label::Biometric
            );
            // A number given as an example becomes another of its shape.
            let shape = |c: char| if numbered && matches!(c, '1'..='9') { '#' } else { c };
            let text = if numbered {
                dice.shape(&text.chars().map(shape).collect::<String>())
            } else {
                text.to_owned()
            };
            return Some(Value::new(label, text));
        }
        if let Some(rest) = slot.strip_prefix('%') {
            return rare::shaped(rest, dice);
        }
        if let Some(rest) = slot.strip_prefix('~') {
            if let Some(text) = rest.strip_prefix('|') {
                return Some(Value::new(Label::Tolerated, text));
            }
            let value = self.slot(rest, dice)?;
            return Some(Value::new(Label::Tolerated, value.text));
        }
        let (name, format) = slot.split_once(':').unwrap_or((slot, ""));
        if let Some(kind) = name.strip_prefix('#') {
            let text = codes::code(kind, format, self.odd, dice)
                .or_else(|| machine::word(kind, format, self.today, self.odd, dice))
                .or_else(|| registry::word(kind, dice))?;
            return Some(Value::plain(text));
        }
        if let Some((who, field)) = name.split_once('@') {
            let person = self.people.iter().find(|(as_who, _)| *as_who == who).map(|(_, person)| person);
            return registry::value(person, field, format, self.today, dice);
        }
        if let Some((who, field)) = name.split_once('.') {
            let (_, person) = self.people.iter().find(|(as_who, _)| *as_who == who)?;
            let value = self.field(person, field, format, dice)?;
            // A login of staff says who did something; the rule is about patients and theirs.
            let tolerated = field == "user" && ["dr", "dr2", "rn"].contains(&who);
            return Some(if tolerated { Value { label: Some(Label::Tolerated), ..value } } else { value });
        }
        Some(match name {
            "date" => Day(self.today.0 - dice.range(20, 3000)).value(format, dice)?,
            "near" => Day(self.today.0 - dice.range(0, 21)).value(format, dice)?,
            "future" => Day(self.today.0 + dice.range(1, 90)).value(format, dice)?,
            "rel" => {
                let mut parts = dice.pick(&RELATIVE).split('|');
                let (before, core) = (parts.next()?, parts.next()?);
                let text = format!("{before}{core}{}", parts.next()?);
                let core = (before.len(), before.len() + core.len());
                let keep = vec![(0, core.0), (core.1, text.len())];
                Value { keep, ..Value::new(Label::Relative, text) }
            }
            "weekday" => Value::new(Label::Relative, Day(self.today.0 + dice.range(0, 6)).weekday()),
            "hospital" => {
                let name = dice.pick(&self.values.hospital);
                Value::new(Label::Hospital, if format == "u" { name.to_uppercase() } else { name.to_owned() })
            }
            "visit" => Value::new(Label::Other, dice.shape("1000#######")),
            "accession" => {
                let shape =
                    dice.pick(&["##-##-######", "@@-##-#####", "E########", "A########", "##@#######"]);
                Value::new(Label::Other, dice.shape(shape))
            }
            "id" => Value::new(Label::Other, &self.id),
            _ => return None,
        })
    }

    fn field(&self, person: &Person, field: &str, format: &str, dice: &mut Dice) -> Option<Value> {
        const TEXTUAL: [&str; 6] = ["u", "l", "url", "sql", "json", "ascii"];
        if !TEXTUAL.contains(&format) {
            return person.field(field, format, dice);
        }
        let mut value = person.field(field, "", dice)?;
        value.text = match format {
            "u" => value.text.to_uppercase(),
            "l" => value.text.to_lowercase(),
            "sql" => value.text.replace('\'', "''"),
            "json" => escaped(&value.text),
            "url" => encoded(&value.text, dice.pick(&["+", "%20"])),
            _ => return None,
        };
        if format != "u" && format != "l" {
            value.keep.clear();
        }
        Some(value)
    }
}

/// Percent-encoded, as a form or a path has it.
fn encoded(text: &str, space: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out += space,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

/// As programs write it that keep their JSON to ASCII.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut units = [0; 2];
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        }
    }
    out
}

/// A text in the making.
#[derive(Default)]
struct Draft {
    text: String,
    spans: Vec<Span>,
    /// Spans that `<<[label>>` began and `<<]>>` will end.
    open: Vec<(usize, Label)>,
}

impl Draft {
    /// Ends the span that began last. What it holds keeps its own label if the whole is tolerated.
    fn close(&mut self) -> Option<()> {
        let (start, label) = self.open.pop()?;
        if label != Label::Tolerated {
            self.spans.retain(|span| span.start < start);
        }
        self.spans.push(Span { start, end: self.text.len(), label, keep: Vec::new(), bare: false });
        Some(())
    }
}

fn fill(pieces: &[Piece], cast: &Cast, dice: &mut Dice, draft: &mut Draft) -> Result<(), String> {
    for piece in pieces {
        match piece {
            Piece::Text(words) => draft.text.push_str(words),
            Piece::Choice(ways) => {
                let ways: Vec<&[Piece]> = ways.iter().map(Vec::as_slice).collect();
                fill(dice.pick(&ways), cast, dice, draft)?;
            }
            Piece::Slot(slot) => {
                let unknown = || format!("no slot is called {slot}");
                if slot == "]" {
                    draft.close().ok_or_else(unknown)?;
                } else if let Some(word) = slot.strip_prefix('[') {
                    let label = if word == "~" { Some(Label::Tolerated) } else { Label::from_word(word) };
                    draft.open.push((draft.text.len(), label.ok_or_else(unknown)?));
                } else {
                    let (slot, bare) =
                        slot.strip_prefix('?').map_or((slot.as_str(), false), |slot| (slot, true));
                    let value = cast.slot(slot, dice).ok_or_else(unknown)?;
                    let start = draft.text.len();
                    draft.text.push_str(&value.text);
                    if let Some(label) = value.label.filter(|_| !value.text.is_empty()) {
                        let keep = value.keep.iter().map(|(a, b)| (a + start, b + start)).collect();
                        draft.spans.push(Span { start, end: draft.text.len(), label, keep, bare });
                    }
                }
            }
        }
    }
    Ok(())
}

/// A document from a template.
pub(super) fn document(
    template: &[Piece],
    kind: Kind,
    values: &Values,
    dice: &mut Dice,
) -> Result<(String, Vec<Span>), String> {
    let today = Day(Day::new(2019, 1, 2).0 + dice.range(0, 2800));
    let people = ["pt", "pt2", "nok", "dr", "dr2", "rn"].map(|who| (who, Person::new(today, values, dice)));
    let id = if dice.chance(50) {
        machine::word("uuid", "", today, false, dice).unwrap_or_default()
    } else {
        dice.shape("########")
    };
    let odd = values.odd;
    let cast = Cast { people, values, today, odd, id };
    let mut draft = Draft::default();
    fill(template, &cast, dice, &mut draft)?;
    let Draft { mut text, mut spans, .. } = draft;
    let json = text.starts_with('{') && text.contains('\n');
    if json && dice.chance(50) {
        text = wrap::compact(&text, &mut spans);
    } else if text.starts_with("MSH|") {
        // Segments end with a carriage return (HL7 v2, 2.5); files often have line feeds.
        let end = *dice.pick(&[&'\r', &'\n']);
        text = text.replace('\n', &end.to_string());
    }
    if kind == Kind::Log {
        text = wrap::carried(text, &mut spans, today, dice);
    }
    Ok((text, spans))
}
