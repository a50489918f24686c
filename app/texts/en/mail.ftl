# Mail: why a mail was not taken, and the mails themselves.

mail-failure-no-tls = It doesn't offer STARTTLS, and nothing is sent without TLS.
mail-failure-not-loopback = Its name leads to another machine, to which nothing is sent without TLS.
mail-failure-no-sign-in = It offers neither PLAIN nor LOGIN for signing in.
mail-failure-sign-in-refused = It doesn't accept the user and password ({ $reply }).
mail-failure-later = It doesn't take mail at the moment ({ $reply }).
mail-failure-address-refused = It doesn't take mail for this address ({ $reply }).
mail-failure-refused = It rejects what the portal sends ({ $reply }).
mail-failure-not-smtp = Its answer isn't SMTP.
mail-failure-timed-out = It doesn't answer in time.
