//! `acc.ephi-labelled`: whether everything that exists belongs to an environment with a data class.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use ward_model::DataClass;
use ward_spine::engine::label;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
    transmission::DatabaseRow,
};

/// Apps and databases in the store, and what runs: each resolves to an environment that is `phi` or `synthetic`.
pub(crate) struct Labelled;

#[async_trait]
impl Check for Labelled {
    fn id(&self) -> &'static str {
        "acc.ephi-labelled"
    }
    fn every(&self) -> Duration {
        minutes(15)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("an unlabelled deployment, tried on purpose and denied")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("environments, apps, databases and containers");
        let mut read = probe.read().await?;
        let environments: Vec<(String, String, String, i64, i64, i64)> =
            sqlx::query_as(sql::ENVIRONMENTS).fetch_all(read.conn()).await?;
        let mut classes = BTreeMap::new();
        for (id, _, class, _, _, designated) in &environments {
            tally.saw();
            match class.parse::<DataClass>() {
                Ok(DataClass::Phi) if *designated != 1 => {
                    tally.fault(
                        id,
                        "an environment that may hold PHI lies in a region that is not designated for it",
                    );
                }
                Ok(class) => {
                    classes.insert(id.clone(), class);
                }
                Err(_) => tally.fault(id, "an environment has no data class"),
            }
        }
        let apps: Vec<(String, String, Option<String>)> =
            sqlx::query_as(sql::APPS).fetch_all(read.conn()).await?;
        let databases: Vec<DatabaseRow> = sqlx::query_as(sql::DATABASES).fetch_all(read.conn()).await?;
        drop(read);
        let things = apps
            .into_iter()
            .chain(databases.into_iter().map(|(id, environment, class, ..)| (id, environment, class)));
        for (id, environment, class) in things {
            tally.saw();
            if !classes.contains_key(&environment) || class.is_none_or(|c| c.parse::<DataClass>().is_err()) {
                tally.fault(id, "a resource belongs to no environment with a data class");
            }
        }
        for container in probe.running().await? {
            tally.saw();
            if !container.label(label::ENVIRONMENT).is_some_and(|id| classes.contains_key(id)) {
                tally.fault(
                    &container.container.name,
                    "a container runs without an environment that has a data class",
                );
            }
        }
        let phi = classes.values().filter(|c| **c == DataClass::Phi).count();
        tally.note(json!({ "phi_environments": phi, "environments": classes.len() }));
        Ok(tally.finish("have a data class"))
    }
}
