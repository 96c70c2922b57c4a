import { readFile } from 'node:fs/promises';

const text = await readFile(new URL(import.meta.url), 'utf8');
export const handler = async (event) => [text.length > 10, event];
export const callback = (event, context, done) => done(null, 'from a module');
export default { inner: async () => 'by default' };
