# The test status of a secret.

status-works = Works
status-open = Open
status-refused = Refused
status-unreachable = Unreachable
status-host-key-changed = Host key changed
status-not-tested = Not tested
status-new-host = New host
