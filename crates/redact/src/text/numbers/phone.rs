//! Telephones and faxes, by their form and by what announces them.

use crate::{
    Identifier as I,
    shape::{
        internet,
        phone::{self, Suspicion},
    },
    text::{Reader, theirs::package, weight},
    words::{vocabulary as v, words},
};

/// Words for a telephone that programs use for much else.
const FAINT: &[u64] = words!["number", "reached", "reach", "called", "text", "pager", "cell", "contact"];

impl Reader<'_> {
    pub(super) fn phone(&mut self, index: usize, start: usize) -> Option<usize> {
        // What is none even where a word announces one needs no look at the words.
        phone::phone(self.text, start, Suspicion::Context)?;
        let fax = self.near(index, v::FAX, 4) && !self.phone_is_nearer(index) || self.hint == Some(I::Fax);
        let called = self.near(index, v::PHONE | v::FAX, 5) || matches!(self.hint, Some(I::Phone | I::Fax));
        // `sequence number 897148773600`, `text/plain 48213044`: in logs these words alone announce no telephone.
        let weak = !self.strict && !self.person && self.hint.is_none() && !self.near_but(index, 5, FAINT);
        if !self.strict && self.byte(start) == b'+' && internet::v4(self.text, start + 1).is_some() {
            return None;
        }
        // Where another number was announced, it is that one.
        let other = self.near(index, v::MRN | v::PLAN | v::ACCOUNT | v::LICENCE | v::OTHER | v::DEVICE, 3)
            && !self.near(index, v::PHONE | v::FAX, 2);
        let suspicion = match () {
            () if called && !other && !weak => Suspicion::Context,
            () if self.strict
                || self.back(index, 1).symbol(b',')
                    && self.back(index, 2).capitalised()
                    && self.back(index, 2).known(crate::words::FAMILY) =>
            {
                Suspicion::Prose
            }
            () => Suspicion::Low,
        };
        let end = phone::phone(self.text, start, suspicion)?;
        // `NDC 00591-0405-01`: the package of a drug.
        if self.text.get(start..end).is_some_and(package) {
            return None;
        }
        let plain = self.text.get(start..end).is_some_and(|number| number.iter().all(u8::is_ascii_digit));
        // `phone book synced, 4155550 entries`, `mobile build 4821377`.
        if plain
            && !self.strict
            && (self.measured(end)
                || self.lower_is(
                    index.wrapping_sub(1),
                    words!["build", "version", "error", "code", "pid", "port"],
                ))
        {
            return Some(end);
        }
        self.hit(start, end, if fax { I::Fax } else { I::Phone }, weight::SHAPE);
        Some(end)
    }

    /// Whether a word for a telephone or fax stands before that is none of these.
    fn near_but(&self, index: usize, reach: usize, but: &[u64]) -> bool {
        (1..=reach).any(|by| {
            let token = self.back(index, by);
            token.is(v::PHONE | v::FAX)
                && !but.contains(&token.hash)
                && self.near(index, v::PHONE | v::FAX, by)
        })
    }

    fn phone_is_nearer(&self, index: usize) -> bool {
        for by in 1..=4 {
            let token = self.back(index, by);
            if token.is(v::FAX) {
                return false;
            }
            if token.is(v::PHONE) {
                return true;
            }
        }
        false
    }
}
