# The confirmation before what is in use is deleted.

confirmation-check = Check this field
confirmation-type = Type { $words } to delete.
confirmation-type-exactly = Type <code>{ $words }</code> to delete.
