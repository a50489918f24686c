# The consumers of a secret: images or datasets, and API tokens.

consumers-heading = Used by
consumers-images =
    { $count ->
        [one] 1 image
       *[other] { $count } images
    }
consumers-datasets =
    { $count ->
        [one] 1 dataset
       *[other] { $count } datasets
    }
consumers-tokens =
    { $count ->
        [one] 1 API token
       *[other] { $count } API tokens
    }
consumers-and = { $usages } and { $tokens }
consumers-image = Image <a href="{ $address }"><code>{ $name }</code></a>
consumers-dataset = Dataset <a href="{ $address }"><code>{ $name }</code></a>
consumers-all-images = All { NUMBER($count) } images
consumers-all-datasets = All { NUMBER($count) } datasets
consumers-token =
    { $reads ->
        [one] API token <b>{ $name }</b> of { $owner }, last { MARKUP($when) }, once in { NUMBER($days) } days
       *[other] API token <b>{ $name }</b> of { $owner }, last { MARKUP($when) }, { $reads } times in { NUMBER($days) } days
    }
consumers-token-revoked =
    { $reads ->
        [one] API token <b>{ $name }</b> of { $owner }, last { MARKUP($when) }, once in { NUMBER($days) } days, revoked since
       *[other] API token <b>{ $name }</b> of { $owner }, last { MARKUP($when) }, { $reads } times in { NUMBER($days) } days, revoked since
    }
consumers-command-line = the command line
consumers-more-tokens =
    { $count ->
        [one] and 1 more API token
       *[other] and { $count } more API tokens
    }
consumers-no-image = No image uses it, and no API token has read its value in { NUMBER($days) } days.
consumers-no-dataset = No dataset uses it, and no API token has read its value in { NUMBER($days) } days.
consumers-add-image = Add image
consumers-add-dataset = Add dataset
consumers-warning = Used by <a href="{ $address }">{ $consumers }</a>. Changes here affect all of them immediately.
consumers-in-use = In use by { $consumers }:
