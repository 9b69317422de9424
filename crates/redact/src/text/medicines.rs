//! Words that end as medicines, diseases and operations do, and are no names whatever begins them.

use super::Reader;

impl Reader<'_> {
    /// Whether a word ends as medicines, diseases and operations do.
    pub(super) fn medical(&self, word: &[u8]) -> bool {
        let &[.., first, before @ b'a'..=b'z', last @ b'a'..=b'z'] = word else { return false };
        // Most words end in three letters that none of them ends in.
        let known = LAST
            .get(usize::from(before - b'a') * LETTERS + usize::from(last - b'a'))
            .is_some_and(|bits| bits >> (first & 0x1f) & 1 == 1);
        known
            && first.is_ascii_lowercase()
            && word.len() > 5
            && ENDS.iter().any(|end| {
                let end = end.as_bytes();
                end.last() == Some(&last) && word.len() > end.len() + 1 && word.ends_with(end)
            })
    }
}

const LETTERS: usize = 26;

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

/// For each two last letters, a bit for each letter before them in [`ENDS`].
const LAST: [u32; LETTERS * LETTERS] = last();

#[expect(clippy::indexing_slicing, reason = "made by the compiler; an index beyond it would not compile")]
const fn last() -> [u32; LETTERS * LETTERS] {
    let mut all = [0; LETTERS * LETTERS];
    let mut at = 0;
    while at < ENDS.len() {
        if let [.., first, before, last] = ENDS[at].as_bytes() {
            all[(*before - b'a') as usize * LETTERS + (*last - b'a') as usize] |= 1 << (*first & 0x1f);
        }
        at += 1;
    }
    all
}
