# The search over everything.

search-lead = Secrets, images, datasets, people and pages. Press Ctrl+K or ⌘K on any page to search from there.
search-label = Search everything
search-button = Search
search-none = Nothing matches “{ $search }”.
search-count = { $count ->
    [one] 1 result
    *[other] { $count } results
}
search-all = Show all
search-pages = Pages
search-unreachable = Search can’t reach the portal. Check your connection, then try again.
