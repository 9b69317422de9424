-- Drains: copies of the ledger's entries for a log system.

create table drains (
    id text primary key,
    -- None: a drain of the platform.
    organization_id text references organizations (id),
    name text not null,
    -- The only log it sends; none for all that its owner has.
    log text,
    kind text not null,
    -- JSON, nothing secret in it.
    destination text not null,
    ca_pem text,
    client_certificate_pem text,
    -- Names of the headers, as JSON.
    headers text not null,
    insecure_plain bigint not null,
    key_id text,
    -- Client key, values of headers, signing key: JSON sealed under a key of its own.
    dek_id text references keys (id),
    sealed bytea,
    paused_at bigint,
    created_at bigint not null,
    created_by text,
    removed_at bigint
);
create unique index drains_by_name on drains (coalesce(organization_id, ''), name) where removed_at is null;

-- The first entry of each log that was not acknowledged yet.
create table drain_cursors (
    drain_id text not null references drains (id),
    log text not null,
    shard text not null,
    next_index bigint not null,
    primary key (drain_id, log)
);

-- How each drain fares.
create table drain_status (
    drain_id text primary key references drains (id),
    sent bigint not null,
    lost bigint not null,
    last_success_at bigint,
    failing_since bigint,
    last_error text,
    next_attempt_at bigint
);
