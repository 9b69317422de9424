//! Init, open, seal and unseal.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    sync::Arc,
};

use ward_vault::{Error, RootKeySource, Vault, create_key_file};

const PHRASE: &str = "correct horse battery staple";

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_vault_opens_sealed_and_unseals_with_its_key_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("root.key");
    create_key_file(&file).unwrap();
    let source = RootKeySource::KeyFile(file.clone());
    let home = dir.path().join("deep/vault");
    let kek = Vault::init(&home, &source).unwrap().new_kek("environment/a").unwrap();

    let vault = Arc::new(Vault::open(&home).unwrap());
    assert!(vault.is_sealed());
    assert!(matches!(vault.new_kek("x"), Err(Error::Sealed)));
    vault.unseal(&source).unwrap();
    vault.unseal(&source).unwrap();
    assert!(!vault.is_sealed());
    let dek = vault.new_dek(&kek, "secret/a").unwrap();
    let sealed = vault.encrypt(&kek, &dek, "place", b"hello").unwrap();

    let other = Arc::clone(&vault);
    std::thread::spawn(move || other.seal()).join().unwrap();
    assert!(vault.is_sealed());
    assert!(matches!(vault.new_kek("x"), Err(Error::Sealed)));
    assert!(matches!(vault.new_dek(&kek, "x"), Err(Error::Sealed)));
    assert!(matches!(vault.encrypt(&kek, &dek, "place", b""), Err(Error::Sealed)));
    assert!(matches!(vault.decrypt(&kek, &dek, "place", &sealed), Err(Error::Sealed)));
    assert!(matches!(vault.volume_key(&kek, &dek, "v"), Err(Error::Sealed)));
    assert!(matches!(vault.opener(&kek, &dek, "s"), Err(Error::Sealed)));
    assert!(matches!(vault.rewrap_kek(&kek), Err(Error::Sealed)));
    assert!(matches!(vault.rotate_root(&source), Err(Error::Sealed)));
    assert!(matches!(vault.retire_roots(), Err(Error::Sealed)));

    vault.unseal(&source).unwrap();
    assert_eq!(&**vault.decrypt(&kek, &dek, "place", &sealed).unwrap(), b"hello");
    for path in [home.join("vault.json"), file] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::metadata(&home).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_dir(&home).unwrap().count(), 1, "only vault.json stays");
}

#[test]
fn a_wrong_passphrase_is_told_and_the_right_one_unseals() {
    let dir = tempfile::tempdir().unwrap();
    let right = RootKeySource::passphrase(PHRASE);
    let kek = Vault::init(dir.path(), &right).unwrap().new_kek("k").unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let error = vault.unseal(&RootKeySource::passphrase("correct horse battery stable")).unwrap_err();
    assert!(error.to_string().starts_with("wrong passphrase"), "{error}");
    assert!(vault.is_sealed());
    let file = dir.path().join("root.key");
    create_key_file(&file).unwrap();
    let error = vault.unseal(&RootKeySource::KeyFile(file)).unwrap_err();
    assert!(error.to_string().contains("with a passphrase, not with a key file"), "{error}");
    vault.unseal(&right).unwrap();
    vault.new_dek(&kek, "d").unwrap();
    assert!(!fs::read_to_string(dir.path().join("vault.json")).unwrap().contains("horse"));
}

#[test]
fn a_short_passphrase_makes_no_vault() {
    let dir = tempfile::tempdir().unwrap();
    let made = Vault::init(dir.path(), &RootKeySource::passphrase("short"));
    assert!(matches!(made, Err(Error::Passphrase(_))));
    assert!(matches!(Vault::open(dir.path()), Err(Error::NotInitialized(_))));
}

#[test]
fn a_second_init_leaves_the_first_vault_alone() {
    let (dir, vault) = crate::unsealed();
    let kek = vault.new_kek("k").unwrap();
    let source = RootKeySource::KeyFile(dir.path().join("root.key"));
    let again = Vault::init(dir.path().join("vault"), &source);
    assert!(matches!(again, Err(Error::AlreadyInitialized(_))));
    let vault = Vault::open(dir.path().join("vault")).unwrap();
    vault.unseal(&source).unwrap();
    vault.new_dek(&kek, "d").unwrap();
    assert!(create_key_file(&dir.path().join("root.key")).is_err(), "a key file is never overwritten");
}

#[test]
fn another_key_file_does_not_unseal() {
    let (dir, _vault) = crate::unsealed();
    let other = dir.path().join("other.key");
    create_key_file(&other).unwrap();
    let vault = Vault::open(dir.path().join("vault")).unwrap();
    assert!(matches!(vault.unseal(&RootKeySource::KeyFile(other)), Err(Error::WrongRootKey(_))));
}

#[test]
fn a_key_file_that_others_could_read_is_refused_with_what_to_do() {
    let (dir, _vault) = crate::unsealed();
    let file = dir.path().join("root.key");
    let vault = Vault::open(dir.path().join("vault")).unwrap();
    let source = RootKeySource::KeyFile(file.clone());
    for mode in [0o644, 0o640, 0o660, 0o604, 0o700, 0o200, 0o4600] {
        chmod(&file, mode);
        // Without root's powers an unreadable file fails at opening already.
        let error = vault.unseal(&source).unwrap_err();
        assert!(matches!(error, Error::KeyFile { .. } | Error::Io { .. }), "{mode:o}: {error}");
    }
    chmod(&file, 0o644);
    assert!(vault.unseal(&source).unwrap_err().to_string().contains("chmod 0400"));
    chmod(&file, 0o400);
    vault.unseal(&source).unwrap();
}

#[test]
fn a_key_file_of_somebody_else_is_refused() {
    let (dir, _vault) = crate::unsealed();
    let file = dir.path().join("root.key");
    if std::os::unix::fs::chown(&file, Some(12345), None).is_err() {
        return; // only root can give files away
    }
    let vault = Vault::open(dir.path().join("vault")).unwrap();
    let error = vault.unseal(&RootKeySource::KeyFile(file)).unwrap_err();
    assert!(error.to_string().contains("owned by user 12345"), "{error}");
}

#[test]
fn a_directory_a_missing_file_and_a_device_are_no_key_files() {
    let (dir, _vault) = crate::unsealed();
    let vault = Vault::open(dir.path().join("vault")).unwrap();
    let link = dir.path().join("link");
    symlink("/dev/zero", &link).unwrap();
    for path in [dir.path().to_owned(), dir.path().join("missing"), link] {
        assert!(vault.unseal(&RootKeySource::KeyFile(path)).is_err());
    }
}

#[test]
fn an_altered_vault_json_does_not_unseal() {
    let (dir, vault) = crate::unsealed();
    let source = RootKeySource::KeyFile(dir.path().join("root.key"));
    let path = dir.path().join("vault/vault.json");
    let good = fs::read_to_string(&path).unwrap();
    let id = vault.id_hex();
    let changed = if id.starts_with('0') { "1" } else { "0" };
    let check_at = good.find("\"check\": \"").unwrap() + 10;
    let mut bad_check = good.clone();
    let digit = if &good[check_at..=check_at] == "0" { "1" } else { "0" };
    bad_check.replace_range(check_at..=check_at, digit);
    for bad in [
        good.replace(&id, &format!("{changed}{}", &id[1..])),
        good.replace("\"version\": 1", "\"version\": 2"),
        bad_check,
    ] {
        assert_ne!(bad, good);
        fs::write(&path, bad).unwrap();
        let error = Vault::open(path.parent().unwrap()).unwrap().unseal(&source).unwrap_err();
        assert!(matches!(error, Error::WrongRootKey(_)), "{error}");
    }
    for bad in ["", "{}", "[]", &good.replace("\"format\": 1", "\"format\": 2"), &good.replace(&id, "zz")] {
        fs::write(&path, bad).unwrap();
        assert!(matches!(Vault::open(path.parent().unwrap()), Err(Error::Document { .. })), "{bad}");
    }
    fs::write(&path, good).unwrap();
    Vault::open(path.parent().unwrap()).unwrap().unseal(&source).unwrap();
}

#[test]
fn lowered_iterations_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let source = RootKeySource::passphrase(PHRASE);
    drop(Vault::init(dir.path(), &source).unwrap());
    let path = dir.path().join("vault.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("600000"));
    fs::write(&path, text.replace("600000", "1")).unwrap();
    let error = Vault::open(dir.path()).unwrap().unseal(&source).unwrap_err();
    assert!(error.to_string().contains("lowered"), "{error}");
}

#[test]
fn debug_of_vault_and_wrapped_key_shows_no_key() {
    let (dir, vault) = crate::unsealed();
    let root = fs::read_to_string(dir.path().join("root.key")).unwrap();
    let kek = vault.new_kek("environment/a").unwrap();
    let text = format!("{vault:?} {kek:?}");
    assert!(text.contains("environment/a"));
    assert!(!text.contains(root.trim()));
    assert!(!text.contains(&kek.to_text()));
    assert!(text.len() < 600, "{text}");
}
