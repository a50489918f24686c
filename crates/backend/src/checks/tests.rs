//! Against real peers, on loopback: a container registry, an SSH server with Git behind it, and some that mean no good.

mod git_server;
mod hostile;
mod peers;
mod registry_server;
mod stored;
mod sweep;
