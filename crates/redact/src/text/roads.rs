//! Addresses of other forms: numbered roads, corners, military mail, house numbers in words, postal codes from abroad.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier,
    shape::alphanumeric,
    words::{COMMON, GIVEN, WORD, list, vocabulary as v, words},
};

/// Kinds of streets of appendix C of Publication 28 of the Postal Service that are ordinary words or too short to be one
/// without a house number before and a unit, a comma or the end behind.
const RARE: &[u64] = list!(
    "allee ally anex annex annx anx arc arcade bayou bayoo byu beach bch bluff bluf blf bluffs blfs bottom btm \
     bottm branch br bridge brdge brg brook brk brooks brks burg bg burgs bgs byp byps camp cp canyon cyn cape \
     cpe cliff clf cliffs clfs club clb common cmn commons cmns corner cor corners cors course crse creek crk \
     crossroad xrd crossroads xrds curve curv dale dl dam dm divide dv drives drs estate est ests extension \
     ext exts fall falls fls ferry fry field fld fields flds flat flt flats flts ford frd fords frds forest \
     frst forge frg forges frgs fork frk forks frks fort ft garden gdn gateway gtwy glen gln glens glns greens \
     grns grn grv groves grvs harbor hbr harbors hbrs hvn holw hollows inlet inlt island is islands iss isle \
     isles junction jct junctions jcts key ky keys kys knl knolls knls lakes lks lk land lndg light lgt lights \
     lgts loaf lf lock lck locks lcks lodge ldg manors mnr mnrs mdw mdws mill ml mills mls msn mission \
     motorway mtwy mount mountain mtn mountains mtns neck nck orch oval overpass opas passage psge pne pine \
     pnes plain pln plains plns points pts port prt ports prts prairie pr radial radl ramp ranch rnch rapid \
     rpd rapids rpds rest rst ridges rdgs river riv shoal shl shoals shls shr shrs skyway skwy spg spgs spur \
     spurs squares sqs stravenue stra stream strm streets sts summit smt throughway trwy trce track trak \
     trafficway trfy tunnel tunl underpass upas union un unions uns vly valleys vlys viaduct via vw views vws \
     village vlg villages vlgs ville vl vis walks wall ways well wl wells wls avenues roads circles cirs \
     centers ctrs"
);

const HIGHWAYS: &[u64] = list!("fm cr sr hwy highway route rte rt interstate ih i us sh county state old");

impl Reader<'_> {
    /// Whether a word is a kind of street here, which it seldom is: what follows closes the line of the address.
    pub(super) fn rare_street(&self, index: usize) -> bool {
        if !self.lower_is(index, RARE) {
            return false;
        }
        let next = self.t(index + 1);
        let closes = matches!(next.kind, Kind::None)
            || next.kind == Kind::Symbol
                && matches!(next.byte, b',' | b'\n' | b'"' | b'\'' | b'#' | b';' | b'|' | b'<' | b'.')
            || next.is(v::UNIT) && next.capitalised()
            || next.is(v::DIRECTION) && next.len() <= 2 && next.capitalised()
            || self.lower_is(index + 1, words!["in", "with"])
            || next.capitalised() && self.state_at(index + 2).is_some()
            || next.capitalised() && self.t(index + 2).symbol(b',');
        let before = self.back(index, 1);
        // `Level Fall`, `Ground Pass`: ordinary words need a unit or a state behind.
        let own = before.case == Case::Capital && (!before.known(WORD) || before.known(COMMON));
        let sure = next.is(v::UNIT) && next.capitalised()
            || next.symbol(b',')
                && (2..6).any(|by| self.state_at(index + by).is_some() && self.zip_at(index + by + 1));
        (closes && own || sure) && self.t(index).capitalised()
    }

    /// `901 FM 1960 Rd W`, `4400 US Highway 90 E`, `12345 Interstate 10 Frontage Rd`.
    pub(super) fn highway(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        if token.kind != Kind::Number
            || token.len() > 6
            || !self.lower_is(index + 1, HIGHWAYS)
            || !self.t(index + 1).capitalised()
        {
            return None;
        }
        let mut next = index + 1;
        let mut road = 0;
        while next < index + 5
            && self.t(next).kind == Kind::Word
            && (self.lower_is(next, HIGHWAYS)
                || self.t(next).is(v::STATE | v::DIRECTION)
                || self.lower_is(next, words!["road", "rd"]))
        {
            road += 1;
            next += 1;
            if self.t(next).symbol(b'.') || self.t(next).symbol(b'-') {
                next += 1;
            }
        }
        let number = self.t(next);
        // `BUN 18 Cr 1.02`: what a laboratory found.
        let measured = self.byte(number.end) == b'.' && self.byte(number.end + 1).is_ascii_digit();
        if road == 0
            || !matches!(number.kind, Kind::Number | Kind::Mixed)
            || number.len() > 5
            || self.strict && measured
        {
            return None;
        }
        let mut end = number.end;
        next += 1;
        for _ in 0..3 {
            let word = self.t(next);
            let goes_on = word.kind == Kind::Word
                && (word.is(v::STREET) && word.capitalised()
                    || self.lower_is(next, words!["frontage", "access", "service", "bus", "business"])
                    || word.is(v::DIRECTION) && word.len() <= 5 && word.capitalised());
            if !goes_on {
                break;
            }
            end = word.end;
            next += 1;
        }
        let (end, after) = self.unit(next, end);
        self.hit(token.start, end, Identifier::Address, weight::PLACE);
        Some(self.city_after(after).unwrap_or(end))
    }

    /// `PSC 4115, Box 7815`, `Unit 7405 Box 6498`, `USNS Harmon, FPO AE 09571`.
    pub(super) fn military(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        if !token.capitalised() {
            return None;
        }
        if self.lower_is(index, words!["usns", "uss", "usnv", "usnumber", "usav", "usrv", "uscgc"]) {
            let end = self.capitals_from(index + 1, 3);
            let after = self.index_at(end);
            let post = after + usize::from(self.t(after).symbol(b',') || self.t(after).symbol(b'\n'));
            if end > 0 && self.lower_is(post, words!["fpo", "apo", "dpo"]) {
                self.hit(token.start, end, Identifier::Address, weight::PLACE);
                return Some(end);
            }
            return None;
        }
        if !self.lower_is(index, words!["psc", "cmr", "unit"]) {
            return None;
        }
        let number = self.t(index + 1);
        let comma = usize::from(self.t(index + 2).symbol(b','));
        let boxed = index + 2 + comma;
        let value = self.t(boxed + 1);
        if number.kind != Kind::Number
            || !self.lower_is(boxed, words!["box"])
            || !matches!(value.kind, Kind::Number | Kind::Mixed)
        {
            return None;
        }
        self.hit(token.start, value.end, Identifier::Address, weight::PLACE);
        Some(value.end)
    }

    /// In prose: `Fulton St and Nostrand Ave`, `5th Ave & Pine St`, `Broad and Walnut Streets`.
    pub(super) fn crossing(&mut self, index: usize) -> Option<usize> {
        let joint = self.t(index);
        let joins = self.strict && self.lower_is(index, words!["and", "at"]) && joint.case == Case::Lower;
        if !joins || index < 1 {
            return None;
        }
        self.corner(index)
    }

    /// `en la calle Olivo 422`, `Avenida Juárez #12`: the name, then the number.
    pub(super) fn calle(&mut self, index: usize) -> Option<usize> {
        let kind = self.strict
            && self.lower_is(index, list!("calle avenida avda calzada callejón callejon colonia"));
        if !kind || !self.t(index + 1).capitalised() {
            return None;
        }
        let end = self.capitals_from(index + 1, 4);
        let last = self.index_at(end);
        let sign =
            last + usize::from(matches!(self.t(last).byte, b'#' | b',') && self.t(last).kind == Kind::Symbol);
        let number = self.t(sign);
        if end == 0 || number.kind != Kind::Number || number.len() > 5 {
            return None;
        }
        self.hit(self.t(index).start, number.end, Identifier::Address, weight::PLACE);
        Some(number.end)
    }

    /// `I live right off Huber Drive`, `tree on Rt 9`: a street without the number of a house.
    pub(super) fn street_without_number(&mut self, index: usize) -> Option<usize> {
        let led = self.strict
            && self.t(index).case == Case::Lower
            && self.lower_is(index, words!["off", "on", "near", "along", "down", "onto", "by", "around"]);
        if !led {
            return None;
        }
        let first = self.t(index + 1);
        if !first.capitalised() || first.case == Case::Single {
            return None;
        }
        let number = self.t(index + 2);
        if self.lower_is(index + 1, words!["rt", "rte", "route", "hwy", "highway", "sr", "cr"])
            && number.kind == Kind::Number
            && number.len() <= 4
            && number.start == first.end + 1
        {
            self.hit(first.start, number.end, Identifier::Address, weight::PLACE);
            return Some(number.end);
        }
        let mut last = index + 1;
        while last < index + 5 && self.t(last).kind == Kind::Word && self.t(last).capitalised() {
            // `Dr` and `CT` are more often a doctor and a scan.
            let kind = self.plain_street(last) && !self.lower_is(last, words!["dr", "ct"])
                || self.lower_is(last, words!["pkwy", "pike", "turnpike", "court", "way"]);
            let named = last > index + 1
                && !first.is(v::TITLE | v::MONTH | v::WEEKDAY)
                && !(self.t(last).len() > 2
                    && self.t(last + 1).capitalised()
                    && self.t(last + 1).is(v::STREET | v::FACILITY));
            if kind && named {
                let end = self.t(last).end;
                self.hit(first.start, end, Identifier::Address, weight::PLACE);
                return Some(end);
            }
            let next = self.atom(last)?;
            if self.t(next).start != self.t(next - 1).end + 1 {
                return None;
            }
            last = next;
        }
        None
    }

    fn corner(&mut self, joint: usize) -> Option<usize> {
        let road = |at: usize| {
            let t = self.t(at);
            t.is(v::STREET)
                && t.capitalised()
                && t.kind == Kind::Word
                && (t.len() <= 4 || self.plain_street(at))
        };
        let name = |at: usize| {
            let t = self.t(at);
            t.capitalised() && t.kind == Kind::Word && t.len() > 2 && !t.is(v::TITLE | v::KNOWN)
                || t.kind == Kind::Mixed && self.ordinal(at)
        };
        let before =
            if self.back(joint, 1).symbol(b'.') { joint.checked_sub(2)? } else { joint.checked_sub(1)? };
        let plural = self.lower_is(joint + 2, words!["streets", "sts", "avenues", "aves", "roads"])
            && self.t(joint + 2).capitalised();
        if name(joint + 1) && plural && name(before) {
            let (start, end) = (self.t(before).start, self.t(joint + 2).end);
            self.hit(start, end, Identifier::Address, weight::PLACE);
            return Some(end);
        }
        // Both sides have their kind.
        let mut last = joint + 1;
        while last < joint + 4 && name(last) && !road(last) {
            last += 1;
        }
        if !road(before) || before == 0 || !name(before - 1) || last == joint + 1 || !road(last) {
            return None;
        }
        let mut first = before - 1;
        while first > 0 && before - first < 3 && name(first - 1) && !self.begins_sentence(first) {
            first -= 1;
        }
        let (start, end) = (self.t(first).start, self.t(last).end);
        self.hit(start, end, Identifier::Address, weight::PLACE);
        Some(end)
    }

    /// In prose: `One Gustave L. Levy Place, New York`.
    pub(super) fn numbered_in_words(&mut self, index: usize) -> Option<usize> {
        let number = self.lower_is(
            index,
            words![
                "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                "twelve"
            ],
        );
        if !self.strict || !number || self.t(index).case != Case::Capital {
            return None;
        }
        let mut next = index + 1;
        let mut proper = false;
        while next < index + 6 {
            let word = self.t(next);
            if word.is(v::STREET) && word.capitalised() && proper && self.t(next + 1).symbol(b',') {
                let end = word.end;
                let (end, after) = self.unit(next + 1, end);
                self.hit(self.t(index).start, end, Identifier::Address, weight::PLACE);
                return Some(self.city_after(after).unwrap_or(end));
            }
            if !(word.capitalised() && word.kind == Kind::Word || word.symbol(b'.')) {
                return None;
            }
            proper |= !word.known(WORD) || word.known(GIVEN);
            next += 1;
        }
        None
    }

    /// In prose: postal codes of the United Kingdom and of Canada.
    pub(super) fn abroad(&mut self, index: usize) -> Option<usize> {
        if !self.strict || self.t(index).kind != Kind::Mixed {
            return None;
        }
        let (out, inward) = (self.bytes(self.t(index)), self.bytes(self.t(index + 1)));
        let upper = |text: &[u8]| text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !(2..=4).contains(&out.len()) || inward.len() != 3 || !upper(out) || !upper(inward) {
            return None;
        }
        let shape = |text: &[u8]| {
            text.iter().map(|b| if b.is_ascii_digit() { b'9' } else { b'A' }).collect::<Vec<u8>>()
        };
        let (one, two) = (shape(out), shape(inward));
        let british =
            two == b"9AA" && [&b"A9"[..], b"A99", b"AA9", b"AA99", b"A9A", b"AA9A"].contains(&one.as_slice());
        let canadian = one == b"A9A" && two == b"9A9";
        let (start, end) = (self.t(index).start, self.t(index + 1).end);
        if !(british || canadian)
            || alphanumeric(self.byte(end))
            || alphanumeric(self.byte(start.wrapping_sub(1)))
        {
            return None;
        }
        self.hit(start, end, Identifier::Zip, weight::PLACE);
        Some(end)
    }
}
