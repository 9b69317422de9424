-- What checks observed. Rows are only added; old ones are pruned, because the ledger keeps them all.

create table observations (
    id text primary key,
    check_id text not null,
    verdict text not null,
    summary text not null,
    evidence text not null,
    evidence_sha256 text not null,
    observed_at bigint not null,
    took_ms bigint not null
);
create index observations_by_check on observations (check_id, id);
create index observations_by_time on observations (observed_at);

-- Checks that somebody asked to have run now. The loop takes the row away when it has observed.
create table check_requests (
    check_id text primary key,
    asked_at bigint not null
);
