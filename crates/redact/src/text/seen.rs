//! What stands in a text at all: what does not, need not be looked for at each token.

use super::token::{Kind, Token};
use crate::words::vocabulary::Roles;

/// Roles and signs of a text, together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Roles of all words.
    pub(super) roles: Roles,
    /// A bit for each ASCII sign.
    signs: u128,
    /// Whether letters and digits stand together.
    pub(super) mixed: bool,
}

/// The bits of some signs.
fn bits(signs: &[u8]) -> u128 {
    signs.iter().fold(0, |all, byte| all | 1_u128.checked_shl(u32::from(*byte)).unwrap_or(0))
}

impl Seen {
    /// Where it is not known, anything may stand.
    pub(super) const ANYTHING: Self = Self { roles: Roles::MAX, signs: u128::MAX, mixed: true };

    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut seen = Self { roles: 0, signs: 0, mixed: false };
        for token in tokens {
            seen.roles |= token.roles;
            seen.mixed |= token.kind == Kind::Mixed;
            // A marker begins with its bracket.
            if matches!(token.kind, Kind::Symbol | Kind::Marker) {
                seen.signs |= bits(&[token.byte]);
            }
        }
        seen
    }

    /// Whether a word has one of these roles.
    pub(super) fn any(&self, roles: Roles) -> bool {
        self.roles & roles != 0
    }

    /// Whether one of these signs stands in the text.
    pub(super) fn holds(&self, signs: &[u8]) -> bool {
        self.signs & bits(signs) != 0
    }
}
