//! The filter for secrets whose values end.

coded_enum! {
    /// The time in which a value expires, or has expired. The code stands in addresses.
    pub enum Expires: as_str {
        /// The value has expired.
        Expired = "expired";
        /// The value expires within 7 days.
        Week = "7";
        /// The value expires within 30 days.
        Month = "30";
        /// The value expires within 90 days.
        Quarter = "90";
    }
}

impl Expires {
    /// Returns the number of days from now within which the value expires; `None` if it has expired.
    pub fn days(self) -> Option<u16> {
        match self {
            Self::Expired => None,
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Quarter => Some(90),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_code() {
        for expires in Expires::ALL {
            assert_eq!(
                expires.days().map_or("expired".to_owned(), |days| days.to_string()),
                expires.as_str()
            );
        }
    }
}
