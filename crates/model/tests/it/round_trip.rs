//! Nothing is lost between a recording and its bytes, and bytes of anybody do no harm.

use proptest::prelude::*;
use serde_json::{Value, json};
use ward_model::{
    Action, Timestamp,
    ledger::{EntryKind, Outcome},
    ocsf::{
        Class, DecodeError, EncodeError, MAX_ENTRY_BYTES, Payload, Recording, TABLE, canonical, decode,
        encode, mapping,
    },
};

use crate::events::{OUTCOMES, any_detail, any_recording, example};

/// The recording with its numbers as their canonical form has them: 1.0 is 1, and 2^64 - 1 a string of digits.
fn normal(mut recording: Recording) -> Recording {
    recording.event.detail = again(&recording.event.detail);
    recording.shard = recording.shard.as_ref().map(again);
    recording
}

fn again(value: &Value) -> Value {
    serde_json::from_slice(&canonical::to_vec(value)).unwrap()
}

#[test]
fn every_action_has_a_row_in_the_table_and_no_row_is_there_twice() {
    for action in Action::ALL {
        assert!(
            TABLE.iter().any(|(name, _)| *name == action.as_str()),
            "{action} has no row in ocsf/table.rs"
        );
    }
    for (at, (name, _)) in TABLE.iter().enumerate() {
        assert!(!TABLE[..at].iter().any(|(other, _)| other == name), "{name} has two rows");
    }
    assert_eq!(mapping("nobody:knows").class, Class::Api);
    assert_eq!(mapping("nobody:knows").type_uid(), 600_399);
}

#[test]
fn every_class_is_in_use() {
    for class in Class::ALL {
        assert!(TABLE.iter().any(|(_, mapping)| mapping.class == class), "{class:?}");
    }
}

#[test]
fn every_action_round_trips_whatever_became_of_it() {
    for (action, _) in TABLE {
        for became in OUTCOMES {
            let recording = example(action, became);
            let bytes = encode(&recording).unwrap();
            assert_eq!(decode(&bytes).unwrap(), recording, "{}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn a_check_that_passed_is_no_finding() {
    let uid = |recording: &Recording| {
        serde_json::from_slice::<Value>(&encode(recording).unwrap()).unwrap()["type_uid"].clone()
    };
    let mut recording = example("observation:record", (EntryKind::Outcome, Some(Outcome::Success)));
    assert_eq!(uid(&recording), 200_401);
    recording.event.detail["verdict"] = json!("pass");
    assert_eq!(uid(&recording), 600_301);
    assert_eq!(uid(&example("observation:record", (EntryKind::Attempt, None))), 600_301);
}

#[test]
fn microseconds_are_kept() {
    for micros in [0, 1, 999, 1_000, 1_795_000_000_123_456, 253_402_000_000_000_000] {
        let mut recording = example("app:deploy", OUTCOMES[0]);
        recording.event.time = Timestamp::from_micros(micros);
        let bytes = encode(&recording).unwrap();
        assert_eq!(decode(&bytes).unwrap().event.time.micros(), micros);
    }
}

#[test]
fn links_and_payloads_are_where_the_ledger_looks_for_them() {
    let mut recording = example("app:deploy", OUTCOMES[1]);
    recording.shard = Some(json!({ "event": "closed", "shard": "2026-1" }));
    recording.payload = Some(Payload { sha256: "ab".repeat(32), bytes: 70_000 });
    let bytes = encode(&recording).unwrap();
    let entry: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(entry["metadata"]["logged_time"], recording.logged_time);
    assert_eq!(entry["unmapped"]["shard"]["event"], "closed");
    assert_eq!(entry["unmapped"]["payload"], json!({ "sha256": "ab".repeat(32), "bytes": 70_000 }));
    assert_eq!(decode(&bytes).unwrap(), recording);
}

#[test]
fn what_has_no_form_is_refused_with_the_reason() {
    let with = |change: fn(&mut Recording)| {
        let mut recording = example("app:deploy", OUTCOMES[0]);
        change(&mut recording);
        encode(&recording).map(drop)
    };
    assert!(matches!(
        with(|r| r.event.detail = json!("x".repeat(MAX_ENTRY_BYTES))),
        Err(EncodeError::TooLarge { bytes }) if bytes > MAX_ENTRY_BYTES
    ));
    assert_eq!(with(|r| r.event.time = Timestamp::from_micros(-1)), Err(EncodeError::Time));
    assert_eq!(with(|r| r.event.time = Timestamp::from_micros(i64::MAX)), Err(EncodeError::Time));
    assert_eq!(with(|r| r.logged_time = i64::MAX), Err(EncodeError::Time));
    let nested = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
    let mut recording = example("app:deploy", OUTCOMES[0]);
    recording.event.detail = nested(65);
    assert_eq!(encode(&recording), Err(EncodeError::Deep));
    recording.event.detail = nested(64);
    assert_eq!(decode(&encode(&recording).unwrap()).unwrap(), recording);
}

#[test]
fn what_is_no_entry_of_ward_is_refused_with_the_place() {
    let entry: Value = serde_json::from_slice(&encode(&example("app:deploy", OUTCOMES[0])).unwrap()).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut entry = entry.clone();
        *entry.pointer_mut(pointer).unwrap() = value;
        decode(&serde_json::to_vec(&entry).unwrap()).unwrap_err()
    };
    assert!(matches!(decode(b"{"), Err(DecodeError::NotJson(_))));
    assert_eq!(decode(b"{}"), Err(DecodeError::Missing("/unmapped/kind")));
    assert_eq!(with("/unmapped/kind", json!("guess")), DecodeError::Unknown("/unmapped/kind"));
    assert_eq!(with("/time", json!(1)), DecodeError::Unknown("/time"));
    assert_eq!(with("/api/operation", json!(7)), DecodeError::Missing("/api/operation"));
    assert_eq!(with("/actor/user/type_id", json!(3)), DecodeError::Unknown("/actor/user/type_id"));
    assert_eq!(with("/authorizations", json!({})), DecodeError::Missing("/authorizations"));
}

proptest! {
    #[test]
    fn any_event_round_trips(recording in any_recording()) {
        let bytes = encode(&recording).unwrap();
        prop_assert_eq!(decode(&bytes).unwrap(), normal(recording));
    }

    #[test]
    fn the_form_is_a_fixpoint(recording in any_recording()) {
        let bytes = encode(&recording).unwrap();
        prop_assert_eq!(&encode(&decode(&bytes).unwrap()).unwrap(), &bytes);
        // And another writer of RFC 8785 says the same.
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&serde_json_canonicalizer::to_vec(&value).unwrap(), &bytes);
    }

    #[test]
    fn a_detail_of_48_kib_fits_into_an_entry(
        row in prop::sample::select(TABLE), detail in any_detail(), fill in "\\PC{1,64}"
    ) {
        let mut recording = example(row.0, OUTCOMES[0]);
        recording.event.policies = vec!["grt_0198c0de000070008000000000000001".into(); 64];
        let detail_of = |times: usize| json!({ "detail": &detail, "fill": fill.repeat(times) });
        let length = |times: usize| canonical::to_vec(&detail_of(times)).len();
        // What is longer is refused by the gate.
        let times = (48_usize * 1024).saturating_sub(length(0)) / (length(1) - length(0));
        recording.event.detail = detail_of(times);
        if length(times) <= 48 * 1024 {
            prop_assert!(encode(&recording).unwrap().len() <= MAX_ENTRY_BYTES);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn an_entry_with_anything_changed_is_read_or_refused(
        recording in any_recording(), place in any::<prop::sample::Index>(), with in any_detail()
    ) {
        let mut entry: Value = serde_json::from_slice(&encode(&recording).unwrap()).unwrap();
        let pointers = pointers(&entry);
        let place: &String = place.get(&pointers);
        *entry.pointer_mut(place).unwrap() = with;
        let _ = decode(&serde_json::to_vec(&entry).unwrap());
    }
}

/// The pointers to all values of a document.
fn pointers(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let below = children
        .into_iter()
        .flat_map(|(name, child)| pointers(child).into_iter().map(move |rest| format!("/{name}{rest}")));
    std::iter::once(String::new()).chain(below).collect()
}
