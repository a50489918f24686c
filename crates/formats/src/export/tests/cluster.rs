//! The parts of a cluster that kubectl needs to read and print a file. The server's tests use it, too.

use std::{
    io::{Read, Write},
    net::TcpListener,
};

/// Returns the answer to kubectl's question which kinds a cluster has. Nothing is stored there.
pub(crate) fn discovery() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or_default() == 0 {
                    break;
                }
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
            let (status, body) = match path {
                "/api" => ("200 OK", r#"{"kind":"APIVersions","versions":["v1"]}"#),
                "/apis" => ("200 OK", r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[]}"#),
                "/api/v1" => (
                    "200 OK",
                    r#"{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"secrets","singularName":"secret","namespaced":true,"kind":"Secret","verbs":["create","get","patch"]}]}"#,
                ),
                _ => (
                    "404 Not Found",
                    r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}"#,
                ),
            };
            let length = body.len();
            drop(write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            ));
        }
    });
    format!("http://{address}")
}
