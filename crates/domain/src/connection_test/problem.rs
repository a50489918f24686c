//! Problems with the fields of a connection test.

use crate::invisible::is_invisible;

/// A problem with the target of a test. Never carries the text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum TargetProblem {
    /// The address is by https.
    RepositoryByHttps,
    /// The text is not an SSH address of a repository.
    RepositoryForm,
    /// The address is within quotation marks.
    RepositoryQuoted,
    /// There is a prefix for another program before the address, such as `git::`.
    RepositoryPrefix,
    /// There is a command of Git around the address.
    RepositoryCommand,
    /// The address is a path of this machine.
    RepositoryLocal,
    /// The address is a path of a drive, or has a host of one letter.
    RepositoryDrive,
    /// There is a port in brackets before a path that does not begin at the root.
    RepositoryBrackets,
    /// There is a path after the colon of an `ssh://` address, in the place of a port.
    RepositoryPort,
    /// There is nothing after the host.
    RepositoryPath,
    /// The path begins with a hyphen, or has a control character.
    RepositoryPathForm,
    /// There is nothing before the `@`, or it begins with a hyphen.
    RepositoryUser,
    /// The user has a character that is not allowed.
    RepositoryUserHas(char),
    /// The host has a character that is not allowed.
    RepositoryHostHas(char),
    /// The host is invalid in another way.
    RepositoryHost,
    /// The address is longer than `Repository::MAX_BYTES`.
    RepositoryTooLong,
    /// The text is not the name of an image.
    ImageForm,
    /// The image is in another registry than the credential's.
    ImageElsewhere,
    /// The image is not below the path of the credential.
    ImageOutside,
    /// The image is at Docker Hub, by a name that clients take for another registry.
    ImageHubOtherwise,
    /// The line with this number is invalid in a `known_hosts` file.
    KnownHostsLine(u32),
    /// The host in the line with this number has a port and no brackets.
    KnownHostsPort(u32),
    /// The known hosts are longer than 32 KiB.
    KnownHostsTooLong,
}

impl TargetProblem {
    /// Every variant without data, whose code is a word.
    pub const ALL: [Self; 19] = [
        Self::RepositoryByHttps,
        Self::RepositoryForm,
        Self::ImageForm,
        Self::ImageElsewhere,
        Self::KnownHostsTooLong,
        Self::RepositoryQuoted,
        Self::RepositoryCommand,
        Self::RepositoryLocal,
        Self::RepositoryPort,
        Self::RepositoryPath,
        Self::RepositoryPathForm,
        Self::RepositoryUser,
        Self::RepositoryHost,
        Self::RepositoryTooLong,
        Self::ImageOutside,
        Self::ImageHubOtherwise,
        Self::RepositoryPrefix,
        Self::RepositoryDrive,
        Self::RepositoryBrackets,
    ];

    /// Returns the code, which is sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::RepositoryByHttps => "repository-by-https",
            Self::RepositoryForm => "repository-form",
            Self::RepositoryQuoted => "repository-quoted",
            Self::RepositoryPrefix => "repository-prefix",
            Self::RepositoryCommand => "repository-command",
            Self::RepositoryLocal => "repository-local",
            Self::RepositoryDrive => "repository-drive",
            Self::RepositoryBrackets => "repository-brackets",
            Self::RepositoryPort => "repository-port",
            Self::RepositoryPath => "repository-path",
            Self::RepositoryPathForm => "repository-path-form",
            Self::RepositoryUser => "repository-user",
            Self::RepositoryUserHas(_) => "repository-user-has",
            Self::RepositoryHostHas(_) => "repository-host-has",
            Self::RepositoryHost => "repository-host",
            Self::RepositoryTooLong => "repository-too-long",
            Self::ImageForm => "image-form",
            Self::ImageElsewhere => "image-elsewhere",
            Self::ImageOutside => "image-outside",
            Self::ImageHubOtherwise => "image-hub-otherwise",
            Self::KnownHostsLine(_) => "known-hosts-line",
            Self::KnownHostsPort(_) => "known-hosts-port",
            Self::KnownHostsTooLong => "known-hosts-too-long",
        }
    }

    /// Parses the code of a variant without data.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }

    /// Returns what is wrong and what is valid.
    pub fn message(self) -> String {
        match self {
            Self::RepositoryByHttps => "SSH keys need an SSH address, such as git@github.com:group/app.git.",
            Self::RepositoryForm => "This is not the SSH address of a repository, such as git@github.com:group/app.git or ssh://git@host:2222/group/app.git.",
            Self::RepositoryQuoted => "The address is in quotation marks or brackets. Remove them.",
            Self::RepositoryPrefix => "The part before '::' is for another program. Enter only the address after it.",
            Self::RepositoryCommand => "This is a command. Enter only the address, which follows git clone.",
            Self::RepositoryLocal => "This is a path on a machine and names no host. Enter the SSH address, such as git@host:group/app.git.",
            Self::RepositoryDrive => "This begins like a path on a Windows drive. Enter the SSH address, such as git@host:group/app.git; a host of one letter needs the git@, too.",
            Self::RepositoryBrackets => "Only Git reads a port in brackets. Write ssh://git@host:2222/path, with the path as it is on the server.",
            Self::RepositoryPort => "After ssh:// and the host, a colon begins a port. Write ssh://git@host/path, or git@host:path without ssh://.",
            Self::RepositoryPath => "The address ends with its host. Add the path of the repository, such as git@host:group/app.git.",
            Self::RepositoryPathForm => "The path of the repository begins with '-' or has a control character. Copy the address again.",
            Self::RepositoryUser => "There is no user before the '@', or one that begins with '-'. Most hosts expect git there.",
            Self::RepositoryUserHas(c) => return format!("The user before the '@' can't contain {}.", named(c)),
            Self::RepositoryHostHas(c) => return format!("A host name can't contain {}.", named(c)),
            Self::RepositoryHost => "The host of this address is not a host name or an address. Write IPv6 in brackets: ssh://git@[2001:db8::1]/path.",
            Self::RepositoryTooLong => "The address is longer than 1024 bytes.",
            Self::ImageForm => "This is not the name of an image, such as group/app:tag.",
            Self::ImageElsewhere => "This image is in another registry than the one above.",
            Self::ImageOutside => "This image is not below the path of the registry host above. Enter one that is, with its whole name.",
            Self::ImageHubOtherwise => "Docker and Kubernetes treat this host as a registry of its own and don't look for a Docker Hub account there. Use docker.io instead, such as docker.io/group/app:tag.",
            Self::KnownHostsLine(line) => {
                return format!(
                    "Line {line} is not a line of a known_hosts file: host, type and key, such as github.com ssh-ed25519 AAAA…. Correct or remove it."
                );
            }
            Self::KnownHostsPort(line) => {
                return format!(
                    "Line {line} names a port without brackets, so it matches no host. Write the host in brackets, such as [git.example.com]:2222."
                );
            }
            Self::KnownHostsTooLong => "The known hosts are longer than 32 KiB. Keep only the lines of this repository's host.",
        }
        .to_owned()
    }
}

/// Returns a character in the form for a sentence.
fn named(c: char) -> String {
    match c {
        c if c.is_whitespace() => "a space".to_owned(),
        c if c.is_control() || is_invisible(c) => {
            format!("an invisible character (U+{:04X})", u32::from(c))
        }
        c => format!("'{c}'"),
    }
}
