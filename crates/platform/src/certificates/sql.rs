//! Queries of this room.

use crate::sql::queries;

queries! {
    AUTHORITY = "select cert_pem, key_sealed from authorities where id = 'platform'";
    INSERT_AUTHORITY = "insert into authorities (id, cert_pem, key_sealed, created_at, not_after) \
                        values ('platform', $1, $2, $3, $4)";
    INGRESS = "select names, chain_pem, key_sealed, issued_at, not_after from certificates where purpose = 'ingress'";
    PUT_INGRESS = "insert into certificates (purpose, names, chain_pem, key_sealed, issued_at, not_after) \
                   values ('ingress', $1, $2, $3, $4, $5) on conflict (purpose) do update set names = excluded.names, \
                   chain_pem = excluded.chain_pem, key_sealed = excluded.key_sealed, issued_at = excluded.issued_at, \
                   not_after = excluded.not_after";
}
