//! Masks the lines of one container, by the policy of its app.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use ward_model::{Action, AppId, KeyId, apps::AppLogLine};
use ward_redact::{Quarantined, Redactor, Statistics, Stream};
use ward_spine::{Ctx, Error, Result};
use ward_vault::hash::hmac_sha256;
use zeroize::Zeroizing;

use super::{Masked, compile::compile, masked, policy};
use crate::logs;

/// A line that could not be handled, with the library's word for why.
pub(crate) struct Aside {
    pub(crate) reason: &'static str,
    pub(crate) raw: Vec<u8>,
}

/// Masks lines.
pub(crate) struct Masker {
    app: AppId,
    about: Masked,
    version: i64,
    stream: Stream,
    aside: Arc<Mutex<Vec<Aside>>>,
}

fn hold(aside: &Mutex<Vec<Aside>>) -> MutexGuard<'_, Vec<Aside>> {
    aside.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Masker {
    /// A masker by the app's policy as it is now.
    ///
    /// # Errors
    /// If the policy or the environment's key can't be had. Lines wait then.
    pub(crate) async fn new(ctx: &Ctx, app: AppId) -> Result<Self> {
        let about = masked(&mut ctx.read().await?, app).await?;
        let (version, redactor) = redactor(ctx, app, &about).await?;
        let aside = Arc::default();
        let stream = stream(&redactor, &aside);
        Ok(Self { app, about, version, stream, aside })
    }

    /// Takes up a change of the policy.
    ///
    /// # Errors
    /// As for `new`.
    pub(crate) async fn refresh(&mut self, ctx: &Ctx) -> Result<()> {
        let (_, version) = policy::load(&mut ctx.read().await?, self.app).await?;
        if version != self.version {
            let (version, redactor) = redactor(ctx, self.app, &self.about).await?;
            let before = self.stream.take_statistics();
            self.stream = stream(&redactor, &self.aside);
            self.version = version;
            super::counts::add(ctx, self.app, &before).await?;
        }
        Ok(())
    }

    /// The line as it may be stored; or what is to be sealed aside, with a line that says so.
    pub(crate) fn mask(&mut self, mut line: AppLogLine) -> (AppLogLine, Option<Aside>) {
        let mut out = Vec::with_capacity(line.text.len());
        // One line of the engine is one line here, whatever is in it.
        let text = line.text.replace('\n', " ");
        self.stream.push(text.as_bytes(), &mut out);
        self.stream.push(b"\n", &mut out);
        if out.last() == Some(&b'\n') {
            out.pop();
        }
        line.text = String::from_utf8_lossy(&out).into_owned();
        // A line that is longer than the library reads at once may be set aside in several pieces.
        let aside = hold(&self.aside).drain(..).reduce(|mut whole, piece| {
            whole.raw.extend_from_slice(&piece.raw);
            whole
        });
        (line, aside)
    }

    /// What was found since the last call.
    pub(crate) fn take_statistics(&mut self) -> Statistics {
        self.stream.take_statistics()
    }

    pub(crate) fn about(&self) -> &Masked {
        &self.about
    }
}

fn stream(redactor: &Redactor, aside: &Arc<Mutex<Vec<Aside>>>) -> Stream {
    let aside = Arc::clone(aside);
    redactor.stream_with(Box::new(move |line: Quarantined<'_>| {
        hold(&aside).push(Aside { reason: line.reason.word(), raw: line.raw.to_vec() });
    }))
}

async fn redactor(ctx: &Ctx, app: AppId, about: &Masked) -> Result<(i64, Redactor)> {
    let (policy, version) = policy::load(&mut ctx.read().await?, app).await?;
    let mut config = compile(&policy)?;
    let key = pseudonym_key(ctx, app, about).await?;
    config.key = Some(Box::new(move |value| hmac_sha256(key.as_slice(), value)));
    let redactor = Redactor::new(config).map_err(|e| Error::internal("reading a redaction policy", e))?;
    Ok((version, redactor))
}

/// The key under which values of an environment become pseudonyms. It is destroyed with the environment.
async fn pseudonym_key(ctx: &Ctx, app: AppId, about: &Masked) -> Result<Zeroizing<[u8; 64]>> {
    let context = format!("redaction {}", about.environment);
    let found = ctx.keyring().find(&mut ctx.read().await?, &context).await?;
    let dek = match found {
        Some(dek) => dek,
        None => make_key(ctx, app, about, &context).await?,
    };
    Ok(ctx.keyring().volume_key(ctx.read().await?.conn(), dek, &context).await?.0)
}

async fn make_key(ctx: &Ctx, app: AppId, about: &Masked, context: &str) -> Result<KeyId> {
    let found = logs::target(ctx, app).await?.filter(|(_, destroyed)| !destroyed);
    let (target, _) = found.ok_or_else(|| Error::not_found("app", app))?;
    let mut tx = ctx.permit(Action::DeploymentAdvance, &target).await?.begin().await?;
    if let Some(key) = ctx.keyring().find_on(tx.conn(), context).await? {
        return Ok(key);
    }
    let kek = ctx.keyring().find_on(tx.conn(), &format!("environment {}", about.environment)).await?;
    let kek = kek.ok_or_else(|| Error::internal("masking a log", "its environment has no key"))?;
    let key = ctx.keyring().create_dek(&mut tx, kek, context).await?;
    tx.commit(json!({ "redaction_key": key })).await?;
    Ok(key)
}
