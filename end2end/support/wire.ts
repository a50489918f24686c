import { request as send, type IncomingHttpHeaders } from 'node:http';
import { sessionCookie } from './session.js';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The time from the first byte sent to the last byte received, in milliseconds. */
  took: number;
}

export interface Sending {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Whether to send chunks, without a Content-Length. */
  chunked?: boolean;
}

/**
 * Sends exactly these bytes, as no browser would, with the administrator's session unless another cookie is given. A server
 * may answer and hang up before it has read everything; then the answer is sometimes lost with what was still being written,
 * and the request is sent again.
 */
export async function exchange(address: string, sending: Sending): Promise<Answer> {
  for (let lost = 0; ; lost += 1) {
    try {
      return await once(address, sending);
    } catch (error) {
      if (lost === 3 || !/EPIPE|ECONNRESET/.test(String(error))) throw error;
    }
  }
}

function once(address: string, { method = 'POST', headers = {}, body = '', chunked = false }: Sending): Promise<Answer> {
  const bytes = Buffer.from(body as string);
  const began = performance.now();
  return new Promise((done, fail) => {
    const framing: Record<string, string> = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(bytes.length) };
    const request = send(address, { method, headers: { ...framing, cookie: sessionCookie(), ...headers }, agent: false }, (response) => {
      const parts: Buffer[] = [];
      const end = () =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts), took: performance.now() - began });
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', end);
      response.on('error', end);
    });
    request.on('error', fail);
    let answered = false;
    request.on('response', () => (answered = true));
    const piece = 64 * 1024;
    const write = (from: number): void => {
      // Writing on after the answer may lose it, because the other side hangs up.
      if (request.destroyed || answered) return;
      if (from >= bytes.length) {
        request.end();
      } else {
        request.write(bytes.subarray(from, from + piece), () => setTimeout(write, 1, from + piece));
      }
    };
    write(0);
  });
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
export const JSON_TYPE = { 'content-type': 'application/json' };
