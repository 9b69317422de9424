-- Users, what they sign in with, and what they hold.

create table users (
    id text primary key,
    email text not null,
    display_name text not null,
    organization_id text,
    created_at bigint not null,
    disabled_at bigint,
    last_seen_at bigint,
    password_hash text not null,
    password_must_change bigint not null,
    -- Sealed under the platform DEK, base64.
    totp_secret text,
    totp_pending text,
    -- Last step that was used: a code works once (RFC 6238 5.2).
    totp_last_step bigint not null default 0
);
create unique index users_by_email on users (email);

create table recovery_codes (
    user_id text not null references users (id),
    hash text not null,
    used_at bigint,
    primary key (user_id, hash)
);

create table sessions (
    id text primary key,
    user_id text not null references users (id),
    secret_hash text not null,
    created_at bigint not null,
    last_used_at bigint not null,
    expires_at bigint not null,
    second_factor_at bigint,
    ended_at bigint,
    address text not null,
    client text not null
);
create unique index sessions_by_secret on sessions (secret_hash);
create index sessions_by_user on sessions (user_id);

create table tokens (
    id text primary key,
    user_id text not null references users (id),
    name text not null,
    role text not null,
    scope text not null,
    secret_hash text not null,
    created_at bigint not null,
    expires_at bigint not null,
    last_used_at bigint,
    revoked_at bigint
);
create unique index tokens_by_secret on tokens (secret_hash);
create index tokens_by_user on tokens (user_id);

-- Failed attempts by account and by address.
create table throttles (
    subject text primary key,
    failures bigint not null,
    last_at bigint not null,
    blocked_until bigint not null
);
