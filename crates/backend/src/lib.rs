//! What can be done with secrets.
