//! Tells mailboxes of offices and programs from those of persons.

use crate::{
    shape::email,
    words::{FAMILY, WORD, dictionary, hash, words},
};

/// A mailbox that no one person has (RFC 2142, and those of programs).
///
/// At a house where everybody has a mailbox anybody may be called `support`, and the domain of a family is the
/// family's name.
pub(super) fn of_a_role(value: &[u8]) -> bool {
    let mut halves = value.splitn(2, |b| *b == b'@');
    let local = halves.next().unwrap_or_default();
    let host = halves.next().unwrap_or_default();
    if value.ends_with(b".gserviceaccount.com") {
        return true;
    }
    if of_a_family(host) {
        return false;
    }
    // No house gives these away.
    let reserved = words![
        "noreply",
        "no-reply",
        "donotreply",
        "do-not-reply",
        "postmaster",
        "hostmaster",
        "mailer-daemon",
        "abuse",
        "bounce",
        "bounces"
    ];
    let role = words![
        "webmaster",
        "noc",
        "security",
        "root",
        "daemon",
        "nobody",
        "build",
        "builds",
        "ci",
        "packages",
        "bugs",
        "ops",
        "devops",
        "alerts",
        "alertmanager",
        "monitoring",
        "support",
        "team"
    ];
    reserved.contains(&hash(local))
        || (local.starts_with(b"bug-") || role.contains(&hash(local))) && !email::of_people(host)
}

/// Whether a label of a host holds the name of a family, `okafor-family.net`; the last label is a country's or a kind.
fn of_a_family(host: &[u8]) -> bool {
    let Some(end) = host.iter().rposition(|b| *b == b'.') else { return false };
    host.get(..end)
        .unwrap_or_default()
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|part| part.len() > 2)
        .map(|part| dictionary().get(hash(part)))
        .any(|flags| flags & FAMILY != 0 && flags & WORD == 0)
}

#[cfg(test)]
mod tests {
    use super::of_a_role;

    #[test]
    fn offices_and_programs_have_mailboxes_and_families_too() {
        for address in
            ["noreply@news.example.org", "abuse@gmail.com", "support@example.net", "bug-tar@gnu.org"]
        {
            assert!(of_a_role(address.as_bytes()), "{address}");
        }
        for address in [
            "support@okafor-family.net",
            "team@mail.kowalczyk.org",
            "postmaster@okafor-family.net",
            "security@gmail.com",
            "ops@yahoo.co.uk",
            "jane.roe@example.org",
        ] {
            assert!(!of_a_role(address.as_bytes()), "{address}");
        }
    }
}
