-- How the log of an app is masked, and how much was.

create table redaction_policies (
    app_id text primary key references apps (id),
    -- JSON, as in the API.
    policy text not null,
    -- Counts up with each change: whoever masks looks at it.
    version bigint not null,
    updated_at bigint not null,
    updated_by text
);

-- Found identifiers by hour, without their values. `lines`, `changed` and `quarantined` are counted the same way.
create table redaction_counts (
    app_id text not null references apps (id),
    -- Begin of the hour, microseconds since 1970.
    hour bigint not null,
    identifier text not null,
    n bigint not null,
    primary key (app_id, hour, identifier)
);
