import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = () => process.env.LATCHKEY_END2END_FOLDER ?? '';

// The portal's private PostgreSQL listens in its own folder, and trusts whoever may open that folder.
const connection = () => ['-h', join(folder(), 'data', 'postgres'), '-U', 'latchkey'];

function run(program: string, args: string[]): string {
  return execFileSync(program, [...connection(), ...args], { encoding: 'utf8', maxBuffer: 1 << 30 });
}

/** Returns everything that a backup would contain. */
export function dump(): string {
  return run('pg_dump', ['-d', 'latchkey']);
}

/** Returns the result of a query, a line per row. */
export function ask(sql: string): string {
  return run('psql', ['-d', 'latchkey', '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', sql]).trim();
}

/** Returns what the portal has logged so far, at every level, and PostgreSQL's own log. */
export function logs(): string {
  return [join(folder(), 'server.log'), join(folder(), 'data', 'postgres.log')].map((path) => readFileSync(path, 'utf8')).join('\n');
}
