//! The origins of an imported secret.

/// The Kubernetes Secrets that contained an imported secret: the first of them, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    places: Vec<String>,
    total: u32,
}

impl Origins {
    /// The most places that are kept.
    pub const MAX_PLACES: usize = 100;

    /// The maximum length of a place, in bytes: a namespace and the name of a Secret, with a slash between them.
    pub const MAX_PLACE_BYTES: usize = 253 + 1 + 253;

    /// Keeps the first places of all.
    ///
    /// Errors: the number, from 0, of the first invalid place.
    pub fn parse(places: &[String], total: Option<u32>) -> Result<Self, usize> {
        let kept = &places[..places.len().min(Self::MAX_PLACES)];
        if let Some(wrong) = kept.iter().position(|place| !is_place(place)) {
            return Err(wrong);
        }
        let given = u32::try_from(places.len()).unwrap_or(u32::MAX);
        Ok(Self { places: kept.to_vec(), total: total.unwrap_or_default().max(given) })
    }

    /// Keeps the first valid places, and counts all.
    pub fn good(places: &[String]) -> Self {
        let good = places.iter().filter(|place| is_place(place)).take(Self::MAX_PLACES);
        Self { places: good.cloned().collect(), total: u32::try_from(places.len()).unwrap_or(u32::MAX) }
    }

    /// Returns stored places, which `parse` has accepted.
    pub fn stored(places: Vec<String>, total: u32) -> Self {
        Self { places, total }
    }

    /// Returns the first places, as `namespace/name` or `name`, in the order of the file.
    pub fn places(&self) -> &[String] {
        &self.places
    }

    /// Returns the number of places in the file.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// Returns whether no place is known.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// Returns whether this is a name in Kubernetes.
pub fn is_kubernetes_name(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

/// Returns whether the text is a name in Kubernetes, or two with a slash between them.
fn is_place(text: &str) -> bool {
    text.split('/').count() <= 2 && text.split('/').all(is_kubernetes_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_keeps_the_first_places_and_counts_all() {
        let places = |count: usize| (0..count).map(|n| format!("team-{n}/pull")).collect::<Vec<_>>();
        let kept = |places: &[String], total| {
            Origins::parse(places, total).map(|origins| (origins.places().len(), origins.total()))
        };
        assert_eq!(kept(&[], None), Ok((0, 0)));
        assert_eq!(kept(&places(3), None), Ok((3, 3)));
        assert_eq!(kept(&places(3), Some(300)), Ok((3, 300)));
        assert_eq!(kept(&places(3), Some(1)), Ok((3, 3)));
        assert_eq!(kept(&places(250), None), Ok((100, 250)));
        let long = "a".repeat(253);
        assert_eq!(kept(&[format!("{long}/{long}")], None), Ok((1, 1)));
        for wrong in ["", "/", "a/", "a/b/c", "A", "a b", "a\u{202e}", &format!("{long}a"), "<b>"] {
            assert_eq!(kept(&["ok".to_owned(), wrong.to_owned()], None), Err(1), "{wrong}");
        }
    }

    #[test]
    fn good_keeps_the_valid_places_among_invalid_ones() {
        let places = ["/pull", "team/pull", "A", "pull"].map(str::to_owned);
        let origins = Origins::good(&places);
        assert_eq!((origins.places(), origins.total()), (&["team/pull", "pull"].map(str::to_owned)[..], 4));
        assert!(Origins::good(&places[..1]).is_empty());
    }
}
