//! What machines write about themselves: ids, versions, paths, names of hosts and classes.

use super::{Dice, calendar::Day};

const CLASSES: [&str; 20] = [
    "com.clinic.portal.web.PatientController",
    "org.hibernate.engine.jdbc.spi.SqlExceptionHelper",
    "org.springframework.web.servlet.DispatcherServlet",
    "io.intake.forms.RegistrationService",
    "com.zaxxer.hikari.pool.HikariPool",
    "ca.uhn.fhir.rest.server.RestfulServer",
    "org.apache.kafka.clients.NetworkClient",
    "net.careplan.sync.HL7Listener",
    "io.netty.channel.DefaultChannelPipeline",
    "com.billing.claims.ClaimSubmitter",
    "org.apache.hadoop.hdfs.server.datanode.DataNode",
    "org.quartz.core.JobRunShell",
    "reactor.netty.http.client.HttpClientConnect",
    "com.sun.jersey.spi.container.ContainerResponse",
    "org.eclipse.jetty.server.HttpChannel",
    "com.mongodb.diagnostics.logging.JULLogger",
    "org.postgresql.core.v3.QueryExecutorImpl",
    "com.fasterxml.jackson.databind.ObjectMapper",
    "org.elasticsearch.cluster.service.MasterService",
    "kafka.coordinator.group.GroupCoordinator",
];

const HOSTS: [&str; 18] = [
    "db-primary",
    "ip-10-2-14-77",
    "web01",
    "node-7",
    "kafka-broker-2",
    "redis-cache-0",
    "ns1",
    "app-prod-3",
    "es-data-12",
    "worker-b",
    "edge-fra-1",
    "ci-runner-19",
    "postgres-0",
    "lb2",
    "vault-1",
    "gw-east-1a",
    "batch-04",
    "storage3",
];

const AGENTS: [&str; 8] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.119 Safari/537.36 Edg/124.0.2478.80",
    "kube-probe/1.29",
    "curl/8.5.0",
    "python-requests/2.31.0",
    "okhttp/4.12.0",
    "Go-http-client/2.0",
];

const WORDS: [&str; 40] = [
    "cache",
    "queue",
    "session",
    "worker",
    "index",
    "batch",
    "schema",
    "ledger",
    "token",
    "replica",
    "shard",
    "bucket",
    "stream",
    "policy",
    "router",
    "export",
    "import",
    "snapshot",
    "manifest",
    "segment",
    "claims",
    "intake",
    "billing",
    "orders",
    "audit",
    "events",
    "metrics",
    "config",
    "backup",
    "report",
    "invoice",
    "sync",
    "search",
    "upload",
    "consumer",
    "gateway",
    "scheduler",
    "template",
    "health",
    "archive",
];

fn half<'a>(list: &[&'a str], odd: bool, dice: &mut Dice) -> &'a str {
    let own: Vec<&str> = list.iter().skip(usize::from(odd)).step_by(2).copied().collect();
    dice.pick(&own)
}

/// A machine's word by its name; `odd` chooses the half of each list.
pub(super) fn word(kind: &str, argument: &str, today: Day, odd: bool, dice: &mut Dice) -> Option<String> {
    Some(match kind {
        "ts" => today.stamp(argument, dice)?,
        "uuid" => format!(
            "{}-{}-4{}-{}{}-{}",
            dice.hex(8),
            dice.hex(4),
            dice.hex(3),
            dice.string("89ab", 1),
            dice.hex(3),
            dice.hex(12)
        ),
        "hex" => dice.hex(argument.parse().ok()?),
        "pid" => dice.range(2, 65_535).to_string(),
        "port" => dice
            .pick(&["8080", "443", "5432", "9092", "6379", "50010", "3306", "2379", "10250", "54321"])
            .to_owned(),
        "ver" => match dice.range(0, 3) {
            0 => format!("{}.{}.{}", dice.range(0, 24), dice.range(0, 40), dice.range(0, 30)),
            1 => format!("v{}.{}.{}", dice.range(0, 9), dice.range(0, 40), dice.range(0, 30)),
            2 => format!(
                "{}.{}.{}-{}",
                dice.range(0, 9),
                dice.range(0, 40),
                dice.range(0, 30),
                dice.pick(&["rc1", "SNAPSHOT", "alpine", "beta.2", "1ubuntu2", "deb12u3"])
            ),
            _ => format!("{}.{}", dice.range(0, 30), dice.range(0, 99)),
        },
        // A version of four numbers, as programs and browsers have.
        "ver4" => format!("{}.0.{}.{}", dice.range(90, 130), dice.range(1000, 6999), dice.range(10, 240)),
        "dur" => match dice.range(0, 4) {
            0 => format!("{}ms", dice.range(0, 9000)),
            1 => format!("{}.{}s", dice.range(0, 60), dice.range(0, 999)),
            2 => format!("{}µs", dice.range(1, 999)),
            3 => format!("{}m{}s", dice.range(1, 59), dice.range(0, 59)),
            _ => format!("0.{:03}", dice.range(0, 999)),
        },
        "bytes" => {
            let length = usize::try_from(dice.range(2, 9)).unwrap_or(4);
            dice.number(length)
        }
        "status" => {
            dice.pick(&["200", "200", "200", "201", "204", "304", "401", "404", "500", "503"]).to_owned()
        }
        "method" => dice.pick(&["GET", "GET", "GET", "POST", "PUT", "DELETE"]).to_owned(),
        "level" => dice.pick(&["INFO", "INFO", "WARN", "ERROR", "DEBUG"]).to_owned(),
        "class" => half(&CLASSES, odd, dice).to_owned(),
        "host" => half(&HOSTS, odd, dice).to_owned(),
        "agent" => half(&AGENTS, odd, dice).to_owned(),
        "word" => half(&WORDS, odd, dice).to_owned(),
        "pod" => format!(
            "{}-{}-{}",
            half(&WORDS, odd, dice),
            dice.hex(10),
            dice.string("bcdfghjklmnpqrstvwxz2456789", 5)
        ),
        "blk" => format!("blk_{}{}", dice.pick(&["", "-"]), dice.number(19)),
        "thread" => dice
            .pick(&[
                "main",
                "http-nio-8080-exec-7",
                "pool-3-thread-12",
                "scheduling-1",
                "kafka-consumer-0",
                "ForkJoinPool-1-worker-3",
            ])
            .to_owned(),
        "mac" => (0..6).map(|_| dice.hex(2)).collect::<Vec<_>>().join(":"),
        "base64" => dice.string(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            argument.parse().ok()?,
        ),
        "jwt" => format!(
            "eyJhbGciOiJIUzI1NiJ9.{}.{}",
            dice.string("ABCDEFGHIJabcdefghij0123456789_-", 40),
            dice.string("ABCDEFGHIJabcdefghij0123456789_-", 43)
        ),
        "private" => format!("10.{}.{}.{}", dice.range(0, 255), dice.range(0, 255), dice.range(1, 254)),
        "float" => format!("{}.{}", dice.range(0, 9999), dice.digits(6)),
        // Bytes that frame messages: MLLP, ASTM, lines of other systems.
        "tab" => "\t".to_owned(),
        "cr" => "\r".to_owned(),
        "vt" => "\u{b}".to_owned(),
        "fs" => "\u{1c}".to_owned(),
        "stx" => "\u{2}".to_owned(),
        "etx" => "\u{3}".to_owned(),
        "addr" => format!("0x{}", dice.hex(16)),
        _ => return None,
    })
}
