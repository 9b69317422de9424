//! Alerts about what witnesses say, or no longer say.

use ward_model::{
    alerts::Severity,
    retention::LogName,
    witnesses::{WitnessState, WitnessedLog, Witnesses},
};
use ward_spine::{Core, Result, alerts::NewAlert};

/// Topic of the alert that logs are stale: one for all of them, for it is mostly the witness that is gone.
const STALE: &str = "witnesses:stale";
/// Logs that an alert names.
const NAMED: usize = 10;

/// Raises what is not well, and clears what is over. The texts hold no numbers that change by themselves: the same
/// alert is said once.
pub(super) async fn tell(core: &Core, all: &Witnesses) -> Result<()> {
    for log in &all.logs {
        let topic = format!("witnesses:contradicted:{}", log.log);
        if log.state == WitnessState::Contradicted {
            core.alerts.raise_for(contradicted(log, &topic)?.as_alert()).await?;
        } else {
            core.alerts.clear(&topic).await?;
        }
    }
    let stale: Vec<&str> =
        all.logs.iter().filter(|l| l.state == WitnessState::Stale).map(|l| l.log.as_str()).collect();
    if stale.is_empty() {
        return core.alerts.clear(STALE).await;
    }
    let more = if stale.len() > NAMED { format!(" and {} more", stale.len() - NAMED) } else { String::new() };
    let named: Vec<_> = stale.into_iter().take(NAMED).collect();
    let text = format!(
        "Not witnessed for longer than the policy allows: {}{more}. `ward ledger witnesses list` says why; look whether \
         the witnesses run and can be reached.",
        named.join(", ")
    );
    core.alerts.raise(STALE, Severity::Warning, "The ledger is not witnessed any more", &text).await
}

struct Contradiction<'a> {
    topic: &'a str,
    log: LogName,
    text: String,
}

fn contradicted<'a>(log: &WitnessedLog, topic: &'a str) -> Result<Contradiction<'a>> {
    let by: Vec<_> = log.witnesses.iter().filter(|w| w.contradicts).map(|w| w.name.to_string()).collect();
    let text = format!(
        "{} signed another state of the log {} than this machine has. It was set back to an older state (a restored \
         backup, a copied disk), rewritten, or forked. Keep all files as they are, compare with the witness's copy, and \
         treat it as an incident.",
        by.join(", "),
        log.log
    );
    Ok(Contradiction { topic, log: log.log.parse()?, text })
}

impl Contradiction<'_> {
    fn as_alert(&self) -> NewAlert<'_> {
        NewAlert {
            topic: self.topic,
            severity: Severity::Critical,
            organization: self.log.organization(),
            title: "A witness contradicts the ledger",
            text: &self.text,
        }
    }
}
