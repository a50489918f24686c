# The test of a form's connection.

test-connection = Test connection
test-running = Testing…
test-cancel = Cancel test
test-canceled = Test canceled.
test-without-script = Without JavaScript, a key or password has to be entered again after a test.
