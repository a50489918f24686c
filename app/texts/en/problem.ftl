# What is wrong with a field about people, tokens, images or datasets.

problem-user-name-missing = Enter a username.
problem-user-name-too-long = A username has at most { NUMBER($most) } characters. Choose a shorter one.
problem-user-name-character = Use letters a to z, digits and . _ - + @ only, and begin with a letter or digit.
problem-user-name-taken = A user with this name already exists. Choose another name.
problem-password-short = Use at least { NUMBER($least) } characters. Several words work well.
problem-password-long = Use at most { NUMBER($most) } characters.
problem-password-common = This password is too common.
problem-password-differs = The passwords don't match.
problem-password-wrong = This is not your current password.
problem-password-missing = Enter your current password.
problem-role = Choose { $reader }, { $editor } or { $admin }.
problem-token-name-missing = Enter a name.
problem-token-name = Use at most 100 characters, on one line.
problem-token-name-mark = The name has an invisible character, or a mark that changes the writing direction. Type it again.
problem-token-name-reserved = This is the name of a person, or reserved by the portal. Choose another name.
problem-token-name-of = Tokens are shown as “token NAME of PERSON”, so a name can't contain the word “of”. Choose another name.
problem-token-name-taken = You already have a token with this name. Choose another name, or revoke that one first.
problem-tokens-too-many = Nobody can have more than { NUMBER($most) } valid tokens, and you have as many or more. Revoke some that aren't in use.
problem-token-scope = Choose what the token can do.
problem-token-scope-beyond-role = A token can't do more than your own role, and “{ $scope }” needs the role { $role }. Choose another scope.
problem-token-prefix = No name starts like this: use lowercase letters, digits, - and . only.
problem-token-secret = Enter ids such as image-hub or gitsync-secret-data, separated by spaces or line breaks.
problem-token-secrets-too-many = Choose at most { NUMBER($most) } secrets one by one, or use a prefix.
problem-token-restricted-twice = Use either a prefix or a list of secrets, not both.
problem-token-expiry = Enter a number of days from 1 to { NUMBER($most) }, or never.
problem-token-expiry-beyond =
    { $days ->
        [one] Tokens last 1 day at most. Enter 1.
       *[other] Tokens last { $days } days at most. Enter a number from 1 to { $days }.
    }
problem-token-unrestricted = Editors can only create restricted tokens. Enter how the names start, or the ids below.

problem-usage-name-taken = This name is taken. Choose another name.
problem-usage-image-form = This is not an image reference, such as ghcr.io/group/app:tag. Without a registry, Docker Hub is used.
problem-usage-git-form = This is not a repository address, such as git@github.com:group/app.git or https://github.com/group/app.git.
problem-usage-git-user-info = Remove the username and password from the address. Use a secret instead.
problem-usage-branch = This is not a branch name, such as main.
problem-usage-no-such-secret = That secret no longer exists. Choose another one, or none.
problem-usage-key-for-https = SSH keys need an SSH address. Enter it, or choose no secret.
problem-usage-nothing-to-test = Choose the secret to test with.
problem-usage-other-registry = This secret is for another registry than the image, so it wasn't sent there.
problem-usage-name-not-typed = It is in use. Type its name, as shown above, to delete it.
problem-usage-confirmation-not-typed = Some of them are in use. Type the words, as shown above, to delete them.
problem-usage-no-such-branch = The repository has no branch with this name. Correct it, or leave it empty for the default branch.
problem-usage-branch-is-tag = This is the name of a tag, not of a branch. Enter a branch.
problem-usage-no-default-branch = The repository's default branch doesn't exist. Enter a branch.
problem-usage-hub-otherwise = Docker and Kubernetes treat this host as a registry of its own and don't look for a Docker Hub account there. Use docker.io instead, such as docker.io/group/app:tag.
