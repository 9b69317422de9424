-- Managed databases, what is attached to them, their backups. Logs of apps live in files, not here.

create table databases (
    id text primary key,
    organization_id text not null references organizations (id),
    project_id text not null references projects (id),
    environment_id text not null references environments (id),
    name text not null,
    engine text not null,
    state text not null,
    problem text,
    dek_id text not null,
    address text not null,
    uid_base bigint not null,
    backup_every bigint not null,
    -- Password of the role that people connect as; sealed under the database's key.
    admin_password bytea not null,
    -- Certificate that the server shows; the key is sealed.
    chain_pem text,
    chain_key bytea,
    chain_issued_at bigint,
    chain_not_after bigint,
    -- Certificate that the running container was started with: it is reloaded, not restarted, for a new one.
    boot_chain_pem text,
    boot_chain_key bytea,
    -- Backup that it is made from.
    restore_from text,
    -- Whether its backups end with it.
    destroy_backups bigint not null default 1,
    created_at bigint not null,
    destroyed_at bigint
);
create unique index databases_by_name on databases (environment_id, name) where destroyed_at is null;

create table attachments (
    database_id text not null references databases (id),
    app_id text not null references apps (id),
    -- Role of the app in the database, and its password, sealed under the database's key.
    role text not null,
    password bytea not null,
    -- Whether the role was made.
    ready bigint not null,
    attached_at bigint not null,
    primary key (database_id, app_id)
);
create index attachments_by_app on attachments (app_id);

create table backups (
    id text primary key,
    database_id text not null references databases (id),
    dek_id text not null,
    state text not null,
    problem text,
    -- asked or scheduled.
    reason text not null,
    bytes bigint not null,
    sha256 text,
    asked_at bigint not null,
    -- When the dump began; none while it waits.
    started_at bigint,
    ended_at bigint,
    -- Not destroyed before this time by retention; none: kept for good.
    keep_until bigint,
    destroyed_at bigint
);
create index backups_by_database on backups (database_id, id);
create index backups_open on backups (ended_at);
