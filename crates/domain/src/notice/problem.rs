//! Problems with the fields of the forms about notices.

coded_enum! {
    /// A problem with a field.
    pub enum NoticeProblem: code {
        /// The name of a channel is empty.
        NameMissing = "channel-name-missing";
        /// The name of a channel is too long, or has characters that are not shown.
        Name = "channel-name";
        /// Another channel has the name.
        NameTaken = "channel-name-taken";
        /// There is no such form of messages.
        Preset = "channel-preset";
        /// The address is empty.
        UrlMissing = "channel-url-missing";
        /// The address is not one of a webhook.
        Url = "channel-url";
        /// The address is not one of HTTPS.
        UrlNotTls = "channel-url-not-tls";
        /// The address is private, and no setting allows it.
        UrlNotAllowed = "channel-url-not-allowed";
        /// Nobody may connect to the address, whatever the settings.
        UrlForbidden = "channel-url-forbidden";
        /// There is no such channel.
        Channel = "rule-channel";
        /// There is no such event.
        Event = "rule-event";
        /// There is no such type of secret.
        Kind = "rule-type";
        /// No name can begin with a prefix.
        Prefix = "rule-prefix";
        /// There are too many prefixes.
        PrefixesTooMany = "rule-prefixes-too-many";
        /// The number of failures is out of range.
        Failures = "failures";
    }
}
