-- Organizations, environments, network, certificates, apps. Rows of what was destroyed stay as tombstones
-- (destroyed_at); names, hosts, indexes and addresses are unique among the living only.

create table organizations (
    id text primary key,
    name text not null,
    created_at bigint not null
);
create unique index organizations_by_name on organizations (name);

create table regions (
    id text primary key,
    name text not null,
    location text not null,
    phi bigint not null,
    created_at bigint not null
);
create unique index regions_by_name on regions (name);

create table agreements (
    id text primary key,
    organization_id text not null references organizations (id),
    counterparty text not null,
    document text not null,
    document_sha256 text,
    effective_at bigint not null,
    expires_at bigint,
    ended_at bigint,
    created_at bigint not null,
    created_by text
);
create index agreements_by_organization on agreements (organization_id);

create table projects (
    id text primary key,
    organization_id text not null references organizations (id),
    name text not null,
    created_at bigint not null
);
create unique index projects_by_name on projects (organization_id, name);

create table environments (
    id text primary key,
    organization_id text not null references organizations (id),
    project_id text not null references projects (id),
    name text not null,
    data_class text not null,
    region_id text not null references regions (id),
    kek_id text not null,
    network_index bigint not null,
    -- Host part that was given last: addresses go round, so that a released one rests before it is given again.
    last_host bigint not null,
    created_at bigint not null,
    destroying_at bigint,
    destroyed_at bigint
);
create unique index environments_by_name on environments (project_id, name) where destroyed_at is null;
create unique index environments_by_network on environments (network_index) where destroyed_at is null;

create table addresses (
    environment_id text not null references environments (id),
    host bigint not null,
    owner text not null,
    primary key (environment_id, host)
);
create index addresses_by_owner on addresses (owner);

create table uid_ranges (
    n bigint primary key,
    owner text not null
);
create unique index uid_ranges_by_owner on uid_ranges (owner);

create table authorities (
    id text primary key,
    cert_pem text not null,
    key_sealed bytea not null,
    created_at bigint not null,
    not_after bigint not null
);

create table certificates (
    purpose text primary key,
    names text not null,
    chain_pem text not null,
    key_sealed bytea not null,
    issued_at bigint not null,
    not_after bigint not null
);

create table apps (
    id text primary key,
    organization_id text not null references organizations (id),
    project_id text not null references projects (id),
    environment_id text not null references environments (id),
    name text not null,
    host text not null,
    dek_id text not null,
    uid_base bigint not null,
    current_release text,
    current_deployment text,
    public bigint not null,
    created_at bigint not null,
    destroying_at bigint,
    destroyed_at bigint
);
create unique index apps_by_name on apps (environment_id, name) where destroyed_at is null;
create unique index apps_by_host on apps (host) where destroyed_at is null;

-- Each version is sealed under the app's key; a release names the version it runs with.
create table configs (
    app_id text not null references apps (id),
    version bigint not null,
    sealed bytea not null,
    set_at bigint not null,
    set_by text,
    primary key (app_id, version)
);

create table secrets (
    app_id text not null references apps (id),
    name text not null,
    version bigint not null,
    sealed bytea not null,
    set_at bigint not null,
    set_by text,
    removed_at bigint,
    primary key (app_id, name, version)
);

create table releases (
    id text primary key,
    app_id text not null references apps (id),
    number bigint not null,
    image text not null,
    manifest text not null,
    config_version bigint not null,
    secrets text not null,
    reason text not null,
    created_by text,
    created_at bigint not null,
    served_at bigint
);
create unique index releases_by_number on releases (app_id, number);

create table deployments (
    id text primary key,
    app_id text not null references apps (id),
    -- source, config, rollback or restart.
    kind text not null,
    state text not null,
    -- Manifest as JSON, for source; the release to go back to, for rollback.
    manifest text,
    base_release text,
    release_id text,
    reason text not null,
    created_by text,
    created_at bigint not null,
    ended_at bigint,
    failure_sealed bytea
);
create index deployments_by_app on deployments (app_id, id);
create index deployments_open on deployments (ended_at);

-- Wanted containers: intent. What runs under an app's label and is not here is removed.
create table instances (
    name text primary key,
    app_id text not null references apps (id),
    deployment_id text not null references deployments (id),
    release_id text not null references releases (id),
    -- Name in the manifest, or release for the release command.
    process text not null,
    address text not null,
    created_at bigint not null,
    draining bigint not null,
    -- Observations, kept for people and for routes.
    observed text not null,
    healthy bigint,
    started_at bigint,
    restarts bigint not null
);
create index instances_by_app on instances (app_id);

-- Addresses that declared egress names stood for: what is here is open in the packet filter.
create table egress_addresses (
    app_id text not null references apps (id),
    host text not null,
    address text not null,
    added_at bigint not null,
    primary key (app_id, host, address)
);
