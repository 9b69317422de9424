//! The terminal: the one place that prints.
//!
//! Results go to standard output, everything said about them to standard error, so that a pipe gets results
//! alone. On a terminal all text is cleaned first ([`crate::clean`]); into a pipe it goes as it came.

use std::{
    fmt::Display,
    io::{ErrorKind, IsTerminal, Write},
    time::Duration,
};

use comfy_table::{Cell, Color, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    clean::{clean, one_line},
    problem::{Failure, Result},
};

/// Where and how to print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// Whether results are the API's JSON.
    pub(crate) json: bool,
    /// Whether a person is there to be asked.
    pub(crate) interactive: bool,
    out_is_tty: bool,
    err_is_tty: bool,
    no_color: bool,
}

/// How a cell of a table looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As the rest.
    Plain,
    /// All is well.
    Good,
    /// Look at it.
    Warn,
    /// Not well.
    Bad,
}

/// A cell: its text and its tone.
pub(crate) struct Field(String, Tone);

impl Field {
    /// A toned cell.
    pub(crate) fn toned(text: impl Display, tone: Tone) -> Self {
        Self(text.to_string(), tone)
    }
}

/// A cell in a plain tone; `-` for nothing.
pub(crate) fn plain(text: impl Display) -> Field {
    Field(text.to_string(), Tone::Plain)
}

/// A cell that may be empty.
pub(crate) fn maybe(text: Option<impl Display>) -> Field {
    plain(text.map_or_else(|| "-".to_owned(), |text| text.to_string()))
}

impl Terminal {
    /// Looks at standard input, output and error.
    pub(crate) fn new(json: bool, no_color: bool) -> Self {
        let err_is_tty = std::io::stderr().is_terminal();
        Self {
            json,
            interactive: err_is_tty && std::io::stdin().is_terminal(),
            out_is_tty: std::io::stdout().is_terminal(),
            err_is_tty,
            no_color,
        }
    }

    /// Prints a line of the result.
    pub(crate) fn line(&self, text: &str) -> Result<()> {
        self.write(if self.out_is_tty { clean(text) } else { text.into() }.as_bytes(), true)
    }

    /// Prints a body as it came, with a line feed at its end.
    pub(crate) fn body(&self, bytes: &[u8]) -> Result<()> {
        if self.out_is_tty {
            return self.line(String::from_utf8_lossy(bytes).trim_end_matches('\n'));
        }
        self.write(bytes, !bytes.ends_with(b"\n"))
    }

    /// Prints bytes alone: a tile, a completion script.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<()> {
        if self.out_is_tty { self.body(bytes) } else { self.write(bytes, false) }
    }

    fn write(&self, bytes: &[u8], line_feed: bool) -> Result<()> {
        let mut out = std::io::stdout().lock();
        let written = out
            .write_all(bytes)
            .and_then(|()| if line_feed { out.write_all(b"\n") } else { Ok(()) })
            .and_then(|()| out.flush());
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::Closed,
            _ => anyhow::Error::new(error).context("can't write to standard output").into(),
        })
    }

    /// Says something beside the result; silent with `--json`.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            self.complain("", text);
        }
    }

    /// Says something on standard error, also with `--json`. Nobody can be told if that fails.
    pub(crate) fn complain(&self, mark: &str, text: &str) {
        let mark = if self.err_is_tty && !self.no_color && !mark.is_empty() {
            format!("\u{1b}[1;31m{mark}\u{1b}[0m")
        } else {
            mark.to_owned()
        };
        let text = if self.err_is_tty { clean(text) } else { text.into() };
        let _ = writeln!(std::io::stderr().lock(), "{mark}{text}");
    }

    /// Prints a table, or `none` on standard error if it has no rows.
    pub(crate) fn table(&self, header: &[&str], rows: Vec<Vec<Field>>, none: &str) -> Result<()> {
        if rows.is_empty() {
            self.note(none);
            return Ok(());
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        if self.out_is_tty && !self.no_color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        if self.out_is_tty {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        table.set_header(header.iter().copied());
        for row in rows {
            table.add_row(row.into_iter().map(|Field(text, tone)| {
                let cell = Cell::new(one_line(&text));
                match tone {
                    Tone::Plain => cell,
                    Tone::Good => cell.fg(Color::Green),
                    Tone::Warn => cell.fg(Color::Yellow),
                    Tone::Bad => cell.fg(Color::Red),
                }
            }));
        }
        // Cells are clean; the escapes in here are ours.
        for line in table.lines() {
            self.write(line.trim_end().as_bytes(), true)?;
        }
        Ok(())
    }

    /// Prints one thing, a field a line.
    pub(crate) fn fields(&self, fields: &[(&str, Field)]) -> Result<()> {
        let widest = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, Field(text, _)) in fields {
            self.line(&format!("{name:widest$}  {}", one_line(text)))?;
        }
        Ok(())
    }

    /// A bar for an upload of so many bytes; hidden where nobody sees it.
    pub(crate) fn upload_bar(&self, bytes: u64) -> ProgressBar {
        let style = ProgressStyle::with_template("  {bar:30} {bytes}/{total_bytes} {bytes_per_sec}");
        match style {
            Ok(style) if self.err_is_tty && !self.json => ProgressBar::new(bytes).with_style(style),
            _ => ProgressBar::hidden(),
        }
    }

    /// A bar for entries of a log; hidden where nobody sees it.
    pub(crate) fn entry_bar(&self) -> ProgressBar {
        let style = ProgressStyle::with_template(
            "  {bar:30} {human_pos} of {human_len} entries, {per_sec}, {eta} left",
        );
        match style {
            Ok(style) if self.err_is_tty && !self.json => ProgressBar::new(0).with_style(style),
            _ => ProgressBar::hidden(),
        }
    }

    /// A turning sign while something is waited for; hidden where nobody sees it.
    pub(crate) fn spinner(&self, text: &str) -> ProgressBar {
        if !self.err_is_tty || self.json {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new_spinner().with_message(one_line(text));
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}
