//! Problems with an image or a dataset, and with deleting a secret that one uses.

/// A problem with an image or a dataset. Never carries what was typed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum UsageProblem {
    /// Another one of the kind has the name.
    NameTaken,
    /// A text that is not the reference of an image.
    ImageForm,
    /// A text that is not the address of a repository.
    GitForm,
    /// Credentials within the address.
    GitUserInfo,
    /// A text that is not the name of a branch.
    Branch,
    /// No such secret, or one of the other type.
    NoSuchSecret,
    /// A key, and an address that takes none.
    KeyForHttps,
    /// Nothing to test with.
    NothingToTest,
    /// The secret's registry is another one than the image's.
    OtherRegistry,
    /// The name that has to be typed was not.
    NameNotTyped,
    /// Nor were the words, before several are deleted.
    ConfirmationNotTyped,
    /// The repository has no such branch.
    NoSuchBranch,
    /// There is a tag of the name, and no branch.
    BranchIsTag,
    /// No branch is named, and the repository's default one does not exist.
    NoDefaultBranch,
    /// An image of Docker Hub, by a name of its that clients take for another registry.
    HubOtherwise,
}

impl UsageProblem {
    /// Every variant; its place in here is the code that is sent.
    pub const ALL: [Self; 15] = [
        Self::NameTaken,
        Self::ImageForm,
        Self::GitForm,
        Self::GitUserInfo,
        Self::Branch,
        Self::NoSuchSecret,
        Self::KeyForHttps,
        Self::NothingToTest,
        Self::OtherRegistry,
        Self::NameNotTyped,
        Self::ConfirmationNotTyped,
        Self::NoSuchBranch,
        Self::BranchIsTag,
        Self::NoDefaultBranch,
        Self::HubOtherwise,
    ];

    /// Returns what is wrong and what would be right.
    pub fn message(self) -> String {
        match self {
            Self::NameTaken => "This name is taken already. Choose another name.",
            Self::ImageForm => {
                "This is not the reference of an image, such as ghcr.io/group/app:tag. Without a registry it is one of Docker Hub."
            }
            Self::GitForm => {
                "This is not the address of a repository, such as git@github.com:group/app.git or https://github.com/group/app.git."
            }
            Self::GitUserInfo => "The address has a username or password in it. Enter it without; what opens it is a secret.",
            Self::Branch => "This is not the name of a branch, such as main.",
            Self::NoSuchSecret => "There is no such secret of the fitting type any more. Choose another, or none.",
            Self::KeyForHttps => {
                "A key opens repositories by SSH, and the address above is another one. Enter the SSH address, or choose no secret."
            }
            Self::NothingToTest => "Choose the secret to test with.",
            Self::OtherRegistry => {
                "This secret is for another registry than the image is in, so it was not sent there."
            }
            Self::NoSuchBranch => {
                "The repository has no branch of this name. Correct it, or leave it empty for the default branch."
            }
            Self::BranchIsTag => "There is a tag of this name, and no branch. Enter a branch.",
            Self::NoDefaultBranch => "The default branch does not exist in the repository. Enter a branch.",
            Self::HubOtherwise => {
                "Docker and Kubernetes take this host for a registry of its own, and do not look for Docker Hub's account there. Write docker.io in its place, such as docker.io/group/app:tag."
            }
            Self::NameNotTyped => "It is in use: type its name, as it stands above, to delete it all the same.",
            Self::ConfirmationNotTyped => {
                "Some of them are in use: type the words, as they stand above, to delete them all the same."
            }
        }
        .to_owned()
    }
}
