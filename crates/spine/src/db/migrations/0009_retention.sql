-- How long the record is kept, what holds it longer, and where closed shards are archived.

-- One row for a log whose owner set something; without one it is six years and nothing is pruned. The floor is in the
-- type (ward_model::retention::Retention), in the loop that reads the row, in a check, and here.
create table retention_policies (
    log text primary key,
    months bigint not null check (months >= 72),
    pruning text not null check (pruning in ('never', 'after-retention', 'local')),
    local_months bigint check (local_months is null or local_months >= 12),
    set_at bigint not null,
    set_by text
);

-- Legal holds. A row never changes but for its release.
create table legal_holds (
    id text primary key,
    log text not null,
    name text not null,
    reason text not null,
    from_at bigint,
    to_at bigint,
    created_at bigint not null,
    created_by text,
    released_at bigint,
    released_by text,
    release_reason text
);
create index legal_holds_by_log on legal_holds (log, id);

-- Closed shards on their way to the archive, in it, and removed from this machine.
create table archived_shards (
    log text not null,
    shard text not null,
    dek_id text not null,
    place text not null,
    object text not null,
    origin text not null,
    opened_at bigint not null,
    closed_at bigint not null,
    entries bigint not null,
    root text not null,
    asked_at bigint not null,
    bytes bigint,
    sha256 text,
    version text,
    locked_until bigint,
    legal_hold bigint not null default 0,
    archived_at bigint,
    verified_at bigint,
    verify_asked_at bigint,
    restore_asked_at bigint,
    restored_at bigint,
    pruned_at bigint,
    problem text,
    primary key (log, shard)
);

-- The place that closed shards are archived at, as the loop last saw it. One row; disposable.
create table archive_place (
    place text primary key,
    problem text,
    seen_at bigint not null
);
