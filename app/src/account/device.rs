//! The name of the device of a session.

use backend::browser_and_system;

/// Returns the name of a device in words: the text of the browser itself if it is not recognized.
pub(super) fn name(agent: &str) -> String {
    match browser_and_system(agent) {
        (Some(browser), Some(system)) => t!(account_browser_on, browser, system),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if agent.is_empty() => t!(account_unknown_device).to_owned(),
        (None, None) => agent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_that_of_browser_and_system_or_the_text_itself() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(name(chrome), "Chrome on Linux");
        for (agent, expected) in
            [("curl/8.5.0", "curl"), ("A script of ours", "A script of ours"), ("", "Unknown device")]
        {
            assert_eq!(name(agent), expected, "{agent}");
        }
    }
}
