-- Appointments, the reminders that fall due a day before them, and the outbox they leave by.

create table appointments (
    id uuid primary key default gen_random_uuid(),
    patient_id uuid not null references patients (id),
    starts_at timestamptz not null,
    minutes integer not null check (minutes between 5 and 240),
    reason text not null check (length(reason) between 1 and 200),
    status text not null default 'booked' check (status in ('booked', 'cancelled')),
    created_at timestamptz not null default now(),
    cancelled_at timestamptz,
    check ((status = 'cancelled') = (cancelled_at is not null))
);
create index appointments_in_order on appointments (starts_at, id);
create index appointments_by_patient on appointments (patient_id, starts_at);

create table reminders (
    id uuid primary key default gen_random_uuid(),
    appointment_id uuid not null unique references appointments (id),
    due timestamptz not null,
    sent_at timestamptz
);
create index reminders_unsent on reminders (due) where sent_at is null;

-- What a mail or text gateway would fetch. One message for a reminder, whatever happens.
create table outbox (
    id uuid primary key default gen_random_uuid(),
    reminder_id uuid not null unique references reminders (id),
    channel text not null check (channel in ('email', 'phone', 'letter')),
    recipient text not null,
    body text not null,
    created_at timestamptz not null default now()
);
