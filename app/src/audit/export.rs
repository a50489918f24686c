//! Exporting audit records as a file.

use super::{AUDIT, query::parse};
use crate::{
    document::Page,
    extract::{PostForm, SignedIn},
};
use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::{AuditCursor, AuditEntry, AuditQuery, Backend, Ctx};
use futures_util::stream;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Csv,
    Jsonl,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    format: Format,
}

/// Handles `POST /audit/export`: sends the rows that the query in the address filters, newest first. The
/// export is recorded before the first row leaves; the rows are sent as they are read, so no log is too long.
pub async fn export(PostForm { reply, sent }: PostForm<Export>) -> Response {
    let begun = async {
        let (SignedIn { backend, ctx }, Export { format }) = sent?;
        backend.audit().begin_export(&ctx).await?;
        Ok((backend, ctx, format))
    };
    match begun.await {
        Ok((backend, ctx, format)) => {
            let query = AuditQuery { cursor: AuditCursor::Newest, ..parse(reply.query()) };
            file(backend, ctx, query, format)
        }
        Err(error) => reply.failed_at(AUDIT, error, |_| Page::Audit).await,
    }
}

/// The position of an export.
enum Progress {
    Heading,
    At(AuditCursor),
    End,
}

fn file(backend: Backend, ctx: Ctx, query: AuditQuery, format: Format) -> Response {
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "latchkey-audit.csv"),
        Format::Jsonl => ("application/jsonl; charset=utf-8", "latchkey-audit.jsonl"),
    };
    let rows = stream::try_unfold(Progress::Heading, move |progress| {
        let (backend, ctx, query) = (backend.clone(), ctx.clone(), query.clone());
        async move {
            let cursor = match (progress, format) {
                (Progress::Heading, Format::Csv) => {
                    let heading = Bytes::from_static(CSV_HEADING.as_bytes());
                    return Ok(Some((heading, Progress::At(AuditCursor::Newest))));
                }
                (Progress::Heading, Format::Jsonl) => AuditCursor::Newest,
                (Progress::At(cursor), _) => cursor,
                (Progress::End, _) => return Ok(None),
            };
            // A file that is cut off is recognizable, because its connection ends without the last chunk.
            let entries = backend
                .audit()
                .export(&ctx, &AuditQuery { cursor, ..query })
                .await
                .map_err(|error| std::io::Error::other(error.to_string()))?;
            let next =
                entries.last().map_or(Progress::End, |last| Progress::At(AuditCursor::OlderThan(last.id)));
            let text = entries.iter().map(|entry| line(entry, format)).collect::<String>();
            Ok::<_, std::io::Error>(Some((Bytes::from(text), next)))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (StatusCode::OK, headers, Body::from_stream(rows)).into_response()
}

const CSV_HEADING: &str =
    "id,at,actor_kind,actor,credential,address,request_id,action,object,outcome,fields,hash\r\n";

#[derive(Serialize)]
struct Line<'a> {
    id: i64,
    at: String,
    actor_kind: &'a str,
    actor: &'a str,
    credential: Option<&'a str>,
    address: Option<&'a str>,
    request_id: &'a str,
    action: &'a str,
    object: &'a str,
    outcome: &'a str,
    fields: &'a [String],
    hash: &'a str,
}

fn line(entry: &AuditEntry, format: Format) -> String {
    let at = entry.at.rfc3339_micros();
    match format {
        Format::Jsonl => {
            let line = Line {
                id: entry.id,
                at,
                actor_kind: &entry.actor_kind,
                actor: &entry.actor,
                credential: entry.credential.as_deref(),
                address: entry.address.as_deref(),
                request_id: &entry.request_id,
                action: &entry.action,
                object: &entry.object,
                outcome: &entry.outcome,
                fields: &entry.fields,
                hash: &entry.hash,
            };
            // Texts and numbers always serialize.
            serde_json::to_string(&line).unwrap_or_default() + "\n"
        }
        Format::Csv => {
            let id = entry.id.to_string();
            let fields = entry.fields.join(" ");
            let cells = [
                &id,
                &at,
                &entry.actor_kind,
                &entry.actor,
                entry.credential.as_ref().unwrap_or(&String::new()),
                entry.address.as_ref().unwrap_or(&String::new()),
                &entry.request_id,
                &entry.action,
                &entry.object,
                &entry.outcome,
                &fields,
                &entry.hash,
            ]
            .map(|text| cell(text));
            cells.join(",") + "\r\n"
        }
    }
}

/// Returns a cell (RFC 4180). A text that a spreadsheet would take for a formula gets a quote in front.
fn cell(text: &str) -> String {
    let harmless = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if harmless.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", harmless.replace('"', "\"\""))
    } else {
        harmless
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_is_quoted_and_never_a_formula() {
        for (text, cell_text) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@x,y", "\"'@x,y\""),
        ] {
            assert_eq!(cell(text), cell_text);
        }
    }
}
