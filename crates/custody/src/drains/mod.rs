//! Copies of the record to a team's own log system (SIEM).
