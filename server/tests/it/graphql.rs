//! The reference's GraphQL: its rules, and its published SDK, whose command line runs against a real server.

use crate::{
    harness::{Answer, KEY, TestApp, fresh_folder, unique},
    process::{Running, latchkey, password_in},
    sentinel::{SENTINEL, assert_absent, capture},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::{TokenDraft, TokenScope};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const CREATE: &str = "mutation M($payload: SecretCreateInput!) { createSecret(data: $payload) { id } }";
const UPDATE: &str = "mutation M($payload: SecretUpdateInput!, $where: SecretWhereUniqueInput!) \
                      { updateSecret(data: $payload, where: $where) { id displayName registryHost username } }";
const ONE: &str = "query Q($where: SecretWhereUniqueInput!) { secret(where: $where) \
                   { id name displayName type secret registryHost username password } }";

/// A client with a token.
struct Client<'a> {
    app: &'a TestApp,
    token: String,
}

impl<'a> Client<'a> {
    async fn new(app: &'a TestApp, scope: TokenScope, change: impl Fn(&mut TokenDraft)) -> Self {
        Self { app, token: app.token(scope, change).await }
    }

    async fn post(&self, content_type: &str, body: String) -> Answer {
        let request = Request::post("/api/graphql")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, content_type);
        self.app.send_anonymous(request.body(Body::from(body)).unwrap()).await
    }

    async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let answer = self.post("application/json", body.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn create(&self, payload: Value) -> Value {
        self.ask(CREATE, json!({ "payload": payload })).await
    }

    async fn update(&self, id: &str, payload: Value) -> Value {
        self.ask(UPDATE, json!({ "payload": payload, "where": { "id": id } })).await
    }

    async fn get(&self, id: &str) -> Value {
        self.ask(ONE, json!({ "where": { "id": id } })).await["data"]["secret"].clone()
    }

    /// Returns the names on this page of the list, and its `pageInfo`.
    async fn list(&self, arguments: &str) -> (Vec<String>, Value) {
        let query = format!(
            "{{ secretsConnection({arguments}) {{ edges {{ cursor node {{ name }} }} pageInfo {{ currentPage totalPage \
             hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let answer = self.ask(&query, Value::Null).await;
        let list = &answer["data"]["secretsConnection"];
        let edges = list["edges"].as_array().unwrap_or_else(|| panic!("{arguments}: {answer}"));
        let names = edges.iter().map(|edge| edge["node"]["name"].as_str().unwrap().to_owned()).collect();
        (names, list["pageInfo"].clone())
    }
}

fn image(name: &str) -> Value {
    json!({
        "name": name, "type": "kubernetes", "registryHost": "GHCR.io", "username": name, "password": "pw",
    })
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no code: {answer}"))
}

fn message(answer: &Value) -> &str {
    answer["errors"][0]["message"].as_str().unwrap()
}

#[tokio::test]
async fn graphql_adds_shows_changes_and_deletes_a_secret() {
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let name = unique("graphql");
    let id = format!("image-{name}");
    assert_eq!(client.create(image(&name)).await, json!({ "data": { "createSecret": { "id": id } } }));
    let seen = client.get(&id).await;
    let expected = json!({
        "id": id, "name": name, "displayName": name, "type": "kubernetes", "secret": null,
        "registryHost": "ghcr.io", "username": name, "password": "******",
    });
    assert_eq!(seen, expected);

    let git = json!({ "name": name, "secret": KEY, "displayName": "Data", "allowDuplicate": true });
    let made = client.create(git).await;
    assert_eq!(made["data"]["createSecret"]["id"], json!(format!("gitsync-secret-{name}")), "{made}");
    let seen = client.get(&format!("gitsync-secret-{name}")).await;
    let parts = (&seen["type"], &seen["secret"], &seen["password"], &seen["displayName"]);
    assert_eq!(parts, (&json!("opaque"), &json!("******"), &Value::Null, &json!("Data")));

    let changed = client.update(&id, json!({ "username": "other" })).await;
    let changed = &changed["data"]["updateSecret"];
    assert_eq!((&changed["username"], &changed["registryHost"]), (&json!("other"), &json!("ghcr.io")));
    let moved = client.update(&id, json!({ "registryHost": "quay.io" })).await;
    let said = "password: Enter the password again, because the host changed.";
    assert_eq!((code(&moved), &moved["errors"][0]["message"]), ("BAD_USER_INPUT", &json!(said)), "{moved}");
    let delete =
        "mutation M($where: SecretWhereUniqueInput!) { deleteSecret(where: $where) { id name password } }";
    let deleted = client.ask(delete, json!({ "where": { "id": id } })).await;
    let expected = json!({ "data": { "deleteSecret": { "id": id, "name": name, "password": null } } });
    assert_eq!(deleted, expected);
    for again in [
        client.ask(delete, json!({ "where": { "id": id } })).await,
        client.update(&id, json!({ "username": "x" })).await,
        client.ask(ONE, json!({ "where": { "id": "nothing" } })).await,
    ] {
        assert_eq!(code(&again), "NOT_FOUND");
    }
}

#[tokio::test]
async fn returned_mask_keeps_the_stored_value() {
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let name = unique("mask");
    client.create(image(&name)).await;
    let id = format!("image-{name}");
    for kept in [json!("******"), json!(""), Value::Null] {
        let change = json!({ "displayName": format!("as {kept}"), "password": kept, "secret": kept });
        let changed = client.update(&id, change).await;
        assert_eq!(changed["data"]["updateSecret"]["displayName"], json!(format!("as {kept}")), "{changed}");
        assert_eq!(app.password_of(&name).await, "pw");
    }
    client.update(&id, json!({ "password": "new" })).await;
    assert_eq!(app.password_of(&name).await, "new");

    // With the first change on the reference's page, the key was gone.
    let git = json!({ "name": name, "type": "opaque", "secret": KEY, "allowDuplicate": true });
    client.create(git).await;
    let id = format!("gitsync-secret-{name}");
    client.update(&id, json!({ "displayName": "Data", "type": "opaque", "secret": "******" })).await;
    let details = app
        .backend
        .secrets()
        .get(
            &backend::Ctx::system("test", server::clock::now()),
            &domain::secret::SecretId::parse(&id).unwrap(),
        )
        .await
        .unwrap();
    assert_eq!((details.display_name.as_str(), details.version), ("Data", 2));
    assert!(matches!(details.key, domain::secret::StoredSshKey::Known(_)));
}

#[tokio::test]
async fn missing_or_misplaced_fields_are_errors() {
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let name = unique("missing");
    for (field, sent) in [
        ("registryHost", None),
        ("username", Some(json!(""))),
        ("password", None),
        ("password", Some(json!("******"))),
        ("password", Some(Value::Null)),
    ] {
        let mut payload = image(&name);
        match sent {
            Some(value) => payload[field] = value,
            None => drop(payload.as_object_mut().unwrap().remove(field)),
        }
        let refused = client.create(payload).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
        assert!(message(&refused).starts_with(&format!("{field}: ")), "{refused}");
    }
    for secret in [Value::Null, json!("******"), json!("ssh-ed25519 AAAA public")] {
        let refused = client.create(json!({ "name": name, "type": "opaque", "secret": secret })).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{refused}");
        assert!(message(&refused).starts_with("secret: "), "{refused}");
    }
    let (names, _) = client.list(&format!("where: {{ search: {name:?} }}")).await;
    assert!(names.is_empty(), "{names:?}");

    let id = format!("image-{name}");
    client.create(image(&name)).await;
    for (change, start) in [
        (json!({ "registryHost": "" }), "registryHost: "),
        (json!({ "type": "opaque" }), "type: "),
        (json!({ "secret": KEY }), "secret: Secrets of this type"),
    ] {
        let refused = client.update(&id, change).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT");
        assert!(message(&refused).starts_with(start), "{refused}");
    }
    assert_eq!(code(&client.create(image(&name)).await), "RESOURCE_CONFLICT");
    let mut duplicate = image(&format!("{name}-2"));
    duplicate["username"] = json!(name);
    let refused = client.create(duplicate.clone()).await;
    assert_eq!(code(&refused), "TWIN");
    assert!(message(&refused).contains(&id) && message(&refused).contains("\"allowDuplicate\": true"));
    duplicate["allowDuplicate"] = json!(true);
    assert!(client.create(duplicate).await.get("errors").is_none());
}

#[tokio::test]
async fn older_name_of_allow_duplicate_is_still_read() {
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let name = unique("older");
    client.create(image(&name)).await;
    let other = format!("{name}-2");
    let mut duplicate = image(&other);
    duplicate["username"] = json!(name);
    duplicate["knowingly"] = json!(true);
    assert!(client.create(duplicate).await.get("errors").is_none());
    client.update(&format!("image-{other}"), json!({ "username": "other" })).await;
    let back = json!({ "username": name });
    assert_eq!(code(&client.update(&format!("image-{other}"), back.clone()).await), "TWIN");
    let mut back = back;
    back["knowingly"] = json!(true);
    assert!(client.update(&format!("image-{other}"), back).await.get("errors").is_none());
}

#[tokio::test]
async fn lists_are_searched_sorted_and_paged() {
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let start = unique("paged");
    for number in 0..23 {
        let mut payload = image(&format!("{start}-{number:02}"));
        payload["displayName"] = json!(format!("Shown {start} {}", 50 - number));
        client.create(payload).await;
    }
    let git = json!({ "name": format!("{start}-git"), "secret": KEY, "allowDuplicate": true });
    client.create(git).await;
    let found = format!("where: {{ search: {start:?}, ifDockerConfigJson: true }}");
    let all: Vec<String> = (0..23).map(|number| format!("{start}-{number:02}")).collect();
    for (page, rows, next, previous) in
        [(1, 0..10, true, false), (2, 10..20, true, true), (3, 20..23, false, true)]
    {
        let (names, info) = client.list(&format!("{found}, page: {page}")).await;
        assert_eq!(names, all[rows], "page {page}");
        let parts =
            (&info["currentPage"], &info["totalPage"], &info["hasNextPage"], &info["hasPreviousPage"]);
        assert_eq!(parts, (&json!(page), &json!(3), &json!(next), &json!(previous)));
    }
    let needs = |what: &str| format!("where: {{ search: {start:?}, needs: {what:?} }}, page: 1");
    assert_eq!(client.list(&needs("test")).await.1["totalPage"], json!(3));
    assert!(client.list(&needs("switch")).await.0.is_empty());
    let wrong = client.ask(&format!("{{ secrets({}) {{ id }} }}", needs("nothing")), json!({})).await;
    assert!(wrong.to_string().contains("Send approval, test, switch, renewal or review."), "{wrong}");
    let (none, info) = client.list(&format!("{found}, page: 4")).await;
    assert_eq!((none.len(), &info["totalPage"]), (0, &json!(3)));
    let (everything, _) = client.list(&found).await;
    assert_eq!(everything, all);
    let (backwards, _) = client.list(&format!("{found}, orderBy: {{ displayName: asc }}, page: 3")).await;
    assert!(backwards.iter().eq([&all[2], &all[1], &all[0]]), "{backwards:?}");

    for order in ["name: desc", "displayName: asc"] {
        let (mut names, mut after) = (Vec::new(), String::new());
        loop {
            let part = format!("{found}, orderBy: {{ {order} }}, first: 9{after}");
            let (some, info) = client.list(&part).await;
            names.extend(some);
            after = format!(", after: {}", info["endCursor"]);
            if info["hasNextPage"] == json!(false) {
                break;
            }
        }
        let reversed: Vec<&String> = all.iter().rev().collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), reversed, "{order}");
    }

    // Both names are searched, and one secret makes a list of one.
    let (by_name, _) = client.list(&format!("where: {{ search: \"{start}-07\" }}")).await;
    let (by_display, _) = client.list(&format!("where: {{ search: \"shown {start} 43\" }}")).await;
    let (by_id, _) =
        client.list(&format!("where: {{ id: \"image-{start}-07\", ifDockerConfigJson: true }}")).await;
    assert_eq!([&by_name, &by_display, &by_id], [&[all[7].clone()]; 3].map(|one| one.to_vec()).each_ref());
    let (no_image, _) = client
        .list(&format!("where: {{ id: \"gitsync-secret-{start}-git\", ifDockerConfigJson: true }}"))
        .await;
    assert!(no_image.is_empty());

    for arguments in [
        "page: 0",
        "page: -1",
        "page: 1001",
        "first: 0",
        "first: 101",
        "after: \"x\"",
        "page: 1, after: \"image-a\"",
        "orderBy: { name: asc, type: asc }",
        "where: { id: \"image-a\", search: \"a\" }",
    ] {
        let answer = client.ask(&format!("{{ secrets({arguments}) {{ id }} }}"), Value::Null).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{arguments}: {answer}");
    }
}

#[tokio::test]
async fn token_scopes_and_restrictions_are_enforced() {
    let app = TestApp::start().await;
    let all = Client::new(&app, TokenScope::Write, |_| ()).await;
    let (mine, theirs) = (unique("team-g"), unique("other-g"));
    for name in [&mine, &theirs] {
        all.create(image(name)).await;
    }
    let delete = format!("mutation {{ deleteSecret(where: {{ id: \"image-{mine}\" }}) {{ id }} }}");
    for scope in [TokenScope::ReadMetadata, TokenScope::ReadValues, TokenScope::ReadAudit] {
        let reader = Client::new(&app, scope, |_| ()).await;
        assert_eq!(reader.get(&format!("image-{mine}")).await["password"], "******");
        for refused in [
            reader.create(image(&unique("refused"))).await,
            reader.update(&format!("image-{mine}"), json!({ "password": "x" })).await,
            reader.ask(&delete, Value::Null).await,
        ] {
            assert_eq!(code(&refused), "FORBIDDEN", "{scope:?}");
        }
    }
    let prefix = mine.clone();
    let restricted = Client::new(&app, TokenScope::Write, |draft| draft.prefix.clone_from(&prefix)).await;
    for arguments in ["where: {}", "page: 1", "first: 5"] {
        assert_eq!(restricted.list(arguments).await.0, [mine.as_str()], "{arguments}");
    }
    let other = format!("image-{theirs}");
    for refused in [
        restricted.ask(ONE, json!({ "where": { "id": other } })).await,
        restricted.update(&other, json!({ "password": "x" })).await,
        restricted.create(image(&unique("other-g"))).await,
    ] {
        assert_eq!(code(&refused), "FORBIDDEN");
    }
    assert_eq!(app.password_of(&theirs).await, "pw");
}

#[tokio::test]
async fn endpoint_accepts_form_types_and_rejects_malformed_requests() {
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let name = unique("form");
    let variables = json!({ "payload": image(&name) }).to_string();
    let form = serde_urlencoded::to_string([("variables", variables.as_str()), ("query", CREATE)]).unwrap();
    let made = client.post("application/x-www-form-urlencoded", form).await;
    assert_eq!(made.body, format!("{{\"data\":{{\"createSecret\":{{\"id\":\"image-{name}\"}}}}}}"));

    for (content_type, body, status) in [
        ("text/plain", "{}", 415),
        ("application/json", "{\"query\": ", 400),
        ("application/json", "\"{ secrets { id } }\"", 400),
        ("application/x-www-form-urlencoded", "variables=%7B%7D", 400),
        ("application/x-www-form-urlencoded", "query=%7Bme%7D&variables=x", 400),
    ] {
        let answer = client.post(content_type, body.to_owned()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["errors"][0]["message"], body["detail"]);
    }
    let stranger = Client { app: &app, token: "garbage".to_owned() };
    let answer =
        stranger.post("application/json", json!({ "query": "{ secrets { id } }" }).to_string()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(code(&serde_json::from_str(&answer.body).unwrap()), "UNAUTHENTICATED");

    // GET changes nothing, because it is not supported at all.
    let query = domain::percent::encode("{ secrets { id } }");
    let get = Request::get(format!("/api/graphql?query={query}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", client.token));
    let answer = app.send_anonymous(get.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn costly_queries_are_rejected_at_once() {
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let lists: Vec<String> = (0..20).map(|number| format!("l{number}: secrets {{ id }}")).collect();
    // Each fragment spreads the next one twice.
    let bomb = |depth: u32| {
        let spread =
            |number| format!("fragment F{number} on Secret {{ ...F{next} ...F{next} }}", next = number + 1);
        let fragments: Vec<String> = (0..depth).map(spread).collect();
        format!("{{ secrets {{ ...F0 }} }} {} fragment F{depth} on Secret {{ id }}", fragments.join(" "))
    };
    let began = std::time::Instant::now();
    for query in [
        format!("{{ {} }}", lists.join(" ")),
        bomb(15),
        bomb(30),
        format!("{{ secrets(where: {}1{}) {{ id }} }}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{{ {}", "a {".repeat(50_000)),
        // An alias is repeated in every row.
        format!("{{ secrets {{ {}: name }} }}", "a".repeat(9_000)),
        format!(
            "{{ {} }}",
            (0..9).map(|n| format!("l{n}: secrets {{ id name }}")).collect::<Vec<_>>().join(" ")
        ),
    ] {
        let answer = client.post("application/json", json!({ "query": query }).to_string()).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(body["errors"].is_array(), "{}", &query[..100]);
        assert!(answer.body.len() < 2_000, "{}", answer.body.len());
    }
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    let kinds = client.ask("{ __schema { types { name fields { name } } } }", Value::Null).await;
    assert!(
        kinds["data"]["__schema"]["types"]
            .as_array()
            .unwrap()
            .iter()
            .any(|kind| kind["name"] == "SecretConnection")
    );
}

/// A value in the wrong place is not repeated.
#[tokio::test]
async fn errors_never_repeat_a_value() {
    let (log, guard) = capture();
    let app = TestApp::start().await;
    let client = Client::new(&app, TokenScope::Write, |_| ()).await;
    let name = unique("echo");
    let mut payload = image(&name);
    payload["password"] = json!(SENTINEL);
    let quoted = serde_json::to_string(SENTINEL).unwrap();
    let inline = |field: &str| {
        format!("mutation {{ createSecret(data: {{ name: \"x\", type: kubernetes, {field} }}) {{ id }} }}")
    };
    let mut bodies = vec![
        json!({ "query": CREATE, "variables": { "payload": payload } }),
        json!({ "query": CREATE, "variables": { "payload": payload } }),
        json!({ "query": CREATE, "variables": { "payload": [SENTINEL] } }),
        json!({ "query": CREATE, "variables": { "payload": SENTINEL } }),
        json!({ "query": CREATE, "variables": { "payload": { "name": "x", "password": [SENTINEL] } } }),
        json!({ "query": CREATE, "variables": { "payload": { "name": "x", "passwort": SENTINEL } } }),
        json!({ "query": CREATE, "variables": { "payload": { "name": "x", "type": SENTINEL } } }),
        json!({ "query": CREATE, "variables": { "payload": { "name": "x", "secret": SENTINEL } } }),
        json!({ "query": CREATE, "variables": { "payload": { "name": "x", SENTINEL: "y" } } }),
        json!({ "query": CREATE, "variables": SENTINEL }),
        json!({ "query": CREATE, "operationName": SENTINEL, "variables": { "payload": payload } }),
        json!({ "query": UPDATE, "variables": { "payload": { "password": 1 }, "where": { "id": SENTINEL } } }),
        json!({ "query": ONE, "variables": { "where": { "id": SENTINEL } } }),
        json!({ "query": SENTINEL }),
        json!({ "query": format!("{{ secrets(page: {quoted}) {{ id }} }}") }),
        json!({ "query": format!("{{ secrets(after: {quoted}) {{ id }} }}") }),
        json!({ "query": format!("query Q($p: Int = {quoted}) {{ secrets(page: $p) {{ id }} }}") }),
    ];
    for field in ["password", "passwort", "secret", "type", "registryHost", "allowDuplicate", "knowingly"] {
        bodies.push(json!({ "query": inline(&format!("{field}: {quoted}")) }));
        bodies.push(json!({ "query": inline(&format!("{field}: {quoted}")).replace("id }", "nothing }") }));
        bodies.push(json!({ "query": inline(&format!("{field}: {quoted} }}")) }));
    }
    for (number, body) in bodies.iter().enumerate() {
        let variables = body["variables"].to_string();
        let mut fields = vec![("query", body["query"].as_str().unwrap()), ("variables", &variables)];
        if let Some(name) = body["operationName"].as_str() {
            fields.push(("operationName", name));
        }
        let form = serde_urlencoded::to_string(fields).unwrap();
        for (content_type, body) in
            [("application/json", body.to_string()), ("application/x-www-form-urlencoded", form)]
        {
            let answer = client.post(content_type, body).await;
            assert!(number == 0 || answer.body.contains("\"errors\""), "{number}: {}", answer.body);
            assert_absent(&answer.body, &format!("answer {number}: {}", answer.body));
        }
    }
    assert_eq!(app.password_of(&name).await, SENTINEL);
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "the log was captured");
    assert_absent(&log, "the log");
}

/// The reference's command line, as published.
struct Sdk<'a> {
    home: &'a Path,
}

impl Sdk<'_> {
    /// Runs the command line. It takes its standard input for a secret, so the input stays open if nothing is
    /// sent.
    fn run(&self, arguments: &[&str], input: Option<&Value>) -> Output {
        let mut command = Command::new("primehub");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.home);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the reference's SDK is missing: run scripts/setup test");
        let mut stdin = child.stdin.take();
        if let Some(input) = input {
            stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        }
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        output
    }

    /// Returns its output as JSON.
    fn admin(&self, arguments: &[&str], input: Option<&Value>) -> Value {
        let output = self.run(&[&["admin", "secrets"], arguments, &["--json"]].concat(), input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Returns its error output, and asserts that it fails.
    fn fails(&self, arguments: &[&str], input: Option<&Value>) -> String {
        let output = self.run(arguments, input);
        assert!(!output.status.success(), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("Traceback"), "{arguments:?}: {said}");
        said
    }
}

#[test]
fn published_command_line_works_against_the_portal() {
    let folder = fresh_folder("sdk");
    let mut running = Running::start(latchkey(&folder));
    let create =
        latchkey(&folder).args(["token", "create", "--name", "sdk", "--scope", "write"]).output().unwrap();
    let token = String::from_utf8(create.stdout).unwrap();
    let endpoint = format!("http://{}/api/graphql", running.addr());
    let sdk = Sdk { home: &folder };
    // As docs/primehub-sdk.md has it; groups do not exist here.
    assert!(sdk.run(&["config", "set-endpoint", &endpoint], None).status.success());
    assert!(sdk.run(&["config", "set-token", token.trim()], None).status.success());
    let config = fs::read_to_string(folder.join(".primehub/config.json")).unwrap();
    assert!(config.contains(&endpoint));

    let hub = json!({
        "name": "hub", "type": "kubernetes", "registryHost": "docker.io", "username": "robot", "password": "pw-1",
    });
    assert_eq!(sdk.admin(&["create"], Some(&hub)), json!({ "id": "image-hub" }));
    let file = folder.join("data.json");
    let data = json!({ "name": "data", "type": "opaque", "displayName": "Data", "secret": KEY });
    fs::write(&file, data.to_string()).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(sdk.admin(&["create", "--file", file], None), json!({ "id": "gitsync-secret-data" }));

    let got = sdk.admin(&["get", "image-hub"], None);
    let expected = json!({
        "id": "image-hub", "name": "hub", "displayName": "hub", "type": "kubernetes",
        "registryHost": "https://index.docker.io/v1/", "username": "robot", "password": "******",
    });
    assert_eq!(got, expected);
    let git = json!({ "id": "gitsync-secret-data", "name": "data", "displayName": "Data", "type": "opaque" });
    assert_eq!(sdk.admin(&["get", "gitsync-secret-data"], None), git);

    // The answer is sent back with one change, including the mask.
    let mut change = got;
    change.as_object_mut().unwrap().retain(|field, _| field != "id" && field != "name");
    change["displayName"] = json!("Docker Hub");
    assert_eq!(sdk.admin(&["update", "image-hub"], Some(&change)), json!({ "id": "image-hub" }));
    assert_eq!(password_in(&folder, "image-hub").unwrap(), "pw-1");
    let new = json!({ "password": "pw-2" });
    sdk.admin(&["update", "image-hub"], Some(&new));
    assert_eq!(password_in(&folder, "image-hub").unwrap(), "pw-2");
    assert_eq!(sdk.admin(&["get", "image-hub"], None)["displayName"], "Docker Hub");

    for number in 0..12 {
        let mut more = hub.clone();
        (more["name"], more["username"]) =
            (json!(format!("more-{number:02}")), json!(format!("robot-{number}")));
        sdk.admin(&["create"], Some(&more));
    }
    let rows = |list: Value| list.as_array().unwrap().len();
    assert_eq!(rows(sdk.admin(&["list"], None)), 14);
    let first = sdk.admin(&["list", "--page", "1"], None);
    assert_eq!(
        (rows(first.clone()), &first[0]["id"], &first[1]["username"]),
        (10, &json!("gitsync-secret-data"), &json!("robot"))
    );
    assert_eq!(rows(sdk.admin(&["list", "--page", "2"], None)), 4);
    // The query with which non-administrators choose a secret.
    let images = sdk.run(&["secrets", "list", "--json"], None);
    assert_eq!(rows(serde_json::from_slice(&images.stdout).unwrap()), 13);

    assert!(sdk.fails(&["admin", "secrets", "create"], Some(&hub)).contains("RESOURCE_CONFLICT"));
    assert!(sdk.fails(&["admin", "secrets", "get", "image-nothing"], None).contains("NOT_FOUND"));
    assert!(sdk.fails(&["admin", "secrets", "delete", "image-hub"], None).contains("really-mean-it"));
    let gone = sdk.admin(&["delete", "image-hub", "--yes-i-really-mean-it"], None);
    assert_eq!(gone, json!({ "id": "image-hub" }));
    assert_eq!(rows(sdk.admin(&["list"], None)), 13);
    assert!(sdk.run(&["config", "set-token", "garbage"], None).status.success());
    let said = sdk.fails(&["admin", "secrets", "list"], None);
    assert!(said.contains("UNAUTHENTICATED"), "{said}");

    running.signal("-TERM");
    assert!(running.child.wait().unwrap().success());
}
