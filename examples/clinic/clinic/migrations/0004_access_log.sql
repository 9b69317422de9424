-- Who did what with whose record. A row is added in the transaction of the act, and never changed.

create table access_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    patient_id uuid references patients (id),
    request_id text not null
);
create index access_log_by_patient on access_log (patient_id, id desc);

create function access_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the access log is append only';
end $$;

create trigger access_log_append_only before update or delete or truncate on access_log
    for each statement execute function access_log_is_append_only();
