-- The gate's own tables. Portable SQL: TEXT ids, BIGINT microseconds, BIGINT 0/1 for yes and no.

-- Roles that users hold. Written by identity, read by the gate.
create table grants (
    id text primary key,
    user_id text not null,
    role text not null,
    scope_kind text not null,
    scope_id text not null,
    organization_id text,
    created_at bigint not null,
    created_by text,
    revoked_at bigint
);
create index grants_by_user on grants (user_id);
create index grants_by_organization on grants (organization_id);

-- Wrapped keys: nothing in here opens without the root key.
create table keys (
    id text primary key,
    kind text not null,
    parent_id text,
    context text not null,
    wrapped text not null,
    created_at bigint not null,
    destroyed_at bigint
);
create unique index keys_by_context on keys (context) where destroyed_at is null;

-- Outcomes on their way to the ledger, written in the transaction of their effect.
create table outbox (
    sequence bigint primary key,
    attempt text not null,
    event text not null
);

-- Search index of the ledger: disposable, rebuilt from the log.
create table ledger_index (
    position bigint primary key,
    time bigint not null,
    kind text not null,
    attempt text not null,
    action text not null,
    actor text not null,
    object text not null,
    organization text,
    outcome text
);
create index ledger_index_by_attempt on ledger_index (attempt);
create index ledger_index_by_organization on ledger_index (organization, position);
create index ledger_index_by_object on ledger_index (object, position);
create index ledger_index_by_actor on ledger_index (actor, position);

-- What people watch: bounded, disposable.
create table stream_events (
    sequence bigint primary key,
    time bigint not null,
    kind text not null,
    organization text,
    subject text not null,
    body text not null,
    data text not null
);
create index stream_events_by_subject on stream_events (subject, sequence);

-- Answers kept so that a repeated request is not carried out twice.
create table idempotency (
    key text primary key,
    request text not null,
    status bigint not null,
    body text not null,
    created_at bigint not null
);

-- Last number that the outbox gave away.
create table outbox_counter (n bigint not null);
insert into outbox_counter (n) values (0);
