// What a visitor does in the shop, found again in the console with who it was and what was going on.
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import type { Line } from '../support/collectedLines.js';
import { openLine } from './openLine.js';
import { createStateFolder, type Demo, startDemo } from './startDemo.js';

let demo: Demo;
let shop: TestPage;
let consolePage: TestPage;

beforeAll(async () => {
  const state = await createStateFolder();
  demo = await startDemo(state.path);
  const browser = await launchBrowser();
  await visitShop(browser);
  return async () => {
    await browser.close();
    await demo.stop();
    await state.remove();
  };
});

/** Logs in, shops, runs the job, makes the mistake and logs out, by keyboard and mouse as anybody would. */
async function visitShop(browser: TestBrowser) {
  const context = await browser.context.browser()!.newContext();
  consolePage = await openPage(browser, `${demo.url}/console`, { context });
  await consolePage.getByText('Live', { exact: true }).waitFor();
  shop = await openPage(browser, `${demo.url}/`, { context });
  await press(shop, 'Ada');
  await shop.getByText('Signed in as Ada').waitFor();
  await press(shop, 'Add to cart: Oak board');
  await told(shop, 'Oak board is in the cart.');
  await press(shop, 'Add to cart: Walnut table');
  await told(shop, 'Walnut table: sold out.');
  await press(shop, 'Check out');
  await told(shop, 'Paid: €48. Thank you.');
  await press(shop, 'Run a background job');
  await told(shop, /^The job is done/);
  await press(shop, 'Cause an error');
  await told(shop, /^An error, caught/);
  await press(shop, 'Log out');
  await shop.getByRole('heading', { name: 'Who is shopping?' }).waitFor();
  await consolePage.getByText('Logged out', { exact: true }).waitFor();
  await consolePage.bringToFront();
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const told = (page: Page, sentence: string | RegExp) => page.getByRole('status').getByText(sentence).waitFor();

const ada = { id: 'u1815', name: 'Ada' };

test.each([
  ['Background job execution started', { id: 123, count: 1 }],
  ['Background job in progress', { id: 123, count: 2 }],
  ['Background job execution completed', { id: 123, count: 1 }],
])('shows "%s" with its user and its job', async (message, job) => {
  const line = await openLine(consolePage, message);
  expect(line).toMatchObject({ level: 'info', logger: 'shop', context: { user: ada, release: { version: '1.0.0' } } });
  expect(line.context.custom).toEqual({ job });
});

test('shows the facts of the job beside its message', async () => {
  const row = consolePage.locator('summary', { hasText: 'Background job in progress' });
  const facts = await row.locator('.facts > span').allTextContents();
  expect(facts).toEqual(['in shop', 'user Ada', 'job id 123, count 2']);
});

test('shows the lines of the API with their request, their user and their job', async () => {
  const takenOn = await openLine(consolePage, 'Job step taken on', 0);
  const done = await openLine(consolePage, 'Job step done', 0);
  expect(done).toMatchObject({ logger: 'shop-api', context: { user: ada, custom: { job: { id: 123, count: 2 } } } });
  expect(done.context.http).toEqual({
    method: 'POST',
    host: `localhost:${demo.port}`,
    path: '/api/job',
    request_id: expect.stringMatching(/^[\w-]{8,}$/),
  });
  expect(takenOn.context).toEqual(done.context);
});

test('gives each request of the API an id of its own', async () => {
  const newer = await openLine(consolePage, 'Job step done', 0);
  const older = await openLine(consolePage, 'Job step done', 1);
  expect(newer.context.http.request_id).not.toBe(older.context.http.request_id);
});

test('shows what the page and the API said of one cart', async () => {
  const added = await openLine(consolePage, 'Added to the cart');
  const reserved = await openLine(consolePage, 'Product reserved');
  expect(added.context.custom).toEqual({ cart: { id: expect.any(String), amount: 0 } });
  expect(reserved.context.custom.cart.id).toBe(added.context.custom.cart.id);
  expect(reserved.event).toEqual({ custom: { product: { id: 'board', price: 48 } } });
});

test('shows a refusal of the API as a warning of the API and of the page', async () => {
  expect(await openLine(consolePage, 'Product is sold out')).toMatchObject({ level: 'warn', logger: 'shop-api' });
  const failed = await openLine(consolePage, 'That did not work');
  expect(failed).toMatchObject({ level: 'warn', context: { user: ada, custom: { cart: { amount: 48 } } } });
  expect(failed.event.error).toMatchObject({ name: 'Error', message: 'Walnut table: sold out.' });
});

test('shows an error with its backtrace and the context of the code that it came from', async () => {
  const line = await openLine(consolePage, /^Cannot read properties of undefined/);
  expect(line).toMatchObject({ level: 'error', context: { user: ada }, event: { error: { name: 'TypeError' } } });
  expect(line.event.error.backtrace[0]).toMatchObject({ file: `${demo.url}/shop.js`, line: expect.any(Number) });
  expect(line.event.custom).toEqual({ while: 'counting the cart' });
});

test('has the user on every line between logging in and logging out, and on none after', async () => {
  const lines = (await demo.lines()).filter((line: Line) => line.logger === 'shop').reverse();
  const users = lines.map((line) => [line.message, line.context.user?.name]);
  expect(users[0]).toEqual(['Shop opened', undefined]);
  expect(users.slice(1, -1).map(([, user]) => user)).toEqual(users.slice(1, -1).map(() => 'Ada'));
  expect(users.at(-1)).toEqual(['Logged out', undefined]);
});

test('never logs the collecting, the reading or the pages', async () => {
  const paths = (await demo.lines()).map((line) => line.context.http?.path).filter((path) => path !== undefined);
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !path.startsWith('/api/'))).toEqual([]);
});

test('shows on the shop page what was just logged, and that it was delivered', async () => {
  const newest = shop.locator('#logged li').first();
  expect(await newest.textContent()).toBe('infoLogged out{"context":{}}');
  const { length } = (await demo.lines()).filter((line: Line) => line.logger === 'shop');
  await shop.getByText(`${length} logged, ${length} delivered`).waitFor();
});

test('runs without an error in either page', () => {
  expect([...shop.errors, ...consolePage.errors]).toEqual([]);
});
