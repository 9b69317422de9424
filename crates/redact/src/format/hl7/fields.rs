//! What the fields of HL7 v2 segments are (HL7 v2.5.1 and v2.8, chapters 2 to 8, 10 to 12, 15 and 17).

use std::sync::LazyLock;

use crate::Identifier as I;

/// What a field is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    /// Each component is this.
    All(I),
    /// The first component is this.
    First(I),
    /// Extended person name behind an id: `id^family^given^…` (XCN).
    Clinician,
    /// Name with date and location: `id&family&given^start^end^…^facility` (NDL).
    Parties,
    /// Extended address (XAD).
    Address,
    /// Telephone, with an e-mail address among the components (XTN).
    Telecom,
    /// A place in a facility: `unit^room^bed^facility` (PL).
    Location,
    /// Quantity and timing: the fourth and fifth component are times (TQ).
    Timing,
    /// Two times, from and to (DR).
    Range,
    /// A code, and the day or the two days when it was so (OCD, OSP).
    Occurrence,
    /// Text that people wrote.
    Prose,
    /// A code of a table, a payer: it stays, whatever its form.
    Code,
}

/// Segments whose fields are known, the rows of the standard's tables that can identify: a letter for what a field is (see
/// [`meant`]), and the numbers of the fields that are.
const TABLE: &str = "\
PID m2,3,4,21 n5,6,9 d7,29,33 -10,15,16,17,22 a11 y12,23,24 t13,14,40 A18 s19 L20
PD1 f3,14 c4 m10 d13,17,18
NK1 n2,26,30 -3,7,35 a4,32 t5,6,31,40,41 d8,9,16 o12,33 f13 s37 y38
GT1 A2 n3,4,16,42,45 a5,17 t6,7,18,46 d8,13,14,24,31,32 s12 o19,29
IN1 -2,3,4 n6,16 t7 h8,10,36,46,49 d12,13,18,24,26,29 o14,28 a19,44 c30 y52
IN2 o1 s2 c3 h6,8,10,26,61 n7,9,22,40,49,52 d17,55 t50,53,63,64
IN3 o2 c3,8,14,25 d6,7,9,10,13,22 n15 t16,19
PV1 l3,6,11,42,43 m5,19,50 c7,8,9,17,52 d25,29,35,44,45
PV2 l1 p3,12 d8,9,14,17,26,28,29,33,46,47,48 c13 f23
MRG m1,2,4,5,6 A3 n7
EVN d2,3,6 c5
ACC d1 p3,8 c7 n9 a11 -2
ROL -2,3 c4 d5,6 a11 t12
PRT -2,3,4 c5 f8 l9 D10,16,20 d11,12,17 a14 t15 o21
DG1 d5,19 c16 -3,6
PR1 d5 c8,11,12 -3
DRG d2
AL1 -2,3,5 d6
IAM -2,3,5 d11,13,20 n14 c18
ABS c1,5,8 d4,7
UB2 e7,8 o17
ARQ o1,2,24,25 -6,7,8,9 r11 c15,19 t16,20 a17 l18
SCH O1,2 -6,7,8 q11 c12,16,20 t13,17,21 a14,18 l15,19,22 o4,26,27
AIS -3 d4
AIG c3 -4 d8
AIL l3 d6
AIP c3 -4 d6
RF1 -1,2,3,4,5,10 o6,11 d7,8,9
AUT -1,2,3 d4,5 o6
PRD -1 n2 a3 l4 t5 o7 d8,9
CTD -1 n2 a3 l4 t5 o7
ORC o2,3,4,8 q7 d9,15,27 c10,11,12,19 l13 t14,23 -16,17,18 f21 a22,24
TQ1 d7,8
OBR o2,3,29 -4,31,44 d6,7,8,14,22,36 c10,16,28 p13,39 t17 q27 k32,33,34,35
OBX p5 -3,6,7,8 d14,19 c16,25 D18 f23 a24
NTE p3 c5 d6,7,8
DSP p3
ODS p4
SPM O2,3 -4,5,6,7,8,9 p14 r17 d18 -20
SAC o2,3,4 d7
TXA d4,6,7,8 c5,9,10,11,22,23 o12,13,14,15 p16
CON o4 p5 d12,13,14,15
FT1 -2,3,6,7,8,9,14,19,25,26 r4 d5 f16 c20,21,24 o23
RXO -1 c14,15
RXE q1 -2 c13,14 o15 d18,32
RXD -2,18,19 d3 o7 c10
RXG q3 -4,20 l11
RXA d3,4,22 -5,15,16,17 c10 l11 a28
PDA l2 d4 c5
QRD c8 -9,10
QRF d2,3,6
QPD -1,2
MSA p3
ERR p7,8
ARV p5
PRB d2,7,8,16 o4
GOL d2,7,8 o4
PTH o3 d4
CSR -1 m4 o5 d6 c7,8
CSP d2,3
BLG A3
NPU l1
STF o2 n3 d6,12,13,24,25 t10 a11 L22
PRA o1 L6
AFF f2 a3 r4
EDU -2 r3 f6 a7
CER L2 d7
FAC f1 a3 t4 c5,7,12
DB1 o3 d5,6,7,8
PEO d3,4,5,6 a7
PES c2 a3 t4 o5
PDC D4
DON o1 d3,4 f9 c20
BPO d5,8 l6,9 a7,10
BPX d3 o5 c16
BTX o2 c12,13 d14
IPC o1,2,3,4
IVC A1,2 d7 o14
";

/// What the letters of the table stand for.
const fn meant(letter: u8) -> Field {
    match letter {
        b'm' => Field::First(I::Mrn),
        b'n' => Field::All(I::Name),
        b'd' => Field::All(I::Date),
        b's' => Field::All(I::Ssn),
        b'y' => Field::All(I::City),
        b'A' => Field::First(I::Account),
        b'L' => Field::First(I::Licence),
        b'h' => Field::First(I::HealthPlan),
        b'f' => Field::First(I::Facility),
        b'D' => Field::First(I::Device),
        b'o' => Field::First(I::Other),
        b'O' => Field::All(I::Other),
        b'a' => Field::Address,
        b't' => Field::Telecom,
        b'c' => Field::Clinician,
        b'k' => Field::Parties,
        b'l' => Field::Location,
        b'q' => Field::Timing,
        b'r' => Field::Range,
        b'e' => Field::Occurrence,
        b'p' => Field::Prose,
        _ => Field::Code,
    }
}

/// A segment's name, and its fields by their number.
type Segment = (&'static [u8], Vec<Option<Field>>);

/// The table, read once, by the names of segments.
static SEGMENTS: LazyLock<Vec<Segment>> = LazyLock::new(|| {
    let mut all: Vec<Segment> = TABLE.lines().map(segment).collect();
    all.sort_unstable_by_key(|(name, _)| *name);
    all
});

fn segment(row: &'static str) -> Segment {
    let (name, rest) = row.split_once(' ').unwrap_or((row, ""));
    let mut fields = Vec::new();
    for group in rest.split(' ') {
        let letter = group.bytes().next().unwrap_or(b'-');
        for number in group.get(1..).unwrap_or_default().split(',').filter_map(|n| n.parse::<usize>().ok()) {
            fields.resize(fields.len().max(number + 1), None);
            if let Some(slot) = fields.get_mut(number) {
                *slot = Some(meant(letter));
            }
        }
    }
    (name.as_bytes(), fields)
}

/// The fields of a segment, by their number; nothing if it is unknown.
pub(super) fn of(name: &[u8]) -> Option<&'static [Option<Field>]> {
    let at = SEGMENTS.binary_search_by_key(&name, |(known, _)| *known).ok()?;
    SEGMENTS.get(at).map(|(_, fields)| fields.as_slice())
}

/// Segments in which fields that are not listed are read by their form: senders shift fields.
pub(super) const LOOSE: [&[u8; 3]; 19] = [
    b"PID", b"NK1", b"GT1", b"IN1", b"IN2", b"PV1", b"PD1", b"ACC", b"OBR", b"PV2", b"ORC", b"SCH", b"TXA",
    b"QPD", b"PRD", b"RXE", b"FT1", b"ARQ", b"PRT",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_the_table_is_read() {
        for (name, fields) in SEGMENTS.iter() {
            assert!(name.len() == 3 && fields.len() > 1 && of(name).is_some(), "{name:?}");
        }
        assert_eq!(SEGMENTS.len(), TABLE.lines().count());
        let known = |name: &str, number: usize| of(name.as_bytes())?.get(number).copied().flatten();
        assert!(matches!(known("PID", 19), Some(Field::All(I::Ssn))));
        assert!(matches!(known("UB2", 7), Some(Field::Occurrence)));
        assert!(known("PID", 8).is_none() && of(b"ABC").is_none());
    }
}
