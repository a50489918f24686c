import { randomBytes } from 'node:crypto';

/** Returns a word that occurs nowhere else. */
export function word(): string {
  return `S3NT${randomBytes(9).toString('hex')}`;
}

/** Returns all forms in which a text may leak; a piece of it is a leak too. */
export function shapes(text: string): string[] {
  const bytes = Buffer.from(text);
  // Base64 of a text differs at each of three offsets; the ends that depend on its neighbours are cut off.
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  const all = [
    text,
    ...base64,
    ...base64.map((part) => part.replaceAll('+', '-').replaceAll('/', '_')),
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    bytes.toString('hex'),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
  ];
  return [...new Set(all)].filter((shape) => shape.length >= 8);
}

/** Returns the sentinels that are in the text, in any form. */
export function leaks(haystack: string | Buffer, sentinels: string[]): string[] {
  const bytes = Buffer.from(haystack as string);
  return sentinels.flatMap(shapes).filter((shape) => bytes.includes(shape));
}
