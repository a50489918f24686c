//! Problems with an image or a dataset, and with deleting a secret that one uses.

coded_enum! {
    /// A problem with an image or a dataset. Never carries what was typed.
    pub enum UsageProblem: code, message {
        /// Another usage of the kind has the name.
        NameTaken = "name-taken", "This name is taken already. Choose another name.";
        /// The text is not the reference of an image.
        ImageForm = "image-form", "This is not the reference of an image, such as ghcr.io/group/app:tag. Without a registry it is one of Docker Hub.";
        /// The text is not the address of a repository.
        GitForm = "git-form", "This is not the address of a repository, such as git@github.com:group/app.git or https://github.com/group/app.git.";
        /// There are credentials within the address.
        GitUserInfo = "git-user-info", "The address has a username or password in it. Enter it without; what opens it is a secret.";
        /// The text is not the name of a branch.
        Branch = "branch", "This is not the name of a branch, such as main.";
        /// There is no such secret, or it is of the other type.
        NoSuchSecret = "no-such-secret", "There is no such secret of the fitting type any more. Choose another, or none.";
        /// The secret is a key, which the address does not use.
        KeyForHttps = "key-for-https", "A key opens repositories by SSH, and the address above is another one. Enter the SSH address, or choose no secret.";
        /// There is nothing to test with.
        NothingToTest = "nothing-to-test", "Choose the secret to test with.";
        /// The secret is for another registry than the image's.
        OtherRegistry = "other-registry", "This secret is for another registry than the image is in, so it was not sent there.";
        /// The required name was not typed.
        NameNotTyped = "name-not-typed", "It is in use: type its name, as it stands above, to delete it all the same.";
        /// The required words were not typed, before several secrets are deleted.
        ConfirmationNotTyped = "confirmation-not-typed", "Some of them are in use: type the words, as they stand above, to delete them all the same.";
        /// The repository has no such branch.
        NoSuchBranch = "no-such-branch", "The repository has no branch of this name. Correct it, or leave it empty for the default branch.";
        /// There is a tag with the name, and no branch.
        BranchIsTag = "branch-is-tag", "There is a tag of this name, and no branch. Enter a branch.";
        /// No branch is named, and the repository's default one does not exist.
        NoDefaultBranch = "no-default-branch", "The default branch does not exist in the repository. Enter a branch.";
        /// The image is at Docker Hub, by a name that clients take for another registry.
        HubOtherwise = "hub-otherwise", "Docker and Kubernetes take this host for a registry of its own, and do not look for Docker Hub's account there. Write docker.io in its place, such as docker.io/group/app:tag.";
    }
}
