// What the shop's API answers to those who are not its page.
import { beforeAll, expect, test } from 'vitest';
import { createStateFolder, type Demo, startDemo } from './startDemo.js';

let demo: Demo;
beforeAll(async () => {
  const state = await createStateFolder();
  demo = await startDemo(state.path);
  return async () => {
    await demo.stop();
    await state.remove();
  };
});

const paths = ['/api/login', '/api/cart', '/api/checkout', '/api/job'];
const bodies = ['{', 'null', '[]', '"spoon"'];

test.each(paths.flatMap((path) => bodies.map((body) => [path, body])))('%s answers 400 to %s', async (path, body) => {
  const answer = await fetch(demo.url + path, { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: 'The body is not a JSON object.' });
});

test('knows nobody, nothing and no route by what a body does not say', async () => {
  const post = async (path: string) => (await fetch(demo.url + path, { method: 'POST', body: '{}' })).status;
  expect(await Promise.all(['/api/login', '/api/cart', '/api/checkout', '/api/none'].map(post))).toEqual([
    403, 404, 400, 404,
  ]);
});
