# Mail: why a mail was not taken, and the mails themselves.

mail-failure-no-tls = It doesn't offer STARTTLS, and nothing is sent without TLS.
mail-failure-not-loopback = Its name leads to another machine, to which nothing is sent without TLS.
mail-failure-no-sign-in = It offers neither PLAIN nor LOGIN for signing in.
mail-failure-sign-in-rejected = It doesn't accept the user and password ({ $reply }).
mail-failure-later = It doesn't take mail at the moment ({ $reply }).
mail-failure-address-rejected = It doesn't take mail for this address ({ $reply }).
mail-failure-rejected = It rejects what the portal sends ({ $reply }).
mail-failure-not-smtp = Its answer isn't SMTP.
mail-failure-timed-out = It doesn't answer in time.

mail-confirm-subject = Confirm your mail address for Latchkey
mail-confirm-text = Hello { $name }, notifications from { $portal } are to be sent to this address. Confirm that it is yours. The link works once, for 24 hours.
mail-confirm-button = Confirm address
mail-confirm-ignore = If you did not ask for this, ignore this mail. Nothing else will be sent.
mail-test-subject = Test mail from Latchkey
mail-test-text = Hello { $name }, this is a test. Notifications from { $portal } arrive at this address.
mail-settings = Choose what you are told, and when

mail-heading = Notifications
mail-lead = What you are told by mail, and when. Nothing is sent that you did not choose here.
mail-off = This portal sends no mail, because no mail server is set up. Whoever runs it can set LATCHKEY_SMTP_URL.
mail-address-heading = Mail address
mail-address-confirmed = Mails go to <b>{ $address }</b>, confirmed { MARKUP($when) }.
mail-address-pending = A mail was sent to <b>{ $address }</b>. Open the link in it to confirm the address, until { MARKUP($until) }.
mail-address-none = You have not given an address yet.
mail-address-new = Your mail address
mail-address-other = New mail address
mail-address-change = Use another address
mail-address-hint = You get a mail with a link. Nothing else is sent until you have opened it.
mail-address-proof = Asked for because mails name your secrets and hosts, and keep coming after you sign out.
mail-address-send = Send link
mail-dropped-title = The address no longer works
mail-dropped = The mail server refused mail for <b>{ $address }</b> ({ $reply }) { MARKUP($when) }, so the address is no longer used. Enter another one, or the same again.
mail-send-test = Send a test mail
mail-forget = Remove address
mail-choice-heading = What you are told
mail-choice-no-address = Mails begin once your address is confirmed. You can choose now.
mail-times-heading = When
mail-unsubscribed-since = You ended these mails on { MARKUP($when) }. Save to get them again.
mail-events = Tell me when
mail-events-hint = If you choose none, you get no mail.
mail-kinds = Only secrets of these types
mail-kinds-hint = If you choose none, all types count.
mail-prefixes = Only names that begin with
mail-prefixes-hint = One on each line, such as team-a. If left empty, all names count.
mail-cadence = How often
mail-at-once = At once
mail-daily = Once a day
mail-weekly = Once a week
mail-hour = Time of the mail
mail-weekday = Day of the mail
mail-monday = Monday
mail-tuesday = Tuesday
mail-wednesday = Wednesday
mail-thursday = Thursday
mail-friday = Friday
mail-saturday = Saturday
mail-sunday = Sunday
mail-zone = Your time zone
mail-zone-hint = For example Europe/Berlin or Asia/Taipei. Times in mails, and all times here, are in it.
mail-quiet = Quiet time
mail-quiet-hint = What happens then is sent afterwards. Nothing is lost.
mail-quiet-hours = No mails in these hours
mail-quiet-from = Quiet from
mail-quiet-to = Quiet until
mail-quiet-weekends = No mails on Saturday and Sunday
mail-save = Save notifications
mail-section-none = You get no mail.
mail-section-some =
    { $count ->
        [one] Mails go to { $address }: 1 kind of event. { $cadence }.
       *[other] Mails go to { $address }: { $count } kinds of events. { $cadence }.
    }
mail-section-change = Change notifications

mail-event-secret-expires = A secret expires in 30, 14, 7 or 1 days
mail-event-secret-expired = A secret has expired
mail-event-renewal-due = A secret is due for renewal
mail-event-test-failed = A secret no longer works
mail-event-test-works = A secret works again
mail-event-host-key-changed = The host key of a Git server has changed
mail-event-key-waiting = A new key pair waits to be used
mail-event-token-expires = An API token expires soon
mail-event-token-expired = An API token has expired
mail-event-sign-in-locked = Sign-in is locked for a name
mail-event-sign-on-down = Single sign-on is down
mail-event-sign-on-works = Single sign-on works again
mail-event-database-down = The database was down
mail-event-portal-sealed = The portal is sealed
mail-event-channel-test = A test of a channel

mail-confirm-heading = Confirm mail address
mail-confirm-question = Notifications for <b>{ $name }</b> are to be sent to <b>{ $address }</b>. Confirm that the address is yours.
mail-confirmed-heading = Address confirmed
mail-confirmed = Notifications go to { $address } from now on.
mail-unsubscribe-heading = End these mails
mail-unsubscribe-question = No more notifications will be sent to <b>{ $address }</b>. You can turn them on again in your account.
mail-unsubscribe-button = End mails
mail-unsubscribed-heading = Mails ended
mail-unsubscribed = No more notifications are sent to { $address }.
mail-spent-heading = This link no longer works
mail-spent = It was used, has expired, or is for an address that is no longer yours. Sign in to see and change what you are told.

mail-notices-subject = { $count } notifications from Latchkey
mail-notices-text = Hello { $name }, this is what { $portal } reports:
mail-end = End these mails
mail-on = On { $when }
mail-since = Since { $when }
mail-from-to = From { $from } to { $to }
mail-detail = { $detail }. { $cause }
mail-time = { $date }, { $time } ({ $zone })
mail-notice-expires = { $name } expires soon
mail-notice-secret-expires =
    { $days ->
        [one] Secret { $name } expires within 1 day
       *[other] Secret { $name } expires within { $days } days
    }
mail-notice-secret-expired = Secret { $name } has expired
mail-notice-renewal-due = Secret { $name } is due for renewal
mail-notice-test-failed = Secret { $name } no longer works
mail-notice-test-works = Secret { $name } works again
mail-notice-host-key-changed = The host key for secret { $name } has changed
mail-notice-key-waiting = A new key pair of secret { $name } waits to be used
mail-notice-token-expires =
    { $days ->
        [one] API token { $name } expires within 1 day
       *[other] API token { $name } expires within { $days } days
    }
mail-notice-token-expired = API token { $name } has expired
mail-notice-sign-in-locked = Sign-in is locked for { $name }
mail-remind-of = To be reminded of <b>{ $name }</b> before it expires, look over what is chosen below, then save.
mail-reminded-of = You are already told when <b>{ $name }</b> expires: 30, 14, 7 and 1 days before.
