//! Words that end as medicines, diseases and operations do, and are no names whatever begins them.

use super::Reader;

impl Reader<'_> {
    /// Whether a word ends as medicines, diseases and operations do.
    pub(super) fn medical(&self, word: &[u8]) -> bool {
        let &[.., before @ b'a'..=b'z', last @ b'a'..=b'z'] = word else { return false };
        // Most words end in two letters that none of them ends in.
        let known =
            LAST_TWO.get(usize::from(before - b'a')).is_some_and(|bits| bits >> (last - b'a') & 1 == 1);
        known
            && word.len() > 5
            && ENDS.iter().any(|end| word.len() > end.len() + 1 && word.ends_with(end.as_bytes()))
    }
}

/// Ends of the names of medicines, diseases and operations.
const ENDS: [&str; 68] = [
    "pril",
    "olol",
    "statin",
    "sartan",
    "mab",
    "nib",
    "cillin",
    "mycin",
    "azole",
    "floxacin",
    "cycline",
    "prazole",
    "dipine",
    "zepam",
    "zolam",
    "tidine",
    "triptan",
    "vir",
    "caine",
    "gliptin",
    "gliflozin",
    "glutide",
    "formin",
    "thiazide",
    "semide",
    "parin",
    "xaban",
    "setron",
    "oxetine",
    "pine",
    "idone",
    "barbital",
    "profen",
    "sone",
    "solone",
    "tide",
    "itis",
    "osis",
    "emia",
    "ectomy",
    "otomy",
    "oscopy",
    "plasty",
    "pathy",
    "algia",
    "uria",
    "penia",
    "megaly",
    "gram",
    "graphy",
    "oma",
    "phylline",
    "terol",
    "lukast",
    "dronate",
    "afil",
    "emic",
    "thymic",
    "otropic",
    "trophic",
    "plegic",
    "lytic",
    "philic",
    "phobic",
    "tensive",
    "cular",
    "iform",
    "oidal",
];

/// For each last letter but one, a bit for each last letter of [`ENDS`].
const LAST_TWO: [u32; 26] = last_two();

#[expect(clippy::indexing_slicing, reason = "made by the compiler; an index beyond it would not compile")]
const fn last_two() -> [u32; 26] {
    let mut all = [0; 26];
    let mut at = 0;
    while at < ENDS.len() {
        if let [.., before, last] = ENDS[at].as_bytes() {
            all[(*before - b'a') as usize] |= 1 << (*last - b'a');
        }
        at += 1;
    }
    all
}
