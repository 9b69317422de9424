//! JSON with one form only (RFC 8785, JSON Canonicalization Scheme).
//!
//! Keys in the order of their UTF-16 code units, no white space, numbers as ECMAScript writes them. An integer that a
//! double can't hold exactly is written as a string of its digits, as RFC 8785 (appendix D) advises: nothing is rounded.

use std::{borrow::Cow, cmp::Ordering, fmt::Write as _};

use serde_json::{Number, Value};

/// Largest integer up to which every one is a double: 2^53.
const EXACT: u64 = 1 << 53;

/// The canonical bytes of a value.
pub fn to_vec(value: &Value) -> Vec<u8> {
    let mut out = String::with_capacity(1024);
    write(value, &mut out);
    out.into_bytes()
}

/// Whether a value is nested no deeper than `levels`.
pub(super) fn is_shallow(value: &Value, levels: usize) -> bool {
    let Some(left) = levels.checked_sub(1) else { return false };
    match value {
        Value::Array(items) => items.iter().all(|item| is_shallow(item, left)),
        Value::Object(fields) => fields.values().all(|field| is_shallow(field, left)),
        _ => true,
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(n) => number(n, out),
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            // A map of serde_json keeps the order of insertion in some builds, and else sorts by UTF-8: sort here.
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by(|a, b| in_utf16(a.0, b.0));
            out.push('{');
            for (i, (key, value)) in fields.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// RFC 8785, 3.2.3. Keys of ASCII, nearly all, are in the same order byte by byte.
fn in_utf16(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

/// RFC 8785, 3.2.2.2.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn number(number: &Number, out: &mut String) {
    match digits(number) {
        Some(digits) => string(&digits, out),
        // A number of JSON is finite: serde_json holds no other.
        None if number.is_f64() => out.push_str(&number.as_f64().map(ecmascript).unwrap_or_default()),
        None => {
            let _ = write!(out, "{number}");
        }
    }
}

/// The digits of an integer that must be written as a text.
fn digits(number: &Number) -> Option<String> {
    if number.is_f64() || number.as_i64().is_some_and(|i| i.unsigned_abs() <= EXACT) {
        return None;
    }
    let digits = number.to_string();
    (number.as_f64().map(ecmascript).as_ref() != Some(&digits)).then_some(digits)
}

/// The text of a value that is written as one.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => digits(number).map(Cow::Owned),
        _ => None,
    }
}

/// ECMA-262, Number::toString: the shortest digits that read back as the same double, the even ones of two as close.
fn ecmascript(double: f64) -> String {
    ryu_js::Buffer::new().format(double).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(to_vec(value)).unwrap()
    }

    #[test]
    fn numbers_are_those_of_the_appendix_of_rfc_8785() {
        // RFC 8785, appendix B: the bits of a double and its text.
        for (bits, expected) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(text(&json!(f64::from_bits(bits))), expected, "{bits:016x}");
        }
    }

    #[test]
    fn keys_are_in_the_order_of_utf_16() {
        // RFC 8785, 3.2.3: the smiley (surrogates d83d de00) stands before U+FB33, though its UTF-8 is larger.
        let value = json!({ "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7 });
        assert_eq!(
            text(&value),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn an_integer_beyond_a_double_keeps_its_digits() {
        assert_eq!(text(&json!(u64::MAX)), "\"18446744073709551615\"");
        assert_eq!(text(&json!(i64::MIN)), "\"-9223372036854775808\"");
        assert_eq!(text(&json!(9_007_199_254_740_993_u64)), "\"9007199254740993\"");
        assert_eq!(text(&json!(9_007_199_254_740_994_u64)), "9007199254740994");
    }

    /// Any JSON; integers within what a double holds, for there the other writer rounds.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-(1_i64 << 53)..(1_i64 << 53)).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn another_writer_of_rfc_8785_says_the_same(value in any_json()) {
            prop_assert_eq!(to_vec(&value), serde_json_canonicalizer::to_vec(&value).unwrap());
        }

        #[test]
        fn the_form_is_a_fixpoint(value in any_json(), large in any::<u64>(), bits in any::<u64>()) {
            let value = json!([value, large, f64::from_bits(bits)]);
            let bytes = to_vec(&value);
            let back: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(to_vec(&back), bytes);
        }
    }
}
