//! Kinds of streets that are words of other things as well, and units on lines of their own.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    words::{FAMILY, GIVEN, WORD, vocabulary as v, words},
};

/// Kinds of streets that other things are called, too.
const BYWAYS: &[u64] = words![
    "annex",
    "arcade",
    "bayou",
    "beach",
    "bluff",
    "bluffs",
    "bottom",
    "branch",
    "bridge",
    "brook",
    "brooks",
    "burg",
    "burgs",
    "camp",
    "canyon",
    "cape",
    "circles",
    "cliff",
    "cliffs",
    "common",
    "commons",
    "corner",
    "corners",
    "course",
    "courts",
    "coves",
    "creek",
    "crossroad",
    "crossroads",
    "curve",
    "dale",
    "dam",
    "divide",
    "drives",
    "estate",
    "extension",
    "extensions",
    "fall",
    "falls",
    "ferry",
    "field",
    "fields",
    "flat",
    "flats",
    "ford",
    "fords",
    "forest",
    "forge",
    "forges",
    "fork",
    "forks",
    "fort",
    "garden",
    "gateway",
    "glen",
    "glens",
    "greens",
    "groves",
    "harbor",
    "harbors",
    "haven",
    "inlet",
    "island",
    "islands",
    "isle",
    "junction",
    "junctions",
    "key",
    "keys",
    "knolls",
    "land",
    "light",
    "lights",
    "loaf",
    "lock",
    "locks",
    "lodge",
    "manors",
    "mill",
    "mills",
    "mission",
    "motorway",
    "mount",
    "mountain",
    "mountains",
    "neck",
    "oval",
    "overpass",
    "parks",
    "parkways",
    "passage",
    "pine",
    "plain",
    "plains",
    "plazas",
    "points",
    "port",
    "ports",
    "prairie",
    "radial",
    "ramp",
    "ranch",
    "rapid",
    "rapids",
    "rest",
    "ridges",
    "river",
    "roads",
    "shoal",
    "shoals",
    "skyway",
    "spur",
    "spurs",
    "squares",
    "stravenue",
    "stream",
    "streets",
    "summit",
    "throughway",
    "track",
    "trafficway",
    "trailer",
    "tunnel",
    "underpass",
    "union",
    "unions",
    "valleys",
    "viaduct",
    "views",
    "village",
    "villages",
    "ville",
    "vista",
    "walks",
    "wall",
    "ways",
    "well",
    "wells",
];

impl Reader<'_> {
    /// In prose: a kind of street that is a word of other things as well (USPS Publication 28, appendix C1).
    ///
    /// The word before must be no ordinary one, or a unit follows, or the address begins the line.
    pub(super) fn byway(&self, first: usize, index: usize) -> bool {
        let (token, before) = (self.t(index), self.back(index, 1));
        self.strict
            && token.case == Case::Capital
            && self.lower_is(index, BYWAYS)
            && index <= first + 3
            && before.case == Case::Capital
            && !before.is(v::MACHINE)
            && !(first > 1
                && self.lower_is(first - 2, words!["grade", "level", "stage", "step", "type", "zone"]))
            && (before.known(GIVEN | FAMILY) && !before.known(WORD)
                || before.known(GIVEN)
                || self.t(index + 1).is(v::UNIT)
                || self.t(index + 2).is(v::UNIT) && self.t(index + 1).symbol(b',')
                || before.known(FAMILY)
                    && (first < 2 || self.back(first, 2).symbol(b'\n'))
                    && matches!(self.t(index + 1).kind, Kind::None | Kind::Symbol))
    }

    /// In prose: the line of an address that holds nothing but `Apt. 12`.
    pub(super) fn unit_alone(&mut self, index: usize) -> Option<usize> {
        let begins = matches!(self.back(index, 1).kind, Kind::None) || self.back(index, 1).symbol(b'\n');
        if !self.strict || !begins || !self.lower_is(index, words!["apt", "apartment", "suite", "ste"]) {
            return None;
        }
        let start = self.t(index).start;
        let (end, next) = self.unit(index, start);
        let ends = matches!(self.t(next).kind, Kind::None)
            || self.t(next).symbol(b'\n')
            || self.t(next).symbol(b',');
        if end == start || !ends {
            return None;
        }
        self.hit(start, end, Identifier::Address, weight::PLACE);
        Some(end)
    }
}
