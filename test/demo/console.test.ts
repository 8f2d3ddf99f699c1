// The console by itself: what it shows of lines that arrive, of many, of hostile ones, and over a break.
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestBrowser } from '../support/browser.js';
import { bodyOf, lineText } from './lineText.js';
import { openLine } from './openLine.js';
import { createStateFolder, type Demo, startDemo } from './startDemo.js';

let browser: TestBrowser;
/** For tests that do not mind each other's lines. */
let shared: Demo;
beforeAll(async () => {
  browser = await launchBrowser();
  const state = await createStateFolder();
  shared = await startDemo(state.path);
  return async () => {
    await browser.close();
    await shared.stop();
    await state.remove();
  };
});

/** A demo without lines, and its console. */
async function openEmptyConsole() {
  const state = await createStateFolder();
  const demo = await startDemo(state.path);
  return { state, demo, ...(await openConsole(demo)) };
}

async function openConsole(demo: Demo) {
  const page = await openPage(browser, `${demo.url}/console`);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, shown: page.locator('#lines > li') };
}

test('says what to do as long as there are no lines, and shows the first when it arrives', async () => {
  const { demo, page } = await openEmptyConsole();
  await page.getByRole('heading', { name: 'No lines yet' }).waitFor();
  await demo.post(lineText({ message: 'The first line' }));
  await page.getByText('The first line').waitFor();
  await page.getByRole('heading', { name: 'No lines yet' }).waitFor({ state: 'hidden' });
});

test('puts a line that comes late where it belongs in time', async () => {
  const { demo, page, shown } = await openEmptyConsole();
  await demo.post(bodyOf(3, 'w'));
  await page.getByText('Line 3').waitFor();
  await demo.post(lineText({ id: 'late-1', dt: '2026-11-22T00:00:00.001Z', message: 'Late' }));
  await page.getByText('Late').waitFor();
  expect(await shown.locator('.message').allTextContents()).toEqual(['Line 3', 'Late', 'Line 2', 'Line 1']);
});

test('shows markup in a line as text', async () => {
  const { page } = await openConsole(shared);
  const markup = '<img src="/none" onerror="document.title = 1"><script>document.title = 2</script>';
  await shared.post(
    lineText({ id: 'markup-1', message: markup, logger: markup, context: { custom: { [markup]: markup } } }),
  );
  const line = await openLine(page, markup);
  expect(line.context.custom[markup]).toBe(markup);
  expect(await page.locator('#lines').locator('img, script').count()).toBe(0);
  expect(await page.title()).toBe('Console · timberlog');
});

test('shows lines whose parts have other types than usual', async () => {
  const { page } = await openConsole(shared);
  await shared.post(
    lineText({
      id: 'whose-1',
      message: '',
      context: { user: null, http: 'x', custom: [1] },
      event: { error: {}, custom: 7 },
    }),
  );
  expect(await openLine(page, '(no message)')).toMatchObject({ event: { error: {}, custom: 7 } });
  expect(page.errors).toEqual([]);
});

test('loads older lines when asked, to the oldest', async () => {
  const { demo, page, shown } = await openEmptyConsole();
  await demo.post(bodyOf(150, 'w'));
  await page.reload();
  await page.getByText('Line 51', { exact: true }).waitFor();
  expect(await shown.count()).toBe(100);
  await page.getByRole('button', { name: 'Older lines' }).click();
  await page.getByText('That is the oldest line.').waitFor();
  expect(await shown.count()).toBe(150);
});

test('keeps at most 500 lines on the page, and gets back to the newest', async () => {
  const { demo, page, shown } = await openEmptyConsole();
  await demo.post(bodyOf(700, 'w'));
  await page.getByText('Line 700', { exact: true }).waitFor();
  expect(await shown.count()).toBe(500);
  await page.getByRole('button', { name: 'Older lines' }).click();
  await page.getByText('Line 101', { exact: true }).waitFor();
  expect(await shown.count()).toBe(500);
  await page.getByRole('button', { name: '100 newer lines' }).click();
  await page.getByText('Line 700', { exact: true }).waitFor();
});

test('shows after a break what arrived meanwhile, each line once', async () => {
  const { state, demo, page, shown } = await openEmptyConsole();
  await demo.post(bodyOf(2, 'w'));
  await page.getByText('Line 2').waitFor();
  await demo.stop();
  await page.getByText('Connection lost; trying again…').waitFor();
  const elsewhere = await startDemo(state.path);
  await elsewhere.post(`${bodyOf(2, 'w')}\n${lineText({ id: 'x-1', message: 'While nobody watched' })}`);
  await elsewhere.stop();
  await startDemo(state.path, demo.port);
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await shown.locator('.message').allTextContents()).toEqual(['While nobody watched', 'Line 2', 'Line 1']);
});

test('is used by keyboard alone', async () => {
  const { page } = await openConsole(shared);
  await shared.post(lineText({ id: 'by-1', message: 'Reached by Tab' }));
  await page.getByText('Reached by Tab').waitFor();
  await page.locator('summary', { hasText: 'Reached by Tab' }).focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('"message": "Reached by Tab"').waitFor();
});
