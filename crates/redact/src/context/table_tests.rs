use super::*;
use crate::{Config, Mode};

fn engine(mode: Mode) -> Engine {
    Engine::new(&Config::new(mode)).unwrap()
}

/// The cells with a class of the last line, below the others.
fn told(lines: &[&str]) -> Option<Vec<(usize, String)>> {
    let engine = engine(Mode::Log);
    let (last, before) = lines.split_last().unwrap();
    let mut table = None;
    for line in before {
        table = after(table, &engine, line.as_bytes());
    }
    let table = table?;
    let mut cells = Vec::new();
    table
        .cells(last.as_bytes(), |index, range| {
            cells.push((index, last[range].trim().to_owned()));
        })
        .then_some(cells)
}

#[test]
fn rows_are_parted_as_their_header_is() {
    for lines in [
        &["first_name,dob,note", "Jane,1970-01-31,well"][..],
        &["\"First Name\";\"DOB\";\"Note\"", "Jane;\"1970-01-31\";well"][..],
        &["First Name\tDOB\tNote", "Jane\t1970-01-31\twell"][..],
        &[
            " first_name |    dob     | note ",
            "------------+------------+------",
            " Jane       | 1970-01-31 | well",
        ][..],
        &["| First Name | DOB | Note |", "|---|:--:|---|", "| Jane | 1970-01-31 | well |"][..],
        &["First Name  DOB         Note", "Jane        1970-01-31  well"][..],
        &["FIRST_NAME DOB        NOTE", "---------- ---------- ----", "Jane       1970-01-31 well"][..],
        &["first_name,dob,note", "2026-11-22 03:41:38 INFO other, writer", "Jane,1970-01-31,well"][..],
    ] {
        let expected = ["Jane", "1970-01-31", "well"].map(str::to_owned);
        let cells = told(lines).unwrap_or_default();
        assert_eq!(cells.iter().map(|c| c.1.clone()).collect::<Vec<_>>(), expected, "{lines:?}");
    }
}

#[test]
fn quotes_hold_separators_and_ends_of_lines() {
    let cells = told(&["name,ssn,note", "\"Roe, Jane\",,\"said \"\"no\"\", twice\""]).unwrap();
    assert_eq!(
        cells,
        [(0, "Roe, Jane".to_owned()), (1, String::new()), (2, "said \"\"no\"\", twice".to_owned())]
    );
    let lines = ["last_name,note,ssn", "Roe,\"came", "and, went", "home\",219-09-9412"];
    assert_eq!(told(&lines[..3]), Some(vec![(1, "and, went".to_owned())]));
    assert_eq!(told(&lines), Some(vec![(1, "home".to_owned()), (2, "219-09-9412".to_owned())]));
}

#[test]
fn rows_of_dumps_are_known() {
    for lines in [
        &["COPY public.pt (first_nm, dob, note) FROM stdin;", "Jane\t1970-01-31\twell"][..],
        &["INSERT INTO pt (first_nm, dob, note) VALUES", "(N'Jane', '1970-01-31', 'well'),"][..],
        &[
            "INSERT INTO pt (first_nm, dob, note) VALUES ('[NAME]', '[DATE]', 'ill'),",
            "('Jane', '1970-01-31', 'well');",
        ][..],
        &["(`first_nm`, `dob`, `note`)", "VALUES", "  ('Jane', '1970-01-31', 'well')"][..],
        &[",first_nm,dob,note", "0,Jane,1970-01-31,well"][..],
        &["   first_nm         dob  note", "0      Jane  1970-01-31  well"][..],
    ] {
        let expected = ["Jane", "1970-01-31", "well"].map(str::to_owned);
        let cells = told(lines).unwrap_or_default();
        let cells: Vec<_> = cells.into_iter().map(|c| c.1).filter(|c| c != "0").collect();
        assert_eq!(cells, expected, "{lines:?}");
    }
    for lines in [
        &["COPY public.jobs (id, queue, name) FROM stdin;", "1\tdefault\tSendMail"][..],
        &["INSERT INTO jobs (id, queue, name) VALUES", "(1, 'default', 'SendMail'),"][..],
        &["INSERT INTO pt (first_nm, dob) VALUES", "(1, 'default', 'Send')"][..],
    ] {
        assert_eq!(told(lines), None, "{lines:?}");
    }
}

#[test]
fn another_shape_ends_a_table() {
    for lines in [
        &["first_name,dob", "(2 rows)", "Jane,1970-01-31"][..],
        &["first_name,dob", "Stopped foo, bar"][..],
        &["first_name,dob", "a,b,c", "Jane,1970-01-31"][..],
        &["FIRST NAME  DOB", "Starting the server now"][..],
    ] {
        assert_eq!(told(lines), None, "{lines:?}");
    }
}

#[test]
fn tables_of_machines_are_none() {
    for line in [
        "Filesystem      Size  Used Avail Use% Mounted on",
        "  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND",
        "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND",
        "NAME                     READY   STATUS    RESTARTS   AGE",
        "NAME         TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE",
        "NAMESPACE     NAME   READY   STATUS    RESTARTS   AGE   IP   NODE",
        "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES",
        "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE",
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State",
        "Device            r/s     w/s     rkB/s     wkB/s   await",
        "timestamp,name,cpu,memory",
        "name,namespace,node,pod_ip,restarts",
        "  Name   |  Owner   | Encoding | Collate | Ctype",
        "| id | name | status | created_at |",
        "id,user_id,session_id,device_id,ip",
        "host,port,service,version,date",
        "account_id,region,service,cost",
        "Starting the worker, please wait",
        "Name                 Stmts   Miss  Cover",
        "Active Internet connections (w/o servers)",
    ] {
        assert!(!is_header(line.as_bytes(), &engine(Mode::Log)), "{line}");
    }
}

#[test]
fn memory_is_bounded() {
    let wide = "ssn,".repeat(500);
    assert!(header(wide.as_bytes(), &engine(Mode::Log)).is_none());
    let mut table = after(None, &engine(Mode::Log), b"last_name,note");
    table = after(table, &engine(Mode::Log), b"x,\"never closed");
    for _ in 0..CELL + 2 {
        table = after(table, &engine(Mode::Log), b"and so on");
    }
    assert!(table.is_none());
}

#[test]
fn empty_cells_at_the_end_of_a_row_may_be_cut() {
    for (header, row) in [
        ("first_name\tdob\tnote\tflag", "Jane\t1970-01-31\twell"),
        (" first_name | dob | note", " Jane | 1970-01-31 |"),
    ] {
        let cells = told(&[header, row]).unwrap_or_default();
        assert_eq!(cells.get(1).map(|cell| cell.1.as_str()), Some("1970-01-31"), "{header}");
    }
}

#[test]
fn commas_in_cells_without_quotes_have_a_blank_behind_them() {
    let cells = told(&["id,name,dob,note", "12,Roe, Jane Q,1970-01-31,well"]).unwrap_or_default();
    assert_eq!(cells.get(1).map(|cell| cell.1.as_str()), Some("Roe, Jane Q"));
    assert_eq!(cells.get(2).map(|cell| cell.1.as_str()), Some("1970-01-31"));
    assert_eq!(told(&["id,name,dob", "a sentence, and, more, of it"]), None);
}

#[test]
fn a_day_of_birth_or_numbers_beside_codes_of_care_make_a_table_of_persons() {
    for header in ["Subject,Site,DOB,Arm", "AccNo,CollectedDate,LOINC,Result", "ORDER_NO,drawn_at,CPT"] {
        assert!(
            after(None, &engine(Mode::Log), header.as_bytes()).is_some_and(|table| table.person),
            "{header}"
        );
    }
    for header in
        ["order_no,shipped_at,sku", "provider,region,start,end", "test,result,duration", "id,name,type"]
    {
        assert!(after(None, &engine(Mode::Log), header.as_bytes()).is_none(), "{header}");
    }
}

#[test]
fn rows_stay_rows_where_one_blank_parts_their_cells() {
    let cells =
        |lines: &[&str]| told(lines).map(|cells| cells.into_iter().map(|cell| cell.1).collect::<Vec<_>>());
    let header = "  chart_no  family   given  birth_date  score";
    assert_eq!(
        cells(&[
            header,
            "  <chr>     <chr>    <chr>  <date>      <int>",
            "1 A-48213 Whitfield Orla 1970-01-31  117"
        ]),
        Some(["A-48213", "Whitfield", "Orla", "1970-01-31", "117"].map(str::to_owned).to_vec())
    );
    assert_eq!(
        cells(&[
            "      mrn last_name first_name         dob  los",
            "0  482133  Whitfield  Orla  1970-01-31   4"
        ]),
        Some(["482133", "Whitfield", "Orla", "1970-01-31", "4"].map(str::to_owned).to_vec())
    );
    assert_eq!(cells(&[header, "2 rows were read in 14 ms"]), None);
}

#[test]
fn comparisons_of_tables_are_tables() {
    let expected =
        [(0, "XK4821"), (1, "WHITFIELD, ORLA"), (2, "1970-01-31")].map(|(at, cell)| (at, cell.to_owned()));
    for header in ["@@ -12,2 +12,2 @@ MemberID,Name,DOB", "-MemberID,Name,DOB"] {
        let rows = ["-XK4821,WHITFIELD, ORLA,1970-01-31", "+XK4821,WHITFIELD, ORLA,1970-01-31"];
        assert_eq!(told(&[header, rows[0], rows[1]]), Some(expected.to_vec()), "{header}");
    }
    for header in ["@@ -12,2 +12,2 @@ fn main() {", "+use std::{fs, io};", "-a, b"] {
        assert_eq!(told(&[header, "+let (a, b) = (1, 2);"]), None, "{header}");
    }
}
