# The pages of images and datasets.

usages-images = Images
usages-datasets = Datasets
usages-images-lead = Container images your platform pulls, and the secret each one uses.
usages-datasets-lead = Git repositories your platform pulls, and the secret each one uses.
usages-name = Name
usages-image = Image
usages-git-url = Git URL
usages-secret = Secret
usages-updated = Updated
usages-search-image = Name or Image
usages-search-dataset = Name or Git URL
usages-only-of = Only those that use <a href="{ $address }">{ $name }</a>. <a href="{ $all }">Show all</a>
usages-no-secret = none
usages-edit = Edit
usages-edit-one = Edit { $name }
usages-delete = Delete
usages-delete-one = Delete { $name }
usages-branch-of = branch { $branch }
usages-by = by { $name }
usages-deleted = deleted
usages-other-registry = for another registry
usages-no-image-matches = No images match.
usages-no-dataset-matches = No datasets match.
usages-clear = Clear search and filter
usages-no-images = No images yet.
usages-no-images-text = Add the images that your secrets pull, and see where each secret is used.
usages-add-first-image = Add the first image
usages-no-datasets = No datasets yet.
usages-no-datasets-text = Add the repositories that your keys read, and see where each key is used.
usages-add-first-dataset = Add the first dataset

usages-add-image = Add image
usages-add-dataset = Add dataset
usages-add-image-lead = A container image your platform pulls, and the secret it uses.
usages-add-dataset-lead = A Git repository your platform pulls, and the SSH key it uses.
usages-edit-image = Edit image
usages-edit-dataset = Edit dataset
usages-changed = <b>{ $name }</b>, last changed { $when } by { $by }.
usages-delete-image = Delete image
usages-delete-dataset = Delete dataset
usages-delete-question = Delete <b>{ $name }</b> (<code>{ $target }</code>)? The secret it uses stays.

usages-name-stays = The name can't be changed, because URLs depend on it.
usages-name-hint = Lowercase letters, digits, hyphens and dots. You can't change it later.
usages-image-hint = For example ghcr.io/group/app:tag. Without a registry, Docker Hub.
usages-repository-hint = SSH address, or HTTPS for public repositories.
usages-branch = Branch
usages-branch-hint = Leave empty for the default branch.
usages-confirm = Confirm
usages-test-image-hint = Asks the registry for this image with the chosen secret. You can save even if the test fails.
usages-test-dataset-hint = Reads this repository with the chosen secret and looks for the branch. You can save even if the test fails.
usages-pull-secret = Use Image Pull Secret
usages-git-secret = Use Git Dataset Secret
usages-pull-secret-hint = Start typing a name, a host or a username. Leave empty for a public image.
usages-git-secret-hint = Start typing a name. Leave empty for a public repository.
usages-choice-account = { $name } · { $username } at { $host }
usages-choice-suggested = { $name } (suggested)
usages-of-no-use = <b>{ $name }</b> is for <code>{ $host }</code>, but this image is on <code>{ $registry }</code>. It won't work.
usages-secret-gone = { $name } (deleted) can't be used. Choose another secret.
usages-find = Find
usages-find-secret = Find a secret
usages-find-more = The first { NUMBER($count) } are listed. Find others by a part of their name, host, username or repository.
usages-no-pull-secret = No Image Pull secret yet. Leave empty for a public image.
usages-no-git-secret = No Git Dataset secret yet. Leave empty for a public repository.
usages-found-pull =
    { $count ->
        [0] No other Image Pull secret matches “{ $find }”.
        [one] 1 Image Pull secret that matches “{ $find }” is listed.
       *[other] { $count } Image Pull secrets that match “{ $find }” are listed.
    }
usages-found-git =
    { $count ->
        [0] No other Git Dataset secret matches “{ $find }”.
        [one] 1 Git Dataset secret that matches “{ $find }” is listed.
       *[other] { $count } Git Dataset secrets that match “{ $find }” are listed.
    }
usages-not-saved = Not saved
