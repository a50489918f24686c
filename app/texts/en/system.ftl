# The page System, and `latchkey doctor`. Words between backticks are commands, settings and names.

system-heading = System
system-lead = Checks of the settings, the database, the key, the network, single sign-on and mail. `latchkey doctor` runs the same checks on the server.
system-all-well = Everything that was checked is fine.
system-some-look =
    { $count ->
        [one] 1 check needs a look.
       *[other] { $count } checks need a look.
    }
system-some-broken =
    { $count ->
        [one] 1 thing is broken.
       *[other] { $count } things are broken.
    }
system-checked-at = Checked { $when }
system-check-now = Check now
system-check-now-hint = Also asks the sign-in provider and the public address. This can take a few seconds.
system-do = What to do
system-not-checked = Not checked. { $reason }

system-state-well = OK
system-state-note = Note
system-state-look = Look at this
system-state-broken = Broken
system-state-not-looked = Not checked

system-area-program = Program and settings
system-area-database = Database
system-area-key = Encryption key
system-area-network = Network
system-area-sign-on = Single sign-on

system-check-server = Server
system-check-settings = Settings
system-check-settings-file = Settings file
system-check-disk = Disk space
system-check-private = Private PostgreSQL
system-check-connection = Connection
system-check-version = Version
system-check-encoding = Encoding
system-check-rights = Rights of the role
system-check-extensions = Extensions
system-check-schema = Schema
system-check-pool = Connection limit
system-check-clock = Clock
system-check-tls = TLS
system-check-last-backup = Last backup
system-check-key = Key
system-check-key-check = Check value
system-check-key-backup = Backup of the key
system-check-public = Public address
system-check-proxies = Trusted proxies
system-check-forwarded = Forwarded headers
system-check-reachability = Reachability
system-check-hsts = Strict transport security
system-check-sign-on = Provider
system-check-sign-on-keys = Keys of the provider
system-check-sign-on-claims = Claims

system-settings = Settings and where they come from
system-settings-summary =
    { $count ->
        [one] 1 setting is set. All others have their defaults.
       *[other] { $count } settings are set. All others have their defaults.
    }
system-setting-name = Setting
system-setting-source = Comes from
system-setting-value = Value
system-setting-set = set
system-setting-none = none
system-source-flag = Flag
system-source-environment = Environment
system-source-file = Settings file
system-source-default = Default

system-unlooked-not-started = The address of the database isn't known, or the private PostgreSQL isn't running.
system-unlooked-database = The database can't be reached.
system-unlooked-schema = The tables for this check don't exist yet.
system-unlooked-key = The key isn't available here.
system-unlooked-page = Only a request that arrives through the proxy shows this: open the page System in the portal.
system-unlooked-asked = This check waits for an answer from outside, and runs only on request.
system-unlooked-public = No public address is set.
system-unlooked-https = The public address doesn't use https.
system-unlooked-address = The portal never connects to its own port, nor to reserved addresses.
system-unlooked-answer = The portal didn't answer at the public address.
system-unlooked-provider = The provider can't be used.

system-server-ready = Version { $version } is running and ready.
system-server-not-ready = The server is running, but not ready: { $said }
system-server-not-ready-do = The other checks say why. The server's log has the details.
system-server-other-version = The running server is version { $server }, but this command is version { $command }.
system-server-other-version-do = Restart the server so that it runs the installed version.
system-server-down = No server answers at { $address }.
system-server-down-do = Start the server. If it runs elsewhere, ignore this or set `LATCHKEY_ADDR`.

system-settings-known =
    { $count ->
        [one] 1 setting is set, and known.
       *[other] { $count } settings are set, and all are known.
    }
system-settings-unknown = These names look like settings but aren't: { $names }
system-settings-unknown-do = Correct or remove them. `latchkey serve --help` lists all settings.
system-settings-wrong = The server doesn't start with these settings: { $why }
system-settings-wrong-do = Correct the setting, then restart the server.
system-file-read = Read from { $path }.
system-file-exposed = { $path } contains a secret, and every user of this machine can read it (mode { $mode }).
system-file-exposed-do = Run `chmod o-rwx` on it. Consider the secret known, and change it.
system-file-none = There is none. Settings come from flags and the environment.
system-file-unreadable = { $why }
system-file-unreadable-do = Correct the file or its permissions. Until then, the server doesn't start.
system-disk-enough = { $free } are free in { $folder }.
system-disk-low = Only { $free } are free in { $folder }.
system-disk-low-do = Free some space or enlarge the disk. When it is full, nothing can be saved.
system-disk-full = The disk is full: { $free } are free in { $folder }.
system-disk-full-do = Free some space now. Nothing can be saved, and the private PostgreSQL may stop.

system-private-runs = PostgreSQL { $version } runs in { $folder }.
system-private-stopped = PostgreSQL { $version } in { $folder } isn't running.
system-private-stopped-do = Start the server, which starts it. Or set `DATABASE_URL` if another database is meant.
system-private-none = There is no database in { $folder } yet.
system-private-none-do = The first start of the server creates it. If there should be one, check `LATCHKEY_DATA_DIR` and `DATABASE_URL`.
system-private-exposed = Other users of this machine can enter { $folder } (mode { $mode }).
system-private-exposed-do = Run `chmod 700` on it. PostgreSQL doesn't start until then.
system-private-denied = This user can't look into { $folder }.
system-private-denied-do = Run this as root, or as the user that the server runs as.
system-private-unusable = The private PostgreSQL can't start: { $why }
system-private-unusable-do = Install the programs of the version that the data folder needs.

system-connection-made = The database { $database } answers and accepts writes.
system-connection-read-only = The database { $database } can only be read.
system-connection-read-only-do = It is a standby or was made read-only. Name every server in `DATABASE_URL`, so that the portal finds the primary.
system-connection-failed = No connection: { $why }
system-connection-failed-do = Check that the database is running, and that `DATABASE_URL` names its host, role and password.
system-version-supported = PostgreSQL { $version }.
system-version-ended = PostgreSQL { $version } no longer gets fixes.
system-version-ended-do = Upgrade to PostgreSQL 15 or later.
system-version-too-old = PostgreSQL { $version } is too old.
system-version-too-old-do = Upgrade to PostgreSQL 15 or later. Latchkey doesn't start before.
system-encoding-right = UTF8.
system-encoding-other = { $encoding }, which can't store every name.
system-encoding-other-do = Create a new database: `CREATE DATABASE latchkey ENCODING 'UTF8' TEMPLATE template0`. Then set `DATABASE_URL`.
system-rights-enough = The role { $role } has the rights it needs.
system-rights-superuser = The role { $role } is a superuser: it can read and change every database of the server.
system-rights-superuser-do = Use a role of its own that owns only the portal's database.
system-rights-no-schema = The role { $role } can't use any schema of its search_path.
system-rights-no-schema-do = Run as an administrator: `GRANT USAGE, CREATE ON SCHEMA public TO { $role }`.
system-rights-no-migrations = The role { $role } can't read the tables.
system-rights-no-migrations-do = Run as their owner: `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA { $schema } TO { $role }`.
system-rights-lacking = The role { $role } lacks rights on these tables: { $tables }
system-rights-lacking-do = Run as their owner: `GRANT SELECT, INSERT, UPDATE, DELETE ON { $tables } TO { $role }`.
system-rights-no-create = Migrations are pending, and the role { $role } can't create anything in the schema { $schema }.
system-rights-no-create-do = Run `latchkey migrate` as a role that can, or: `GRANT CREATE ON SCHEMA { $schema } TO { $role }`.
system-rights-foreign = Migrations are pending, and the table { $table } belongs to the role { $owner }.
system-rights-foreign-do = Run `latchkey migrate` as that role, or: `GRANT { $owner } TO { $role }`.
system-extensions-there = `pg_trgm` is available.
system-extensions-addable = `pg_trgm` will be added with the migrations.
system-extensions-not-installed = `pg_trgm`, which searches lists, isn't installed on the database server.
system-extensions-not-installed-do = Install it there. On Debian: `apt-get install postgresql-contrib`.
system-extensions-not-allowed = `pg_trgm` is missing, and the role { $role } can't create it.
system-extensions-not-allowed-do = Run in the database { $database }, as an administrator: `CREATE EXTENSION pg_trgm`.
system-schema-current =
    { $count ->
        [one] 1 migration is applied. The newest is { $newest }.
       *[other] All { $count } migrations are applied. The newest is { $newest }.
    }
system-schema-empty = The database is empty.
system-schema-empty-do = The first start of the server creates the tables. If there should be data, check `DATABASE_URL`.
system-schema-pending =
    { $count ->
        [one] 1 migration is pending: { $first }.
       *[other] { $count } migrations are pending. The first is { $first }.
    }
system-schema-pending-do = Run `latchkey migrate`, or restart the server. `latchkey migrate --status` lists them.
system-schema-newer = A newer version of Latchkey has changed the database: it has migration { $found }, and this version knows { $known }.
system-schema-newer-do = Install the newer version, or restore a backup from before.
system-schema-differs = Migration { $version } in the database isn't the one this version knows.
system-schema-differs-do = Install the version that last ran with this database.
system-pool-fits = At most { $pool } connections for each server. The database allows { $limit }.
system-pool-tight = At most { $pool } connections for each server, but the database allows only { $limit } in all. Two servers need more than that.
system-pool-tight-do = Lower `LATCHKEY_DATABASE_CONNECTIONS`, or raise `max_connections` or the role's limit. A rolling update runs two servers at once.
system-pool-too-large = At most { $pool } connections for each server, but the database allows only { $limit } in all.
system-pool-too-large-do = Lower `LATCHKEY_DATABASE_CONNECTIONS`, or raise `max_connections` or the role's limit.
system-pool-behind-pooler = At most { $pool } connections to the pooler, whose own limit counts.
system-clock-agrees = This machine and the database agree on the time.
system-clock-differs =
    { $seconds ->
        [one] This machine's clock and the database's are 1 second apart.
       *[other] This machine's clock and the database's are { $seconds } seconds apart.
    }
system-clock-differs-do = Set both clocks by NTP. Sessions and tokens expire by the database's clock.
system-tls-local = The connection stays on this machine.
system-tls-proven = { $version }, and the database proves its identity.
system-tls-unproven = { $version }, but the database doesn't prove its identity: someone in between could read and change everything.
system-tls-unproven-do = Set `sslmode=verify-full` and `sslrootcert` in `DATABASE_URL`.
system-tls-off = The connection leaves this machine unencrypted.
system-tls-off-do = Turn on TLS at the database, and set `sslmode=verify-full` and `sslrootcert` in `DATABASE_URL`.

system-last-backup-verified = Made on { $at }: { $size }, verified.
system-last-backup-made = Made on { $at }: { $size }, not verified. `latchkey backup --verify FILE` also checks that a backup restores.
system-last-backup-old = The last backup was made on { $at }, more than 7 days ago.
system-last-backup-never = The database has never been backed up.
system-last-backup-do = Run `latchkey backup --verify FILE`. On Debian, `systemctl enable --now latchkey-backup.timer` turns on a backup every night.
system-last-backup-unknown = `latchkey backup` hasn't been used. Your database may be backed up in another way.
system-last-backup-unknown-do = If nothing else backs it up, run `latchkey backup --verify FILE`.
system-last-backup-unproven = The backup of { $at } was made, but couldn't be verified. { $why } { $good }
system-last-backup-failed = The backup of { $at } failed. { $why } { $good }
system-last-backup-good = The last good one was made on { $at }.
system-last-backup-no-good = There is no good backup.
system-last-backup-again-do = Fix the cause, then run `latchkey backup --verify FILE`. On Debian, `journalctl -u latchkey-backup` has the details of a nightly backup.
system-backup-problem-tools = PostgreSQL's `pg_dump` and `pg_restore` are missing, or older than the database. Debian: `apt-get install postgresql-client`.
system-backup-problem-file = The file couldn't be written. Check the disk space, and the permissions of the folder.
system-backup-problem-dump = `pg_dump` failed.
system-backup-problem-database = The database didn't answer as expected.
system-backup-problem-no-scratch = The role can't create the scratch database to restore into. Give it the right: `ALTER ROLE … CREATEDB`.
system-backup-problem-unproven = It doesn't restore to what was backed up, or the key that it needs isn't there.

system-key-at-hand =
    { $count ->
        [one] 1 key in { $place }.
       *[other] { $count } keys in { $place }.
    }
system-key-unmade = There is no key yet in { $place }.
system-key-unmade-do = The first start of the server creates it. Back it up then.
system-key-gone = The database has a key, but { $place } doesn't exist.
system-key-gone-do = Put the key file back, or set `LATCHKEY_KEK_FILE`. A new key can't decrypt the stored values.
system-key-missing = { $why }
system-key-missing-do = Without the key, the portal stays sealed and no value can be read.
system-key-right = The key decrypts the database's check value.
system-key-unused = The database has no values and no key yet.
system-key-wrong = The key isn't the one that encrypted the stored values.
system-key-wrong-do = Put the right key file back, or set `LATCHKEY_KEK_FILE`. Until then, the portal stays sealed.
system-key-values-lost =
    { $values ->
        [one] 1 value is encrypted with a key that isn't here: { $keys }
       *[other] { $values } values are encrypted with keys that aren't here: { $keys }
    }
system-key-values-lost-do = Add the old key to the key file, then run `latchkey key rewrap`.
system-backup-confirmed = { $by } confirmed a backup on { $at }.
system-backup-outdated = A key was added after the backup was confirmed on { $at }.
system-backup-outdated-do = Back up the key file again, apart from the database.
system-backup-unconfirmed = Nobody has confirmed that the key is backed up.
system-backup-unconfirmed-do = Copy the key to a safe place, apart from your database backups, and confirm that on the page System. Without the key, no value can be read.

system-public-https = { $address }
system-public-local = { $address }, for this machine only.
system-public-not-for-others = Not set. Links and examples name { $address }, which only this machine reaches.
system-public-not-for-others-do = Set `LATCHKEY_PUBLIC_URL` to the address that others use, such as `https://latchkey.example`, and restart the server.
system-public-plain = { $address } has no TLS: passwords and values can be read on the way.
system-public-plain-do = Put a proxy with TLS in front, and set `LATCHKEY_PUBLIC_URL` to its https address.
system-public-unset = Not set. The server listens on { $address } and answers to every host name.
system-public-unset-do = Put a proxy with TLS in front, and set `LATCHKEY_PUBLIC_URL` to its https address.
system-proxies-none = None. Forwarded headers are ignored.
system-proxies-named = { $networks }
system-proxies-unnamed = None, although the public address uses https. Everyone counts as the proxy: they share its limit of sign-in attempts, and the audit log shows its address.
system-proxies-unnamed-do = Set `LATCHKEY_TRUSTED_PROXIES` to the address of the proxy.
system-proxies-anybody = { $networks }: anyone can claim any address in forwarded headers.
system-proxies-anybody-do = Set `LATCHKEY_TRUSTED_PROXIES` to the addresses of your proxies only.
system-forwarded-trusted = Your request came from { $client } through the trusted proxy { $proxy }.
system-forwarded-none = Your request came from { $client } without a proxy.
system-forwarded-silent = Your request came from the trusted proxy { $proxy }, which doesn't say for whom.
system-forwarded-silent-do = Have the proxy send `X-Forwarded-For` and `X-Forwarded-Proto`.
system-forwarded-ignored = Your request has forwarded headers, but { $proxy } isn't a trusted proxy, so they are ignored.
system-forwarded-ignored-do = If that is your proxy, add it to `LATCHKEY_TRUSTED_PROXIES`.
system-reachable-here = The portal answers at { $address }.
system-reachable-rejected = The portal answers at { $address }, but rejects the host name it is asked for.
system-reachable-rejected-do = Have the proxy pass on the `Host` header, and check `LATCHKEY_PUBLIC_URL`.
system-reachable-other = Something other than this portal answers at { $address } (status { $status }).
system-reachable-other-do = Check `LATCHKEY_PUBLIC_URL` and where the proxy sends requests.
system-reachable-not = Not reached at { $address } from here: { $cause }
system-reachable-not-do = Check the name, the certificate and the proxy. If browsers reach the portal and only this machine can't, you can ignore this.
system-hsts-sent = Browsers are told to keep using https.
system-hsts-missing = The header `Strict-Transport-Security` doesn't arrive.
system-hsts-missing-do = Don't remove the header in the proxy.

system-sign-on-off = Not configured. People sign in with passwords.
system-sign-on-answers = { $issuer } describes itself as expected.
system-sign-on-unreachable = { $issuer } can't be reached: { $why }
system-sign-on-unreachable-do = Check `LATCHKEY_OIDC_ISSUER` and the network. Nobody can sign in there until this works.
system-sign-on-wrong = The description of { $issuer } can't be used: { $why }
system-sign-on-wrong-do = `LATCHKEY_OIDC_ISSUER` must be exactly the issuer that the provider names.
system-sign-on-keys-usable =
    { $count ->
        [one] 1 key can verify sign-ins.
       *[other] { $count } keys can verify sign-ins.
    }
system-sign-on-keys-none = The provider publishes no key that can verify sign-ins.
system-sign-on-keys-none-do = Have the provider sign ID tokens with RSA, ECDSA or EdDSA.
system-claims-listed = The portal reads these claims, and the provider lists them: { $claims }
system-claims-without-groups = The provider doesn't list the claim { $groups }, which decides on roles. It lists these: { $claims }
system-claims-without-groups-do = Add the claim at the provider, or set `LATCHKEY_OIDC_GROUPS_CLAIM` to its name. Some providers send it without listing it.
system-claims-unlisted = The portal reads these claims. The provider doesn't list what it sends: { $claims }

system-area-mail = Mail
system-check-mail = Mail server
system-mail-off = Not configured. Nobody gets mail from the portal.
system-mail-wrong = The settings of the mail server can't be used: { $why }
system-mail-ready = { $server } accepts the portal. No mail was sent to find out.
system-mail-failed = { $server } can't be used. { $why }
system-mail-failed-do = Check `LATCHKEY_SMTP_URL`, then press Check now. Mails wait for a day before they are given up.
