//! The Overview: what needs attention, what changed lately, and the last 30 days in numbers. Its parts are written as text,
//! because everybody opens this page first, and a page costs what its bytes cost.

mod attention;
mod changes;
pub mod pages;
mod plots;
pub mod post;
mod steps;

/// The address of the Overview.
pub const OVERVIEW: &str = "/";

/// The address where an administrator confirms that the key file is backed up.
pub const KEY_BACKED_UP: &str = "/overview/key-backed-up";

/// The address where an administrator dismisses the steps of setting up.
pub const DISMISS_STEPS: &str = "/overview/dismiss-steps";

/// Returns the number with a comma after each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
