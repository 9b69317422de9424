//! Names of accounts that are made of names of persons: `jroe`, `jane.roe`, `roe1982`.

use super::{COMMON, FAMILY, GIVEN, WORD, dictionary, hash};

/// Whether the name of an account is made of a person's: one part, or all but its first letter, is a given or family
/// name and no word.
pub(crate) fn personal(value: &[u8]) -> bool {
    let last = value.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let program = last.len() < value.len() && super::among(PROGRAMS, hash(last));
    // `system:serviceaccount:kube-system:token-controller` of Kubernetes.
    let program = program || value.starts_with(b"system:");
    if value.len() < 4 || value.len() > 64 || value.contains(&b'@') || program {
        return false;
    }
    let name = |part: &[u8]| {
        let flags = dictionary().get(hash(part));
        part.len() >= 4 && flags & (GIVEN | FAMILY) != 0 && flags & WORD == 0
    };
    // `hwalker`, `mblack`: a letter before a frequent family name that is a word as well.
    let initial = |part: &[u8]| {
        part.get(1..).is_some_and(|rest| {
            let flags = dictionary().get(hash(rest));
            rest.len() >= 4 && flags & (FAMILY | COMMON) == FAMILY | COMMON
        }) && part.len() == value.iter().take_while(|b| b.is_ascii_lowercase()).count()
    };
    let mut parts = value.split(|b| !b.is_ascii_alphabetic() && *b < 0x80).filter(|part| !part.is_empty());
    let several = value.iter().any(|b| !b.is_ascii_alphabetic());
    // `directories`, `group`: a word is no name with a letter before it.
    let word = |part: &[u8]| dictionary().get(hash(part)) & WORD != 0;
    parts.any(|part| {
        if word(part) {
            return false;
        }
        (several && name(part))
            || initial(part)
            || part.get(1..).is_some_and(|rest| rest.len() >= 4 && name(rest))
            // Two names without a sign between: `janeroe`.
            || (4..part.len().saturating_sub(3)).any(|at| part.split_at_checked(at).is_some_and(|(one, two)| name(one) && name(two)))
    }) && !SYSTEM.contains(&hash(value))
        && !SYSTEM.contains(&hash(stem(value)))
}

/// An account without the digits at its end: `oracle2`.
fn stem(value: &[u8]) -> &[u8] {
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    value.get(..value.len() - digits).unwrap_or_default()
}

/// Whether the name of an account is surely a person's, also where programs have accounts: two names, or one with a few
/// digits behind it.
pub(crate) fn sure(value: &[u8]) -> bool {
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let letters = value.len() - digits;
    full(value)
        || personal(value) && value.iter().filter(|b| **b == b'.').count() == 1
        || (2..=4).contains(&digits)
            && value.iter().take(letters).all(u8::is_ascii_lowercase)
            && (personal(value) || whole(value.get(..letters).unwrap_or_default()))
}

/// A name that is no word.
fn whole(part: &[u8]) -> bool {
    let flags = dictionary().get(hash(part));
    part.len() >= 4 && flags & (GIVEN | FAMILY) != 0 && flags & WORD == 0
}

/// Whether the name of an account is a given and a family name with a sign between: `jane.roe`, `roe_jane82`.
pub(crate) fn full(value: &[u8]) -> bool {
    let mut parts = value.split(|b| matches!(b, b'.' | b'_' | b'-'));
    let (Some(first), Some(last), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits = last.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let flags = |part: &[u8]| dictionary().get(hash(part));
    let last = last.get(..last.len() - digits).unwrap_or_default();
    let named = |part: &[u8]| part.len() >= 3 && flags(part) & (GIVEN | FAMILY) != 0;
    named(first)
        && named(last)
        && (flags(first) | flags(last)) & GIVEN != 0
        && (flags(first) & WORD == 0 || flags(last) & WORD == 0)
}

/// Whether the name of an account is written as people's are: letters with a digit or a point, and no word of machines.
pub(crate) fn written(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'.' || **b == b'_').count();
    let machine = [
        "svc", "app", "api", "bot", "test", "admin", "root", "user", "node", "web", "db", "ci", "sys",
        "kube", "monitor", "probe", "health", "param", "auth", "oauth", "item", "page",
    ];
    // `p.last_name`, `ix_mrn_start_75`, `intake.api`, `sentry.javascript.react`: columns, and parts of programs.
    let part = |part: &[u8]| COLUMNS.contains(&hash(part)) || machine.iter().any(|m| part == m.as_bytes());
    let parts = value.split(|b| matches!(b, b'.' | b'_' | b'-')).any(part);
    let packaged = value.iter().filter(|b| **b == b'.').count() > 1 && !dated(value);
    letters >= 4
        && !parts
        && !packaged
        && value.len() > letters.min(4)
        && value.iter().any(|b| b.is_ascii_digit() || *b == b'.')
        && !machine.iter().any(|m| value.starts_with(m.as_bytes()))
}

/// Whether a name and a year or its end stand between points: `j.roe.1962`, `roe.jane.62`.
fn dated(value: &[u8]) -> bool {
    let name = |part: &[u8]| {
        let flags = dictionary().get(hash(part));
        part.len() > 2
            && flags & (GIVEN | FAMILY) != 0
            && (flags & WORD == 0 || flags & COMMON != 0)
            && !SYSTEM.contains(&hash(part))
    };
    let last = value.rsplit(|b| *b == b'.').next().unwrap_or_default();
    matches!(last.len(), 2 | 4)
        && last.iter().all(u8::is_ascii_digit)
        && value.iter().filter(|b| **b == b'.').count() == 2
        && value.split(|b| *b == b'.').any(name)
}

/// Whether it is the name of a person's account, in a line about persons.
pub(crate) fn account(value: &[u8]) -> bool {
    (4..=40).contains(&value.len())
        && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !value.split(|b| matches!(b, b'.' | b'_' | b'-')).any(|part| {
            super::list!("assistant bot agent service svc worker scheduler scheduling auth0 okta")
                .contains(&hash(part))
        })
        && (personal(value) || written(value))
}

/// What stands behind the point of accounts of programs: `jane.build`.
const PROGRAMS: &[u64] = super::list!(
    "build builds ci bot deploy svc service worker runner agent prod staging cron daemon batch api"
);

/// Names of columns.
const COLUMNS: &[u64] = super::words![
    "id", "name", "dob", "mrn", "ssn", "zip", "date", "status", "type", "code", "email", "phone", "number",
    "created", "updated", "index", "idx", "key"
];

/// Accounts of systems that look like names.
const SYSTEM: &[u64] = super::words![
    "www-data",
    "postgres",
    "ubuntu",
    "jenkins",
    "tomcat",
    "daemon",
    "nobody",
    "administrator",
    "oracle",
    "nginx",
    "mysql",
    "backup",
    "system",
    "kafka",
    "redis",
    "airflow",
    "gitlab",
    "hadoop",
    "elasticsearch",
    "cassandra",
    "postmaster",
    "hostmaster",
    "webmaster",
    "superuser",
    "anonymous",
    "nagios",
    "zabbix",
    "icinga",
    "rabbitmq",
    "mongodb",
    "mongod",
    "mariadb",
    "prometheus",
    "grafana",
    "telegraf",
    "influxdb",
    "logstash",
    "kibana",
    "splunk",
    "ansible",
    "vagrant",
    "centos",
    "fedora",
    "debian",
    "messagebus",
    "dovecot",
    "postfix",
    "opendkim",
    "clamav",
    "amavis",
    "memcache",
    "memcached",
    "couchdb",
    "solr",
    "spark",
    "hive",
    "hdfs",
    "yarn",
    "zookeeper",
    "etcd",
    "consul",
    "nomad",
    "traefik",
    "haproxy",
    "varnish",
    "squid",
    "sonar",
    "sonarqube",
    "nexus",
    "artifactory",
    "teamcity",
    "bamboo",
    "circleci",
    "github",
    "bitbucket",
    "dependabot",
    "renovate",
    "wildfly",
    "jboss",
    "weblogic",
    "websphere",
    "openldap",
    "keycloak",
    "sshd",
    "systemd",
    "polkitd",
    "chrony",
    "avahi",
    "netadmin",
    "sysadmin",
    "readonly",
    "monitoring",
    "replication",
    "replicator",
    "pgbouncer",
    "keyring",
    "oauth",
    "auth",
    "mschap"
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_persons_are_told_from_those_of_systems() {
        for name in ["jfranklin23", "barbara.santiago", "ethel_tirinnanzi", "trivera39", "jsanchez"] {
            assert!(personal(name.as_bytes()), "{name}");
        }
        for name in [
            "root",
            "admin",
            "www-data",
            "postgres",
            "svc-backup",
            "deploy",
            "app1",
            "test_user",
            "group",
            "directories",
            "tried",
            "login",
            "hosting.example",
            "zabbix",
            "tables.name",
            "auth0",
        ] {
            assert!(!personal(name.as_bytes()), "{name}");
        }
        for name in ["p.last_name", "ix_mrn_start_75", "intake.api", "sentry.javascript.react"] {
            assert!(!account(name.as_bytes()), "{name}");
        }
        for name in ["mroe.1982", "quist_o2", "o.quist.1962", "quist.orla.62"] {
            assert!(account(name.as_bytes()), "{name}");
        }
        for name in ["app.core.12", "queue.worker.2024", "intake.v2.1962.3"] {
            assert!(!account(name.as_bytes()), "{name}");
        }
    }
}
