//! Problems with an image or a dataset, and with deleting a secret that one uses.

coded_enum! {
    /// A problem with an image or a dataset. Never carries what was typed.
    pub enum UsageProblem: code {
        /// Another usage of the kind has the name.
        NameTaken = "name-taken";
        /// The text is not the reference of an image.
        ImageForm = "image-form";
        /// The text is not the address of a repository.
        GitForm = "git-form";
        /// There are credentials within the address.
        GitUserInfo = "git-user-info";
        /// The text is not the name of a branch.
        Branch = "branch";
        /// There is no such secret, or it is of the other type.
        NoSuchSecret = "no-such-secret";
        /// The secret is a key, which the address does not use.
        KeyForHttps = "key-for-https";
        /// There is nothing to test with.
        NothingToTest = "nothing-to-test";
        /// The secret is for another registry than the image's.
        OtherRegistry = "other-registry";
        /// The required name was not typed.
        NameNotTyped = "name-not-typed";
        /// The required words were not typed, before several secrets are deleted.
        ConfirmationNotTyped = "confirmation-not-typed";
        /// The repository has no such branch.
        NoSuchBranch = "no-such-branch";
        /// There is a tag with the name, and no branch.
        BranchIsTag = "branch-is-tag";
        /// No branch is named, and the repository's default one does not exist.
        NoDefaultBranch = "no-default-branch";
        /// The image is at Docker Hub, by a name that clients take for another registry.
        HubOtherwise = "hub-otherwise";
    }
}
