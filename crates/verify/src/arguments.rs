//! What was asked for.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use ward_ledger::verify::Trust;

pub(crate) const HELP: &str = "\
Verifies a ledger of Ward, a bundle of it, or the proof of one entry, from its files alone.

Usage: ward-verify PATH [OPTIONS]

PATH is one of
  the folder of a bundle, or the bundle as a tar file
  the folder of a log (with the file `keys`), or a folder of such folders
  the folder of one shard (with the file `checkpoint`); needs --key
  a proof of one entry (c2sp.org/tlog-proof@v1); needs --key

Options:
  --key VKEY      a key of the log that you have from elsewhere; one of any shard is enough. Repeatable
  --known FILE    a checkpoint that you kept: the log must go on from it. Repeatable
  --witness VKEY  the key of a witness whose cosignature counts. Repeatable
  --needed N      how many of these witnesses must have cosigned; 1 if --witness is given
  --json          the verdict as JSON
  --help, --version

Exit codes:
  0  it verifies, and a given key vouches for it
  1  it does NOT verify; the first wrong entry, file, batch or checkpoint is named
  2  the arguments make no sense
  3  a file cannot be read, so nothing is known
  4  it agrees with itself, but no --key was given: whoever made it could have made all of it
";

/// One call.
pub(crate) enum Asked {
    Help,
    Version,
    Verify(Request),
}

/// A verification.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) path: PathBuf,
    pub(crate) trust: Trust,
    pub(crate) json: bool,
}

/// Reads the arguments, and the files that they name.
pub(crate) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Asked, String> {
    let mut arguments = arguments;
    let (mut path, mut trust, mut json, mut needed) = (None, Trust::default(), false, None);
    let mut only_paths = false;
    while let Some(argument) = arguments.next() {
        let text = argument.to_str().filter(|text| !only_paths && text.starts_with('-') && text.len() > 1);
        let Some(text) = text else {
            if path.replace(PathBuf::from(&argument)).is_some() {
                return Err("more than one PATH".to_owned());
            }
            continue;
        };
        let (name, joined) = match text.split_once('=') {
            Some((name, value)) => (name, Some(OsString::from(value))),
            None => (text, None),
        };
        let given = joined.is_some();
        let mut raw = || joined.clone().or_else(|| arguments.next()).ok_or(format!("{name} needs a value"));
        let mut value = || raw()?.into_string().map_err(|_| format!("the value of {name} is not UTF-8"));
        match name {
            "--key" => {
                let text = value()?;
                trust.keys.push(text.parse().map_err(|e| format!("--key {text}: {e}"))?);
            }
            "--witness" => {
                let text = value()?;
                trust.witnesses.push(text.parse().map_err(|e| format!("--witness {text}: {e}"))?);
            }
            "--known" => {
                let file = PathBuf::from(raw()?);
                let text =
                    fs::read_to_string(&file).map_err(|e| format!("--known {}: {e}", file.display()))?;
                trust.known.push(text);
            }
            "--needed" => {
                let text = value()?;
                needed = Some(text.parse().map_err(|_| format!("--needed {text}: not a number"))?);
            }
            "--json" if !given => json = true,
            "--help" | "-h" if !given => return Ok(Asked::Help),
            "--version" | "-V" if !given => return Ok(Asked::Version),
            "--" => only_paths = true,
            _ => return Err(format!("unknown option {text}")),
        }
    }
    trust.needed = needed.unwrap_or(usize::from(!trust.witnesses.is_empty()));
    if trust.needed > trust.witnesses.len() {
        let text = "{} witnesses are needed, and the keys of {} were given with --witness";
        return Err(text.replacen("{}", &trust.needed.to_string(), 1).replacen(
            "{}",
            &trust.witnesses.len().to_string(),
            1,
        ));
    }
    let path = path.ok_or("no PATH was given")?;
    Ok(Asked::Verify(Request { path, trust, json }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    fn parse(arguments: &[&str]) -> Result<Asked, String> {
        read(arguments.iter().map(OsString::from))
    }

    fn request(arguments: &[&str]) -> Request {
        match parse(arguments) {
            Ok(Asked::Verify(request)) => request,
            _ => panic!("{arguments:?}"),
        }
    }

    #[test]
    fn options_are_read_in_both_forms_and_in_any_order() {
        let joined = format!("--key={KEY}");
        for arguments in [&["--key", KEY, "x"][..], &["x", &joined], &[&joined, "--", "x"]] {
            let request = request(arguments);
            assert_eq!((request.path.to_str(), request.trust.keys.len()), (Some("x"), 1), "{arguments:?}");
            assert_eq!(request.trust.needed, 0);
        }
        assert_eq!(request(&["--", "--key"]).path.to_str(), Some("--key"));
        assert!(request(&["x", "--json"]).json);
        assert!(matches!(parse(&["x", "--help"]), Ok(Asked::Help)));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_reason() {
        for (arguments, expected) in [
            (&[][..], "no PATH"),
            (&["a", "b"], "more than one"),
            (&["a", "--key"], "needs a value"),
            (&["a", "--key", "x"], "not a verifier key"),
            (&["a", "--witness", KEY], "--witness"),
            (&["a", "--needed", "1"], "1 witnesses are needed"),
            (&["a", "--needed", "x"], "not a number"),
            (&["a", "--known", "/nonexistent"], "--known /nonexistent"),
            (&["a", "--json=1"], "unknown option"),
            (&["a", "-x"], "unknown option -x"),
        ] {
            let error = parse(arguments).err().unwrap();
            assert!(error.contains(expected), "{arguments:?}: {error}");
        }
    }
}
