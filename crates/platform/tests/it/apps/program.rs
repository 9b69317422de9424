//! The app of the tests: a web server and a worker in one small static program. It is not part of the test binary: the
//! test compiles it and puts it into an archive.

use std::{
    env,
    io::{Read, Write},
    net::TcpListener,
    process::exit,
    thread::{sleep, spawn},
    time::Duration,
};

fn main() {
    match env::args().nth(1).as_deref() {
        Some("web") => web(),
        Some("worker") => loop {
            println!("working");
            sleep(Duration::from_secs(1));
        },
        Some("release") => {
            println!("migrating with {}", env::var("API_KEY").unwrap_or_default().len());
            if env::var("RELEASE_FAILS").is_ok() {
                eprintln!("column patients.name does not exist");
                exit(3);
            }
        }
        _ => {
            eprintln!("cannot go on");
            exit(9);
        }
    }
}

fn web() {
    let port = env::var("PORT").unwrap();
    let version = std::fs::read_to_string("/version").unwrap();
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).unwrap();
    println!("listening on {port}");
    for stream in listener.incoming() {
        let (Ok(mut stream), version) = (stream, version.clone()) else { continue };
        spawn(move || {
            let mut request = [0; 4096];
            let n = stream.read(&mut request).unwrap_or(0);
            let path = String::from_utf8_lossy(&request[..n]).split(' ').nth(1).unwrap_or("").to_owned();
            let (status, body) = match path.as_str() {
                "/healthz" if env::var("HEALTH").is_ok() => ("503 Unavailable", "no database".to_owned()),
                "/healthz" => ("200 OK", "well".to_owned()),
                "/env" => ("200 OK", env::vars().map(|(k, v)| format!("{k}={v}\n")).collect()),
                "/slow" => {
                    sleep(Duration::from_millis(1500));
                    ("200 OK", version)
                }
                _ => ("200 OK", version),
            };
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        });
    }
}
