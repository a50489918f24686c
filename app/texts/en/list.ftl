# The list of secrets.

list-title = Secrets
list-lead = Credentials your platform uses to pull Git datasets and container images.
list-deleted = Recently deleted
list-import = Import
list-add = Add
list-search = Search
list-filters = Filters
list-search-hint = Name, host, user, repository…
list-type = Type
list-status = Status
list-name = Name
list-display-name = Display Name
list-used-by = Used by
list-last-used = Last used
list-updated = Updated
list-actions = Actions
list-never = never
list-needs = Needs
list-any = Any
list-any-time = Any time
list-not-used-for = Not in { $days } days
list-chip = { $label }: { $value }
list-remove-filter = Remove filter { $filter }
list-clear-all = Clear all
list-sort-by = Sort by
list-ascending = ascending
list-descending = descending
list-select-all = Select all on this page
list-all = All
list-count = { $count ->
    [one] 1 secret
    *[other] { $count } secrets
}
list-some-of = { $first }–{ $last } of { $total } secrets
list-some-of-more = { $first }–{ $last } of more than { $total } secrets
list-rows-per-page = Rows per page
list-apply = Apply
list-pages = Pages
list-first = First
list-previous = Previous
list-next = Next
list-last = Last
list-none-match = No secrets match.
list-search-covers = Search covers name, display name, host, username, repository and fingerprint.
list-clear-search = Clear search and filters
list-empty = No secrets yet.
list-empty-text = Add an SSH key for a Git dataset or a registry account for container images, or import a Docker config.
list-add-first = Add the first secret
list-select = Select
list-test = Test connection of
list-edit = Edit
list-delete = Delete
list-view = View
list-by = by { $name }
