-- Failures are forgotten after a day: found without reading all of them, because strangers make these rows.
create index throttles_by_time on throttles (last_at);
