//! The root key changes, the data stays.

use ward_vault::{Error, RootKeySource, Vault, create_key_file};

#[test]
fn after_rotation_old_keks_open_and_are_rewrapped_and_then_the_old_root_is_forgotten() {
    let (dir, vault) = crate::unsealed();
    let old = RootKeySource::KeyFile(dir.path().join("root.key"));
    let kek = vault.new_kek("environment/a").unwrap();
    let dek = vault.new_dek(&kek, "secret/a").unwrap();
    let sealed = vault.encrypt(&kek, &dek, "p", b"data").unwrap();
    assert!(matches!(vault.rotate_root(&old), Err(Error::Refused(_))), "the same key is no rotation");

    let second = dir.path().join("second.key");
    create_key_file(&second).unwrap();
    let second = RootKeySource::KeyFile(second);
    assert_eq!(vault.rotate_root(&second).unwrap(), 2);
    let third = RootKeySource::passphrase("third root key, a phrase");
    assert_eq!(vault.rotate_root(&third).unwrap(), 3);
    assert_eq!(&**vault.decrypt(&kek, &dek, "p", &sealed).unwrap(), b"data");

    let vault = Vault::open(dir.path().join("vault")).unwrap();
    for wrong in [&old, &second] {
        assert!(matches!(vault.unseal(wrong), Err(Error::WrongRootKey(_))));
    }
    vault.unseal(&third).unwrap();
    assert_eq!((kek.root_version(), vault.root_version()), (1, 3));
    let rewrapped = vault.rewrap_kek(&kek).unwrap();
    assert_eq!(rewrapped.root_version(), 3);
    assert_eq!((rewrapped.id_hex(), rewrapped.context()), (kek.id_hex(), kek.context()));
    for kek in [&kek, &rewrapped] {
        assert_eq!(&**vault.decrypt(kek, &dek, "p", &sealed).unwrap(), b"data");
    }

    assert_eq!(vault.retire_roots().unwrap(), 2);
    assert!(matches!(vault.decrypt(&kek, &dek, "p", &sealed), Err(Error::UnknownRoot(1))));
    assert_eq!(&**vault.decrypt(&rewrapped, &dek, "p", &sealed).unwrap(), b"data");
    let vault = Vault::open(dir.path().join("vault")).unwrap();
    vault.unseal(&third).unwrap();
    assert!(matches!(vault.decrypt(&kek, &dek, "p", &sealed), Err(Error::UnknownRoot(1))));
    assert_eq!(&**vault.decrypt(&rewrapped, &dek, "p", &sealed).unwrap(), b"data");
}

#[test]
fn an_exchanged_previous_root_key_is_noticed() {
    let (dir, vault) = crate::unsealed();
    for n in [2, 3] {
        let file = dir.path().join(format!("{n}.key"));
        create_key_file(&file).unwrap();
        vault.rotate_root(&RootKeySource::KeyFile(file)).unwrap();
    }
    let path = dir.path().join("vault/vault.json");
    let mut document: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let previous = document["previous"].as_array_mut().unwrap();
    let (first, second) = (previous[0]["key"].take(), previous[1]["key"].take());
    previous[0]["key"] = second;
    previous[1]["key"] = first;
    std::fs::write(&path, document.to_string()).unwrap();
    let source = RootKeySource::KeyFile(dir.path().join("3.key"));
    let error = Vault::open(dir.path().join("vault")).unwrap().unseal(&source).unwrap_err();
    assert!(matches!(error, Error::Document { .. }), "{error}");
}

#[test]
fn a_failed_rotation_leaves_the_vault_as_it_was() {
    let (dir, vault) = crate::unsealed();
    let kek = vault.new_kek("k").unwrap();
    assert!(vault.rotate_root(&RootKeySource::passphrase("short")).is_err());
    assert!(vault.rotate_root(&RootKeySource::KeyFile(dir.path().join("missing"))).is_err());
    assert_eq!(vault.root_version(), 1);
    vault.new_dek(&kek, "d").unwrap();
    let vault = Vault::open(dir.path().join("vault")).unwrap();
    vault.unseal(&RootKeySource::KeyFile(dir.path().join("root.key"))).unwrap();
    vault.new_dek(&kek, "d").unwrap();
}
