//! Where somebody wanted to go before something else came first.
//!
//! The place travels in a query or a form, so anybody can write one: it counts only if it is a path of this console.

/// Longest place that is kept, in bytes.
const LONGEST: usize = 1000;

/// The place if it is a path here, else the overview.
pub(crate) fn local(place: &str) -> &str {
    let plain = place.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let path = place.starts_with('/') && !place.starts_with("//");
    let outside = ["/sign-in", "/sign-out", "/step-up"].iter().any(|own| place.starts_with(own));
    if plain && path && !outside && place.len() <= LONGEST { place } else { "/" }
}

/// A path with the place to go on to.
pub(crate) fn with_next(path: &str, place: &str) -> String {
    match local(place) {
        "/" => path.to_owned(),
        place => format!("{path}?next={}", encoded(place)),
    }
}

/// A text as a value in a query.
pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_here_is_a_place() {
        for good in ["/", "/ledger?kind=read&cursor=3", "/apps/app_1"] {
            assert_eq!(local(good), good);
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for bad in [
            "",
            "ledger",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "/\n",
            "/sign-in",
            &long,
        ] {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }

    #[test]
    fn a_place_survives_a_query() {
        let link = with_next("/sign-in", "/ledger?kind=read&actor=a");
        assert_eq!(link, "/sign-in?next=%2Fledger%3Fkind%3Dread%26actor%3Da");
    }
}
