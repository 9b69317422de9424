//! OTLP/HTTP logs in their JSON encoding: what is posted to `/v1/logs`.
//!
//! `ExportLogsServiceRequest` of opentelemetry-proto 1.x, by the rules of the OTLP specification ("JSON Protobuf
//! Encoding"): names in lowerCamelCase, 64-bit integers as strings, trace ids as hex, enums as numbers. The body of
//! a record is the entry's bytes as a string, unchanged; a request's id makes the trace id, so that all entries of one
//! request stand together.

use serde_json::{Map, Value, json};
use ward_model::Timestamp;

use super::{super::Entry, VERSION};

/// The request that carries these entries.
pub fn request(entries: &[Entry], host: &str, now: Timestamp) -> Vec<u8> {
    wrap(entries.iter().map(|entry| record(entry, now)).collect(), host)
}

/// The request of a test: one record that is no entry, and says so.
pub fn test_request(drain: &str, host: &str, now: Timestamp, text: &str) -> Vec<u8> {
    let record = json!({
        "timeUnixNano": nanos(now), "observedTimeUnixNano": nanos(now), "severityNumber": 9, "severityText": "INFO",
        "body": { "stringValue": text },
        "attributes": [attribute("ward.test", json!({ "boolValue": true })), string("ward.drain", drain)],
    });
    wrap(vec![record], host)
}

fn wrap(records: Vec<Value>, host: &str) -> Vec<u8> {
    let resource = json!({ "attributes": [
        string("service.name", "ward"),
        string("service.version", VERSION),
        string("host.name", host),
    ] });
    let scope = json!({ "name": "ward.ledger", "version": VERSION });
    json!({ "resourceLogs": [{ "resource": resource, "scopeLogs": [{ "scope": scope, "logRecords": records }] }] })
        .to_string()
        .into_bytes()
}

fn record(entry: &Entry, now: Timestamp) -> Value {
    let facts = entry.facts();
    let (number, text) = facts.severity().otlp();
    let mut attributes = vec![
        string("ward.log", &entry.log),
        string("ward.shard", &entry.shard),
        attribute("ward.index", json!({ "intValue": entry.index.to_string() })),
        string("ward.action", facts.action()),
    ];
    let known = [
        ("enduser.id", facts.actor()),
        ("client.address", facts.source()),
        ("ward.object", facts.object()),
        ("ward.status", facts.status()),
        ("ward.request", facts.request()),
    ];
    attributes.extend(known.into_iter().filter_map(|(key, value)| value.map(|value| string(key, value))));
    // Bytes that are no text can't be a string of JSON: then base64, as protobuf's JSON has it for bytes.
    let body = match std::str::from_utf8(&entry.bytes) {
        Ok(text) => json!({ "stringValue": text }),
        Err(_) => {
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            json!({ "bytesValue": STANDARD.encode(&entry.bytes) })
        }
    };
    let mut record = Map::new();
    // 0 is "unknown" for both times.
    record.insert("timeUnixNano".into(), facts.time().map_or_else(|| "0".into(), nanos).into());
    record.insert("observedTimeUnixNano".into(), nanos(facts.logged().unwrap_or(now)).into());
    record.insert("severityNumber".into(), number.into());
    record.insert("severityText".into(), text.into());
    record.insert("body".into(), body);
    record.insert("attributes".into(), attributes.into());
    if let Some(trace) = facts.request().and_then(trace_id) {
        record.insert("traceId".into(), trace.into());
    }
    Value::Object(record)
}

/// The 32 hex digits of a request's id; all zeros is no trace id (W3C Trace Context 3.2.2.3).
fn trace_id(request: &str) -> Option<&str> {
    let digits = request.rsplit_once('_').map_or(request, |(_, digits)| digits);
    let is_id = digits.len() == 32
        && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        && digits.bytes().any(|b| b != b'0');
    is_id.then_some(digits)
}

fn nanos(time: Timestamp) -> String {
    (i128::from(time.micros()) * 1000).to_string()
}

fn attribute(key: &str, value: Value) -> Value {
    json!({ "key": key, "value": value })
}

fn string(key: &str, value: &str) -> Value {
    attribute(key, json!({ "stringValue": value }))
}

/// How many records the receiver refused of a request that it took, and why: `partialSuccess` of its answer.
pub fn refused(answer: &[u8]) -> Option<(u64, String)> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let partial = answer.get("partialSuccess")?;
    let count = match partial.get("rejectedLogRecords")? {
        Value::String(text) => text.parse().ok()?,
        other => other.as_u64()?,
    };
    let why = partial.get("errorMessage").and_then(Value::as_str).unwrap_or_default();
    (count > 0).then(|| (count, why.chars().filter(|c| !c.is_control()).take(200).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drains::format::sample;

    const REQUEST: &str = "req_0198c0de0000700080000000000000aa";

    #[test]
    fn a_record_has_the_fields_and_encodings_of_the_specification() {
        let event = json!({
            "time": 1_795_000_000_123_i64, "severity_id": 4, "metadata": { "logged_time": 1_795_000_000_200_i64 },
            "api": { "operation": "app:deploy", "request": { "uid": REQUEST } },
        });
        let entry = sample(7, &event);
        let body = request(std::slice::from_ref(&entry), "ward.example", Timestamp::from_micros(5));
        let body: Value = serde_json::from_slice(&body).unwrap();
        let scope = &body["resourceLogs"][0]["scopeLogs"][0];
        assert_eq!(scope["scope"]["name"], "ward.ledger");
        let record = &scope["logRecords"][0];
        assert_eq!(record["timeUnixNano"], "1795000000123000000");
        assert_eq!(record["observedTimeUnixNano"], "1795000000200000000");
        assert_eq!((&record["severityNumber"], &record["severityText"]), (&json!(17), &json!("ERROR")));
        assert_eq!(record["traceId"], "0198c0de0000700080000000000000aa");
        assert_eq!(record["body"]["stringValue"].as_str().unwrap().as_bytes(), entry.bytes);
        let index = json!({ "key": "ward.index", "value": { "intValue": "7" } });
        assert!(record["attributes"].as_array().unwrap().contains(&index));
    }

    #[test]
    fn a_request_id_makes_a_trace_id_only_if_it_is_one() {
        assert!(trace_id(REQUEST).is_some());
        for text in [
            "",
            "req_",
            "req_00000000000000000000000000000000",
            "req_0198C0DE0000700080000000000000AA",
            "req_1",
        ] {
            assert_eq!(trace_id(text), None, "{text}");
        }
    }

    #[test]
    fn a_partial_success_tells_what_was_refused() {
        assert_eq!(refused(b"{}"), None);
        assert_eq!(refused(br#"{"partialSuccess":{}}"#), None);
        assert_eq!(refused(br#"{"partialSuccess":{"rejectedLogRecords":"0"}}"#), None);
        let answer = br#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}"#;
        assert_eq!(refused(answer), Some((3, "too old".into())));
        assert_eq!(refused(b"<html>"), None);
    }
}
