//! OTLP: what is sent is what the published protobuf definitions read.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use serde_json::Value;
use ward_model::drains::Destination;

use super::rig::{Rig, wish};
use crate::receiver::{Act, Receiver};

/// Whether everything in `part` is in `whole` too.
fn within(part: &Value, whole: &Value, path: &str) {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            for (key, value) in part {
                let found = whole.get(key).unwrap_or_else(|| panic!("{path}.{key} is no field"));
                within(value, found, &format!("{path}.{key}"));
            }
        }
        (Value::Array(part), Value::Array(whole)) => {
            assert_eq!(part.len(), whole.len(), "{path}");
            part.iter().zip(whole).for_each(|(p, w)| within(p, w, &format!("{path}[]")));
        }
        (part, whole) => assert_eq!(part, whole, "{path}"),
    }
}

#[tokio::test]
async fn every_field_that_is_sent_is_one_of_the_protocol_and_refusals_are_counted() {
    let refusal = r#"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}"#;
    let mut receiver = Receiver::start(None, move |_| Act::Answer(200, refusal.into())).await;
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::open(dir.path()).await;
    rig.enter(None, 5).await;
    let id =
        rig.create(wish("otel", Destination::Otlp { url: receiver.url("http", "/v1/logs") })).await.drain.id;
    rig.start();
    let drain = rig.drained(id).await;
    rig.stop().await;
    let (mut bodies, mut requests) = (Vec::new(), 0);
    while let Ok((arrived, _)) = receiver.arrived.try_recv() {
        requests += 1;
        let sent: Value = serde_json::from_slice(&arrived.body).unwrap();
        let read: ExportLogsServiceRequest = serde_json::from_slice(&arrived.body).unwrap();
        within(&sent, &serde_json::to_value(&read).unwrap(), "request");
        for record in &read.resource_logs[0].scope_logs[0].log_records {
            assert!(record.time_unix_nano > 1_600_000_000_000_000_000 && record.observed_time_unix_nano > 0);
            assert!(record.trace_id.is_empty() || record.trace_id.len() == 16);
        }
        for record in sent["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().unwrap() {
            bodies.push(record["body"]["stringValue"].as_str().unwrap().as_bytes().to_vec());
        }
    }
    let expected: Vec<_> = rig.entries("platform").into_iter().map(|e| e.bytes).collect();
    assert_eq!(bodies, expected);
    assert_eq!(drain.progress.lost, 2 * requests);
    assert!(drain.progress.last_error.unwrap().contains("too old"));
    rig.close().await;
}
