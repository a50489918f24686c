//! Starting and stopping.

use crate::{
    clock,
    config::{Cli, Command, Settings},
    key_file,
    private_postgres::PrivatePostgres,
    router,
    site::Site,
    state::AppState,
};
use backend::{Backend, BackendConfig, Ctx};
use domain::sensitive::Sensitive;
use std::{error::Error, net::SocketAddr, process::ExitCode, time::Duration};
use tokio::{net::TcpListener, signal, sync::watch};

/// How long requests under way may take to finish when the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long to wait before a database that did not answer is asked again.
const RETRY: Duration = Duration::from_secs(2);

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Does what the command line asks for. To be called on the main thread: a private PostgreSQL ends with it.
pub async fn run(cli: Cli) -> ExitCode {
    let Cli { command, settings } = cli;
    if let Err(error) = start_log(&settings.log) {
        eprintln!("latchkey: LATCHKEY_LOG is not a log filter: {error}");
        return ExitCode::FAILURE;
    }
    let outcome = match command.unwrap_or(Command::Serve) {
        Command::Serve => serve(settings).await,
        Command::Migrate => {
            with_database(&settings, async |url| {
                backend::migrate(&url).await?;
                tracing::info!("the database is up to date");
                Ok(())
            })
            .await
        }
        Command::Seed { count } => {
            with_database(&settings, async |url| {
                let backend = Backend::start(config(&settings, url)?, clock::now()).await?;
                backend.secrets().seed(&Ctx::system("seed", clock::now()), count).await?;
                tracing::info!(count, "made secrets up");
                Ok(())
            })
            .await
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start_log(filter: &str) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = tracing_subscriber::EnvFilter::builder().parse(filter)?;
    tracing_subscriber::fmt().with_env_filter(filter).init();
    Ok(())
}

fn config(settings: &Settings, database_url: Sensitive) -> Result<BackendConfig, key_file::KeyError> {
    Ok(BackendConfig {
        database_url,
        kek: key_file::load(settings)?,
        max_connections: settings.database_connections,
    })
}

/// Finds or starts the database, does something with its address, and stops what was started.
async fn with_database(settings: &Settings, work: impl AsyncFnOnce(Sensitive) -> Outcome) -> Outcome {
    if let Some(url) = &settings.database_url {
        return work(url.clone()).await;
    }
    let postgres = PrivatePostgres::start(&settings.data_dir)?;
    let outcome = work(Sensitive::new(postgres.url())).await;
    postgres.stop();
    outcome
}

async fn serve(settings: Settings) -> Outcome {
    if !settings.addr.ip().is_loopback() {
        return Err(format!(
            "refusing to listen on {}: there is no sign-in yet, so whoever reaches the portal may change \
             everything in it. Use a loopback address such as 127.0.0.1:3000",
            settings.addr
        )
        .into());
    }
    let listener = TcpListener::bind(settings.addr).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Set LATCHKEY_ADDR to another address", settings.addr)
    })?;
    let addr = listener.local_addr()?;
    let site = Site::find(addr);
    let state = AppState::new(site.options, site.assets);
    let (stop, stopping) = watch::channel(false);
    let asked_to_stop = stop_signal()?;
    // Health answers from here on, while the database may still be on its way.
    let server = tokio::spawn(answer(listener, state.clone(), stopping));
    let settings = &settings;
    with_database(settings, async move |url| {
        tokio::pin!(asked_to_stop);
        let opened = tokio::select! {
            opened = open(settings, url, &state) => opened,
            () = &mut asked_to_stop => Ok(false),
        };
        if matches!(opened, Ok(true)) {
            tracing::info!("Latchkey is at http://{addr}");
            asked_to_stop.await;
        }
        tracing::info!("stopping");
        // Nobody listens only where the server has ended already.
        let _ = stop.send(true);
        if tokio::time::timeout(GRACE, server).await.is_err() {
            tracing::warn!("cut off the requests that were still under way");
        }
        if let Some(backend) = state.backend() {
            backend.close().await;
        }
        opened.map(drop)
    })
    .await
}

/// Opens the portal once the database answers. Says `false` never: it is for the caller's other way out.
async fn open(
    settings: &Settings,
    url: Sensitive,
    state: &AppState,
) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let config = config(settings, url)?;
    loop {
        match Backend::start(config.clone(), clock::now()).await {
            Ok(backend) => {
                state.open(backend);
                return Ok(true);
            }
            Err(error) if error.is_passing() => {
                tracing::warn!("the database does not answer yet: {error}");
                tokio::time::sleep(RETRY).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn answer(
    listener: TcpListener,
    state: AppState,
    mut stopping: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            // An error means that the sender is gone, which is a way of stopping too.
            drop(stopping.wait_for(|stop| *stop).await);
        })
        .await
}

/// Ends on Ctrl-C or SIGTERM. The handlers are in place when this returns.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    let mut interrupt = signal::unix::signal(signal::unix::SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
