-- Who may sign in, and their sessions.

create table users (
    id uuid primary key default gen_random_uuid(),
    name text not null unique check (name = lower(name) and length(name) between 1 and 60),
    password_hash text not null,
    active boolean not null default true,
    failed_attempts integer not null default 0,
    locked_until timestamptz,
    created_at timestamptz not null default now()
);

-- Only the SHA-256 of a session's token is kept: reading this table lets nobody in.
create table sessions (
    token_hash bytea primary key,
    user_id uuid not null references users (id),
    created_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
);
create index sessions_by_seen on sessions (seen_at);
