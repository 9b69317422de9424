-- The record in several logs, each a series of shards.

-- Logs that were opened once: one that is missing later is an error, not a new log.
create table ledger_logs (
    log text primary key,
    created_at bigint not null
);

-- Search index of the ledger: disposable, rebuilt from the logs. The first form knew one log.
drop table ledger_index;
create table ledger_index (
    log text not null,
    shard text not null,
    position bigint not null,
    logged bigint not null,
    time bigint not null,
    kind text not null,
    attempt text not null,
    action text not null,
    actor text not null,
    object text not null,
    organization text,
    outcome text,
    -- Lower case, for the search by words.
    words text not null,
    primary key (log, shard, position)
);
create index ledger_index_by_time on ledger_index (logged, log, shard, position);
create index ledger_index_by_attempt on ledger_index (attempt);
create index ledger_index_by_object on ledger_index (object);
create index ledger_index_by_actor on ledger_index (actor);

-- How far each shard is indexed.
create table ledger_indexed (
    log text not null,
    shard text not null,
    next bigint not null,
    primary key (log, shard)
);

-- People and addresses behind the pseudonyms in the ledger. Each is sealed under a key of its own; erasing the
-- key erases the person, and the ledger stays as it is.
create table ledger_subjects (
    pseudonym text primary key,
    kind text not null,
    -- HMAC of kind and value, to find the pseudonym of a value; null once erased.
    lookup text unique,
    wrapped text not null,
    sealed bytea not null,
    created_at bigint not null,
    erased_at bigint
);

-- What needs a person's attention.
create table alerts (
    id text primary key,
    -- What it is about: one open alert for each.
    topic text not null,
    severity text not null,
    organization text,
    title text not null,
    body text not null,
    raised_at bigint not null,
    seen_at bigint not null,
    cleared_at bigint
);
create unique index alerts_open on alerts (topic) where cleared_at is null;
create index alerts_by_time on alerts (raised_at);
