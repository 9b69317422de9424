-- Witnesses: others who countersign the checkpoints of all logs.

create table witnesses (
    id text primary key,
    name text not null,
    url text not null,
    -- Public key, vkey form.
    vkey text not null,
    ca_pem text,
    created_at bigint not null,
    created_by text,
    removed_at bigint
);
create unique index witnesses_by_name on witnesses (name) where removed_at is null;

-- What counts as witnessed: one row as soon as somebody set it.
create table witness_policy (
    one bigint primary key check (one = 1),
    needed bigint not null check (needed >= 1),
    stale_after_minutes bigint not null check (stale_after_minutes >= 2),
    set_at bigint not null,
    set_by text
);

-- How each witness fares with each log; disposable but for the shard that it follows, which would be asked for anew.
create table witness_status (
    witness_id text not null references witnesses (id),
    log text not null,
    -- What it cosigned last.
    shard text,
    entries bigint,
    cosigned_at bigint,
    asked_at bigint not null,
    error text,
    -- It said that it does not follow this log.
    unfollowed bigint not null,
    contradicts bigint not null,
    primary key (witness_id, log)
);
