// The shop by keyboard alone: no press is lost, and the focus is never.
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { createStateFolder, type Demo, startDemo } from './startDemo.js';

let demo: Demo;
let browser: TestBrowser;
beforeAll(async () => {
  const state = await createStateFolder();
  demo = await startDemo(state.path);
  browser = await launchBrowser();
  return async () => {
    await browser.close();
    await demo.stop();
    await state.remove();
  };
});

async function openShop() {
  const page = await openPage(browser, demo.url);
  await page.locator('#logged').getByText('Shop opened').waitFor();
  return page;
}

async function pressTwice(page: Page, name: string) {
  await page.getByRole('button', { name, exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
}

const focused = (page: Page) => page.evaluate(() => document.activeElement!.textContent);
const logged = (page: Page, message: string) => page.locator('#logged > li > p').getByText(message, { exact: true });

test('puts a product into the cart twice by two presses, and keeps the focus on its button', async () => {
  const page = await openShop();
  await pressTwice(page, 'Add to cart: Cherry spoon');
  await page.locator('#total').getByText('€28', { exact: true }).waitFor();
  expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Add to cart: Cherry spoon');
});

test('pays a cart once, however often it is pressed, and keeps the focus on the button', async () => {
  const page = await openShop();
  await pressTwice(page, 'Add to cart: Cherry spoon');
  await page.locator('#total').getByText('€28', { exact: true }).waitFor();
  await pressTwice(page, 'Check out');
  await page.getByRole('status').getByText('Paid: €28. Thank you.').waitFor();
  await pressTwice(page, 'Run a background job');
  await logged(page, 'Background job execution completed').nth(1).waitFor();
  expect(await logged(page, 'Checking out').count()).toBe(1);
  await page.getByRole('button', { name: 'Check out' }).focus();
  await page.keyboard.press('Enter');
  expect(await focused(page)).toBe('Check out');
});

test('moves the focus on when the button that was pressed goes away', async () => {
  const page = await openShop();
  await pressTwice(page, 'Ada');
  await page.getByText('Signed in as Ada').waitFor();
  expect(await focused(page)).toBe('From the workshop');
  await pressTwice(page, 'Log out');
  await logged(page, 'Logged out').waitFor();
  expect(await focused(page)).toBe('Who is shopping?');
  expect(await logged(page, 'Logged in').count()).toBe(1);
});
