//! Numbers that look random and repeat for the same seed (SplitMix64).

/// The source of all choices.
pub(crate) struct Dice(u64);

impl Dice {
    /// A stream of its own for each `path` under a seed.
    pub(crate) fn new(seed: u64, path: &[u64]) -> Self {
        let mut dice = Self(seed);
        for step in path {
            dice.0 = dice.next() ^ step.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        dice
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) const fn range(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    pub(crate) const fn chance(&mut self, percent: i64) -> bool {
        self.range(0, 99) < percent
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the index is taken modulo the length; no list here is empty"
    )]
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[(self.next() % from.len() as u64) as usize]
    }

    /// So many characters out of an ASCII alphabet.
    pub(crate) fn string(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<&str> = alphabet.split("").filter(|c| !c.is_empty()).collect();
        (0..length).map(|_| self.pick(&alphabet)).collect()
    }

    pub(crate) fn digits(&mut self, length: usize) -> String {
        self.string("0123456789", length)
    }

    /// As many digits, the first of them not 0.
    pub(crate) fn number(&mut self, length: usize) -> String {
        self.string("123456789", 1) + &self.digits(length.saturating_sub(1))
    }

    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.string("0123456789abcdef", length)
    }

    /// `#` a digit, `@` a capital letter, `*` either, anything else itself.
    pub(crate) fn shape(&mut self, shape: &str) -> String {
        let mut out = String::new();
        for c in shape.chars() {
            match c {
                '#' => out += &self.digits(1),
                '@' => out += &self.string("ABCDEFGHJKLMNPQRSTUVWXYZ", 1),
                '*' => out += &self.string("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 1),
                c => out.push(c),
            }
        }
        out
    }
}
