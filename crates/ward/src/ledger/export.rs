//! `ward ledger export`: a bundle of a log that verifies offline.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;
use tokio::runtime::Handle;
use ward_ledger::{
    bundle::{self, Export as Asked, ExportError, Exported, ToFolder, ToTar},
    verify::Trust,
};
use ward_model::{Timestamp, ocsf::SCHEMA};
use ward_verify::{Verdict, judge_path};

use super::{
    served::Place,
    verify::{blocking, say, step},
};
use crate::{
    output::plain,
    problem::{Exit, Failure, Result},
    retention::OfLog,
    run::Run,
    times,
};

/// What an entry means, in each bundle.
const SCHEMA_PATH: &str = "schema/ward-ocsf-1.8.0.schema.json";

#[derive(clap::Args)]
pub(crate) struct Export {
    /// Where to: a new folder, or a new file that ends in .tar
    #[arg(value_name = "DIR|FILE.tar")]
    dest: PathBuf,
    /// Entries from then on: 2h, 30d, a day, or a time
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// Entries before then
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    #[command(flatten)]
    of: OfLog,
}

pub(super) async fn run(run: &Run, args: Export) -> Result<()> {
    let now = times::now();
    let when = |text: &Option<String>| -> Result<Option<i64>> {
        let time = text.as_deref().map(|text| times::ago(text, now)).transpose()?;
        Ok(time.map(|time: Timestamp| time.micros().div_euclid(1000)))
    };
    let span = (when(&args.from)?, when(&args.to)?);
    let log = args.of.log(run).await?;
    let place = Place::of_log(run, &log)?;
    let bar = run.terminal.entry_bar();
    let (dest, shown, runtime) = (args.dest.clone(), bar.clone(), Handle::current());
    let done = blocking(move || write(&place, &log, span, &dest, &shown, runtime)).await;
    bar.finish_and_clear();
    let done = done??;
    // What a server gave is not believed.
    let path = args.dest.clone();
    let verdict = blocking(move || judge_path(&path, &Trust::default(), &mut |_| {})).await?;
    if !matches!(verdict, Verdict::Logs(_)) {
        say(run, &verdict)?;
    }
    report(run, &args.dest, &done)
}

fn write(
    place: &Place,
    log: &str,
    (from, to): (Option<i64>, Option<i64>),
    dest: &Path,
    bar: &ProgressBar,
    runtime: Handle,
) -> Result<Exported> {
    let source = place.source(runtime);
    let selected = if from.is_some() || to.is_some() {
        let selected = bundle::select_by_time(&source, from, to).map_err(|finding| failed(finding.into()))?;
        if selected.is_empty() {
            return Err(Failure::not_found("the log has no entries of that time").next_step(
                "give a longer span; entries of archived shards are fetched with `ward ledger archive`",
            ));
        }
        Some(selected)
    } else {
        None
    };
    let files = [(SCHEMA_PATH.to_owned(), SCHEMA.as_bytes().to_vec())];
    let asked = Asked { log, entries: selected.as_deref(), files: &files };
    let cannot = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("can't write {}: {error}", dest.display()))
            .next_step("name a new folder, or a new file that ends in .tar")
    };
    let mut shown = |progress| step(bar, progress);
    if dest.extension().is_none_or(|extension| extension != "tar") {
        let mut folder = ToFolder::new(dest).map_err(cannot)?;
        return bundle::export(&source, &asked, &mut folder, &mut shown).map_err(failed);
    }
    // A bundle that broke off is never found under the name.
    let part = dest.with_extension("tar.part");
    let file = File::create_new(dest).and_then(|_| File::create(&part)).map_err(cannot)?;
    let mut tar = ToTar::new(BufWriter::new(file));
    let done = bundle::export(&source, &asked, &mut tar, &mut shown).map_err(failed).and_then(|done| {
        let mut file = tar.into_inner();
        file.flush().and_then(|()| fs::rename(&part, dest)).map_err(cannot)?;
        Ok(done)
    });
    if done.is_err() {
        let _ = fs::remove_file(&part);
        let _ = fs::remove_file(dest);
    }
    done
}

fn failed(error: ExportError) -> Failure {
    match error {
        ExportError::Asked(what) => Failure::usage(what),
        ExportError::Log(finding) if finding.unreadable => {
            Failure::new(Exit::Unreachable, format!("the log can't be read: {finding}"))
                .next_step("try again; the server's log has the cause")
        }
        other => Failure::new(Exit::Failed, other.to_string()),
    }
}

fn report(run: &Run, dest: &Path, done: &Exported) -> Result<()> {
    let shards = &done.contents.shards;
    if run.terminal.json {
        let shards: Vec<_> = shards
            .iter()
            .map(|(shard, range)| serde_json::json!({ "shard": shard, "first": range.start, "end": range.end }))
            .collect();
        let said = serde_json::json!({
            "path": dest, "log": done.contents.log, "shards": shards, "entries": done.entries,
            "payloads": done.payloads, "tiles": done.tiles, "archived": done.archived,
        });
        return run.terminal.line(&said.to_string());
    }
    let rows = shards.iter().map(|(shard, range)| vec![plain(shard), plain(range.start), plain(range.end)]);
    run.terminal.table(&["SHARD", "FROM ENTRY", "TO BEFORE"], rows.collect(), "No shards.")?;
    run.terminal.line(&format!(
        "Wrote {} with {} entries of the log {}; it agrees with itself.",
        dest.display(),
        done.entries,
        done.contents.log
    ))?;
    for shard in &done.archived {
        run.terminal
            .note(&format!("{shard} is archived and not in it: `ward ledger archive` brings it back"));
    }
    run.terminal.note(&format!(
        "Whoever gets it verifies it with a key of the log that they have from elsewhere:\n  ward-verify {} --key VKEY\n  python3 verify.py VKEY, inside of it",
        dest.display()
    ));
    Ok(())
}
