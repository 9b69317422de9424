-- Patients, and the numbers by which the outside knows them.

create sequence medical_record_numbers start 100001;

create table patients (
    id uuid primary key default gen_random_uuid(),
    mrn text not null unique default 'C-' || nextval('medical_record_numbers'),
    active boolean not null default true,
    family text not null check (length(family) between 1 and 100),
    given text[] not null check (cardinality(given) between 1 and 5),
    gender text not null check (gender in ('male', 'female', 'other', 'unknown')),
    birth_date date not null check (birth_date >= date '1880-01-01'),
    phone text check (length(phone) <= 30),
    phone_use text check (phone_use in ('mobile', 'home', 'work')),
    email text check (length(email) <= 254),
    address_lines text[] not null default '{}' check (cardinality(address_lines) <= 2),
    city text check (length(city) <= 100),
    state text check (length(state) <= 60),
    postal_code text check (length(postal_code) <= 20),
    country text check (length(country) <= 60),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index patients_in_order on patients (lower(family), given, id);
create index patients_by_family on patients (lower(family) text_pattern_ops);
create index patients_by_birth_date on patients (birth_date);

create table patient_identifiers (
    patient_id uuid not null references patients (id),
    system text not null check (length(system) between 1 and 200),
    value text not null check (length(value) between 1 and 100),
    use text check (use in ('usual', 'official', 'secondary')),
    primary key (system, value)
);
create index patient_identifiers_by_patient on patient_identifiers (patient_id);
create index patient_identifiers_by_value on patient_identifiers (value);
