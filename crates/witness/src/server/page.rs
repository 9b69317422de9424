//! `GET /`: who this witness is and what it follows, for people.

use crate::{
    Followed, Witness,
    wire::{Reply, TEXT_TYPE},
};

/// The page.
pub(super) fn page(witness: &Witness) -> Reply {
    let reply = |status, body: String| Reply {
        status,
        content_type: Some(TEXT_TYPE.to_owned()),
        body: body.into_bytes(),
    };
    let logs = match witness.logs() {
        Ok(logs) => logs,
        // Which file, only its operator need know.
        Err(_) => {
            return reply(500, "the state of this witness can't be used; its operator is told\n".to_owned());
        }
    };
    let mut text = format!(
        "{}\n\nA witness of transparency logs (c2sp.org/tlog-witness): POST /add-checkpoint\n\nkey: {}\n\n",
        witness.key().name(),
        witness.key()
    );
    text.push_str(&match logs.len() {
        0 => "It follows no log yet.\n".to_owned(),
        n => format!("It follows {n} log{}:\n", if n == 1 { "" } else { "s" }),
    });
    logs.iter().for_each(|log| text.push_str(&entry(log)));
    reply(200, text)
}

fn entry(log: &Followed) -> String {
    let mut text = format!("\n{}\n  key: {}\n", log.key.name(), log.key);
    text.push_str(&match log.last {
        Some((size, root, time)) => {
            format!("  cosigned: {size} entries, root {root}, at {}\n", shown(time))
        }
        None => "  cosigned: nothing yet\n".to_owned(),
    });
    if let Some(previous) = &log.previous {
        text.push_str(&format!("  continues: {previous}\n"));
    }
    if let Some(next) = &log.next {
        text.push_str(&format!("  closed; goes on as: {}\n", next.name()));
    }
    if log.forked {
        text.push_str(
            "  FORKED: it signed two different histories. Ask the operator of this witness for both.\n",
        );
    }
    text
}

/// RFC 3339, or the bare number if that is beyond its years.
fn shown(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map_or_else(|| seconds.to_string(), |time| time.to_string())
}
