import type { Kind } from './fixtures.js';

/** The name of a list longer than two pages, added once before the specs and never changed by them. */
export const WALK = 'walkable';

const WORDS = ['Zebra', 'apple', 'Äpfel', 'banana', 'Öl', 'cherry', 'Apple', 'zoo', 'éclair'];

export interface Step {
  name: string;
  display_name: string;
  type: Kind;
  registry_host?: string;
}

export const STEPS: Step[] = Array.from({ length: 45 }, (_, index) => {
  const number = String(index).padStart(2, '0');
  const common = { name: `${WALK}-${number}`, display_name: `${WORDS[index % WORDS.length]} ${number}` };
  return index % 3 === 0
    ? { ...common, type: 'image-pull', registry_host: `r${number}.${WALK}.example:5000` }
    : { ...common, type: 'git-dataset' };
});
