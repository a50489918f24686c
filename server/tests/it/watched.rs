//! Servers notice what is wrong around them while they run: with the database, single sign-on, and their own key.

use crate::{
    harness::{PASSWORD, fresh_folder},
    notices::{run_sql, slow_receiver},
    process::{Running, latchkey, wait_until},
};
use axum::Router;
use backend::{
    Backend, BackendConfig, Ctx, Issuer, Kek, SignInConfig, SingleSignOnConfig, StepUp, TestConfig,
};
use domain::{access::Role, sensitive::Sensitive, time::Timestamp};
use private_postgres::{PrivatePostgres, Stop};
use server::{clock, notices::Watch};
use std::{fs, os::unix::fs::PermissionsExt, time::Duration};
use tokio::net::TcpListener;

/// Starts a server over this database, whose people sign in at this port.
async fn server(url: &str, kek: &Kek, port: u16) -> Backend {
    let single_sign_on = SingleSignOnConfig {
        issuer: Issuer::parse(&format!("http://127.0.0.1:{port}")).unwrap(),
        client_id: "latchkey".to_owned(),
        client_secret: None,
        groups_claim: "groups".to_owned(),
        groups: vec![("admins".to_owned(), Role::Admin)],
        step_up: StepUp::default(),
        logout_suspends_tokens: false,
    };
    let config = BackendConfig {
        database: backend::DatabaseConfig::at(Sensitive::new(url)),
        keys: vec![kek.clone()],
        max_connections: 4,
        retention: backend::Retention::default(),
        mail: None,
        notices: backend::NoticeConfig::default(),
        sign_in: SignInConfig { single_sign_on: Some(single_sign_on), ..SignInConfig::default() },
        connection_tests: TestConfig::default(),
    };
    Backend::start(config, clock::now()).await.unwrap()
}

#[tokio::test]
async fn watch_says_once_what_several_servers_notice() {
    const DAY: i64 = 86_400_000_000;
    let folder = fresh_folder("watched");
    let start = || PrivatePostgres::start(&folder, &Stop::default()).unwrap();
    let postgres = start();
    let url = format!("postgres://latchkey@localhost/latchkey?host={}", folder.join("postgres").display());
    // Nobody is at this port for the time being.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let kek = Kek::generate().unwrap();
    let servers = [server(&url, &kek, address.port()).await, server(&url, &kek, address.port()).await];
    let mut watches = [Watch::new(None), Watch::new(None)];
    // On one day, because a sealed server says so once a day.
    let now = Timestamp::from_micros(clock::now().micros().div_euclid(DAY) * DAY);
    let at = |seconds: u64| Ctx::system("watch", now + Duration::from_secs(seconds));
    let mut look = async |seconds: u64, turn: u32| {
        for (server, watch) in servers.iter().zip(&mut watches) {
            watch.look(server, &at(seconds), turn).await;
        }
    };
    let said = || run_sql(&url, "SELECT event FROM notices ORDER BY at, id");

    look(0, 0).await;
    assert_eq!(said(), "", "one failure says nothing");
    look(300, 10).await;
    look(600, 20).await;
    assert_eq!(said(), "sign_on.down");
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new()).await });
    // An answer that is not a description is one: whoever is down says nothing.
    look(900, 30).await;
    look(1_200, 40).await;
    assert_eq!(said(), "sign_on.down\nsign_on.works");

    postgres.stop();
    look(1_210, 41).await;
    look(1_240, 42).await;
    let postgres = start();
    // The connections of before are broken, which each server notices by itself.
    for second in 0..60 {
        look(1_300 + second, 43).await;
        if said().ends_with("database.down") {
            break;
        }
    }
    look(1_400, 43).await;
    let about: i64 =
        run_sql(&url, "SELECT extract(epoch FROM about)::bigint FROM notices WHERE event = 'database.down'")
            .parse()
            .unwrap();
    assert_eq!(about, (now + Duration::from_secs(1_210)).micros().div_euclid(1_000_000));
    assert_eq!(said(), "sign_on.down\nsign_on.works\ndatabase.down");
    // A server that has waited for its database when it started.
    let waited: Option<Timestamp> = Some(now + Duration::from_secs(2_000));
    Watch::new(waited).look(&servers[0], &at(2_100), 1).await;
    assert_eq!(said().matches("database.down").count(), 2);

    // A server with another key is sealed, and says so; nothing else is asked of it.
    let sealed = server(&url, &Kek::generate().unwrap(), address.port()).await;
    assert!(sealed.is_sealed());
    for second in [2_200, 2_230] {
        Watch::new(None).look(&sealed, &at(second), 0).await;
    }
    assert!(said().ends_with("database.down\nportal.sealed"), "{}", said());
    drop((servers, sealed));
    postgres.stop();
}

/// Of two processes without the right key one says so; one that has it sends that on.
#[test]
fn sealed_processes_say_so_once_and_another_one_sends_it() {
    let folder = fresh_folder("watched-sealed");
    let postgres = PrivatePostgres::start(&folder.join("database"), &Stop::default()).unwrap();
    let url =
        format!("postgres://latchkey@localhost/latchkey?host={}", folder.join("database/postgres").display());
    let key = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    };
    let right = key("right", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n");
    let wrong = key("wrong", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n");
    let server = |name: &str, key| {
        let mut command = latchkey(&folder.join(name));
        command.env("DATABASE_URL", &url).env("LATCHKEY_KEK_FILE", key);
        command
            .env("LATCHKEY_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
            .env("LATCHKEY_PLAIN_HTTP_HOSTS", "127.0.0.1");
        Running::start(command)
    };
    let whole = server("whole", &right);
    let (port, ids) = slow_receiver();
    let hook = format!("http://127.0.0.1:{port}/hook");
    let form =
        [("name", "ops"), ("preset", "standard"), ("url", hook.as_str()), ("current_password", PASSWORD)];
    assert!(whole.post("/notifications/channels/new", &form).contains("whsec_"));
    let channel = run_sql(&url, "SELECT id FROM notice_channels");
    let rule = [("channel", channel.as_str()), ("event", "portal.sealed")];
    assert!(whole.post("/notifications/rules/new", &rule).starts_with("HTTP/1.1 303"));
    let sealed = [server("one", &wrong), server("two", &wrong)];
    for process in &sealed {
        assert!(process.get("/readyz").contains("sealed"));
    }
    // Once a day: midnight may pass meanwhile.
    let said =
        || run_sql(&url, "SELECT count(*), count(DISTINCT about) FROM notices WHERE event = 'portal.sealed'");
    let delivered = "SELECT count(*) FROM notice_deliveries WHERE state = 'delivered' AND attempts = 1";
    wait_until("it is sent", || {
        run_sql(&url, delivered) == said().split('|').next().unwrap() && said() != "0|0"
    });
    assert!(["1|1", "2|2"].contains(&said().as_str()), "{}", said());
    let id = run_sql(&url, "SELECT id FROM notices WHERE event = 'portal.sealed' ORDER BY at LIMIT 1");
    assert_eq!(ids.lock().unwrap()[0], id);
    drop((whole, sealed));
    postgres.stop();
}
