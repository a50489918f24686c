//! The numbers that the system has of this process, under the names that every client of Prometheus uses.

use nix::{
    sys::resource::{Resource, getrlimit},
    unistd::{SysconfVar, sysconf},
};
use prometheus_client::{
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};
use std::fs;

/// The place of the first field after the name in `/proc/self/stat`, counted as in proc(5).
const FIRST: usize = 3;

/// The fields of `/proc/self/stat` that are shown, as they are counted in proc(5).
const USER_TIME: usize = 14;
const SYSTEM_TIME: usize = 15;
const THREADS: usize = 20;
const START_TIME: usize = 22;
const VIRTUAL_MEMORY: usize = 23;
const RESIDENT_PAGES: usize = 24;

/// Registers the numbers as they are now; none if the system has no `/proc`.
pub(super) fn register(registry: &mut Registry) {
    if let Some(stat) = fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(Stat::parse) {
        registry.register("process_cpu_seconds", "Processor time", ConstCounter::new(stat.cpu_seconds));
        registry.register("process_resident_memory_bytes", "Memory in use", gauge(stat.resident));
        registry.register("process_virtual_memory_bytes", "Address space", gauge(stat.virtual_memory));
        registry.register("process_threads", "Threads", gauge(stat.threads));
        if let Some(boot) = boot_time() {
            let started = ConstGauge::new(boot + stat.started_after_boot);
            registry.register("process_start_time_seconds", "Start of the process, in Unix time", started);
        }
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        registry.register("process_open_fds", "Open file descriptors", gauge(open.count() as u64));
    }
    if let Ok((soft, _)) = getrlimit(Resource::RLIMIT_NOFILE) {
        registry.register("process_max_fds", "The most open file descriptors", gauge(soft));
    }
}

fn gauge(value: u64) -> ConstGauge {
    ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The fields of `/proc/self/stat` in the units of Prometheus.
#[derive(Debug, PartialEq)]
struct Stat {
    cpu_seconds: f64,
    threads: u64,
    started_after_boot: f64,
    virtual_memory: u64,
    resident: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name is in brackets, and may contain anything.
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
        let field = |place: usize| fields.get(place - FIRST)?.parse::<u64>().ok();
        let seconds = |place| Some(in_seconds(field(place)?, setting(SysconfVar::CLK_TCK)?));
        Some(Self {
            cpu_seconds: seconds(USER_TIME)? + seconds(SYSTEM_TIME)?,
            threads: field(THREADS)?,
            started_after_boot: seconds(START_TIME)?,
            virtual_memory: field(VIRTUAL_MEMORY)?,
            resident: field(RESIDENT_PAGES)?.checked_mul(setting(SysconfVar::PAGE_SIZE)?)?,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a process does not run for so long")]
fn in_seconds(ticks: u64, a_second: u64) -> f64 {
    ticks as f64 / a_second as f64
}

fn setting(variable: SysconfVar) -> Option<u64> {
    u64::try_from(sysconf(variable).ok()??).ok().filter(|value| *value > 0)
}

/// Returns the time at which the system was started, in Unix time.
fn boot_time() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_parses_names_with_brackets() {
        let fields = "S 1 2 3 4 5 6 7 8 9 10 200 100 0 0 20 0 9 0 5000 4096 3 18446744073709551615";
        let stat = Stat::parse(&format!("42 (a) b) {fields}")).unwrap();
        let (ticks, page) = (setting(SysconfVar::CLK_TCK).unwrap(), setting(SysconfVar::PAGE_SIZE).unwrap());
        assert!((stat.cpu_seconds - in_seconds(300, ticks)).abs() < f64::EPSILON);
        assert!((stat.started_after_boot - in_seconds(5000, ticks)).abs() < f64::EPSILON);
        assert_eq!((stat.threads, stat.virtual_memory, stat.resident), (9, 4096, 3 * page));
        assert_eq!(Stat::parse("42 (a) S 1"), None);
    }
}
