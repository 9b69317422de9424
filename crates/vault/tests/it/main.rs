//! The vault from outside: real directories, real key files, Debian's `openssl` as the judge of certificates.

#[cfg(test)]
mod certs;
#[cfg(test)]
mod envelope;
#[cfg(test)]
mod root;
#[cfg(test)]
mod rotate;
#[cfg(test)]
mod stream;

#[cfg(test)]
fn unsealed() -> (tempfile::TempDir, ward_vault::Vault) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("root.key");
    ward_vault::create_key_file(&file).unwrap();
    let source = ward_vault::RootKeySource::KeyFile(file);
    let vault = ward_vault::Vault::init(dir.path().join("vault"), &source).unwrap();
    (dir, vault)
}
