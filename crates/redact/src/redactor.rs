//! The redactor: made once, shared by all streams.

use std::{borrow::Cow, sync::Arc};

use crate::{
    Action, Config, ConfigError, Finding, Identifier, Reason, Sink, Statistics, Stream,
    apply::Applier,
    context::Context,
    engine::{Engine, Scratch},
    text::Hit,
};

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) applier: Applier,
}

/// Most times that what was written is read again.
const ROUNDS: usize = 6;

/// Finds and masks; made from a [`Config`], immutable, cheap to clone and to share.
#[derive(Clone)]
pub struct Redactor {
    inner: Arc<Inner>,
}

impl Redactor {
    /// Makes a redactor.
    ///
    /// # Errors
    ///
    /// If the configuration contradicts itself or a custom recognizer can't be read.
    pub fn new(mut config: Config) -> Result<Self, ConfigError> {
        let unkeyed = || Identifier::ALL.into_iter().find(|i| config.action_of(*i) == Action::Pseudonym);
        if config.key.is_none()
            && let Some(identifier) = unkeyed()
        {
            return Err(ConfigError::NoKey(identifier));
        }
        let engine = Engine::new(&config)?;
        let applier = Applier::new(&mut config);
        Ok(Self { inner: Arc::new(Inner { engine, applier }) })
    }

    /// A stream whose quarantined lines are dropped; a marker tells that there was one.
    pub fn stream(&self) -> Stream {
        Stream::new(Arc::clone(&self.inner), None)
    }

    /// A stream that hands quarantined lines to `sink`, which must encrypt them.
    pub fn stream_with(&self, sink: Sink) -> Stream {
        Stream::new(Arc::clone(&self.inner), Some(sink))
    }

    /// Redacts one line, or several; `None` if nothing is to be changed.
    pub fn line(&self, line: &[u8]) -> Option<Vec<u8>> {
        let mut stream = self.stream();
        let mut out = Vec::with_capacity(line.len());
        stream.push(line, &mut out);
        stream.finish(&mut out);
        let changed = stream.statistics().changed() + stream.statistics().quarantined() > 0;
        changed.then_some(out)
    }

    /// Redacts a text.
    pub fn redact_str<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.line(text.as_bytes()) {
            Some(changed) => Cow::Owned(String::from_utf8_lossy(&changed).into_owned()),
            None => Cow::Borrowed(text),
        }
    }

    /// What identifies in these bytes, and where; in order, without overlap. Lines are read as those of a stream are: after
    /// the quick look, and in the light of those before them. One that would be quarantined is skipped.
    pub fn find(&self, bytes: &[u8]) -> Vec<Finding> {
        let (mut scratch, mut context, mut counted) =
            (Scratch::default(), Context::default(), Statistics::default());
        let (mut findings, mut written) = (Vec::new(), Vec::new());
        let mut start = 0;
        for line in bytes.split(|b| *b == b'\n') {
            let from = start;
            start += line.len() + 1;
            if self.inner.passes(line, &context) {
                context.learn(&self.inner.engine, line);
                continue;
            }
            written.clear();
            let read = self.inner.settle(line, &context, &mut scratch, &mut counted, &mut written, |hits| {
                findings.extend(hits.iter().map(|hit| Finding {
                    identifier: hit.identifier,
                    span: from + hit.start..from + hit.end,
                }));
            });
            self.inner.learn(&mut context, line, &read, &written);
        }
        findings
    }
}

impl Inner {
    /// Redacts one line to the end of `out`; whether anything was found. If not, nothing is written.
    pub(crate) fn line(
        &self,
        line: &[u8],
        context: &mut Context,
        scratch: &mut Scratch,
        statistics: &mut Statistics,
        out: &mut Vec<u8>,
    ) -> Result<bool, Reason> {
        if self.passes(line, context) {
            context.learn(&self.engine, line);
            return Ok(false);
        }
        let begin = out.len();
        let read = self.settle(line, context, scratch, statistics, out, |_| {});
        self.learn(context, line, &read, out.get(begin..).unwrap_or_default());
        read
    }

    /// Whether a line passes without being read.
    #[inline]
    fn passes(&self, line: &[u8], context: &Context) -> bool {
        !self.engine.always_reads() && !context.wants(line) && crate::gate::quiet(line)
    }

    /// Lets the context take notice of a line that was read.
    fn learn(&self, context: &mut Context, line: &[u8], read: &Result<bool, Reason>, written: &[u8]) {
        match read {
            Ok(false) => context.learn(&self.engine, line),
            Ok(true) => context.learn(&self.engine, written),
            Err(_) => context.clear(),
        }
    }

    /// Reads a line and writes it with markers to the end of `out`, if anything was found; `first` is told what.
    ///
    /// What was written is read again until nothing more is found: masking a value changes what stands beside its
    /// neighbours, and the output must be one that a second pass leaves as it is.
    fn settle(
        &self,
        line: &[u8],
        context: &Context,
        scratch: &mut Scratch,
        statistics: &mut Statistics,
        out: &mut Vec<u8>,
        mut first: impl FnMut(&[Hit]),
    ) -> Result<bool, Reason> {
        self.engine.read(line, Some(context), scratch)?;
        if scratch.hits.is_empty() {
            return Ok(false);
        }
        first(&scratch.hits);
        let begin = out.len();
        self.applier.write(line, &scratch.hits, statistics, out);
        let settled = self.again(begin, context, scratch, statistics, out);
        if settled.is_err() {
            out.truncate(begin);
        }
        settled.map(|()| true)
    }

    /// Reads what was written to `out` from `begin` on, until nothing is found. The quick look comes first, as it does
    /// when the output is redacted again.
    fn again(
        &self,
        begin: usize,
        context: &Context,
        scratch: &mut Scratch,
        statistics: &mut Statistics,
        out: &mut Vec<u8>,
    ) -> Result<(), Reason> {
        for _ in 0..ROUNDS {
            let written = out.get(begin..).unwrap_or_default();
            if self.passes(written, context) {
                return Ok(());
            }
            self.engine.read(written, Some(context), scratch)?;
            if scratch.hits.is_empty() {
                return Ok(());
            }
            let mut again = std::mem::take(&mut scratch.written);
            again.clear();
            self.applier.write(written, &scratch.hits, statistics, &mut again);
            out.truncate(begin);
            out.extend_from_slice(&again);
            scratch.written = again;
        }
        Err(Reason::Unsettled)
    }
}
